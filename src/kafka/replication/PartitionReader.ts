/**
 * Reading a broker's replicas for others: fetches, offset look-ups and epoch ends, each behind the checks of leadership and leader epoch that
 * fence a requester with an outdated view (KIP-320). Changes nothing.
 */
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import { fetchFenced } from '../events.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type {
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
import type { Partition } from './Partition.js';

export interface PartitionReaderDeps {
  readonly simulation: Simulation;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly metadata: MetadataCache;
}

export class PartitionReader {
  constructor(
    private readonly deps: PartitionReaderDeps,
    private readonly partitions: ReadonlyMap<number, Partition>,
  ) {}

  /** All that a fetch asks for, once more: when it has waited; the follower's progress was counted when it arrived. */
  reread(request: FetchRequest): FetchResponse {
    let bytes = 0;
    const partitions = request.partitions.map((asked) => {
      const answer = this.read(asked, request, request.maxBytes - bytes, bytes === 0);
      for (const batch of answer.batches) bytes += batch.sizeBytes;
      return answer;
    });
    return { partitions };
  }

  /**
   * One partition of a fetch.
   * @param budgetBytes what is left of the response's size. @param first nothing was read so far: one batch is returned whatever its size.
   */
  read(asked: FetchPartition, request: FetchRequest, budgetBytes: number, first: boolean): FetchPartitionResponse {
    const partition = this.partitions.get(asked.partition);
    const fromFollower = request.replicaId >= 0;
    const errorCode = this.fetchError(partition, asked, request.replicaId);
    if (errorCode !== ErrorCode.NONE || partition === undefined) return failedFetch(asked.partition, errorCode);
    const { log } = partition;
    const logEndOffset = log.logEndOffset;
    // In the leader's own epoch and within its log nothing can diverge: so it is with nearly every fetch.
    const sameHistory = asked.lastFetchedEpoch === log.epochs.latestEpoch() && asked.fetchOffset <= logEndOffset;
    if (asked.lastFetchedEpoch >= 0 && !sameHistory) {
      const end = log.epochs.endOffsetFor(asked.lastFetchedEpoch, logEndOffset);
      if (end.endOffset < 0) return failedFetch(asked.partition, ErrorCode.OFFSET_OUT_OF_RANGE);
      if (end.epoch < asked.lastFetchedEpoch || end.endOffset < asked.fetchOffset) {
        return answered(partition, { epoch: end.epoch, endOffset: end.endOffset }, NO_BATCHES);
      }
    }
    if (asked.fetchOffset < log.logStartOffset || asked.fetchOffset > logEndOffset) {
      return failedFetch(asked.partition, ErrorCode.OFFSET_OUT_OF_RANGE);
    }
    const maxBytes = Math.min(asked.maxBytes, budgetBytes);
    const end = fromFollower ? logEndOffset : log.highWatermark;
    const batches = asked.fetchOffset < end && (maxBytes > 0 || first) ? log.read(asked.fetchOffset, maxBytes, end) : NO_BATCHES;
    return answered(partition, null, batches);
  }

  private fetchError(partition: Partition | undefined, asked: FetchPartition, replicaId: number): number {
    if (partition === undefined) {
      return this.deps.metadata.state(asked.partition) === undefined
        ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    const errorCode = this.epochError(partition, asked.currentLeaderEpoch);
    if (errorCode !== ErrorCode.NONE) {
      const { bus, probes } = this.deps.simulation;
      if (replicaId >= 0 && errorCode === ErrorCode.FENCED_LEADER_EPOCH) probes.hit('stale-follower-fetch-fenced');
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
      return asked.currentLeaderEpoch >= 0 ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    return ErrorCode.NONE;
  }

  /** The checks that every request with a leader epoch goes through (KIP-320). -1 carries none. */
  private epochError(partition: Partition, currentLeaderEpoch: number): number {
    if (currentLeaderEpoch >= 0) {
      if (currentLeaderEpoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
      if (currentLeaderEpoch > partition.leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
    }
    return partition.isLeader ? ErrorCode.NONE : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  listOffsets(request: ListOffsetsRequest): ListOffsetsResponse {
    return { partitions: request.partitions.map((asked) => this.listOffset(asked, request.replicaId)) };
  }

  private listOffset(asked: ListOffsetsRequest['partitions'][number], replicaId: number): ListOffsetsResponse['partitions'][number] {
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
      this.deps.simulation.probes.hit('offset-not-available');
      return failed(ErrorCode.OFFSET_NOT_AVAILABLE);
    }
    if (asked.timestamp === -1) return found(log.highWatermark);
    const entry = log.offsetForTimestamp(asked.timestamp);
    return entry === null || entry.offset >= log.highWatermark ? found(-1) : found(entry.offset, entry.timestamp);
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
): FetchPartitionResponse {
  const { highWatermark, logStartOffset } = partition.log;
  const nothingToTell = divergingEpoch === null && batches.length === 0;
  const last = partition.lastEmptyAnswer;
  // Most fetches find nothing new and begin to wait; they share one answer until the offsets in it move.
  if (nothingToTell && last !== null && last.highWatermark === highWatermark && last.logStartOffset === logStartOffset) return last;
  const answer = {
    partition: partition.id,
    errorCode: ErrorCode.NONE,
    highWatermark,
    lastStableOffset: highWatermark,
    logStartOffset,
    divergingEpoch,
    batches,
  };
  if (nothingToTell) partition.lastEmptyAnswer = answer;
  return answer;
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
  };
}
