/**
 * One replica's log: segments of batches, log start, log end, high watermark and leader epochs, after Kafka's UnifiedLog.
 *
 * Appends go to the page cache; nothing is flushed for an acknowledgement unless `flush.messages` asks for it (the caller looks at
 * `needsFlush`, waits for the fsync, calls `flush`). Truncation removes whole batches and is durable at once (see the engine's disk).
 * Leaves out: compaction, producer state, tiered storage, the delayed deletion of files.
 */
import type { Disk } from '../../engine/Disk.js';
import type { EventBus } from '../../engine/events.js';
import type { Probes } from '../../engine/probes.js';
import { NO_BATCHES, placeBatch } from '../protocol/records.js';
import type { ProducerBatch, RecordBatch } from '../protocol/records.js';
import { logStartAdvanced, segmentDeleted, segmentRolled } from './events.js';
import type { LeaderEpochCache } from './LeaderEpochCache.js';
import { LogSegment } from './LogSegment.js';

/** What a log needs of its topic's configuration. `Number.MAX_SAFE_INTEGER` stands for never, or no limit. */
export interface LogConfig {
  /** segment.bytes */
  readonly segmentBytes: number;
  /** segment.ms */
  readonly segmentUs: number;
  /** retention.ms */
  readonly retentionUs: number;
  /** retention.bytes, per partition */
  readonly retentionBytes: number;
  /** flush.messages */
  readonly flushMessages: number;
  /** flush.ms; without effect unless the broker sets log.flush.scheduler.interval.ms */
  readonly flushUs: number;
  /** max.message.bytes; the caller of `appendAsLeader` checks it */
  readonly maxMessageBytes: number;
}

/** What a log asks of the broker that holds it. */
export interface LogContext {
  readonly brokerId: number;
  readonly disk: Disk;
  readonly bus: EventBus;
  readonly probes: Probes;
  /** The broker's wall clock, milliseconds since 1970. */
  wallMs(): number;
  /** A segment was rolled: flush everything below `offset` in the background. */
  flushLater(log: Log, offset: number): void;
  /** Records were removed: checkpoint the recovery points soon, so that none points above its log. */
  truncated(): void;
}

export type FollowerAppend = 'ok' | 'out-of-order' | 'corrupt' | 'storage-error';

export interface TimestampOffset {
  readonly offset: number;
  readonly timestamp: number;
}

/** Where a log stands when it is opened. */
export interface LogState {
  readonly segments: LogSegment[];
  readonly logStartOffset: number;
  readonly recoveryPoint: number;
  readonly highWatermark: number;
}

export class Log {
  logStartOffset: number;
  /** Change it by {@link updateHighWatermark}, which keeps it within the log. */
  highWatermark: number;
  /** When the log was last flushed as a whole, wall clock milliseconds. */
  lastFlushedMs: number;

  private endOffset: number;
  private flushedOffset: number;
  private readonly segmentList: LogSegment[];
  private active: LogSegment;

  constructor(
    private readonly context: LogContext,
    /** The interned `topic-partition` name. */
    readonly partition: number,
    readonly name: string,
    /** Replaced when the topic's configuration changes. */
    public config: LogConfig,
    readonly epochs: LeaderEpochCache,
    state: LogState,
  ) {
    this.segmentList = state.segments;
    this.active = state.segments[state.segments.length - 1] as LogSegment;
    this.endOffset = this.active.nextOffset;
    this.logStartOffset = state.logStartOffset;
    this.flushedOffset = Math.min(state.recoveryPoint, this.endOffset);
    this.highWatermark = state.logStartOffset;
    this.lastFlushedMs = context.wallMs();
    this.updateHighWatermark(state.highWatermark);
  }

  /** The offset that the next record gets. */
  get logEndOffset(): number {
    return this.endOffset;
  }

  /** Everything below was flushed, as far as the disk told. */
  get recoveryPoint(): number {
    return this.flushedOffset;
  }

  get unflushedMessages(): number {
    return this.endOffset - this.flushedOffset;
  }

  /** `flush.messages` is reached: the appender must flush before it acknowledges. */
  get needsFlush(): boolean {
    return this.endOffset - this.flushedOffset >= this.config.flushMessages;
  }

  get segments(): readonly LogSegment[] {
    return this.segmentList;
  }

  get sizeBytes(): number {
    let size = 0;
    for (const segment of this.segmentList) size += segment.sizeBytes;
    return size;
  }

  /** Sets the high watermark, clamped to the log, and returns it. */
  updateHighWatermark(offset: number): number {
    this.highWatermark = Math.max(this.logStartOffset, Math.min(offset, this.endOffset));
    return this.highWatermark;
  }

  /** Places a producer's batch at the log's end, or returns null when the disk refuses it. Into the page cache, no flush. */
  appendAsLeader(batch: ProducerBatch, leaderEpoch: number, nowMs: number): RecordBatch | null {
    const placed = placeBatch(batch, this.endOffset, leaderEpoch);
    return this.append(placed, nowMs) ? placed : null;
  }

  /** Appends a batch as the leader stored it. It must begin at this log's end, and its CRC must hold. */
  appendAsFollower(batch: RecordBatch, nowMs: number): FollowerAppend {
    if (!batch.crcValid) return 'corrupt';
    if (batch.baseOffset !== this.endOffset) return 'out-of-order';
    return this.append(batch, nowMs) ? 'ok' : 'storage-error';
  }

  /**
   * Whole batches from the one that holds `fromOffset` on, all of whose records are below `upToOffset`, within `maxBytes`, but at least
   * one (KIP-74). Records before `fromOffset` in the first batch are the reader's to skip.
   */
  read(fromOffset: number, maxBytes: number, upToOffset: number): readonly RecordBatch[] {
    if (fromOffset >= upToOffset || fromOffset >= this.endOffset) return NO_BATCHES;
    let at = this.segmentIndexOf(fromOffset);
    let segment = this.segmentList[at] as LogSegment;
    let index = segment.indexOf(fromOffset);
    let batches: RecordBatch[] | undefined;
    let bytes = 0;
    for (;;) {
      while (index >= segment.length) {
        if (++at >= this.segmentList.length) return batches ?? NO_BATCHES;
        segment = this.segmentList[at] as LogSegment;
        index = 0;
      }
      const batch = segment.file.at(index++);
      if (batch.lastOffset >= upToOffset) return batches ?? NO_BATCHES;
      bytes += batch.sizeBytes;
      if (batches === undefined) batches = [batch];
      else if (bytes > maxBytes) return batches;
      else batches.push(batch);
      if (bytes >= maxBytes) return batches;
    }
  }

  /** The batch that holds this offset. */
  batchAt(offset: number): RecordBatch | undefined {
    if (offset >= this.endOffset) return undefined;
    const segment = this.segmentList[this.segmentIndexOf(offset)] as LogSegment;
    const index = segment.indexOf(offset);
    if (index >= segment.length) return undefined;
    const batch = segment.file.at(index);
    return batch.baseOffset <= offset ? batch : undefined;
  }

  /** The epoch stored with this offset, -1 outside the log. */
  epochAt(offset: number): number {
    return this.batchAt(offset)?.leaderEpoch ?? -1;
  }

  /** The newest batch, or undefined when the log is empty. */
  lastBatch(): RecordBatch | undefined {
    for (let i = this.segmentList.length - 1; i >= 0; i--) {
      const segment = this.segmentList[i] as LogSegment;
      if (segment.length > 0) return segment.file.at(segment.length - 1);
    }
    return undefined;
  }

  /** Every batch on the disk, in order; the first may begin below the log start. */
  forEachBatch(visit: (batch: RecordBatch) => void): void {
    for (const segment of this.segmentList) for (let i = 0; i < segment.length; i++) visit(segment.file.at(i));
  }

  /** The first record at or after a time (ListOffsets by timestamp), or null. Not limited to the high watermark. */
  offsetForTimestamp(timestampMs: number): TimestampOffset | null {
    for (const segment of this.segmentList) {
      if (segment.maxTimestampMs < timestampMs) continue;
      for (let i = 0; i < segment.length; i++) {
        const found = firstAtOrAfter(segment.file.at(i), timestampMs, this.logStartOffset);
        if (found !== null) return found;
      }
    }
    return null;
  }

  /**
   * Removes every batch with a record at or above `offset` and returns the new log end. The epoch cache loses what begins at or beyond the
   * log's end even when no record goes (KAFKA-10706, B-18). The high watermark comes down to the log end.
   */
  truncateTo(offset: number): number {
    if (offset < this.endOffset) {
      if ((this.segmentList[0] as LogSegment).baseOffset > offset) {
        this.truncateFullyAndStartAt(offset);
        return this.endOffset;
      }
      this.removeFrom(offset);
    }
    this.epochs.truncateFromEnd(this.endOffset);
    return this.endOffset;
  }

  /** Throws everything away; the log is empty and begins at `offset`. */
  truncateFullyAndStartAt(offset: number): void {
    for (const segment of this.segmentList) segment.delete();
    this.segmentList.length = 0;
    this.active = new LogSegment(this.context.disk, this.name, offset, this.context.wallMs());
    this.segmentList.push(this.active);
    this.endOffset = offset;
    this.logStartOffset = offset;
    this.highWatermark = offset;
    this.flushedOffset = Math.min(this.flushedOffset, offset);
    this.epochs.clear();
    this.context.truncated();
  }

  /** fsync of everything appended so far. False: I/O error. */
  flush(): boolean {
    this.lastFlushedMs = this.context.wallMs();
    return this.flushUpTo(this.endOffset);
  }

  /** fsync of the segments that begin below `offset`. Moves the recovery point. False: I/O error. */
  flushUpTo(offset: number): boolean {
    for (let i = this.segmentList.length - 1; i >= 0; i--) {
      const segment = this.segmentList[i] as LogSegment;
      if (segment.nextOffset <= this.flushedOffset) break;
      if (segment.baseOffset < offset && !segment.file.flush()) return false;
    }
    this.flushedOffset = Math.max(this.flushedOffset, Math.min(offset, this.endOffset));
    return true;
  }

  /** Begins a new segment if the next batch does not fit the active one, by size or by age. */
  rollIfNeeded(batchBytes: number, batchTimestampMs: number, nowMs: number): boolean {
    const { segmentBytes, segmentUs } = this.config;
    if (!this.active.shouldRoll(segmentBytes, segmentUs, batchBytes, batchTimestampMs, nowMs)) return false;
    this.roll(nowMs);
    return true;
  }

  /** Begins a new segment at the log's end. The old one is flushed in the background: a crash may come first. */
  roll(nowMs: number): void {
    const { context } = this;
    this.active = new LogSegment(context.disk, this.name, this.endOffset, nowMs);
    this.segmentList.push(this.active);
    context.bus.emit(segmentRolled, context.brokerId, this.partition, this.endOffset);
    context.probes.hit('segment-rolled');
    context.flushLater(this, this.endOffset);
  }

  /** Raises the log start (DeleteRecords, retention, the leader's log start). False when `offset` is above the high watermark. */
  advanceLogStart(offset: number, reason: string): boolean {
    if (offset > this.highWatermark) return false;
    if (offset <= this.logStartOffset) return true;
    const { bus, brokerId } = this.context;
    bus.emit(logStartAdvanced, brokerId, this.partition, this.logStartOffset, offset, bus.names.idOf(reason));
    this.logStartOffset = offset;
    if (this.flushedOffset < offset) this.flushedOffset = offset;
    this.epochs.truncateFromStart(offset);
    return true;
  }

  /**
   * Deletes the oldest segments as `retention.ms`, `retention.bytes` and the log start allow, never one that reaches the high watermark,
   * and returns the log start. When all go, a new active segment is rolled first.
   */
  deleteOldSegments(nowMs: number): number {
    const { retentionUs, retentionBytes } = this.config;
    this.deleteWhile('retention-time', nowMs, (segment) => {
      const newestMs = segment.maxTimestampMs >= 0 ? segment.maxTimestampMs : segment.createdMs;
      return (nowMs - newestMs) * 1000 > retentionUs;
    });
    let excess = this.sizeBytes - retentionBytes;
    this.deleteWhile('retention-size', nowMs, (segment) => {
      excess -= segment.sizeBytes;
      return excess >= 0;
    });
    this.deleteWhile('below-log-start', nowMs, (_segment, nextOffset) => nextOffset <= this.logStartOffset);
    return this.logStartOffset;
  }

  /** Removes every file of the log. The object must not be used afterwards. */
  deleteFiles(): void {
    for (const segment of this.segmentList) segment.delete();
    this.context.disk.delete(epochCheckpointPath(this.name));
  }

  private append(batch: RecordBatch, nowMs: number): boolean {
    if (!this.context.disk.writable) return false;
    this.rollIfNeeded(batch.sizeBytes, batch.maxTimestampMs, nowMs);
    if (!this.active.append(batch)) return false;
    this.endOffset = batch.lastOffset + 1;
    if (batch.leaderEpoch !== this.epochs.latestEpoch()) this.epochs.assign(batch.leaderEpoch, batch.baseOffset);
    return true;
  }

  /** Index of the segment in which this offset would be. */
  private segmentIndexOf(offset: number): number {
    let low = 0;
    let high = this.segmentList.length - 1;
    if (this.active.baseOffset <= offset) return high;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.segmentList[middle] as LogSegment).baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private removeFrom(offset: number): void {
    const keep = this.segmentIndexOf(offset);
    while (this.segmentList.length > keep + 1) (this.segmentList.pop() as LogSegment).delete();
    this.active = this.segmentList[keep] as LogSegment;
    this.active.keep(this.active.indexOf(offset));
    // Guess: with `offset` inside a batch Kafka's log end is `offset`, above a hole; here it is the end of what is left, so that no log
    // has holes. Nothing in the protocol truncates inside a batch: epochs and high watermarks change between batches.
    this.endOffset = this.active.nextOffset;
    if (this.logStartOffset > this.endOffset) this.logStartOffset = this.endOffset;
    if (this.highWatermark > this.endOffset) this.highWatermark = this.endOffset;
    if (this.flushedOffset > this.endOffset) this.flushedOffset = this.endOffset;
    this.context.truncated();
  }

  private deleteWhile(reason: string, nowMs: number, expired: (segment: LogSegment, nextOffset: number) => boolean): void {
    const segments = this.segmentList;
    let count = 0;
    while (count < segments.length) {
      const segment = segments[count] as LogSegment;
      const nextOffset = segments[count + 1]?.baseOffset ?? this.endOffset;
      const lastAndEmpty = count === segments.length - 1 && segment.length === 0;
      if (lastAndEmpty || nextOffset > this.highWatermark || !expired(segment, nextOffset)) break;
      count++;
    }
    if (count === 0) return;
    if (count === segments.length) this.roll(nowMs);
    const removed = segments.splice(0, count);
    const newStart = Math.max(this.logStartOffset, (segments[0] as LogSegment).baseOffset);
    this.advanceLogStart(newStart, reason);
    const { bus, brokerId, probes } = this.context;
    for (const segment of removed) {
      segment.delete();
      bus.emit(segmentDeleted, brokerId, this.partition, segment.baseOffset, newStart, bus.names.idOf(reason));
    }
    probes.hit('retention-deleted-segment', removed.length);
  }
}

/** Where a log keeps its leader epochs. */
export function epochCheckpointPath(partitionName: string): string {
  return `${partitionName}/leader-epoch-checkpoint`;
}

function firstAtOrAfter(batch: RecordBatch, timestampMs: number, logStartOffset: number): TimestampOffset | null {
  if (batch.maxTimestampMs < timestampMs || batch.lastOffset < logStartOffset) return null;
  for (let i = 0; i < batch.records.length; i++) {
    const record = batch.records[i];
    const offset = batch.baseOffset + i;
    if (record !== undefined && record.timestampMs >= timestampMs && offset >= logStartOffset)
      return { offset, timestamp: record.timestampMs };
  }
  return null;
}
