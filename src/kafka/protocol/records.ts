/**
 * Records and record batches (message format v2), as objects instead of bytes. A batch is immutable and shared between the replicas
 * that hold it: followers copy batches as they are, so two replicas agree on a batch exactly when they hold the same object, or one
 * with equal offset, epoch and values.
 *
 * Leaves out: compression, headers, and the older formats' per-message offsets.
 */
import type { CoordinatorRecord } from './coordinatorRecords.js';

export interface Record {
  readonly key: string | null;
  /** The message's identity in this run: the index of the send that produced it; negative for records that brokers write themselves. */
  readonly value: number;
  readonly timestampMs: number;
  readonly sizeBytes: number;
  /** Absent: an application's message. `null`: a tombstone (no value). Otherwise what a coordinator keeps in its internal topic. */
  readonly payload?: CoordinatorRecord | null;
}

/** The end of a transaction in one partition (KIP-98): the one record of a control batch. Its offset is taken, and no application sees it. */
export interface ControlRecord {
  readonly commit: boolean;
  /** Leader epoch of the `__transaction_state` partition whose leader wrote it. */
  readonly coordinatorEpoch: number;
}

export interface RecordBatch {
  readonly baseOffset: number;
  /** Offset of the last record, inclusive. */
  readonly lastOffset: number;
  /** partitionLeaderEpoch: the epoch of the leader that appended the batch (KIP-101). */
  readonly leaderEpoch: number;
  /** -1: the producer is not idempotent. */
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Sequence of the first record; -1 without a producer id and in control batches. The last one's follows from the offsets: {@link lastSequenceOf}. */
  readonly baseSequence: number;
  readonly isTransactional: boolean;
  readonly control: ControlRecord | null;
  readonly maxTimestampMs: number;
  readonly sizeBytes: number;
  /** False once the stored bytes are damaged (torn write, bit rot): a reader that checks CRCs notices. */
  readonly crcValid: boolean;
  readonly records: readonly Record[];
  /** Offsets of the records where compaction has left gaps; null: one after the other from `baseOffset`. */
  readonly offsets: readonly number[] | null;
  /** KIP-534: when compaction may remove the batch's tombstones or marker, milliseconds since 1970; absent until it first came by. */
  readonly deleteHorizonMs?: number;
}

/** Bytes of a batch's header and of one record's framing (KIP-98: 61, and about 7 for varints). */
export const BATCH_OVERHEAD_BYTES = 61;
export const RECORD_OVERHEAD_BYTES = 7;

/** What a producer sends: a batch without offsets. */
export interface ProducerBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly isTransactional?: boolean;
  /** Only in what coordinators write. */
  readonly control?: ControlRecord;
  readonly sizeBytes: number;
  readonly records: readonly Record[];
}

/** The batch as the leader stores it, with offsets and epoch assigned. */
export function placeBatch(batch: ProducerBatch, baseOffset: number, leaderEpoch: number): RecordBatch {
  let maxTimestampMs = -1;
  for (const record of batch.records) if (record.timestampMs > maxTimestampMs) maxTimestampMs = record.timestampMs;
  return {
    baseOffset,
    lastOffset: baseOffset + batch.records.length - 1,
    leaderEpoch,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    isTransactional: batch.isTransactional === true,
    control: batch.control ?? null,
    maxTimestampMs,
    sizeBytes: batch.sizeBytes,
    crcValid: true,
    records: batch.records,
    offsets: null,
  };
}

/** Offset of the record at this index of the batch. */
export function offsetAt(batch: RecordBatch, index: number): number {
  return batch.offsets === null ? batch.baseOffset + index : (batch.offsets[index] as number);
}

/** Sequences are 31 bits and wrap from 2147483647 to 0. */
export function sequenceAfter(sequence: number, count: number): number {
  const next = sequence + count;
  return next > 2_147_483_647 ? next - 2_147_483_648 : next;
}

/** Sequence of the batch's last record, compacted away or not; -1 without sequences. */
export function lastSequenceOf(batch: RecordBatch): number {
  return batch.baseSequence < 0 ? -1 : sequenceAfter(batch.baseSequence, batch.lastOffset - batch.baseOffset);
}

/** The damaged copy that a torn write or bit rot leaves on one disk. */
export function damageBatch(batch: RecordBatch): RecordBatch {
  return { ...batch, crcValid: false };
}

/** Same place, same epoch, same content. */
export function sameBatch(a: RecordBatch, b: RecordBatch): boolean {
  if (a === b) return true;
  if (a.baseOffset !== b.baseOffset || a.lastOffset !== b.lastOffset || a.leaderEpoch !== b.leaderEpoch) return false;
  return a.records.every((record, i) => record.value === b.records[i]?.value);
}

/** What a read of nothing returns. */
export const NO_BATCHES: readonly RecordBatch[] = [];
