/**
 * A member of a group of the consumer protocol (KIP-848), after org.apache.kafka.clients.consumer.internals.ConsumerMembershipManager and
 * ConsumerHeartbeatRequestManager: heartbeats tell the broker what the member wants and owns, and bring what it is assigned. It gives up what is no longer its,
 * acknowledges that, and is then given the rest.
 *
 * The member chooses its own id (KIP-1082). Leaves out: subscriptions by regular expression.
 */
import type { Timer } from '../../engine/Scheduler.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from '../protocol/messages.js';
import { groupJoined, memberFenced } from './events.js';
import type { GroupMetadata, Membership } from './Membership.js';
import type { MembershipDeps } from './MembershipDeps.js';
import { consumerProbes } from './probes.js';
import { retryBackoffUs } from './retryBackoff.js';

const JOINS = 0;
const LEAVES = -1;
const LEAVES_FOR_A_WHILE = -2;

export class ConsumerProtocolMembership implements Membership {
  private topics: readonly string[] = [];
  private memberId = '';
  /** 0 while it joins; -1 outside. */
  private epoch = -1;
  /** Raised whenever it joins, leaves, or turns to another coordinator: answers to what was asked before are not for it any more. */
  private session = 0;
  private heartbeatIntervalUs = 0;
  private inFlight = false;
  /** Something to tell the broker at once. */
  private urgent = false;
  /** The next heartbeat leaves nothing out. */
  private full = true;
  private sentOwned: readonly number[] = [];
  private sentTopics: readonly string[] = [];
  /** Assigned by the broker, and not made so yet. */
  private target: readonly number[] | null = null;
  private reconciling: { committed: boolean; givenUp: boolean } | null = null;
  /** Thrown out, and the application has not been told. */
  private lost = false;
  private lastJoined: GroupMetadata | null = null;
  private announced = false;
  private failed = '';
  private leaving: (() => void) | null = null;
  private busy = false;
  private stopped = false;
  private failures = 0;
  private timer: Timer = 0;
  private readonly groupName: number;

  constructor(private readonly deps: MembershipDeps) {
    this.groupName = deps.simulation.bus.names.idOf(deps.groupId);
  }

  readonly rebalancing = false;

  subscribe(topics: readonly string[]): void {
    this.topics = topics;
    for (const topic of topics) this.deps.metadata.addTopic(topic);
    if (this.epoch > JOINS) this.heartbeatNow();
    this.progress();
  }

  get joinedAs(): GroupMetadata | null {
    if (this.epoch > JOINS) this.lastJoined = this.metadata();
    return this.lastJoined;
  }

  metadata(): GroupMetadata {
    const { groupId, config } = this.deps;
    return {
      groupId,
      generationId: this.epoch > JOINS ? this.epoch : -1,
      memberId: this.memberId,
      groupInstanceId: config.groupInstanceId,
    };
  }

  commitIdentity(): GroupMetadata | null {
    return this.epoch > JOINS ? this.metadata() : null;
  }

  /** The broker watches the topics. */
  metadataChanged(): void {}

  linkReady(): void {
    // An answer of the former coordinator is not waited for, and what it was told may be news to this one.
    if (this.inFlight) {
      this.inFlight = false;
      this.session++;
      this.full = true;
      this.urgent = true;
    }
    if (this.urgent) this.beat();
    this.progress();
  }

  /** A stale epoch is replaced by the next heartbeat's answer, and a lost membership is noticed by it: commits change nothing. */
  refused(errorCode: ErrorCode): void {
    if (errorCode === ErrorCode.STALE_MEMBER_EPOCH && this.epoch > JOINS) this.heartbeatNow();
  }

  progress(): void {
    if (this.leaving !== null) this.goodbye(this.leaving);
    if (this.busy || this.stopped || !this.deps.listener.inPoll || this.topics.length === 0) return;
    this.busy = true;
    if (this.failed !== '') this.tellFailure();
    else if (this.lost) this.tellLoss();
    else this.reconcile();
    if (this.epoch === -1 && this.failed === '') this.join();
    this.busy = false;
  }

  leave(done: () => void): void {
    this.stop();
    const { owned } = this.deps;
    owned.giveUp(owned.ids, this.lost, this.metadata());
    this.leaving = done;
    this.goodbye(done);
  }

  stop(): void {
    this.stopped = true;
    this.deps.process.cancel(this.timer);
  }

  // ---------------------------------------------------------------- what the application hears of

  /** Gives up what is no longer its, once that is committed; takes what is new; acknowledges both. */
  private reconcile(): void {
    const { owned, commits, fetcher } = this.deps;
    const { target } = this;
    if (target === null || commits.syncOutstanding > 0) return;
    const wanted = new Set(target);
    const revoked = owned.ids.filter((id) => !wanted.has(id));
    const progress = (this.reconciling ??= this.beginReconciling(revoked.length > 0));
    if (!progress.committed) return;
    if (!progress.givenUp) {
      progress.givenUp = true;
      owned.giveUp(revoked, false, this.metadata());
    }
    if (commits.syncOutstanding > 0) return;
    this.reconciling = null;
    this.target = null;
    const has = new Set(owned.ids);
    const added = target.filter((id) => !has.has(id));
    this.announce();
    if (added.length > 0 || revoked.length > 0) owned.take(added, this.metadata());
    fetcher.release();
    if (!sameSet(owned.ids, this.sentOwned)) this.heartbeatNow();
  }

  private beginReconciling(revokes: boolean): { committed: boolean; givenUp: boolean } {
    const { config, fetcher, autoCommit } = this.deps;
    const progress = { committed: !revokes, givenUp: false };
    if (revokes) {
      fetcher.held = true;
      autoCommit(config.maxPollIntervalUs, () => {
        progress.committed = true;
        this.progress();
      });
    }
    return progress;
  }

  private announce(): void {
    if (this.announced) return;
    this.announced = true;
    this.lastJoined = this.metadata();
    const { simulation, clientName } = this.deps;
    const { bus } = simulation;
    bus.emit(groupJoined, clientName, this.groupName, this.epoch, bus.names.idOf(this.memberId), 0);
  }

  private tellLoss(): void {
    const { owned, fetcher } = this.deps;
    this.lost = false;
    owned.giveUp(owned.ids, true, this.metadata());
    fetcher.release();
  }

  private tellFailure(): void {
    const { owned, fetcher, listener } = this.deps;
    if (this.failed === 'TOLD') return;
    const error = this.failed;
    this.failed = 'TOLD';
    fetcher.held = true;
    owned.giveUp(owned.ids, true, this.metadata());
    listener.onGroupError(error);
  }

  // ---------------------------------------------------------------- in and out

  private join(): void {
    const { clientId, random } = this.deps;
    if (this.memberId === '') this.memberId = `${clientId}-${random.int(1_000_000_000)}`;
    this.session++;
    this.inFlight = false;
    this.epoch = JOINS;
    this.announced = false;
    this.full = true;
    this.heartbeatNow();
  }

  /** Out of the group: what it owns is lost, which the application hears of at its next poll; then it joins again. */
  private outside(error: string): void {
    const { simulation, clientName, owned } = this.deps;
    if (this.epoch > JOINS) {
      simulation.probes.hit(consumerProbes['consumer-member-fenced']);
      simulation.bus.emit(memberFenced, clientName, this.groupName, this.epoch, simulation.bus.names.idOf(error));
    }
    this.epoch = -1;
    this.session++;
    this.target = null;
    this.reconciling = null;
    this.lost = owned.ids.length > 0;
    this.deps.process.cancel(this.timer);
    this.progress();
  }

  private pollExpired(): void {
    this.deps.simulation.probes.hit(consumerProbes['max-poll-interval-exceeded']);
    this.sayGoodbye(ignore);
    this.outside('MAX_POLL_INTERVAL');
  }

  private goodbye(done: () => void): void {
    if (this.deps.commits.syncOutstanding > 0) return;
    this.leaving = null;
    this.sayGoodbye(done);
  }

  /** A static member only goes for a while (KIP-345). */
  private sayGoodbye(done: () => void): void {
    const { link, config } = this.deps;
    if (this.epoch <= JOINS || !link.ready()) done();
    else link.send('ConsumerGroupHeartbeat', this.request(config.groupInstanceId === null ? LEAVES : LEAVES_FOR_A_WHILE), done);
  }

  // ---------------------------------------------------------------- heartbeats

  private heartbeatNow(): void {
    this.urgent = true;
    this.beat();
  }

  private readonly tick = (): void => {
    this.timer = 0;
    this.heartbeatNow();
  };

  private beat(): void {
    const { link, listener } = this.deps;
    if (this.stopped || this.inFlight || this.epoch < JOINS) return;
    if (!listener.inPoll && link.nowUs > listener.pollDeadlineUs && this.epoch > JOINS) {
      this.pollExpired();
      return;
    }
    if (!link.ready()) return;
    this.urgent = false;
    this.inFlight = true;
    const { session } = this;
    link.send('ConsumerGroupHeartbeat', this.request(this.epoch), (response) => {
      if (session !== this.session) return;
      this.inFlight = false;
      this.answered(response);
    });
  }

  private request(memberEpoch: number): ConsumerGroupHeartbeatRequest {
    const { groupId, clientId, config, owned } = this.deps;
    const all = this.full && memberEpoch >= JOINS;
    const ids = memberEpoch === JOINS ? [] : owned.ids;
    const ownedPartitions = memberEpoch >= JOINS && (all || !sameSet(ids, this.sentOwned)) ? ids : null;
    const subscribedTopics = memberEpoch >= JOINS && (all || this.topics !== this.sentTopics) ? this.topics : null;
    if (ownedPartitions !== null) this.sentOwned = ownedPartitions;
    if (subscribedTopics !== null) this.sentTopics = subscribedTopics;
    this.full = false;
    return {
      groupId,
      memberId: this.memberId,
      memberEpoch,
      instanceId: config.groupInstanceId,
      clientId,
      rebalanceTimeoutUs: all ? config.maxPollIntervalUs : -1,
      subscribedTopics,
      serverAssignor: all ? config.groupRemoteAssignor : null,
      ownedPartitions,
    };
  }

  private answered(response: ConsumerGroupHeartbeatResponse | null): void {
    const errorCode = response === null ? ErrorCode.NETWORK_EXCEPTION : response.errorCode;
    if (response === null || errorCode !== ErrorCode.NONE) {
      this.refusedHeartbeat(errorCode as ErrorCode);
      return;
    }
    this.failures = 0;
    this.epoch = response.memberEpoch;
    this.heartbeatIntervalUs = response.heartbeatIntervalUs;
    if (response.assignment !== null) this.target = response.assignment;
    this.arm(this.heartbeatIntervalUs);
    this.progress();
    if (this.urgent) this.beat();
  }

  private refusedHeartbeat(errorCode: ErrorCode): void {
    const { link, config, random } = this.deps;
    link.heedError(errorCode);
    // Whatever the request said may not have been heard.
    this.full = true;
    switch (errorCode) {
      case ErrorCode.FENCED_MEMBER_EPOCH:
      case ErrorCode.UNKNOWN_MEMBER_ID:
        this.outside(errorName(errorCode));
        break;
      case ErrorCode.NETWORK_EXCEPTION:
      case ErrorCode.NOT_COORDINATOR:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
      // Guess: Java's consumer fails here; an application that is started again and again until the former one's session is over comes to the same.
      case ErrorCode.UNRELEASED_INSTANCE_ID:
        this.arm(retryBackoffUs(config, this.failures++, random));
        break;
      default:
        this.failed = errorName(errorCode);
        this.outside(this.failed);
    }
  }

  private arm(afterUs: number): void {
    const { process, link, listener } = this.deps;
    process.cancel(this.timer);
    const untilDeadlineUs = listener.inPoll ? afterUs : Math.max(0, listener.pollDeadlineUs - link.nowUs) + 1;
    this.timer = process.after(Math.min(afterUs, untilDeadlineUs), this.tick, undefined);
  }
}

function sameSet(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  const all = new Set(a);
  return all.size === b.length && b.every((each) => all.has(each));
}

function ignore(): void {}
