/**
 * A scenario: everything that decides a run, as plain data, in normalized form (every field present, times in integer microseconds). The
 * same scenario gives the same run, event by event. Its file form (YAML, JSON, TypeScript) has durations as text and defaults for what is left out:
 * see `schema.ts`. JSON in and out.
 */
import type { GuaranteeName, Verdict } from '../check/Finding.js';
import type { Fault } from '../faults/Fault.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import type { KafkaRelease } from '../kafka/protocol/release.js';

export { guaranteeNames as GUARANTEES } from '../check/Finding.js';
export type { GuaranteeName, Verdict } from '../check/Finding.js';

/** What a run is judged by unless the scenario says otherwise: at-least-once delivery promises neither order nor the absence of duplicates. */
export const DEFAULT_REQUIRED: readonly GuaranteeName[] = [
  'no-acknowledged-loss',
  'no-divergence',
  'consistent-offsets',
  'eventually-converges',
];

/** Kafka properties under Kafka's own names. */
export type Properties = Record<string, string | number | boolean>;

export interface ClusterSection {
  /** Brokers have the ids 1 to this. */
  brokers: number;
  zookeeperServers: number;
  /** As in `server.properties`, for every broker. */
  properties: Properties;
  /** More properties for one broker, by its id. */
  perBroker: Record<string, Properties>;
}

export interface TopicSection {
  name: string;
  partitions: number;
  replicationFactor: number;
  /** Broker ids per partition, the preferred leader first. Left out: the brokers in turn, as Kafka assigns them. */
  assignment?: number[][];
  properties: Properties;
}

export interface ProducerSection {
  /** `p1`, …; unique among all clients. */
  id: string;
  topics: string[];
  /** Every record to this partition; null: the partitioner decides. */
  partition: number | null;
  /** Distinct keys, `k0`, `k1`, …; 0: records without a key. */
  keys: number;
  recordBytes: number;
  startUs: number;
  everyUs: number;
  /** Sends at most. */
  count: number;
  /** `sync`: the next send waits for the previous one's result, and for `everyUs` besides. */
  mode: 'async' | 'sync';
  /** As in `producer.properties`. */
  properties: Properties;
}

export interface ConsumerSection {
  /** `c1`, …; unique among all clients. */
  id: string;
  topics: string[];
  startUs: number;
  /** 0: polls again whenever records arrive. */
  pollEveryUs: number;
  /** As in `consumer.properties`. */
  properties: Properties;
}

/** Latency of every link, in both directions. */
export interface NetworkSection {
  minUs: number;
  maxUs: number;
  spikeChance: number;
  spikeMeanUs: number;
}

/** A lesson's claim: with these changes, that verdict. */
export interface Expectation {
  release?: KafkaRelease;
  features?: Partial<KafkaFeatures>;
  /** `producer.acks`, `consumer.…`, `topic.…`; anything else is a broker property (`broker.…` says so explicitly). */
  properties?: Properties;
  verdict: Partial<Record<GuaranteeName, Verdict>>;
}

export interface Scenario {
  formatVersion: 1;
  /** Short and unique, used for file and folder names. */
  name: string;
  title: string;
  /** What somebody learns by running it. */
  teaches: string;
  /** Entries of the failure catalogue, such as `B-10`. */
  catalogue: string[];
  release: KafkaRelease;
  /** Differences from the release's preset. */
  features: Partial<KafkaFeatures>;
  seed: string;
  cluster: ClusterSection;
  topics: TopicSection[];
  workload: { producers: ProducerSection[]; consumers: ConsumerSection[] };
  network: NetworkSection;
  /** In any order; each has its own time. */
  faults: Fault[];
  /** Length of the chaos phase, from time 0; healing follows. */
  durationUs: number;
  /** Brokers healed at the end; null: all of them. Faults on the others become permanent. */
  core: number[] | null;
  /** Time to converge after healing; null: derived from the configured timeouts. */
  convergeWithinUs: number | null;
  /** The guarantees that the verdict of a run follows. */
  require: GuaranteeName[];
  expect: Expectation[];
}

/** Where a saved counterexample came from, so that a hand-edited or truncated file is noticed. */
export interface Found {
  /** The run's event hash. */
  hash: string;
  /** Guarantee or invariant that failed. */
  guarantee: string;
  /** Kind of the finding. */
  kind: string;
  /** Version of Trialrun that found it. */
  version: string;
  /** Digest of the scenario as it was saved. */
  digest: string;
}
