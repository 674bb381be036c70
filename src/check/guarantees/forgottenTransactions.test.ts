import { expect, it } from 'vitest';
import { wasForgotten } from './forgottenTransactions.js';
import { HandmadeRun } from './testing.js';

/** What the leaders of `__transaction_state-0` had when they took over, epoch by epoch, from a moment of the transaction on. */
function forgotten(
  leaders: readonly (readonly [end: number, highWatermark: number])[],
  change: { late?: boolean; partitions?: number } = {},
): boolean {
  const run = new HandmadeRun();
  const partitions = Array.from({ length: change.partitions ?? 1 }, (_, index) => run.cluster.add(`__transaction_state-${index}`).id);
  const began = (): number => run.history.transactionBegan('p1', 't1', run.tick());
  const early = change.late === true ? -1 : began();
  leaders.forEach(([end, highWatermark], epoch) => run.takesOver(1, partitions[0] as number, epoch, end, highWatermark));
  const transaction = early < 0 ? began() : early;
  run.history.transactionEnded(transaction, 'committed', '', run.tick());
  return wasForgotten(run.end(), transaction);
}

it('is forgotten what a coordinator took over uncommitted and the next one did not have', () => {
  expect(
    forgotten([
      [8, 6],
      [7, 6],
    ]),
  ).toBe(true);
  expect(
    forgotten([
      [8, 6],
      [8, 6],
      [6, 6],
    ]),
  ).toBe(true);
});

it('nothing is forgotten that was committed, that the next one had, or that was lost before the transaction or elsewhere', () => {
  expect(
    forgotten([
      [8, 8],
      [7, 7],
    ]),
  ).toBe(false);
  expect(
    forgotten([
      [8, 6],
      [5, 5],
    ]),
  ).toBe(false);
  expect(
    forgotten([
      [8, 6],
      [8, 6],
    ]),
  ).toBe(false);
  expect(forgotten([[8, 6]])).toBe(false);
  expect(
    forgotten(
      [
        [8, 6],
        [7, 6],
      ],
      { late: true },
    ),
  ).toBe(false);
  // t1 belongs to partition 1 of two.
  expect(
    forgotten(
      [
        [8, 6],
        [7, 6],
      ],
      { partitions: 2 },
    ),
  ).toBe(false);
});
