import { describe, expect, it } from 'vitest';
import type { TransactionState } from '../protocol/coordinatorRecords.js';
import { errorName } from '../protocol/errors.js';
import { decideEndTxnV1, decideEndTxnV2, type EndTxnVerdict } from './endTxn.js';
import { TransactionMetadata } from './TransactionMetadata.js';

const RULES = { coordinatorEpochFencing: true, endTxnExactEpoch: true };
type State = Exclude<TransactionState, 'Dead' | 'PrepareEpochFence'>;

/** Producer 7 with current epoch 5. */
function inState(state: State, pending: TransactionState | null = null): TransactionMetadata {
  const base = TransactionMetadata.fresh('app', 7, 60_000_000, 0).value;
  const metadata = new TransactionMetadata({
    ...base,
    producerEpoch: 5,
    lastProducerEpoch: 4,
    state,
    partitions: [1],
    startTimestampMs: 1,
  });
  metadata.pendingState = pending;
  return metadata;
}

function text(verdict: EndTxnVerdict): string {
  return typeof verdict === 'number' ? errorName(verdict) : verdict;
}

function v1(state: State, commit: boolean, epoch = 5, rules = RULES): string {
  return text(decideEndTxnV1(inState(state), { producerId: 7, producerEpoch: epoch, commit, fromClient: true }, rules));
}

function v2(state: State, commit: boolean, epoch: number): string {
  return text(decideEndTxnV2(inState(state), { producerId: 7, producerEpoch: epoch, commit, fromClient: true }, RULES));
}

describe('EndTxn version 1', () => {
  it.each<[State, string, string]>([
    ['Ongoing', 'end', 'end'],
    ['CompleteCommit', 'done', 'INVALID_TXN_STATE'],
    ['CompleteAbort', 'INVALID_TXN_STATE', 'done'],
    ['PrepareCommit', 'CONCURRENT_TRANSACTIONS', 'INVALID_TXN_STATE'],
    ['PrepareAbort', 'INVALID_TXN_STATE', 'CONCURRENT_TRANSACTIONS'],
    ['Empty', 'INVALID_TXN_STATE', 'INVALID_TXN_STATE'],
  ])('in %s answers commit with %s and abort with %s', (state, commit, abort) => {
    expect([v1(state, true), v1(state, false)]).toEqual([commit, abort]);
  });

  it('refuses every other epoch, a newer one since KAFKA-9600 only', () => {
    expect([v1('Ongoing', true, 4), v1('Ongoing', true, 6)]).toEqual(['PRODUCER_FENCED', 'PRODUCER_FENCED']);
    const old = { ...RULES, endTxnExactEpoch: false };
    expect([v1('Ongoing', true, 4, old), v1('Ongoing', true, 6, old)]).toEqual(['PRODUCER_FENCED', 'end']);
  });

  it('takes any epoch without the coordinator fencing', () => {
    expect(v1('Ongoing', true, 2, { ...RULES, coordinatorEpochFencing: false })).toBe('end');
  });

  it('refuses another producer id, and waits for a step that is pending', () => {
    const ask = { producerId: 8, producerEpoch: 5, commit: true, fromClient: true };
    expect(text(decideEndTxnV1(inState('Ongoing'), ask, RULES))).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(text(decideEndTxnV1(inState('Ongoing', 'Ongoing'), { ...ask, producerId: 7 }, RULES))).toBe('CONCURRENT_TRANSACTIONS');
  });
});

describe('EndTxn version 2', () => {
  it.each<[State, number, string, string]>([
    ['Ongoing', 5, 'end', 'end'],
    ['Ongoing', 4, 'PRODUCER_FENCED', 'PRODUCER_FENCED'],
    ['Empty', 5, 'INVALID_TXN_STATE', 'end'],
    ['Empty', 4, 'PRODUCER_FENCED', 'PRODUCER_FENCED'],
    ['PrepareCommit', 4, 'CONCURRENT_TRANSACTIONS', 'INVALID_TXN_STATE'],
    ['PrepareCommit', 5, 'PRODUCER_FENCED', 'PRODUCER_FENCED'],
    ['PrepareAbort', 4, 'INVALID_TXN_STATE', 'CONCURRENT_TRANSACTIONS'],
    ['CompleteCommit', 4, 'done', 'INVALID_TXN_STATE'],
    ['CompleteCommit', 5, 'INVALID_TXN_STATE', 'end'],
    ['CompleteCommit', 3, 'PRODUCER_FENCED', 'PRODUCER_FENCED'],
    ['CompleteAbort', 4, 'INVALID_TXN_STATE', 'done'],
    ['CompleteAbort', 5, 'INVALID_TXN_STATE', 'end'],
    ['CompleteAbort', 6, 'PRODUCER_FENCED', 'PRODUCER_FENCED'],
  ])('in %s with epoch %i answers commit with %s and abort with %s', (state, epoch, commit, abort) => {
    expect([v2(state, true, epoch), v2(state, false, epoch)]).toEqual([commit, abort]);
  });

  it('knows the retry of a request that used up the epochs of the former producer id', () => {
    const base = inState('CompleteCommit').value;
    const metadata = new TransactionMetadata({
      ...base,
      producerId: 70,
      previousProducerId: 7,
      producerEpoch: 0,
      lastProducerEpoch: 32_766,
    });
    const ask = { producerId: 7, producerEpoch: 32_766, commit: true, fromClient: true };
    expect(text(decideEndTxnV2(metadata, ask, RULES))).toBe('done');
    expect(text(decideEndTxnV2(metadata, { ...ask, producerEpoch: 32_765 }, RULES))).toBe('INVALID_PRODUCER_ID_MAPPING');
  });
});
