/** What a partition remembers of one producer (KIP-98), after Kafka's ProducerStateEntry: its epoch, its last batches, and whether it has a transaction open. */
import { lastSequenceOf, type RecordBatch } from '../protocol/records.js';

/** Batches kept per producer: as many as may be in flight, so that each is recognised when it is sent again. */
export const BATCHES_KEPT = 5;

export interface BatchMetadata {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly timestampMs: number;
}

export class ProducerStateEntry {
  /** -1 while nothing is known. */
  producerEpoch = -1;
  /** Of the last marker; -1 before the first. */
  coordinatorEpoch = -1;
  lastTimestampMs = -1;
  /** First offset of the open transaction; -1 when there is none. */
  currentTxnFirstOffset = -1;
  /** Oldest first. */
  readonly batches: BatchMetadata[] = [];

  constructor(readonly producerId: number) {}

  /** Sequence of the last record; -1 when the epoch has none yet. */
  get lastSequence(): number {
    const last = this.batches[this.batches.length - 1];
    return last === undefined ? -1 : last.lastSequence;
  }

  /** Offset of the last record known; -1 without any. */
  get lastDataOffset(): number {
    const last = this.batches[this.batches.length - 1];
    return last === undefined ? -1 : last.lastOffset;
  }

  /** A new epoch begins without sequences. One older than the current is somebody else's affair. */
  enterEpoch(producerEpoch: number): void {
    if (producerEpoch <= this.producerEpoch) return;
    this.producerEpoch = producerEpoch;
    this.batches.length = 0;
  }

  addBatch(batch: RecordBatch): void {
    this.enterEpoch(batch.producerEpoch);
    this.lastTimestampMs = batch.maxTimestampMs;
    if (batch.baseSequence < 0 || batch.producerEpoch !== this.producerEpoch) return;
    if (this.batches.length === BATCHES_KEPT) this.batches.shift();
    this.batches.push({
      firstSequence: batch.baseSequence,
      lastSequence: lastSequenceOf(batch),
      firstOffset: batch.baseOffset,
      lastOffset: batch.lastOffset,
      timestampMs: batch.maxTimestampMs,
    });
  }

  /** The remembered batch with exactly these sequences, if the epoch is the same. */
  find(producerEpoch: number, firstSequence: number, lastSequence: number): BatchMetadata | null {
    if (producerEpoch !== this.producerEpoch) return null;
    for (const batch of this.batches) if (batch.firstSequence === firstSequence && batch.lastSequence === lastSequence) return batch;
    return null;
  }

  /** Forgets batches that lie wholly below `offset`. */
  removeBatchesBelow(offset: number): void {
    while (this.batches.length > 0 && (this.batches[0] as BatchMetadata).lastOffset < offset) this.batches.shift();
  }
}
