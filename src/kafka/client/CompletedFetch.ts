/**
 * Records of one partition out of one fetch, handed out bit by bit, after the Java consumer's CompletedFetch: what lies below the position, control batches
 * and (under read_committed) aborted transactions are passed over, and the position moves over them all the same.
 */
import type { Probes } from '../../engine/probes.js';
import type { AbortedTransaction } from '../protocol/messages.js';
import type { Record, RecordBatch } from '../protocol/records.js';
import type { AssignedPartition } from './SubscriptionState.js';
import { consumerProbes } from './probes.js';

/** Records of one partition in the order of their offsets, out of one batch. */
export interface PolledBatch {
  readonly topic: string;
  /** Interned name `topic-index`. */
  readonly partition: number;
  readonly firstOffset: number;
  /** Offsets of the records where they are not consecutive (compaction); null: `records[i]` has offset `firstOffset + i`. */
  readonly offsets: readonly number[] | null;
  /** Epoch of the leader that appended them. */
  readonly leaderEpoch: number;
  readonly records: readonly Record[];
}

export class CompletedFetch {
  nextOffset: number;
  /** Epoch of the last batch passed; -1 none. */
  leaderEpoch: number;

  private index = 0;
  private abortedIndex = 0;
  /** Producers with an aborted transaction open at this place of the log; null while there is nothing to filter. */
  private readonly abortedProducers: Set<number> | null;

  /** @param aborted transactions to leave out, ordered by first offset; null: all records are wanted. */
  constructor(
    readonly partition: AssignedPartition,
    private readonly batches: readonly RecordBatch[],
    fetchOffset: number,
    private readonly aborted: readonly AbortedTransaction[] | null,
    private readonly probes: Probes,
  ) {
    this.nextOffset = fetchOffset;
    this.leaderEpoch = partition.offsetEpoch;
    this.abortedProducers = aborted === null || aborted.length === 0 ? null : new Set();
  }

  get drained(): boolean {
    return this.index >= this.batches.length;
  }

  /** Offset after the last batch. */
  get endOffset(): number {
    return (this.batches[this.batches.length - 1] as RecordBatch).lastOffset + 1;
  }

  /** The next batch cannot be read (check.crcs). */
  get corrupt(): boolean {
    const batch = this.batches[this.index];
    return batch !== undefined && !batch.crcValid;
  }

  /** Ends the fetch: nothing more comes out of it. */
  abandon(): void {
    this.index = this.batches.length;
  }

  /** Moves at most `limit` records to `out`; returns how many. Stops in front of a corrupt batch. */
  take(limit: number, out: PolledBatch[]): number {
    let taken = 0;
    while (this.index < this.batches.length) {
      const batch = this.batches[this.index] as RecordBatch;
      if (batch.lastOffset >= this.nextOffset) {
        if (!batch.crcValid) break;
        if (this.passedOver(batch)) this.nextOffset = batch.lastOffset + 1;
        else if (taken === limit) break;
        else taken += this.takeBatch(batch, limit - taken, out);
        this.leaderEpoch = batch.leaderEpoch;
        if (batch.lastOffset >= this.nextOffset) break;
      }
      this.index++;
    }
    return taken;
  }

  /** Control batches are never records of the application's; whether a transaction was aborted is known by its producer id (KIP-98). */
  private passedOver(batch: RecordBatch): boolean {
    if (this.abortedProducers !== null) {
      this.beginAborted(batch.lastOffset, this.abortedProducers);
      if (batch.control !== null && !batch.control.commit) this.abortedProducers.delete(batch.producerId);
      else if (batch.isTransactional && this.abortedProducers.has(batch.producerId)) {
        this.probes.hit(consumerProbes['aborted-batch-left-out']);
        return true;
      }
    }
    return batch.control !== null;
  }

  private beginAborted(upTo: number, producers: Set<number>): void {
    const aborted = this.aborted as readonly AbortedTransaction[];
    for (let next = aborted[this.abortedIndex]; next !== undefined && next.firstOffset <= upTo; next = aborted[++this.abortedIndex]) {
      producers.add(next.producerId);
    }
  }

  private takeBatch(batch: RecordBatch, limit: number, out: PolledBatch[]): number {
    const { partition } = this;
    // The first batch may begin below the position: brokers return whole batches.
    const from = batch.offsets === null ? Math.max(0, this.nextOffset - batch.baseOffset) : firstFrom(batch.offsets, this.nextOffset);
    const count = Math.min(limit, batch.records.length - from);
    const whole = count === batch.records.length;
    const records = whole ? batch.records : batch.records.slice(from, from + count);
    const offsets = batch.offsets === null || whole ? batch.offsets : batch.offsets.slice(from, from + count);
    const firstOffset = offsets === null ? batch.baseOffset + from : (offsets[0] ?? batch.lastOffset + 1);
    if (count > 0)
      out.push({ topic: partition.topic, partition: partition.id, firstOffset, offsets, leaderEpoch: batch.leaderEpoch, records });
    const last = offsets === null ? firstOffset + count - 1 : (offsets[count - 1] ?? batch.lastOffset);
    this.nextOffset = from + count === batch.records.length ? batch.lastOffset + 1 : last + 1;
    return count;
  }
}

/** Offset of the record at this place of a polled batch. */
export function polledOffset(batch: PolledBatch, index: number): number {
  return batch.offsets === null ? batch.firstOffset + index : (batch.offsets[index] as number);
}

function firstFrom(offsets: readonly number[], offset: number): number {
  const index = offsets.findIndex((each) => each >= offset);
  return index === -1 ? offsets.length : index;
}
