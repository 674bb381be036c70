import { describe, expect, it } from 'vitest';
import type { TransactionValue } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import { CoordinatorFixture } from './testing.js';

const FAILED = { error: ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, stored: false };

describe('InitProducerId', () => {
  it('hands out fresh ids without a transactional id, and blocks of 1000 to brokers', () => {
    const fixture = new CoordinatorFixture();
    expect([fixture.init(null), fixture.init(null)]).toEqual([
      { errorCode: 0, producerId: 0, producerEpoch: 0 },
      { errorCode: 0, producerId: 1, producerEpoch: 0 },
    ]);
    fixture.failOver();
    expect(fixture.init(null).producerId).toBe(1000);
  });

  it('raises the epoch for every new holder, and fences the former', () => {
    const fixture = new CoordinatorFixture();
    const zombie = fixture.init();
    const holder = fixture.init();
    expect([zombie.producerEpoch, holder.producerEpoch, holder.producerId]).toEqual([0, 1, zombie.producerId]);
    expect(fixture.add(zombie, [0])).toBe(ErrorCode.PRODUCER_FENCED);
    expect(fixture.end(zombie, true).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
    expect(fixture.add(holder, [0])).toBe(ErrorCode.NONE);
  });

  it('gives the same epoch to both without initBumpsEpoch, and lets both work without coordinatorEpochFencing', () => {
    const same = new CoordinatorFixture({ initBumpsEpoch: false });
    expect([same.init().producerEpoch, same.init().producerEpoch]).toEqual([0, 0]);
    const unfenced = new CoordinatorFixture({ coordinatorEpochFencing: false });
    const zombie = unfenced.init();
    unfenced.init();
    expect([unfenced.add(zombie, [0]), unfenced.end(zombie, true).errorCode]).toEqual([ErrorCode.NONE, ErrorCode.NONE]);
  });

  it('aborts the open transaction of the former holder first, with an epoch that nobody is given', () => {
    const fixture = new CoordinatorFixture();
    const zombie = fixture.init();
    fixture.add(zombie, [0, 1]);
    expect(fixture.init().errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    fixture.run(50);
    expect(fixture.init()).toMatchObject({ errorCode: 0, producerEpoch: 2 });
    expect(fixture.markers.map(({ commit, producerEpoch }) => [commit, producerEpoch])).toEqual([
      [false, 1],
      [false, 1],
    ]);
    expect(fixture.transitions()).toEqual([
      'Empty>Empty 0',
      'Empty>Ongoing 0',
      'Ongoing>PrepareEpochFence 1',
      'Ongoing>PrepareAbort 1',
      'PrepareAbort>CompleteAbort 1',
      'CompleteAbort>Empty 2',
    ]);
  });

  it('raises the epoch for its holder only, and repeats itself to a retry (KIP-360)', () => {
    const fixture = new CoordinatorFixture();
    const first = fixture.init();
    const raised = fixture.init('app', first);
    expect(raised.producerEpoch).toBe(1);
    expect(fixture.init('app', first)).toEqual(raised);
    fixture.init();
    expect(fixture.init('app', raised).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
  });

  it('takes another producer id when the epochs are used up', () => {
    const fixture = new CoordinatorFixture();
    const first = fixture.init();
    const value = fixture.log.writes[0]?.payload as TransactionValue;
    fixture.log.writes.push({ key: 'app', payload: { ...value, producerEpoch: 32_766 } });
    fixture.failOver();
    const next = fixture.init('app', { producerId: first.producerId, producerEpoch: 32_766 });
    expect(next).toEqual({ errorCode: 0, producerId: 1000, producerEpoch: 0 });
    expect(fixture.init('app', { producerId: first.producerId, producerEpoch: 32_766 })).toEqual(next);
  });

  it('refuses a timeout above transaction.max.timeout.ms', () => {
    const fixture = new CoordinatorFixture();
    const request = { transactionalId: 'app', transactionTimeoutUs: 900_000_001, producerId: -1, producerEpoch: -1 };
    expect(fixture.ask((done) => fixture.coordinator.initProducerId(request, done))).toMatchObject({
      errorCode: ErrorCode.INVALID_TRANSACTION_TIMEOUT,
    });
  });
});

describe('a step that cannot be written', () => {
  it('is taken back, and the client told to look for the coordinator again', () => {
    const fixture = new CoordinatorFixture();
    const producer = fixture.init();
    fixture.log.outcome = () => FAILED;
    expect(fixture.add(producer, [0])).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    fixture.log.outcome = () => ({ error: ErrorCode.NONE, stored: true });
    expect([fixture.end(producer, true).errorCode, fixture.add(producer, [0])]).toEqual([ErrorCode.INVALID_TXN_STATE, ErrorCode.NONE]);
  });

  it('keeps everybody else waiting while its fate is open', () => {
    const fixture = new CoordinatorFixture();
    const producer = fixture.init();
    fixture.log.latencyUs = 500_000;
    const request = { transactionalId: 'app', groupId: 'g', producerId: producer.producerId, producerEpoch: 0 };
    fixture.coordinator.addOffsetsToTxn(request, () => {});
    expect(fixture.end(producer, true).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    fixture.run(1000);
    expect(fixture.log.states()).toEqual(['Empty', 'Ongoing']);
  });

  it('does not use up epochs when it was a fence (KAFKA-9666)', () => {
    const fixture = new CoordinatorFixture();
    fixture.add(fixture.init(), [0]);
    fixture.log.outcome = () => FAILED;
    for (let i = 0; i < 10; i++) expect(fixture.init().errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    fixture.log.outcome = () => ({ error: ErrorCode.NONE, stored: true });
    fixture.init();
    fixture.run(50);
    expect(fixture.init()).toMatchObject({ errorCode: 0, producerEpoch: 2 });
  });

  it('is written again and again when it completes a transaction', () => {
    const fixture = new CoordinatorFixture();
    const producer = fixture.init();
    fixture.add(producer, [0]);
    let failures = 3;
    fixture.log.outcome = ({ payload }) => {
      const fails = (payload as TransactionValue).state === 'CompleteCommit' && failures-- > 0;
      return fails ? FAILED : { error: ErrorCode.NONE, stored: true };
    };
    expect(fixture.end(producer, true).errorCode).toBe(ErrorCode.NONE);
    expect(fixture.add(producer, [1])).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    fixture.run(1000);
    expect(fixture.log.states()).toEqual(['Empty', 'Ongoing', 'PrepareCommit', 'CompleteCommit']);
  });
});

describe('EndTxn', () => {
  it('answers when the decision is in the log, before the markers are written', () => {
    const fixture = new CoordinatorFixture();
    const producer = fixture.init();
    fixture.add(producer, [0, 1, 2]);
    fixture.markerError = () => ErrorCode.NOT_LEADER_OR_FOLLOWER;
    expect(fixture.end(producer, true).errorCode).toBe(ErrorCode.NONE);
    expect(fixture.log.states().at(-1)).toBe('PrepareCommit');
    expect(fixture.add(producer, [0])).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    fixture.markerError = () => ErrorCode.NONE;
    fixture.run(500);
    expect(fixture.log.states().at(-1)).toBe('CompleteCommit');
    const taken = fixture.markers.map(
      ({ broker, partition, commit }) => [broker, fixture.partitions.indexOf(partition), commit ? 1 : 0] as const,
    );
    expect(taken.sort((a, b) => a[1] - b[1])).toEqual([
      [2, 0, 1],
      [3, 1, 1],
      [2, 2, 1],
    ]);
  });

  it('does not write markers when the decision cannot be written, unless decisionBeforeMarkers is off', () => {
    for (const decisionBeforeMarkers of [true, false]) {
      const fixture = new CoordinatorFixture({ decisionBeforeMarkers });
      const producer = fixture.init();
      fixture.add(producer, [0]);
      fixture.log.outcome = () => FAILED;
      expect(fixture.end(producer, true).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
      expect(fixture.markers.length).toBe(decisionBeforeMarkers ? 0 : 1);
    }
  });

  /** T1 is committed by a retry, T2 has begun, and the first EndTxn arrives. */
  function lateEndTxn(transactionV2: boolean): { fixture: CoordinatorFixture; late: number } {
    const fixture = new CoordinatorFixture({ transactionV2 });
    const first = fixture.init();
    fixture.add(first, [0]);
    const next = fixture.end(first, true);
    const second = transactionV2 ? next : first;
    fixture.run(50);
    expect(fixture.add(second, [1])).toBe(ErrorCode.NONE);
    return { fixture, late: fixture.end(first, true).errorCode };
  }

  it('that comes late commits a later transaction in version 1 (KAFKA-17754, B-50)', () => {
    const { fixture, late } = lateEndTxn(false);
    expect(late).toBe(ErrorCode.NONE);
    expect(fixture.markers.map(({ partition, commit }) => [partition, commit])).toEqual([
      [fixture.partitions[0], true],
      [fixture.partitions[1], true],
    ]);
  });

  it('that comes late is fenced in version 2 (KIP-890 part 2)', () => {
    const { fixture, late } = lateEndTxn(true);
    expect(late).toBe(ErrorCode.PRODUCER_FENCED);
    expect(fixture.markers.map(({ partition }) => partition)).toEqual([fixture.partitions[0]]);
  });

  it('gives the next epoch in version 2, the same to a retry, and the next producer id when epochs are used up', () => {
    const fixture = new CoordinatorFixture({ transactionV2: true });
    const first = fixture.init();
    fixture.add(first, [0]);
    const next = fixture.end(first, true);
    expect(next).toEqual({ errorCode: 0, producerId: 0, producerEpoch: 1 });
    expect(fixture.end(first, true)).toEqual(next);
    expect(fixture.markers.map(({ producerEpoch }) => producerEpoch)).toEqual([1]);

    const value = fixture.log.writes.at(-1)?.payload as TransactionValue;
    fixture.log.writes.push({ key: 'app', payload: { ...value, producerEpoch: 32_766 } });
    fixture.failOver();
    const last = { producerId: 0, producerEpoch: 32_766 };
    expect(fixture.end(last, false)).toEqual({ errorCode: 0, producerId: 1000, producerEpoch: 0 });
    expect(fixture.end(last, false)).toEqual({ errorCode: 0, producerId: 1000, producerEpoch: 0 });
  });
});

describe('transactions that take too long', () => {
  it('are aborted, and their producer is fenced', () => {
    const fixture = new CoordinatorFixture();
    const producer = fixture.init();
    fixture.add(producer, [0]);
    fixture.run(58_000);
    expect(fixture.markers).toEqual([]);
    fixture.run(15_000);
    expect(fixture.log.states().at(-1)).toBe('CompleteAbort');
    expect(fixture.events('transaction-timed-out')).toHaveLength(1);
    expect(fixture.add(producer, [1])).toBe(ErrorCode.PRODUCER_FENCED);
  });

  it('are aborted even while the coordinator does not know how many partitions its topic has', () => {
    const fixture = new CoordinatorFixture();
    fixture.add(fixture.init(), [0]);
    fixture.log.partitionsKnown = false;
    fixture.run(75_000);
    expect(fixture.log.states().at(-1)).toBe('CompleteAbort');
  });

  it('are aborted behind the back of a producer that goes on, before KAFKA-6119 (B-52)', () => {
    const fixture = new CoordinatorFixture({ timeoutBumpsEpoch: false });
    const producer = fixture.init();
    fixture.add(producer, [0]);
    fixture.run(75_000);
    expect(fixture.markers.map(({ commit }) => commit)).toEqual([false]);
    expect([fixture.add(producer, [1]), fixture.end(producer, true).errorCode]).toEqual([ErrorCode.NONE, ErrorCode.NONE]);
  });

  it('stay open without transactionTimeout', () => {
    const fixture = new CoordinatorFixture({ transactionTimeout: false });
    fixture.add(fixture.init(), [0]);
    fixture.run(200_000);
    expect(fixture.log.states().at(-1)).toBe('Ongoing');
  });
});

describe('a new coordinator', () => {
  it('finishes what its predecessor had decided, unless decidedTransactionsResumed is off', () => {
    for (const decidedTransactionsResumed of [true, false]) {
      const fixture = new CoordinatorFixture({ decidedTransactionsResumed });
      const producer = fixture.init();
      fixture.add(producer, [0, 1]);
      fixture.markerError = () => ErrorCode.NOT_LEADER_OR_FOLLOWER;
      fixture.end(producer, true);
      fixture.markerError = () => ErrorCode.NONE;
      fixture.failOver();
      fixture.run(500);
      expect(fixture.markers.map(({ coordinatorEpoch, commit }) => [coordinatorEpoch, commit])).toEqual(
        decidedTransactionsResumed
          ? [
              [2, true],
              [2, true],
            ]
          : [],
      );
      expect(fixture.log.states().at(-1)).toBe(decidedTransactionsResumed ? 'CompleteCommit' : 'PrepareCommit');
    }
  });

  it('believes a decision whose author died before hearing of it', () => {
    const fixture = new CoordinatorFixture();
    const producer = fixture.init();
    fixture.add(producer, [0]);
    fixture.log.latencyUs = 1_000_000;
    const request = { transactionalId: 'app', ...producer, commit: true, transactionV2: false };
    fixture.coordinator.endTxn(request, () => {});
    fixture.log.latencyUs = 2_000;
    fixture.failOver();
    fixture.run(500);
    expect(fixture.transitions().slice(-2)).toEqual(['Ongoing>PrepareCommit 0', 'PrepareCommit>CompleteCommit 0']);
  });

  it('goes on with an open transaction where the log left it', () => {
    const fixture = new CoordinatorFixture();
    const producer = fixture.init();
    fixture.add(producer, [0]);
    fixture.failOver();
    expect(fixture.add(producer, [0], true)).toBe(ErrorCode.NONE);
    expect(fixture.add(producer, [1], true)).toBe(ErrorCode.INVALID_TXN_STATE);
    expect(fixture.end(producer, true).errorCode).toBe(ErrorCode.NONE);
  });
});

describe('a transactional id that nobody uses', () => {
  it('is forgotten after transactional.id.expiration.ms', () => {
    const fixture = new CoordinatorFixture();
    const producer = fixture.init();
    fixture.run(604_800_000 + 3_700_000);
    expect(fixture.log.writes.at(-1)).toEqual({ key: 'app', payload: null });
    expect(fixture.add(producer, [0])).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  });
});
