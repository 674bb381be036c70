/**
 * no-aborted-reads (P26, P29): what a consumer with isolation.level=read_committed is given was committed before: no record of a transaction whose marker
 * in the partition aborts it, none of a transaction that its application was told is aborted, and none before its transaction's commit marker.
 *
 * Consumers with read_uncommitted are given everything by design and are not judged. Excused: offsets below the log start, and those that hold another
 * record by now, which consistent-offsets reports.
 */
import type { AnomalyKind, Finding } from '../Finding.js';
import type { FinalLog } from '../finalLogs.js';
import type { PollRecord } from '../history.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { byPartition, secondsText, Tally } from './Guarantee.js';

export function checkNoAbortedReads(end: EndOfRun): Checked {
  const tally = new Tally();
  if (end.history.transactions.length === 0) return tally;
  const finals = byPartition(end);
  for (const poll of end.history.polls) {
    if (end.consumerOf(poll.client)?.readCommitted !== true) continue;
    const log = finals.get(poll.partition)?.leader ?? null;
    for (let i = 0; i < poll.offsets.length; i++) judge(end, tally, log, poll, i);
  }
  return tally;
}

function judge(end: EndOfRun, tally: Tally, log: FinalLog | null, poll: PollRecord, index: number): void {
  const offset = poll.offsets[index] as number;
  const value = poll.values[index] as number;
  const transaction = end.history.sends[value]?.transaction ?? -1;
  if (transaction < 0) return;
  tally.judged++;
  const { outcome, client } = end.history.transaction(transaction);
  if (outcome === 'aborted') {
    tally.violated(() =>
      bad(end, poll, offset, value, 'aborted-record-read', `${client} was told that its transaction ${transaction} is aborted`),
    );
    return;
  }
  if (log === null) tally.unseen++;
  else if (offset < log.start || log.valueAt(offset) !== value) tally.excused++;
  else if (log.fateAt(offset) === 'aborted') {
    tally.violated(() => bad(end, poll, offset, value, 'aborted-record-read', 'the marker behind it aborts its transaction'));
  } else if (log.fateAt(offset) === 'open') {
    tally.violated(() => bad(end, poll, offset, value, 'uncommitted-record-read', 'its transaction has not ended'));
  } else {
    const committedUs = end.chronicle.markerUs(poll.partition, log.markerOf(offset));
    if (committedUs <= poll.timeUs) return;
    const text = `the marker that commits it was written at ${secondsText(committedUs)}`;
    tally.violated(() => bad(end, poll, offset, value, 'uncommitted-record-read', text));
  }
}

function bad(end: EndOfRun, poll: PollRecord, offset: number, value: number, kind: AnomalyKind, why: string): Finding {
  const { client, timeUs, partition } = poll;
  const message =
    `${client} reads only committed records and was given message ${value} at offset ${offset} of ${end.names.text(partition)} at ` +
    `${secondsText(timeUs)}, but ${why}.`;
  const transaction = end.history.sends[value]?.transaction ?? -1;
  return {
    guarantee: 'no-aborted-reads',
    kind,
    partition,
    offset,
    value,
    timeUs,
    eventIndex: -1,
    message,
    witness: { client, transaction },
  };
}
