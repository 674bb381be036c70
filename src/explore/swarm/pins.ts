/** What somebody fixed on the command line, and a seed therefore may not draw. */
import type { ConfigValue } from '../../kafka/config/index.js';

type SetProperties = ReadonlyMap<string, ConfigValue>;

export interface TopicPin {
  readonly name: string;
  /** null: to be drawn, here and below. */
  readonly partitions: number | null;
  readonly replicationFactor: number | null;
  readonly properties: SetProperties;
}

export interface SwarmPins {
  readonly release: boolean;
  /** Some behaviour of another release was asked for: no other is drawn. */
  readonly features: boolean;
  readonly brokers: boolean;
  /** Groups, their members or their application. */
  readonly groups: boolean;
  readonly transactional: boolean;
  /** Topics that were named; null: none was. */
  readonly topics: readonly TopicPin[] | null;
  /** Properties that were set one by one or in a file, by what they are properties of. */
  readonly broker: SetProperties;
  readonly topic: SetProperties;
  readonly producer: SetProperties;
  readonly consumer: SetProperties;
  /** A file speaks for its whole part: nothing on which a guarantee depends is drawn for it. */
  readonly files: { readonly broker: boolean; readonly producer: boolean; readonly consumer: boolean };
}

/** Nothing but the release: what `--swarm` alone means. */
export const NO_PINS: SwarmPins = {
  release: true,
  features: false,
  brokers: false,
  groups: false,
  transactional: false,
  topics: null,
  broker: new Map(),
  topic: new Map(),
  producer: new Map(),
  consumer: new Map(),
  files: { broker: false, producer: false, consumer: false },
};
