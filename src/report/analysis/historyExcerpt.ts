/**
 * The part of a history that shows one finding: the operations that sent or read the record in question or its offset, and the faults in between, as the history has
 * them. Polls keep only the records next to the offset in question, since one poll may return hundreds.
 */
import { CONFIGURATION, isClientOp, type JepsenOp, type MicroOp, type Pair, type RecordOp } from '../../check/jepsen/JepsenOp.js';
import type { CaseFile } from '../caseFile.js';
import { historyText } from '../jepsen/writeHistory.js';

export interface HistoryExcerpt {
  /** EDN, one operation a line. */
  readonly lines: readonly string[];
  /** Of the whole history: invocations, completions and faults. */
  readonly entries: number;
  readonly trimmedPolls: boolean;
}

const MOST_OPERATIONS = 26;
const NEIGHBOURS = 1;

/** What an operation must touch to be shown. */
interface Wanted {
  readonly key: string;
  readonly offsets: ReadonlySet<number>;
  readonly values: ReadonlySet<number>;
}

/** @param ops the whole history. @returns null when the finding concerns no record, so that no operation shows it. */
export function historyExcerpt(open: CaseFile, ops: readonly JepsenOp[]): HistoryExcerpt | null {
  const wanted = wantedBy(open);
  if (wanted.values.size === 0 && wanted.offsets.size === 0) return null;
  const shown = new Set(ops.flatMap((op, i) => (isRecordOp(op) && touches(op, wanted) ? [i] : [])));
  for (const i of [...shown]) if (ops[i]?.type !== 'invoke') shown.add(invocationOf(ops, i));
  const touching = [...shown].filter((i) => i >= 0).sort((a, b) => a - b);
  const last = touching.at(-1) ?? 0;
  const faults = ops.flatMap((op, i) => (!isClientOp(op) && op.f !== CONFIGURATION && i < last ? [i] : []));
  const all = fewest(touching, MOST_OPERATIONS - Math.min(faults.length, MOST_OPERATIONS / 2));
  const indexes = [...all, ...faults.slice(0, MOST_OPERATIONS / 2)].sort((a, b) => a - b);
  const trimmed = indexes.map((i) => trimmedOp(ops[i] as JepsenOp, wanted));
  return {
    lines: historyText(trimmed, 'edn').trimEnd().split('\n'),
    entries: ops.length,
    trimmedPolls: trimmed.some((op, i) => op !== ops[indexes[i] as number]),
  };
}

function wantedBy({ finding, partition, result }: CaseFile): Wanted {
  const { history } = result;
  const named = ['earlierValue', 'valueB', 'value', 'otherValue'].map((name) => finding.witness[name]);
  const own = [finding.value, ...named.map((value) => (typeof value === 'number' ? value : -1))].filter((value) => value >= 0);
  const transactions = new Set(own.map((value) => history.sends[value]?.transaction ?? -1).filter((id) => id >= 0));
  const siblings = history.sends.filter(({ transaction }) => transactions.has(transaction)).map(({ value }) => value);
  const values = new Set([...own, ...siblings]);
  const offsets = [finding.offset, ...own.map((value) => history.sends[value]?.offset ?? -1)].filter((offset) => offset >= 0);
  return { key: partition, offsets: new Set(offsets), values };
}

function isRecordOp(op: JepsenOp): op is RecordOp {
  return isClientOp(op) && (op.f === 'send' || op.f === 'poll' || op.f === 'txn') && op.value !== null;
}

function touches(op: RecordOp, wanted: Wanted): boolean {
  return (op.value ?? []).some((micro) =>
    micro[0] === 'send' ? isSent(micro, wanted) : pairsOf(micro).some(([key, pair]) => isNear(key, pair, wanted, 0)),
  );
}

function isSent([, key, sent]: Extract<MicroOp, readonly ['send', ...unknown[]]>, { key: wantedKey, offsets, values }: Wanted): boolean {
  if (typeof sent === 'number') return values.has(sent);
  return values.has(sent[1]) || (key === wantedKey && sent[0] !== null && offsets.has(sent[0]));
}

function pairsOf(micro: MicroOp): (readonly [key: string, pair: Pair])[] {
  if (micro[0] !== 'poll' || micro[1] === undefined) return [];
  return Object.entries(micro[1]).flatMap(([key, pairs]) => pairs.map((pair) => [key, pair] as const));
}

function isNear(key: string, [offset, value]: Pair, wanted: Wanted, distance: number): boolean {
  if (wanted.values.has(value)) return true;
  if (key !== wanted.key) return false;
  return [...wanted.offsets].some((own) => Math.abs(own - offset) <= distance);
}

/** The operation's own invocation: the last one of its process before it. */
function invocationOf(ops: readonly JepsenOp[], index: number): number {
  const { process } = ops[index] as JepsenOp;
  for (let i = index - 1; i >= 0; i--) if (ops[i]?.process === process) return ops[i]?.type === 'invoke' ? i : -1;
  return -1;
}

/** The beginning and the end, where there are too many. */
function fewest(indexes: readonly number[], most: number): readonly number[] {
  if (indexes.length <= most) return indexes;
  const head = Math.ceil(most / 2);
  return [...indexes.slice(0, head), ...indexes.slice(indexes.length - (most - head))];
}

function trimmedOp(op: JepsenOp, wanted: Wanted): JepsenOp {
  if (!isRecordOp(op) || op.value === null || !op.value.some((micro) => micro[0] === 'poll' && micro[1] !== undefined)) return op;
  const value = op.value.map((micro): MicroOp => {
    if (micro[0] !== 'poll' || micro[1] === undefined) return micro;
    const kept = Object.entries(micro[1]).map(
      ([key, pairs]) => [key, pairs.filter((pair) => isNear(key, pair, wanted, NEIGHBOURS))] as const,
    );
    return ['poll', Object.fromEntries(kept.filter(([, pairs]) => pairs.length > 0))];
  });
  return JSON.stringify(value) === JSON.stringify(op.value) ? op : { ...op, value };
}
