/** What is worth knowing about a configuration before its verdict is read: valid, but probably not what was meant, or not what will be simulated. */
import { resolveBrokerConfig, resolveTopicConfig, type NotModelledProperty } from '../kafka/config/index.js';
import { PRESETS } from '../kafka/protocol/features.js';
import type { TopicConfiguration, TrialConfiguration } from './configuration.js';

const KRAFT_PROPERTIES: ReadonlySet<string> = new Set(['process.roles', 'controller.quorum.voters', 'controller.quorum.bootstrap.servers']);

/** Whole sentences; empty when there is nothing to say. */
export function remarksOn(configuration: TrialConfiguration, notModelled: readonly NotModelledProperty[]): string[] {
  const kraft = notModelled.find(({ name }) => KRAFT_PROPERTIES.has(name));
  return [
    ...(kraft === undefined
      ? []
      : [
          `${kraft.where} sets ${kraft.name}: your cluster runs KRaft, but it is simulated with ZooKeeper's controller (KRaft is not modelled yet).`,
        ]),
    ...onGroups(configuration),
    ...configuration.topics.flatMap((topic) => onTopic(topic, configuration)),
  ];
}

function onGroups({ features, groups, consumerProperties, swarm }: TrialConfiguration): string[] {
  const unused = features.consumerGroupProtocol === true && groups.length > 0 && consumerProperties.get('group.protocol') !== 'consumer';
  if (!unused || swarm !== undefined) return [];
  return [
    'consumerGroupProtocol=true: the brokers speak the consumer protocol (KIP-848), and no group does. Add --set group.protocol=consumer.',
  ];
}

function onTopic({ name, replicationFactor, properties }: TopicConfiguration, configuration: TrialConfiguration): string[] {
  const { release, features, brokerProperties } = configuration;
  if (replicationFactor === 1)
    return [`Topic ${name} has one replica: what its disk loses is lost, and no other broker can take over. Give it replication-factor=3.`];
  const { minInsyncReplicas } = resolveTopicConfig(resolveBrokerConfig(release, brokerProperties), properties);
  if (minInsyncReplicas === replicationFactor)
    return [
      `Topic ${name}: with min.insync.replicas=${minInsyncReplicas} of ${replicationFactor} replicas, one broker that is down stops every acks=all write.`,
    ];
  if (minInsyncReplicas < replicationFactor) return [];
  const { minIsrCappedByReplicationFactor: capped } = { ...PRESETS[release], ...features };
  const effect = capped
    ? `Kafka ${release} takes ${replicationFactor} for it, so that one broker that is down stops every acks=all write`
    : `Kafka ${release} refuses every acks=all write`;
  return [`Topic ${name}: min.insync.replicas=${minInsyncReplicas} is above the replication factor, ${replicationFactor}. ${effect}.`];
}
