/** Finding offsets by time (ListOffsets by timestamp): a scan over the batches, as Kafka's time index would lead to. */
import { offsetAt, type RecordBatch } from '../protocol/records.js';
import type { LogSegment } from './LogSegment.js';

export interface TimestampOffset {
  readonly offset: number;
  readonly timestamp: number;
}

/** The first record at or after a time and not below the log start, or null. */
export function offsetForTimestamp(segments: readonly LogSegment[], timestampMs: number, logStartOffset: number): TimestampOffset | null {
  for (const segment of segments) {
    if (segment.maxTimestampMs < timestampMs) continue;
    for (let i = 0; i < segment.length; i++) {
      const found = firstAtOrAfter(segment.file.at(i), timestampMs, logStartOffset);
      if (found !== null) return found;
    }
  }
  return null;
}

function firstAtOrAfter(batch: RecordBatch, timestampMs: number, logStartOffset: number): TimestampOffset | null {
  if (batch.maxTimestampMs < timestampMs || batch.lastOffset < logStartOffset) return null;
  for (let i = 0; i < batch.records.length; i++) {
    const record = batch.records[i];
    const offset = offsetAt(batch, i);
    if (record !== undefined && record.timestampMs >= timestampMs && offset >= logStartOffset)
      return { offset, timestamp: record.timestampMs };
  }
  return null;
}
