import { beforeEach, describe, expect, it } from 'vitest';
import { Probes } from '../../engine/probes.js';
import { ErrorCode } from '../protocol/errors.js';
import { PRESETS } from '../protocol/features.js';
import { placeBatch, type ProducerBatch, type RecordBatch } from '../protocol/records.js';
import { ProducerStateManager, type ProducerStateFeatures } from './ProducerStateManager.js';

const {
  NONE,
  OUT_OF_ORDER_SEQUENCE_NUMBER,
  INVALID_PRODUCER_EPOCH,
  INVALID_TXN_STATE,
  TRANSACTION_COORDINATOR_FENCED,
  UNKNOWN_PRODUCER_ID,
} = ErrorCode;
const HOUR_MS = 3_600_000;

let producers: ProducerStateManager;
let end: number;

function start(changed: Partial<ProducerStateFeatures> = {}): void {
  producers = new ProducerStateManager({ ...PRESETS['3.9'], ...changed }, HOUR_MS, new Probes());
  end = 0;
}

beforeEach(() => start());

interface Shape {
  readonly epoch?: number;
  readonly count?: number;
  readonly txn?: boolean;
  readonly producerId?: number;
  readonly atMs?: number;
}

function batch(baseSequence: number, { epoch = 0, count = 1, txn = false, producerId = 7, atMs = 0 }: Shape = {}): ProducerBatch {
  const records = Array.from({ length: count }, (_, i) => ({ key: null, value: i, timestampMs: atMs, sizeBytes: 10 }));
  return { producerId, producerEpoch: epoch, baseSequence, isTransactional: txn, sizeBytes: 10 * count, records };
}

function marker(commit: boolean, coordinatorEpoch = 0, { epoch = 0, producerId = 7, atMs = 0 }: Shape = {}): ProducerBatch {
  return { ...batch(-1, { epoch, producerId, atMs }), control: { commit, coordinatorEpoch } };
}

/** Appends without looking, as a follower does, and returns the batch. */
function append(produced: ProducerBatch): RecordBatch {
  const placed = placeBatch(produced, end, 0);
  end = placed.lastOffset + 1;
  producers.update(placed);
  return placed;
}

describe('A producer’s sequence', () => {
  it('continues without a gap, and begins again at 0 in a newer epoch only', () => {
    append(batch(0, { count: 3 }));
    expect(producers.checkData(batch(3))).toBe(NONE);
    expect(producers.checkData(batch(4))).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(producers.checkData(batch(2))).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(producers.checkData(batch(0, { epoch: 1 }))).toBe(NONE);
    expect(producers.checkData(batch(3, { epoch: 1 }))).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER);
  });

  it('wraps from 2147483647 to 0, inside a batch and between batches', () => {
    append(batch(2_147_483_646, { count: 2 }));
    expect(producers.checkData(batch(0))).toBe(NONE);
    append(batch(0, { count: 2 }));
    start();
    append(batch(2_147_483_646, { count: 4 }));
    expect(producers.get(7)?.lastSequence).toBe(1);
    expect(producers.checkData(batch(2))).toBe(NONE);
    expect(producers.findDuplicate(batch(2_147_483_646, { count: 4 }), 4)?.firstOffset).toBe(0);
  });

  it('may begin anywhere for an unknown producer since KIP-360, and only at 0 before', () => {
    expect(producers.checkData(batch(12))).toBe(NONE);
    start({ producerEpochBump: false });
    expect(producers.checkData(batch(12))).toBe(UNKNOWN_PRODUCER_ID);
    expect(producers.checkData(batch(0))).toBe(NONE);
  });

  it('is not looked at once the checks are off', () => {
    start({ sequenceChecks: false });
    append(batch(0));
    expect(producers.checkData(batch(5))).toBe(NONE);
  });
});

describe('A batch sent again', () => {
  it('is found among the last five of its epoch, and not beyond', () => {
    for (let i = 0; i < 6; i++) append(batch(i));
    expect(producers.findDuplicate(batch(1), 1)).toMatchObject({ firstOffset: 1, lastOffset: 1 });
    expect(producers.findDuplicate(batch(5), 1)?.firstOffset).toBe(5);
    expect(producers.findDuplicate(batch(0), 1)).toBeNull();
    expect(producers.checkData(batch(0))).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(producers.findDuplicate(batch(4, { count: 2 }), 2)).toBeNull();
    expect(producers.findDuplicate(batch(5, { epoch: 1 }), 1)).toBeNull();
  });

  it('is not recognised without duplicate detection', () => {
    start({ duplicateDetection: false });
    append(batch(0));
    expect(producers.findDuplicate(batch(0), 1)).toBeNull();
  });
});

describe('A producer epoch', () => {
  it('of before is refused, for data and markers, unless fencing is off', () => {
    append(batch(0, { epoch: 2 }));
    expect(producers.checkData(batch(1, { epoch: 1 }))).toBe(INVALID_PRODUCER_EPOCH);
    expect(producers.checkMarker(marker(true, 0, { epoch: 1 }), { commit: true, coordinatorEpoch: 0 })).toBe(INVALID_PRODUCER_EPOCH);
    expect(producers.checkCoordinatorData(batch(-1, { epoch: 1, txn: true }))).toBe(INVALID_PRODUCER_EPOCH);
    start({ producerEpochFencing: false });
    append(batch(0, { epoch: 2 }));
    append(batch(9, { epoch: 1 }));
    expect(producers.checkData(batch(10, { epoch: 1 }))).toBe(NONE);
    expect(producers.checkData(batch(1, { epoch: 2 }))).toBe(NONE);
  });
});

describe('A marker', () => {
  it('ends the transaction of its producer and no other, and lists it when it aborts', () => {
    append(batch(0, { txn: true }));
    append(batch(0, { txn: true, producerId: 8 }));
    expect(producers.transactions.firstUnstableOffset).toBe(0);
    append(marker(false));
    expect(producers.hasOngoingTransaction(7)).toBe(false);
    expect(producers.hasOngoingTransaction(8)).toBe(true);
    // Ended, but not replicated yet: the last stable offset stays.
    expect(producers.transactions.firstUnstableOffset).toBe(0);
    producers.transactions.replicatedTo(3);
    expect(producers.transactions.firstUnstableOffset).toBe(1);
    append(marker(true, 0, { producerId: 8 }));
    producers.transactions.replicatedTo(4);
    expect(producers.transactions.firstUnstableOffset).toBe(-1);
    expect(producers.transactions.abortedBetween(0, 4)).toEqual([{ producerId: 7, firstOffset: 0 }]);
    expect(producers.transactions.abortedBetween(3, 4)).toEqual([]);
  });

  it('is refused from an older coordinator', () => {
    append(batch(0, { txn: true }));
    append(marker(true, 4));
    expect(producers.checkMarker(marker(true, 3), { commit: true, coordinatorEpoch: 3 })).toBe(TRANSACTION_COORDINATOR_FENCED);
    expect(producers.checkMarker(marker(true, 4), { commit: true, coordinatorEpoch: 4 })).toBe(NONE);
  });

  it('that comes again with version 2 may not end the transaction after it (KIP-1228)', () => {
    const again = { commit: false, coordinatorEpoch: 0 };
    start({ transactionV2: true });
    append(batch(0, { txn: true }));
    append(marker(true, 0, { epoch: 1 }));
    expect(producers.checkMarker(marker(false, 0, { epoch: 1 }), again)).toBe(NONE);
    expect(producers.checkData(batch(0, { epoch: 1, txn: true }))).toBe(NONE);
    expect(producers.checkData(batch(1, { epoch: 1, txn: true }))).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER);
    append(batch(0, { epoch: 1, txn: true }));
    expect(producers.checkMarker(marker(false, 0, { epoch: 1 }), again)).toBe(INVALID_PRODUCER_EPOCH);
    start({ transactionV2: false });
    append(batch(0, { txn: true }));
    expect(producers.checkMarker(marker(false), again)).toBe(NONE);
  });

  it('has only transactional batches before it', () => {
    append(batch(0, { txn: true }));
    expect(producers.checkData(batch(1))).toBe(INVALID_TXN_STATE);
    expect(producers.checkData(batch(1, { txn: true }))).toBe(NONE);
  });
});

describe('Idle producers', () => {
  it('expire, but not inside a transaction, and a marker is a sign of life', () => {
    append(batch(0));
    append(batch(0, { producerId: 8, txn: true }));
    append(batch(0, { producerId: 9, txn: true }));
    append(marker(true, 0, { producerId: 9, atMs: 10 }));
    expect(producers.removeExpired(HOUR_MS - 1)).toEqual([]);
    expect(producers.removeExpired(HOUR_MS)).toEqual([7]);
    expect(producers.removeExpired(HOUR_MS + 10)).toEqual([9]);
    expect(producers.get(8)).toBeDefined();
  });

  it('go with their records only before KAFKA-7190', () => {
    append(batch(0));
    expect(producers.logStartAdvanced(1)).toEqual([]);
    start({ producerStateOutlivesRecords: false });
    append(batch(0));
    append(batch(0, { producerId: 8 }));
    expect(producers.logStartAdvanced(1)).toEqual([7]);
    expect(producers.get(8)).toBeDefined();
  });
});

describe('Verification', () => {
  it('guards a first transactional batch until the transaction begins or a marker comes', () => {
    const guard = producers.beginVerification(7, 0, 0, 0);
    expect(producers.isVerified(7, 0, guard)).toBe(true);
    expect(producers.isVerified(7, 0, null)).toBe(false);
    append(marker(false));
    expect(producers.isVerified(7, 0, guard)).toBe(false);
    const second = producers.beginVerification(7, 0, 0, 0);
    append(batch(0, { txn: true }));
    expect(producers.isVerified(7, 0, second)).toBe(true);
    expect(producers.beginVerification(7, 0, 1, 0)).toBeNull();
    append(marker(true));
    expect(producers.isVerified(7, 0, second)).toBe(false);
  });

  it('lets the lowest sequence go first (KAFKA-14920)', () => {
    producers.beginVerification(7, 0, 0, 0);
    producers.beginVerification(7, 0, 3, 0);
    expect(producers.checkData(batch(3, { txn: true }))).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(producers.checkData(batch(0, { txn: true }))).toBe(NONE);
    start({ verificationKeepsSequence: false });
    producers.beginVerification(7, 0, 0, 0);
    expect(producers.checkData(batch(3, { txn: true }))).toBe(NONE);
  });
});
