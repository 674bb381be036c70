import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkLinearizability } from './linearizability.js';
import type { Operation } from './Model.js';
import type { RegisterOp, RegisterResult } from './testing.js';
import { REGISTER } from './testing.js';

type Op = Operation<RegisterOp, RegisterResult>;

const value = fc.nat(2);
const call = fc.oneof(
  fc.record({ op: fc.constant<RegisterOp>({ f: 'read' }), result: value }),
  fc.record({ op: fc.record({ f: fc.constant('write' as const), value }), result: fc.constant('done' as const) }),
  fc.record({ op: fc.record({ f: fc.constant('cas' as const), from: value, to: value }), result: fc.boolean() }),
);
const operation: fc.Arbitrary<Op> = fc
  .record({ call, invoked: fc.nat(12), length: fc.nat(8), isPending: fc.integer({ min: 0, max: 3 }).map((n) => n === 0) })
  .map(({ call: { op, result }, invoked, length, isPending }) =>
    isPending
      ? { client: 'c', op, invoked, completed: null, result: null }
      : { client: 'c', op, invoked, completed: invoked + length, result },
  );

/** Tries every order of the completed operations and any of the pending ones. */
function hasOrder(state: number, remaining: readonly Op[]): boolean {
  if (remaining.every(({ completed }) => completed === null)) return true;
  return remaining.some((next) => {
    if (remaining.some(({ completed }) => completed !== null && completed < next.invoked)) return false;
    const after = REGISTER.step(state, next.op, next.result);
    return (
      after !== null &&
      hasOrder(
        after,
        remaining.filter((other) => other !== next),
      )
    );
  });
}

it('says of small histories what trying all orders says, and gives an order as far as there is one', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
      const checked = checkLinearizability(REGISTER, operations);
      expect(checked.verdict).toBe(hasOrder(0, operations) ? 'linearizable' : 'not-linearizable');
      if (checked.verdict !== 'not-linearizable') return;
      expect(isOrder(checked.prefix, operations)).toBe(true);
      expect(checked.stuck.length).toBeGreaterThan(0);
      for (const stuck of checked.stuck) expect(checked.prefix).not.toContain(stuck);
    }),
    { numRuns: 5000 },
  );
});

/** Could the operations take effect in this order, each not after one that completed before it, and with their results? */
function isOrder(order: readonly Op[], all: readonly Op[]): boolean {
  let state: number | null = 0;
  for (const [i, { op, result, invoked }] of order.entries()) {
    const waiting = all.filter((other) => !order.slice(0, i).includes(other));
    if (waiting.some(({ completed }) => completed !== null && completed < invoked)) return false;
    state = REGISTER.step(state, op, result);
    if (state === null) return false;
  }
  return true;
}
