/**
 * Rebalances of classic groups, after kafka.coordinator.group.GroupCoordinator with DelayedJoin, InitialDelayedJoin and DelayedSync: from the reason for one to a new
 * generation, and from the leader's assignment to members that hold it.
 */
import { rebalanceLate } from '../buggifySites.js';
import { groupKey } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import type { JoinGroupResponse, SyncGroupResponse } from '../protocol/messages.js';
import { countTransition } from '../protocol/stateMachine.js';
import { groupMetadataError } from './appendErrors.js';
import { generationStarted, memberRemoved, partitionAssigned } from './events.js';
import type { GroupContext } from './GroupContext.js';
import type { GroupMember } from './GroupMember.js';
import type { GroupMetadata } from './GroupMetadata.js';
import { MemberSessions } from './MemberSessions.js';
import { groupProbes, groupStates } from './probes.js';

export type Assignment = ReadonlyMap<string, readonly number[]>;

/** When its site fires. */
const LONGEST_REBALANCE_DELAY_US = 200_000;

const NOTHING: Assignment = new Map<string, readonly number[]>();

export class Rebalancer {
  readonly sessions: MemberSessions;

  constructor(private readonly context: GroupContext) {
    const { process, features, simulation } = context.deps;
    this.sessions = new MemberSessions(process, simulation.buggify, features.sessionExpiry, (group, member) => {
      context.deps.simulation.probes.hit(groupProbes['group-session-expired']);
      this.removeMember(group, member, 'session expired');
    });
  }

  // ------------------------------------------------------------ joining

  maybePrepare(group: GroupMetadata, reason: string): void {
    if (group.canRebalance) this.prepare(group, reason);
  }

  /** Has the members join again: a first rebalance is delayed so that more may come, any other ends once all have joined. */
  prepare(group: GroupMetadata, reason: string): void {
    const { context } = this;
    const { process, config } = context.deps;
    if (this.isCompleting(group)) {
      this.dropAssignment(group, ErrorCode.REBALANCE_IN_PROGRESS);
      // An answer lets the member's next request in, which may have begun the rebalance by itself.
      if (!this.isCompleting(group)) return;
    }
    process.cancel(group.syncTimer);
    group.syncTimer = 0;
    const wasEmpty = group.state === 'Empty';
    context.transition(group, 'PreparingRebalance', reason);
    if (wasEmpty) {
      const delayUs = config.groups.groupInitialRebalanceDelayUs;
      group.newMemberAdded = false;
      this.delayFirst(group, delayUs, Math.max(group.rebalanceTimeoutUs - delayUs, 0));
    } else {
      this.awaitJoins(group);
      this.maybeComplete(group);
    }
  }

  /** KIP-134: while members keep coming the first rebalance waits on, at most for the rebalance timeout. */
  private delayFirst(group: GroupMetadata, delayUs: number, remainingUs: number): void {
    const { process, config } = this.context.deps;
    group.initialDelay = true;
    const due = (): void => {
      group.initialDelay = false;
      if (!group.newMemberAdded || remainingUs === 0) {
        this.complete(group);
        return;
      }
      group.newMemberAdded = false;
      this.context.deps.simulation.probes.hit(groupProbes['group-first-rebalance-delayed-again']);
      this.delayFirst(group, Math.min(config.groups.groupInitialRebalanceDelayUs, remainingUs), Math.max(remainingUs - delayUs, 0));
    };
    group.rebalanceTimer = process.after(delayUs, due, undefined);
  }

  private awaitJoins(group: GroupMetadata): void {
    group.rebalanceTimer = this.context.deps.process.after(group.rebalanceTimeoutUs, (late) => this.complete(late), group);
  }

  /** Ends the wait early when everybody is there. */
  maybeComplete(group: GroupMetadata): void {
    if (!this.everybodyJoined(group)) return;
    const { process, simulation } = this.context.deps;
    const lateUs = simulation.buggify.amount(rebalanceLate, LONGEST_REBALANCE_DELAY_US);
    if (lateUs === 0) this.complete(group);
    else process.after(lateUs, this.completeLate, group);
  }

  private readonly completeLate = (group: GroupMetadata): void => {
    if (this.everybodyJoined(group)) this.complete(group);
  };

  private everybodyJoined(group: GroupMetadata): boolean {
    if (group.state !== 'PreparingRebalance' || group.initialDelay) return false;
    return group.allMembersJoined || (!this.context.deps.features.rebalanceAwaitsMembers && group.awaitingJoin > 0);
  }

  private complete(group: GroupMetadata): void {
    const { process, simulation } = this.context.deps;
    process.cancel(group.rebalanceTimer);
    group.rebalanceTimer = 0;
    if (group.state !== 'PreparingRebalance') return;
    for (const member of [...group.members.values()]) {
      // A static member is away for a while, until its session ends (KIP-345).
      if (member.awaitingJoin !== null || member.groupInstanceId !== null) continue;
      simulation.probes.hit(groupProbes['group-member-missed-rebalance']);
      this.forget(group, member, 'did not rejoin');
    }
    if (!group.electJoinedLeader() && group.members.size > 0) {
      simulation.probes.hit(groupProbes['group-nobody-rejoined']);
      this.awaitJoins(group);
      return;
    }
    group.nextGeneration(this.context.nowMs, this.context.deps.features.generationAdvances);
    this.context.stateChanged(group, 'PreparingRebalance', group.members.size > 0 ? 'joined' : 'no members left');
    // A new coordinator that misses the empty generation only counts on from an older one; Kafka, too, merely logs a failure here.
    if (group.members.size === 0) {
      simulation.probes.hit(groupProbes['group-emptied']);
      this.store(group, NOTHING, () => {});
    } else this.beginGeneration(group);
  }

  private beginGeneration(group: GroupMetadata): void {
    const { deps } = this.context;
    deps.simulation.bus.emit(
      generationStarted,
      deps.brokerId,
      this.context.nameId(group.groupId),
      group.generation,
      this.context.nameId(group.protocol ?? ''),
      group.members.size,
      this.context.nameId(group.leader ?? ''),
    );
    for (const member of group.members.values()) {
      group.answerJoin(member, joinedResponse(group, member, false));
      this.sessions.touch(group, member);
      member.isNew = false;
      group.pendingSync.add(member.memberId);
    }
    if (!deps.features.pendingSyncExpiry) return;
    group.syncTimer = deps.process.after(group.rebalanceTimeoutUs, (late) => this.expirePendingSync(late), group);
  }

  // ------------------------------------------------------------ syncing

  syncReceived(group: GroupMetadata, member: GroupMember): void {
    if (!group.pendingSync.delete(member.memberId) || group.pendingSync.size > 0) return;
    this.context.deps.process.cancel(group.syncTimer);
    group.syncTimer = 0;
  }

  /** KAFKA-12890: without this a member that heartbeats and never syncs would hold the group up for ever. */
  private expirePendingSync(group: GroupMetadata): void {
    group.syncTimer = 0;
    if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return;
    const late = [...group.pendingSync];
    if (late.length === 0) return;
    this.context.deps.simulation.probes.hit(groupProbes['group-pending-sync-expired']);
    for (const memberId of late) {
      const member = group.members.get(memberId);
      if (member !== undefined) this.forget(group, member, 'did not sync');
    }
    this.maybePrepare(group, 'did not sync');
  }

  /** The leader's assignment: into the log, then to the members. Whom it leaves out gets nothing. */
  assign(group: GroupMetadata, assignment: Assignment): void {
    const { generation } = group;
    if (!this.context.deps.features.assignmentPersisted) {
      this.takeEffect(group, assignment);
      return;
    }
    this.store(group, assignment, (errorCode) => {
      // Another member may have joined meanwhile, and this assignment is nobody's any more.
      const { probes } = this.context.deps.simulation;
      if (!this.context.isCurrent(group) || group.state !== 'CompletingRebalance' || group.generation !== generation) {
        probes.hit(groupProbes['assignment-came-late']);
        return;
      }
      if (errorCode === ErrorCode.NONE) this.takeEffect(group, assignment);
      else {
        probes.hit(groupProbes['assignment-not-stored']);
        this.dropAssignment(group, errorCode);
        // An answer lets the member's next request in, which may have begun a rebalance by itself.
        if (this.isCompleting(group)) this.prepare(group, 'assignment not stored');
      }
    });
  }

  private takeEffect(group: GroupMetadata, assignment: Assignment): void {
    for (const member of group.members.values()) member.assignment = assignment.get(member.memberId) ?? [];
    this.context.transition(group, 'Stable', 'assignment stored');
    for (const member of group.members.values()) this.announceAssignment(group, member);
    for (const member of group.members.values()) {
      const answered = group.answerSync(member, syncedResponse(group, member));
      if (answered) this.sessions.touch(group, member);
    }
  }

  announceAssignment(group: GroupMetadata, member: GroupMember): void {
    const { simulation, brokerId } = this.context.deps;
    const groupName = this.context.nameId(group.groupId);
    const memberName = this.context.nameId(member.memberId);
    const client = this.context.nameId(member.clientId);
    for (const partition of member.assignment) {
      simulation.bus.emit(partitionAssigned, brokerId, groupName, group.generation, memberName, partition, client);
    }
  }

  private isCompleting(group: GroupMetadata): boolean {
    return group.state === 'CompletingRebalance';
  }

  private dropAssignment(group: GroupMetadata, errorCode: number): void {
    for (const member of group.members.values()) {
      member.assignment = [];
      const answered = group.answerSync(member, { errorCode, protocolName: '', assignment: [] });
      if (answered) this.sessions.touch(group, member);
    }
  }

  /** Writes the group's generation with this assignment. */
  store(group: GroupMetadata, assignment: Assignment, done: (errorCode: number) => void): void {
    const write = { key: groupKey(group.groupId), payload: group.toValue(assignment) };
    this.context.append(group.partition, [write], (errorCode) => done(groupMetadataError(errorCode)));
  }

  // ------------------------------------------------------------ members that go

  /** Removes a member and rebalances among the rest. */
  removeMember(group: GroupMetadata, member: GroupMember, reason: string): void {
    this.forget(group, member, reason);
    if (group.state === 'PreparingRebalance') this.maybeComplete(group);
    else this.maybePrepare(group, reason);
  }

  private forget(group: GroupMetadata, member: GroupMember, reason: string): void {
    this.sessions.end(member);
    group.answerJoin(member, failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, ''));
    group.answerSync(member, { errorCode: ErrorCode.UNKNOWN_MEMBER_ID, protocolName: '', assignment: [] });
    group.remove(member);
    this.announceRemoval(group, member.memberId, reason);
  }

  announceRemoval(group: GroupMetadata, memberId: string, reason: string): void {
    const { context } = this;
    const { simulation, brokerId } = context.deps;
    const groupName = context.nameId(group.groupId);
    simulation.bus.emit(memberRemoved, brokerId, groupName, group.generation, context.nameId(memberId), context.nameId(reason));
  }

  /** The coordinator moved: the group's timers stop, and whoever waits is sent to look for the new one. */
  abandon(group: GroupMetadata): void {
    const { process, simulation } = this.context.deps;
    process.cancel(group.rebalanceTimer);
    process.cancel(group.syncTimer);
    for (const timer of group.pendingMembers.values()) process.cancel(timer);
    for (const member of group.members.values()) {
      this.sessions.end(member);
      group.answerJoin(member, failedJoin(ErrorCode.NOT_COORDINATOR, member.memberId));
      group.answerSync(member, { errorCode: ErrorCode.NOT_COORDINATOR, protocolName: '', assignment: [] });
    }
    countTransition(simulation.probes, groupStates, group.state, 'Dead');
    group.transitionTo('Dead', this.context.nowMs);
  }
}

/** What a member hears of the present generation; the leader hears of everybody. */
export function joinedResponse(group: GroupMetadata, member: GroupMember, skipAssignment: boolean): JoinGroupResponse {
  const { protocol, leader } = group;
  const members: JoinGroupResponse['members'] = [];
  if (leader === member.memberId) {
    for (const each of group.members.values()) {
      members.push({ memberId: each.memberId, groupInstanceId: each.groupInstanceId, subscription: each.subscriptionFor(protocol) });
    }
  }
  return {
    errorCode: ErrorCode.NONE,
    generationId: group.generation,
    protocolName: protocol ?? '',
    leader: leader ?? '',
    skipAssignment,
    memberId: member.memberId,
    members,
  };
}

export function failedJoin(errorCode: number, memberId: string): JoinGroupResponse {
  return { errorCode, generationId: -1, protocolName: '', leader: '', skipAssignment: false, memberId, members: [] };
}

export function syncedResponse(group: GroupMetadata, member: GroupMember): SyncGroupResponse {
  return { errorCode: ErrorCode.NONE, protocolName: group.protocol ?? '', assignment: [...member.assignment] };
}
