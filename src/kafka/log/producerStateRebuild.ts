/**
 * Bringing producer state in line with a log that was opened or cut (UnifiedLog.rebuildProducerState): the newest snapshot that fits, and then every batch
 * after it.
 */
import type { Probes } from '../../engine/probes.js';
import type { RecordBatch } from '../protocol/records.js';
import type { LogSegment } from './LogSegment.js';
import type { ProducerSnapshots } from './ProducerSnapshots.js';
import type { ProducerStateManager } from './ProducerStateManager.js';
import { logProbes } from './probes.js';

/** Where the log stands. */
export interface RebuiltLog {
  readonly segments: readonly LogSegment[];
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly highWatermark: number;
}

/** Snapshots at or below the log start go, as in Kafka: what they knew beyond the log's records is forgotten. */
export function rebuildProducerState(
  producers: ProducerStateManager,
  snapshots: ProducerSnapshots,
  log: RebuiltLog,
  nowMs: number,
  probes: Probes,
): void {
  if (producers.features.snapshotsFitLog) snapshots.keepOnly(log.logStartOffset, log.logEndOffset);
  let snapshot = snapshots.newest;
  // What a crash or a full disk left unfinished is no snapshot, and its state is not to be taken for empty: the next older one serves.
  while (snapshot === undefined && snapshots.latest >= 0) {
    probes.hit(logProbes['producer-snapshot-unreadable']);
    snapshots.keepOnly(log.logStartOffset, snapshots.latest - 1);
    snapshot = snapshots.newest;
  }
  if (snapshot !== undefined) probes.hit(logProbes['producer-snapshot-loaded']);
  const from = Math.max(snapshots.latest, log.logStartOffset);
  // Compaction may have removed an aborted transaction since, marker and all: readers would look for its end in vain.
  const aborted = snapshot?.aborted.filter((entry) => hasMarkerAt(log.segments, entry.lastOffset)) ?? [];
  producers.restore(snapshot === undefined ? undefined : { ...snapshot, aborted }, from, nowMs);
  if (producers.features.rebuildReplaysLog) {
    forEachBatchFrom(log.segments, from, (batch) => {
      if (batch.producerId >= 0) producers.update(batch);
    });
  }
  producers.logStartAdvanced(log.logStartOffset);
  producers.transactions.replicatedTo(log.highWatermark);
}

function hasMarkerAt(segments: readonly LogSegment[], offset: number): boolean {
  for (const segment of segments) {
    if (segment.nextOffset <= offset) continue;
    const batch = segment.file.at(segment.indexOf(offset));
    return batch.lastOffset === offset && batch.control !== null && batch.records.length > 0;
  }
  return false;
}

function forEachBatchFrom(segments: readonly LogSegment[], offset: number, visit: (batch: RecordBatch) => void): void {
  for (const segment of segments) {
    if (segment.nextOffset <= offset) continue;
    for (let i = segment.indexOf(offset); i < segment.length; i++) visit(segment.file.at(i));
  }
}
