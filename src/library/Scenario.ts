/**
 * A scenario as people write it: the same plain data in TypeScript, YAML and JSON. What is left out has a default; what it may be, and the remedy for what it may
 * not be, is decided by the schema of scenario files alone (`src/scenario/schema.ts`), which these types follow.
 */
import type { FaultKindName } from '../faults/Fault.js';
import type { GuaranteeName, Verdict } from '../check/Finding.js';
import type { KafkaRelease } from '../kafka/protocol/release.js';

/** A time or a length of time: `'2s'`, `'150ms'`, `'80us'`, `'1.5s'`, `'2m'`; a number alone is in milliseconds. Of simulated time, like every time here. */
export type Duration = string | number;

/** Kafka properties under Kafka's own names, such as `{ 'min.insync.replicas': 2 }`. A name or value that Kafka does not know is an error. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

/** The broker or brokers under the faults of a scenario, and how they are set up. */
export interface Cluster {
  /** Number of brokers; their ids are 1, 2, … Default: 3. */
  readonly brokers?: number;
  /** Number of ZooKeeper servers. Default: 3. */
  readonly zookeeperServers?: number;
  /** As in `server.properties`, for every broker. Default: Kafka's defaults. */
  readonly properties?: Properties;
  /** More properties for one broker, by its id. */
  readonly perBroker?: Readonly<Record<string, Properties>>;
}

/** One topic. */
export interface Topic {
  /** Letters, digits, dots, hyphens and underscores. */
  readonly name: string;
  /** Default: as many as `assignment` has, else 1. */
  readonly partitions?: number;
  /** Default: as in `assignment`, else 3 or the number of brokers, whichever is less. */
  readonly replicationFactor?: number;
  /** Broker ids per partition, the preferred leader first. Default: the brokers in turn, as Kafka assigns them. */
  readonly assignment?: readonly (readonly number[])[];
  /** Topic-level properties, such as `min.insync.replicas`. Default: what the brokers' properties say, else Kafka's defaults. */
  readonly properties?: Properties;
}

/** One producer of the workload. */
export interface Producer {
  /** Unique among all clients. Default: `p1`, `p2`, … */
  readonly id?: string;
  /** Default: every topic. */
  readonly topics?: readonly string[];
  /** Sends every record to this partition; null: the partitioner decides. Default: null. */
  readonly partition?: number | null;
  /** Distinct keys; 0: records without a key. Default: 0. */
  readonly keys?: number;
  /** Size of one record. Default: 100. */
  readonly recordBytes?: number;
  /** When it begins to send. Default: `'1500ms'`. */
  readonly start?: Duration;
  /** Time between two sends. Default: `'100ms'`. */
  readonly every?: Duration;
  /** Sends at most. Default: 250. */
  readonly count?: number;
  /** `sync`: the next send waits for the result of the previous one; `forget`: nobody looks at results. Default: `async`. */
  readonly mode?: 'async' | 'sync' | 'forget';
  /** Times that the application sends a record again, as a new one, after its send failed. Default: 0. */
  readonly resends?: number;
  /** Sends in transactions. Default: null, unless it has a `transactional.id`. */
  readonly transaction?: {
    /** Records of one transaction. Default: 5. */
    readonly records?: number;
    /** One of so many transactions is aborted on purpose; 0: none. Default: 0. */
    readonly abortEvery?: number;
  } | null;
  /** As in `producer.properties`. Default: Kafka's defaults. */
  readonly properties?: Properties;
}

/** What a member of a consumer group does with the records that it is given. */
export interface Application {
  /** `auto`: the client commits (`enable.auto.commit`); `before` or `after` processing; `transaction`: with the output; `never`. */
  readonly commit?: 'auto' | 'before' | 'after' | 'transaction' | 'never';
  /** commitSync or commitAsync, for `before` and `after`. Default: `sync`. */
  readonly commitMode?: 'sync' | 'async';
  /** Time that one record takes. Default: `'1ms'`. */
  readonly process?: Duration;
  /** 0: records are processed in the poll loop; otherwise by so many workers while the loop goes on polling. Default: 0. */
  readonly workers?: number;
  /** Topic to which one record is sent for each that was read; null: the effect is outside Kafka. Default: null. */
  readonly output?: string | null;
  /** As in `producer.properties`, for the output. */
  readonly outputProperties?: Properties;
}

/** One consumer of the workload: with a `group.id` a member of that group, otherwise it only looks. */
export interface Consumer {
  /** Unique among all clients. Default: `c1`, `c2`, … */
  readonly id?: string;
  /** Default: every topic. */
  readonly topics?: readonly string[];
  /** When it begins to read. Default: `'1500ms'`. */
  readonly start?: Duration;
  /** Time between two polls; 0: polls again whenever records arrive. Default: 0. */
  readonly pollEvery?: Duration;
  /** What a member does with records; null: it only looks, although it has a `group.id`. */
  readonly application?: Application | null;
  /** As in `consumer.properties`. Default: Kafka's defaults. */
  readonly properties?: Properties;
}

/** What goes wrong. Each kind has fields of its own (`target`, `targets`, `from`, `to`, …); `docs/library.md` lists them. */
export interface Fault {
  /** Such as `kill`, `pause`, `partition-isolate`, `slow-link`, `power-loss`. */
  readonly kind: FaultKindName;
  /** Unique in the scenario. Default: `f1`, `f2`, … */
  readonly id?: string;
  /** When it begins. Each fault needs `at` or `on`. */
  readonly at?: Duration;
  /** Begins at an event instead: the `count`-th (default 1) of this type whose fields are as in `where`, after `at`, plus `after`. */
  readonly on?: {
    /** Type of the event, such as `leader-elected`. */
    readonly event: string;
    /** Fields that must be equal, such as `{ partition: 'orders-0' }`. */
    readonly where?: Readonly<Record<string, number | string>>;
    /** Which of the matching events. Default: 1. */
    readonly count?: number;
    /** Time from the event to the fault. Default: 0. */
    readonly after?: Duration;
  };
  /** How long it lasts; null: until everything is healed at the end. Not for kinds that are over at once. Default: null. */
  readonly for?: Duration | null;
  /** The kind's own fields. */
  readonly [field: string]: unknown;
}

/** Latency of every link, in both directions. */
export interface Network {
  /** Default: `'150us'`. */
  readonly min?: Duration;
  /** Spikes aside. Default: `'450us'`. */
  readonly max?: Duration;
  /** Chance, per message, of an extra delay. Default: 0. */
  readonly spikeChance?: number;
  /** Mean of that delay. Default: 0. */
  readonly spikeMean?: Duration;
}

/** Messages that take longer than their links make them. */
export interface Delay {
  /** Node whose messages it concerns; null: any. Default: null. */
  readonly from?: number | string | null;
  /** Node to which they go; null: any; `'next receiver'`: whoever gets the first of them. Default: null. */
  readonly to?: number | string | null;
  /** Concerns what is sent from then on. Default: 0. */
  readonly at?: Duration;
  /** So many messages; null: all until the healing. Default: null. */
  readonly count?: number | null;
  /** How much later they arrive. */
  readonly by: Duration;
}

/**
 * Everything that decides a run: a cluster, its topics, the clients with their properties, and what goes wrong. The same scenario gives the same run, event by
 * event, in every process. `{}` is a scenario: three brokers, a topic `orders`, four producers, two consumers, 30 seconds and no faults.
 */
export interface Scenario {
  /** For editors that complete YAML and JSON; ignored. */
  readonly $schema?: string;
  /** Version of this form. Default: 1. */
  readonly formatVersion?: 1;
  /** Short and unique: letters, digits, dots, hyphens and underscores. Default: `scenario`. */
  readonly name?: string;
  /** One line for people. */
  readonly title?: string;
  /** What somebody learns by running it. */
  readonly teaches?: string;
  /** Entries of the failure catalogue, such as `B-10`. */
  readonly catalogue?: readonly string[];
  /** Kafka release whose behaviour is simulated; see {@link releases}. Default: the newest with ZooKeeper, `3.9`. */
  readonly release?: KafkaRelease;
  /** Differences from the behaviour of the release, such as `{ truncation: 'kip-101' }`. */
  readonly features?: Readonly<Record<string, boolean | string>>;
  /** Decides every draw of chance. Default: `'1'`. */
  readonly seed?: string | number;
  /** Default: three brokers with Kafka's defaults. */
  readonly cluster?: Cluster;
  /** Default: one topic `orders` with 6 partitions. */
  readonly topics?: readonly Topic[];
  /** Default: four producers and two consumers that only look. */
  readonly workload?: {
    /** Default: four. */
    readonly producers?: readonly Producer[];
    /** Default: two that only look. */
    readonly consumers?: readonly Consumer[];
  };
  /** Default: one rack. */
  readonly network?: Network;
  /** What goes wrong, in any order. Default: nothing. */
  readonly faults?: readonly Fault[];
  /** Sites of legal but nasty behaviour inside brokers and clients, by id, with the chance that one fires when it is passed (docs/swarm.md). */
  readonly buggify?: Readonly<Record<string, number>>;
  /** Messages that are late. */
  readonly delays?: readonly Delay[];
  /** Length of the phase in which faults happen; healing follows. Default: `'30s'`. */
  readonly duration?: Duration;
  /** Brokers that are healed at the end; null: all. Default: null. */
  readonly core?: readonly number[] | null;
  /** What becomes of the others if a fault still holds them. Default: `lost`. */
  readonly outsideCore?: 'lost' | 'frozen';
  /** Time to converge after the healing; null: derived from the configured timeouts. Default: null. */
  readonly convergeWithin?: Duration | null;
  /** The guarantees that the verdict of a run follows. Default: `no-acknowledged-loss`, `no-divergence`, `consistent-offsets` and `eventually-converges`. */
  readonly require?: readonly GuaranteeName[];
  /** What a lesson claims, variation by variation; `trialrun run` compares it. */
  readonly expect?: readonly {
    /** Another release. */
    readonly release?: KafkaRelease;
    /** Other features. */
    readonly features?: Readonly<Record<string, boolean | string>>;
    /** Other properties: `producer.acks`, `consumer.…`, `topic.…`; anything else is a broker's. */
    readonly properties?: Properties;
    /** What the application of every group member does otherwise. */
    readonly application?: Pick<Application, 'commit' | 'commitMode' | 'workers'>;
    /** What is claimed of guarantees. */
    readonly verdict: Readonly<Partial<Record<GuaranteeName, Verdict>>>;
  }[];
  /** Where a saved counterexample came from; written by {@link replayText}. */
  readonly found?: {
    /** Of the run. */
    readonly hash: string;
    /** What failed. */
    readonly guarantee: string;
    /** In which way. */
    readonly kind: string;
    /** Of Trialrun. */
    readonly version: string;
    /** Of the scenario as it was saved. */
    readonly digest: string;
  };
}
