import { describe, expect, it } from 'vitest';
import { duplicateBatchAnswered, sequenceRefused } from '../log/events.js';
import { ErrorCode } from '../protocol/errors.js';
import { markerAppended } from '../transaction/events.js';
import { markerBatch, producerBatch, TestReplica } from './testing.js';
import type { TransactionVerification } from './TransactionVerification.js';

describe('A leader', () => {
  it('answers a batch sent again with its old offset, and appends it once', () => {
    const replica = new TestReplica();
    const duplicates = replica.record(duplicateBatchAnswered);
    expect(replica.produce(producerBatch(7, 0, { count: 3 }))).toEqual({ error: 'NONE', baseOffset: 0 });
    expect(replica.produce(producerBatch(7, 3))).toEqual({ error: 'NONE', baseOffset: 3 });
    expect(replica.produce(producerBatch(7, 0, { count: 3 }))).toEqual({ error: 'NONE', baseOffset: 0 });
    expect(replica.partition.log.logEndOffset).toBe(4);
    expect(duplicates).toEqual([[1, replica.partitionId, 7, 0, 0, 0, 0]]);
  });

  it('holds the answer to an acks=all duplicate back until what it repeats is replicated', () => {
    const replica = new TestReplica({ replicas: [1, 2] });
    replica.send(producerBatch(7, 0), { acks: -1 });
    const again = replica.send(producerBatch(7, 0), { acks: -1 });
    replica.run(1000);
    expect(again).toEqual([]);
    replica.followerAt(2, 1);
    expect(again).toEqual([{ error: 'NONE', baseOffset: 0 }]);
  });

  it('refuses a gap, an old epoch and a mixed transaction, each by name', () => {
    const replica = new TestReplica();
    const refused = replica.record(sequenceRefused);
    replica.produce(producerBatch(7, 0, { epoch: 1 }));
    expect(replica.produce(producerBatch(7, 2, { epoch: 1 }))?.error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(replica.produce(producerBatch(7, 1, { epoch: 0 }))?.error).toBe('INVALID_PRODUCER_EPOCH');
    replica.produce(producerBatch(8, 0, { txn: true }));
    expect(replica.produce(producerBatch(8, 1))?.error).toBe('INVALID_TXN_STATE');
    expect(refused.map(([, , producerId, , sequence]) => [producerId, sequence])).toEqual([
      [7, 2],
      [7, 1],
      [8, 1],
    ]);
    expect(replica.partition.log.logEndOffset).toBe(2);
  });

  it('lets a producer without idempotence write what it likes', () => {
    const replica = new TestReplica();
    for (let i = 0; i < 2; i++) expect(replica.produce(producerBatch(-1, -1))?.error).toBe('NONE');
    expect(replica.partition.log.producers.isEmpty).toBe(true);
  });

  it('appends markers of coordinators, tells of them, and fences old coordinators', () => {
    const replica = new TestReplica();
    const markers = replica.record(markerAppended);
    replica.produce(producerBatch(7, 0, { txn: true }));
    expect(replica.produce(markerBatch(7, true, { coordinatorEpoch: 3 }), {}, 'coordinator')?.error).toBe('NONE');
    expect(replica.produce(markerBatch(7, false, { coordinatorEpoch: 2 }), {}, 'coordinator')?.error).toBe(
      'TRANSACTION_COORDINATOR_FENCED',
    );
    expect(markers).toEqual([[1, replica.partitionId, 1, 7, 0, 1, 3]]);
  });

  it('of a compacted topic takes no record without a key', () => {
    const compaction = { minCleanableDirtyRatio: 0.5, deleteRetentionUs: 0, minCompactionLagUs: 0, maxCompactionLagUs: 1e15 };
    const replica = new TestReplica({ topic: { compaction } });
    expect(replica.produce(producerBatch(7, 0))?.error).toBe('INVALID_RECORD');
    expect(replica.produce(producerBatch(7, 0, { key: 'a' }))?.error).toBe('NONE');
  });
});

/** A coordinator that answers when told to. */
class Coordinator implements TransactionVerification {
  readonly asked: (readonly number[])[] = [];
  private readonly waiting: ((errors: ReadonlyMap<number, number>) => void)[] = [];

  verify(...[, , , partitions, , done]: Parameters<TransactionVerification['verify']>): void {
    this.asked.push(partitions);
    this.waiting.push(done);
  }

  answer(errors: ReadonlyMap<number, number> = new Map()): void {
    this.waiting.shift()?.(errors);
  }
}

function verifying(features: { txnVerification?: boolean; verificationKeepsSequence?: boolean } = {}): [TestReplica, Coordinator] {
  const replica = new TestReplica({ features });
  const coordinator = new Coordinator();
  replica.replicas.produceHandler.verification = coordinator;
  return [replica, coordinator];
}

const TXN = { transactionalId: 'pay' };

describe('Verification of transactions (KIP-890)', () => {
  it('comes before the first batch of a transaction in a partition, and only before that', () => {
    const [replica, coordinator] = verifying();
    const first = replica.send(producerBatch(7, 0, { txn: true }), TXN);
    expect([first, replica.partition.log.logEndOffset]).toEqual([[], 0]);
    coordinator.answer();
    expect(first).toEqual([{ error: 'NONE', baseOffset: 0 }]);
    expect(replica.produce(producerBatch(7, 1, { txn: true }), TXN)?.error).toBe('NONE');
    replica.produce(markerBatch(7, true), {}, 'coordinator');
    replica.send(producerBatch(7, 2, { txn: true }), TXN);
    expect(coordinator.asked).toEqual([[replica.partitionId], [replica.partitionId]]);
  });

  it('refuses what the coordinator does not know, with its error', () => {
    const [replica, coordinator] = verifying();
    const answers = replica.send(producerBatch(7, 0, { txn: true }), TXN);
    coordinator.answer(new Map([[replica.partitionId, ErrorCode.INVALID_TXN_STATE]]));
    expect(answers).toEqual([{ error: 'INVALID_TXN_STATE', baseOffset: -1 }]);
    expect(replica.partition.log.logEndOffset).toBe(0);
  });

  it('is worth nothing once a marker came in between (B-49), and without it the late batch opens a transaction', () => {
    const [replica, coordinator] = verifying();
    const answers = replica.send(producerBatch(7, 0, { txn: true }), TXN);
    replica.produce(markerBatch(7, false), {}, 'coordinator');
    coordinator.answer();
    expect(answers).toEqual([{ error: 'INVALID_TXN_STATE', baseOffset: -1 }]);
    const [old] = verifying({ txnVerification: false });
    old.produce(markerBatch(7, false), {}, 'coordinator');
    expect(old.produce(producerBatch(7, 0, { txn: true }), TXN)?.error).toBe('NONE');
    expect(old.partition.log.producers.hasOngoingTransaction(7)).toBe(true);
  });

  it('begun in a former leadership does not count', () => {
    const [replica, coordinator] = verifying();
    const answers = replica.send(producerBatch(7, 0, { txn: true }), TXN);
    replica.follow(2);
    replica.lead();
    coordinator.answer();
    expect(answers).toEqual([{ error: 'INVALID_TXN_STATE', baseOffset: -1 }]);
  });

  it('keeps the lowest sequence first (KAFKA-14920, B-47), which it once did not', () => {
    for (const verificationKeepsSequence of [true, false]) {
      const [replica, coordinator] = verifying({ verificationKeepsSequence });
      replica.send(producerBatch(7, 0, { txn: true }), TXN);
      const second = replica.send(producerBatch(7, 1, { txn: true }), TXN);
      coordinator.answer(new Map([[replica.partitionId, ErrorCode.NOT_ENOUGH_REPLICAS]]));
      coordinator.answer();
      expect(second[0]?.error).toBe(verificationKeepsSequence ? 'OUT_OF_ORDER_SEQUENCE_NUMBER' : 'NONE');
    }
  });

  it('serves group coordinators too', () => {
    const [replica, coordinator] = verifying();
    const write = { transactionalId: 'pay', partition: replica.partitionId, producerId: 7, producerEpoch: 0, transactionV2: false };
    const answers: number[] = [];
    replica.replicas.produceHandler.verifyCoordinatorWrite(write, (error) => answers.push(error));
    replica.replicas.produceHandler.verifyCoordinatorWrite(write, (error) => answers.push(error));
    coordinator.answer();
    replica.produce(markerBatch(7, false), {}, 'coordinator');
    coordinator.answer();
    expect(answers).toEqual([ErrorCode.NONE, ErrorCode.INVALID_TXN_STATE]);
  });
});
