/**
 * What is known of one Kafka property: type, default, bounds, the releases that have it, and whether the simulation follows it.
 *
 * Bounds are Kafka's own validators. A few modelled broker properties have a bound that Kafka lacks (a check interval of 0, say):
 * there Kafka itself would spin or fail later, and the simulation would too.
 */
import { compareReleases } from '../protocol/release.js';

/** The four places that take properties: `server.properties`, a topic, `producer.properties`, `consumer.properties`. */
export type ConfigKind = 'broker' | 'topic' | 'producer' | 'consumer';

export type ConfigType = 'boolean' | 'short' | 'int' | 'long' | 'double' | 'string' | 'list' | 'class' | 'password';

/** Lists, classes and passwords are kept as their text. */
export type ConfigValue = boolean | number | string;

export interface ConfigDefinition {
  readonly name: string;
  readonly type: ConfigType;
  /** In the newest release; null when the property has none. A `long` of Long.MAX_VALUE is `LONG_MAX`. */
  readonly defaultValue: ConfigValue | null;
  /** Whether it changes the simulation. */
  readonly modelled: boolean;
  /** For modelled ones: what it decides. */
  readonly effect?: string;
  /** For those that are not modelled: why, or what to use. */
  readonly note?: string;
  readonly min?: number;
  readonly max?: number;
  readonly oneOf?: readonly string[];
  /** The only values of a modelled property that the simulation follows; all when absent. */
  readonly modelledValues?: readonly string[];
  /** First Kafka version that has it; absent when all do. */
  readonly since?: string;
  /** Last Kafka version that has it; absent when 3.9 does. */
  readonly until?: string;
  /** Defaults of older versions as [version that changed it, default before that version], oldest first. */
  readonly was?: readonly (readonly [before: string, defaultValue: ConfigValue])[];
  /** Kafka reads it and does not document it. */
  readonly internal?: boolean;
}

/** Java's Long.MAX_VALUE, in Kafka's properties always "never" or "no limit", as the largest exact integer here. */
export const LONG_MAX: number = Number.MAX_SAFE_INTEGER;

/** Java's Integer.MAX_VALUE. */
export const INT_MAX = 2_147_483_647;

type DefinitionOptions = Omit<ConfigDefinition, 'name' | 'type' | 'defaultValue' | 'modelled'>;

type RowBuilder<T> = (name: string, defaultValue: T | null, options?: DefinitionOptions) => ConfigDefinition;

function rowOf<T extends ConfigValue>(type: ConfigType): RowBuilder<T> {
  return (name, defaultValue, options = {}) => ({ name, type, defaultValue, modelled: options.effect !== undefined, ...options });
}

// One builder per type, so that a table reads as one line per property. An `effect` makes the property a modelled one.
export const boolean: RowBuilder<boolean> = rowOf('boolean');
export const short: RowBuilder<number> = rowOf('short');
export const int: RowBuilder<number> = rowOf('int');
export const long: RowBuilder<number> = rowOf('long');
export const double: RowBuilder<number> = rowOf('double');
export const string: RowBuilder<string> = rowOf('string');
export const list: RowBuilder<string> = rowOf('list');
export const classname: RowBuilder<string> = rowOf('class');
export const password: RowBuilder<string> = rowOf('password');

/** Whether this Kafka version reads the property. */
export function existsIn(definition: ConfigDefinition, release: string): boolean {
  if (definition.since !== undefined && compareReleases(release, definition.since) < 0) return false;
  return definition.until === undefined || compareReleases(release, definition.until) <= 0;
}

/** The default in this Kafka version; for a version without the property, the first default that it ever had. */
export function defaultIn(definition: ConfigDefinition, release: string): ConfigValue | null {
  for (const [before, value] of definition.was ?? []) {
    if (compareReleases(release, before) < 0) return value;
  }
  return definition.defaultValue;
}
