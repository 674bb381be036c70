/**
 * lost-write: a record that took effect has an offset below one that was read, and nobody ever read it.
 *
 * The bound of a key is the highest rank of what was read; a record that is at several offsets counts as read at its lowest and as due at its highest, so that nothing
 * depends on which of them is looked at first. What lies above the bound is `unseen`.
 *
 * Differs from Jepsen: what lies below where every reader was put (auto.offset.reset=latest) is excused; records of transactions that nobody knows the end of count as read, too (their reader may have committed, and then they are not read again), and
 * whether losing one is ruled out follows from its own producer's `acks`.
 */
import type { Analysis } from '../Analysis.js';
import { keyText, Tally, valueText, who, type Evidence } from '../Anomaly.js';
import { ReadingBegan } from '../ReadingBegan.js';
import { SEEN_BY_INFO, SEEN_BY_OK, type Versions } from '../Versions.js';

export function lostWrite(analysis: Analysis): Tally {
  const tally = new Tally('lost-write', analysis);
  const { versions, history } = analysis;
  const { order } = versions;
  const began = new ReadingBegan(analysis);
  for (let key = 0; key < history.keys.length; key++) {
    const from = order.starts[key] as number;
    const to = order.starts[key + 1] as number;
    const bound = highestRead(versions, from, to);
    for (let place = from; place <= bound; place++) judge(analysis, tally, began, place, bound);
  }
  return tally;
}

/** The last place at which a record was read that is not at a lower one, too; before `from` when nothing was. */
function highestRead(versions: Versions, from: number, to: number): number {
  const { order, slotRecord, seen } = versions;
  for (let place = to - 1; place >= from; place--) {
    const record = slotRecord[order.rows[place] as number] as number;
    if (((seen[record] as number) & SEEN_BY_OK) !== 0 && lowestPlace(versions, record) === place) return place;
  }
  return from - 1;
}

function lowestPlace({ rank, recordSlot, moreSlots }: Versions, record: number): number {
  let lowest = rank[recordSlot[record] as number] as number;
  for (const slot of moreSlots.get(record) ?? []) lowest = Math.min(lowest, rank[slot] as number);
  return lowest;
}

function highestPlace({ rank, recordSlot, moreSlots }: Versions, record: number): number {
  let highest = rank[recordSlot[record] as number] as number;
  for (const slot of moreSlots.get(record) ?? []) highest = Math.max(highest, rank[slot] as number);
  return highest;
}

function judge(analysis: Analysis, tally: Tally, began: ReadingBegan, place: number, bound: number): void {
  const { versions } = analysis;
  const slot = versions.order.rows[place] as number;
  judgeRecord(analysis, tally, began, versions.slotRecord[slot] as number, place, bound);
  const others = versions.conflicts.get(slot);
  if (others !== undefined) for (const record of others.keys()) judgeRecord(analysis, tally, began, record, place, bound);
}

function judgeRecord(analysis: Analysis, tally: Tally, began: ReadingBegan, record: number, place: number, bound: number): void {
  const { history, versions } = analysis;
  tally.judged++;
  if (((versions.seen[record] as number) & (SEEN_BY_OK | SEEN_BY_INFO)) !== 0) return;
  const writer = history.recordWriter[record] as number;
  if (writer < 0 || versions.committed[writer] !== 1 || highestPlace(versions, record) !== place) return;
  const because = began.above(history.recordKey[record] as number, history.slotOffset[versions.order.rows[place] as number] as number);
  const notPromised = analysis.notPromised('lost-write', writer);
  if (because !== '') tally.excuse(because, () => loss(analysis, record, place, bound));
  else tally.found(notPromised, () => loss(analysis, record, place, bound));
}

function loss(analysis: Analysis, record: number, place: number, bound: number): Evidence {
  const { history, versions } = analysis;
  const writer = history.recordWriter[record] as number;
  const reader = versions.reader[versions.slotRecord[versions.order.rows[bound] as number] as number] as number;
  const key = keyText(analysis, history.recordKey[record] as number);
  const offset = history.slotOffset[versions.order.rows[place] as number] as number;
  const beyond = history.slotOffset[versions.order.rows[bound] as number] as number;
  return {
    key,
    ops: [writer, reader],
    message:
      `${valueText(analysis, record)}, which ${who(analysis, writer)} wrote at offset ${offset} of ${key}, was never read, although ` +
      `${who(analysis, reader)} read as far as offset ${beyond}.`,
    detail: { value: history.recordValue[record] as number, offset, maxReadOffset: beyond },
  };
}
