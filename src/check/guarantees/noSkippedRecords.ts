/**
 * no-skipped-records: within one ownership a consumer's polls of a partition go on where the last one ended. They never jump over a record that its
 * isolation level shows, nor go back, unless a reset or a noticed truncation is on record. And what took a read record's place after a truncation is
 * read too, once the consumer reads further on (B-14).
 *
 * Across a change of owner nothing is said here: where the next owner starts is committed-offsets-honest's. Excused: offsets below the log start
 * (retention), those that compaction emptied, and jumps over what a leader lost meanwhile.
 */
import type { AnomalyKind, Finding } from '../Finding.js';
import type { FinalLog } from '../finalLogs.js';
import type { PollRecord } from '../history.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { byPartition, secondsText, Tally } from './Guarantee.js';
import type { PartitionHistory } from './ownerships.js';

export function checkNoSkippedRecords(end: EndOfRun, histories: readonly PartitionHistory[]): Checked {
  const tally = new Tally();
  const finals = byPartition(end);
  for (const history of histories) {
    const log = finals.get(history.partition)?.leader ?? null;
    if (log === null) tally.unseen++;
    else new Walk(end, tally, history, log).run();
  }
  return tally;
}

class Walk {
  /** Offset that the next poll should begin at; -1: whatever it begins at is right. */
  private expected = -1;
  private lastUs = 0;
  private lastResetUs = -1;
  /** What this consumer was last given at an offset that now holds something else. */
  private readonly replaced = new Map<number, { readonly value: number; readonly poll: PollRecord; furtherPoll: PollRecord | null }>();

  constructor(
    private readonly end: EndOfRun,
    private readonly tally: Tally,
    private readonly history: PartitionHistory,
    private readonly log: FinalLog,
  ) {}

  run(): void {
    for (const event of this.history.events) {
      if (event.kind === 'owned') this.expected = event.position;
      else if (event.kind === 'given-up') this.expected = -1;
      else if (event.kind === 'reset') {
        this.expected = -1;
        this.lastResetUs = event.timeUs;
      } else if (event.kind === 'poll') this.read(event.poll);
      this.lastUs = event.kind === 'commit' ? this.lastUs : event.timeUs;
    }
    for (const [offset, { value, poll, furtherPoll }] of this.replaced) {
      if (furtherPoll !== null) this.tally.violated(() => this.unread(offset, value, poll, furtherPoll));
    }
  }

  private read(poll: PollRecord): void {
    const { offsets, values } = poll;
    const { log } = this;
    for (let i = 0; i < offsets.length; i++) {
      const offset = offsets[i] as number;
      this.tally.judged++;
      if (this.expected >= 0 && offset < this.expected) this.back(poll, offset);
      else if (this.expected >= 0 && offset > this.expected) this.jumped(poll, offset);
      this.expected = offset + 1;
      const value = values[i] as number;
      if (offset < log.start || offset >= log.end || !log.holds(offset) || log.valueAt(offset) === value) this.replaced.delete(offset);
      else if (log.valueAt(offset) >= 0) this.replaced.set(offset, { value, poll, furtherPoll: null });
    }
    // Which of the two came first in this microsecond is not on record.
    if (poll.timeUs === this.lastResetUs) this.expected = -1;
    if (this.replaced.size === 0) return;
    const first = offsets[0] as number;
    for (const [offset, entry] of this.replaced) if (entry.poll !== poll && first > offset) entry.furtherPoll = poll;
  }

  private jumped(poll: PollRecord, to: number): void {
    const { log, end, tally, expected: from } = this;
    const readCommitted = end.consumerOf(poll.client)?.readCommitted === true;
    for (let offset = Math.max(from, log.start); offset < Math.min(to, log.end); offset++) {
      if (log.valueAt(offset) < 0 || !log.visibleAt(offset, readCommitted)) continue;
      if (end.setbacks.anyBelow(poll.partition, to, this.lastUs, poll.timeUs)) tally.excused++;
      else tally.violated(() => this.skipped(poll, from, to, offset));
      return;
    }
    if (from < log.start) tally.excused++;
  }

  private back(poll: PollRecord, to: number): void {
    const { history, end, expected: from } = this;
    this.tally.violated(() => {
      const text = `went back to offset ${to} of ${end.names.text(history.partition)}, which it had read up to ${from}, and no reset is on record`;
      return this.finding('position-went-back', poll, to, poll.values[0] as number, text);
    });
  }

  private skipped(poll: PollRecord, from: number, to: number, offset: number): Finding {
    const value = this.log.valueAt(offset);
    const text = `went from offset ${from} of ${this.end.names.text(poll.partition)} to ${to} and was never given message ${value} at offset ${offset}`;
    return this.finding('record-skipped', poll, offset, value, text);
  }

  private unread(offset: number, value: number, poll: PollRecord, further: PollRecord): Finding {
    const now = this.log.valueAt(offset);
    const text =
      `read message ${value} at offset ${offset} of ${this.end.names.text(poll.partition)}, where message ${now} is now, and read on ` +
      `from offset ${further.offsets[0] as number} without being given that one`;
    return this.finding('record-skipped', further, offset, now, text);
  }

  private finding(kind: AnomalyKind, poll: PollRecord, offset: number, value: number, text: string): Finding {
    const { client, timeUs, partition } = poll;
    const message = `${client} ${text} (${secondsText(timeUs)}).`;
    return { guarantee: 'no-skipped-records', kind, partition, offset, value, timeUs, eventIndex: -1, message, witness: { client } };
  }
}
