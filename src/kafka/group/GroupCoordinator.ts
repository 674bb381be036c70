/**
 * The group coordinator of one broker (kafka.coordinator.group): for the groups whose partition of `__consumer_offsets` the broker leads it keeps members and committed
 * offsets, in memory and in that partition. This is the entry: who serves what, and what happens when the broker becomes or ceases to be coordinator.
 *
 * The parts: `GroupMembership` (joining, syncing, heartbeats, leaving), `Rebalancer`, `OffsetManager`, `offsetExpiry`, `GroupLoader`, and
 * groups of the consumer protocol behind `ConsumerGroups`.
 */
import { type Coordinator, CoordinatorTopic } from '../coordinator/CoordinatorTopic.js';
import { CONSUMER_OFFSETS_TOPIC, groupKey } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  PartitionErrors,
  SyncGroupRequest,
  SyncGroupResponse,
  TxnOffsetCommitRequest,
} from '../protocol/messages.js';
import type { RecordBatch } from '../protocol/records.js';
import type { Partition } from '../replication/Partition.js';
import type { ConsumerGroupsHost } from './ConsumerGroups.js';
import { GroupContext, type GroupCoordinatorDeps } from './GroupContext.js';
import { GroupLoader } from './GroupLoader.js';
import { GroupMembership, type Respond } from './GroupMembership.js';
import { GroupMetadata } from './GroupMetadata.js';
import { expireOffsets } from './offsetExpiry.js';
import { OffsetManager } from './OffsetManager.js';
import { Rebalancer } from './Rebalancer.js';
import { groupProbes } from './probes.js';

export type { GroupCoordinatorDeps } from './GroupContext.js';

export class GroupCoordinator implements Coordinator {
  /** `__consumer_offsets`, as far as this broker leads it. */
  readonly topic: CoordinatorTopic;

  private readonly context: GroupContext;
  private readonly rebalancer: Rebalancer;
  private readonly membership: GroupMembership;
  private readonly offsetManager: OffsetManager;
  private readonly loaders = new Map<number, GroupLoader>();
  private expiryStarted = false;

  constructor(private readonly deps: GroupCoordinatorDeps) {
    this.topic = new CoordinatorTopic(CONSUMER_OFFSETS_TOPIC, this, deps);
    this.context = new GroupContext(deps, this.topic);
    this.rebalancer = new Rebalancer(this.context);
    this.membership = new GroupMembership(this.context, this.rebalancer);
    this.offsetManager = new OffsetManager(this.context, this.rebalancer.sessions);
    this.context.consumerGroups = deps.consumerGroups === null ? null : deps.consumerGroups(this.hostOfConsumerGroups());
  }

  // ------------------------------------------------------------ requests

  joinGroup(request: JoinGroupRequest, respond: Respond<JoinGroupResponse>): void {
    this.membership.join(request, respond);
  }

  syncGroup(request: SyncGroupRequest, respond: Respond<SyncGroupResponse>): void {
    this.membership.sync(request, respond);
  }

  heartbeat(request: HeartbeatRequest, respond: Respond<HeartbeatResponse>): void {
    this.membership.heartbeat(request, respond);
  }

  leaveGroup(request: LeaveGroupRequest, respond: Respond<LeaveGroupResponse>): void {
    this.membership.leave(request, respond);
  }

  offsetCommit(request: OffsetCommitRequest, respond: Respond<OffsetCommitResponse>): void {
    this.offsetManager.commit(request, respond);
  }

  txnOffsetCommit(request: TxnOffsetCommitRequest, respond: Respond<PartitionErrors>): void {
    this.offsetManager.txnCommit(request, respond);
  }

  offsetFetch(request: OffsetFetchRequest, respond: Respond<OffsetFetchResponse>): void {
    this.offsetManager.fetch(request, respond);
  }

  /** KIP-848; UNSUPPORTED_VERSION where the broker does not speak it. */
  consumerGroupHeartbeat(request: ConsumerGroupHeartbeatRequest, respond: Respond<ConsumerGroupHeartbeatResponse>): void {
    const { consumerGroups } = this.context;
    if (consumerGroups !== null) {
      consumerGroups.heartbeat(request, respond);
      return;
    }
    const { memberId } = request;
    respond({ errorCode: ErrorCode.UNSUPPORTED_VERSION, memberId, memberEpoch: -1, heartbeatIntervalUs: 0, assignment: null });
  }

  /** The marker of a producer's transaction is replicated in a partition of `__consumer_offsets`: its offsets there take effect, or are gone. */
  onOffsetsMarker(partition: number, producerId: number, commit: boolean, markerOffset: number): void {
    this.offsetManager.markerWritten(partition, producerId, commit, markerOffset);
  }

  /** The group's state by Kafka's name, for whoever looks on; null while this broker does not coordinate it. */
  stateOf(groupId: string): string | null {
    const { groups, consumerGroups } = this.context;
    return groups.get(groupId)?.state ?? consumerGroups?.stateOf(groupId) ?? null;
  }

  /** Client ids of those whom this coordinator counts as the group's members, for whoever looks on. */
  clientsOf(groupId: string): readonly string[] {
    const { groups, consumerGroups } = this.context;
    const classic = groups.get(groupId);
    if (classic !== undefined) return [...classic.members.values()].map(({ clientId }) => clientId);
    return consumerGroups?.clientsOf(groupId) ?? [];
  }

  /** To be called for every change of leadership of every partition of the broker (ReplicaManager.onLeadership). */
  leadershipChanged(partition: Partition): void {
    this.topic.leadershipChanged(partition);
  }

  // ------------------------------------------------------------ coming and going

  loadBegins(partition: number, coordinatorEpoch: number): void {
    this.loaders.set(partition, new GroupLoader(this.context, partition));
    this.context.consumerGroups?.loadBegins(partition, coordinatorEpoch);
  }

  replay(partition: number, batch: RecordBatch): void {
    this.loaders.get(partition)?.replay(batch);
  }

  loadEnds(partition: number, coordinatorEpoch: number): void {
    const loader = this.loaders.get(partition);
    this.loaders.delete(partition);
    for (const value of loader?.result() ?? []) this.adopt(GroupMetadata.fromValue(value, partition));
    // What only got into the log while its former coordinator went down takes effect here.
    for (const store of this.context.offsets.values()) {
      if (store.partition === partition) for (const stored of store.committed.values()) this.offsetManager.tookEffect(store, stored);
    }
    this.context.consumerGroups?.loadEnds(partition, coordinatorEpoch);
    this.startExpiry();
  }

  unload(partition: number): void {
    const { groups, offsets } = this.context;
    for (const group of [...groups.values()]) {
      if (group.partition !== partition) continue;
      groups.delete(group.groupId);
      this.rebalancer.abandon(group);
    }
    for (const store of [...offsets.values()]) if (store.partition === partition) offsets.delete(store.group);
    this.context.consumerGroups?.unload(partition);
  }

  private adopt(group: GroupMetadata): void {
    const { context, rebalancer } = this;
    context.groups.set(group.groupId, group);
    if (group.members.size > 0) this.deps.simulation.probes.hit(groupProbes['group-loaded-with-members']);
    context.stateChanged(group, group.state, 'loaded');
    for (const member of group.members.values()) {
      rebalancer.announceAssignment(group, member);
      rebalancer.sessions.touch(group, member);
    }
    if (group.members.size > this.deps.config.groups.groupMaxSize) rebalancer.maybePrepare(group, 'above group.max.size');
  }

  private startExpiry(): void {
    if (this.expiryStarted) return;
    this.expiryStarted = true;
    this.deps.process.every(this.deps.config.groups.offsetsRetentionCheckIntervalUs, () => expireOffsets(this.context));
  }

  private hostOfConsumerGroups(): ConsumerGroupsHost {
    const { context, membership, topic } = this;
    const { simulation, process, brokerId, features, config, metadata } = this.deps;
    return {
      simulation,
      process,
      brokerId,
      features,
      config,
      metadata,
      topic,
      errorFor: (groupId) => context.errorFor(groupId, 'Heartbeat'),
      hasClassicMembers: (groupId) => {
        const group = context.groups.get(groupId);
        return group !== undefined && (group.members.size > 0 || group.pendingMembers.size > 0);
      },
      dropClassicGroup: (groupId) => this.dropClassicGroup(groupId),
      newMemberId: (clientId) => membership.newMemberId(clientId),
    };
  }

  private dropClassicGroup(groupId: string): void {
    const { groups } = this.context;
    const group = groups.get(groupId);
    if (group === undefined) return;
    groups.delete(groupId);
    this.rebalancer.abandon(group);
    if (group.generation > 0) this.context.append(group.partition, [{ key: groupKey(groupId), payload: null }], () => {});
  }
}
