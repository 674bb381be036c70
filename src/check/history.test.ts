import { describe, expect, it } from 'vitest';
import { Names } from '../engine/events.js';
import { History } from './history.js';

describe('history', () => {
  it('tells everything once more in the order in which it happened', () => {
    const orders = new Names().idOf('orders-0');
    const history = new History();
    const told: string[] = [];
    history.placed({ client: 'c1', timeUs: 500, kind: 'assign', partitions: ['orders-0'] });
    const transaction = history.transactionBegan('p1', 't1', 900);
    const first = history.sendInvoked('p1', 'orders', 'k1', 1000, transaction);
    const second = history.sendInvoked('p2', 'orders', null, 2000);
    history.sendSucceeded(first, orders, 41, 3000);
    history.transactionEnded(transaction, 'committed', '', 3500);
    history.positionReset({ client: 'c1', partition: orders, timeUs: 3600, from: -1, to: 41 });
    history.polled('c1', 4000, orders, [41], [first]);
    history.sendFailed(second, 'NOT_ENOUGH_REPLICAS', 5000);
    history.clientEnded('c1', 6000);
    history.retell({
      sendInvoked: ({ value }) => told.push(`invoked ${value}`),
      sendCompleted: ({ value, outcome }) => told.push(`${outcome} ${value}`),
      polled: ({ values }) => told.push(`polled ${values.join()}`),
      transactionBegan: ({ id }) => told.push(`began ${id}`),
      transactionEnded: ({ outcome }) => told.push(outcome),
      ownershipChanged: ({ kind }) => told.push(kind),
      positionReset: ({ to }) => told.push(`to ${to}`),
      placed: ({ kind }) => told.push(kind),
      clientEnded: ({ client }) => told.push(`end of ${client}`),
    });
    expect(told.join(', ')).toBe('assign, began 0, invoked 0, invoked 1, ok 0, committed, to 41, polled 0, failed 1, end of c1');
  });

  it('keeps no empty poll and refuses a second completion', () => {
    const history = new History();
    history.polled('c1', 10, 1, [], []);
    expect(history.polls).toHaveLength(0);
    const value = history.sendInvoked('p1', 'orders', null, 1);
    history.sendUnknown(value, 'REQUEST_TIMED_OUT', 2);
    expect(history.pendingSends).toBe(0);
    expect(() => history.sendSucceeded(value, 1, 0, 3)).toThrow(/already completed as unknown/);
  });
});
