/**
 * An operation from the fields that a file has for it, in EDN or JSON, which are the same: `index time process type f value error client rebalance-log seek-to-beginning?`. Says of
 * what is wrong which operation it is and what it should be. Further fields are ignored.
 */
import { HistoryError } from '../../check/jepsen/HistoryError.js';
import type { JepsenOp, JepsenValue, MicroOp, OpType, Pair, RebalanceEntry } from '../../check/jepsen/JepsenOp.js';
import { opTypes } from '../../check/jepsen/JepsenOp.js';

type Fields = Readonly<Record<string, JepsenValue | undefined>>;
const callbacks: readonly RebalanceEntry['type'][] = ['assigned', 'revoked', 'lost', 'reset'];

/** @param position the operation's index, if it names none. @throws HistoryError */
export function readOp(value: JepsenValue, position: number): JepsenOp {
  if (!isMap(value)) throw new HistoryError(`${shown(value)} is no operation`, 'an operation is a map with :process, :type, :f and :value');
  const index = value['index'] ?? position;
  if (!isWhole(index)) throw new HistoryError(`the index ${shown(index)} is no whole number`, 'indexes count from 0');
  const { process, f, error } = value;
  const where = `op ${index}`;
  const type = opTypes.find((known) => known === value['type']);
  if (type === undefined) throw new HistoryError(`${where} has the type ${shown(value['type'])}`, `a type is one of ${opTypes.join(', ')}`);
  if (typeof f !== 'string' || f === '') throw new HistoryError(`${where} has no :f`, ':f says what was done, such as :poll');
  const common = { index, time: timeOf(value, where), type, f, ...(error === undefined || error === null ? {} : { error }) };
  if (typeof process === 'string') return { ...common, process, value: value['value'] ?? null };
  if (typeof process !== 'number' || !Number.isSafeInteger(process)) {
    throw new HistoryError(`${where} has the process ${shown(process)}`, 'a process is a whole number, or a name such as :nemesis');
  }
  return {
    ...common,
    process,
    ...(typeof value['client'] === 'string' ? { client: value['client'] } : {}),
    ...rebalanceLog(value['rebalance-log'], where),
    ...(value['seek-to-beginning?'] === true ? { seekToBeginning: true } : {}),
    value: clientValue(f, value['value'] ?? null, type, where),
  } as JepsenOp;
}

function timeOf({ time = 0 }: Fields, where: string): number {
  if (typeof time === 'number' && Number.isFinite(time)) return time;
  throw new HistoryError(`${where} has the time ${shown(time)}`, 'a time is a number of nanoseconds');
}

function clientValue(f: string, value: JepsenValue, type: OpType, where: string): JepsenValue | readonly MicroOp[] {
  if (f === 'send' || f === 'poll' || f === 'txn') return value === null ? null : microOps(value, type, where);
  if (f !== 'assign' && f !== 'subscribe') return value;
  if (value === null) return null;
  if (!Array.isArray(value)) throw new HistoryError(`${where} has the value ${shown(value)}`, `what ${f} names is a vector of keys`);
  return value.map((key: JepsenValue) => keyOf(key, where));
}

function microOps(value: JepsenValue, type: OpType, where: string): readonly MicroOp[] {
  if (!Array.isArray(value))
    throw new HistoryError(`${where} has the value ${shown(value)}`, 'a value is a vector of micro-operations, such as [[:poll]]');
  const microOps = value as readonly JepsenValue[];
  // The invocation of a poll or of a send says no more than that.
  for (const microOp of microOps) checkMicroOp(microOp, type, where);
  return microOps as readonly MicroOp[];
}

/** Leaves it as it is, which is what is wanted, unless it must be refused. */
function checkMicroOp(microOp: JepsenValue, type: OpType, where: string): void {
  if (!Array.isArray(microOp))
    throw new HistoryError(`${where} has the micro-operation ${shown(microOp)}`, 'write [:poll] or [:send key value]');
  const parts = microOp as JepsenValue[];
  const [name, first] = parts;
  if (name === 'poll') {
    if (parts.length === 1) return;
    if (first === null) parts.length = 1;
    else if (isMap(first) && parts.length === 2)
      for (const [key, pairs] of Object.entries(first)) checkPairs(pairs, `${where}: key ${key}`);
    else throw new HistoryError(`${where} polls ${shown(parts)}`, 'write [:poll {key [[offset value] …]}]');
  } else if (name === 'send') {
    if (parts.length !== 3)
      throw new HistoryError(`${where} sends ${shown(parts)}`, 'write [:send key value] or [:send key [offset value]]');
    parts[1] = keyOf(first as JepsenValue, where);
    checkSent(parts[2] as JepsenValue, type, where);
  } else throw new HistoryError(`${where} has an unknown micro-operation, ${shown(name)}`, 'write [:poll] or [:send key value]');
}

function checkSent(sent: JepsenValue, type: OpType, where: string): void {
  if (typeof sent === 'number') return checkValue(sent, where);
  if (!Array.isArray(sent) || sent.length !== 2 || type === 'invoke') {
    throw new HistoryError(`${where} sends ${shown(sent)}`, 'a send is invoked with a value and completes with [offset value]');
  }
  const [offset, value] = sent as readonly JepsenValue[];
  if (offset !== null) checkOffset(offset, where);
  checkValue(value, where);
}

function checkPairs(pairs: JepsenValue | undefined, where: string): asserts pairs is readonly Pair[] {
  if (!Array.isArray(pairs)) throw new HistoryError(`${where} was polled ${shown(pairs)}`, 'write [[offset value] …]');
  for (const pair of pairs as readonly JepsenValue[]) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new HistoryError(`${where} was polled ${shown(pair)}`, 'write [offset value]');
    checkOffset(pair[0] as JepsenValue, where);
    checkValue(pair[1] as JepsenValue, where);
  }
}

function checkOffset(offset: JepsenValue | undefined, where: string): void {
  if (!isWhole(offset))
    throw new HistoryError(
      `${where} has the offset ${shown(offset)}`,
      'an offset is a whole number from 0 to 2^53 - 1, or nil where none was told',
    );
}

function checkValue(value: JepsenValue | undefined, where: string): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new HistoryError(`${where} has the value ${shown(value)}`, 'a value is a whole number below 2^53, unique within its key');
  }
}

function keyOf(key: JepsenValue, where: string): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' && Number.isSafeInteger(key)) return String(key);
  throw new HistoryError(`${where} has the key ${shown(key)}`, 'a key is a whole number or a text');
}

function rebalanceLog(value: JepsenValue | undefined, where: string): { readonly rebalanceLog?: readonly RebalanceEntry[] } {
  if (value === undefined || value === null) return {};
  if (!Array.isArray(value))
    throw new HistoryError(`${where} has the rebalance log ${shown(value)}`, 'write [{:type :assigned, :keys [key …]} …]');
  const entries = (value as readonly JepsenValue[]).map((entry): RebalanceEntry => {
    const fields: Fields = isMap(entry) ? entry : {};
    const { keys = [], from, to } = fields;
    const type = callbacks.find((known) => known === fields['type']);
    if (type === undefined || !Array.isArray(keys)) {
      throw new HistoryError(
        `${where} has ${shown(entry)} in its rebalance log`,
        `write {:type ${callbacks.map((name) => `:${name}`).join('|')}, :keys [key …]}`,
      );
    }
    const offsets = { ...(typeof from === 'number' ? { from } : {}), ...(typeof to === 'number' ? { to } : {}) };
    return { type, keys: keys.map((key: JepsenValue) => keyOf(key, where)), ...offsets };
  });
  return { rebalanceLog: entries };
}

function isWhole(value: JepsenValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isMap(value: JepsenValue | undefined): value is Readonly<Record<string, JepsenValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Short enough for one line. */
function shown(value: JepsenValue | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
