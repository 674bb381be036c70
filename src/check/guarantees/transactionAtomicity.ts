/**
 * transaction-atomicity (P26, P27): a transaction is visible as a whole or not at all, over all its partitions and the offsets that it commits, and as its
 * application was told, or where it was told nothing, as it asked: what it never asked to commit is not to be seen. Judged from the final leader logs: each record's fate is what the marker behind it says.
 *
 * Unseen: a partition without a leader, and a transaction that is still being ended when the run could not heal. Excused: records that retention
 * took, or that a broker took for earlier ones (see sequenceReuse.ts), and transactions of which their coordinator forgot a part (see forgottenTransactions.ts). Records that were never acknowledged and are nowhere belong to no side, except that a transaction
 * with one cannot be committed (KIP-98: commitTransaction fails when a send did).
 */
import type { AnomalyKind, Finding } from '../Finding.js';
import type { FinalPartition } from '../finalLogs.js';
import type { SendRecord, TransactionRecord } from '../history.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { byPartition, Tally } from './Guarantee.js';
import type { GroupOffsets } from './groupOffsets.js';
import { FORGOTTEN, wasForgotten } from './forgottenTransactions.js';
import { wasTakenForEarlier } from './sequenceReuse.js';

interface Side {
  readonly count: number;
  readonly example: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: number;
}

type Visibility = 'visible' | 'invisible' | 'gone' | 'nowhere' | 'excused' | 'unseen';

/** What was found of one transaction, by visibility. */
class Sides {
  private readonly sides = new Map<Visibility, Side>();

  add(visibility: Visibility, example: string, partition: number, offset: number, value: number): void {
    const side = this.sides.get(visibility);
    if (side === undefined) this.sides.set(visibility, { count: 1, example, partition, offset, value });
    else this.sides.set(visibility, { ...side, count: side.count + 1 });
  }

  of(visibility: Visibility): Side | undefined {
    return this.sides.get(visibility);
  }
}

export function checkTransactionAtomicity(end: EndOfRun, offsets: () => GroupOffsets): Checked {
  const tally = new Tally();
  const { history } = end;
  if (history.transactions.length === 0) return tally;
  const finals = byPartition(end);
  const sendsOf = new Map<number, SendRecord[]>();
  for (const send of history.sends) {
    if (send.transaction < 0) continue;
    const sends = sendsOf.get(send.transaction);
    if (sends === undefined) sendsOf.set(send.transaction, [send]);
    else sends.push(send);
  }
  const others = new OffsetWriters(end);
  for (const transaction of history.transactions) {
    const sides = new Sides();
    for (const send of sendsOf.get(transaction.id) ?? []) addRecord(end, finals, sides, send);
    if (transaction.offsets.length > 0) addOffsets(end, sides, transaction, offsets(), others);
    judge(end, tally, transaction, sides);
  }
  return tally;
}

function addRecord(end: EndOfRun, finals: ReadonlyMap<number, FinalPartition>, sides: Sides, send: SendRecord): void {
  const { partition, value } = send;
  const add = (visibility: Visibility, offset: number): void =>
    sides.add(visibility, `message ${value}${partition < 0 ? '' : ` in ${end.names.text(partition)}`}`, partition, offset, value);
  const log = finals.get(partition)?.leader;
  if (partition < 0) {
    // Nobody was told where it went: it is of no side unless it turns up, or is sure not to be there.
    let found = false;
    for (const final of end.partitions) {
      const offset = final.leader?.firstOffsetOf(value) ?? -1;
      if (final.leader === null || offset < 0) continue;
      found = true;
      add(final.leader.visibleAt(offset, true) ? 'visible' : 'invisible', offset);
    }
    if (!found && end.partitions.every(({ leader }) => leader !== null && leader.start === 0)) add('nowhere', -1);
    return;
  }
  if (log === null || log === undefined) {
    add('unseen', -1);
    return;
  }
  const offset = log.firstOffsetOf(value);
  if (offset >= 0) {
    const open = log.fateAt(offset) === 'open';
    if (open && end.stalled) add('unseen', offset);
    else add(log.visibleAt(offset, true) ? 'visible' : 'invisible', offset);
  } else if (send.outcome !== 'ok') add('nowhere', -1);
  else if (send.offset >= 0 && send.offset < log.end && !log.holds(send.offset)) add('excused', send.offset);
  else if (wasTakenForEarlier(end, finals, send, log)) add('excused', send.offset);
  else add('gone', send.offset);
}

/** Who else committed which offset for whom: an offset that took effect may be theirs. */
class OffsetWriters {
  private readonly counts = new Map<string, number>();

  constructor(end: EndOfRun) {
    const add = (group: string, partition: number, offset: number): void => {
      const key = `${group}/${partition}/${offset}`;
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    };
    for (const { outcome, offsets } of end.history.transactions) {
      if (outcome !== 'aborted') for (const { group, partition, offset } of offsets) add(group, partition, offset);
    }
    for (const { group, kind, offsets } of end.history.commits) {
      if (kind !== 'transaction') for (const { partition, offset } of offsets) add(group, partition, offset);
    }
  }

  count(group: string, partition: number, offset: number): number {
    return this.counts.get(`${group}/${partition}/${offset}`) ?? 0;
  }
}

function addOffsets(end: EndOfRun, sides: Sides, transaction: TransactionRecord, offsets: GroupOffsets, writers: OffsetWriters): void {
  if (offsets.incomplete) return;
  for (const { group, partition, offset } of transaction.offsets) {
    const text = `offset ${offset} of ${end.names.text(partition)} for group ${group}`;
    const own = transaction.outcome === 'aborted' ? 0 : 1;
    if (!offsets.tookEffect(group, partition, offset)) sides.add('invisible', text, partition, offset, -1);
    else if (writers.count(group, partition, offset) <= own) sides.add('visible', text, partition, offset, -1);
  }
}

function judge(end: EndOfRun, tally: Tally, transaction: TransactionRecord, sides: Sides): void {
  tally.judged++;
  if (sides.of('excused') !== undefined) tally.excused++;
  const wrong = wrongIn(transaction, sides);
  if (wrong !== null && wasForgotten(end, transaction.id)) tally.excusedAs(FORGOTTEN);
  else if (wrong !== null) tally.violated(() => broken(end, transaction, wrong));
  else if (sides.of('unseen') !== undefined) tally.unseen++;
}

interface Wrong {
  readonly kind: AnomalyKind;
  readonly side: Side;
  readonly text: string;
}

function wrongIn({ outcome, asked }: TransactionRecord, sides: Sides): Wrong | null {
  const visible = sides.of('visible');
  const missing = sides.of('invisible') ?? sides.of('gone');
  if (outcome === 'committed') {
    const lacking = missing ?? sides.of('nowhere');
    if (lacking === undefined) return null;
    const kind = visible === undefined ? 'transaction-incomplete' : 'transaction-torn';
    return { kind, side: lacking, text: `was acknowledged as committed, but ${lacking.example} is not visible` };
  }
  if (visible === undefined) return null;
  const seen = `${visible.example} is visible`;
  if (outcome === 'aborted') {
    const kind = sides.of('invisible') === undefined ? 'aborted-transaction-visible' : 'transaction-torn';
    return { kind, side: visible, text: `was acknowledged as aborted, but ${seen}` };
  }
  if (asked !== 'commit') {
    // No commit can have gone out, whatever became of the abort: a coordinator does not commit of its own accord.
    const kind = missing === undefined ? 'aborted-transaction-visible' : 'transaction-torn';
    return { kind, side: visible, text: `was never asked to be committed, but ${seen}` };
  }
  if (missing === undefined) return null;
  return { kind: 'transaction-torn', side: missing, text: `is visible in part: ${visible.example} is, ${missing.example} is not` };
}

function broken(end: EndOfRun, transaction: TransactionRecord, { kind, side, text }: Wrong): Finding {
  const { id, client, transactionalId, outcome, endedUs } = transaction;
  const { partition, offset, value } = side;
  const timeUs = endedUs >= 0 ? endedUs : end.nowUs;
  const message = `transaction ${id} of ${client} (transactional.id ${transactionalId}) ${text}.`;
  const witness = { transaction: id, client, outcome, sides: side.count };
  return { guarantee: 'transaction-atomicity', kind, partition, offset, value, timeUs, eventIndex: -1, message, witness };
}
