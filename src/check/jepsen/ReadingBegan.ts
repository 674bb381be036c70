/**
 * Where reading began in each key, as far as positions were set anew: by auto.offset.reset, which with `latest` is the end of the log, or by a seek. What lies below the lowest of them nobody was to
 * read, in Kafka not even when it was written after the consumer had started (partitions are found by and by). Keys in which no position was ever set say nothing.
 */
import type { Analysis } from './Analysis.js';
import { opText } from './JepsenHistory.js';

export class ReadingBegan {
  /** By key. */
  private readonly lowest = new Map<number, { readonly offset: number; readonly op: number }>();

  constructor(private readonly analysis: Analysis) {
    for (const [op, log] of analysis.history.rebalances) {
      for (const { type, keys, to } of log) if (type === 'reset' && to >= 0) for (const key of keys) this.began(key, to, op);
    }
  }

  /** Why a record at the offset was never to be read; empty: it was. */
  above(key: number, offset: number): string {
    const lowest = this.lowest.get(key);
    if (lowest === undefined || lowest.offset <= offset) return '';
    return `reading began at offset ${lowest.offset}, where ${opText(this.analysis.history, lowest.op)} was put by auto.offset.reset or a seek`;
  }

  private began(key: number, offset: number, op: number): void {
    const known = this.lowest.get(key);
    if (known === undefined || offset < known.offset) this.lowest.set(key, { offset, op });
  }
}
