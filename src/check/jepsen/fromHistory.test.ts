import { describe, expect, it } from 'vitest';
import { Names } from '../../engine/events.js';
import { History } from '../history.js';
import { toJepsenHistory, toJepsenOps, type FaultSpan } from './fromHistory.js';
import type { JepsenOp } from './JepsenOp.js';
import { analyze } from './analyze.js';
import { NOBODY_IN_PARTICULAR } from './Traits.js';

class Told {
  readonly names = new Names();
  readonly history = new History();
  readonly orders = this.names.idOf('orders-0');
  readonly payments = this.names.idOf('payments-0');

  /** Without the configuration, which comes first. */
  ops(faults: readonly FaultSpan[] = []): JepsenOp[] {
    const [configuration, ...ops] = toJepsenOps({ ...this, traits: NOBODY_IN_PARTICULAR, faults });
    expect(configuration).toMatchObject({ index: 0, process: 'nemesis', f: 'configuration' });
    return ops;
  }

  lines(faults: readonly FaultSpan[] = []): string[] {
    return this.ops(faults).map((op) => {
      const log = 'rebalanceLog' in op ? ` ${(op.rebalanceLog ?? []).map(({ type, keys }) => `${type} ${keys.join()}`).join(', ')}` : '';
      return `${op.process} ${op.type} ${op.f} ${JSON.stringify(op.value)}${log}`;
    });
  }
}

describe('our history in the shape of Jepsen', () => {
  it('gives a producer one process for each send under way, and another one after a send of unknown end', () => {
    const told = new Told();
    const { history, orders } = told;
    const first = history.sendInvoked('p1', 'orders', null, 1000);
    const second = history.sendInvoked('p1', 'orders', null, 2000);
    history.sendSucceeded(second, orders, 0, 3000);
    history.sendPartitioned(first, orders);
    history.sendUnknown(first, 'TIMED_OUT', 4000);
    const third = history.sendInvoked('p1', 'orders', null, 5000);
    history.sendFailed(third, 'NOT_ENOUGH_REPLICAS', 6000);
    expect(told.lines()).toEqual([
      '0 invoke send [["send","orders-0",0]]',
      '1 invoke send [["send","orders-0",1]]',
      '1 ok send [["send","orders-0",[0,1]]]',
      '0 info send [["send","orders-0",[null,0]]]',
      '2 invoke send [["send","orders",2]]',
      '2 fail send [["send","orders",[null,2]]]',
    ]);
    expect(told.ops()[3]).toMatchObject({ index: 4, time: 4_000_000, client: 'p1', error: 'TIMED_OUT' });
  });

  it('makes one poll of what a consumer was given in one moment, and one of what it was told before', () => {
    const told = new Told();
    const { history, orders, payments } = told;
    history.placed({ client: 'c1', timeUs: 10, kind: 'subscribe', partitions: ['orders-0', 'payments-0'] });
    history.ownershipChanged({
      client: 'c1',
      group: 'g',
      memberId: 'm',
      generation: 1,
      timeUs: 20,
      kind: 'assigned',
      partitions: [orders],
      positions: [0],
    });
    history.polled('c1', 20, orders, [0, 2], [7, 8]);
    history.polled('c1', 20, payments, [5], [9]);
    history.polled('c1', 20, orders, [3], [10]);
    history.clientEnded('c1', 30);
    history.polled('c1', 40, orders, [4], [11]);
    expect(told.lines()).toEqual([
      '0 invoke subscribe ["orders-0","payments-0"]',
      '0 ok subscribe ["orders-0","payments-0"]',
      '0 invoke poll [["poll"]]',
      '0 ok poll [["poll",{}]] assigned orders-0',
      '0 invoke poll [["poll"]]',
      '0 ok poll [["poll",{"orders-0":[[0,7],[2,8]],"payments-0":[[5,9]]}]]',
      '0 invoke poll [["poll"]]',
      '0 ok poll [["poll",{"orders-0":[[3,10]]}]]',
      '0 invoke crash null',
      '0 info crash null',
      '1 invoke poll [["poll"]]',
      '1 ok poll [["poll",{"orders-0":[[4,11]]}]]',
    ]);
  });

  it('makes one operation of a transaction, with the poll that it is made of and what happened to its consumer meanwhile', () => {
    const told = new Told();
    const { history, orders, payments } = told;
    history.polled('t1', 10, orders, [0], [70]);
    const transaction = history.transactionBegan('t1', 'tx', 10);
    const output = history.sendInvoked('t1', 'payments', null, 11, transaction, 70);
    history.positionReset({ client: 't1', partition: orders, timeUs: 12, from: 1, to: 0 });
    history.sendSucceeded(output, payments, 33, 13);
    history.transactionEnding(transaction, 'commit', 14);
    history.transactionEnded(transaction, 'committed', '', 15);
    expect(told.lines()).toEqual([
      '0 invoke txn [["poll"],["send","payments-0",0]]',
      '0 ok txn [["poll",{"orders-0":[[0,70]]}],["send","payments-0",[33,0]]] reset orders-0',
    ]);
  });

  it('takes a transaction that was never asked to commit for failed, and one without an answer for info', () => {
    const told = new Told();
    const { history } = told;
    const lost = history.transactionBegan('p1', 'tx', 10);
    history.sendInvoked('p1', 'orders', null, 11, lost);
    const unanswered = history.transactionBegan('p1', 'tx', 20);
    history.transactionEnding(unanswered, 'commit', 21);
    history.transactionEnded(unanswered, 'unknown', 'CLIENT_DIED', 22);
    history.clientEnded('p1', 22);
    const open = history.transactionBegan('p1', 'tx', 30);
    history.transactionEnding(open, 'commit', 31);
    expect(told.lines().filter((line) => line.includes('txn') && !line.includes('invoke'))).toEqual([
      '0 fail txn [["send","orders",[null,0]]]',
      '0 info txn []',
      // The crash was of process 1.
      '2 info txn []',
    ]);
  });

  it('finds the key of a record whose sender never knew its partition where it was read', () => {
    const told = new Told();
    const { history, orders } = told;
    const value = history.sendInvoked('p1', 'orders', null, 10);
    history.sendUnknown(value, 'CLIENT_DIED', 20);
    history.polled('c1', 30, orders, [0], [value]);
    expect(told.lines()[1]).toBe('0 info send [["send","orders-0",[null,0]]]');
    expect(analyze(toJepsenHistory({ ...told, traits: NOBODY_IN_PARTICULAR, faults: [] })).verdict).toBe('valid');
  });

  it('has the faults in their places, and a completion for what was pending at the end', () => {
    const told = new Told();
    told.history.sendInvoked('p1', 'orders', null, 1000);
    told.history.polled('c1', 3000, told.orders, [4], [9]);
    const fault = { id: 'f1', kind: 'kill', beganUs: 2000, endedUs: 9000, targets: ['broker-1'] };
    expect(told.lines([fault]).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      ...['0 invoke send', 'nemesis info kill', '1 invoke poll', '1 ok poll', 'nemesis info kill', '0 info send'],
    ]);
  });
});
