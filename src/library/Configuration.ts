/** A configuration to be put on trial: what a team has in its `.properties` files, as plain data. */
import type { ApplicationName } from '../explore/applications.js';
import type { KafkaRelease } from '../kafka/protocol/release.js';
import type { Duration, Properties } from './Scenario.js';

/** A Java `.properties` file. Problems in it are told with its name and the line. */
export interface PropertiesFile {
  /** The whole text of the file. */
  readonly text: string;
  /** What messages call it. Default: the field it stands in, such as `producerProperties`. */
  readonly name?: string;
}

/** A topic of a configuration. */
export interface TopicConfiguration {
  /** Letters, digits, dots, hyphens and underscores. */
  readonly name: string;
  /** Default: the brokers' `num.partitions` where that is set, else 6. */
  readonly partitions?: number;
  /** Default: the brokers' `default.replication.factor` where that is set, else 3 or the number of brokers, whichever is less. */
  readonly replicationFactor?: number;
  /** Topic-level properties. Default: what the brokers' properties say, else Kafka's defaults. */
  readonly properties?: Properties;
}

/** A consumer group of a configuration. */
export interface Group {
  /** group.id. Default: that of the consumers' properties, else `g1`, `g2`, … */
  readonly id?: string;
  /** Default: 2. */
  readonly members?: number;
  /** What its members do with records. Default: `commit-after` with `enable.auto.commit=false`, else `auto`. */
  readonly application?: ApplicationName;
}

/**
 * What is on trial. A part that you give speaks for itself: what it leaves out has Kafka's default, as in your cluster. A part that you do not give is as Kafka
 * recommends it for data that must not be lost: topics with replication factor 3 and min.insync.replicas=2, producers with acks=all. `{}` is that recommendation.
 */
export interface Configuration {
  /** Kafka release whose behaviour is simulated; see {@link releases}. Default: the newest with ZooKeeper, `3.9`. */
  readonly release?: KafkaRelease;
  /** Differences from the behaviour of the release, such as `{ transactionV2: true }`. */
  readonly features?: Readonly<Record<string, boolean | string>>;
  /** Number of brokers. Default: 3. */
  readonly brokers?: number;
  /** The brokers' server.properties. */
  readonly serverProperties?: Properties | PropertiesFile;
  /** The producers' properties. */
  readonly producerProperties?: Properties | PropertiesFile;
  /** The consumers' properties. With a `group.id` there is a group, unless `groups` says otherwise. */
  readonly consumerProperties?: Properties | PropertiesFile;
  /** Default: one topic, `orders`. */
  readonly topics?: readonly TopicConfiguration[];
  /** Consumer groups, besides two consumers that only look. Default: none, or the one that `consumerProperties` names. */
  readonly groups?: readonly Group[];
  /** How many of the four producers send in transactions. Default: all with a `transactional.id`, else none. */
  readonly transactionalProducers?: number;
  /** Length of the phase in which faults happen, in each seed. Default: `'30s'`. */
  readonly duration?: Duration;
}
