import { describe, expect, it } from 'vitest';
import { FakeBrokers } from './testing.js';
import { type ProducerConfig, resolveProducerConfig } from '../config/index.js';
import type { RequestContext } from '../network/SocketServer.js';
import { ErrorCode } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { ProduceRequest } from '../protocol/messages.js';
import { Producer, type TransactionResult } from './Producer.js';

const MS = 1000;
/** Faults stop here, and the application at the end. */
const [QUIET_MS, END_MS] = [10_000, 30_000];

/** Errors that a broker may answer each request with, a transaction's producer being as it should be. */
const errors: Readonly<Record<string, readonly number[]>> = {
  FindCoordinator: [ErrorCode.COORDINATOR_NOT_AVAILABLE],
  InitProducerId: [ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
  AddPartitionsToTxn: [ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.NOT_COORDINATOR, ErrorCode.TRANSACTION_ABORTABLE],
  AddOffsetsToTxn: [ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.COORDINATOR_NOT_AVAILABLE],
  TxnOffsetCommit: [ErrorCode.NOT_COORDINATOR, ErrorCode.ILLEGAL_GENERATION, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
  EndTxn: [ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.NOT_COORDINATOR],
  Produce: [ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorCode.TRANSACTION_ABORTABLE],
};

/** One application that does what the documentation of the producer says, and what it was told. */
class Application {
  readonly brokers: FakeBrokers;
  readonly told = new Map<string, number>();
  /** Values of each transaction that it was told is committed. */
  readonly committed: number[][] = [];
  calls = 0;
  answers = 0;
  sends = 0;
  sendAnswers = 0;
  fatal = '';
  lateCommits = 0;
  /** The producer's own state is behind its promises when this grows. */
  readonly endedWithOpenSends: number[] = [];

  private producer!: Producer;
  private value = 0;
  private open = 0;
  private readonly dice;

  constructor(seed: number, features: Partial<KafkaFeatures>) {
    this.brokers = new FakeBrokers([1, 2, 3], 3, `transactions-${seed}`);
    const { simulation, clientProcess, brokerHost } = this.brokers;
    this.dice = simulation.randomness.stream('test');
    const config: ProducerConfig = {
      ...resolveProducerConfig('3.9', new Map()),
      transactionalId: 't1',
      lingerUs: this.dice.pick([0, 5]) * MS,
      batchSizeBytes: this.dice.pick([0, 16_384]),
      maxBlockUs: 2_000 * MS,
      requestTimeoutUs: 800 * MS,
      deliveryTimeoutUs: this.dice.pick([1_500, 20_000]) * MS,
    };
    this.brokers.startClient(() => {
      const partitionerRandom = simulation.randomness.stream('partitioner');
      const base = { simulation, process: clientProcess, clientId: 'p1', config, features: { ...PRESETS['3.9'], ...features } };
      this.producer = new Producer({ ...base, brokerHost, bootstrapBrokers: [1, 2, 3], partitionerRandom });
      this.init();
    });
    this.brokers.script = (context) => this.misbehave(context);
    // Otherwise a batch that follows one that fails for good is taken under a number that the producer gives away again.
    this.brokers.acceptsAnyFirstSequence = false;
    this.brokers.runTo(END_MS);
  }

  private misbehave(context: RequestContext): boolean {
    const { api, body } = context.envelope;
    const { brokers, dice } = this;
    const codes = errors[api];
    if (codes === undefined || brokers.simulation.nowUs > QUIET_MS * MS || !dice.chance(0.15)) return false;
    const kind = dice.int(5);
    if (kind === 0) context.closeConnection();
    else if (kind === 1 && api === 'Produce') {
      brokers.appendChecked(body as ProduceRequest);
      context.closeConnection();
    } else if (kind > 1) {
      // A broker recognises a repetition before it finds anything else wrong with a batch.
      if (api === 'Produce' && this.repeats(body as ProduceRequest)) return false;
      refuse(brokers, context, dice.pick(codes));
    }
    // Otherwise no answer at all.
    return true;
  }

  private repeats(request: ProduceRequest): boolean {
    const stored = new Set([0, 1, 2].flatMap((index) => this.brokers.values(index)));
    return request.partitions.some(({ batch }) => batch.records.some(({ value }) => stored.has(value)));
  }

  private call(make: (done: (result: TransactionResult) => void) => void, next: (result: TransactionResult) => void): void {
    this.calls++;
    make((result) => {
      this.answers++;
      const kind = `${result.outcome} ${result.error ?? ''}`;
      this.told.set(kind, (this.told.get(kind) ?? 0) + 1);
      if (result.outcome === 'fatal') this.fatal = result.error ?? '';
      else next(result);
    });
  }

  private init(): void {
    this.call(
      (done) => this.producer.initTransactions(done),
      ({ outcome }) => (outcome === 'ok' ? this.transact() : this.init()),
    );
  }

  private readonly transact = (): void => {
    this.brokers.clientProcess.after(50 * MS, this.transactNow, undefined);
  };

  private readonly transactNow = (): void => {
    if (this.brokers.simulation.nowUs > (END_MS - 5_000) * MS) return;
    expect(this.producer.beginTransaction().error).toBe(null);
    const values: number[] = [];
    for (let i = this.dice.int(6); i >= 0; i--) values.push(this.send());
    const proceed = (): void => {
      if (this.dice.chance(0.2)) this.abort();
      else this.commit(values);
    };
    if (this.dice.chance(0.4)) this.offsets(proceed);
    else proceed();
  };

  private send(): number {
    const value = this.value++;
    this.sends++;
    this.open++;
    this.producer.send({ topic: 'orders', partition: value % 3, key: null, value, sizeBytes: 100 }, () => {
      this.sendAnswers++;
      this.open--;
    });
    return value;
  }

  private offsets(next: () => void): void {
    const offsets = [{ partition: this.brokers.partition(0).id, offset: 1 }];
    this.call(
      (done) => this.producer.sendOffsetsToTransaction('g', null, offsets, done),
      ({ outcome }) => (outcome === 'ok' ? next() : this.abort()),
    );
  }

  private commit(values: number[]): void {
    this.call(
      (done) => this.producer.commitTransaction(done),
      ({ outcome }) => {
        if (outcome === 'unknown') this.commit(values);
        else if (outcome === 'abortable') this.abort();
        else {
          this.endedWithOpenSends.push(this.open);
          this.committed.push(values);
          if (this.brokers.simulation.nowUs > (QUIET_MS + 2_000) * MS) this.lateCommits++;
          this.transact();
        }
      },
    );
  }

  private abort(): void {
    this.call(
      (done) => this.producer.abortTransaction(done),
      ({ outcome }) => {
        if (outcome !== 'ok') {
          this.abort();
          return;
        }
        this.endedWithOpenSends.push(this.open);
        this.transact();
      },
    );
  }
}

function refuse(brokers: FakeBrokers, context: RequestContext, errorCode: number): void {
  const { api, body } = context.envelope;
  const refused = (partitions: readonly number[]): { partition: number; errorCode: number }[] =>
    partitions.map((partition) => ({ partition, errorCode }));
  if (api === 'Produce') brokers.refuse(context, errorCode, -1, -1, 0);
  else if (api === 'AddPartitionsToTxn') {
    const [first] = (body as { transactions: { transactionalId: string; partitions: number[] }[] }).transactions;
    context.respond({ transactions: [{ transactionalId: 't1', partitions: refused(first!.partitions) }] }, 20);
  } else if (api === 'TxnOffsetCommit') {
    const { partitions } = body as { partitions: { partition: number }[] };
    context.respond({ partitions: refused(partitions.map(({ partition }) => partition)) }, 20);
  } else context.respond({ errorCode, nodeId: -1, producerId: -1, producerEpoch: -1 }, 20);
}

describe.each([
  ['1', {}],
  ['2', { transactionV2: true }],
  ['1 before KIP-360', { producerEpochBump: false, txnOffsetGroupFencing: false }],
] as const)('whatever is answered, a transactional producer of protocol version %s', (name, features) => {
  const runs = Array.from({ length: 30 }, (_, seed) => new Application(seed, features));

  it('answers every call and every send, and ends no transaction before its sends', () => {
    for (const { calls, answers, sends, sendAnswers, endedWithOpenSends } of runs) {
      expect(answers).toBe(calls);
      expect(sendAnswers).toBe(sends);
      expect(Math.max(0, ...endedWithOpenSends)).toBe(0);
    }
  });

  it('stores every record of what it calls committed once, in order', () => {
    for (const [seed, { brokers, committed }] of runs.entries()) {
      const all = new Set(committed.flat());
      for (const index of [0, 1, 2]) {
        const stored = brokers.values(index).filter((value) => all.has(value));
        expect(stored, `seed ${seed}`).toEqual([...all].filter((value) => value % 3 === index));
      }
    }
  });

  it('goes on once the faults are over, unless it is finished', () => {
    for (const [seed, { fatal, lateCommits }] of runs.entries()) {
      if (fatal === '') expect(lateCommits, `seed ${seed}`).toBeGreaterThan(10);
      else expect(name, `seed ${seed}: ${fatal}`).toContain('before');
    }
  });
});
