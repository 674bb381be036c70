/**
 * A broker's part in groups and transactions: both coordinators with their internal topics, the markers that it appends as a partition leader, and the answer to who
 * coordinates what (FindCoordinator). Puts the pieces together; what they do is their own affair.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import type { BrokerConfig } from '../config/index.js';
import type { CoordinatorTopic } from '../coordinator/CoordinatorTopic.js';
import { ConsumerGroupService } from '../group/consumer/ConsumerGroupService.js';
import { GroupCoordinator } from '../group/GroupCoordinator.js';
import type { BrokerConnection } from '../network/BrokerConnection.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { FindCoordinatorRequest, FindCoordinatorResponse } from '../protocol/messages.js';
import type { ReplicaManager } from '../replication/ReplicaManager.js';
import { verifiesTransactions } from '../replication/TransactionVerification.js';
import { TxnMarkerHandler } from '../transaction/markers.js';
import { makeTransactionCoordinator, type TransactionCoordinator } from '../transaction/TransactionCoordinator.js';
import { VerificationClient } from '../transaction/VerificationClient.js';
import { InternalTopics } from './InternalTopics.js';
import type { MetadataCache } from './MetadataCache.js';

export interface CoordinatorsDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly replicas: ReplicaManager;
  readonly metadata: MetadataCache;
  readonly zk: () => ZooKeeperClient;
  readonly connectTo: (brokerId: number) => BrokerConnection;
  readonly nextInternalValue: () => number;
}

export class Coordinators {
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly markers: TxnMarkerHandler;

  private readonly internalTopics: InternalTopics;
  private readonly transactionTopic: CoordinatorTopic;

  constructor(private readonly deps: CoordinatorsDeps) {
    const { features, replicas } = deps;
    const verification = new VerificationClient({ ...deps, partitionOf: (id) => this.transactionTopic.partitionOf(id) });
    this.groups = new GroupCoordinator({
      ...deps,
      consumerGroups: features.consumerGroupProtocol ? (host) => new ConsumerGroupService(host) : null,
    });
    const { coordinator, topic } = makeTransactionCoordinator({
      ...deps,
      offsetsPartitionOf: (groupId) => this.groups.topic.partitionOf(groupId),
    });
    this.transactions = coordinator;
    this.transactionTopic = topic;
    this.markers = new TxnMarkerHandler({
      ...deps,
      onOffsetsMarker: (partition, producerId, commit, offset) => this.groups.onOffsetsMarker(partition, producerId, commit, offset),
    });
    this.internalTopics = new InternalTopics(deps);
    replicas.produceHandler.verification = verifiesTransactions(features, deps.config.transactions) ? verification : null;
    replicas.onLeadership = (partition): void => {
      this.groups.leadershipChanged(partition);
      topic.leadershipChanged(partition);
    };
  }

  /** The leader of the id's partition, as far as this broker knows; the first question creates the internal topic. */
  find({ key, keyType }: FindCoordinatorRequest): FindCoordinatorResponse {
    const { metadata } = this.deps;
    const topic = keyType === 'group' ? this.groups.topic : this.transactionTopic;
    const unavailable = { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, nodeId: -1 };
    if (!this.internalTopics.exists(topic.topic)) return unavailable;
    const leader = metadata.state(topic.partitionOf(key))?.leader ?? -1;
    return leader >= 0 && metadata.isAlive(leader) ? { errorCode: ErrorCode.NONE, nodeId: leader } : unavailable;
  }
}
