/**
 * The core of a swarm's seed: brokers that are healed while everything else stays broken for good, after TigerBeetle's liveness mode. A random set that is sufficient:
 * whatever brokers hold a partition, as many of its replicas as acks=all needs are inside, internal topics included.
 */
import type { Random } from '../../engine/random.js';
import { resolveBrokerConfig } from '../../kafka/config/index.js';
import { groupsOf, transactionalIdsOf } from '../../scenario/clients.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { topicConfigOf } from '../promiseFacts.js';
import { valuesOf } from '../trialConfigs.js';

const WHOLE_CHANCE = 0.25;
const FROZEN_CHANCE = 0.8;

type Core = Pick<Scenario, 'core' | 'outsideCore'>;

/** As many brokers are left out as can be spared, at most. */
export function drawSufficientCore(scenario: Scenario, random: Random): Core {
  const { brokers } = scenario.cluster;
  const whole = random.chance(WHOLE_CHANCE);
  const frozen = random.chance(FROZEN_CHANCE);
  const ids = random.shuffled(Array.from({ length: brokers }, (_, i) => i + 1));
  const most = Math.min(brokers - 1, ...sparesOf(scenario));
  const left = random.between(1, Math.max(1, most));
  if (whole || most < 1) return { core: null };
  const core = ids.slice(left).sort((a, b) => a - b);
  return frozen ? { core, outsideCore: 'frozen' } : { core };
}

/** For each topic, how many replicas of a partition it can do without. */
function sparesOf(scenario: Scenario): number[] {
  const { release, cluster, topics } = scenario;
  const broker = resolveBrokerConfig(release, valuesOf('broker', cluster.properties, release));
  const { groups, transactions } = broker;
  const ofTopics = topics.map((topic) => topic.replicationFactor - Math.max(1, topicConfigOf(scenario, topic.name).minInsyncReplicas));
  const ofOffsets = groupsOf(scenario).size === 0 ? [] : [groups.offsetsTopicReplicationFactor - 1];
  const ofTransactions =
    transactionalIdsOf(scenario).length === 0 ? [] : [transactions.stateLogReplicationFactor - Math.max(1, transactions.stateLogMinIsr)];
  return [...ofTopics, ...ofOffsets, ...ofTransactions];
}
