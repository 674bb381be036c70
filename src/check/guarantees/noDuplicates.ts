/**
 * no-duplicates: no record is in the final log of its partition more than once. Every send carries its own value, so equal values are copies.
 *
 * What an application sends again after a failure is a new record with a value of its own: no idempotence covers it, and it is no duplicate here (B-42).
 * Nor is the output for an input that is processed again, which exactly-once and at-most-once look at.
 *
 * Idempotence covers one session, which is a producer id with its epoch. A producer that has given a batch up for good begins a new one and sends what was in
 * flight again, whether or not it had arrived (KIP-360): a copy in another session of a producer without transactions is excused.
 */
import type { Finding } from '../Finding.js';
import type { FinalLog } from '../finalLogs.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { Tally } from './Guarantee.js';

export function checkNoDuplicates(end: EndOfRun): Checked {
  const tally = new Tally();
  for (const { partition, leader } of end.partitions) {
    if (leader === null) {
      tally.unseen++;
      continue;
    }
    for (let offset = leader.start; offset < leader.end; offset++) {
      const value = leader.valueAt(offset);
      if (value < 0) continue;
      tally.judged++;
      const first = leader.firstOffsetOf(value);
      if (first === offset) continue;
      if (isAborted(leader, value, offset) || isResumed(leader, value, offset)) tally.excused++;
      else tally.violated(() => duplicate(end, partition, leader, value, offset));
    }
  }
  return tally;
}

/** No two of the copies so far were committed: what a transaction takes back is there for nobody who asks for committed records. */
function isAborted(leader: FinalLog, value: number, offset: number): boolean {
  if (leader.fateAt(offset) === 'aborted') return true;
  return leader.offsetsOf(value).every((other) => other >= offset || leader.fateAt(other) === 'aborted');
}

/** Every earlier copy is of another session. */
function isResumed(leader: FinalLog, value: number, offset: number): boolean {
  if (leader.fateAt(offset) !== 'plain') return false;
  return leader.offsetsOf(value).every((other) => other >= offset || !leader.sameSession(other, offset));
}

function duplicate(end: EndOfRun, partition: number, leader: FinalLog, value: number, offset: number): Finding {
  const first = leader.firstOffsetOf(value);
  const client = end.history.sends[value]?.client ?? 'an unknown client';
  return {
    guarantee: 'no-duplicates',
    kind: 'duplicate-record',
    partition,
    offset,
    value,
    timeUs: end.nowUs,
    eventIndex: -1,
    message: `message ${value} of ${client} is in ${end.names.text(partition)} twice: at offsets ${first} and ${offset}.`,
    witness: { client, firstOffset: first },
  };
}
