import { describe, expect, it } from 'vitest';
import { HandmadeRun } from '../testing.js';
import { consumerLagOf, lagSteps } from './consumerLag.js';

const at = (timeUs: number, value: number): { timeUs: number; value: number } => ({ timeUs, value });

describe('consumer lag', () => {
  it('is what there is to read less the position, from when that is known', () => {
    const { steps, most, left } = lagSteps([at(20, 0), at(40, 3), at(50, 5)], [at(10, 2), at(30, 4), at(45, 5)], []);
    expect(steps).toEqual([at(20, 2), at(30, 4), at(40, 1), at(45, 2), at(50, 0)]);
    expect([most, left]).toEqual([at(30, 4), 0]);
  });

  it('does not count what nobody will be given', () => {
    expect(lagSteps([at(20, 2)], [at(10, 2), at(30, 3), at(40, 5)], [2, 4, 4]).steps).toEqual([at(20, 0), at(40, 1)]);
  });

  it('is a consumer’s own, or its group’s, wherever the partition is', () => {
    const made = new HandmadeRun().led('orders-0').event(10, 'high-watermark-advanced', { broker: 1, partition: 'orders-0', to: 10 });
    const owned = { group: 'g', memberId: 'm', generation: 1, kind: 'assigned' as const, partitions: [made.id('orders-0')] };
    made.history.ownershipChanged({ ...owned, client: 'm1', timeUs: 20, positions: [0] });
    made.polled('m1', 'orders-0', 30, [[3, 0]]);
    made.history.ownershipChanged({ ...owned, client: 'm2', timeUs: 40, positions: [2] });
    made.polled('alone', 'orders-0', 50, [[9, 0]]);
    expect(consumerLagOf(made.run(100))).toEqual([
      { reader: 'g', isGroup: true, partition: 'orders-0', most: at(20, 10), left: 8, steps: [at(20, 10), at(30, 6), at(40, 8)] },
      { reader: 'alone', isGroup: false, partition: 'orders-0', most: at(50, 0), left: 0, steps: [at(50, 0)] },
    ]);
  });

  it('goes by the last stable offset with read_committed, and leaves out aborted records and markers', () => {
    const made = new HandmadeRun().led('orders-0');
    const consumers = made.scenario.workload.consumers;
    for (const consumer of consumers) consumer.properties = { 'isolation.level': 'read_committed' };
    const transaction = made.history.transactionBegan('p1', 't', 1);
    const value = made.history.sendInvoked('p1', 'orders', null, 2, transaction);
    made.history.sendSucceeded(value, made.id('orders-0'), 0, 3);
    made.history.transactionEnded(transaction, 'aborted', '', 4);
    made.event(5, 'high-watermark-advanced', { broker: 1, partition: 'orders-0', to: 6 });
    made.event(6, 'marker-appended', { broker: 1, partition: 'orders-0', offset: 1 });
    made.history.positionReset({ client: consumers[0]?.id ?? '', partition: made.id('orders-0'), timeUs: 7, from: -1, to: 0 });
    made.event(8, 'last-stable-offset-advanced', { broker: 1, partition: 'orders-0', from: 0, to: 4 });
    expect(consumerLagOf(made.run(10))[0]?.steps).toEqual([at(7, 4), at(8, 2)]);
  });
});
