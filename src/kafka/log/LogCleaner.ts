/**
 * The cleaner of one broker (Kafka's LogCleaner and LogCleanerManager): every `log.cleaner.backoff.ms` it compacts the logs of topics with cleanup.policy=compact
 * of which enough is dirty. Below the active segment, below the last stable offset and beyond min.compaction.lag.ms only; where the next pass begins is
 * checkpointed with every pass.
 *
 * Guess: a pass takes no time. Leaves out: the size of the offset map, throttling, several threads.
 */
import type { KafkaFeatures } from '../protocol/features.js';
import { compact } from './compaction.js';
import { recordsCompacted } from './events.js';
import type { Log } from './Log.js';
import type { LogContext } from './LogContext.js';
import type { LogSegment } from './LogSegment.js';
import { OffsetCheckpoint } from './OffsetCheckpoint.js';
import { logProbes } from './probes.js';

export type CleanerFeatures = Pick<KafkaFeatures, 'compactionKeepsMarkers' | 'compactionKeepsLatest'>;

export const CLEANER_CHECKPOINT = 'cleaner-offset-checkpoint';

/** What may be compacted of a log now. */
interface Cleanable {
  readonly log: Log;
  readonly firstDirtyOffset: number;
  readonly segments: readonly LogSegment[];
  readonly dirtyRatio: number;
}

export class LogCleaner {
  private readonly firstDirty = new Map<number, number>();
  private readonly checkpoint: OffsetCheckpoint;

  constructor(
    private readonly context: LogContext,
    private readonly features: CleanerFeatures,
  ) {
    this.checkpoint = new OffsetCheckpoint(
      context.disk,
      CLEANER_CHECKPOINT,
      () => new Map(this.firstDirty),
      () => {},
    );
    for (const [partition, offset] of this.checkpoint.read()) this.firstDirty.set(partition, offset);
  }

  /** Compacts what is due, the dirtiest log first. */
  cleanAll(logs: Iterable<Log>): void {
    if (!this.context.disk.writable) return;
    const due: Cleanable[] = [];
    for (const log of logs) {
      if (log.config.compaction === null) continue;
      const cleanable = this.cleanable(log);
      if (cleanable !== null) due.push(cleanable);
    }
    due.sort((a, b) => b.dirtyRatio - a.dirtyRatio);
    for (const cleanable of due) this.clean(cleanable);
  }

  /** The log lost its end: what comes in its place is dirty. */
  truncated(log: Log): void {
    const offset = this.firstDirty.get(log.partition);
    if (offset !== undefined && offset > log.logEndOffset) this.firstDirty.set(log.partition, log.logEndOffset);
  }

  forget(partition: number): void {
    this.firstDirty.delete(partition);
  }

  private cleanable(log: Log): Cleanable | null {
    const { compaction } = log.config;
    if (compaction === null) return null;
    const nowMs = this.context.wallMs();
    const uncleanable = Math.min(log.lastStableOffset, (log.segments[log.segments.length - 1] as LogSegment).baseOffset);
    const checkpointed = this.firstDirty.get(log.partition) ?? 0;
    const firstDirtyOffset = Math.max(checkpointed, log.logStartOffset);
    const segments: LogSegment[] = [];
    let cleanBytes = 0;
    let dirtyBytes = 0;
    let oldestDirtyMs = Number.MAX_SAFE_INTEGER;
    for (let i = 0; i + 1 < log.segments.length; i++) {
      const segment = log.segments[i] as LogSegment;
      if ((log.segments[i + 1] as LogSegment).baseOffset > uncleanable) break;
      const dirty = segment.nextOffset > firstDirtyOffset;
      if (dirty && (nowMs - segment.maxTimestampMs) * 1000 < compaction.minCompactionLagUs) break;
      segments.push(segment);
      if (!dirty) cleanBytes += segment.sizeBytes;
      else {
        dirtyBytes += segment.sizeBytes;
        if (segment.length > 0) oldestDirtyMs = Math.min(oldestDirtyMs, segment.file.at(0).maxTimestampMs);
      }
    }
    if (dirtyBytes === 0) return null;
    const dirtyRatio = dirtyBytes / (cleanBytes + dirtyBytes);
    const overdue = (nowMs - oldestDirtyMs) * 1000 > compaction.maxCompactionLagUs;
    return dirtyRatio > compaction.minCleanableDirtyRatio || overdue ? { log, firstDirtyOffset, segments, dirtyRatio } : null;
  }

  private clean({ log, firstDirtyOffset, segments }: Cleanable): void {
    const { context } = this;
    const { compaction } = log.config;
    const active = log.segments[log.segments.length - 1] as LogSegment;
    if (compaction === null || !log.flushUpTo(active.baseOffset)) return;
    const from = (segments[0] as LogSegment).baseOffset;
    const to = (segments[segments.length - 1] as LogSegment).nextOffset;
    const { removedRecords, gone } = compact({
      segments,
      firstDirtyOffset,
      logStartOffset: log.logStartOffset,
      producers: log.producers,
      nowMs: context.wallMs(),
      deleteRetentionMs: Math.floor(compaction.deleteRetentionUs / 1000),
      keepsMarkers: this.features.compactionKeepsMarkers,
      keepsLatest: this.features.compactionKeepsLatest,
      probes: context.probes,
    });
    log.producers.transactions.forgetAborted(gone);
    this.firstDirty.set(log.partition, to);
    this.checkpoint.writeNow();
    context.probes.hit(logProbes['log-compacted']);
    context.bus.emit(recordsCompacted, context.brokerId, log.partition, from, to, removedRecords);
  }
}
