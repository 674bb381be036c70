/**
 * One pass of the cleaner over one log (Kafka's Cleaner): of every key the last record below the end of the pass is kept, tombstones and the markers of
 * emptied transactions for `delete.retention.ms` (KIP-534), records of aborted transactions not at all. Offsets, epochs and sequences of what is left stay, and
 * the last batch of every producer stays too, if need be without records, so that its sequence does (KIP-98).
 *
 * Before KAFKA-14055 a marker was compared with records by its key, which is four bytes of zeros or zeros and a one: a record with such a key took its place
 * (B-54). Here the keys `0` (abort) and `1` (commit) stand for those bytes.
 *
 * Leaves out: joining small segments, partly cleaned segments, the horizon by segment times of releases before KIP-534.
 * Guess: the last batch of a segment stays as well, if need be without records, so that segments follow each other without holes.
 */
import { BATCH_OVERHEAD_BYTES, offsetAt, RECORD_OVERHEAD_BYTES, type Record, type RecordBatch } from '../protocol/records.js';
import { CleanedTransactions } from './CleanedTransactions.js';
import type { LogSegment } from './LogSegment.js';
import type { Probes } from '../../engine/probes.js';
import type { AbortedEntry } from './LogTransactions.js';
import type { ProducerStateManager } from './ProducerStateManager.js';
import { logProbes } from './probes.js';

export interface CompactionPass {
  /** Segments below the end of the pass, oldest first. */
  readonly segments: readonly LogSegment[];
  /** Keys are gathered from here on: what is below has no two records of one key. */
  readonly firstDirtyOffset: number;
  readonly logStartOffset: number;
  readonly producers: ProducerStateManager;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  readonly keepsMarkers: boolean;
  /** The condition `compactionKeepsLatest`. */
  readonly keepsLatest: boolean;
  readonly probes: Probes;
}

export interface CompactionResult {
  readonly removedRecords: number;
  /** Aborted transactions of which nothing is left. */
  readonly gone: ReadonlySet<AbortedEntry>;
}

const ABORT_KEY = '0';
const COMMIT_KEY = '1';

/** Rewrites the segments in which something is to go. */
export function compact(pass: CompactionPass): CompactionResult {
  const latest = latestOffsets(pass);
  const transactions = new CleanedTransactions(pass.producers.transactions.aborted);
  let removedRecords = 0;
  for (const segment of pass.segments) {
    const kept: RecordBatch[] = [];
    let changed = false;
    for (let i = 0; i < segment.length; i++) {
      const batch = segment.file.at(i);
      const mustStay = i === segment.length - 1 || isLastOfProducer(batch, pass.producers);
      const cleaned =
        batch.control === null ? cleanData(batch, pass, latest, transactions) : cleanMarker(batch, pass, latest, transactions);
      if (cleaned !== batch) changed = true;
      removedRecords += batch.records.length - cleaned.records.length;
      if (cleaned.records.length > 0 || mustStay) kept.push(cleaned);
      else changed = true;
    }
    if (changed) segment.rewrite(kept);
  }
  return { removedRecords, gone: transactions.gone };
}

/** By key, the offset of its last record in the dirty part. Aborted records do not count. */
function latestOffsets(pass: CompactionPass): Map<string, number> {
  const latest = new Map<string, number>();
  const transactions = new CleanedTransactions(pass.producers.transactions.aborted);
  for (const segment of pass.segments) {
    for (let i = 0; i < segment.length; i++) {
      const batch = segment.file.at(i);
      if (batch.control !== null) transactions.onMarker(batch);
      else if (!transactions.onBatch(batch) && batch.lastOffset >= pass.firstDirtyOffset) {
        for (let at = 0; at < batch.records.length; at++) {
          const { key } = batch.records[at] as Record;
          const offset = offsetAt(batch, at);
          if (key !== null && offset >= pass.logStartOffset) latest.set(key, offset);
        }
      }
    }
  }
  return latest;
}

/** Does the batch carry its producer's last sequence, or, where the epoch has none yet, the marker that began the epoch? */
function isLastOfProducer(batch: RecordBatch, producers: ProducerStateManager): boolean {
  const entry = batch.producerId < 0 ? undefined : producers.get(batch.producerId);
  if (entry === undefined) return false;
  if (entry.lastDataOffset >= 0) return batch.lastOffset === entry.lastDataOffset;
  return batch.control !== null && batch.producerEpoch === entry.producerEpoch;
}

function cleanData(batch: RecordBatch, pass: CompactionPass, latest: Map<string, number>, transactions: CleanedTransactions): RecordBatch {
  if (transactions.onBatch(batch)) {
    if (batch.records.length > 0) pass.probes.hit(logProbes['aborted-records-compacted']);
    return withRecords(batch, [], []);
  }
  const records: Record[] = [];
  const offsets: number[] = [];
  const horizonPassed = batch.deleteHorizonMs !== undefined && batch.deleteHorizonMs <= pass.nowMs;
  let tombstones = false;
  for (let i = 0; i < batch.records.length; i++) {
    const record = batch.records[i] as Record;
    const offset = offsetAt(batch, i);
    const superseded = record.key === null || (latest.get(record.key) ?? -1) > (pass.keepsLatest ? offset : offset - 1);
    const tombstone = record.payload === null;
    if (tombstone && horizonPassed && !superseded) pass.probes.hit(logProbes['tombstone-removed']);
    if (superseded || (tombstone && horizonPassed)) continue;
    tombstones ||= tombstone;
    records.push(record);
    offsets.push(offset);
  }
  const kept = withRecords(batch, records, offsets);
  return tombstones ? withHorizon(kept, pass) : kept;
}

/** A marker of a transaction without records goes once its horizon, set by the first pass that found it so, is over. */
function cleanMarker(
  batch: RecordBatch,
  pass: CompactionPass,
  latest: Map<string, number>,
  transactions: CleanedTransactions,
): RecordBatch {
  const endsNothing = transactions.onMarker(batch);
  const key = batch.control?.commit === true ? COMMIT_KEY : ABORT_KEY;
  const mistaken = !pass.keepsMarkers && (latest.get(key) ?? -1) > batch.lastOffset;
  if (mistaken) return withRecords(batch, [], []);
  if (!endsNothing) return batch;
  const over = batch.deleteHorizonMs !== undefined && batch.deleteHorizonMs <= pass.nowMs;
  if (!over) return withHorizon(batch, pass);
  if (batch.records.length > 0) pass.probes.hit(logProbes['marker-compacted']);
  return withRecords(batch, [], []);
}

function withHorizon(batch: RecordBatch, pass: CompactionPass): RecordBatch {
  return batch.deleteHorizonMs !== undefined ? batch : { ...batch, deleteHorizonMs: pass.nowMs + pass.deleteRetentionMs };
}

function withRecords(batch: RecordBatch, records: readonly Record[], offsets: readonly number[]): RecordBatch {
  if (records.length === batch.records.length) return batch;
  let bytes = batch.sizeBytes;
  for (const record of batch.records) bytes -= record.sizeBytes + RECORD_OVERHEAD_BYTES;
  for (const record of records) bytes += record.sizeBytes + RECORD_OVERHEAD_BYTES;
  return { ...batch, records, offsets, sizeBytes: Math.max(BATCH_OVERHEAD_BYTES, bytes) };
}
