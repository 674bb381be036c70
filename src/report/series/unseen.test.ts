import { describe, expect, it } from 'vitest';
import { HandmadeRun } from '../testing.js';
import { unseenIn, type UnseenSteps } from './unseen.js';

function unseen(made: HandmadeRun): UnseenSteps[] {
  return unseenIn(made.history, (partition) => made.names.find(partition));
}

describe('unseen records', () => {
  it('count from their acknowledgement to the first poll of anybody', () => {
    const made = new HandmadeRun();
    const [first, second, third] = [made.sent('orders-0', 0, 10, 0), made.sent('orders-0', 1, 20, 0), made.sent('orders-0', 2, 30, 0)];
    expect(third).toBe(2);
    made.polled('c1', 'orders-0', 40, [
      [0, first],
      [1, second],
    ]);
    made.polled('c2', 'orders-0', 50, [[0, first]]);
    expect(unseen(made)).toEqual([
      {
        ...{ partition: made.id('orders-0'), acknowledged: 3, most: { value: 3, timeUs: 30 }, left: 1 },
        steps: [
          { timeUs: 10, value: 1 },
          { timeUs: 20, value: 2 },
          { timeUs: 30, value: 3 },
          { timeUs: 40, value: 1 },
        ],
      },
    ]);
  });

  it('are not those that were read before their producer heard of them, nor what no producer was told', () => {
    const made = new HandmadeRun();
    const early = made.sent('orders-0', 0, 10, 90);
    made.polled('c1', 'orders-0', 20, [[0, early]]);
    made.history.sendUnknown(made.history.sendInvoked('p1', 'orders', null, 20), 'E', 30);
    expect(unseen(made)).toMatchObject([{ acknowledged: 1, left: 0, steps: [] }]);
  });

  it('of a transaction count from its commit, and not at all when it was aborted', () => {
    const made = new HandmadeRun();
    made.polled('c1', 'orders-0', 1, [[0, 99]]);
    for (const [offset, outcome] of [
      [1, 'committed'],
      [2, 'aborted'],
      [3, 'unknown'],
    ] as const) {
      const transaction = made.history.transactionBegan('p1', 't', 10);
      const value = made.history.sendInvoked('p1', 'orders', null, 10, transaction);
      made.history.sendSucceeded(value, made.id('orders-0'), offset, 20);
      made.history.transactionEnded(transaction, outcome, '', 30 + offset);
    }
    expect(unseen(made)).toMatchObject([{ acknowledged: 1, left: 1, steps: [{ timeUs: 31, value: 1 }] }]);
  });

  it('are none where nobody asked for the partition, or where reading began above them', () => {
    const made = new HandmadeRun();
    made.sent('orders-0', 0, 10, 0);
    made.sent('orders-1', 4, 10, 0);
    made.history.positionReset({ client: 'c1', partition: made.id('orders-1'), timeUs: 5, from: -1, to: 5 });
    made.history.placed({ client: 'c1', timeUs: 5, kind: 'assign', partitions: ['orders-1'] });
    expect(unseen(made)).toEqual([]);
  });
});
