/** What of a configuration decides which guarantees it promises: one set of facts per topic. */
import type { PromiseFacts } from '../check/promises.js';
import { resolveBrokerConfig, resolveProducerConfig, resolveTopicConfig } from '../kafka/config/index.js';
import { PRESETS } from '../kafka/protocol/features.js';
import type { TrialConfiguration } from './configuration.js';

export function promiseFactsOf(configuration: TrialConfiguration): PromiseFacts[] {
  const { release } = configuration;
  const features = { ...PRESETS[release], ...configuration.features };
  const broker = resolveBrokerConfig(release, configuration.brokerProperties);
  const producer = resolveProducerConfig(release, configuration.producerProperties);
  return configuration.topics.map(({ replicationFactor, properties }) => {
    const topic = resolveTopicConfig(broker, properties);
    const capped = features.minIsrCappedByReplicationFactor
      ? Math.min(topic.minInsyncReplicas, replicationFactor)
      : topic.minInsyncReplicas;
    return {
      features,
      acks: producer.acks,
      retries: producer.retries,
      maxInFlight: producer.maxInFlightRequestsPerConnection,
      enableIdempotence: false,
      minIsr: features.minIsrChecks ? capped : 1,
      replicationFactor,
      uncleanElection: topic.uncleanLeaderElectionEnable,
      flushMessages: topic.flushMessages,
    };
  });
}
