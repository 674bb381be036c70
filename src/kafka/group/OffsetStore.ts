/**
 * The committed offsets of one group, classic or of the consumer protocol, in its coordinator's memory: what is in effect, what is on its way into the log, and what
 * waits for the end of a transaction. Of two commits for one partition the one further on in the log counts, whichever was confirmed first.
 *
 * Leaves out: the metadata text that an application may commit along.
 */
import type { OffsetCommitValue } from '../protocol/coordinatorRecords.js';

/** A commit and where in `__consumer_offsets` it is; -1: not known to be there yet. */
export interface StoredOffset {
  readonly value: OffsetCommitValue;
  readonly logOffset: number;
}

/** One producer's offsets that wait for a marker. */
interface OpenTransaction {
  /** In order of commit; several for a partition that was committed again. */
  offsets: StoredOffset[];
  /** Markers that came while offsets were still on their way into the log, which tells on which side of them they fall. */
  readonly markers: { readonly logOffset: number; readonly commit: boolean }[];
}

export class OffsetStore {
  /** By interned partition, in order of first commit. */
  readonly committed = new Map<number, StoredOffset>();
  /** The latest commit of a partition that is being appended. */
  private readonly pending = new Map<number, OffsetCommitValue>();
  /** By producer id. */
  private readonly transactional = new Map<number, OpenTransaction>();

  constructor(
    readonly group: string,
    /** Interned partition of `__consumer_offsets`. */
    readonly partition: number,
  ) {}

  get isEmpty(): boolean {
    return this.committed.size === 0 && this.pending.size === 0 && this.transactional.size === 0;
  }

  begin(values: readonly OffsetCommitValue[]): void {
    for (const value of values) this.pending.set(value.partition, value);
  }

  /** The commit is replicated. True: it is in effect now; false: one later in the log is. */
  appended(value: OffsetCommitValue, logOffset: number): boolean {
    this.failed(value);
    return this.put({ value, logOffset });
  }

  failed(value: OffsetCommitValue): void {
    if (this.pending.get(value.partition) === value) this.pending.delete(value.partition);
  }

  // ------------------------------------------------------------ transactions

  beginTransactional(producerId: number, values: readonly OffsetCommitValue[]): void {
    let open = this.transactional.get(producerId);
    if (open === undefined) this.transactional.set(producerId, (open = { offsets: [], markers: [] }));
    for (const value of values) open.offsets.push({ value, logOffset: -1 });
  }

  /** The offset is replicated. True: it is in effect now, since the marker that commits it is there already. */
  appendedTransactional(producerId: number, value: OffsetCommitValue, logOffset: number): boolean {
    const open = this.transactional.get(producerId);
    const index = open?.offsets.findIndex((stored) => stored.value === value) ?? -1;
    if (open === undefined || index < 0) return false;
    const stored = { value, logOffset };
    const marker = open.markers.find((each) => each.logOffset > logOffset);
    if (marker === undefined) {
      open.offsets[index] = stored;
      return false;
    }
    this.keep(producerId, open, (each) => each.value !== value);
    return marker.commit && this.put(stored);
  }

  failedTransactional(producerId: number, value: OffsetCommitValue): void {
    const open = this.transactional.get(producerId);
    if (open !== undefined) this.keep(producerId, open, (stored) => stored.value !== value);
  }

  hasTransactional(producerId: number): boolean {
    return this.transactional.has(producerId);
  }

  /**
   * The producer's transaction ended with a marker here. Offsets that come behind it in the log wait for the next.
   * @returns those that are in effect now, in order of commit.
   */
  complete(producerId: number, commit: boolean, markerOffset: number): StoredOffset[] {
    const open = this.transactional.get(producerId);
    if (open === undefined) return [];
    open.markers.push({ logOffset: markerOffset, commit });
    const ended = ({ logOffset }: StoredOffset): boolean => logOffset >= 0 && logOffset < markerOffset;
    const effective = commit ? open.offsets.filter((stored) => ended(stored) && this.put(stored)) : [];
    this.keep(producerId, open, (stored) => !ended(stored));
    return effective;
  }

  private keep(producerId: number, open: OpenTransaction, wanted: (stored: StoredOffset) => boolean): void {
    open.offsets = open.offsets.filter(wanted);
    if (open.offsets.length === 0) this.transactional.delete(producerId);
  }

  /** Is a commit of the partition not decided yet: being appended, or in an open transaction? */
  isUnstable(partition: number): boolean {
    if (this.pending.has(partition)) return true;
    for (const { offsets } of this.transactional.values()) if (offsets.some(({ value }) => value.partition === partition)) return true;
    return false;
  }

  // ------------------------------------------------------------ expiry and loading

  /** Forgets what `isExpired` says has expired and is not being committed again; returns it. */
  expire(isExpired: (stored: StoredOffset) => boolean): StoredOffset[] {
    const expired: StoredOffset[] = [];
    for (const [partition, stored] of this.committed) {
      if (this.pending.has(partition) || !isExpired(stored)) continue;
      this.committed.delete(partition);
      expired.push(stored);
    }
    return expired;
  }

  /** As found in the log, which is read in its order. */
  restore(value: OffsetCommitValue, logOffset: number): void {
    this.put({ value, logOffset });
  }

  restoreTransactional(producerId: number, value: OffsetCommitValue, logOffset: number): void {
    this.beginTransactional(producerId, [value]);
    this.appendedTransactional(producerId, value, logOffset);
  }

  forget(partition: number): void {
    this.committed.delete(partition);
  }

  private put(stored: StoredOffset): boolean {
    const { partition } = stored.value;
    const present = this.committed.get(partition);
    if (present !== undefined && present.logOffset > stored.logOffset) return false;
    this.committed.set(partition, stored);
    return true;
  }
}
