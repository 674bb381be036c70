/**
 * Makes the coordinators' topics when somebody first looks for a coordinator (AutoTopicCreationManager in ZooKeeper mode): with as many partitions and replicas as
 * the broker's properties say, over the brokers that are alive, and not at all while there are fewer of them than replicas.
 *
 * Leaves out: going through the controller's CreateTopics request (the znode that it would write is written here); racks; a random first broker (replicas
 * are spread from the lowest broker id on).
 */
import type { BrokerConfig } from '../config/index.js';
import { topicNode, topicPath } from '../controller/znodes.js';
import { CONSUMER_OFFSETS_TOPIC } from '../protocol/coordinatorRecords.js';
import type { ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import type { MetadataCache } from './MetadataCache.js';

export interface InternalTopicsDeps {
  readonly config: BrokerConfig;
  readonly metadata: MetadataCache;
  readonly zk: () => ZooKeeperClient;
}

export class InternalTopics {
  private readonly underway = new Set<string>();

  constructor(private readonly deps: InternalTopicsDeps) {}

  /** Does the broker know the topic? If not, it is created, and whoever asked comes back later. */
  exists(topic: string): boolean {
    if (this.deps.metadata.partitionCount(topic) > 0) return true;
    this.create(topic);
    return false;
  }

  private create(topic: string): void {
    const { config, metadata, zk } = this.deps;
    if (this.underway.has(topic)) return;
    const { groups, transactions } = config;
    const [partitions, replicationFactor] =
      topic === CONSUMER_OFFSETS_TOPIC
        ? [groups.offsetsTopicNumPartitions, groups.offsetsTopicReplicationFactor]
        : [transactions.stateLogNumPartitions, transactions.stateLogReplicationFactor];
    const alive = [...metadata.aliveBrokers()].sort((a, b) => a - b);
    if (alive.length < replicationFactor) return;
    this.underway.add(topic);
    const assignment = Array.from({ length: partitions }, (_, p) =>
      Array.from({ length: replicationFactor }, (__, r) => alive[(p + r) % alive.length] as number),
    );
    // Whatever the answer: who still finds no topic asks again, and a second creation finds the first one's znode.
    zk().create(topicPath(topic), topicNode(assignment), 'persistent', () => void this.underway.delete(topic));
  }
}
