/**
 * What members of classic groups ask of their coordinator: JoinGroup, SyncGroup, Heartbeat and LeaveGroup, after kafka.coordinator.group.GroupCoordinator, with static
 * members in `StaticMembers.ts`.
 *
 * Leaves out: LeaveGroup for several members at once, reasons given by members (KIP-800), authorisation.
 */
import type { Random } from '../../engine/random.js';
import { ErrorCode } from '../protocol/errors.js';
import type {
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  SyncGroupRequest,
  SyncGroupResponse,
} from '../protocol/messages.js';
import type { GroupContext } from './GroupContext.js';
import { GroupMember } from './GroupMember.js';
import { GroupMetadata } from './GroupMetadata.js';
import { failedJoin, joinedResponse, type Rebalancer, syncedResponse } from './Rebalancer.js';
import { StaticMembers } from './StaticMembers.js';
import { groupProbes } from './probes.js';
import { validMember } from './validMember.js';

export type Respond<T> = (response: T) => void;

/** How long a new member may wait parked: it may have gone, and cannot be heard of (GroupCoordinator.NewMemberJoinTimeoutMs). */
const NEW_MEMBER_JOIN_TIMEOUT_US = 300_000_000;

export class GroupMembership {
  private readonly statics: StaticMembers;
  private readonly random: Random;

  constructor(
    private readonly context: GroupContext,
    private readonly rebalancer: Rebalancer,
  ) {
    this.statics = new StaticMembers(context, rebalancer);
    this.random = context.deps.simulation.randomness.stream(`group-coordinator/${context.deps.brokerId}`);
  }

  // ------------------------------------------------------------ JoinGroup

  join(request: JoinGroupRequest, respond: Respond<JoinGroupResponse>): void {
    const errorCode = this.joinError(request);
    if (errorCode !== ErrorCode.NONE) {
      this.refuseJoin(request, respond, errorCode);
      return;
    }
    const group = this.groupOf(request.groupId);
    if (!this.hasRoomFor(group, request.memberId)) {
      this.leaveNoTrace(group, request.memberId);
      this.refuseJoin(request, respond, ErrorCode.GROUP_MAX_SIZE_REACHED);
    } else if (!group.supportsProtocols(request.protocolType, request.protocols)) {
      this.refuseJoin(request, respond, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    } else if (request.memberId === '') this.joinNew(group, request, respond);
    else this.joinAgain(group, request, respond);
    this.rebalancer.maybeComplete(group);
  }

  private joinError(request: JoinGroupRequest): number {
    const { context } = this;
    const { groupId, sessionTimeoutUs, memberId } = request;
    const errorCode = context.errorFor(groupId, 'JoinGroup');
    if (errorCode !== ErrorCode.NONE) return errorCode;
    const { groupMinSessionTimeoutUs, groupMaxSessionTimeoutUs } = context.deps.config.groups;
    if (sessionTimeoutUs < groupMinSessionTimeoutUs || sessionTimeoutUs > groupMaxSessionTimeoutUs)
      return ErrorCode.INVALID_SESSION_TIMEOUT;
    const consumerGroups = context.consumerGroups;
    if (consumerGroups?.owns(groupId) === true) {
      if (consumerGroups.hasMembers(groupId)) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
      // An empty group may change its protocol.
      consumerGroups.remove(groupId);
    }
    return memberId !== '' && !context.groups.has(groupId) ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.NONE;
  }

  private groupOf(groupId: string): GroupMetadata {
    const { groups, topic } = this.context;
    let group = groups.get(groupId);
    if (group === undefined) {
      group = new GroupMetadata(groupId, topic.partitionOf(groupId));
      groups.set(groupId, group);
    }
    return group;
  }

  private hasRoomFor(group: GroupMetadata, memberId: string): boolean {
    const { groupMaxSize } = this.context.deps.config.groups;
    if (group.state === 'Empty') return true;
    const member = group.members.get(memberId);
    if (group.state !== 'PreparingRebalance') return member !== undefined || group.members.size < groupMaxSize;
    return (member !== undefined && member.awaitingJoin !== null) || group.awaitingJoin < groupMaxSize;
  }

  private leaveNoTrace(group: GroupMetadata, memberId: string): void {
    const member = group.members.get(memberId);
    if (member !== undefined) this.rebalancer.removeMember(group, member, 'left');
    this.dropPending(group, memberId);
  }

  private joinNew(group: GroupMetadata, request: JoinGroupRequest, respond: Respond<JoinGroupResponse>): void {
    const { deps } = this.context;
    const memberId = this.newMemberId(request.groupInstanceId ?? request.clientId);
    if (request.groupInstanceId !== null) {
      const present = group.staticMembers.get(request.groupInstanceId);
      const member = present === undefined ? undefined : group.members.get(present);
      if (member !== undefined) this.statics.replace(group, member, memberId, request, respond);
      else this.addMember(group, memberId, request, respond);
    } else if (deps.features.memberIdRequired) {
      const expire = (): void => {
        deps.simulation.probes.hit(groupProbes['group-pending-member-expired']);
        this.dropPending(group, memberId);
        this.rebalancer.maybeComplete(group);
      };
      group.pendingMembers.set(memberId, deps.process.after(request.sessionTimeoutUs, expire, undefined));
      respond(failedJoin(ErrorCode.MEMBER_ID_REQUIRED, memberId));
    } else this.addMember(group, memberId, request, respond);
  }

  private joinAgain(group: GroupMetadata, request: JoinGroupRequest, respond: Respond<JoinGroupResponse>): void {
    if (this.dropPending(group, request.memberId)) {
      this.addMember(group, request.memberId, request, respond);
      return;
    }
    const member = validMember(group, request, this.context.deps.features);
    if (typeof member === 'number') this.refuseJoin(request, respond, member);
    else if (group.state === 'Empty' || group.state === 'Dead') this.refuseJoin(request, respond, ErrorCode.UNKNOWN_MEMBER_ID);
    else if (this.knowsTheGeneration(group, member, request)) {
      this.context.deps.simulation.probes.hit(groupProbes['group-join-answered-again']);
      respond(joinedResponse(group, member, false));
    } else {
      group.update(member, request.protocols, request.sessionTimeoutUs, request.rebalanceTimeoutUs);
      group.parkJoin(member, respond);
      const isLeader = group.leader === member.memberId;
      this.rebalancer.maybePrepare(group, isLeader ? 'leader rejoined' : 'member changed its subscription');
    }
  }

  /** Nothing new in this JoinGroup: the answer was lost, or the member only makes sure. A leader that joins a stable group wants a rebalance. */
  private knowsTheGeneration(group: GroupMetadata, member: GroupMember, request: JoinGroupRequest): boolean {
    if (group.state === 'CompletingRebalance') return member.matches(request.protocols);
    return group.state === 'Stable' && group.leader !== member.memberId && member.matches(request.protocols);
  }

  private addMember(group: GroupMetadata, memberId: string, request: JoinGroupRequest, respond: Respond<JoinGroupResponse>): void {
    const { groupInstanceId, clientId, sessionTimeoutUs, rebalanceTimeoutUs, protocols } = request;
    const member = new GroupMember(memberId, groupInstanceId, clientId, sessionTimeoutUs, rebalanceTimeoutUs, protocols);
    member.isNew = true;
    if (group.members.size === 0) group.protocolType = request.protocolType;
    if (group.state === 'PreparingRebalance' && group.generation === 0) group.newMemberAdded = true;
    group.add(member, respond);
    this.statics.announceJoin(group, member);
    this.rebalancer.sessions.touch(group, member, NEW_MEMBER_JOIN_TIMEOUT_US);
    this.rebalancer.maybePrepare(group, 'member joined');
  }

  private dropPending(group: GroupMetadata, memberId: string): boolean {
    const timer = group.pendingMembers.get(memberId);
    if (timer === undefined) return false;
    this.context.deps.process.cancel(timer);
    return group.pendingMembers.delete(memberId);
  }

  /** Kafka appends a random UUID; the order of members, which assignors go by, is as arbitrary here. */
  newMemberId(prefix: string): string {
    const half = (): string => this.random.int(0x1000000).toString(16).padStart(6, '0');
    return `${prefix}-${half()}${half()}`;
  }

  private refuseJoin(request: JoinGroupRequest, respond: Respond<JoinGroupResponse>, errorCode: number): void {
    const generation = this.context.groups.get(request.groupId)?.generation ?? -1;
    this.context.refused('JoinGroup', request.groupId, generation, request.memberId, errorCode);
    respond(failedJoin(errorCode, request.memberId));
  }

  // ------------------------------------------------------------ SyncGroup

  sync(request: SyncGroupRequest, respond: Respond<SyncGroupResponse>): void {
    const { context, rebalancer } = this;
    const { groupId, generationId, memberId } = request;
    const refuse = (errorCode: number): void => {
      context.refused('SyncGroup', groupId, generationId, memberId, errorCode);
      respond({ errorCode, protocolName: '', assignment: [] });
    };
    const group = context.groups.get(groupId);
    const member = this.memberForSync(group, request);
    if (typeof member === 'number' || group === undefined) {
      refuse(member as number);
      return;
    }
    if (group.state === 'CompletingRebalance') {
      member.awaitingSync = respond;
      rebalancer.syncReceived(group, member);
      if (group.leader === member.memberId) {
        rebalancer.assign(group, new Map(request.assignments.map((given) => [given.memberId, given.partitions])));
      }
    } else {
      rebalancer.syncReceived(group, member);
      respond(syncedResponse(group, member));
      rebalancer.sessions.touch(group, member);
    }
  }

  private memberForSync(group: GroupMetadata | undefined, request: SyncGroupRequest): GroupMember | ErrorCode {
    const errorCode = this.context.errorFor(request.groupId, 'SyncGroup');
    // A loading coordinator has lost the rebalance; members are to start over with JoinGroup.
    if (errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) return ErrorCode.REBALANCE_IN_PROGRESS;
    if (errorCode !== ErrorCode.NONE) return errorCode;
    if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    const member = validMember(group, request, this.context.deps.features);
    if (typeof member === 'number') return member;
    if (request.generationId !== group.generation) return ErrorCode.ILLEGAL_GENERATION;
    if (request.protocolName !== '' && request.protocolName !== group.protocol) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    if (group.state === 'PreparingRebalance') return ErrorCode.REBALANCE_IN_PROGRESS;
    return member;
  }

  // ------------------------------------------------------------ Heartbeat, LeaveGroup

  heartbeat(request: HeartbeatRequest, respond: Respond<HeartbeatResponse>): void {
    const errorCode = this.heartbeatError(request);
    if (errorCode !== ErrorCode.NONE) {
      this.context.refused('Heartbeat', request.groupId, request.generationId, request.memberId, errorCode);
    }
    respond({ errorCode });
  }

  private heartbeatError(request: HeartbeatRequest): ErrorCode {
    const { features } = this.context.deps;
    const errorCode = this.context.errorFor(request.groupId, 'Heartbeat');
    // Nobody's session runs while the group is being loaded.
    if (errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) return ErrorCode.NONE;
    if (errorCode !== ErrorCode.NONE) return errorCode;
    const group = this.context.groups.get(request.groupId);
    if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    const member = validMember(group, request, features);
    if (typeof member === 'number') return member;
    if (request.generationId !== group.generation) return ErrorCode.ILLEGAL_GENERATION;
    if (group.state === 'CompletingRebalance' && !features.heartbeatsWhileCompleting) return ErrorCode.REBALANCE_IN_PROGRESS;
    this.rebalancer.sessions.touch(group, member);
    return group.state === 'PreparingRebalance' && features.rebalanceAnnounced ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  leave(request: LeaveGroupRequest, respond: Respond<LeaveGroupResponse>): void {
    const errorCode = this.leaveError(request);
    if (errorCode !== ErrorCode.NONE) this.context.refused('LeaveGroup', request.groupId, -1, request.memberId, errorCode);
    respond({ errorCode });
  }

  private leaveError(request: LeaveGroupRequest): ErrorCode {
    const errorCode = this.context.errorFor(request.groupId, 'LeaveGroup');
    if (errorCode !== ErrorCode.NONE) return errorCode;
    const group = this.context.groups.get(request.groupId);
    if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (this.dropPending(group, request.memberId)) {
      this.rebalancer.maybeComplete(group);
      return ErrorCode.NONE;
    }
    // An administrator removes a static member by its instance alone.
    const named = request.memberId === '' ? group.staticMembers.get(request.groupInstanceId ?? '') : request.memberId;
    const member = validMember(group, { memberId: named ?? '', groupInstanceId: request.groupInstanceId }, this.context.deps.features);
    if (typeof member === 'number') return member;
    this.rebalancer.removeMember(group, member, 'left');
    return ErrorCode.NONE;
  }
}
