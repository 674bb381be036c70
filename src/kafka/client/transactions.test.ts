import { describe, expect, it } from 'vitest';
import { FakeBrokers } from './testing.js';
import { type ProducerConfig, resolveProducerConfig } from '../config/index.js';
import type { RequestContext } from '../network/SocketServer.js';
import { ErrorCode, type ErrorName } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { ApiName } from '../protocol/messages.js';
import { Producer, type SendResult, type TransactionResult } from './Producer.js';

const MS = 1000;
const V2: Partial<KafkaFeatures> = { transactionV2: true };
/** Before KIP-360 and KIP-447. */
const OLD: Partial<KafkaFeatures> = { producerEpochBump: false, txnOffsetGroupFencing: false };

class Bench {
  readonly brokers: FakeBrokers;
  readonly answers: (SendResult & { value: number })[] = [];
  /** Results of calls, in the order of their end, as [call, error, outcome]. */
  readonly results: [string, string | null, string][] = [];
  readonly full: TransactionResult[] = [];
  producer!: Producer;

  constructor(features: Partial<KafkaFeatures> = {}, config: Partial<ProducerConfig> = {}) {
    this.brokers = new FakeBrokers([1, 3]);
    const { simulation, clientProcess, brokerHost } = this.brokers;
    const all = { ...resolveProducerConfig('3.9', new Map()), transactionalId: 'orders-app', batchSizeBytes: 0, ...config };
    this.brokers.startClient(() => {
      this.producer = new Producer({
        simulation,
        process: clientProcess,
        clientId: 'p1',
        config: all,
        features: { ...PRESETS['3.9'], ...features },
        brokerHost,
        bootstrapBrokers: [1, 2, 3],
        partitionerRandom: simulation.randomness.stream('partitioner'),
      });
    });
  }

  readonly told =
    (call: string) =>
    (result: TransactionResult): void => {
      this.results.push([call, result.error, result.outcome]);
      this.full.push(result);
    };

  run(ms = 1_000): void {
    this.brokers.runTo(this.brokers.simulation.nowUs / MS + ms);
  }

  init(): this {
    this.producer.initTransactions(this.told('init'));
    this.run();
    return this;
  }

  begin(): string | null {
    return this.producer.beginTransaction().error;
  }

  send(value: number, partition = 0): void {
    this.producer.send({ topic: 'orders', partition, key: null, value, sizeBytes: 100 }, (result) =>
      this.answers.push({ ...result, value }),
    );
  }

  offsets(): void {
    const group = { generationId: 3, memberId: 'm1', groupInstanceId: null };
    this.producer.sendOffsetsToTransaction('g', group, [{ partition: this.brokers.partition(1).id, offset: 7 }], this.told('offsets'));
  }

  commit(): void {
    this.producer.commitTransaction(this.told('commit'));
  }

  abort(): void {
    this.producer.abortTransaction(this.told('abort'));
  }

  /** The transactional requests and Produce, in order, from here on. */
  apis(): string[] {
    return this.brokers.requests.filter(({ api }) => api !== 'Metadata').map(({ api }) => api);
  }

  forget(): void {
    this.brokers.requests.length = 0;
    this.results.length = 0;
    this.full.length = 0;
    this.answers.length = 0;
  }

  /** Answers the first `times` requests of this API with an error. */
  failing(api: ApiName, error: ErrorName, times = 1): this {
    let count = 0;
    this.brokers.script = (context) =>
      context.envelope.api === api && count++ < times && (answer(this.brokers, context, ErrorCode[error]), true);
    return this;
  }

  dropping(api: ApiName): this {
    let count = 0;
    this.brokers.script = (context) => context.envelope.api === api && count++ === 0 && (context.closeConnection(), true);
    return this;
  }
}

function answer(brokers: FakeBrokers, context: RequestContext, errorCode: number): void {
  const { api, body } = context.envelope;
  if (api === 'Produce') brokers.refuse(context, errorCode);
  else if (api === 'FindCoordinator') context.respond({ errorCode, nodeId: -1 }, 20);
  else if (api === 'AddPartitionsToTxn') {
    const transactions = (body as { transactions: { transactionalId: string; partitions: number[] }[] }).transactions;
    const refused = transactions.map(({ transactionalId, partitions }) => ({
      transactionalId,
      partitions: partitions.map((partition) => ({ partition, errorCode })),
    }));
    context.respond({ transactions: refused }, 20);
  } else if (api === 'TxnOffsetCommit') {
    const { partitions } = body as { partitions: { partition: number }[] };
    context.respond({ partitions: partitions.map(({ partition }) => ({ partition, errorCode })) }, 20);
  } else if (api === 'AddOffsetsToTxn') context.respond({ errorCode }, 20);
  else context.respond({ errorCode, producerId: -1, producerEpoch: -1 }, 20);
}

describe('a transaction', () => {
  it('of protocol version 1 adds partitions and the group before it uses them', () => {
    const bench = new Bench().init();
    expect(bench.apis()).toEqual(['FindCoordinator', 'InitProducerId']);
    bench.forget();
    expect(bench.begin()).toBe(null);
    bench.send(1);
    bench.send(2, 1);
    bench.run();
    bench.offsets();
    bench.run();
    bench.commit();
    bench.run();
    expect(bench.apis()).toEqual([
      'AddPartitionsToTxn',
      'Produce',
      'Produce',
      'AddOffsetsToTxn',
      'FindCoordinator',
      'TxnOffsetCommit',
      'EndTxn',
    ]);
    expect(bench.results).toEqual([
      ['offsets', null, 'ok'],
      ['commit', null, 'ok'],
    ]);
    const [produce] = bench.brokers.bodies('Produce');
    expect(produce).toMatchObject({ transactionalId: 'orders-app', transactionV2: false, acks: -1 });
    expect(produce?.partitions[0]?.batch).toMatchObject({ isTransactional: true, producerId: 1000, producerEpoch: 0, baseSequence: 0 });
    expect(bench.brokers.bodies('TxnOffsetCommit')[0]).toMatchObject({
      groupId: 'g',
      generationId: 3,
      memberId: 'm1',
      transactionV2: false,
    });
    expect(bench.brokers.bodies('EndTxn')).toEqual([
      { transactionalId: 'orders-app', producerId: 1000, producerEpoch: 0, commit: true, transactionV2: false },
    ]);
    expect(bench.brokers.events('transaction-ended')).toEqual([{ client: 'p1', number: 1, commit: 1, result: 'committed' }]);
  });

  it('of version 2 leaves that to the brokers, and each has an epoch of its own', () => {
    const bench = new Bench(V2).init();
    for (const value of [1, 2]) {
      bench.begin();
      bench.send(value);
      bench.offsets();
      bench.commit();
      bench.run();
    }
    expect(bench.apis()).not.toContain('AddPartitionsToTxn');
    expect(bench.apis()).not.toContain('AddOffsetsToTxn');
    expect(bench.brokers.bodies('Produce').map(({ transactionV2 }) => transactionV2)).toEqual([true, true]);
    expect(bench.brokers.bodies('EndTxn').map(({ producerEpoch }) => producerEpoch)).toEqual([0, 1]);
    expect(bench.brokers.partition(0).log.map(({ producerEpoch, baseSequence }) => [producerEpoch, baseSequence])).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  it('continues the sequence and the epoch of the one before, with version 1', () => {
    const bench = new Bench().init();
    for (const value of [1, 2]) {
      bench.begin();
      bench.send(value);
      bench.commit();
      bench.run();
    }
    expect(bench.brokers.partition(0).log.map(({ producerEpoch, baseSequence }) => [producerEpoch, baseSequence])).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(bench.brokers.requestsFor('AddPartitionsToTxn')).toBe(2);
  });

  it('is not ended at the coordinator when nothing was added to it', () => {
    for (const features of [{}, V2]) {
      const bench = new Bench(features).init();
      bench.begin();
      bench.commit();
      bench.run();
      bench.begin();
      bench.abort();
      bench.run();
      expect(bench.apis()).not.toContain('EndTxn');
      expect(bench.results.map(([, error]) => error)).toEqual([null, null, null]);
    }
  });

  it('is aborted with what was never sent dropped, and what was sent awaited', () => {
    const bench = new Bench({}, { lingerUs: 10_000 * MS, batchSizeBytes: 16_384 }).init();
    bench.begin();
    bench.send(1);
    bench.abort();
    bench.run();
    expect(bench.answers).toMatchObject([{ value: 1, error: 'TRANSACTION_ABORTED', outcome: 'failed' }]);
    expect(bench.brokers.values(0)).toEqual([]);
    expect(bench.results.at(-1)).toEqual(['abort', null, 'ok']);
  });

  it('is committed only behind everything that was sent', () => {
    const bench = new Bench({}, { lingerUs: 10_000 * MS, batchSizeBytes: 16_384 }).init();
    bench.begin();
    bench.failing('Produce', 'NOT_ENOUGH_REPLICAS', 3);
    bench.send(1);
    bench.commit();
    bench.run(2_000);
    expect(bench.apis().slice(-2)).toEqual(['Produce', 'EndTxn']);
    expect(bench.answers).toMatchObject([{ value: 1, error: null }]);
  });

  it('of a successor with the same transactional.id gets a newer epoch; the former is fenced', () => {
    const bench = new Bench().init();
    bench.begin();
    bench.send(1);
    bench.run();
    bench.failing('EndTxn', 'PRODUCER_FENCED');
    bench.commit();
    bench.run();
    expect(bench.results.at(-1)).toEqual(['commit', 'PRODUCER_FENCED', 'fatal']);
    expect(bench.full.at(-1)?.mayHaveCommitted).toBe(false);
    expect(bench.begin()).toBe('PRODUCER_FENCED');
    expect(bench.brokers.events('transaction-failed')).toEqual([{ client: 'p1', number: 1, error: 'PRODUCER_FENCED', fatal: 1 }]);
  });
});

describe('calls out of order', () => {
  it('are refused', () => {
    const bench = new Bench();
    expect(bench.begin()).toBe('ILLEGAL_STATE');
    bench.commit();
    bench.send(1);
    bench.init();
    bench.send(2);
    bench.abort();
    bench.run();
    expect(bench.results).toEqual([
      ['commit', 'ILLEGAL_STATE', 'fatal'],
      ['init', null, 'ok'],
      ['abort', 'ILLEGAL_STATE', 'fatal'],
    ]);
    expect(bench.answers.map(({ error, outcome }) => [error, outcome])).toEqual([
      ['ILLEGAL_STATE', 'failed'],
      ['ILLEGAL_STATE', 'failed'],
    ]);
    expect(() => new Bench({}, { transactionalId: null }).producer.commitTransaction(() => {})).toThrow('has no transactional.id');
  });
});

describe('a transactional request is sent again', () => {
  it.each([
    ['InitProducerId', 'CONCURRENT_TRANSACTIONS', 1],
    ['InitProducerId', 'COORDINATOR_LOAD_IN_PROGRESS', 1],
    ['InitProducerId', 'NOT_COORDINATOR', 2],
    ['AddPartitionsToTxn', 'CONCURRENT_TRANSACTIONS', 1],
    ['AddPartitionsToTxn', 'NOT_COORDINATOR', 2],
    ['EndTxn', 'CONCURRENT_TRANSACTIONS', 1],
    ['EndTxn', 'COORDINATOR_NOT_AVAILABLE', 2],
    ['FindCoordinator', 'COORDINATOR_NOT_AVAILABLE', 2],
  ] as const)('after %s answered %s, the coordinator being looked for %i times', (api, error, lookUps) => {
    const bench = new Bench().failing(api, error);
    bench.init();
    bench.begin();
    bench.send(1);
    bench.commit();
    bench.run();
    expect(bench.results.at(-1)).toEqual(['commit', null, 'ok']);
    expect(bench.brokers.requestsFor('FindCoordinator')).toBe(lookUps);
    expect(bench.brokers.requestsFor(api)).toBe(2);
  });

  it('20 ms after the first AddPartitionsToTxn that found the former transaction unfinished, instead of 100', () => {
    const bench = new Bench().init();
    bench.begin();
    bench.failing('AddPartitionsToTxn', 'CONCURRENT_TRANSACTIONS');
    bench.send(1);
    bench.run();
    const [first, second] = bench.brokers.requests.filter(({ api }) => api === 'AddPartitionsToTxn').map(({ atUs }) => atUs);
    expect((second! - first!) / MS).toBeGreaterThanOrEqual(20);
    expect((second! - first!) / MS).toBeLessThan(30);
  });

  it('to the group’s coordinator that is found anew, for offsets', () => {
    const bench = new Bench().init();
    bench.begin();
    bench.failing('TxnOffsetCommit', 'NOT_COORDINATOR');
    bench.offsets();
    bench.run();
    expect(bench.results.at(-1)).toEqual(['offsets', null, 'ok']);
    expect(bench.brokers.bodies('FindCoordinator').filter(({ keyType }) => keyType === 'group')).toHaveLength(2);
  });

  it('over a new connection when the first broke, so that EndTxn may arrive twice, even once the next transaction has begun (B-50)', () => {
    const epochs = (features: Partial<KafkaFeatures>): number[] => {
      const bench = new Bench(features, { requestTimeoutUs: 500 * MS }).init();
      bench.begin();
      bench.send(1);
      bench.run();
      // The first EndTxn gets no answer; its bytes have arrived all the same.
      let count = 0;
      bench.brokers.script = (context) => context.envelope.api === 'EndTxn' && count++ === 0;
      bench.commit();
      bench.run(2_000);
      expect(bench.results.at(-1)).toEqual(['commit', null, 'ok']);
      bench.begin();
      bench.send(2);
      bench.run();
      const ends = bench.brokers.bodies('EndTxn');
      expect(ends).toHaveLength(2);
      return [ends[0]!.producerEpoch, bench.brokers.partition(0).log.at(-1)!.producerEpoch];
    };
    // Under version 1 the late one names the epoch of the transaction that is open now; under version 2 it names that of its own.
    expect(epochs({})).toEqual([0, 0]);
    expect(epochs(V2)).toEqual([0, 1]);
  });

  it('and while one is under way no batch is produced', () => {
    const bench = new Bench().init();
    bench.begin();
    bench.send(1);
    bench.run();
    let held: RequestContext | null = null;
    bench.brokers.script = (context) => context.envelope.api === 'AddPartitionsToTxn' && ((held = context), true);
    bench.send(2, 1);
    bench.run(50);
    bench.send(3);
    bench.run(200);
    expect(bench.brokers.values(0)).toEqual([1]);
    answer(bench.brokers, held! as RequestContext, ErrorCode.NONE);
    bench.run(200);
    expect(bench.brokers.values(0)).toEqual([1, 3]);
    expect(bench.brokers.values(1)).toEqual([2]);
  });
});

describe('an error in a transaction', () => {
  const started = (features: Partial<KafkaFeatures> = {}): Bench => {
    const bench = new Bench(features).init();
    bench.begin();
    bench.send(1);
    bench.run();
    bench.forget();
    return bench;
  };

  it.each([
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', {}],
    ['INVALID_PRODUCER_EPOCH', {}],
    ['TRANSACTION_ABORTABLE', V2],
    ['INVALID_TXN_STATE', {}],
  ] as const)('%s of a batch makes it abortable; after the abort the producer goes on with a new epoch', (error, features) => {
    const bench = started(features);
    bench.failing('Produce', error);
    bench.send(2);
    bench.run();
    expect(bench.answers).toMatchObject([{ value: 2, error, outcome: 'failed' }]);
    bench.send(3);
    bench.commit();
    bench.run();
    expect(bench.answers.at(-1)).toMatchObject({ value: 3, error, outcome: 'failed' });
    expect(bench.results).toEqual([['commit', error, 'abortable']]);
    bench.abort();
    bench.run();
    expect(bench.results.at(-1)).toEqual(['abort', null, 'ok']);
    expect(bench.brokers.requestsFor('InitProducerId')).toBe(features === V2 ? 0 : 1);
    expect(bench.begin()).toBe(null);
    bench.send(4);
    bench.commit();
    bench.run();
    expect(bench.brokers.partition(0).log.at(-1)).toMatchObject({ producerEpoch: 1, baseSequence: 0 });
  });

  it('asks for that epoch with the id and epoch that it has, behind the abort (KIP-360)', () => {
    const bench = started();
    bench.failing('Produce', 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    bench.send(2);
    bench.run();
    bench.abort();
    bench.run();
    expect(bench.apis().slice(-2)).toEqual(['EndTxn', 'InitProducerId']);
    expect(bench.brokers.bodies('InitProducerId')).toMatchObject([{ producerId: 1000, producerEpoch: 0 }]);
  });

  it('before KIP-360 takes the same epoch again after an abort, and does not survive a fenced batch', () => {
    const failed = started(OLD);
    failed.failing('Produce', 'MESSAGE_TOO_LARGE');
    failed.send(2);
    failed.run();
    failed.abort();
    failed.run();
    expect(failed.apis()).not.toContain('InitProducerId');
    failed.begin();
    failed.send(3);
    failed.commit();
    failed.run();
    expect(failed.brokers.partition(0).log.at(-1)).toMatchObject({ producerEpoch: 0, baseSequence: 1 });

    const fenced = started(OLD);
    fenced.failing('Produce', 'INVALID_PRODUCER_EPOCH');
    fenced.send(2);
    fenced.run();
    fenced.abort();
    fenced.run();
    expect(fenced.results).toMatchObject([['abort', 'INVALID_PRODUCER_EPOCH', 'fatal']]);
  });

  it.each([
    ['AddPartitionsToTxn', 'PRODUCER_FENCED', 'fatal'],
    ['AddPartitionsToTxn', 'INVALID_TXN_STATE', 'fatal'],
    ['AddPartitionsToTxn', 'INVALID_PRODUCER_ID_MAPPING', 'abortable'],
    ['AddPartitionsToTxn', 'TRANSACTION_ABORTABLE', 'abortable'],
    ['TxnOffsetCommit', 'UNKNOWN_MEMBER_ID', 'abortable'],
    ['TxnOffsetCommit', 'ILLEGAL_GENERATION', 'abortable'],
    ['TxnOffsetCommit', 'FENCED_INSTANCE_ID', 'abortable'],
    ['TxnOffsetCommit', 'INVALID_PRODUCER_EPOCH', 'fatal'],
    ['AddOffsetsToTxn', 'PRODUCER_FENCED', 'fatal'],
    ['EndTxn', 'INVALID_TXN_STATE', 'fatal'],
    ['EndTxn', 'INVALID_PRODUCER_EPOCH', 'fatal'],
    ['EndTxn', 'TRANSACTION_ABORTABLE', 'abortable'],
  ] as const)('of %s, %s, is %s', (api, error, outcome) => {
    const bench = started();
    bench.failing(api, error);
    bench.send(2, 1);
    bench.offsets();
    bench.commit();
    bench.run();
    expect(bench.results.at(-1)?.[2]).toBe(outcome);
    bench.abort();
    bench.run();
    expect(bench.results.at(-1)?.[2]).toBe(outcome === 'abortable' ? 'ok' : 'fatal');
  });

  it('of the id mapping skips the end of a transaction that the coordinator does not know (KIP-360)', () => {
    const bench = started();
    bench.failing('AddPartitionsToTxn', 'INVALID_PRODUCER_ID_MAPPING');
    bench.send(2, 1);
    bench.run();
    bench.abort();
    bench.run();
    expect(bench.apis()).not.toContain('EndTxn');
    expect(bench.results).toEqual([['abort', null, 'ok']]);
    expect(bench.begin()).toBe(null);
  });

  it.each([V2, OLD])('of the id mapping is fatal where no epoch can be asked for', (features) => {
    const bench = started(features);
    bench.failing('Produce', 'INVALID_PRODUCER_ID_MAPPING');
    bench.send(2);
    bench.run();
    expect(bench.begin()).toBe('INVALID_PRODUCER_ID_MAPPING');
  });

  it('INVALID_TRANSACTION_TIMEOUT, the broker’s refusal of transaction.timeout.ms, is fatal', () => {
    const bench = new Bench().failing('InitProducerId', 'INVALID_TRANSACTION_TIMEOUT').init();
    expect(bench.results).toEqual([['init', 'INVALID_TRANSACTION_TIMEOUT', 'fatal']]);
  });

  it('a batch given up in it: abortable with KIP-360, fatal before', () => {
    for (const features of [{}, OLD]) {
      const bench = new Bench(features, { deliveryTimeoutUs: 1_000 * MS, requestTimeoutUs: 400 * MS }).init();
      bench.begin();
      bench.send(1);
      bench.run();
      bench.brokers.script = (context) => context.envelope.api === 'Produce';
      bench.send(2);
      bench.run(1_500);
      bench.brokers.script = () => false;
      bench.abort();
      bench.run();
      expect(bench.results.at(-1)?.[2]).toBe(features === OLD ? 'fatal' : 'ok');
    }
  });

  it('a fatal one ends what is queued and in flight', () => {
    const bench = started();
    let held = 0;
    bench.brokers.script = (context) => {
      if (context.envelope.api === 'Produce') return held++ === 0;
      if (context.envelope.api !== 'AddPartitionsToTxn') return false;
      answer(bench.brokers, context, ErrorCode.PRODUCER_FENCED);
      return true;
    };
    bench.send(2);
    bench.run(50);
    bench.send(3, 1);
    bench.run(50);
    expect(bench.answers.map(({ value, error, outcome }) => [value, error, outcome])).toEqual([
      [3, 'PRODUCER_FENCED', 'failed'],
      [2, 'PRODUCER_FENCED', 'unknown'],
    ]);
  });
});

describe('max.block.ms', () => {
  it('bounds the wait for a commit, which goes on; the same call again waits for its end', () => {
    const bench = new Bench({}, { maxBlockUs: 500 * MS }).init();
    bench.begin();
    bench.send(1);
    bench.run();
    bench.failing('EndTxn', 'CONCURRENT_TRANSACTIONS', 8);
    bench.commit();
    bench.run(600);
    expect(bench.results.at(-1)).toEqual(['commit', 'TIMEOUT', 'unknown']);
    expect(bench.full.at(-1)?.mayHaveCommitted).toBe(true);
    bench.abort();
    bench.commit();
    bench.run(1_000);
    expect(bench.results.slice(-2)).toEqual([
      ['abort', 'ILLEGAL_STATE', 'fatal'],
      ['commit', null, 'ok'],
    ]);
  });

  it('loses the transaction of a record that waited too long for its topic, which cannot commit any more', () => {
    const bench = new Bench({ transactionV2: true }, { maxBlockUs: 500 * MS }).init();
    bench.begin();
    bench.producer.send({ topic: 'nowhere', partition: 0, key: null, value: 1, sizeBytes: 100 }, (result) =>
      bench.answers.push({ ...result, value: 1 }),
    );
    bench.commit();
    bench.run(600);
    expect(bench.answers.map(({ error }) => error)).toEqual(['TIMEOUT']);
    expect(bench.results.at(-1)).toEqual(['commit', 'TIMEOUT', 'abortable']);
    bench.abort();
    bench.run(100);
    expect(bench.results.at(-1)).toEqual(['abort', null, 'ok']);
    expect(bench.begin()).toBeNull();
  });

  it('bounds the wait for a coordinator', () => {
    const bench = new Bench({}, { maxBlockUs: 500 * MS }).failing('FindCoordinator', 'COORDINATOR_NOT_AVAILABLE', 99);
    bench.init();
    expect(bench.results).toEqual([['init', 'TIMEOUT', 'unknown']]);
  });

  it('leaves open whether a lost commit took place when its retry is refused', () => {
    const bench = new Bench().init();
    bench.begin();
    bench.send(1);
    bench.run();
    let count = 0;
    bench.brokers.script = (context) => {
      if (context.envelope.api !== 'EndTxn') return false;
      if (count++ === 0) context.closeConnection();
      else answer(bench.brokers, context, ErrorCode.PRODUCER_FENCED);
      return true;
    };
    bench.commit();
    bench.run();
    expect(bench.full.at(-1)).toEqual({ error: 'PRODUCER_FENCED', outcome: 'fatal', mayHaveCommitted: true });
  });
});

describe('closing', () => {
  it('aborts a transaction that is open', () => {
    const bench = new Bench().init();
    bench.begin();
    bench.send(1);
    let closed = false;
    bench.producer.close(() => (closed = true));
    bench.run();
    expect(closed).toBe(true);
    expect(bench.brokers.bodies('EndTxn')).toMatchObject([{ commit: false }]);
    expect(bench.brokers.values(0)).toEqual([1]);
  });
});
