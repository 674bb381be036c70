/**
 * What is on trial: a Kafka release and the properties that somebody runs it with, apart from any one run. Properties are those that were set
 * explicitly; everything else keeps Kafka's default, or what a seed draws for it when no guarantee depends on it.
 */
import type { ConfigValue } from '../kafka/config/index.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import { defaultRelease } from '../kafka/protocol/release.js';
import type { KafkaRelease } from '../kafka/protocol/release.js';

/** Properties that were set, under Kafka's own names, with their parsed values. */
export type SetProperties = ReadonlyMap<string, ConfigValue>;

export interface TopicConfiguration {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly properties: SetProperties;
}

export interface TrialConfiguration {
  readonly release: KafkaRelease;
  /** Differences from the release's preset. */
  readonly features: Partial<KafkaFeatures>;
  /** Ids 1 to this. */
  readonly brokers: number;
  readonly zookeeperServers: number;
  readonly brokerProperties: SetProperties;
  readonly topics: readonly TopicConfiguration[];
  readonly producerProperties: SetProperties;
  readonly consumerProperties: SetProperties;
  /** Length of the chaos phase; null: {@link DEFAULT_DURATION_US}. */
  readonly durationUs: number | null;
}

/** Chaos phase of a trial when nobody says otherwise: 30 virtual seconds. */
export const DEFAULT_DURATION_US = 30_000_000;

/**
 * The configuration that Kafka's documentation recommends for durable data ("Replication": replication factor 3, min.insync.replicas 2,
 * acks=all): 3 brokers, one topic `orders` with 6 partitions.
 */
export function recommended(release: KafkaRelease = defaultRelease): TrialConfiguration {
  return {
    release,
    features: {},
    brokers: 3,
    zookeeperServers: 3,
    brokerProperties: new Map(),
    topics: [{ name: 'orders', partitions: 6, replicationFactor: 3, properties: new Map([['min.insync.replicas', 2]]) }],
    producerProperties: new Map([['acks', 'all']]),
    consumerProperties: new Map(),
    durationUs: null,
  };
}
