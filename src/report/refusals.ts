/** A batch that is refused again and again by the same broker for the same reason: which events of its attempts repeat what was told already. */
import type { RecordedEvent } from '../engine/events.js';

/**
 * @param events of one batch, in order: `batch-sent`, `produce-refused`, `batch-retried`; others are passed over.
 * @returns by event index: 0 for an event that only repeats, and for the last refusal of a row how often it was repeated.
 */
export function repeatedRefusals(events: readonly RecordedEvent[]): ReadonlyMap<number, number> {
  const repeats = new Map<number, number>();
  let answer = '';
  let times = 0;
  let last = -1;
  let since: number[] = [];
  for (const { type, fields, index } of events) {
    if (type === 'produce-refused') {
      const same = `${String(fields['broker'])} ${String(fields['error'])}`;
      times = same === answer ? times + 1 : 0;
      if (times > 0) {
        for (const before of since) repeats.set(before, 0);
        if (last >= 0) repeats.set(last, 0);
        repeats.set(index, times);
        last = index;
      } else last = -1;
      answer = same;
      since = [];
    } else if (type === 'batch-sent' || type === 'batch-retried') since.push(index);
  }
  return repeats;
}
