/**
 * What a ConsumerGroupHeartbeat does to its group, as the records to write (GroupMetadataManager.consumerGroupHeartbeat): who the member is, whether the group
 * enters a new epoch and with it gets a new target, and how far the member comes towards it. Changes nothing itself.
 */
import type { CoordinatorWrite } from '../../coordinator/CoordinatorTopic.js';
import { consumerGroupKey, type ConsumerGroupMemberValue, type ConsumerGroupTargetValue } from '../../protocol/coordinatorRecords.js';
import { ErrorCode } from '../../protocol/errors.js';
import type { KafkaFeatures } from '../../protocol/features.js';
import type { ConsumerGroupHeartbeatRequest } from '../../protocol/messages.js';
import { type ConsumerGroup, LEFT_FOR_A_WHILE } from './ConsumerGroup.js';
import { reconcile } from './reconcile.js';
import type { TargetAssigner } from './TargetAssigner.js';

export interface HeartbeatPlan {
  readonly writes: readonly CoordinatorWrite[];
  readonly member: ConsumerGroupMemberValue;
  /** The member has to be told what it is assigned. */
  readonly assignmentNews: boolean;
  /** Why the group enters a new epoch; empty: it does not. */
  readonly epochReason: string;
  readonly newTarget: boolean;
}

type Features = Pick<KafkaFeatures, 'partitionEpochExclusion' | 'memberEpochFencing' | 'staticMemberFencing'>;

interface Sender {
  readonly member: ConsumerGroupMemberValue;
  /** The member id that it takes over from (KIP-345), its own where it was a member already; null: new to the group. */
  readonly was: string | null;
}

/** @returns the error that the member is told instead, where it may not go on. */
export function planHeartbeat(
  group: ConsumerGroup,
  request: ConsumerGroupHeartbeatRequest,
  targets: TargetAssigner,
  features: Features,
): HeartbeatPlan | ErrorCode {
  const sender = senderOf(group, request, features);
  if (typeof sender === 'number') return sender;
  const { was } = sender;
  const before = was === null ? undefined : group.members.get(was);
  const updated = withRequest(sender.member, request);
  const epochReason = reasonForNewEpoch(group, before, updated, targets);
  const groupEpoch = group.groupEpoch + (epochReason === '' ? 0 : 1);
  const target = targetFor(group, groupEpoch, updated, was, targets);
  const member = reconcile(updated, {
    targetEpoch: target?.assignmentEpoch ?? group.targetEpoch,
    target: (target === null ? group.target.get(updated.memberId) : partOf(target, updated.memberId)) ?? [],
    partitionEpoch: (partition) => (features.partitionEpochExclusion ? group.partitionEpoch(partition) : -1),
    owned: request.memberEpoch === 0 ? [] : request.ownedPartitions,
  });
  const writes: CoordinatorWrite[] = [];
  if (was !== null && was !== member.memberId) writes.push(memberTombstone(group, was));
  if (epochReason !== '') writes.push(groupEpochWrite(group, groupEpoch));
  if (target !== null) writes.push({ key: consumerGroupKey(group.id, 'target'), payload: target });
  if (member !== before) writes.push({ key: consumerGroupKey(group.id, `member/${member.memberId}`), payload: member });
  const assignmentNews = isFull(request) || !sameElements(before?.assigned ?? [], member.assigned);
  return { writes, member, assignmentNews, epochReason, newTarget: target !== null };
}

/** A member goes for good, by itself or not; the next heartbeat of another computes the target without it. */
export function removalWrites(group: ConsumerGroup, memberId: string): CoordinatorWrite[] {
  return [memberTombstone(group, memberId), groupEpochWrite(group, group.groupEpoch + 1)];
}

/** KIP-345: a static member that comes back keeps its part of the target, which nobody else is given meanwhile. */
export function temporaryLeaveWrites(group: ConsumerGroup, member: ConsumerGroupMemberValue): CoordinatorWrite[] {
  const payload = { ...member, memberEpoch: LEFT_FOR_A_WHILE, previousMemberEpoch: member.memberEpoch, pendingRevocation: [] };
  return [{ key: consumerGroupKey(group.id, `member/${member.memberId}`), payload }];
}

/** The member that a static member's request speaks for, or why it may not. */
export function staticHolder(
  group: ConsumerGroup,
  instanceId: string,
  memberId: string,
  features: Features,
): ConsumerGroupMemberValue | ErrorCode {
  const holder = group.staticMember(instanceId);
  if (holder === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (holder.memberId !== memberId && features.staticMemberFencing) return ErrorCode.FENCED_INSTANCE_ID;
  return holder;
}

function senderOf(group: ConsumerGroup, request: ConsumerGroupHeartbeatRequest, features: Features): Sender | ErrorCode {
  const { memberId, memberEpoch, instanceId } = request;
  const joins = memberEpoch === 0;
  if (instanceId !== null) {
    const holder = joins ? group.staticMember(instanceId) : staticHolder(group, instanceId, memberId, features);
    if (typeof holder === 'number') return holder;
    if (holder === undefined) return { member: newcomer(request, group.id), was: null };
    if (joins && (holder.memberEpoch === LEFT_FOR_A_WHILE || holder.memberId !== memberId)) return successor(holder, request, features);
    return known(holder, request, features);
  }
  const member = group.members.get(memberId);
  if (member !== undefined) return known(member, request, features);
  return joins ? { member: newcomer(request, group.id), was: null } : ErrorCode.UNKNOWN_MEMBER_ID;
}

/**
 * The epoch must be the member's. One epoch behind is well too, as long as the member claims nothing beyond its assignment: the answer that told it may have
 * been lost. Whoever was fenced has dropped everything and comes back with epoch 0, to what the coordinator still holds for it (KIP-848; Kafka itself refused
 * that until its session was over, before KAFKA-19233).
 */
function known(member: ConsumerGroupMemberValue, request: ConsumerGroupHeartbeatRequest, features: Features): Sender | ErrorCode {
  const { memberEpoch: epoch, ownedPartitions } = request;
  const expected = epoch === 0 || epoch === member.memberEpoch;
  const answerLost = epoch < member.memberEpoch && epoch === member.previousMemberEpoch && isSubset(ownedPartitions, member.assigned);
  if (features.memberEpochFencing && !expected && !answerLost) return ErrorCode.FENCED_MEMBER_EPOCH;
  return { member, was: member.memberId };
}

/** KIP-345: a new process takes the place of one that left for a while, with all that it had. */
function successor(holder: ConsumerGroupMemberValue, request: ConsumerGroupHeartbeatRequest, features: Features): Sender | ErrorCode {
  if (holder.memberEpoch !== LEFT_FOR_A_WHILE && features.staticMemberFencing) return ErrorCode.UNRELEASED_INSTANCE_ID;
  const fresh = { memberEpoch: 0, previousMemberEpoch: 0, state: 'STABLE', pendingRevocation: [] } as const;
  return { member: { ...holder, memberId: request.memberId, ...fresh }, was: holder.memberId };
}

function newcomer({ memberId, instanceId, clientId }: ConsumerGroupHeartbeatRequest, group: string): ConsumerGroupMemberValue {
  return {
    kind: 'consumer-group-member',
    group,
    memberId,
    instanceId,
    clientId,
    rebalanceTimeoutUs: 0,
    subscribedTopics: [],
    serverAssignor: null,
    memberEpoch: 0,
    previousMemberEpoch: 0,
    state: 'STABLE',
    assigned: [],
    pendingRevocation: [],
  };
}

function withRequest(member: ConsumerGroupMemberValue, request: ConsumerGroupHeartbeatRequest): ConsumerGroupMemberValue {
  const { clientId } = request;
  const rebalanceTimeoutUs = request.rebalanceTimeoutUs < 0 ? member.rebalanceTimeoutUs : request.rebalanceTimeoutUs;
  const serverAssignor = request.serverAssignor ?? member.serverAssignor;
  const sameTopics = request.subscribedTopics === null || sameElements(request.subscribedTopics, member.subscribedTopics);
  const same = rebalanceTimeoutUs === member.rebalanceTimeoutUs && serverAssignor === member.serverAssignor && clientId === member.clientId;
  if (same && sameTopics) return member;
  const subscribedTopics = sameTopics ? member.subscribedTopics : [...new Set(request.subscribedTopics)];
  return { ...member, clientId, rebalanceTimeoutUs, serverAssignor, subscribedTopics };
}

function reasonForNewEpoch(
  group: ConsumerGroup,
  before: ConsumerGroupMemberValue | undefined,
  updated: ConsumerGroupMemberValue,
  targets: TargetAssigner,
): string {
  if (before === undefined) return 'member joined';
  if (before.subscribedTopics !== updated.subscribedTopics) return 'subscription changed';
  return targets.topicsChanged(group) ? 'topic metadata changed' : '';
}

function targetFor(
  group: ConsumerGroup,
  groupEpoch: number,
  updated: ConsumerGroupMemberValue,
  was: string | null,
  targets: TargetAssigner,
): ConsumerGroupTargetValue | null {
  const renamed = was !== null && was !== updated.memberId;
  if (groupEpoch > group.targetEpoch) {
    const members = [...group.members.values()].filter(({ memberId }) => memberId !== was);
    members.push(updated);
    return targets.compute(group, members, groupEpoch, renamed ? new Map([[updated.memberId, was]]) : new Map<string, string>());
  }
  if (!renamed) return null;
  const target = [...group.target].map(([memberId, partitions]) => ({
    memberId: memberId === was ? updated.memberId : memberId,
    partitions,
  }));
  return { kind: 'consumer-group-target', group: group.id, assignmentEpoch: group.targetEpoch, target };
}

function partOf({ target }: ConsumerGroupTargetValue, memberId: string): readonly number[] | undefined {
  return target.find((part) => part.memberId === memberId)?.partitions;
}

export function groupEpochWrite(group: ConsumerGroup, groupEpoch: number): CoordinatorWrite {
  return { key: consumerGroupKey(group.id, ''), payload: { kind: 'consumer-group', group: group.id, groupEpoch } };
}

function memberTombstone(group: ConsumerGroup, memberId: string): CoordinatorWrite {
  return { key: consumerGroupKey(group.id, `member/${memberId}`), payload: null };
}

/** A request that leaves nothing out, as after a failed one, wants to be told everything. */
function isFull({ memberEpoch, subscribedTopics, ownedPartitions, rebalanceTimeoutUs }: ConsumerGroupHeartbeatRequest): boolean {
  return memberEpoch === 0 || (subscribedTopics !== null && ownedPartitions !== null && rebalanceTimeoutUs >= 0);
}

function isSubset(part: readonly number[] | null, whole: readonly number[]): boolean {
  if (part === null) return false;
  const all = new Set(whole);
  return part.every((element) => all.has(element));
}

function sameElements<T extends number | string>(a: readonly T[], b: readonly T[]): boolean {
  if (a === b) return true;
  const left = new Set(a);
  const right = new Set(b);
  return left.size === right.size && a.every((element) => right.has(element));
}
