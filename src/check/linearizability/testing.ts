/** A register that is read, written, and compared and set: the object on which the search itself is tried. */
import type { Model, Operation } from './Model.js';

export type RegisterOp =
  | { readonly f: 'read' }
  | { readonly f: 'write'; readonly value: number }
  | { readonly f: 'cas'; readonly from: number; readonly to: number };

/** A read gives the value; a write gives null; a compare-and-set says whether it did. */
export type RegisterResult = number | boolean | 'done';

export const REGISTER: Model<number, RegisterOp, RegisterResult> = {
  initial: 0,
  step: (state, op, result) => {
    if (op.f === 'read') return result === null || result === state ? state : null;
    if (op.f === 'write') return op.value;
    if (result !== null && result !== (state === op.from)) return null;
    return state === op.from ? op.to : state;
  },
  isRead: (op, result) => op.f === 'read' || result === false,
  key: (state) => state,
  describe: (op, result) =>
    op.f === 'read'
      ? `read ${String(result ?? '?')}`
      : op.f === 'write'
        ? `write ${op.value}`
        : `cas ${op.from} to ${op.to}${result === false ? ' refused' : ''}`,
  describeState: (state) => `value ${state}`,
};

/** `a 0-5 write 3`, `b 1-4 read 0`, `c 2- cas 0 1`, `d 2-3 cas 0 1 refused`; without an end it is pending. */
export function registerHistory(...texts: readonly string[]): Operation<RegisterOp, RegisterResult>[] {
  return texts.map((text) => {
    const [client, span, f, first, second, refused] = text.split(' ') as [string, string, RegisterOp['f'], string, string, string?];
    const [invoked, end] = span.split('-') as [string, string];
    const op: RegisterOp =
      f === 'read' ? { f } : f === 'write' ? { f, value: Number(first) } : { f, from: Number(first), to: Number(second) };
    const result = f === 'read' ? Number(first) : f === 'write' ? 'done' : refused === undefined;
    return { client, op, invoked: Number(invoked), completed: end === '' ? null : Number(end), result: end === '' ? null : result };
  });
}
