/** A scenario's shape in one line: what of it differs from seed to seed, apart from the faults. */
import type { Properties, Scenario, TopicSection } from '../../scenario/Scenario.js';
import { groupsOf } from '../../scenario/clients.js';

/** `3.9, 5 brokers, 3 ZooKeeper servers, orders 4x3 (min.insync.replicas=2), 3 producers (acks all, all, 1), 2 consumers, 9 buggify sites` */
export function shapeText(scenario: Scenario): string {
  const { cluster, topics, workload, buggify = {}, release } = scenario;
  const watchers = workload.consumers.filter(({ application }) => application === null).length;
  const sites = Object.keys(buggify).length;
  return [
    `Kafka ${release}`,
    many(cluster.brokers, 'broker'),
    many(cluster.zookeeperServers, 'ZooKeeper server'),
    ...topics.map(topicText),
    producersText(scenario),
    many(watchers, 'watcher'),
    ...[...groupsOf(scenario)].map(([group, members]) => `group ${group} (${members.length}, ${commitOf(members[0])})`),
    ...(sites === 0 ? [] : [many(sites, 'buggify site')]),
  ].join(', ');
}

/** `orders 4×3 min.insync.replicas=2 flush.messages=1`: partitions, then replicas. */
function topicText({ name, partitions, replicationFactor, properties }: TopicSection): string {
  const own = Object.entries(properties).map(([property, value]) => `${property}=${value}`);
  return [`${name} ${partitions}×${replicationFactor}`, ...own].join(' ');
}

function producersText({ workload: { producers } }: Scenario): string {
  const kinds = producers.map(({ properties, transaction }) => `${transaction === null ? '' : 'transactional '}${acksOf(properties)}`);
  const alike = new Set(kinds).size === 1 ? [...new Set(kinds)] : kinds;
  return `${many(producers.length, 'producer')} (acks ${alike.join(', ')})`;
}

function acksOf(properties: Properties): string {
  const idempotence = properties['enable.idempotence'];
  return `${properties['acks'] ?? 'default'}${idempotence === undefined ? '' : idempotence === true ? ' idempotent' : ' not idempotent'}`;
}

function commitOf(member: Scenario['workload']['consumers'][number] | undefined): string {
  return `commit ${member?.application?.commit ?? 'never'}`;
}

function many(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
