/**
 * What each consumer group did, put together from its members' histories: where it began in each partition, and how often each record took effect.
 *
 * An effect is either outside Kafka (the moment at which a member was done with the record) or the output that was made from it: then what counts is
 * how many visible copies the final logs hold, whoever believes to have written them.
 */
import type { FinalLog } from '../finalLogs.js';
import type { SendRecord, TransactionOutcome } from '../history.js';
import type { EndOfRun } from './Guarantee.js';
import { wasForgotten } from './forgottenTransactions.js';
import { byPartition } from './Guarantee.js';

export interface Effect {
  readonly count: number;
  /** An output may be in a partition that cannot be read now. */
  readonly unseen: boolean;
}

const UNSEEN: Effect = { count: 0, unseen: true };
const NOTHING: Effect = { count: 0, unseen: false };

export class GroupWork {
  readonly clients = new Set<string>();
  /** It makes an output record of each input record. */
  output = false;
  readCommitted = false;
  /** When it was first given a partition; -1 never. */
  beganUs = -1;
  /** By partition: when and where it began to read. */
  private readonly first = new Map<number, { readonly timeUs: number; readonly position: number }>();
  /** By partition, then offset: how often a member was done with the record. */
  private readonly done = new Map<number, Map<number, number>>();
  /** By input value: the sends of its outputs. */
  private readonly outputs = new Map<number, SendRecord[]>();

  constructor(
    readonly id: string,
    private readonly logs: ReadonlyMap<number, FinalLog | null>,
    /** What the application was told of a transaction. */
    private readonly endOf: (transaction: number) => TransactionOutcome,
    /** See forgottenTransactions.ts. */
    private readonly wasForgotten: (transaction: number) => boolean,
  ) {}

  /** How often the record at this place took effect. */
  effectOf(partition: number, offset: number, value: number): Effect {
    if (!this.output) return { count: this.done.get(partition)?.get(offset) ?? 0, unseen: false };
    const sends = this.outputs.get(value);
    if (sends === undefined) return NOTHING;
    let count = 0;
    for (const send of sends) {
      const log = this.logs.get(send.partition);
      if (log === undefined && send.partition < 0) count += this.unplaced(send);
      else if (log === undefined || log === null) return UNSEEN;
      else {
        const copies = log.offsetsOf(send.value);
        const removed = copies.length === 0 ? this.removed(send, log) : 0;
        if (removed === null) return UNSEEN;
        count += removed + copies.filter((at) => log.visibleAt(at, true)).length;
      }
    }
    // Records of a transaction whose coordinator forgot their partition are there, and have no marker.
    if (count === 0 && sends.some(({ transaction }) => transaction >= 0 && this.wasForgotten(transaction))) return UNSEEN;
    return { count, unseen: false };
  }

  /** Copies of an output that retention or compaction took before the end; null: nobody can tell whether there was one. */
  private removed({ outcome, offset, transaction }: SendRecord, log: FinalLog): number | null {
    if (outcome === 'failed') return 0;
    if (outcome !== 'ok' || offset < 0) return log.isWhole ? 0 : null;
    if (offset >= log.end || log.holds(offset)) return 0;
    const end = transaction < 0 ? 'committed' : this.endOf(transaction);
    return end === 'committed' ? 1 : end === 'aborted' ? 0 : null;
  }

  /** Sends of outputs made from the record with this value. */
  outputsOf(value: number): readonly SendRecord[] {
    return this.outputs.get(value) ?? [];
  }

  /** Partitions that it read, with the offset at which it began. A partition that was created once the group was at work is its own from the first record on. */
  begins(createdUs: (partition: number) => number): [partition: number, offset: number][] {
    return [...this.first].map(([partition, { position }]) => [partition, createdUs(partition) > this.beganUs ? 0 : position]);
  }

  addPosition(partition: number, timeUs: number, position: number): void {
    const before = this.first.get(partition);
    if (position >= 0 && (before === undefined || timeUs < before.timeUs)) this.first.set(partition, { timeUs, position });
  }

  addDone(partition: number, offset: number): void {
    let offsets = this.done.get(partition);
    if (offsets === undefined) this.done.set(partition, (offsets = new Map()));
    offsets.set(offset, (offsets.get(offset) ?? 0) + 1);
  }

  addOutput(send: SendRecord): void {
    const sends = this.outputs.get(send.input);
    if (sends === undefined) this.outputs.set(send.input, [send]);
    else sends.push(send);
  }

  /** A send of unknown fate whose partition nobody was told: it may lie anywhere. */
  private unplaced(send: SendRecord): number {
    let count = 0;
    for (const log of this.logs.values()) {
      if (log !== null) for (const at of log.offsetsOf(send.value)) if (log.visibleAt(at, true)) count++;
    }
    return count;
  }
}

/** The groups of a run, in the order of their first mention. */
export function groupsOf(end: EndOfRun): GroupWork[] {
  const { history } = end;
  if (history.ownership.length === 0) return [];
  const logs = new Map([...byPartition(end)].map(([partition, { leader }]) => [partition, leader]));
  const outcomeOf = (transaction: number): TransactionOutcome => history.transaction(transaction).outcome;
  const forgotten = (transaction: number): boolean => wasForgotten(end, transaction);
  const groups = new Map<string, GroupWork>();
  const groupOf = new Map<string, GroupWork>();
  for (const { client, group: id, kind, timeUs, partitions, positions } of history.ownership) {
    let group = groups.get(id);
    if (group === undefined) groups.set(id, (group = new GroupWork(id, logs, outcomeOf, forgotten)));
    if (!group.clients.has(client)) {
      group.clients.add(client);
      groupOf.set(client, group);
      const traits = end.consumerOf(client);
      if (traits?.readCommitted === true) group.readCommitted = true;
      if ((traits?.application?.output ?? null) !== null) group.output = true;
    }
    if (kind !== 'assigned') continue;
    if (group.beganUs < 0) group.beganUs = timeUs;
    for (let i = 0; i < partitions.length; i++) group.addPosition(partitions[i] as number, timeUs, positions[i] ?? -1);
  }
  for (const { client, partition, timeUs, from, to } of history.resets)
    if (from < 0) groupOf.get(client)?.addPosition(partition, timeUs, to);
  for (const { client, partition, timeUs, offsets } of history.polls)
    groupOf.get(client)?.addPosition(partition, timeUs, offsets[0] as number);
  for (const { group, partition, offset, endedUs } of history.processed) if (endedUs >= 0) groups.get(group)?.addDone(partition, offset);
  for (const send of history.sends) if (send.input >= 0) groupOf.get(send.client)?.addOutput(send);
  return [...groups.values()];
}
