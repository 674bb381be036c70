/** What of a configuration decides which guarantees it promises: one set of facts for each topic and producer that write to each other. */
import type { PromiseFacts } from '../check/promises.js';
import { resolveBrokerConfig, resolveProducerConfig, resolveTopicConfig } from '../kafka/config/index.js';
import type { ProducerConfig, TopicConfig } from '../kafka/config/index.js';
import { PRESETS } from '../kafka/protocol/features.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import type { TrialConfiguration } from './configuration.js';

/** @param replicationFactor caps min.insync.replicas in the releases that cap it (KAFKA-15583). */
export function promiseFact(
  features: Readonly<KafkaFeatures>,
  producer: ProducerConfig,
  topic: TopicConfig,
  replicationFactor: number,
): PromiseFacts {
  const capped = features.minIsrCappedByReplicationFactor ? Math.min(topic.minInsyncReplicas, replicationFactor) : topic.minInsyncReplicas;
  return {
    features,
    acks: producer.acks,
    retries: producer.retries,
    maxInFlight: producer.maxInFlightRequestsPerConnection,
    enableIdempotence: false,
    minIsr: features.minIsrChecks ? capped : 1,
    uncleanElection: topic.uncleanLeaderElectionEnable,
    flushMessages: topic.flushMessages,
  };
}

/** The facts of what a check puts on trial, one for each topic. */
export function promiseFactsOf(configuration: TrialConfiguration): PromiseFacts[] {
  const { release } = configuration;
  const features = { ...PRESETS[release], ...configuration.features };
  const broker = resolveBrokerConfig(release, configuration.brokerProperties);
  const producer = resolveProducerConfig(release, configuration.producerProperties);
  return configuration.topics.map(({ replicationFactor, properties }) =>
    promiseFact(features, producer, resolveTopicConfig(broker, properties), replicationFactor),
  );
}
