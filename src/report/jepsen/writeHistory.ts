/**
 * A history as text, one operation a line: EDN, as Jepsen's and Elle's tools read it, or JSON with the same fields. Keys that look like whole numbers are written as numbers in EDN, since
 * that is what Jepsen's keys are.
 */
import type { JepsenOp, MicroOp, RebalanceEntry } from '../../check/jepsen/JepsenOp.js';
import { isClientOp } from '../../check/jepsen/JepsenOp.js';
import { ednString, ednText } from './edn.js';
import type { HistoryFormat } from './HistoryTextReader.js';

/** Every line ends with a line feed. */
export function historyText(ops: Iterable<JepsenOp>, format: HistoryFormat): string {
  const line = format === 'edn' ? ednLine : jsonLine;
  let text = '';
  for (const op of ops) text += `${line(op)}\n`;
  return text;
}

function jsonLine(op: JepsenOp): string {
  const { index, time, process, type, f, value, error } = op;
  const fields: Record<string, unknown> = { index, time, process, type, f, value };
  if (isClientOp(op)) {
    if (op.client !== undefined) fields['client'] = op.client;
    if (op.rebalanceLog !== undefined) fields['rebalance-log'] = op.rebalanceLog;
    if (op.f === 'assign' && op.seekToBeginning === true) fields['seek-to-beginning?'] = true;
  }
  if (error !== undefined) fields['error'] = error;
  return JSON.stringify(fields);
}

function ednLine(op: JepsenOp): string {
  const { index, time, process, type, f, error } = op;
  const who = typeof process === 'number' ? String(process) : `:${process}`;
  const fields = [`:index ${index}`, `:time ${time}`, `:type :${type}`, `:process ${who}`, `:f :${f}`, `:value ${opValue(op)}`];
  if (isClientOp(op)) {
    if (op.client !== undefined) fields.push(`:client ${ednString(op.client)}`);
    if (op.rebalanceLog !== undefined) fields.push(`:rebalance-log [${op.rebalanceLog.map(rebalanceText).join(' ')}]`);
    if (op.f === 'assign' && op.seekToBeginning === true) fields.push(':seek-to-beginning? true');
  }
  if (error !== undefined) fields.push(`:error ${ednText(error)}`);
  return `{${fields.join(', ')}}`;
}

function opValue(op: JepsenOp): string {
  if (!isClientOp(op)) return ednText(op.value);
  if (op.value === null) return 'nil';
  switch (op.f) {
    case 'send':
    case 'poll':
    case 'txn':
      return `[${op.value.map(microOpText).join(' ')}]`;
    case 'assign':
    case 'subscribe':
      return `[${op.value.map(keyText).join(' ')}]`;
    default:
      return ednText(op.value);
  }
}

function microOpText(microOp: MicroOp): string {
  if (microOp[0] === 'send') {
    const [, key, sent] = microOp;
    return `[:send ${keyText(key)} ${typeof sent === 'number' ? sent : `[${sent[0] ?? 'nil'} ${sent[1]}]`}]`;
  }
  const [, polled] = microOp;
  if (polled === undefined) return '[:poll]';
  const keys = Object.entries(polled).map(
    ([key, pairs]) => `${keyText(key)} [${pairs.map(([offset, value]) => `[${offset} ${value}]`).join(' ')}]`,
  );
  return `[:poll {${keys.join(', ')}}]`;
}

function rebalanceText({ type, keys, from, to }: RebalanceEntry): string {
  const offsets = `${from === undefined ? '' : `, :from ${from}`}${to === undefined ? '' : `, :to ${to}`}`;
  return `{:type :${type}, :keys [${keys.map(keyText).join(' ')}]${offsets}}`;
}

function keyText(key: string): string {
  return /^(0|-?[1-9]\d{0,14})$/.test(key) ? key : ednString(key);
}
