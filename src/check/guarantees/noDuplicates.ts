/** no-duplicates: no record is in the final log of its partition more than once. Every send carries its own value, so equal values are copies. */
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
      tally.judged++;
      if (value >= 0 && leader.firstOffsetOf(value) !== offset) tally.violated(() => duplicate(end, partition, leader, value, offset));
    }
  }
  return tally;
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
