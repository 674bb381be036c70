/**
 * A member of a classic group, after org.apache.kafka.clients.consumer.internals.AbstractCoordinator and ConsumerCoordinator: joins, synchronises, and
 * rebalances when told to. Requests are answered in the background; what the application must know of, and what gives its partitions up, waits until it polls.
 *
 * Under EAGER everything is given up before joining; under COOPERATIVE (KIP-429) what went to somebody else, once that is known, with another rebalance after.
 *
 * Leaves out: user data of assignors, subscriptions by pattern.
 */
import type { Timer } from '../../engine/Scheduler.js';
import { ErrorCode, errorName, isRetriable } from '../protocol/errors.js';
import type { JoinGroupResponse, SyncGroupRequest, SyncGroupResponse } from '../protocol/messages.js';
import { countTransition } from '../protocol/stateMachine.js';
import type { Assignor } from './assignors/Assignor.js';
import { createAssignor } from './assignors/index.js';
import { groupJoined, memberFenced } from './events.js';
import { GroupHeartbeat } from './GroupHeartbeat.js';
import { JoinPreparation } from './JoinPreparation.js';
import { joinRequest } from './joinRequest.js';
import { type Assignments, LeaderAssignment } from './LeaderAssignment.js';
import type { GroupMetadata, Membership } from './Membership.js';
import type { MembershipDeps } from './MembershipDeps.js';
import { consumerProbes, memberStates } from './probes.js';
import { retryBackoffUs } from './retryBackoff.js';

/** A JoinGroup waits for the others: this much longer than the rebalance timeout (AbstractCoordinator.JOIN_GROUP_TIMEOUT_LAPSE). */
const JOIN_LAPSE_US = 5_000_000;

type MemberState = (typeof memberStates.states)[number];

export class ClassicMembership implements Membership {
  private readonly assignors: readonly Assignor[];
  private readonly preparation: JoinPreparation;
  private readonly leader: LeaderAssignment;
  private readonly heartbeat: GroupHeartbeat;
  private readonly groupName: number;

  private topics: readonly string[] = [];
  private joinedTopics: readonly string[] = [];
  joinedAs: GroupMetadata | null = null;
  private state: MemberState = 'UNJOINED';
  private generation = -1;
  private memberId = '';
  private isLeader = false;
  private rejoinNeeded = false;
  /** JoinGroup or SyncGroup is on its way. */
  private joining = false;
  /** An assignment that the application has not been told of. */
  private received: readonly number[] | null = null;
  /** Last completed assignment, which sticky assignors are told of even after it was given up. */
  private lastAssignment: readonly number[] = [];
  private assignedGeneration = -1;
  private failed = '';
  private leaving: (() => void) | null = null;
  private busy = false;
  private failures = 0;
  private retryAtUs = 0;
  private timer: Timer = 0;

  constructor(private readonly deps: MembershipDeps) {
    const { config, features, metadata, simulation, groupId } = deps;
    this.assignors = config.partitionAssignmentStrategy.map((name) => createAssignor(name, features));
    const cooperative = this.assignors.every(({ supports }) => supports.includes('COOPERATIVE'));
    this.preparation = new JoinPreparation(deps, cooperative ? 'COOPERATIVE' : 'EAGER', () => this.progress());
    this.leader = new LeaderAssignment(metadata, this.assignors);
    this.groupName = simulation.bus.names.idOf(groupId);
    this.heartbeat = new GroupHeartbeat({
      ...deps,
      member: () => this.metadata(),
      answered: (errorCode, sent) => this.refused(errorCode as ErrorCode, sent),
      pollExpired: () => this.pollExpired(),
    });
  }

  subscribe(topics: readonly string[]): void {
    this.topics = topics;
    for (const topic of topics) this.deps.metadata.addTopic(topic);
    this.rejoinNeeded = true;
    this.progress();
  }

  metadata(): GroupMetadata {
    return {
      groupId: this.deps.groupId,
      generationId: this.generation,
      memberId: this.memberId,
      groupInstanceId: this.deps.config.groupInstanceId,
    };
  }

  commitIdentity(): GroupMetadata | null {
    return this.state === 'STABLE' ? this.metadata() : null;
  }

  get rebalancing(): boolean {
    return this.state === 'PREPARING_REBALANCE' || this.state === 'COMPLETING_REBALANCE';
  }

  linkReady(): void {
    this.heartbeat.linkReady();
    this.progress();
  }

  metadataChanged(): void {
    if (!this.leader.metadataChanged() || this.state !== 'STABLE') return;
    this.rejoinNeeded = true;
    this.progress();
  }

  progress(): void {
    if (this.leaving !== null) this.goodbye(this.leaving);
    if (this.busy || !this.deps.listener.inPoll || this.topics.length === 0) return;
    this.busy = true;
    if (this.failed !== '') this.tellFailure();
    else {
      this.complete();
      if (this.rejoinNeeded && !this.joining && !this.mustWait() && this.prepared()) this.join();
    }
    this.busy = false;
  }

  /** Java's consumer: on close everything is given up; a dynamic member says goodbye, a static one may come back (KIP-345). */
  leave(done: () => void): void {
    this.stop();
    this.deps.owned.giveUp(this.deps.owned.ids, this.generation === -1, this.metadata());
    this.leaving = done;
    this.goodbye(done);
  }

  /** Once the application has committed what it wanted to. */
  private goodbye(done: () => void): void {
    if (this.deps.commits.syncOutstanding > 0) return;
    this.leaving = null;
    this.sayGoodbye(done);
  }

  stop(): void {
    this.heartbeat.stop();
    this.deps.process.cancel(this.timer);
    this.topics = [];
  }

  refused(errorCode: ErrorCode, sent: GroupMetadata): void {
    if (errorCode === ErrorCode.REBALANCE_IN_PROGRESS) {
      if (this.state === 'STABLE') this.rejoin();
      return;
    }
    if (
      errorCode !== ErrorCode.UNKNOWN_MEMBER_ID &&
      errorCode !== ErrorCode.ILLEGAL_GENERATION &&
      errorCode !== ErrorCode.FENCED_INSTANCE_ID
    )
      return;
    // KAFKA-9823: the answer to a request of a former generation says nothing of this one.
    const former = sent.generationId !== this.generation || sent.memberId !== this.memberId;
    if (former && this.deps.features.responsesCheckedByGeneration) {
      this.deps.simulation.probes.hit(consumerProbes['error-of-former-generation-ignored']);
      return;
    }
    this.expelled(errorCode);
  }

  private enter(next: MemberState): void {
    if (next === this.state) return;
    countTransition(this.deps.simulation.probes, memberStates, this.state, next);
    this.state = next;
  }

  // ---------------------------------------------------------------- out of the group

  private expelled(errorCode: ErrorCode): void {
    this.forgetGeneration(errorName(errorCode), errorCode !== ErrorCode.ILLEGAL_GENERATION);
    if (errorCode === ErrorCode.FENCED_INSTANCE_ID) this.failed = 'FENCED_INSTANCE_ID';
    this.rejoin();
  }

  private forgetGeneration(error: string, memberToo: boolean): void {
    const { simulation, clientName } = this.deps;
    if (this.generation >= 0 || error === 'FENCED_INSTANCE_ID') {
      simulation.probes.hit(consumerProbes['consumer-member-fenced']);
      simulation.bus.emit(memberFenced, clientName, this.groupName, this.generation, simulation.bus.names.idOf(error));
    }
    this.generation = -1;
    if (memberToo) this.memberId = '';
    this.enter('UNJOINED');
    this.received = null;
    // What a cooperative member still holds is lost, and that must be told before it joins again.
    if (this.deps.owned.ids.length > 0) this.preparation.needed = true;
    this.heartbeat.stop();
    this.leader.abandon();
  }

  private pollExpired(): void {
    this.deps.simulation.probes.hit(consumerProbes['max-poll-interval-exceeded']);
    this.sayGoodbye(ignore);
    this.forgetGeneration('MAX_POLL_INTERVAL', true);
    this.rejoinNeeded = true;
  }

  private sayGoodbye(done: () => void): void {
    const { link, groupId, config } = this.deps;
    if (config.groupInstanceId !== null || this.state === 'UNJOINED' || this.memberId === '' || !link.ready()) done();
    else link.send('LeaveGroup', { groupId, memberId: this.memberId, groupInstanceId: null }, done);
  }

  private tellFailure(): void {
    const { owned, fetcher, listener } = this.deps;
    const error = this.failed;
    if (error === 'TOLD') return;
    this.failed = 'TOLD';
    fetcher.held = true;
    owned.giveUp(owned.ids, true, this.metadata());
    listener.onGroupError(error);
  }

  private rejoin(): void {
    this.rejoinNeeded = true;
    this.progress();
  }

  // ---------------------------------------------------------------- before joining

  private mustWait(): boolean {
    const { link, process, commits } = this.deps;
    // A synchronous commit blocks the application, which is then not in poll.
    if (commits.syncOutstanding > 0 || !link.ready()) return true;
    const waitUs = this.retryAtUs - link.nowUs;
    if (waitUs <= 0) return false;
    if (this.timer === 0) this.timer = process.after(waitUs, this.wake, undefined);
    return true;
  }

  private readonly wake = (): void => {
    this.timer = 0;
    this.progress();
  };

  private prepared(): boolean {
    return this.preparation.finished(this.metadata(), this.state === 'STABLE', this.topics);
  }

  // ---------------------------------------------------------------- joining

  private join(): void {
    const { link, groupId, clientId, config, owned } = this.deps;
    if (!link.ready()) return;
    this.enter('PREPARING_REBALANCE');
    this.joining = true;
    this.joinedTopics = this.topics;
    this.leader.abandon();
    this.heartbeat.stop();
    const sent = this.metadata();
    const { memberId, topics, lastAssignment, assignedGeneration } = this;
    const member = { groupId, clientId, memberId, topics, owned: owned.ids, lastAssignment, assignedGeneration };
    const request = joinRequest(member, config, this.assignors);
    const timeoutUs = Math.max(config.requestTimeoutUs, config.maxPollIntervalUs + JOIN_LAPSE_US);
    link.send('JoinGroup', request, (response) => this.joined(response, sent), timeoutUs);
  }

  private joined(response: JoinGroupResponse | null, sent: GroupMetadata): void {
    if (response === null) this.joinFailed(ErrorCode.NETWORK_EXCEPTION);
    else if (response.errorCode !== ErrorCode.NONE) this.joinRefused(response, sent);
    else if (this.state !== 'PREPARING_REBALANCE') this.joinFailed(ErrorCode.REBALANCE_IN_PROGRESS);
    else {
      this.generation = response.generationId;
      this.memberId = response.memberId;
      this.enter('COMPLETING_REBALANCE');
      this.isLeader = response.leader === response.memberId;
      this.heartbeat.start();
      if (this.isLeader && !response.skipAssignment) this.leader.assign(response, (assignments) => this.sync(response, assignments));
      else {
        if (this.isLeader) this.leader.resume(response);
        this.sync(response, []);
      }
    }
  }

  private joinRefused(response: JoinGroupResponse, sent: GroupMetadata): void {
    const { errorCode } = response;
    this.deps.link.heedError(errorCode);
    if (errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      if (this.state === 'PREPARING_REBALANCE') this.memberId = response.memberId;
      this.enter('UNJOINED');
      this.joining = false;
      this.rejoin();
    } else this.joinFailed(errorCode as ErrorCode, sent);
  }

  private sync(joined: JoinGroupResponse, assignments: Assignments): void {
    const { link, groupId, config } = this.deps;
    // Thrown out while the leader waited for metadata, or the coordinator is gone: join again.
    if (this.state !== 'COMPLETING_REBALANCE' || this.generation !== joined.generationId || !link.ready()) {
      this.joinFailed(ErrorCode.COORDINATOR_NOT_AVAILABLE);
      return;
    }
    const sent = this.metadata();
    const { generationId, memberId, protocolName } = joined;
    const request: SyncGroupRequest = {
      groupId,
      generationId,
      memberId,
      groupInstanceId: config.groupInstanceId,
      protocolName,
      assignments,
    };
    link.send('SyncGroup', request, (response) => this.synced(response, sent));
  }

  private synced(response: SyncGroupResponse | null, sent: GroupMetadata): void {
    if (response === null) this.joinFailed(ErrorCode.NETWORK_EXCEPTION);
    else if (response.errorCode !== ErrorCode.NONE) {
      this.deps.link.heedError(response.errorCode);
      this.joinFailed(response.errorCode as ErrorCode, sent);
    } else if (this.state !== 'COMPLETING_REBALANCE' || sent.generationId !== this.generation)
      this.joinFailed(ErrorCode.REBALANCE_IN_PROGRESS);
    else {
      this.joining = false;
      this.failures = 0;
      this.enter('STABLE');
      this.rejoinNeeded = this.joinedTopics !== this.topics;
      this.received = response.assignment;
      this.progress();
    }
  }

  /** Tries again: at once where the group only moved on, else after a pause. */
  private joinFailed(errorCode: ErrorCode, sent?: GroupMetadata): void {
    const { link, config, random } = this.deps;
    this.joining = false;
    this.enter('UNJOINED');
    this.heartbeat.stop();
    this.leader.abandon();
    const concerns =
      errorCode === ErrorCode.UNKNOWN_MEMBER_ID || errorCode === ErrorCode.ILLEGAL_GENERATION || errorCode === ErrorCode.FENCED_INSTANCE_ID;
    if (concerns && sent !== undefined) this.refused(errorCode, sent);
    else if (errorCode !== ErrorCode.REBALANCE_IN_PROGRESS) {
      if (!isRetriable(errorCode)) this.failed = errorName(errorCode);
      this.retryAtUs = link.nowUs + retryBackoffUs(config, this.failures++, random);
    }
    this.rejoin();
  }

  // ---------------------------------------------------------------- after joining

  /** onJoinComplete: the application hears of its new assignment. */
  private complete(): void {
    const { received } = this;
    if (received === null) return;
    this.received = null;
    const { owned, simulation, clientName } = this.deps;
    const member = this.metadata();
    this.joinedAs = member;
    this.preparation.needed = true;
    this.lastAssignment = received;
    this.assignedGeneration = this.generation;
    const { bus } = simulation;
    bus.emit(groupJoined, clientName, this.groupName, this.generation, bus.names.idOf(this.memberId), this.isLeader ? 1 : 0);
    const assigned = new Set(received);
    const revoked = owned.ids.filter((id) => !assigned.has(id));
    const before = new Set(owned.ids);
    if (revoked.length > 0) {
      simulation.probes.hit(consumerProbes['cooperative-revocation']);
      // Only a cooperative member owns anything here. Somebody else is given these once it has joined without them.
      owned.giveUp(revoked, false, member);
      this.rejoinNeeded = true;
    }
    owned.take(
      received.filter((id) => !before.has(id)),
      member,
    );
  }
}

function ignore(): void {}
