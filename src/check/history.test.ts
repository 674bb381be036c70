import { describe, expect, it } from 'vitest';
import { Names } from '../engine/events.js';
import { History } from './history.js';

describe('history', () => {
  it('renders sends and polls as Jepsen operations in the order in which they happened', () => {
    const names = new Names();
    const orders = names.idOf('orders-0');
    const history = new History();
    const first = history.sendInvoked('p1', 'orders', 'k1', 1000);
    const second = history.sendInvoked('p1', 'orders', null, 2000);
    history.sendSucceeded(first, orders, 41, 3000);
    history.polled('c1', 4000, orders, [41], [first]);
    history.sendFailed(second, 'NOT_ENOUGH_REPLICAS', 5000);
    expect(history.toJepsenOps(names)).toEqual([
      { index: 0, process: 'p1', type: 'invoke', f: 'send', timeUs: 1000, value: [['send', 'orders-0', 0]] },
      { index: 1, process: 'p1', type: 'invoke', f: 'send', timeUs: 2000, value: [['send', 'orders', 1]] },
      { index: 2, process: 'p1', type: 'ok', f: 'send', timeUs: 3000, value: [['send', 'orders-0', [41, 0]]] },
      { index: 3, process: 'c1', type: 'invoke', f: 'poll', timeUs: 4000, value: [['poll']] },
      { index: 4, process: 'c1', type: 'ok', f: 'poll', timeUs: 4000, value: [['poll', { 'orders-0': [[41, 0]] }]] },
      {
        ...{ index: 5, process: 'p1', type: 'fail', f: 'send', timeUs: 5000, value: [['send', 'orders', [null, 1]]] },
        error: 'NOT_ENOUGH_REPLICAS',
      },
    ]);
  });

  it('gives a send that never completed an info completion, so that every invocation has one', () => {
    const history = new History();
    history.sendInvoked('p1', 'orders', null, 1000);
    expect(history.pendingSends).toBe(1);
    expect(history.toJepsenOps(new Names()).map((op) => op.type)).toEqual(['invoke', 'info']);
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
