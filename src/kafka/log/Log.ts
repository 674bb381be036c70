/**
 * One replica's log: segments of batches, log start, log end, high watermark and leader epochs, after Kafka's UnifiedLog.
 *
 * Appends go to the page cache; nothing is flushed for an acknowledgement unless `flush.messages` asks for it (the caller looks at
 * `needsFlush`, waits for the fsync, calls `flush`). Truncation removes whole batches and is durable at once (see the engine's disk).
 * Every append with a producer id moves the producer state on; whoever leads asks that state before it appends.
 * Leaves out: tiered storage, the delayed deletion of files.
 */
import { rollEarly, snapshotEarly } from '../buggifySites.js';
import { ErrorCode } from '../protocol/errors.js';
import type { AbortedTransaction } from '../protocol/messages.js';
import { NO_BATCHES, placeBatch } from '../protocol/records.js';
import type { ProducerBatch, RecordBatch } from '../protocol/records.js';
import { logStartAdvanced, producerStateDropped, segmentDeleted, segmentRolled } from './events.js';
import type { LeaderEpochCache } from './LeaderEpochCache.js';
import type { LogConfig, LogContext, LogState } from './LogContext.js';
import { LogSegment } from './LogSegment.js';
import { ProducerSnapshots } from './ProducerSnapshots.js';
import { ProducerStateManager } from './ProducerStateManager.js';
import { logProbes } from './probes.js';
import { rebuildProducerState } from './producerStateRebuild.js';
import { offsetForTimestamp, type TimestampOffset } from './timestampSearch.js';

/** `sequence-refused`: by a follower that looks at sequences, as they did before KAFKA-6003 (B-45). */
export type FollowerAppend = 'ok' | 'out-of-order' | 'corrupt' | 'sequence-refused' | 'storage-error';

export class Log {
  logStartOffset: number;
  /** Change it by {@link updateHighWatermark}, which keeps it within the log. */
  highWatermark: number;
  /** When the log was last flushed as a whole, wall clock milliseconds. */
  lastFlushedMs: number;
  readonly producers: ProducerStateManager;

  private readonly snapshots: ProducerSnapshots;
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
    this.producers = new ProducerStateManager(context.features, context.producerIdExpirationMs, context.probes);
    this.snapshots = new ProducerSnapshots(context.disk, name, [...(state.snapshotOffsets ?? [])]);
    this.updateHighWatermark(state.highWatermark);
    if (this.endOffset > 0) this.rebuildProducers();
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

  /** Up to where no transaction is undecided (KIP-98): min(first unstable offset, high watermark). */
  get lastStableOffset(): number {
    const unstable = this.producers.transactions.firstUnstableOffset;
    return unstable < 0 || unstable >= this.highWatermark ? this.highWatermark : Math.max(unstable, this.logStartOffset);
  }

  /** Aborted transactions with records in [fromOffset, toOffset), in order of their first offsets. */
  abortedTransactions(fromOffset: number, toOffset: number): readonly AbortedTransaction[] {
    return this.producers.transactions.abortedBetween(fromOffset, toOffset);
  }

  /** Sets the high watermark, clamped to the log, and returns it. */
  updateHighWatermark(offset: number): number {
    const upTo = this.context.features.highWatermarkWithinLog ? Math.min(offset, this.endOffset) : offset;
    this.highWatermark = Math.max(this.logStartOffset, upTo);
    if (this.producers.transactions.firstUnstableOffset >= 0) this.producers.transactions.replicatedTo(this.highWatermark);
    return this.highWatermark;
  }

  /** Places a producer's batch at the log's end, or returns null when the disk refuses it. Into the page cache, no flush. */
  appendAsLeader(batch: ProducerBatch, leaderEpoch: number, nowMs: number): RecordBatch | null {
    const placed = placeBatch(batch, this.endOffset, leaderEpoch);
    if (!this.append(placed, nowMs)) return null;
    if (placed.producerId >= 0) this.producers.update(placed);
    if (this.context.buggify.fires(snapshotEarly)) this.snapshotProducers();
    return placed;
  }

  /** Appends a batch as the leader stored it. It must begin at this log's end, and its CRC must hold. */
  appendAsFollower(batch: RecordBatch, nowMs: number): FollowerAppend {
    if (!batch.crcValid) return 'corrupt';
    // A compacted leader has nothing between some batches.
    const gap = batch.baseOffset > this.endOffset && this.config.compaction !== null;
    if (batch.baseOffset !== this.endOffset && !gap) return 'out-of-order';
    if (batch.producerId >= 0 && !this.followerAccepts(batch)) return 'sequence-refused';
    if (!this.append(batch, nowMs)) return 'storage-error';
    if (batch.producerId < 0) return 'ok';
    if (this.context.features.producerStateRecovery) this.producers.update(batch);
    else if (!this.producers.isEmpty) this.producers.restore(undefined, 0, nowMs);
    return 'ok';
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

  /** Where a producer's batch with this first sequence lies, if it is among the last that this log remembers of the epoch; -1: it is not. */
  rememberedOffset(producerId: number, producerEpoch: number, firstSequence: number): number {
    const entry = this.producers.get(producerId);
    if (entry === undefined || entry.producerEpoch !== producerEpoch) return -1;
    return entry.batches.find((batch) => batch.firstSequence === firstSequence)?.firstOffset ?? -1;
  }

  /** The last batch that is remembered of each producer, where one is. */
  forEachRemembered(visit: (producerId: number, lastOffset: number) => void): void {
    for (const { producerId, lastDataOffset } of this.producers.all()) if (lastDataOffset >= 0) visit(producerId, lastDataOffset);
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
    return offsetForTimestamp(this.segmentList, timestampMs, this.logStartOffset);
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
    if (this.context.features.truncationForgetsEpochs) this.epochs.truncateFromEnd(this.endOffset);
    return this.endOffset;
  }

  /** Throws everything away; the log is empty and begins at `offset`. */
  truncateFullyAndStartAt(offset: number): void {
    this.context.probes.hit(logProbes['log-started-over']);
    for (const segment of this.segmentList) segment.delete();
    this.segmentList.length = 0;
    this.active = new LogSegment(this.context.disk, this.name, offset, this.context.wallMs());
    this.segmentList.push(this.active);
    this.endOffset = offset;
    this.logStartOffset = offset;
    this.highWatermark = offset;
    this.flushedOffset = Math.min(this.flushedOffset, offset);
    this.epochs.clear();
    this.rebuildProducers();
    this.context.truncated(this);
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
      if (segment.baseOffset < offset && !segment.file.flush()) {
        this.context.probes.hit(logProbes['disk-refused-flush']);
        return false;
      }
    }
    this.flushedOffset = Math.max(this.flushedOffset, Math.min(offset, this.endOffset));
    return true;
  }

  /** Begins a new segment if the next batch does not fit the active one, by size or by age. */
  rollIfNeeded(batchBytes: number, batchTimestampMs: number, nowMs: number): boolean {
    const { segmentBytes, segmentUs } = this.config;
    const early = this.active.length > 0 && this.context.buggify.fires(rollEarly);
    if (!early && !this.active.shouldRoll(segmentBytes, segmentUs, batchBytes, batchTimestampMs, nowMs)) return false;
    this.roll(nowMs);
    return true;
  }

  /** Begins a new segment at the log's end. The old one is flushed in the background: a crash may come first. */
  roll(nowMs: number): void {
    const { context } = this;
    this.active = new LogSegment(context.disk, this.name, this.endOffset, nowMs);
    this.segmentList.push(this.active);
    context.bus.emit(segmentRolled, context.brokerId, this.partition, this.endOffset);
    context.probes.hit(logProbes['segment-rolled']);
    this.snapshotProducers();
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
    if (!this.producers.isEmpty) {
      const dropped = this.producers.logStartAdvanced(offset);
      if (dropped.length > 0) this.context.probes.hit(logProbes['producer-forgotten-with-its-records'], dropped.length);
      this.reportDropped(dropped, 'records deleted');
    }
    return true;
  }

  /** Forgets producers that wrote nothing for producer.id.expiration.ms. */
  removeExpiredProducers(nowMs: number): void {
    if (this.producers.isEmpty) return;
    const dropped = this.producers.removeExpired(nowMs);
    if (dropped.length > 0) this.context.probes.hit(logProbes['producer-expired'], dropped.length);
    this.reportDropped(dropped, 'expired');
  }

  /** Writes what is known of producers at the log's end beside the segments, if there is anything to write. */
  snapshotProducers(): void {
    if (this.producers.isEmpty && this.producers.transactions.aborted.length === 0) return;
    this.snapshots.write(this.endOffset, this.producers.snapshot());
  }

  /**
   * Deletes the oldest segments as `retention.ms`, `retention.bytes` and the log start allow, never one that reaches the high watermark,
   * and returns the log start. When all go, a new active segment is rolled first.
   */
  deleteOldSegments(nowMs: number): number {
    if (this.config.deletesOldSegments) this.deleteByRetention(nowMs);
    this.deleteWhile('below-log-start', nowMs, (_segment, nextOffset) => nextOffset <= this.logStartOffset);
    return this.logStartOffset;
  }

  /** Removes every file of the log. The object must not be used afterwards. */
  deleteFiles(): void {
    for (const segment of this.segmentList) segment.delete();
    this.snapshots.keepOnly(0, -1);
    this.context.disk.delete(epochCheckpointPath(this.name));
  }

  private append(batch: RecordBatch, nowMs: number): boolean {
    if (!this.context.disk.writable) return this.appendRefused();
    this.rollIfNeeded(batch.sizeBytes, batch.maxTimestampMs, nowMs);
    if (!this.active.append(batch)) return this.appendRefused();
    this.endOffset = batch.lastOffset + 1;
    if (batch.leaderEpoch !== this.epochs.latestEpoch()) this.epochs.assign(batch.leaderEpoch, batch.baseOffset);
    return true;
  }

  private appendRefused(): false {
    this.context.probes.hit(logProbes['disk-refused-append']);
    return false;
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
    this.rebuildProducers();
    this.context.truncated(this);
  }

  private rebuildProducers(): void {
    const { context, producers, snapshots, segments, logStartOffset, logEndOffset, highWatermark } = this;
    const nowMs = context.wallMs();
    if (!context.features.producerStateRecovery) producers.restore(undefined, 0, nowMs);
    else rebuildProducerState(producers, snapshots, { segments, logStartOffset, logEndOffset, highWatermark }, nowMs, context.probes);
  }

  private followerAccepts(batch: RecordBatch): boolean {
    if (this.context.features.followersTrustSequences || batch.baseSequence < 0) return true;
    return this.producers.checkData(batch) === ErrorCode.NONE;
  }

  private reportDropped(producerIds: readonly number[], reason: string): void {
    const { bus, brokerId } = this.context;
    for (const producerId of producerIds) bus.emit(producerStateDropped, brokerId, this.partition, producerId, bus.names.idOf(reason));
  }

  private deleteByRetention(nowMs: number): void {
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
    probes.hit(logProbes['retention-deleted-segment'], removed.length);
  }
}

/** Where a log keeps its leader epochs. */
export function epochCheckpointPath(partitionName: string): string {
  return `${partitionName}/leader-epoch-checkpoint`;
}
