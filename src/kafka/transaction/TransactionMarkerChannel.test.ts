import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../protocol/errors.js';
import { CoordinatorFixture } from './testing.js';
import { type DecidedTransaction, TransactionMarkerChannel } from './TransactionMarkerChannel.js';

function channelOf(fixture: CoordinatorFixture): TransactionMarkerChannel {
  const { simulation, process, metadata, features } = fixture;
  return new TransactionMarkerChannel({ simulation, process, metadata, features, connectTo: (id) => fixture.connectTo(id) });
}

/** A committed transaction, and what becomes of it. */
function decided(fixture: CoordinatorFixture, producerId: number, indices: readonly number[]): DecidedTransaction & { state: string } {
  const transaction = {
    producerId,
    producerEpoch: 0,
    coordinatorEpoch: 1,
    commit: true,
    partitions: indices.map((i) => fixture.partitions[i] as number),
    transactionVersion: 1,
    state: 'open',
    isCurrent: () => transaction.state !== 'over',
    done: () => void (transaction.state = 'done'),
  };
  return transaction;
}

describe('TransactionMarkerChannel', () => {
  it('sends a marker again until every partition has it, whoever leads it by then', () => {
    const fixture = new CoordinatorFixture();
    const transaction = decided(fixture, 1, [0, 1]);
    fixture.killBroker(2);
    channelOf(fixture).send(transaction);
    fixture.run(1000);
    expect([transaction.state, fixture.markers.map(({ broker }) => broker)]).toEqual(['open', [3]]);
    fixture.lead([3, 3, 3, 3]);
    fixture.run(1500);
    expect([transaction.state, fixture.markers.map(({ broker }) => broker)]).toEqual(['done', [3, 3]]);
  });

  it('waits for a partition without a leader, and for one that the broker has not heard of yet', () => {
    const fixture = new CoordinatorFixture();
    const transaction = decided(fixture, 1, [0]);
    fixture.lead([-1, 3, 2, 3]);
    const unknown = decided(fixture, 2, [0]);
    channelOf(fixture).send(transaction);
    channelOf(fixture).send({ ...unknown, partitions: [9999] });
    fixture.run(500);
    expect(transaction.state).toBe('open');
    fixture.lead([3, 3, 2, 3]);
    fixture.run(500);
    expect([transaction.state, unknown.state]).toEqual(['done', 'open']);
  });

  it('gives up after the first failure without markersRetried', () => {
    const fixture = new CoordinatorFixture({ markersRetried: false });
    const transaction = decided(fixture, 1, [0]);
    fixture.markerError = () => ErrorCode.NOT_LEADER_OR_FOLLOWER;
    channelOf(fixture).send(transaction);
    fixture.run(500);
    expect([transaction.state, fixture.markers]).toEqual(['done', []]);
  });

  it('keeps one request in flight to a broker, and the order of transactions', () => {
    const fixture = new CoordinatorFixture();
    const channel = channelOf(fixture);
    const transactions = [1, 2, 3].map((producerId) => decided(fixture, producerId, [0]));
    for (const transaction of transactions) channel.send(transaction);
    fixture.run(100);
    expect(fixture.markers.map(({ producerId }) => producerId)).toEqual([1, 2, 3]);
    expect(transactions.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  });

  it.each(['TRANSACTION_COORDINATOR_FENCED', 'INVALID_PRODUCER_EPOCH'] as const)('stops for good on %s', (name) => {
    const fixture = new CoordinatorFixture();
    const transaction = decided(fixture, 1, [0]);
    let refused = 0;
    fixture.markerError = () => {
      refused++;
      return ErrorCode[name];
    };
    channelOf(fixture).send(transaction);
    fixture.run(5000);
    expect([transaction.state, refused]).toEqual(['open', 1]);
  });

  it('stops when this broker is coordinator no more', () => {
    const fixture = new CoordinatorFixture();
    const transaction = decided(fixture, 1, [0]);
    fixture.markerError = () => ErrorCode.NOT_LEADER_OR_FOLLOWER;
    channelOf(fixture).send(transaction);
    fixture.run(50);
    transaction.state = 'over';
    fixture.markerError = () => ErrorCode.NONE;
    fixture.run(5000);
    expect(fixture.markers).toEqual([]);
  });
});
