/**
 * Keeps what a KIP-848 group holds in memory and what its log says in step, as the coordinator runtime does: a change is taken over once it is appended, and
 * nobody hears of it, or of anything that rests on it, before it is replicated (CoordinatorRuntime, KIP-848). So a coordinator that was deposed and does not
 * know it may decide what it likes.
 *
 * Kafka's runtime looks at the high watermark; this one learns of it from its appends, and makes one more where the last has not told.
 */
import type { Process } from '../../../engine/Host.js';
import type { Probes } from '../../../engine/probes.js';
import type { CoordinatorTopic, CoordinatorWrite } from '../../coordinator/CoordinatorTopic.js';
import { ErrorCode } from '../../protocol/errors.js';
import { groupProbes } from '../probes.js';

/** NONE: the change is replicated. Otherwise what its requester is to be told; the change may have taken effect all the same. */
export type Done = (errorCode: number) => void;

/** Takes a change over into memory. What it returns announces the change (as events), and is called once that is replicated. */
export type Apply = () => () => void;

interface Append {
  /** The requester of the change, then everybody whose answer rests on it. */
  readonly waiting: Done[];
  announce: () => void;
}

interface Turn {
  readonly run: () => void;
  readonly abandoned: () => void;
}

export interface GroupWriterDeps {
  readonly topic: CoordinatorTopic;
  readonly process: Process;
  readonly probes: Probes;
  readonly timeoutUs: number;
  /** Condition `assignmentPersisted`; without it answers do not wait for the log. */
  readonly answersAwaitLog: boolean;
}

export class GroupWriter {
  private readonly turns: Turn[] = [];
  private readonly inFlight = new Set<Append>();
  private newest: Append | null = null;
  /** Appended, in this order, and not known to be replicated: still awaited, or the wait was over first. */
  private unannounced: Append[] = [];
  /**
   * A change is on its way into the log and not yet taken over: what comes next has to see it. A slow disk takes its time; and an append may answer earlier ones, whose
   * requesters ask for the next thing at once. Kafka's runtime has one thread for a group.
   */
  private blocked = false;
  private closed = false;

  /**
   * @param partition of `__consumer_offsets` that the group belongs to, interned
   * @param repetition a record of the group that may be written again, to learn how far replication is
   */
  constructor(
    private readonly deps: GroupWriterDeps,
    private readonly partition: number,
    private readonly repetition: () => CoordinatorWrite,
  ) {}

  /** Runs now, or once the writes before are in the log. @param abandoned instead, when the coordinator has moved by then. */
  inTurn(run: () => void, abandoned: () => void): void {
    if (this.closed) abandoned();
    else if (this.blocked) this.turns.push({ run, abandoned });
    else run();
  }

  /** @param apply left out when the log refuses the change. @param done called once. */
  commit(writes: readonly CoordinatorWrite[], apply: Apply, done: Done): void {
    if (writes.length > 0) this.append(writes, apply, done);
    else if (!this.deps.answersAwaitLog) done(ErrorCode.NONE);
    else if (this.newest !== null) this.newest.waiting.push(done);
    else if (this.unannounced.length > 0) {
      this.deps.probes.hit(groupProbes['consumer-group-write-repeated']);
      this.append([this.repetition()], () => ignore, done);
    } else done(ErrorCode.NONE);
  }

  /** The coordinator has moved: everybody who waits is to look for the new one. */
  close(): void {
    this.closed = true;
    for (const { waiting } of this.inFlight) for (const done of waiting.splice(0)) done(ErrorCode.NOT_COORDINATOR);
    for (const { abandoned } of this.turns.splice(0)) abandoned();
  }

  private append(writes: readonly CoordinatorWrite[], apply: Apply, done: Done): void {
    const { topic, process, timeoutUs, answersAwaitLog } = this.deps;
    const append: Append = { waiting: [done], announce: ignore };
    let outcome = -1;
    let asynchronous = false;
    this.blocked = true;
    const slow = process.host.disk.slowdown !== 1;
    topic.append(this.partition, writes, { acks: -1, timeoutUs }, (errorCode) => {
      outcome = errorCode;
      if (asynchronous && !this.closed) this.settled(append, errorCode, slow ? apply : null);
    });
    if (outcome !== -1 && isRefusal(outcome)) {
      done(memberError(outcome));
      this.unblock();
      return;
    }
    asynchronous = true;
    this.inFlight.add(append);
    this.unannounced.push(append);
    this.newest = append;
    if (slow && outcome === -1) return;
    append.announce = apply();
    if (!answersAwaitLog) this.tell(append, ErrorCode.NONE);
    if (outcome !== -1) this.settled(append, outcome, null);
    this.unblock();
  }

  private settled(append: Append, errorCode: number, apply: Apply | null): void {
    if (apply !== null && !isRefusal(errorCode)) append.announce = apply();
    this.inFlight.delete(append);
    if (this.newest === append) this.newest = null;
    if (isRefusal(errorCode)) this.unannounced = this.unannounced.filter((each) => each !== append);
    this.tell(append, errorCode);
    if (apply !== null) this.unblock();
  }

  private unblock(): void {
    this.blocked = false;
    while (!this.blocked && !this.closed) {
      const turn = this.turns.shift();
      if (turn === undefined) return;
      turn.run();
    }
  }

  /** What is replicated is announced, with everything before it in the log. */
  private tell(append: Append, errorCode: number): void {
    // Where the answers to several appends come at once, the earlier one need not be the first.
    const replicated = errorCode === ErrorCode.NONE ? this.unannounced.indexOf(append) + 1 : 0;
    for (const { announce } of this.unannounced.splice(0, replicated)) announce();
    const told = errorCode === ErrorCode.NONE ? ErrorCode.NONE : memberError(errorCode);
    for (const done of append.waiting.splice(0)) done(told);
  }
}

function ignore(): void {}

/** Nothing was appended. After a timeout, or with too few replicas left after the append, the records are in the log. */
function isRefusal(errorCode: number): boolean {
  return (
    errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.REQUEST_TIMED_OUT && errorCode !== ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND
  );
}

/** What a failed append means to the member (CoordinatorOperationExceptionHelper). */
function memberError(errorCode: number): number {
  switch (errorCode) {
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.NOT_ENOUGH_REPLICAS:
    case ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case ErrorCode.REQUEST_TIMED_OUT:
      return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return ErrorCode.NOT_COORDINATOR;
    default:
      return errorCode;
  }
}
