/**
 * A scenario: everything that decides a run, as plain data, in normalized form (every field present, times in integer microseconds). The
 * same scenario gives the same run, event by event. Its file form (YAML, JSON, TypeScript) has durations as text and defaults for what is left out:
 * see `schema.ts`. JSON in and out.
 */
import type { GuaranteeName, Verdict } from '../check/Finding.js';
import type { Fault } from '../faults/Fault.js';
import type { MessageDelay } from '../faults/MessageDelay.js';
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
  /**
   * `sync`: the next send waits for the previous one's result, and for `everyUs` besides. `forget`: nobody looks at results, and a client that ends
   * (restart, deploy) does not wait for what is on its way.
   */
  mode: 'async' | 'sync' | 'forget';
  /** A record whose send failed is sent again by the application, as a new record, up to this many times (0: never). */
  resends: number;
  /** Records of one transaction, and every how many transactions one is aborted on purpose (0: never); null: no transactions. */
  transaction: { records: number; abortEvery: number } | null;
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
  /** What it does with what it reads; null: it only looks, at all partitions, in no group. Otherwise a member of `group.id`. */
  application: ApplicationSection | null;
  /** As in `consumer.properties`. */
  properties: Properties;
}

/** How an application of a consumer group deals with records, which is where most losses and repetitions of real teams come from. */
export interface ApplicationSection {
  /**
   * `auto`: enable.auto.commit. `before`: commits what a poll returned, then processes it. `after`: processes, then commits. `transaction`: the offsets are
   * part of the transaction of the output. `never`: begins where auto.offset.reset says after every rebalance.
   */
  commit: 'auto' | 'before' | 'after' | 'transaction' | 'never';
  /** commitSync or commitAsync, for `before` and `after`. */
  commitMode: 'sync' | 'async';
  /** Time that one record takes. */
  processUs: number;
  /** 0: records are processed in the poll loop, which polls again when they are done. Otherwise a pool of so many workers, while the loop goes on polling. */
  workers: number;
  /** Topic to which one record is produced per record read; null: the effect is outside Kafka. */
  output: string | null;
  /** As in `producer.properties`, for the output. */
  outputProperties: Properties;
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
  /** Of every group member, what its application does otherwise. */
  application?: Partial<Pick<ApplicationSection, 'commit' | 'commitMode' | 'workers'>>;
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
  /** Sites of legal but nasty behaviour by id, with the chance that one fires when it is passed (see Buggify). Left out: none. */
  buggify?: Record<string, number>;
  /** Messages that take longer than their links make them, until the healing. Left out: none. */
  delays?: MessageDelay[];
  /** Length of the chaos phase, from time 0; healing follows. */
  durationUs: number;
  /** Brokers healed at the end; null: all of them. Faults on the others become permanent. */
  core: number[] | null;
  /** What becomes of brokers outside the core that a fault still holds: they die for good (`lost`; left out), or stay for ever as they are (`frozen`). */
  outsideCore?: 'lost' | 'frozen';
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
