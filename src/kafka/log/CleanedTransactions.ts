/**
 * What a pass of the cleaner knows of the transactions that it meets, after Kafka's CleanedTransactionMetadata: which batches belong to aborted ones, and which
 * markers end nothing any more.
 */
import type { RecordBatch } from '../protocol/records.js';
import type { AbortedEntry } from './LogTransactions.js';

export class CleanedTransactions {
  /** Aborted transactions none of whose batches the pass has met. */
  readonly gone = new Set<AbortedEntry>();
  private next = 0;
  private readonly aborted: readonly AbortedEntry[];
  /** By producer: the aborted transaction that it is in at this point of the log, and whether a batch of it was met. */
  private readonly ongoingAborted = new Map<number, { readonly entry: AbortedEntry; met: boolean }>();
  private readonly ongoingCommitted = new Set<number>();

  constructor(aborted: readonly AbortedEntry[]) {
    this.aborted = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** A data batch: true when it belongs to an aborted transaction. */
  onBatch(batch: RecordBatch): boolean {
    this.takeAbortedUpTo(batch.lastOffset);
    if (!batch.isTransactional) return false;
    const ongoing = this.ongoingAborted.get(batch.producerId);
    if (ongoing === undefined) {
      this.ongoingCommitted.add(batch.producerId);
      return false;
    }
    ongoing.met = true;
    return true;
  }

  /** A marker: true when no batch of its transaction is left. */
  onMarker(batch: RecordBatch): boolean {
    this.takeAbortedUpTo(batch.lastOffset);
    if (batch.control?.commit === true) return !this.ongoingCommitted.delete(batch.producerId);
    const ongoing = this.ongoingAborted.get(batch.producerId);
    this.ongoingAborted.delete(batch.producerId);
    if (ongoing === undefined) return true;
    if (!ongoing.met) this.gone.add(ongoing.entry);
    return !ongoing.met;
  }

  private takeAbortedUpTo(offset: number): void {
    for (; this.next < this.aborted.length; this.next++) {
      const entry = this.aborted[this.next] as AbortedEntry;
      if (entry.firstOffset > offset) return;
      this.ongoingAborted.set(entry.producerId, { entry, met: false });
    }
  }
}
