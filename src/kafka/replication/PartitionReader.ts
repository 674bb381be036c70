/**
 * Reading a broker's replicas for others: fetches, offset look-ups and epoch ends, each behind the checks of leadership and leader epoch that
 * fence a requester with an outdated view (KIP-320). Changes nothing.
 *
 * Consumers read up to the high watermark of the replica that serves them, with read_committed up to its last stable offset (KIP-98); from a follower too
 * (KIP-392), whose high watermark is behind the leader's. A position beyond it that the log does have is no error: the answer is empty (KIP-207).
 */
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import { fetchFenced } from '../events.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type {
  AbortedTransaction,
  FetchPartition,
  FetchPartitionResponse,
  FetchRequest,
  FetchResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
} from '../protocol/messages.js';
import { NO_BATCHES, type RecordBatch } from '../protocol/records.js';
import type { Log } from '../log/Log.js';
import type { Partition } from './Partition.js';
import type { ReplicaSelector } from './ReplicaSelector.js';
import { replicationProbes } from './probes.js';

export interface PartitionReaderDeps {
  readonly simulation: Simulation;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly metadata: MetadataCache;
  readonly replicaSelector: ReplicaSelector | null;
}

/** By partition, the first unstable offset if it bounds a read; -1: nothing does. */
export type StableBounds = ReadonlyMap<number, number>;

const NO_ABORTED: readonly AbortedTransaction[] = [];

export class PartitionReader {
  constructor(
    private readonly deps: PartitionReaderDeps,
    private readonly partitions: ReadonlyMap<number, Partition>,
  ) {}

  /** All that a fetch asks for, once more: when it has waited; the follower's progress was counted when it arrived. */
  reread(request: FetchRequest, bounds: StableBounds | null = null): FetchResponse {
    let bytes = 0;
    const partitions = request.partitions.map((asked) => {
      const answer = this.read(asked, request, request.maxBytes - bytes, bytes === 0, bounds);
      for (const batch of answer.batches) bytes += batch.sizeBytes;
      return answer;
    });
    return { partitions };
  }

  /**
   * One partition of a fetch.
   * @param budgetBytes what is left of the response's size. @param first nothing was read so far: one batch is returned whatever its size.
   * @param bounds what the first of two looks at the last stable offset found (before KAFKA-9807).
   */
  read(
    asked: FetchPartition,
    request: FetchRequest,
    budgetBytes: number,
    first: boolean,
    bounds: StableBounds | null = null,
  ): FetchPartitionResponse {
    const partition = this.partitions.get(asked.partition);
    const fromFollower = request.replicaId >= 0;
    const errorCode = this.fetchError(partition, asked, request.replicaId);
    if (errorCode !== ErrorCode.NONE || partition === undefined) return failedFetch(asked.partition, errorCode);
    const { log } = partition;
    const logEndOffset = log.logEndOffset;
    // In the leader's own epoch and within its log nothing can diverge: so it is with nearly every fetch.
    const sameHistory = asked.lastFetchedEpoch === log.epochs.latestEpoch() && asked.fetchOffset <= logEndOffset;
    if (asked.lastFetchedEpoch >= 0 && !sameHistory && this.deps.features.divergenceAnswered) {
      const end = log.epochs.endOffsetFor(asked.lastFetchedEpoch, logEndOffset);
      if (end.endOffset < 0) {
        this.deps.simulation.probes.hit(replicationProbes['fetch-epoch-unknown-to-leader']);
        return failedFetch(asked.partition, ErrorCode.OFFSET_OUT_OF_RANGE);
      }
      if (end.epoch < asked.lastFetchedEpoch || end.endOffset < asked.fetchOffset) {
        this.deps.simulation.probes.hit(replicationProbes['diverging-epoch-answered']);
        return answered(partition, { epoch: end.epoch, endOffset: end.endOffset }, NO_BATCHES);
      }
    }
    if (asked.fetchOffset < log.logStartOffset || asked.fetchOffset > logEndOffset) {
      this.deps.simulation.probes.hit(replicationProbes['fetch-offset-out-of-range']);
      return failedFetch(asked.partition, ErrorCode.OFFSET_OUT_OF_RANGE);
    }
    if (!fromFollower && this.deps.replicaSelector !== null && partition.isLeader) {
      const preferred = this.deps.replicaSelector.select(partition, request.rackId ?? '', asked.fetchOffset);
      if (preferred >= 0) {
        this.deps.simulation.probes.hit(replicationProbes['consumer-sent-to-follower']);
        return redirected(partition, preferred);
      }
    }
    if (!fromFollower && !partition.isLeader) this.deps.simulation.probes.hit(replicationProbes['consumer-served-by-follower']);
    const maxBytes = Math.min(asked.maxBytes, budgetBytes);
    const end = fromFollower ? logEndOffset : this.consumerEnd(log, request, asked.partition, bounds);
    const batches = asked.fetchOffset < end && (maxBytes > 0 || first) ? log.read(asked.fetchOffset, maxBytes, end) : NO_BATCHES;
    const aborted = request.isolationLevel === 'read_committed' && batches.length > 0 ? this.abortedIn(log, asked, batches) : null;
    return answered(partition, null, batches, aborted);
  }

  /** Where reading ends for a consumer. */
  private consumerEnd(log: Log, request: FetchRequest, partition: number, bounds: StableBounds | null): number {
    if (!this.deps.features.consumersReadCommitted) return log.logEndOffset;
    if (request.isolationLevel === 'read_uncommitted' || !this.deps.features.lastStableOffsetBound) return log.highWatermark;
    if (bounds === null) {
      const { lastStableOffset } = log;
      if (lastStableOffset < log.highWatermark) this.deps.simulation.probes.hit(replicationProbes['read-ended-at-last-stable-offset']);
      return lastStableOffset;
    }
    // KAFKA-9807: the first look found no transaction below the high watermark of then, so that this one takes the high watermark of now.
    const unstable = bounds.get(partition) ?? -1;
    if (unstable < 0 && log.highWatermark > log.lastStableOffset)
      this.deps.simulation.probes.hit(replicationProbes['read-above-last-stable-offset']);
    return unstable < 0 ? log.highWatermark : Math.min(unstable, log.highWatermark);
  }

  /**
   * The first of the two looks that a read_committed fetch took at the high watermark before KAFKA-9807 (B-53): by partition the first unstable offset if it was
   * below the high watermark, else -1. null: there is nothing that a second look could find otherwise.
   */
  stableBounds(request: FetchRequest): StableBounds | null {
    if (this.deps.features.stableOffsetReadOnce || request.replicaId >= 0 || request.isolationLevel === 'read_uncommitted') return null;
    let bounds: Map<number, number> | null = null;
    for (const { partition: id } of request.partitions) {
      const log = this.partitions.get(id)?.log;
      if (log === undefined || !log.producers.transactions.seen) continue;
      const unstable = log.producers.transactions.firstUnstableOffset;
      (bounds ??= new Map<number, number>()).set(id, unstable < log.highWatermark ? unstable : -1);
    }
    return bounds;
  }

  private abortedIn(log: Log, asked: FetchPartition, batches: readonly RecordBatch[]): readonly AbortedTransaction[] {
    if (!this.deps.features.abortedTransactionsListed || !log.producers.transactions.seen) return NO_ABORTED;
    const aborted = log.abortedTransactions(asked.fetchOffset, (batches[batches.length - 1] as RecordBatch).lastOffset + 1);
    if (aborted.length > 0) this.deps.simulation.probes.hit(replicationProbes['aborted-transactions-listed']);
    return aborted;
  }

  private fetchError(partition: Partition | undefined, asked: FetchPartition, replicaId: number): number {
    if (partition === undefined) {
      return this.deps.metadata.state(asked.partition) === undefined
        ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    const errorCode = this.epochError(partition, asked.currentLeaderEpoch, replicaId < 0 && this.deps.features.followerFetching);
    if (errorCode !== ErrorCode.NONE) {
      const { bus, probes } = this.deps.simulation;
      if (errorCode === ErrorCode.FENCED_LEADER_EPOCH)
        probes.hit(replicaId >= 0 ? replicationProbes['stale-follower-fetch-fenced'] : replicationProbes['stale-consumer-fetch-fenced']);
      else if (errorCode === ErrorCode.UNKNOWN_LEADER_EPOCH) probes.hit(replicationProbes['fetch-from-newer-epoch-refused']);
      bus.emit(
        fetchFenced,
        this.deps.brokerId,
        partition.id,
        replicaId,
        asked.currentLeaderEpoch,
        partition.leaderEpoch,
        bus.names.idOf(errorName(errorCode)),
      );
      return errorCode;
    }
    if (replicaId >= 0 && !partition.remotes.has(replicaId)) {
      this.deps.simulation.probes.hit(replicationProbes['fetch-from-stranger-refused']);
      return asked.currentLeaderEpoch >= 0 ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    return ErrorCode.NONE;
  }

  /** The checks that every request with a leader epoch goes through (KIP-320). -1 carries none. */
  private epochError(partition: Partition, currentLeaderEpoch: number, followersServe = false): number {
    if (currentLeaderEpoch >= 0) {
      if (currentLeaderEpoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
      if (currentLeaderEpoch > partition.leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
    }
    if (partition.isLeader || (followersServe && partition.leaderEpoch >= 0)) return ErrorCode.NONE;
    return ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  listOffsets(request: ListOffsetsRequest): ListOffsetsResponse {
    return { partitions: request.partitions.map((asked) => this.listOffset(asked, request)) };
  }

  private listOffset(
    asked: ListOffsetsRequest['partitions'][number],
    { replicaId, isolationLevel }: ListOffsetsRequest,
  ): ListOffsetsResponse['partitions'][number] {
    const partition = this.partitions.get(asked.partition);
    const failed = (errorCode: number): ListOffsetsResponse['partitions'][number] => {
      return { partition: asked.partition, errorCode, timestamp: -1, offset: -1, leaderEpoch: -1 };
    };
    if (partition === undefined) return failed(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const errorCode = this.epochError(partition, asked.currentLeaderEpoch);
    if (errorCode !== ErrorCode.NONE) return failed(errorCode);
    const { log, leaderEpoch } = partition;
    const found = (offset: number, timestamp = -1): ListOffsetsResponse['partitions'][number] => {
      return { partition: asked.partition, errorCode: ErrorCode.NONE, timestamp, offset, leaderEpoch };
    };
    if (asked.timestamp === -2) return found(log.logStartOffset);
    if (replicaId >= 0) return found(log.logEndOffset);
    // KIP-207: until the high watermark has caught up with this epoch, an answer could lie before one already given.
    if (this.deps.features.offsetNotAvailable && log.highWatermark < partition.epochStartOffset) {
      this.deps.simulation.probes.hit(replicationProbes['offset-not-available']);
      return failed(ErrorCode.OFFSET_NOT_AVAILABLE);
    }
    const committed = isolationLevel === 'read_committed' && this.deps.features.lastStableOffsetBound;
    const end = committed ? log.lastStableOffset : log.highWatermark;
    if (asked.timestamp === -1) return found(end);
    const entry = log.offsetForTimestamp(asked.timestamp);
    return entry === null || entry.offset >= end ? found(-1) : found(entry.offset, entry.timestamp);
  }

  offsetsForLeaderEpoch(request: OffsetForLeaderEpochRequest): OffsetForLeaderEpochResponse {
    return {
      partitions: request.partitions.map((asked) => {
        const partition = this.partitions.get(asked.partition);
        const errorCode = partition === undefined ? ErrorCode.NOT_LEADER_OR_FOLLOWER : this.epochError(partition, asked.currentLeaderEpoch);
        if (partition === undefined || errorCode !== ErrorCode.NONE) {
          return { partition: asked.partition, errorCode, leaderEpoch: -1, endOffset: -1 };
        }
        const end = partition.log.epochs.endOffsetFor(asked.leaderEpoch, partition.log.logEndOffset);
        // Before KIP-279 the answer did not say which epoch it speaks of.
        const leaderEpoch = this.deps.features.truncation === 'kip-101' ? -1 : end.epoch;
        return { partition: asked.partition, errorCode, leaderEpoch, endOffset: end.endOffset };
      }),
    };
  }
}

function answered(
  partition: Partition,
  divergingEpoch: FetchPartitionResponse['divergingEpoch'],
  batches: readonly RecordBatch[],
  abortedTransactions: readonly AbortedTransaction[] | null = null,
): FetchPartitionResponse {
  const { highWatermark, logStartOffset, lastStableOffset } = partition.log;
  const nothingToTell = divergingEpoch === null && batches.length === 0;
  const last = partition.lastEmptyAnswer;
  // Most fetches find nothing new and begin to wait; they share one answer until the offsets in it move.
  if (nothingToTell && last !== null && last.highWatermark === highWatermark && last.logStartOffset === logStartOffset) {
    if (last.lastStableOffset === lastStableOffset) return last;
  }
  const answer = {
    partition: partition.id,
    errorCode: ErrorCode.NONE,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    divergingEpoch,
    batches,
    abortedTransactions,
    preferredReadReplica: -1,
  };
  if (nothingToTell) partition.lastEmptyAnswer = answer;
  return answer;
}

/** KIP-392: read there instead. */
function redirected(partition: Partition, preferredReadReplica: number): FetchPartitionResponse {
  const { highWatermark, lastStableOffset, logStartOffset } = partition.log;
  return {
    partition: partition.id,
    errorCode: ErrorCode.NONE,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    divergingEpoch: null,
    batches: NO_BATCHES,
    abortedTransactions: null,
    preferredReadReplica,
  };
}

function failedFetch(partition: number, errorCode: number): FetchPartitionResponse {
  return {
    partition,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: null,
    batches: NO_BATCHES,
    abortedTransactions: null,
    preferredReadReplica: -1,
  };
}
