import { producerProbes } from './probes.js';
import { describe, expect, it } from 'vitest';
import { FakeBrokers } from './testing.js';
import { type ProducerConfig, resolveProducerConfig } from '../config/index.js';
import type { RequestContext } from '../network/SocketServer.js';
import { ErrorCode } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { ProduceRequest } from '../protocol/messages.js';
import { Producer, type SendResult } from './Producer.js';

const MS = 1000;

interface Answer extends SendResult {
  readonly value: number;
  readonly atMs: number;
}

/** One producer without idempotence against fake brokers, and what its callbacks were told. */
class Bench {
  readonly brokers: FakeBrokers;
  readonly answers: Answer[] = [];
  producer!: Producer;

  constructor(config: Partial<ProducerConfig> = {}, leaders: readonly number[] = [1], features: KafkaFeatures = PRESETS['3.9']) {
    this.brokers = new FakeBrokers(leaders);
    const { simulation, clientProcess, brokerHost } = this.brokers;
    this.brokers.startClient(() => {
      this.producer = new Producer({
        simulation,
        process: clientProcess,
        clientId: 'p1',
        config: { ...resolveProducerConfig('3.9', new Map()), enableIdempotence: false, ...config },
        features,
        brokerHost,
        bootstrapBrokers: [1, 2, 3],
        partitionerRandom: simulation.randomness.stream('partitioner'),
      });
    });
  }

  send(value: number, { partition = 0 as number | null, sizeBytes = 100, topic = 'orders', key = null as string | null } = {}): void {
    this.producer.send({ topic, partition, key, value, sizeBytes }, (result) => {
      this.answers.push({ ...result, value, atMs: this.brokers.simulation.nowUs / MS });
    });
  }

  /** Connects and learns the metadata, so that what follows is not disturbed by it. */
  warmUp(): void {
    this.send(0);
    this.brokers.runTo(100);
    this.answers.length = 0;
    this.brokers.produced.length = 0;
  }

  runTo(ms: number): void {
    this.brokers.runTo(ms);
  }

  answer(value: number): Answer | undefined {
    return this.answers.find((each) => each.value === value);
  }

  outcomes(): [number, string | null, string][] {
    return this.answers.map(({ value, error, outcome }) => [value, error, outcome]);
  }

  /** Lets only Produce requests through to `script`, with a count of them from 1. */
  onProduce(script: (context: RequestContext, count: number) => boolean): void {
    let count = 0;
    this.brokers.script = (context) => context.envelope.api === 'Produce' && script(context, ++count);
  }
}

describe('a producer sends', () => {
  it('a record to the leader of its partition and reports partition and offset', () => {
    const bench = new Bench({}, [1, 2]);
    bench.send(7, { partition: 1 });
    bench.runTo(100);
    expect(bench.brokers.produced.map(({ broker, batches }) => [broker, batches])).toEqual([[2, [{ partition: 1, values: [7] }]]]);
    expect(bench.answers).toMatchObject([{ value: 7, error: null, partition: bench.brokers.partition(1).id, offset: 0, outcome: 'ok' }]);
  });

  it('records handed over together in one batch, with an offset for each', () => {
    const bench = new Bench();
    bench.warmUp();
    for (const value of [1, 2, 3]) bench.send(value);
    bench.runTo(200);
    expect(bench.brokers.produced.map(({ batches }) => batches)).toEqual([[{ partition: 0, values: [1, 2, 3] }]]);
    expect(bench.answers.map(({ offset }) => offset)).toEqual([1, 2, 3]);
  });

  it('a batch that is not full only after linger.ms', () => {
    const bench = new Bench({ lingerUs: 50 * MS });
    bench.warmUp();
    bench.send(1);
    bench.runTo(149);
    expect(bench.brokers.produced).toHaveLength(0);
    bench.runTo(152);
    expect(bench.brokers.produced).toHaveLength(1);
  });

  it('a full batch without lingering', () => {
    const bench = new Bench({ lingerUs: 5_000 * MS, batchSizeBytes: 300 });
    bench.send(0);
    bench.send(1);
    bench.send(2);
    bench.runTo(100);
    expect(bench.brokers.values(0)).toEqual([0, 1]);
  });

  it('everything at once on flush, and says when each record has its answer', () => {
    const bench = new Bench({ lingerUs: 5_000 * MS });
    let flushedAfter = -1;
    bench.send(1);
    bench.send(2);
    bench.producer.flush(() => (flushedAfter = bench.answers.length));
    bench.runTo(100);
    expect(flushedAfter).toBe(2);
  });

  it('what is left on close, and refuses what comes later', () => {
    const bench = new Bench({ lingerUs: 5_000 * MS });
    let closed = false;
    bench.send(1);
    bench.producer.close(() => (closed = true));
    bench.send(2);
    bench.runTo(100);
    expect(closed).toBe(true);
    expect(bench.outcomes()).toEqual([
      [2, 'CLOSED', 'failed'],
      [1, null, 'ok'],
    ]);
  });

  it('one batch per partition and request, and no more than max.request.size', () => {
    const bench = new Bench({ batchSizeBytes: 0, maxRequestSizeBytes: 400 }, [1, 1, 1]);
    for (const value of [0, 1, 2, 10, 20]) bench.send(value, { partition: value >= 10 ? value / 10 : 0 });
    bench.runTo(100);
    for (const { batches } of bench.brokers.produced) {
      expect(batches.length).toBeLessThanOrEqual(2);
      expect(new Set(batches.map(({ partition }) => partition)).size).toBe(batches.length);
    }
    expect(bench.brokers.values(0)).toEqual([0, 1, 2]);
    expect(bench.outcomes()).toHaveLength(5);
  });

  it('at most max.in.flight.requests.per.connection requests without an answer', () => {
    const bench = new Bench({ batchSizeBytes: 0, maxInFlightRequestsPerConnection: 3 });
    bench.warmUp();
    bench.onProduce(() => true);
    for (let value = 1; value <= 6; value++) bench.send(value);
    bench.runTo(1_000);
    expect(bench.brokers.events('batch-sent').slice(1)).toHaveLength(3);
  });

  it('with acks=0 and calls that done at once, without an offset', () => {
    const bench = new Bench({ acks: 0 });
    bench.warmUp();
    bench.brokers.simulation.network.cut(bench.brokers.clientProcess.host, bench.brokers.brokerHost(1));
    bench.send(1);
    bench.runTo(101);
    expect(bench.answers).toMatchObject([{ value: 1, error: null, offset: -1, outcome: 'ok' }]);
    expect(bench.brokers.values(0)).toEqual([0]);
  });

  it('records with a key to the partition of its hash', () => {
    const bench = new Bench({}, [1, 2, 3]);
    for (let value = 1; value <= 4; value++) bench.send(value, { partition: null, key: 'abc' });
    bench.runTo(100);
    // murmur2("abc") is 479470107.
    expect(bench.brokers.values(479470107 % 3)).toEqual([1, 2, 3, 4]);
  });

  it('records without a key to one partition until batch.size bytes went there', () => {
    const bench = new Bench({ batchSizeBytes: 1_000 }, [1, 2, 3]);
    for (let value = 1; value <= 200; value++) bench.send(value, { partition: null });
    bench.runTo(200);
    const counts = [0, 1, 2].map((index) => bench.brokers.values(index).length);
    expect(counts.reduce((a, b) => a + b)).toBe(200);
    expect(counts.every((count) => count > 0)).toBe(true);
    // Eight records fill a batch; only the last one of each partition may be smaller.
    const small = bench.brokers.produced.flatMap(({ batches }) => batches).filter(({ values }) => values.length < 8);
    expect(small.length).toBeLessThanOrEqual(3);
  });
});

describe('a producer refuses, for certain,', () => {
  it('a record above max.request.size', () => {
    const bench = new Bench({ maxRequestSizeBytes: 1_000 });
    bench.send(1, { sizeBytes: 1_000 });
    bench.runTo(1);
    expect(bench.outcomes()).toEqual([[1, 'RECORD_TOO_LARGE', 'failed']]);
  });

  it('a record whose topic stays unknown for max.block.ms', () => {
    const bench = new Bench({ maxBlockUs: 2_000 * MS });
    bench.send(1, { topic: 'nowhere' });
    bench.runTo(1_999);
    expect(bench.answers).toEqual([]);
    bench.runTo(2_001);
    expect(bench.answers).toMatchObject([{ value: 1, error: 'TIMEOUT', partition: 0, outcome: 'failed' }]);
  });

  it('a record that buffer.memory has no room for during max.block.ms, and lets it wait until then', () => {
    const bench = new Bench({ batchSizeBytes: 1_000, bufferMemoryBytes: 1_000, maxBlockUs: 500 * MS, requestTimeoutUs: 10_000 * MS });
    bench.warmUp();
    bench.onProduce((_context, count) => count > 1);
    bench.send(1);
    bench.send(2, { sizeBytes: 950 - 100 });
    bench.send(3);
    bench.runTo(120);
    // The first is done, the second has taken its place, the third waits behind it and gives up.
    expect(bench.outcomes()).toEqual([[1, null, 'ok']]);
    bench.runTo(700);
    expect(bench.outcomes()).toEqual([
      [1, null, 'ok'],
      [3, 'TIMEOUT', 'failed'],
    ]);
  });
});

describe('a producer retries', () => {
  const failing =
    (errorCode: number, times: number) =>
    (bench: Bench): void => {
      bench.onProduce((context, count) => {
        if (count > times) return false;
        bench.brokers.refuse(context, errorCode);
        return true;
      });
    };

  it('a retriable error after the back-off, which grows by powers of two up to the maximum, 20 % either way (KIP-580)', () => {
    const bench = new Bench();
    bench.warmUp();
    failing(ErrorCode.NOT_ENOUGH_REPLICAS, 6)(bench);
    bench.send(1);
    bench.runTo(10_000);
    const times = bench.brokers.produced.map(({ atUs }) => atUs / MS);
    const waits = times.slice(1).map((time, i) => time - (times[i] as number));
    for (const [i, base] of [100, 200, 400, 800, 1_000, 1_000].entries()) {
      expect(waits[i]).toBeGreaterThanOrEqual(base * 0.8);
      expect(waits[i]).toBeLessThanOrEqual(Math.min(base * 1.2, 1_000) + 2);
    }
    expect(bench.outcomes()).toEqual([[1, null, 'ok']]);
    expect(bench.brokers.simulation.probes.count(producerProbes['produce-retried'])).toBe(6);
  });

  it('with the same back-off each time when the maximum says so (before 3.7)', () => {
    const bench = new Bench({ retryBackoffMaxUs: 100 * MS });
    bench.warmUp();
    failing(ErrorCode.NOT_ENOUGH_REPLICAS, 3)(bench);
    bench.send(1);
    bench.runTo(1_000);
    const times = bench.brokers.produced.map(({ atUs }) => atUs);
    for (const [i, time] of times.slice(1).entries()) expect(Math.round((time - (times[i] as number)) / MS)).toBeLessThanOrEqual(101);
  });

  it('no more than `retries` times', () => {
    const bench = new Bench({ retries: 2 });
    bench.warmUp();
    failing(ErrorCode.NOT_ENOUGH_REPLICAS, 99)(bench);
    bench.send(1);
    bench.runTo(5_000);
    expect(bench.brokers.produced).toHaveLength(3);
    expect(bench.outcomes()).toEqual([[1, 'NOT_ENOUGH_REPLICAS', 'failed']]);
  });

  it('nothing that is not retriable', () => {
    const bench = new Bench();
    bench.warmUp();
    failing(ErrorCode.INVALID_REQUIRED_ACKS, 99)(bench);
    bench.send(1);
    bench.runTo(5_000);
    expect(bench.brokers.produced).toHaveLength(1);
    expect(bench.outcomes()).toEqual([[1, 'INVALID_REQUIRED_ACKS', 'failed']]);
  });

  it('in an order that two requests in flight can turn around (B-40)', () => {
    const bench = new Bench({ batchSizeBytes: 0 });
    bench.warmUp();
    failing(ErrorCode.NOT_ENOUGH_REPLICAS, 1)(bench);
    bench.send(1);
    bench.send(2);
    bench.runTo(1_000);
    expect(bench.brokers.values(0)).toEqual([0, 2, 1]);
  });

  it('in order when only one request may be in flight', () => {
    const bench = new Bench({ batchSizeBytes: 0, maxInFlightRequestsPerConnection: 1 });
    bench.warmUp();
    failing(ErrorCode.NOT_ENOUGH_REPLICAS, 1)(bench);
    for (const value of [1, 2, 3]) bench.send(value);
    bench.runTo(1_000);
    expect(bench.brokers.values(0)).toEqual([0, 1, 2, 3]);
  });

  it('in order even when the leader moves while that request is outstanding', () => {
    const bench = new Bench({ maxInFlightRequestsPerConnection: 1, metadataMaxAgeUs: 200 * MS, requestTimeoutUs: 1_000 * MS }, [1]);
    bench.warmUp();
    bench.onProduce((_context, count) => count === 1);
    bench.send(1);
    bench.runTo(150);
    Object.assign(bench.brokers.partition(0), { leader: 2, leaderEpoch: 2 });
    bench.runTo(500);
    expect(bench.producer.metadata.leaderOf(bench.brokers.partition(0).id)).toBe(2);
    bench.send(2);
    bench.runTo(1_000);
    expect(bench.brokers.values(0)).toEqual([0]);
    bench.runTo(3_000);
    expect(bench.brokers.values(0)).toEqual([0, 1, 2]);
  });

  it('no batch before its back-off is over, although its broker gets another partition’s batch meanwhile', () => {
    const bench = new Bench({}, [1, 1]);
    bench.warmUp();
    failing(ErrorCode.NOT_ENOUGH_REPLICAS, 1)(bench);
    bench.send(1);
    bench.runTo(120);
    bench.send(2, { partition: 1 });
    bench.runTo(150);
    expect(bench.brokers.values(0)).toEqual([0]);
    expect(bench.brokers.values(1)).toEqual([2]);
    bench.runTo(300);
    expect(bench.brokers.values(0)).toEqual([0, 1]);
  });

  it('at another leader after a metadata refresh when the old one refuses', () => {
    const bench = new Bench({}, [1]);
    bench.warmUp();
    Object.assign(bench.brokers.partition(0), { leader: 2, leaderEpoch: 2 });
    bench.send(1);
    bench.runTo(1_000);
    expect(bench.brokers.produced.map(({ broker }) => broker)).toEqual([1, 2]);
    expect(bench.answer(1)).toMatchObject({ error: null });
  });

  it('without any back-off at the leader that a refusal names (KIP-951)', () => {
    const bench = new Bench({}, [1, 2]);
    bench.send(5, { partition: 1 });
    bench.warmUp();
    Object.assign(bench.brokers.partition(0), { leader: 2, leaderEpoch: 2 });
    bench.onProduce((context, count) => {
      if (count > 1) return false;
      bench.brokers.refuse(context, ErrorCode.NOT_LEADER_OR_FOLLOWER, 2, 2);
      return true;
    });
    bench.send(1);
    bench.runTo(110);
    expect(bench.answer(1)).toMatchObject({ error: null });
  });

  it('a batch that the broker finds too large in smaller ones, down to the record that is too large itself', () => {
    const bench = new Bench({ maxInFlightRequestsPerConnection: 1 });
    bench.warmUp();
    bench.onProduce((context) => {
      const [first] = (context.envelope.body as ProduceRequest).partitions;
      if (first === undefined || first.batch.sizeBytes <= 500) return false;
      bench.brokers.refuse(context, ErrorCode.MESSAGE_TOO_LARGE);
      return true;
    });
    for (let value = 1; value <= 8; value++) bench.send(value, { sizeBytes: value === 8 ? 600 : 100 });
    bench.runTo(1_000);
    expect(bench.brokers.values(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(bench.answer(8)).toMatchObject({ error: 'MESSAGE_TOO_LARGE', outcome: 'failed' });
  });
});

describe('a producer does not know the fate', () => {
  it('of a record whose answer was lost, and may append it twice (B-41)', () => {
    const bench = new Bench();
    bench.warmUp();
    bench.onProduce((context, count) => {
      if (count > 1) return false;
      bench.brokers.appendRequest(context.envelope.body as ProduceRequest);
      context.closeConnection();
      return true;
    });
    bench.send(1);
    bench.runTo(1_000);
    expect(bench.brokers.values(0)).toEqual([0, 1, 1]);
    expect(bench.outcomes()).toEqual([[1, null, 'ok']]);
    expect(bench.brokers.events('batch-retried')).toMatchObject([{ client: 'p1', firstValue: 1, error: 'NETWORK_EXCEPTION', attempt: 1 }]);
  });

  it('of a record refused for certain now that had an uncertain attempt before', () => {
    const bench = new Bench({ retries: 1 });
    bench.warmUp();
    bench.onProduce((context, count) => {
      if (count === 1) context.closeConnection();
      else bench.brokers.refuse(context, ErrorCode.NOT_ENOUGH_REPLICAS);
      return true;
    });
    bench.send(1);
    bench.runTo(1_000);
    expect(bench.outcomes()).toEqual([[1, 'NOT_ENOUGH_REPLICAS', 'unknown']]);
    expect(bench.brokers.simulation.probes.count(producerProbes['produce-unknown-fate'])).toBe(1);
  });

  it.each(['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'REQUEST_TIMED_OUT', 'NOT_LEADER_OR_FOLLOWER'] as const)('after %s', (error) => {
    const bench = new Bench({ retries: 0 });
    bench.warmUp();
    bench.onProduce((context) => {
      bench.brokers.refuse(context, ErrorCode[error]);
      return true;
    });
    bench.send(1);
    bench.runTo(1_000);
    expect(bench.outcomes()).toEqual([[1, error, 'unknown']]);
  });

  it('of a batch in flight at delivery.timeout.ms, which may be appended after all (B-42)', () => {
    const bench = new Bench({ deliveryTimeoutUs: 1_000 * MS });
    bench.warmUp();
    const { network } = bench.brokers.simulation;
    const [from, to] = [bench.brokers.clientProcess.host, bench.brokers.brokerHost(1)];
    network.cut(from, to);
    bench.send(1);
    bench.runTo(1_099);
    expect(bench.answers).toEqual([]);
    bench.runTo(1_101);
    expect(bench.outcomes()).toEqual([[1, 'TIMEOUT', 'unknown']]);
    expect(bench.brokers.simulation.probes.count(producerProbes['batch-expired-in-flight'])).toBe(1);
    network.heal(from, to);
    bench.runTo(3_000);
    expect(bench.brokers.values(0)).toEqual([0, 1]);
    expect(bench.answers).toHaveLength(1);
  });

  it('but knows it of a batch that expired in the queue before any attempt', () => {
    const bench = new Bench({ deliveryTimeoutUs: 1_000 * MS });
    bench.warmUp();
    bench.brokers.partition(0).leader = -1;
    bench.brokers.simulation.kill(bench.brokers.processes.get(1)!);
    bench.runTo(300);
    bench.send(1);
    bench.runTo(1_299);
    expect(bench.answers).toEqual([]);
    bench.runTo(1_301);
    expect(bench.outcomes()).toEqual([[1, 'TIMEOUT', 'failed']]);
    expect(bench.brokers.produced).toEqual([]);
  });

  it('and before 2.1 bounds the wait in the queue by request.timeout.ms instead (KIP-91)', () => {
    const bench = new Bench({ deliveryTimeoutUs: Number.MAX_SAFE_INTEGER, requestTimeoutUs: 700 * MS });
    bench.warmUp();
    bench.brokers.partition(0).leader = -1;
    bench.brokers.simulation.kill(bench.brokers.processes.get(1)!);
    bench.runTo(300);
    bench.send(1);
    bench.runTo(1_001);
    expect(bench.outcomes()).toEqual([[1, 'TIMEOUT', 'failed']]);
  });

  it('of everything in flight on a connection whose oldest request timed out; the retry may overtake it', () => {
    const bench = new Bench({ batchSizeBytes: 0, requestTimeoutUs: 500 * MS, retries: 0 });
    bench.warmUp();
    bench.onProduce(() => true);
    bench.send(1);
    bench.runTo(300);
    bench.send(2);
    bench.runTo(605);
    expect(bench.outcomes()).toEqual([
      [1, 'NETWORK_EXCEPTION', 'unknown'],
      [2, 'NETWORK_EXCEPTION', 'unknown'],
    ]);
  });
});

describe('an idle producer', () => {
  it('costs no events but the refresh of its metadata', () => {
    const bench = new Bench();
    bench.warmUp();
    const { scheduler } = bench.brokers.simulation;
    const before = scheduler.dispatched;
    bench.runTo(60_000);
    // The lazily kept request timeout, and nothing else.
    expect(scheduler.dispatched - before).toBeLessThan(5);
  });
});
