/**
 * consistent-offsets: one offset, one value, for ever. Whatever a consumer got at an offset, every other read of it gets, and the final leader's
 * log holds it, unless retention or compaction removed it. Reads of a deposed leader are old, but must not be wrong.
 */
import type { Finding } from '../Finding.js';
import type { FinalLog } from '../finalLogs.js';
import type { PollRecord } from '../history.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { byPartition, secondsText, Tally } from './Guarantee.js';
import { checkLinearizableAppends } from './linearizableAppends.js';

interface Read {
  readonly value: number;
  readonly poll: PollRecord;
  reported: boolean;
}

export function checkConsistentOffsets(end: EndOfRun): Checked {
  const tally = new Tally();
  const reads = new Map<number, Map<number, Read>>();
  for (const poll of end.history.polls) {
    let known = reads.get(poll.partition);
    if (known === undefined) reads.set(poll.partition, (known = new Map()));
    for (let i = 0; i < poll.offsets.length; i++) compareReads(end, tally, known, poll, i);
  }
  const finals = byPartition(end);
  for (const [partition, known] of reads) {
    const log = finals.get(partition)?.leader ?? null;
    if (log === null) tally.unseen += known.size;
    else for (const [offset, read] of known) compareWithLog(end, tally, log, offset, read);
  }
  if (tally.violations === 0) checkLinearizableAppends(end, tally);
  return tally;
}

function compareReads(end: EndOfRun, tally: Tally, known: Map<number, Read>, poll: PollRecord, index: number): void {
  const offset = poll.offsets[index] as number;
  const value = poll.values[index] as number;
  tally.judged++;
  const before = known.get(offset);
  if (before === undefined) known.set(offset, { value, poll, reported: false });
  else if (before.value !== value && !before.reported) {
    before.reported = true;
    tally.violated(() =>
      changed(end, before, offset, value, `${poll.client} read message ${value} there at ${secondsText(poll.timeUs)}`, poll.timeUs),
    );
  }
}

function compareWithLog(end: EndOfRun, tally: Tally, log: FinalLog, offset: number, read: Read): void {
  if (offset < log.start || (offset < log.end && !log.holds(offset))) tally.excused++;
  else if (log.valueAt(offset) !== read.value && !read.reported) {
    const now = log.valueAt(offset);
    const there = `the log of leader ${log.brokerId}`;
    const text = offset >= log.end ? `${there} now ends at ${log.end}` : `${there} now holds message ${now} there`;
    tally.violated(() => changed(end, read, offset, now, text, end.nowUs));
  }
}

function changed(end: EndOfRun, read: Read, offset: number, otherValue: number, text: string, atUs: number): Finding {
  const { poll, value } = read;
  const cause = end.setbacks.causeOfLoss(poll.partition, offset, poll.timeUs, poll.timeUs);
  return {
    guarantee: 'consistent-offsets',
    kind: 'offset-value-changed',
    partition: poll.partition,
    offset,
    value,
    timeUs: cause !== undefined && cause.timeUs <= atUs ? cause.timeUs : atUs,
    eventIndex: cause !== undefined && cause.timeUs <= atUs ? cause.eventIndex : -1,
    message: `${poll.client} read message ${value} at offset ${offset} of ${end.names.text(poll.partition)} at ${secondsText(poll.timeUs)}, but ${text}.`,
    witness: { client: poll.client, readUs: poll.timeUs, otherValue },
  };
}
