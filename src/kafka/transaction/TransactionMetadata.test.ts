import { describe, expect, it } from 'vitest';
import type { TransactionState, TransactionValue } from '../protocol/coordinatorRecords.js';
import { isLegalTransition, TransactionMetadata } from './TransactionMetadata.js';

const STATES: readonly TransactionState[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
];

const END = { transactionVersion: 1, fenceEpoch: -1, nextProducerId: -1, nowMs: 3 };

function ongoing(producerEpoch = 5): TransactionMetadata {
  const base = TransactionMetadata.fresh('app', 7, 60_000_000, 0).value;
  const value: TransactionValue = { ...base, producerEpoch, state: 'Ongoing', partitions: [1, 2], startTimestampMs: 1 };
  return new TransactionMetadata(value);
}

describe('TransactionMetadata', () => {
  it('knows the legal transitions and no others', () => {
    const legal = STATES.flatMap((from) => STATES.filter((to) => isLegalTransition(from, to, 1)).map((to) => `${from}>${to}`));
    expect(legal).toEqual([
      'Empty>Empty',
      'Empty>Ongoing',
      'Empty>Dead',
      'Ongoing>Ongoing',
      'Ongoing>PrepareCommit',
      'Ongoing>PrepareAbort',
      'Ongoing>PrepareEpochFence',
      'PrepareCommit>CompleteCommit',
      'PrepareAbort>CompleteAbort',
      'CompleteCommit>Empty',
      'CompleteCommit>Ongoing',
      'CompleteCommit>Dead',
      'CompleteAbort>Empty',
      'CompleteAbort>Ongoing',
      'CompleteAbort>Dead',
      'PrepareEpochFence>PrepareAbort',
    ]);
    const withVersion2 = STATES.filter((from) => isLegalTransition(from, 'PrepareAbort', 2));
    expect(withVersion2).toEqual(['Empty', 'Ongoing', 'CompleteCommit', 'CompleteAbort', 'PrepareEpochFence']);
  });

  it('refuses a step that the table does not have, and a second step while one is pending', () => {
    const metadata = ongoing();
    expect(() => metadata.prepareDead()).toThrow('transaction app: no step leads from Ongoing to Dead');
    metadata.prepareEnd(true, END);
    expect(() => metadata.prepareAddPartitions([3], 4, 1)).toThrow('Ongoing was prepared while PrepareCommit is pending');
  });

  it('changes nothing before a step is written', () => {
    const metadata = ongoing();
    const value = metadata.prepareAddPartitions([2, 3], 4, 1);
    expect(metadata.contains(3)).toBe(false);
    metadata.complete(value);
    expect([metadata.contains(3), metadata.value.partitions]).toEqual([true, [1, 2, 3]]);
  });

  it('refuses to complete another step than the pending one, or a producer epoch out of turn', () => {
    const metadata = ongoing();
    const value = metadata.prepareEnd(true, END);
    expect(() => metadata.complete({ ...value, state: 'PrepareAbort' })).toThrow(
      'PrepareAbort was written while PrepareCommit was pending',
    );
    expect(() => metadata.complete({ ...value, producerEpoch: 9 })).toThrow('producer 7 epoch 9 cannot follow producer 7 epoch 5');
  });

  it('keeps the epoch at the end of a transaction in version 1 and raises it in version 2', () => {
    expect(ongoing().prepareEnd(true, END)).toMatchObject({ producerEpoch: 5, lastProducerEpoch: -1 });
    const metadata = ongoing();
    const value = metadata.prepareEnd(true, { ...END, transactionVersion: 2 });
    expect(value).toMatchObject({ producerEpoch: 6, lastProducerEpoch: 5 });
    metadata.complete(value);
    expect(metadata.prepareComplete(9)).toMatchObject({ state: 'CompleteCommit', producerId: 7, producerEpoch: 6, partitions: [] });
  });

  it('goes over to the next producer id when the epochs are used up in version 2', () => {
    const metadata = ongoing(32_766);
    const value = metadata.prepareEnd(false, { ...END, transactionVersion: 2, nextProducerId: 70 });
    expect(value).toMatchObject({ producerId: 7, producerEpoch: 32_767, nextProducerId: 70 });
    metadata.complete(value);
    const completed = metadata.prepareComplete(9);
    expect(completed).toMatchObject({
      producerId: 70,
      producerEpoch: 0,
      previousProducerId: 7,
      nextProducerId: -1,
      lastProducerEpoch: 32_766,
    });
    metadata.complete(completed);
  });

  it('fences with the same epoch again after a fence that could not be written (KAFKA-9666)', () => {
    const metadata = ongoing();
    for (let i = 0; i < 3; i++) {
      const epoch = metadata.prepareFence();
      expect(epoch).toBe(6);
      metadata.prepareEnd(false, { ...END, fenceEpoch: epoch });
      metadata.pendingState = null;
      metadata.hasFailedEpochFence = true;
    }
    metadata.complete(metadata.prepareEnd(false, { ...END, fenceEpoch: metadata.prepareFence() }));
    metadata.prepareComplete(9);
    expect([metadata.producerEpoch, metadata.hasFailedEpochFence]).toEqual([6, false]);
  });
});
