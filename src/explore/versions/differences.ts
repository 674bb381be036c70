/** What makes two Kafka releases behave unlike each other in a scenario: protocol features, and defaults of properties that nobody set. */
import { definitionsOf } from '../../kafka/config/lookup.js';
import { defaultIn, existsIn, type ConfigKind, type ConfigValue } from '../../kafka/config/definition.js';
import { EVERY_CONDITION } from '../../kafka/protocol/conditions.js';
import { PRESETS, type KafkaFeatures } from '../../kafka/protocol/features.js';
import { kafkaReleases, type KafkaRelease } from '../../kafka/protocol/release.js';
import type { Properties, Scenario } from '../../scenario/Scenario.js';
import type { Change } from '../../scenario/variation.js';

export type FlagName = keyof KafkaFeatures;

/** One thing that can be changed by itself. */
export interface Difference {
  /** `truncation`, `producer.acks`. */
  readonly name: string;
  readonly kind: 'flag' | 'default';
  readonly older: string | number | boolean;
  readonly newer: string | number | boolean;
}

const defaultKinds: readonly ConfigKind[] = ['broker', 'producer', 'consumer'];

/** Flags in the order of the record, then defaults. A property that somebody set is no difference. */
export function differencesBetween(scenario: Scenario, older: KafkaRelease, newer: KafkaRelease): Difference[] {
  const flags = flagNames.flatMap((name): Difference[] => {
    const [before, after] = [PRESETS[older][name], PRESETS[newer][name]];
    return before === after ? [] : [{ name, kind: 'flag', older: before, newer: after }];
  });
  return [...flags, ...defaultKinds.flatMap((kind) => defaultDifferences(scenario, kind, older, newer))];
}

const flagNames = Object.keys(PRESETS[kafkaReleases[0]]) as FlagName[];
const conditionNames: ReadonlySet<string> = new Set(Object.keys(EVERY_CONDITION));

/** Flags that differ between releases, or that no release has by default; without the conditions that every release has. */
export const releaseFlags: readonly FlagName[] = flagNames.filter((name) => !conditionNames.has(name));
/** What every release has. */
export const conditionFlags: readonly FlagName[] = flagNames.filter((name) => conditionNames.has(name));

function defaultDifferences(scenario: Scenario, kind: ConfigKind, older: KafkaRelease, newer: KafkaRelease): Difference[] {
  const given = propertiesOf(scenario, kind);
  if (given.length === 0) return [];
  return definitionsOf(kind).flatMap((definition): Difference[] => {
    const { name, modelled } = definition;
    if (!modelled || !existsIn(definition, older) || !existsIn(definition, newer) || given.some((properties) => name in properties))
      return [];
    const [before, after] = [defaultIn(definition, older), defaultIn(definition, newer)];
    if (before === after || before === null || after === null) return [];
    return [{ name: `${kind}.${name}`, kind: 'default', older: before, newer: after }];
  });
}

/** Of every client of the kind, or of the cluster. */
function propertiesOf({ cluster, workload, topics }: Scenario, kind: ConfigKind): readonly Properties[] {
  switch (kind) {
    case 'broker':
      return [cluster.properties, ...Object.values(cluster.perBroker)];
    case 'topic':
      return topics.map(({ properties }) => properties);
    case 'producer':
      return workload.producers.map(({ properties }) => properties);
    case 'consumer':
      return workload.consumers.map(({ properties }) => properties);
  }
}

/** The change that gives these differences their older, or newer, value. */
export function changeTo(side: 'older' | 'newer', differences: readonly Difference[]): Change {
  const valuesOf = (kind: Difference['kind']): [string, ConfigValue][] =>
    differences.filter((difference) => difference.kind === kind).map((difference) => [difference.name, difference[side]]);
  const [flags, defaults] = [valuesOf('flag'), valuesOf('default')];
  return {
    ...(flags.length === 0 ? {} : { features: Object.fromEntries(flags) as Partial<KafkaFeatures> }),
    ...(defaults.length === 0 ? {} : { properties: Object.fromEntries(defaults) }),
  };
}

/** Every single flag of these that can be other than it is, with each value that it may have. */
export function otherValues(
  features: Readonly<KafkaFeatures>,
  names: readonly FlagName[],
): { readonly name: FlagName; readonly value: string | boolean }[] {
  return names.flatMap((name): { readonly name: FlagName; readonly value: string | boolean }[] => {
    const now = features[name];
    if (typeof now === 'boolean') return [{ name, value: !now }];
    return truncationRules.filter((rule) => rule !== now).map((value) => ({ name, value }));
  });
}

const truncationRules = [...new Set(kafkaReleases.map((release) => PRESETS[release].truncation))];
