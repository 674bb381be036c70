/**
 * The coordinator's side of the consumer protocol (KIP-848): members say in their heartbeats what they want and what they have, and are told what they may
 * have. No member waits for another; a group enters new epochs while its members still work towards former ones.
 *
 * Leaves out: group.consumer.max.size, changes of timeouts per group, online migration from and to the classic protocol.
 */
import type { CoordinatorWrite } from '../../coordinator/CoordinatorTopic.js';
import { consumerGroupKey, type ConsumerGroupMemberValue, type CoordinatorRecord } from '../../protocol/coordinatorRecords.js';
import { ErrorCode, errorName } from '../../protocol/errors.js';
import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from '../../protocol/messages.js';
import { countTransition } from '../../protocol/stateMachine.js';
import type { ConsumerGroups, ConsumerGroupsHost } from '../ConsumerGroups.js';
import { groupRequestRefused } from '../events.js';
import { consumerMemberStates, groupProbes } from '../probes.js';
import { ConsumerGroup, LEFT_FOR_A_WHILE } from './ConsumerGroup.js';
import { GroupNews } from './GroupNews.js';
import { GroupTimers } from './GroupTimers.js';
import { GroupWriter } from './GroupWriter.js';
import { groupEpochWrite, type HeartbeatPlan, planHeartbeat, removalWrites, staticHolder, temporaryLeaveWrites } from './heartbeatPlan.js';
import { TargetAssigner } from './TargetAssigner.js';

/** A group with everything that runs for it on this broker. */
interface HeldGroup {
  readonly group: ConsumerGroup;
  readonly writer: GroupWriter;
  readonly timers: GroupTimers;
}

type Respond = (response: ConsumerGroupHeartbeatResponse) => void;

/** What ends a member's time in the group. */
const expiries = {
  session: { reason: 'session expired', probe: groupProbes['consumer-group-session-expired'] },
  rebalance: { reason: 'did not revoke', probe: groupProbes['consumer-group-member-did-not-revoke'] },
} as const;

/** Where a replayed key belongs; a tombstone has nothing but its key. */
interface Replayed {
  readonly group: string;
  readonly memberId: string | null;
}

export class ConsumerGroupService implements ConsumerGroups {
  private readonly groups = new Map<string, HeldGroup>();
  /** By partition of `__consumer_offsets` that is being loaded, by key. */
  private readonly loading = new Map<number, Map<string, Replayed>>();
  private readonly targets: TargetAssigner;
  private readonly news: GroupNews;

  constructor(private readonly host: ConsumerGroupsHost) {
    this.targets = new TargetAssigner(host.simulation.bus.names, host.metadata, host.config.groups.consumerAssignors);
    this.news = new GroupNews(host.simulation.bus, host.brokerId);
  }

  owns(groupId: string): boolean {
    return this.groups.has(groupId);
  }

  /** The group as it stands, for whoever looks on. */
  group(groupId: string): ConsumerGroup | undefined {
    return this.groups.get(groupId)?.group;
  }

  stateOf(groupId: string): string | null {
    const group = this.group(groupId);
    if (group === undefined) return null;
    if (group.members.size === 0) return 'Empty';
    if (group.groupEpoch > group.targetEpoch) return 'Assigning';
    const reconciled = [...group.members.values()].every(
      ({ memberEpoch, state }) => memberEpoch === group.targetEpoch && state === 'STABLE',
    );
    return reconciled ? 'Stable' : 'Reconciling';
  }

  clientsOf(groupId: string): readonly string[] {
    return [...(this.group(groupId)?.members.values() ?? [])].map(({ clientId }) => clientId);
  }

  hasMembers(groupId: string): boolean {
    return (this.groups.get(groupId)?.group.members.size ?? 0) > 0;
  }

  isSubscribed(groupId: string, topic: string): boolean {
    return this.groups.get(groupId)?.group.subscribedTopics().has(topic) ?? false;
  }

  heartbeat(request: ConsumerGroupHeartbeatRequest, respond: Respond): void {
    const error = this.requestError(request);
    if (error !== ErrorCode.NONE) {
      this.refuse(request, error, respond);
      return;
    }
    const held = this.groups.get(request.groupId) ?? (request.memberEpoch === 0 ? this.create(request.groupId) : undefined);
    if (held === undefined) {
      this.refuse(request, ErrorCode.UNKNOWN_MEMBER_ID, respond);
      return;
    }
    const named = request.memberId === '' ? { ...request, memberId: this.host.newMemberId(request.clientId) } : request;
    held.writer.inTurn(
      () => (request.memberEpoch < 0 ? this.leave(held, named, respond) : this.joinOrStay(held, named, respond)),
      () => this.refuse(request, ErrorCode.NOT_COORDINATOR, respond),
    );
  }

  /** KIP-848 is strict: a commit of the member's last epoch but one is refused, although its partitions may still be its own (B-69, until KIP-1251). */
  commitError(groupId: string, memberId: string, memberEpoch: number): ErrorCode {
    if (!this.host.features.memberEpochFencing) return ErrorCode.NONE;
    if (memberEpoch < 0 && !this.hasMembers(groupId)) return ErrorCode.NONE;
    return this.fetchError(groupId, memberId, memberEpoch);
  }

  fetchError(groupId: string, memberId: string, memberEpoch: number): ErrorCode {
    const member = this.groups.get(groupId)?.group.members.get(memberId);
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    return member.memberEpoch === memberEpoch || !this.host.features.memberEpochFencing ? ErrorCode.NONE : ErrorCode.STALE_MEMBER_EPOCH;
  }

  remove(groupId: string): void {
    const held = this.groups.get(groupId);
    if (held === undefined || held.group.members.size > 0) return;
    const writes = ['', 'target'].map((part): CoordinatorWrite => ({ key: consumerGroupKey(groupId, part), payload: null }));
    const forget = (): (() => void) => {
      if (held.group.members.size > 0) return () => undefined;
      this.groups.delete(groupId);
      return () => this.news.groupRemoved(held.group);
    };
    const remove = (): void => held.writer.commit(writes, forget, () => undefined);
    held.writer.inTurn(remove, () => undefined);
  }

  // ---------------------------------------------------------------- load and unload

  loadBegins(partition: number): void {
    this.loading.set(partition, new Map());
  }

  replay(partition: number, key: string, payload: CoordinatorRecord | null): void {
    const keys = this.loading.get(partition);
    if (keys === undefined) return;
    if (payload === null) {
      const where = keys.get(key);
      if (where !== undefined) this.replayTombstone(where, key);
    } else if ('group' in payload) {
      const memberId = payload.kind === 'consumer-group-member' ? payload.memberId : null;
      keys.set(key, { group: payload.group, memberId });
      const held = this.groups.get(payload.group) ?? this.hold(payload.group, partition);
      held.group.apply(payload);
    }
  }

  loadEnds(partition: number): void {
    const replayed = [...(this.loading.get(partition)?.values() ?? [])];
    this.loading.delete(partition);
    for (const { group, timers } of this.groupsOf(partition)) {
      group.dropTargetsOfStrangers();
      this.targets.restoreCounts(group);
      for (const { group: id, memberId } of replayed) {
        if (id === group.id && memberId !== null && !group.members.has(memberId)) this.news.memberMissing(group, memberId);
      }
      for (const member of group.members.values()) {
        this.news.memberRestored(group, member);
        timers.renewSession(member.memberId);
        timers.memberChanged(member);
      }
    }
  }

  unload(partition: number): void {
    this.loading.delete(partition);
    for (const { group, writer, timers } of this.groupsOf(partition)) {
      this.groups.delete(group.id);
      timers.stop();
      writer.close();
    }
  }

  private replayTombstone({ group, memberId }: Replayed, key: string): void {
    if (memberId !== null) this.groups.get(group)?.group.removeMember(memberId);
    else if (key === consumerGroupKey(group, '')) this.groups.delete(group);
  }

  private groupsOf(partition: number): HeldGroup[] {
    return [...this.groups.values()].filter(({ group }) => group.partition === partition);
  }

  // ---------------------------------------------------------------- requests

  private requestError(request: ConsumerGroupHeartbeatRequest): ErrorCode {
    const { groupId, memberId, memberEpoch, instanceId, subscribedTopics, ownedPartitions, serverAssignor } = request;
    if (!this.host.features.consumerGroupProtocol) return ErrorCode.UNSUPPORTED_VERSION;
    const error = this.host.errorFor(groupId);
    if (error !== ErrorCode.NONE) return error;
    if (memberEpoch < LEFT_FOR_A_WHILE || (memberEpoch === LEFT_FOR_A_WHILE && instanceId === null)) return ErrorCode.INVALID_REQUEST;
    if (memberEpoch !== 0 && memberId === '') return ErrorCode.INVALID_REQUEST;
    const incomplete = subscribedTopics === null || request.rebalanceTimeoutUs < 0 || (ownedPartitions ?? []).length > 0;
    if (memberEpoch === 0 && incomplete) return ErrorCode.INVALID_REQUEST;
    if (serverAssignor !== null && !this.targets.knows(serverAssignor)) return ErrorCode.UNSUPPORTED_ASSIGNOR;
    // Kafka can turn the group over member by member; here whoever came first keeps the id.
    if (!this.groups.has(groupId) && this.host.hasClassicMembers(groupId)) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    return ErrorCode.NONE;
  }

  private joinOrStay(held: HeldGroup, request: ConsumerGroupHeartbeatRequest, respond: Respond): void {
    const { group, writer, timers } = held;
    const plan = planHeartbeat(group, request, this.targets, this.host.features);
    if (typeof plan === 'number') {
      this.refuse(request, plan, respond);
      return;
    }
    this.countRarities(group, request, plan);
    if (!plan.writes.length) timers.renewSession(plan.member.memberId);
    const apply = (): (() => void) => {
      const announce = this.apply(held, plan.writes, { epochReason: plan.epochReason, goneReason: 'replaced' });
      if (plan.newTarget) this.targets.targetApplied(group);
      timers.renewSession(plan.member.memberId);
      return announce;
    };
    writer.commit(plan.writes, apply, (errorCode) => {
      if (errorCode === ErrorCode.NONE) respond(this.answer(plan));
      else this.refuse(request, errorCode, respond);
      this.forgetIfNeverBegun(held);
    });
  }

  private countRarities(
    group: ConsumerGroup,
    { memberId, instanceId, memberEpoch }: ConsumerGroupHeartbeatRequest,
    plan: HeartbeatPlan,
  ): void {
    const { probes } = this.host.simulation;
    const before = group.members.get(memberId);
    if (before !== undefined && memberEpoch > 0 && memberEpoch < before.memberEpoch)
      probes.hit(groupProbes['consumer-group-answer-was-lost']);
    if (before === undefined && instanceId !== null && group.staticMember(instanceId) !== undefined) {
      probes.hit(groupProbes['consumer-group-static-member-back']);
    }
    const waits = plan.member.state === 'UNRELEASED_PARTITIONS' && before?.state !== 'UNRELEASED_PARTITIONS';
    if (waits) probes.hit(groupProbes['consumer-group-partition-awaited']);
  }

  private leave(held: HeldGroup, request: ConsumerGroupHeartbeatRequest, respond: Respond): void {
    const { group, writer } = held;
    const { memberId, instanceId, memberEpoch } = request;
    const member =
      instanceId === null
        ? (group.members.get(memberId) ?? ErrorCode.UNKNOWN_MEMBER_ID)
        : staticHolder(group, instanceId, memberId, this.host.features);
    if (typeof member === 'number') {
      this.refuse(request, member, respond);
      return;
    }
    const forAWhile = memberEpoch === LEFT_FOR_A_WHILE;
    if (forAWhile) this.host.simulation.probes.hit(groupProbes['consumer-group-static-member-away']);
    const writes = forAWhile ? temporaryLeaveWrites(group, member) : removalWrites(group, member.memberId);
    const apply = (): (() => void) => this.apply(held, writes, { epochReason: 'member left', goneReason: 'left' });
    writer.commit(writes, apply, (errorCode) => {
      if (errorCode !== ErrorCode.NONE) this.refuse(request, errorCode, respond);
      else respond({ errorCode, memberId, memberEpoch, heartbeatIntervalUs: 0, assignment: null });
    });
  }

  private answer({ member, assignmentNews }: HeartbeatPlan): ConsumerGroupHeartbeatResponse {
    return {
      errorCode: ErrorCode.NONE,
      memberId: member.memberId,
      memberEpoch: member.memberEpoch,
      heartbeatIntervalUs: this.host.config.groups.consumerHeartbeatIntervalUs,
      assignment: assignmentNews ? [...member.assigned] : null,
    };
  }

  private refuse({ groupId, memberId, memberEpoch }: ConsumerGroupHeartbeatRequest, errorCode: number, respond: Respond): void {
    const { simulation, brokerId } = this.host;
    const { names } = simulation.bus;
    const ids = [
      names.idOf(groupId),
      names.idOf(memberId),
      names.idOf('ConsumerGroupHeartbeat'),
      names.idOf(errorName(errorCode)),
    ] as const;
    simulation.bus.emit(groupRequestRefused, brokerId, ids[0], memberEpoch, ids[1], ids[2], ids[3]);
    respond({ errorCode, memberId, memberEpoch: 0, heartbeatIntervalUs: 0, assignment: null });
  }

  // ---------------------------------------------------------------- changes

  /** @returns announces the changes. */
  private apply(held: HeldGroup, writes: readonly CoordinatorWrite[], reasons: { epochReason: string; goneReason: string }): () => void {
    const { group, timers } = held;
    const { id } = group;
    const news: (() => void)[] = [];
    for (const { key, payload } of writes) {
      if (payload === null) {
        const member = group.members.get(key.slice(consumerGroupKey(id, 'member/').length));
        if (member === undefined) continue;
        group.removeMember(member.memberId);
        countTransition(this.host.simulation.probes, consumerMemberStates, stateOfMember(member), 'Absent');
        timers.memberGone(member.memberId);
        const then = { id, groupEpoch: group.groupEpoch };
        news.push(() => this.news.memberGone(then, member, reasons.goneReason));
        continue;
      }
      const before = payload.kind === 'consumer-group-member' ? group.members.get(payload.memberId) : undefined;
      group.apply(payload);
      const then = { id, groupEpoch: group.groupEpoch };
      if (payload.kind === 'consumer-group') news.push(() => this.news.epochBumped(then, reasons.epochReason));
      if (payload.kind !== 'consumer-group-member') continue;
      countTransition(this.host.simulation.probes, consumerMemberStates, stateOfMember(before), stateOfMember(payload));
      timers.memberChanged(payload);
      news.push(() => this.news.memberChanged(then, before, payload));
    }
    return () => {
      for (const announce of news) announce();
    };
  }

  /** Session or rebalance timeout: the member is fenced, and hears of it when it comes back. */
  private expire(
    held: HeldGroup,
    memberId: string,
    { reason, probe }: (typeof expiries)[keyof typeof expiries],
    stillDue: (member: ConsumerGroupMemberValue) => boolean,
  ): void {
    const { group, writer } = held;
    const remove = (): void => {
      const member = group.members.get(memberId);
      if (member === undefined || !stillDue(member)) return;
      this.host.simulation.probes.hit(probe);
      const writes = removalWrites(group, memberId);
      const retry = (errorCode: number): void => {
        // The log did not take it: the session ends later.
        if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.NOT_COORDINATOR && group.members.get(memberId) === member) {
          held.timers.renewSession(memberId);
        }
      };
      writer.commit(writes, () => this.apply(held, writes, { epochReason: 'member left', goneReason: reason }), retry);
    };
    writer.inTurn(remove, () => undefined);
  }

  private create(groupId: string): HeldGroup {
    this.host.dropClassicGroup(groupId);
    return this.hold(groupId, this.host.topic.partitionOf(groupId));
  }

  private hold(groupId: string, partition: number): HeldGroup {
    const { process, config, topic, features, simulation } = this.host;
    const { probes } = simulation;
    const { offsetsCommitTimeoutUs: timeoutUs, consumerSessionTimeoutUs } = config.groups;
    const group = new ConsumerGroup(groupId, partition);
    const held: HeldGroup = {
      group,
      writer: new GroupWriter({ topic, process, probes, timeoutUs, answersAwaitLog: features.assignmentPersisted }, partition, () =>
        groupEpochWrite(group, group.groupEpoch),
      ),
      timers: new GroupTimers(
        process,
        features.sessionExpiry ? consumerSessionTimeoutUs : 0,
        (memberId) => this.expire(held, memberId, expiries.session, () => true),
        (memberId, epoch) =>
          this.expire(
            held,
            memberId,
            expiries.rebalance,
            ({ memberEpoch, state }) => memberEpoch === epoch && state === 'UNREVOKED_PARTITIONS',
          ),
      ),
    };
    this.groups.set(groupId, held);
    return held;
  }

  /** The log refused the group's first member: there is no group. */
  private forgetIfNeverBegun({ group }: HeldGroup): void {
    if (group.groupEpoch === 0 && group.members.size === 0 && this.groups.get(group.id)?.group === group) this.groups.delete(group.id);
  }
}

function stateOfMember(member: ConsumerGroupMemberValue | undefined): (typeof consumerMemberStates.states)[number] {
  if (member === undefined) return 'Absent';
  return member.memberEpoch === LEFT_FOR_A_WHILE ? 'Away' : member.state;
}
