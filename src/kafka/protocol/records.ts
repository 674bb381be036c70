/**
 * Records and record batches (message format v2), as objects instead of bytes. A batch is immutable and shared between the replicas
 * that hold it: followers copy batches as they are, so two replicas agree on a batch exactly when they hold the same object, or one
 * with equal offset, epoch and values.
 *
 * Leaves out: compression, headers, and the older formats' per-message offsets. Producer id, epoch and sequence are carried, and -1
 * until producers are idempotent.
 */
export interface Record {
  readonly key: string | null;
  /** The message's identity in this run: the index of the send that produced it. */
  readonly value: number;
  readonly timestampMs: number;
  readonly sizeBytes: number;
}

export interface RecordBatch {
  readonly baseOffset: number;
  /** Offset of the last record, inclusive. */
  readonly lastOffset: number;
  /** partitionLeaderEpoch: the epoch of the leader that appended the batch (KIP-101). */
  readonly leaderEpoch: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly maxTimestampMs: number;
  readonly sizeBytes: number;
  /** False once the stored bytes are damaged (torn write, bit rot): a reader that checks CRCs notices. */
  readonly crcValid: boolean;
  readonly records: readonly Record[];
}

/** Bytes of a batch's header and of one record's framing (KIP-98: 61, and about 7 for varints). */
export const BATCH_OVERHEAD_BYTES = 61;
export const RECORD_OVERHEAD_BYTES = 7;

/** What a producer sends: a batch without offsets. */
export interface ProducerBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
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
    maxTimestampMs,
    sizeBytes: batch.sizeBytes,
    crcValid: true,
    records: batch.records,
  };
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
