/**
 * no-divergence: replicas of a partition hold the same records. At the end of the run every pair of running replicas must have the same record
 * wherever both have the same offset and leader epoch, and in-sync replicas that follow the committed leader must agree on everything below
 * both their high watermarks. During the run the invariant P5 finds what would later be overwritten.
 *
 * Replicas compact their logs each at its own time: only offsets that both still have are compared.
 *
 * A replica outside the ISR may still hold a tail that it has yet to truncate: only the first rule is for it.
 */
import type { Finding } from '../Finding.js';
import type { FinalLog } from '../finalLogs.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { Tally } from './Guarantee.js';

export function checkNoDivergence(end: EndOfRun): Checked {
  const tally = new Tally();
  for (const { partition, replicas } of end.partitions) {
    if (replicas.length < 2) tally.unseen++;
    for (let i = 0; i < replicas.length; i++) {
      for (let j = i + 1; j < replicas.length; j++) {
        tally.judged++;
        const a = replicas[i] as FinalLog;
        const b = replicas[j] as FinalLog;
        const offset = firstDifference(a, b);
        if (offset >= 0) tally.violated(() => diverged(end, partition, a, b, offset));
      }
    }
  }
  return tally;
}

/** The lowest offset on which the two break the rule; -1 none. */
function firstDifference(a: FinalLog, b: FinalLog): number {
  const from = Math.max(a.start, b.start);
  const to = Math.min(a.end, b.end);
  const committedTo = a.inSync && b.inSync ? Math.min(a.highWatermark, b.highWatermark) : 0;
  for (let offset = from; offset < to; offset++) {
    if (a.valueAt(offset) === b.valueAt(offset) || !a.holds(offset) || !b.holds(offset)) continue;
    if (offset < committedTo || a.epochAt(offset) === b.epochAt(offset)) return offset;
  }
  return -1;
}

function diverged(end: EndOfRun, partition: number, a: FinalLog, b: FinalLog, offset: number): Finding {
  const holds = (log: FinalLog): string =>
    `broker ${log.brokerId} holds message ${log.valueAt(offset)} of leader epoch ${log.epochAt(offset)}`;
  return {
    guarantee: 'no-divergence',
    kind: 'replicas-diverged',
    partition,
    offset,
    value: a.valueAt(offset),
    timeUs: end.nowUs,
    eventIndex: -1,
    message: `${end.names.text(partition)} at offset ${offset}: ${holds(a)}, ${holds(b)}.`,
    witness: { brokerA: a.brokerId, brokerB: b.brokerId, valueA: a.valueAt(offset), valueB: b.valueAt(offset) },
  };
}
