/** The history as EDN, one operation per line, as Jepsen's and Elle's tools read it. */
import type { JepsenOp } from '../check/history.js';

type EdnValue = number | string | null | readonly EdnValue[] | { readonly [key: string]: EdnValue };

/** One operation per line; times in nanoseconds, as Jepsen has them. */
export function historyEdn(ops: readonly JepsenOp[]): string {
  return ops.map((op) => `${operation(op)}\n`).join('');
}

function operation(op: JepsenOp): string {
  const fields = [
    `:index ${op.index}`,
    `:time ${op.timeUs * 1_000}`,
    `:type :${op.type}`,
    `:process ${ednString(op.process)}`,
    `:f :${op.f}`,
    `:value ${microOps(op.value as readonly EdnValue[])}`,
  ];
  if (op.error !== undefined) fields.push(`:error ${ednString(op.error)}`);
  return `{${fields.join(', ')}}`;
}

/** Micro-operations begin with a keyword: `[[:send "orders-0" [41 17]]]`. */
function microOps(value: readonly EdnValue[]): string {
  return `[${value
    .map((op) =>
      Array.isArray(op)
        ? `[:${String(op[0])}${op
            .slice(1)
            .map((part: EdnValue) => ` ${edn(part)}`)
            .join('')}]`
        : edn(op),
    )
    .join(' ')}]`;
}

function edn(value: EdnValue): string {
  if (value === null) return 'nil';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return ednString(value);
  if (Array.isArray(value)) return `[${(value as readonly EdnValue[]).map(edn).join(' ')}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${ednString(key)} ${edn(inner as EdnValue)}`)
    .join(', ')}}`;
}

function ednString(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}
