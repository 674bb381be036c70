/**
 * Transactions as one replica's log tells of them (KIP-98): which are open, which have ended but not yet below the high watermark, and which were aborted.
 * The first two bound the last stable offset; the third is what read_committed consumers are told, as Kafka's transaction index (.txnindex files) does.
 */
import type { AbortedTransaction } from '../protocol/messages.js';

/** A transaction whose marker is in the log. */
export interface CompletedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Offset of the marker. */
  readonly lastOffset: number;
}

/** An entry of the index of aborted transactions. */
export interface AbortedEntry extends CompletedTransaction {
  /** Where the last stable offset stood once this transaction had ended: later entries begin there or beyond. */
  readonly lastStableOffset: number;
}

interface OngoingTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

const NONE: readonly AbortedTransaction[] = [];

export class LogTransactions {
  /** A transactional record was ever seen: without one nobody need look any further. */
  seen = false;
  /** In order of their first offsets. */
  private ongoing: OngoingTransaction[] = [];
  /** Ended, with a marker at or above the high watermark; in order of their markers. */
  private unreplicated: CompletedTransaction[] = [];
  /** In order of their markers. */
  private index: AbortedEntry[] = [];
  private unstable = -1;

  /** @param awaitsMarkers the condition `stableOffsetAwaitsMarkers` */
  constructor(private readonly awaitsMarkers: boolean) {}

  /** First offset of the earliest transaction that is open or whose marker is not below the high watermark; -1: there is none. */
  get firstUnstableOffset(): number {
    return this.unstable;
  }

  /** The whole index of aborted transactions. */
  get aborted(): readonly AbortedEntry[] {
    return this.index;
  }

  began(producerId: number, firstOffset: number): void {
    this.seen = true;
    this.ongoing.push({ producerId, firstOffset });
    this.findFirstUnstable();
  }

  /** The marker was appended at `lastOffset`. */
  ended(transaction: CompletedTransaction, aborted: boolean): void {
    this.forgetOngoing(transaction.producerId);
    if (this.awaitsMarkers) this.unreplicated.push(transaction);
    if (aborted) {
      const lastStableOffset = this.ongoing[0]?.firstOffset ?? transaction.lastOffset + 1;
      this.index.push({ ...transaction, lastStableOffset });
    }
    this.findFirstUnstable();
  }

  /** The producer's state is gone, and with it what it had begun. */
  forgetOngoing(producerId: number): void {
    const at = this.ongoing.findIndex((transaction) => transaction.producerId === producerId);
    if (at >= 0) this.ongoing.splice(at, 1);
    this.findFirstUnstable();
  }

  /** Everything below `offset` is replicated, or deleted. */
  replicatedTo(offset: number): void {
    let done = 0;
    while (done < this.unreplicated.length && (this.unreplicated[done] as CompletedTransaction).lastOffset < offset) done++;
    if (done === 0) return;
    this.unreplicated.splice(0, done);
    this.findFirstUnstable();
  }

  /** Compaction left nothing of these transactions that a reader would have to skip. */
  forgetAborted(gone: ReadonlySet<AbortedEntry>): void {
    if (gone.size > 0) this.index = this.index.filter((entry) => !gone.has(entry));
  }

  /** Forgets everything; `aborted` tells of the aborted transactions that ended below `offset`. */
  resetTo(offset: number, aborted: readonly AbortedEntry[]): void {
    this.ongoing = [];
    this.unreplicated = [];
    this.index = aborted.filter((entry) => entry.lastOffset < offset);
    this.seen = this.seen || this.index.length > 0;
    this.unstable = -1;
  }

  /** Aborted transactions with records in [from, to), in order of their first offsets. */
  abortedBetween(from: number, to: number): readonly AbortedTransaction[] {
    const { index } = this;
    let low = 0;
    let high = index.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((index[middle] as AbortedEntry).lastOffset < from) low = middle + 1;
      else high = middle;
    }
    let found: AbortedTransaction[] | undefined;
    for (; low < index.length; low++) {
      const { producerId, firstOffset, lastStableOffset } = index[low] as AbortedEntry;
      if (firstOffset < to) (found ??= []).push({ producerId, firstOffset });
      if (lastStableOffset >= to) break;
    }
    return found === undefined ? NONE : found.sort((a, b) => a.firstOffset - b.firstOffset);
  }

  private findFirstUnstable(): void {
    let first = this.ongoing.length === 0 ? -1 : (this.ongoing[0] as OngoingTransaction).firstOffset;
    for (const { firstOffset } of this.unreplicated) if (first < 0 || firstOffset < first) first = firstOffset;
    this.unstable = first;
  }
}
