import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../protocol/errors.js';
import type { AddPartitionsToTxnRequest } from '../protocol/messages.js';
import { CoordinatorFixture } from './testing.js';
import { VerificationClient } from './VerificationClient.js';

/** Broker 2 is the coordinator that is asked; `answer` is its error for a transactional id. */
class Asking {
  readonly fixture = new CoordinatorFixture();
  readonly requests: AddPartitionsToTxnRequest[] = [];
  readonly heard: string[] = [];
  answer: (transactionalId: string) => ErrorCode = () => ErrorCode.NONE;
  readonly client: VerificationClient;

  constructor(partitionOf: (id: string) => number = () => this.fixture.partitions[0] as number) {
    const { fixture } = this;
    fixture.serve = (context) => {
      const request = context.envelope.body as AddPartitionsToTxnRequest;
      this.requests.push(request);
      const transactions = request.transactions.map(({ transactionalId, partitions }) => {
        return { transactionalId, partitions: partitions.map((partition) => ({ partition, errorCode: this.answer(transactionalId) })) };
      });
      context.respond({ transactions }, 100);
    };
    const { simulation, process, metadata } = fixture;
    this.client = new VerificationClient({
      simulation,
      process,
      brokerId: 1,
      metadata,
      connectTo: (id) => fixture.connectTo(id),
      partitionOf,
    });
  }

  /** Notes `ID EPOCH: error` when the answer comes. */
  ask(transactionalId: string, producerEpoch = 0, transactionV2 = false): void {
    const partition = this.fixture.partitions[1] as number;
    this.client.verify(transactionalId, 1, producerEpoch, [partition], transactionV2, (errors) => {
      this.heard.push(`${transactionalId} ${producerEpoch}: ${errors.get(partition) ?? 'verified'}`);
    });
  }
}

describe('VerificationClient', () => {
  it('asks in version 1 and adds in version 2', () => {
    const asking = new Asking();
    asking.ask('a');
    asking.fixture.run(50);
    asking.ask('b', 0, true);
    asking.fixture.run(50);
    expect(asking.requests.map(({ transactions }) => transactions[0]?.verifyOnly)).toEqual([true, false]);
    expect(asking.heard).toEqual(['a 0: verified', 'b 0: verified']);
    expect(asking.fixture.events('transaction-verified').map(({ error }) => error)).toEqual(['NONE', 'NONE']);
  });

  it('sends what has gathered as one request behind the one in flight', () => {
    const asking = new Asking();
    for (const id of ['a', 'b', 'c']) asking.ask(id);
    asking.fixture.run(50);
    expect(asking.requests.map(({ transactions }) => transactions.map(({ transactionalId }) => transactionalId))).toEqual([
      ['a'],
      ['b', 'c'],
    ]);
  });

  it('lets a newer question replace the one that waits, and refuses one of an older epoch', () => {
    const asking = new Asking();
    asking.ask('first');
    asking.ask('a', 1);
    asking.ask('a', 1);
    asking.ask('a', 2);
    asking.ask('a', 0);
    asking.fixture.run(50);
    expect(asking.heard).toEqual([
      `a 1: ${ErrorCode.NOT_ENOUGH_REPLICAS}`,
      `a 1: ${ErrorCode.INVALID_PRODUCER_EPOCH}`,
      `a 0: ${ErrorCode.INVALID_PRODUCER_EPOCH}`,
      'first 0: verified',
      'a 2: verified',
    ]);
  });

  it.each<[keyof typeof ErrorCode, keyof typeof ErrorCode, keyof typeof ErrorCode]>([
    ['INVALID_TXN_STATE', 'INVALID_TXN_STATE', 'INVALID_TXN_STATE'],
    ['CONCURRENT_TRANSACTIONS', 'NOT_ENOUGH_REPLICAS', 'CONCURRENT_TRANSACTIONS'],
    ['COORDINATOR_LOAD_IN_PROGRESS', 'NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS'],
    ['NOT_COORDINATOR', 'NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS'],
    ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_EPOCH'],
    ['INVALID_PRODUCER_ID_MAPPING', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_PRODUCER_ID_MAPPING'],
  ])('tells a producer about %s with %s, in version 2 with %s', (code, v1, v2) => {
    const asking = new Asking();
    asking.answer = () => ErrorCode[code];
    asking.ask('a', 0);
    asking.fixture.run(50);
    asking.ask('a', 1, true);
    asking.fixture.run(50);
    expect(asking.heard).toEqual([`a 0: ${ErrorCode[v1]}`, `a 1: ${ErrorCode[v2]}`]);
  });

  it('asks the producer to try again while there is no coordinator, or it does not answer', () => {
    const nowhere = new Asking(() => -1);
    nowhere.ask('a');
    expect(nowhere.heard).toEqual([]);
    nowhere.fixture.run(1);
    expect(nowhere.heard).toEqual([`a 0: ${ErrorCode.NOT_ENOUGH_REPLICAS}`]);
    const dead = new Asking();
    dead.fixture.killBroker(2);
    dead.ask('a');
    dead.fixture.run(2000);
    expect(dead.heard).toEqual([`a 0: ${ErrorCode.NOT_ENOUGH_REPLICAS}`]);
  });
});
