/**
 * at-least-once, at-most-once and exactly-once: how often what a group read took effect. They share one walk over the records from where the group
 * began in a partition to the offset that it has committed in the end, and differ in what they allow.
 *
 * at-least-once: every one took effect. at-most-once: no record of the partition took effect twice, committed or not. exactly-once, for groups that
 * make an output record of each input record (consume-transform-produce): exactly one visible output each, and never two.
 *
 * Excused: records that retention took, and records that were appended several times by their producer, for which as many effects are right. A partition
 * or output that nobody can read at the end is unseen.
 */
import type { AnomalyKind, Finding, GuaranteeName } from '../Finding.js';
import type { FinalLog } from '../finalLogs.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { byPartition, secondsText, Tally } from './Guarantee.js';
import type { GroupOffsets } from './groupOffsets.js';
import type { Effect, GroupWork } from './groupWork.js';

export type ProcessingGuarantee = 'at-least-once' | 'at-most-once' | 'exactly-once';

export function checkProcessing(
  name: ProcessingGuarantee,
  end: EndOfRun,
  groups: readonly GroupWork[],
  offsets: () => GroupOffsets,
): Checked {
  const tally = new Tally();
  const concerned = name === 'exactly-once' ? groups.filter((group) => group.output) : groups;
  if (concerned.length === 0) return tally;
  const finals = byPartition(end);
  for (const group of concerned) {
    for (const [partition, begin] of group.begins((created) => end.chronicle.createdUs(created))) {
      const log = finals.get(partition)?.leader ?? null;
      if (log === null) tally.unseen++;
      else new Walk(name, end, tally, group, log, partition).run(begin, offsets());
    }
  }
  return tally;
}

class Walk {
  constructor(
    private readonly name: ProcessingGuarantee,
    private readonly end: EndOfRun,
    private readonly tally: Tally,
    private readonly group: GroupWork,
    private readonly log: FinalLog,
    private readonly partition: number,
  ) {}

  run(begin: number, offsets: GroupOffsets): void {
    const { log, tally, group, partition } = this;
    const committed = offsets.of(group.id, partition);
    if (begin < log.start) tally.excused += Math.max(0, Math.min(committed, log.start) - begin);
    if (committed < 0 && offsets.incomplete) tally.unseen++;
    for (let offset = Math.max(begin, log.start); offset < log.end; offset++) {
      const value = log.valueAt(offset);
      if (value < 0 || !log.visibleAt(offset, group.readCommitted)) continue;
      this.judge(offset, value, committed);
    }
  }

  private judge(offset: number, value: number, committed: number): void {
    const { name, group, tally, partition } = this;
    const owed = offset < committed;
    if (!owed && name === 'at-least-once') return;
    const effect = group.effectOf(partition, offset, value);
    if (effect.unseen) tally.unseen++;
    else {
      if (owed || effect.count > 0) tally.judged++;
      this.compare(offset, value, committed, effect, owed);
    }
  }

  private compare(offset: number, value: number, committed: number, { count }: Effect, owed: boolean): void {
    const { name, tally, group, log } = this;
    if (count === 0 && owed && name !== 'at-most-once') {
      tally.violated(() => this.missing(offset, value, committed));
    } else if (count > 1 && name !== 'at-least-once') {
      // Outputs name the value they were made from: a record that lies here twice rightly has two.
      if (group.output && count <= log.offsetsOf(value).length) tally.excused++;
      else tally.violated(() => this.repeated(offset, value, count));
    }
  }

  private missing(offset: number, value: number, committed: number): Finding {
    const { group } = this;
    const what = group.output ? 'no visible output was made from it' : 'no member ever finished it';
    const message = `${this.text(offset, value)} lies below the offset ${committed} that group ${group.id} has committed, but ${what}${this.tried(offset)}.`;
    return this.finding(group.output ? 'record-without-output' : 'record-not-processed', offset, value, this.end.nowUs, message, committed);
  }

  private repeated(offset: number, value: number, count: number): Finding {
    const { group, end, partition } = this;
    const times = end.history.processed.filter(
      (record) => record.group === group.id && record.partition === partition && record.offset === offset && record.endedUs >= 0,
    );
    const who = times.map(({ client, endedUs }) => `${client} at ${secondsText(endedUs)}`).join(', ');
    const what = group.output ? `${count} visible outputs were made from it` : `it took effect ${count} times`;
    const message = `${this.text(offset, value)}: ${what} in group ${group.id}${who === '' ? '' : ` (${who})`}.`;
    const timeUs = times[1]?.endedUs ?? end.nowUs;
    return this.finding(group.output ? 'record-with-two-outputs' : 'record-processed-twice', offset, value, timeUs, message, count);
  }

  private tried(offset: number): string {
    const { group, end, partition } = this;
    const attempt = end.history.processed.find(
      (record) => record.group === group.id && record.partition === partition && record.offset === offset,
    );
    return attempt === undefined ? '' : ` (${attempt.client} began it at ${secondsText(attempt.beganUs)})`;
  }

  private text(offset: number, value: number): string {
    return `message ${value} at offset ${offset} of ${this.end.names.text(this.partition)}`;
  }

  private finding(kind: AnomalyKind, offset: number, value: number, timeUs: number, message: string, number: number): Finding {
    const guarantee: GuaranteeName = this.name;
    const witness = {
      group: this.group.id,
      [kind === 'record-not-processed' || kind === 'record-without-output' ? 'committed' : 'effects']: number,
    };
    return { guarantee, kind, partition: this.partition, offset, value, timeUs, eventIndex: -1, message, witness };
  }
}
