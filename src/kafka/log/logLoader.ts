/**
 * Opens one log from what the disk holds, after Kafka's LogLoader. After an unclean shutdown the segments from the recovery point on are
 * scanned, and the log is cut at the first batch with a bad CRC or a wrong offset. Damage below the recovery point is not looked for
 * (B-83), and none at all after a clean shutdown.
 */
import { logRecovered, segmentDeleted } from './events.js';
import { epochCheckpointPath, Log } from './Log.js';
import type { LogConfig, LogContext } from './LogContext.js';
import { LeaderEpochCache } from './LeaderEpochCache.js';
import type { EpochCacheOptions, EpochEntry } from './LeaderEpochCache.js';
import { LogSegment } from './LogSegment.js';
import { logProbes } from './probes.js';

/** What the checkpoint files say about one partition; undefined where they do not name it. */
export interface CheckpointedOffsets {
  readonly recoveryPoint: number | undefined;
  readonly logStartOffset: number | undefined;
  readonly highWatermark: number | undefined;
}

export interface LogToOpen {
  readonly partition: number;
  readonly name: string;
  readonly config: LogConfig;
  /** Base offsets of its segments on the disk, ascending; empty for a new log. */
  readonly baseOffsets: readonly number[];
  readonly checkpointed: CheckpointedOffsets;
  readonly cleanShutdown: boolean;
  /** Offsets of its producer-state snapshots on the disk, ascending. */
  readonly snapshotOffsets?: readonly number[];
}

/** Opens a log, or creates it when it has no segment yet. */
export function openLog(context: LogContext, epochOptions: EpochCacheOptions, toOpen: LogToOpen): Log {
  const { partition, name, config, baseOffsets, checkpointed, cleanShutdown } = toOpen;
  const { disk } = context;
  const nowMs = context.wallMs();
  const epochs = new LeaderEpochCache(disk.small<readonly EpochEntry[]>(epochCheckpointPath(name)), epochOptions);
  const segments = baseOffsets.map((base) => new LogSegment(disk, name, base, nowMs));
  if (segments.length === 0) segments.push(new LogSegment(disk, name, 0, nowMs));
  const endBefore = endOf(segments);
  const recoverFrom = checkpointed.recoveryPoint ?? 0;
  const scanFrom = cleanShutdown || !context.features.recoveryScansTail ? Number.MAX_SAFE_INTEGER : recoverFrom;
  const cut = recover(context, segments, epochs, { scanFrom, partition, compacted: config.compaction !== null });

  const logStartOffset = Math.max(checkpointed.logStartOffset ?? 0, (segments[0] as LogSegment).baseOffset);
  if (logStartOffset > endOf(segments)) {
    for (const segment of segments.splice(0)) segment.delete();
    segments.push(new LogSegment(disk, name, logStartOffset, nowMs));
  }
  const logEnd = endOf(segments);
  epochs.truncateFromEnd(logEnd);
  epochs.truncateFromStart(logStartOffset);
  // Only a flush moves the recovery point: what an unclean start finds is perhaps not on the disk yet.
  const recoveryPoint = cleanShutdown && !cut ? logEnd : Math.min(recoverFrom, logEnd);
  const highWatermark = checkpointed.highWatermark ?? logStartOffset;
  if (baseOffsets.length > 0) report(context, partition, endBefore, logEnd, cleanShutdown, cut);
  const snapshotOffsets = toOpen.snapshotOffsets ?? [];
  return new Log(context, partition, name, config, epochs, { segments, logStartOffset, recoveryPoint, highWatermark, snapshotOffsets });
}

interface Recovery {
  readonly scanFrom: number;
  readonly partition: number;
  readonly compacted: boolean;
}

/** Scans from the segment that holds `scanFrom` on and cuts the log at the first flaw. True: it had one. */
function recover(context: LogContext, segments: LogSegment[], epochs: LeaderEpochCache, recovery: Recovery): boolean {
  const { scanFrom, partition, compacted } = recovery;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as LogSegment;
    // Guess: Kafka lets a hole between two segments stand. Here writeback goes in order across files, so the later segment is lost as
    // well: a flush covers all earlier segments, hence nothing that was truly flushed lies beyond a hole.
    if (i > 0 && segment.baseOffset !== (segments[i - 1] as LogSegment).nextOffset) {
      context.probes.hit(logProbes['recovery-closed-hole']);
      deleteFrom(context, segments, i, partition);
      return true;
    }
    const scanned = scanFrom < Number.MAX_SAFE_INTEGER && (segments[i + 1]?.baseOffset ?? Number.MAX_SAFE_INTEGER) > scanFrom;
    if (!scanned) continue;
    const valid = segment.firstInvalid(compacted);
    for (let at = 0; at < valid; at++) {
      const batch = segment.file.at(at);
      if (batch.leaderEpoch > epochs.latestEpoch()) epochs.assign(batch.leaderEpoch, batch.baseOffset);
    }
    if (valid < segment.length) {
      context.probes.hit(logProbes['recovery-truncated-corrupt-tail']);
      segment.keep(valid);
      deleteFrom(context, segments, i + 1, partition);
      return true;
    }
  }
  return false;
}

function deleteFrom(context: LogContext, segments: LogSegment[], index: number, partition: number): void {
  const { bus, brokerId } = context;
  const logStart = (segments[0] as LogSegment).baseOffset;
  for (const segment of segments.splice(index)) {
    segment.delete();
    bus.emit(segmentDeleted, brokerId, partition, segment.baseOffset, logStart, bus.names.idOf('recovery'));
  }
}

function report(context: LogContext, partition: number, endBefore: number, endAfter: number, clean: boolean, cut: boolean): void {
  const { bus, brokerId, probes } = context;
  if (!clean) probes.hit(logProbes['unclean-recovery']);
  const how = cut ? 'corrupt-tail-truncated' : clean ? 'clean' : 'unclean';
  bus.emit(logRecovered, brokerId, partition, endBefore, endAfter, bus.names.idOf(how));
}

function endOf(segments: readonly LogSegment[]): number {
  return (segments[segments.length - 1] as LogSegment).nextOffset;
}
