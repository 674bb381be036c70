/**
 * A consumer's offsets at its group coordinator, after the Java client's ConsumerCoordinator: commits by the application (with retries, or without), commits by
 * the client itself (enable.auto.commit), and the committed offsets that positions begin with.
 *
 * Asynchronous commits are not retried, because an older one could then overtake a newer one. Leaves out: metadata of commits.
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import { ErrorCode, errorName, isRetriable } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { CommittedOffset, OffsetCommitResponse } from '../protocol/messages.js';
import type { CoordinatorLink } from './CoordinatorLink.js';
import { commitCompleted, commitSent } from './events.js';
import type { GroupMetadata, Membership } from './Membership.js';
import { consumerProbes } from './probes.js';
import { retryBackoffUs } from './retryBackoff.js';
import type { SubscriptionState } from './SubscriptionState.js';

export interface OffsetToCommit {
  /** Interned `topic-index`. */
  readonly partition: number;
  /** Of the next record to read. */
  readonly offset: number;
  /** Epoch of the record before it (KIP-320); absent: unknown. */
  readonly leaderEpoch?: number;
}

/** Kafka's error, or the empty text. `TIMEOUT`, `NETWORK_EXCEPTION`, `REQUEST_TIMED_OUT`, `CLOSED`: nobody knows whether it took effect. */
export type CommitDone = (error: string) => void;

export interface CommitterDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly clientName: number;
  readonly groupId: string;
  readonly config: ConsumerConfig;
  readonly features: KafkaFeatures;
  readonly link: CoordinatorLink;
  readonly subscriptions: SubscriptionState;
  readonly random: Random;
  /** null while partitions are assigned by hand. */
  readonly membership: () => Membership | null;
}

interface Commit {
  readonly kind: 'sync' | 'async' | 'auto';
  readonly partitions: readonly CommittedOffset[];
  readonly retries: boolean;
  readonly deadlineUs: number;
  readonly done: CommitDone;
  attempts: number;
  timer: Timer;
}

const OUTSIDE: Omit<GroupMetadata, 'groupId'> = { generationId: -1, memberId: '', groupInstanceId: null };

export class OffsetCommitter {
  /** A synchronous commit has ended: the application goes on. */
  onUnblocked: () => void = () => {};

  /** Synchronous commits under way: the application is blocked by them. */
  syncOutstanding = 0;

  /** Commits that wait for the coordinator to be found. */
  private waiting: Commit[] = [];
  private readonly unfinished = new Set<Commit>();

  constructor(private readonly deps: CommitterDeps) {}

  /** Retries retriable errors until default.api.timeout.ms. */
  commitSync(offsets: readonly OffsetToCommit[] | null, done: CommitDone): void {
    this.syncOutstanding++;
    this.begin('sync', offsets, true, this.deps.config.defaultApiTimeoutUs, (error) => {
      this.syncOutstanding--;
      done(error);
      if (this.syncOutstanding === 0) this.onUnblocked();
    });
  }

  commitAsync(offsets: readonly OffsetToCommit[] | null, done: CommitDone): void {
    this.begin('async', offsets, false, this.deps.config.defaultApiTimeoutUs, done);
  }

  /** Of the client's own accord. @param withinUs how long to retry; 0: not at all. */
  commitAutomatically(offsets: readonly OffsetToCommit[], withinUs: number, done: CommitDone): void {
    this.begin('auto', offsets, withinUs > 0, withinUs > 0 ? withinUs : this.deps.config.defaultApiTimeoutUs, done);
  }

  /** Positions behind what the application was given. */
  consumed(): OffsetToCommit[] {
    const { subscriptions, features } = this.deps;
    const offsets: OffsetToCommit[] = [];
    for (const { id, state, position, offsetEpoch, fetchedTo } of subscriptions.partitions) {
      if (state !== 'fetching' || position < 0) continue;
      // KAFKA-2942: a client that commits what it has fetched, rather than what it has handed out.
      const offset = features.commitsFollowPositions ? position : Math.max(position, fetchedTo);
      offsets.push({ partition: id, offset, leaderEpoch: features.consumerEpochValidation ? offsetEpoch : -1 });
    }
    return offsets;
  }

  linkReady(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const commit of waiting) {
      this.deps.process.cancel(commit.timer);
      this.attempt(commit);
    }
  }

  close(): void {
    for (const commit of [...this.unfinished]) this.finish(commit, 'CLOSED');
  }

  private begin(
    kind: Commit['kind'],
    offsets: readonly OffsetToCommit[] | null,
    retries: boolean,
    withinUs: number,
    done: CommitDone,
  ): void {
    const partitions = (offsets ?? this.consumed()).map(({ partition, offset, leaderEpoch }) => {
      return { partition, offset, leaderEpoch: leaderEpoch ?? -1 };
    });
    if (partitions.length === 0) {
      done('');
      return;
    }
    const commit: Commit = { kind, partitions, retries, deadlineUs: this.deps.link.nowUs + withinUs, done, attempts: 0, timer: 0 };
    this.unfinished.add(commit);
    this.attempt(commit);
  }

  private attempt(commit: Commit): void {
    if (!this.unfinished.has(commit)) return;
    const { link, groupId } = this.deps;
    const membership = this.deps.membership();
    const member = membership === null ? { groupId, ...OUTSIDE } : membership.commitIdentity();
    if (member === null) {
      this.deps.simulation.probes.hit(consumerProbes['commit-outside-membership']);
      // Java: RebalanceInProgressException, which the application may try again after the next poll, and CommitFailedException.
      this.finish(commit, membership?.rebalancing === true ? 'REBALANCE_IN_PROGRESS' : 'COMMIT_FAILED');
      return;
    }
    if (!link.ready()) {
      this.waiting.push(commit);
      commit.timer = this.deps.process.after(Math.max(0, commit.deadlineUs - link.nowUs), this.timedOut, commit);
      return;
    }
    commit.attempts++;
    this.emitSent(commit, member);
    const { generationId, memberId, groupInstanceId } = member;
    link.send('OffsetCommit', { groupId, generationId, memberId, groupInstanceId, partitions: [...commit.partitions] }, (response) =>
      this.answered(commit, member, response),
    );
  }

  private answered(commit: Commit, member: GroupMetadata, response: OffsetCommitResponse | null): void {
    let errorCode: ErrorCode = ErrorCode.NONE;
    if (response === null) errorCode = ErrorCode.NETWORK_EXCEPTION;
    else for (const each of response.partitions) if (each.errorCode !== ErrorCode.NONE) errorCode = each.errorCode as ErrorCode;
    const error = errorCode === ErrorCode.NONE ? '' : errorName(errorCode);
    this.emitCompleted(commit, member, error);
    this.deps.link.heedError(errorCode);
    if (errorCode === ErrorCode.REQUEST_TIMED_OUT) this.deps.link.lost();
    if (concernsMembership(errorCode)) this.deps.membership()?.refused(errorCode, member);
    const again = isRetriable(errorCode) || errorCode === ErrorCode.STALE_MEMBER_EPOCH;
    if (!commit.retries || !again || !this.unfinished.has(commit)) this.finish(commit, error);
    else if (this.deps.link.nowUs >= commit.deadlineUs) this.finish(commit, 'TIMEOUT');
    else
      commit.timer = this.deps.process.after(retryBackoffUs(this.deps.config, commit.attempts - 1, this.deps.random), this.retry, commit);
  }

  private readonly retry = (commit: Commit): void => {
    this.deps.simulation.probes.hit(consumerProbes['offset-commit-retried']);
    this.attempt(commit);
  };

  private readonly timedOut = (commit: Commit): void => {
    this.waiting = this.waiting.filter((each) => each !== commit);
    this.finish(commit, 'TIMEOUT');
  };

  private finish(commit: Commit, error: string): void {
    if (!this.unfinished.delete(commit)) return;
    this.deps.process.cancel(commit.timer);
    if (error !== '') this.deps.simulation.probes.hit(consumerProbes['offset-commit-failed']);
    commit.done(error);
  }

  private emitSent({ partitions, kind }: Commit, { generationId }: GroupMetadata): void {
    const { bus } = this.deps.simulation;
    for (const { partition, offset } of partitions)
      bus.emit(commitSent, this.deps.clientName, partition, offset, generationId, bus.names.idOf(kind));
  }

  private emitCompleted({ partitions, kind }: Commit, { generationId }: GroupMetadata, error: string): void {
    const { bus } = this.deps.simulation;
    const errorId = bus.names.idOf(error === '' ? 'NONE' : error);
    const kindId = bus.names.idOf(kind);
    for (const { partition, offset } of partitions)
      bus.emit(commitCompleted, this.deps.clientName, partition, offset, generationId, kindId, errorId);
  }
}

/** Errors by which a coordinator says what it thinks of the member. */
export function concernsMembership(errorCode: number): boolean {
  switch (errorCode) {
    case ErrorCode.UNKNOWN_MEMBER_ID:
    case ErrorCode.ILLEGAL_GENERATION:
    case ErrorCode.FENCED_INSTANCE_ID:
    case ErrorCode.REBALANCE_IN_PROGRESS:
    case ErrorCode.STALE_MEMBER_EPOCH:
    case ErrorCode.FENCED_MEMBER_EPOCH:
      return true;
    default:
      return false;
  }
}
