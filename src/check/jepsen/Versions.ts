/**
 * What a history shows of the logs: which records were seen by whom, which operations took effect, and for each key the offsets that held anything, in order.
 *
 * An operation is *committed* when it is `ok`, or `info` and one of its records was read. Reading one record of a transaction proves the whole (its atomicity is assumed), but
 * only by a consumer with read_committed: others are shown what is aborted later, too (Jepsen asks nobody).
 *
 * The log of a key holds what anybody polled, whatever became of the poll (a consumer must not show what is not there, KIP-98), and what committed operations were told of
 * their sends. A *rank* counts the slots of one key that hold something; holes, as markers leave them, have none.
 */
import { groupBy, type Groups } from './columns.js';
import { FAIL, INFO, OK, type JepsenHistory } from './JepsenHistory.js';

/** Bits of `seen`. */
export const SEEN_BY_OK = 1;
/** By a consumer with read_committed, in an operation that is ok. */
export const SEEN_COMMITTED = 2;
export const SEEN_BY_INFO = 4;
const SEEN_BY_FAIL = 8;

/** A record at an offset; `polled`: somebody was given it there, and not only told of it by an acknowledgement. */
export interface Held {
  readonly record: number;
  polled: boolean;
}

export interface Versions {
  /** By record: who saw it. */
  readonly seen: Uint8Array;
  /** By record: the first operation that was given it; -1 none. */
  readonly reader: Int32Array;
  /** By operation. */
  readonly committed: Uint8Array;
  /** By slot: the record that it holds; -1: nothing is known to be there. */
  readonly slotRecord: Int32Array;
  readonly slotPolled: Uint8Array;
  /** Slots that hold further records, by record. */
  readonly conflicts: ReadonlyMap<number, ReadonlyMap<number, Held>>;
  /** By record: one slot; -1 unknown. */
  readonly recordSlot: Int32Array;
  /** Records at further slots. */
  readonly moreSlots: ReadonlyMap<number, ReadonlySet<number>>;
  /** By key: its slots that hold something, by offset. */
  readonly order: Groups;
  /** By slot: its place in `order.rows`; -1 where it holds nothing. Ranks of one key are consecutive. */
  readonly rank: Int32Array;
  /** By place in `order.rows`: how many slots before it hold a committed record; one more entry than places. */
  readonly committedBefore: Int32Array;
}

/** @param readsCommitted by session. */
export function versionsOf(history: JepsenHistory, readsCommitted: Uint8Array): Versions {
  const { seen, reader } = whoSaw(history, readsCommitted);
  const committed = whatCommitted(history, seen);
  const log = new Log(history);
  for (let op = 0; op < history.opCount; op++) log.add(op, committed[op] === 1);
  const { slotRecord, slotPolled, conflicts, recordSlot, moreSlots } = log;
  const order = inOrder(history, slotRecord);
  const rank = new Int32Array(history.slotKey.length).fill(-1);
  const committedBefore = new Int32Array(order.rows.length + 1);
  for (let place = 0; place < order.rows.length; place++) {
    const slot = order.rows[place] as number;
    rank[slot] = place;
    const writer = history.recordWriter[slotRecord[slot] as number] as number;
    const visible = writer < 0 || committed[writer] === 1 ? 1 : 0;
    committedBefore[place + 1] = (committedBefore[place] as number) + visible;
  }
  return { ...{ seen, reader, committed, slotRecord, slotPolled, conflicts, recordSlot, moreSlots, order, rank, committedBefore } };
}

function whoSaw(history: JepsenHistory, readsCommitted: Uint8Array): { readonly seen: Uint8Array; readonly reader: Int32Array } {
  const { opRuns, runPairs, pairRecord, opType, opSession, recordKey } = history;
  const seen = new Uint8Array(recordKey.length);
  const reader = new Int32Array(recordKey.length).fill(-1);
  for (let op = 0; op < history.opCount; op++) {
    const from = runPairs[opRuns[op] as number] as number;
    const to = runPairs[opRuns[op + 1] as number] as number;
    const type = opType[op];
    const bits =
      type === OK
        ? SEEN_BY_OK | (readsCommitted[opSession[op] as number] === 1 ? SEEN_COMMITTED : 0)
        : type === INFO
          ? SEEN_BY_INFO
          : SEEN_BY_FAIL;
    for (let pair = from; pair < to; pair++) {
      const record = pairRecord[pair] as number;
      if (reader[record] === -1) reader[record] = op;
      seen[record] = (seen[record] as number) | bits;
    }
  }
  return { seen, reader };
}

function whatCommitted(history: JepsenHistory, seen: Uint8Array): Uint8Array {
  const { opType, opSends, opTransactional, sendRecord } = history;
  const committed = new Uint8Array(history.opCount);
  for (let op = 0; op < history.opCount; op++) {
    if (opType[op] === OK) committed[op] = 1;
    if (opType[op] !== INFO) continue;
    // What is outside of transactions is written for good once anybody has seen it.
    const proof = opTransactional[op] === 1 ? SEEN_COMMITTED : SEEN_BY_OK | SEEN_BY_INFO | SEEN_BY_FAIL;
    for (let send = opSends[op] as number; send < (opSends[op + 1] as number); send++) {
      if (((seen[sendRecord[send] as number] as number) & proof) !== 0) committed[op] = 1;
    }
  }
  return committed;
}

/** Who is where. */
class Log {
  readonly slotRecord: Int32Array;
  readonly slotPolled: Uint8Array;
  readonly conflicts = new Map<number, Map<number, Held>>();
  readonly recordSlot: Int32Array;
  readonly moreSlots = new Map<number, Set<number>>();

  constructor(private readonly history: JepsenHistory) {
    const slots = history.slotKey.length;
    this.slotRecord = new Int32Array(slots).fill(-1);
    this.slotPolled = new Uint8Array(slots);
    this.recordSlot = new Int32Array(history.recordKey.length).fill(-1);
  }

  add(op: number, committed: boolean): void {
    const { opRuns, runPairs, pairSlot, pairRecord, opSends, sendSlot, sendRecord, opType } = this.history;
    const { slotRecord, slotPolled, recordSlot } = this;
    const to = runPairs[opRuns[op + 1] as number] as number;
    for (let pair = runPairs[opRuns[op] as number] as number; pair < to; pair++) {
      const slot = pairSlot[pair] as number;
      const record = pairRecord[pair] as number;
      // Nearly every read is one more of what is known.
      if (slotRecord[slot] === record && recordSlot[record] === slot) slotPolled[slot] = 1;
      else this.hold(slot, record, true);
    }
    if (!committed || opType[op] === FAIL) return;
    for (let send = opSends[op] as number; send < (opSends[op + 1] as number); send++) {
      const slot = sendSlot[send] as number;
      if (slot >= 0) this.hold(slot, sendRecord[send] as number, false);
    }
  }

  private hold(slot: number, record: number, polled: boolean): void {
    const { slotRecord, slotPolled, recordSlot } = this;
    if (slotRecord[slot] === -1) slotRecord[slot] = record;
    if (slotRecord[slot] !== record) this.conflict(slot, record, polled);
    else if (polled) slotPolled[slot] = 1;
    if (recordSlot[record] === -1) recordSlot[record] = slot;
    if (recordSlot[record] === slot) return;
    const slots = this.moreSlots.get(record);
    if (slots === undefined) this.moreSlots.set(record, new Set([slot]));
    else slots.add(slot);
  }

  private conflict(slot: number, record: number, polled: boolean): void {
    let others = this.conflicts.get(slot);
    if (others === undefined) this.conflicts.set(slot, (others = new Map()));
    const known = others.get(record);
    if (known === undefined) others.set(record, { record, polled });
    else known.polled ||= polled;
  }
}

/** The slots of each key that hold something, by offset. */
function inOrder({ slotKey, slotOffset, keys }: JepsenHistory, slotRecord: Int32Array): Groups {
  const slots = new Int32Array(slotKey.length);
  const groups = groupBy(
    slotKey.map((key, slot) => (slotRecord[slot] === -1 ? -1 : key)),
    keys.length,
  );
  slots.set(groups.rows);
  for (let key = 0; key < keys.length; key++) {
    const own = slots.subarray(groups.starts[key] as number, groups.starts[key + 1] as number);
    if (!isAscending(own, slotOffset)) own.sort((a, b) => (slotOffset[a] as number) - (slotOffset[b] as number));
  }
  return { starts: groups.starts, rows: slots.subarray(0, groups.rows.length) };
}

/** Most logs are read from the beginning: then there is nothing to sort. */
function isAscending(slots: Int32Array, slotOffset: Float64Array): boolean {
  for (let i = 1; i < slots.length; i++) {
    if ((slotOffset[slots[i] as number] as number) < (slotOffset[slots[i - 1] as number] as number)) return false;
  }
  return true;
}

/** Every slot that holds the record, by offset. */
export function slotsOf({ recordSlot, moreSlots }: Versions, { slotOffset }: JepsenHistory, record: number): number[] {
  const first = recordSlot[record] as number;
  if (first < 0) return [];
  return [first, ...(moreSlots.get(record) ?? [])].sort((a, b) => (slotOffset[a] as number) - (slotOffset[b] as number));
}

/** Every record that the slot holds. */
export function heldAt({ slotRecord, slotPolled, conflicts }: Versions, slot: number): Held[] {
  const record = slotRecord[slot] as number;
  if (record < 0) return [];
  return [{ record, polled: slotPolled[slot] === 1 }, ...(conflicts.get(slot)?.values() ?? [])];
}

/** The first place of the key whose slot is at the offset or beyond. */
export function placeFrom({ order }: Versions, { slotOffset }: JepsenHistory, key: number, offset: number): number {
  let low = order.starts[key] as number;
  let high = order.starts[key + 1] as number;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slotOffset[order.rows[middle] as number] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
