import { beforeEach, describe, expect, it } from 'vitest';
import { TRANSACTION_STATE_TOPIC } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import { TransactionalCluster } from './clusterTesting.js';

describe('transactions over a cluster', () => {
  let kafka: TransactionalCluster;
  beforeEach(() => {
    kafka = new TransactionalCluster();
  });

  it('reach every partition with one outcome, and hold the last stable offset back meanwhile', () => {
    const holder = kafka.init();
    expect(holder).toMatchObject({ errorCode: 0, producerId: 0, producerEpoch: 0 });
    expect(kafka.add(holder, [0, 1])).toBe('NONE');
    expect([kafka.produce(holder, 0, 0, 0), kafka.produce(holder, 1, 0, 1)]).toEqual(['NONE', 'NONE']);
    expect(kafka.lastStableOffset(0)).toBe(0);
    expect(kafka.end(holder, true).errorCode).toBe(0);
    kafka.run(1);
    expect([kafka.log(0), kafka.log(1), kafka.log(2)]).toEqual([['0', 'C0'], ['1', 'C0'], []]);
    expect(kafka.lastStableOffset(0)).toBe(2);

    kafka.add(holder, [0]);
    kafka.produce(holder, 0, 1, 2);
    kafka.end(holder, false);
    kafka.run(1);
    expect(kafka.log(0)).toEqual(['0', 'C0', '2', 'A0']);
  });

  it('are not begun by a record that nobody announced (KIP-890 part 1, B-49)', () => {
    const holder = kafka.init();
    expect(kafka.produce(holder, 0, 0, 0)).toBe('INVALID_TXN_STATE');
    const old = new TransactionalCluster(false, { txnVerification: false });
    const zombie = old.init();
    expect(old.produce(zombie, 0, 0, 1)).toBe('NONE');
    expect(old.end(zombie, true).errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    expect(old.lastStableOffset(0)).toBe(0);
  });

  it('of a former holder are aborted, and its records refused', () => {
    const zombie = kafka.init();
    kafka.add(zombie, [0]);
    kafka.produce(zombie, 0, 0, 0);
    const holder = kafka.init();
    expect(holder.producerEpoch).toBe(2);
    expect(kafka.produce(zombie, 0, 1, 1)).toBe('INVALID_PRODUCER_EPOCH');
    expect(kafka.log(0)).toEqual(['0', 'A1']);
  });

  it('survive the death of their coordinator', () => {
    const holder = kafka.init();
    kafka.add(holder, [0, 1, 2]);
    for (const index of [0, 1, 2]) kafka.produce(holder, index, 0, 0);
    const coordinator = kafka.coordinator();
    const topic = kafka.cluster.partitions().filter((partition) => kafka.cluster.topicOf(partition) === TRANSACTION_STATE_TOPIC);
    expect(topic).toHaveLength(3);
    kafka.end(holder, true);
    kafka.cluster.killBroker(coordinator);
    kafka.run(20);
    for (const index of [0, 1, 2]) expect(kafka.log(index).at(-1)).toBe('C0');
    expect(kafka.add(holder, [0])).toBe('NONE');
    expect(kafka.coordinator()).not.toBe(coordinator);
  });

  it('that stay open for too long are aborted', () => {
    const holder = kafka.init();
    kafka.add(holder, [0]);
    kafka.produce(holder, 0, 0, 0);
    kafka.run(32);
    expect(kafka.log(0)).toEqual(['0', 'A1']);
    expect(kafka.end(holder, true).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
  });

  it('of version 2 take their partitions from the records, and each has an epoch of its own', () => {
    const v2 = new TransactionalCluster(true);
    const first = v2.init();
    expect([v2.produce(first, 0, 0, 0), v2.produce(first, 1, 0, 1)]).toEqual(['NONE', 'NONE']);
    const second = v2.end(first, true);
    expect(second).toEqual({ errorCode: 0, producerId: 0, producerEpoch: 1 });
    expect(v2.produce(second, 0, 0, 2)).toBe('NONE');
    expect(v2.end(first, true).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
    expect(v2.end(second, false)).toMatchObject({ errorCode: 0, producerEpoch: 2 });
    v2.run(1);
    expect([v2.log(0), v2.log(1)]).toEqual([
      ['0', 'C1', '2', 'A2'],
      ['1', 'C1'],
    ]);
  });
});
