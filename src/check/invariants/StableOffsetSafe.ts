/**
 * P29 (LSO safety), the broker's part: the last stable offset never passes the high watermark, nor a record of a transaction whose marker is not below the
 * high watermark. Each advance is followed through the log from where it began. What consumers were given is no-aborted-reads' part.
 */
import type { EventBus } from '../../engine/events.js';
import { lastStableOffsetAdvanced } from '../../kafka/log/events.js';
import type { LogView } from '../whiteBox.js';
import { Invariant } from './Invariant.js';

export class StableOffsetSafe extends Invariant {
  readonly id = 'P29';
  readonly name = 'LsoSafety';
  readonly statement = 'the last stable offset passes no record of a transaction that has not ended below the high watermark';

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, timeUs, broker, partition, from, to) => this.advanced(timeUs, broker, partition, from, to),
      [lastStableOffsetAdvanced],
    );
  }

  private advanced(timeUs: number, broker: number, partition: number, from: number, to: number): void {
    const log = this.context.cluster.replica(broker, partition)?.log;
    if (log === undefined) return;
    this.checks++;
    const { highWatermark } = log;
    if (to > highWatermark) {
      const message = `broker ${broker} set the last stable offset of ${this.text(partition)} to ${to}, above the high watermark ${highWatermark}.`;
      this.violated(timeUs, partition, to, message, { broker, lastStableOffset: to, highWatermark });
      return;
    }
    const open = firstOpen(log, from, to);
    if (open < 0) return;
    const message =
      `broker ${broker} set the last stable offset of ${this.text(partition)} to ${to}, beyond offset ${open} of a transaction that has no marker below ` +
      `the high watermark ${highWatermark}.`;
    this.violated(timeUs, partition, open, message, { broker, lastStableOffset: to, highWatermark, open });
  }
}

/** First offset between the two of a transaction without a marker below the high watermark; -1 none. */
function firstOpen(log: LogView, from: number, to: number): number {
  const open = new Map<number, number>();
  for (let offset = Math.max(from, log.logStartOffset); offset < log.highWatermark;) {
    if (offset >= to && open.size === 0) return -1;
    const batch = log.batchAt(offset);
    if (batch === undefined) {
      offset++;
      continue;
    }
    if (batch.control !== null) open.delete(batch.producerId);
    else if (batch.isTransactional && batch.baseOffset < to && !open.has(batch.producerId)) open.set(batch.producerId, batch.baseOffset);
    offset = batch.lastOffset + 1;
  }
  let first = -1;
  for (const offset of open.values()) if (first < 0 || offset < first) first = offset;
  return first;
}
