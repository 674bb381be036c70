/**
 * A classic group in its coordinator's memory (kafka.coordinator.group.GroupMetadata): members, generation, chosen protocol and the state machine. It knows what
 * is allowed and who is missing; timers, answers and the log are the business of those who use it.
 *
 * Leaves out: user data of assignors beyond what a subscription carries; protocol types other than `consumer` are kept, not interpreted.
 */
import type { Timer } from '../../engine/Scheduler.js';
import type { GroupMetadataValue, MemberValue } from '../protocol/coordinatorRecords.js';
import type { JoinGroupProtocol, JoinGroupResponse, SyncGroupResponse } from '../protocol/messages.js';
import { GroupMember } from './GroupMember.js';

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

/** From which states a group may come into each state. */
export const VALID_PREVIOUS_STATES: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Stable', 'CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
  Dead: ['Stable', 'PreparingRebalance', 'CompletingRebalance', 'Empty', 'Dead'],
};

export class GroupMetadata {
  state: GroupState = 'Empty';
  generation = 0;
  /** `consumer`; null: a group that only ever committed offsets. */
  protocolType: string | null = null;
  /** The assignor that the generation agreed on. */
  protocol: string | null = null;
  leader: string | null = null;
  /** Wall clock at the last change of state, milliseconds. */
  stateTimestampMs = 0;
  /** In order of joining. */
  readonly members = new Map<string, GroupMember>();
  /** group.instance.id to member id (KIP-345). */
  readonly staticMembers = new Map<string, string>();
  /** Ids handed out with MEMBER_ID_REQUIRED and not yet used (KIP-394), with the timers that take them back. */
  readonly pendingMembers = new Map<string, Timer>();
  /** Members that joined the generation and have not sent SyncGroup yet. */
  readonly pendingSync = new Set<string>();
  /** A member came while the first rebalance was being delayed. */
  newMemberAdded = false;
  rebalanceTimer: Timer = 0;
  /** The initial delay runs: no early end, however many have joined. */
  initialDelay = false;
  syncTimer: Timer = 0;

  private awaitingJoinCount = 0;
  private readonly protocolCounts = new Map<string, number>();
  private topics: ReadonlySet<string> | null = null;

  constructor(
    readonly groupId: string,
    /** Interned partition of `__consumer_offsets`. */
    readonly partition: number,
  ) {}

  // ------------------------------------------------------------ state

  transitionTo(next: GroupState, nowMs: number): void {
    if (!VALID_PREVIOUS_STATES[next].includes(this.state)) {
      throw new Error(
        `group ${this.groupId} went from ${this.state} to ${next}; only ${VALID_PREVIOUS_STATES[next].join(', ')} may come before it`,
      );
    }
    this.state = next;
    this.stateTimestampMs = nowMs;
  }

  get canRebalance(): boolean {
    return VALID_PREVIOUS_STATES.PreparingRebalance.includes(this.state);
  }

  /** Begins the next generation, with whoever is a member now: CompletingRebalance, or Empty without members. */
  /** @param advances the condition `generationAdvances` */
  nextGeneration(nowMs: number, advances = true): void {
    if (advances || this.generation === 0) this.generation++;
    this.protocol = this.members.size > 0 ? this.selectProtocol() : null;
    this.topics = null;
    this.pendingSync.clear();
    this.transitionTo(this.members.size > 0 ? 'CompletingRebalance' : 'Empty', nowMs);
  }

  // ------------------------------------------------------------ members

  add(member: GroupMember, respond: ((response: JoinGroupResponse) => void) | null): void {
    this.leader ??= member.memberId;
    this.members.set(member.memberId, member);
    this.count(member.protocols, 1);
    if (member.groupInstanceId !== null) this.staticMembers.set(member.groupInstanceId, member.memberId);
    this.parkJoin(member, respond);
  }

  /** Forgets a member. Its parked requests are to be answered before. */
  remove(member: GroupMember): void {
    this.parkJoin(member, null);
    member.awaitingSync = null;
    this.members.delete(member.memberId);
    this.count(member.protocols, -1);
    this.pendingSync.delete(member.memberId);
    if (member.groupInstanceId !== null && this.staticMembers.get(member.groupInstanceId) === member.memberId) {
      this.staticMembers.delete(member.groupInstanceId);
    }
    if (this.leader === member.memberId) this.leader = firstKey(this.members);
  }

  update(member: GroupMember, protocols: readonly JoinGroupProtocol[], sessionTimeoutUs: number, rebalanceTimeoutUs: number): void {
    this.count(member.protocols, -1);
    this.count(protocols, 1);
    member.protocols = protocols;
    member.sessionTimeoutUs = sessionTimeoutUs;
    member.rebalanceTimeoutUs = rebalanceTimeoutUs;
  }

  /** KIP-345: the instance came back under a new member id, and takes the place of the old one in every respect. */
  replaceStatic(member: GroupMember, newMemberId: string): void {
    const oldMemberId = member.memberId;
    this.members.delete(oldMemberId);
    this.pendingSync.delete(oldMemberId);
    member.memberId = newMemberId;
    this.members.set(newMemberId, member);
    this.staticMembers.set(member.groupInstanceId as string, newMemberId);
    if (this.leader === oldMemberId) this.leader = newMemberId;
  }

  parkJoin(member: GroupMember, respond: ((response: JoinGroupResponse) => void) | null): void {
    if (member.awaitingJoin === null && respond !== null) this.awaitingJoinCount++;
    if (member.awaitingJoin !== null && respond === null) this.awaitingJoinCount--;
    member.awaitingJoin = respond;
  }

  /** Answers the member's parked JoinGroup, if any. */
  answerJoin(member: GroupMember, response: JoinGroupResponse): void {
    const respond = member.awaitingJoin;
    if (respond === null) return;
    this.parkJoin(member, null);
    respond(response);
  }

  /** Answers the member's parked SyncGroup; false: there is none. */
  answerSync(member: GroupMember, response: SyncGroupResponse): boolean {
    const respond = member.awaitingSync;
    if (respond === null) return false;
    member.awaitingSync = null;
    respond(response);
    return true;
  }

  get awaitingJoin(): number {
    return this.awaitingJoinCount;
  }

  get allMembersJoined(): boolean {
    return this.awaitingJoinCount === this.members.size && this.pendingMembers.size === 0;
  }

  /** The longest of its members' rebalance timeouts. */
  get rebalanceTimeoutUs(): number {
    let longest = 0;
    for (const member of this.members.values()) if (member.rebalanceTimeoutUs > longest) longest = member.rebalanceTimeoutUs;
    return longest;
  }

  /** Gives the lead to a member that has joined, when the leader has not; false: nobody has. */
  electJoinedLeader(): boolean {
    const leader = this.leader === null ? undefined : this.members.get(this.leader);
    if (leader === undefined) return false;
    if (leader.awaitingJoin !== null) return true;
    for (const member of this.members.values()) {
      if (member.awaitingJoin === null) continue;
      this.leader = member.memberId;
      return true;
    }
    return false;
  }

  // ------------------------------------------------------------ protocols

  /** May somebody who offers these protocols join? */
  supportsProtocols(protocolType: string, protocols: readonly JoinGroupProtocol[]): boolean {
    if (protocols.length === 0 || protocolType === '') return false;
    if (this.members.size === 0) return true;
    return protocolType === (this.protocolType ?? protocolType) && protocols.some(({ name }) => this.isSupportedByAll(name));
  }

  /** Every member votes for the first of its protocols that all support; the first to reach the most votes wins. */
  selectProtocol(): string {
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const vote = member.protocols.find(({ name }) => this.isSupportedByAll(name));
      if (vote !== undefined) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
    }
    let winner = '';
    // Guess: of equal votes the protocol that got its first vote earlier; Kafka takes whichever its hash map has first.
    for (const [name, count] of votes) if (count > (votes.get(winner) ?? 0)) winner = name;
    return winner;
  }

  /** Topics that the members subscribe to under the chosen protocol; null without one. */
  get subscribedTopics(): ReadonlySet<string> | null {
    if (this.protocol === null) return null;
    if (this.topics === null) {
      const topics = new Set<string>();
      for (const member of this.members.values()) for (const topic of member.subscriptionFor(this.protocol).topics) topics.add(topic);
      this.topics = topics;
    }
    return this.topics;
  }

  private isSupportedByAll(protocol: string): boolean {
    return this.protocolCounts.get(protocol) === this.members.size;
  }

  private count(protocols: readonly JoinGroupProtocol[], by: number): void {
    for (const { name } of protocols) this.protocolCounts.set(name, (this.protocolCounts.get(name) ?? 0) + by);
  }

  // ------------------------------------------------------------ what the log keeps

  /** The generation with this assignment (member id to partitions), as it goes into the log. */
  toValue(assignment: ReadonlyMap<string, readonly number[]>): GroupMetadataValue {
    const members: MemberValue[] = [];
    for (const member of this.members.values()) {
      members.push({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        sessionTimeoutUs: member.sessionTimeoutUs,
        rebalanceTimeoutUs: member.rebalanceTimeoutUs,
        subscription: member.subscriptionFor(this.protocol),
        assignment: assignment.get(member.memberId) ?? [],
      });
    }
    const { groupId, generation, protocol, leader, stateTimestampMs } = this;
    const protocolType = this.protocolType ?? '';
    return {
      kind: 'group-metadata',
      group: groupId,
      protocolType,
      generation,
      protocol,
      leader,
      members,
      currentStateTimestampMs: stateTimestampMs,
    };
  }

  /** The group as a new coordinator finds it: Stable with its members, or Empty. A rebalance that was going on is forgotten. */
  static fromValue(value: GroupMetadataValue, partition: number): GroupMetadata {
    const group = new GroupMetadata(value.group, partition);
    group.protocolType = value.protocolType === '' ? null : value.protocolType;
    for (const stored of value.members) {
      const protocols = value.protocol === null ? [] : [{ name: value.protocol, subscription: stored.subscription }];
      const { memberId, groupInstanceId, clientId, sessionTimeoutUs, rebalanceTimeoutUs } = stored;
      const member = new GroupMember(memberId, groupInstanceId, clientId, sessionTimeoutUs, rebalanceTimeoutUs, protocols);
      member.assignment = stored.assignment;
      group.add(member, null);
    }
    group.state = value.members.length > 0 ? 'Stable' : 'Empty';
    group.generation = value.generation;
    group.protocol = value.protocol;
    group.leader = value.leader;
    group.stateTimestampMs = value.currentStateTimestampMs;
    return group;
  }
}

function firstKey(members: ReadonlyMap<string, GroupMember>): string | null {
  for (const memberId of members.keys()) return memberId;
  return null;
}
