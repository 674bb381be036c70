/**
 * One file of a log: the batches from a base offset on. The file's entries are the only copy, so a restarted broker finds what the page
 * cache or the disk kept.
 *
 * Leaves out: the index files. Offsets and timestamps are found by binary search and scan over the batches, as a rebuilt index would.
 */
import type { Disk, LogFile } from '../../engine/Disk.js';
import { damageBatch } from '../protocol/records.js';
import type { RecordBatch } from '../protocol/records.js';

export class LogSegment {
  readonly path: string;
  file: LogFile<RecordBatch>;
  sizeBytes = 0;
  /** Greatest record timestamp, -1 while empty. */
  maxTimestampMs = -1;

  /** Opens the segment, or creates it. `createdMs`: wall clock; a restart counts as creation, as in Kafka. */
  constructor(
    private readonly disk: Disk,
    partitionName: string,
    readonly baseOffset: number,
    readonly createdMs: number,
  ) {
    this.path = segmentPath(partitionName, baseOffset);
    this.file = disk.log<RecordBatch>(this.path, damageBatch);
    this.measure();
  }

  get length(): number {
    return this.file.length;
  }

  /** The offset after the last batch; the base offset while empty. */
  get nextOffset(): number {
    const length = this.file.length;
    return length === 0 ? this.baseOffset : this.file.at(length - 1).lastOffset + 1;
  }

  /** False: the disk refused. */
  append(batch: RecordBatch): boolean {
    if (!this.file.append(batch, batch.sizeBytes)) return false;
    this.sizeBytes += batch.sizeBytes;
    if (batch.maxTimestampMs > this.maxTimestampMs) this.maxTimestampMs = batch.maxTimestampMs;
    return true;
  }

  /** Index of the first batch that ends at or after `offset`; the length when there is none. */
  indexOf(offset: number): number {
    const file = this.file;
    let high = file.length;
    // Nearly every fetch is for the newest batch.
    if (high > 0 && file.at(high - 1).baseOffset <= offset) return file.at(high - 1).lastOffset >= offset ? high - 1 : high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (file.at(middle).lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Keeps the first `length` batches. */
  keep(length: number): void {
    this.file.truncate(length);
    this.measure();
  }

  /** What compaction left of it takes its place, fsynced (Kafka writes a .cleaned file and swaps it in). */
  rewrite(batches: readonly RecordBatch[]): void {
    this.disk.delete(this.path);
    this.file = this.disk.log<RecordBatch>(this.path, damageBatch);
    for (const batch of batches) this.file.append(batch, batch.sizeBytes);
    this.file.flush();
    this.measure();
  }

  /**
   * Index of the first batch that recovery would refuse (bad CRC, or an offset that does not follow); the length when all are good.
   * @param compacted batches may be missing between others.
   */
  firstInvalid(compacted: boolean): number {
    let expected = this.baseOffset;
    for (let i = 0; i < this.file.length; i++) {
      const batch = this.file.at(i);
      const follows = batch.baseOffset === expected || (compacted && batch.baseOffset > expected);
      if (!batch.crcValid || !follows || batch.lastOffset < batch.baseOffset) return i;
      expected = batch.lastOffset + 1;
    }
    return this.file.length;
  }

  /** Is it time for a new segment, before a batch of this size and timestamp? An empty segment never is. Kafka: LogSegment.shouldRoll. */
  shouldRoll(segmentBytes: number, segmentUs: number, batchBytes: number, batchTimestampMs: number, nowMs: number): boolean {
    if (this.file.length === 0) return false;
    if (this.sizeBytes > segmentBytes - batchBytes) return true;
    const firstTimestampMs = this.file.at(0).maxTimestampMs;
    const waitedMs = firstTimestampMs >= 0 ? batchTimestampMs - firstTimestampMs : nowMs - this.createdMs;
    return waitedMs * 1000 > segmentUs;
  }

  delete(): void {
    this.disk.delete(this.path);
  }

  private measure(): void {
    this.sizeBytes = 0;
    this.maxTimestampMs = -1;
    for (let i = 0; i < this.file.length; i++) {
      const batch = this.file.at(i);
      this.sizeBytes += batch.sizeBytes;
      if (batch.maxTimestampMs > this.maxTimestampMs) this.maxTimestampMs = batch.maxTimestampMs;
    }
  }
}

/** Kafka's name of a segment file: `orders-0/00000000000000000042.log`. */
export function segmentPath(partitionName: string, baseOffset: number): string {
  return `${partitionName}/${String(baseOffset).padStart(20, '0')}.log`;
}

/** Partition name and base offset of a segment's path, or undefined for any other file. */
export function parseSegmentPath(path: string): { readonly partitionName: string; readonly offset: number } | undefined {
  const match = /^(.+-\d+)\/(\d{20})\.log$/.exec(path);
  return match === null ? undefined : { partitionName: match[1] as string, offset: Number(match[2]) };
}
