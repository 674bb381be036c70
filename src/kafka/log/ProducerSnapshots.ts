/**
 * The producer-state snapshots of one log: small files named by the offset whose state they hold, written when a segment rolls and at a clean shutdown. A
 * restart, or a truncation, begins with the newest that still fits the log and replays what comes after.
 *
 * As in Kafka a snapshot holds only the last batch of each producer: older ones are not recognised as duplicates once a replica has started from it.
 * The index of aborted transactions below the offset lies in the same file here, and in .txnindex files in Kafka.
 */
import type { Disk } from '../../engine/Disk.js';
import type { AbortedEntry } from './LogTransactions.js';
import type { BatchMetadata } from './ProducerStateEntry.js';

export interface ProducerSnapshotEntry {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly lastTimestampMs: number;
  readonly currentTxnFirstOffset: number;
  readonly lastBatch: BatchMetadata | null;
}

export interface ProducerSnapshot {
  readonly producers: readonly ProducerSnapshotEntry[];
  readonly aborted: readonly AbortedEntry[];
}

export class ProducerSnapshots {
  constructor(
    private readonly disk: Disk,
    private readonly partitionName: string,
    /** Offsets of the files on the disk, ascending. */
    private readonly offsets: number[],
  ) {}

  /** Offset of the newest one, -1 without any. */
  get latest(): number {
    return this.offsets[this.offsets.length - 1] ?? -1;
  }

  /** Written and fsynced as a whole. A disk that refuses keeps what it has. */
  write(offset: number, snapshot: ProducerSnapshot): void {
    if (!this.file(offset).replace(snapshot) || this.offsets.includes(offset)) return;
    this.offsets.push(offset);
    this.offsets.sort((a, b) => a - b);
  }

  /** What the newest one holds; undefined without any, and when it cannot be read. */
  get newest(): ProducerSnapshot | undefined {
    return this.offsets.length === 0 ? undefined : this.file(this.latest).read();
  }

  /** Removes those that do not lie in (`from`, `to`]. */
  keepOnly(from: number, to: number): void {
    const kept = this.offsets.filter((offset) => offset > from && offset <= to);
    if (kept.length === this.offsets.length) return;
    for (const offset of this.offsets) if (!kept.includes(offset)) this.disk.delete(snapshotPath(this.partitionName, offset));
    this.offsets.length = 0;
    this.offsets.push(...kept);
  }

  private file(offset: number): ReturnType<typeof this.disk.small<ProducerSnapshot>> {
    return this.disk.small<ProducerSnapshot>(snapshotPath(this.partitionName, offset));
  }
}

/** Kafka's name of a snapshot: `orders-0/00000000000000000042.snapshot`. */
export function snapshotPath(partitionName: string, offset: number): string {
  return `${partitionName}/${String(offset).padStart(20, '0')}.snapshot`;
}

/** Partition name and offset of a snapshot's path, or undefined for any other file. */
export function parseSnapshotPath(path: string): { readonly partitionName: string; readonly offset: number } | undefined {
  const match = /^(.+-\d+)\/(\d{20})\.snapshot$/.exec(path);
  return match === null ? undefined : { partitionName: match[1] as string, offset: Number(match[2]) };
}
