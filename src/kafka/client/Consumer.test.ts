import { consumerProbes } from './probes.js';
import { describe, expect, it } from 'vitest';
import { FakeBrokers } from './testing.js';
import { type ConsumerConfig, resolveConsumerConfig } from '../config/index.js';
import type { RequestContext } from '../network/SocketServer.js';
import { ErrorCode } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { FetchRequest, ListOffsetsRequest } from '../protocol/messages.js';
import { damageBatch } from '../protocol/records.js';
import { Consumer } from './Consumer.js';

/** One consumer against fake brokers that polls whenever records arrive. */
class Bench {
  readonly brokers: FakeBrokers;
  readonly errors: [string, number][] = [];
  readonly read: { index: number; offset: number; value: number }[] = [];
  readonly pollSizes: number[] = [];
  consumer!: Consumer;

  constructor(config: Partial<ConsumerConfig> = {}, leaders: readonly number[] = [1], features: KafkaFeatures = PRESETS['3.9']) {
    this.brokers = new FakeBrokers(leaders);
    const { simulation, clientProcess, brokerHost } = this.brokers;
    this.brokers.startClient(() => {
      this.consumer = new Consumer({
        simulation,
        process: clientProcess,
        clientId: 'c1',
        config: { ...resolveConsumerConfig('3.9', new Map()), autoOffsetReset: 'earliest', ...config },
        features,
        brokerHost,
        bootstrapBrokers: [1, 2, 3],
      });
      this.consumer.onRecords = () => this.pollAll();
      this.consumer.onError = (error, _partition, position) => this.errors.push([error, position]);
    });
  }

  assign(...indexes: number[]): void {
    this.consumer.assign(indexes.map((index) => ({ topic: 'orders', index })));
  }

  pollAll(): void {
    while (this.consumer.hasRecords) {
      const batches = this.consumer.poll();
      this.pollSizes.push(batches.reduce((sum, batch) => sum + batch.records.length, 0));
      for (const batch of batches) {
        const { index } = this.brokers.partitions.find((each) => each.id === batch.partition)!;
        batch.records.forEach((record, i) => this.read.push({ index, offset: batch.firstOffset + i, value: record.value }));
      }
    }
  }

  values(index = 0): number[] {
    return this.read.filter((each) => each.index === index).map(({ value }) => value);
  }

  on(api: string, script: (context: RequestContext, count: number) => boolean): void {
    let count = 0;
    this.brokers.script = (context) => context.envelope.api === api && script(context, ++count);
  }

  refuseFetch(context: RequestContext, errorCode: number): true {
    const { partitions } = context.envelope.body as FetchRequest;
    const refused = { errorCode, highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, divergingEpoch: null, batches: [] };
    context.respond({ partitions: partitions.map(({ partition }) => ({ partition, ...refused })) }, 100);
    return true;
  }
}

describe('a consumer reads', () => {
  it('from the beginning with auto.offset.reset=earliest, and what is appended later when it comes', () => {
    const bench = new Bench();
    bench.brokers.append(0, [1, 2, 3]);
    bench.assign(0);
    bench.brokers.runTo(1_000);
    bench.brokers.append(0, [4]);
    bench.brokers.runTo(2_000);
    expect(bench.read).toEqual([1, 2, 3, 4].map((value, offset) => ({ index: 0, offset, value })));
    expect(bench.consumer.position('orders', 0)).toBe(4);
    expect(bench.brokers.simulation.probes.count(consumerProbes['consumer-offset-reset'])).toBe(0);
  });

  it('from the end with auto.offset.reset=latest', () => {
    const bench = new Bench({ autoOffsetReset: 'latest' });
    bench.brokers.append(0, [1, 2, 3]);
    bench.assign(0);
    bench.brokers.runTo(200);
    bench.brokers.append(0, [4]);
    bench.brokers.runTo(2_000);
    expect(bench.values()).toEqual([4]);
  });

  it('nothing without a position when auto.offset.reset=none, until the application seeks', () => {
    const bench = new Bench({ autoOffsetReset: 'none' });
    bench.brokers.append(0, [1, 2, 3]);
    bench.assign(0);
    bench.brokers.runTo(500);
    expect(bench.errors).toEqual([['NO_OFFSET_FOR_PARTITION', -1]]);
    bench.consumer.seek('orders', 0, 1);
    bench.brokers.runTo(1_000);
    expect(bench.values()).toEqual([2, 3]);
  });

  it('at most max.poll.records a poll, and the rest with the next', () => {
    const bench = new Bench({ maxPollRecords: 2 }, [1, 2]);
    bench.brokers.append(0, [1, 2, 3]);
    bench.brokers.append(0, [4]);
    bench.brokers.append(1, [5]);
    bench.assign(0, 1);
    bench.brokers.runTo(1_000);
    expect(bench.values(0)).toEqual([1, 2, 3, 4]);
    expect(bench.values(1)).toEqual([5]);
    expect(Math.max(...bench.pollSizes)).toBe(2);
  });

  it('with one fetch in flight per leader, for all its partitions', () => {
    const bench = new Bench({}, [1, 2, 1]);
    bench.assign(0, 1, 2);
    bench.brokers.runTo(400);
    const fetches = bench.brokers.requests.filter(({ api }) => api === 'Fetch');
    expect(fetches.map(({ broker }) => broker).sort((a, b) => a - b)).toEqual([1, 2]);
    const first = fetches.find(({ broker }) => broker === 1)?.body as FetchRequest;
    expect(first.partitions).toHaveLength(2);
    expect(first).toMatchObject({ minBytes: 1, maxWaitUs: 500_000, maxBytes: 52_428_800, isolationLevel: 'read_uncommitted' });
    expect(first.partitions[0]).toMatchObject({ maxBytes: 1_048_576, currentLeaderEpoch: 1 });
  });

  it('a new partition only once the fetch under way at its leader has ended', () => {
    const bench = new Bench({}, [1, 1]);
    bench.brokers.append(1, [1]);
    bench.assign(0);
    bench.brokers.runTo(100);
    bench.assign(0, 1);
    // Its offsets are listed behind the first long poll, on the same connection, and it is fetched after the second.
    bench.brokers.runTo(1_000);
    expect(bench.brokers.requestsFor('Fetch')).toBe(2);
    expect(bench.values(1)).toEqual([]);
    bench.brokers.runTo(1_100);
    expect(bench.values(1)).toEqual([1]);
    const fetches = bench.brokers.requests.filter(({ api }) => api === 'Fetch').map(({ body }) => (body as FetchRequest).partitions.length);
    expect(fetches.slice(0, 3)).toEqual([1, 1, 2]);
  });

  it('without naming an epoch before KIP-320', () => {
    const bench = new Bench({}, [1], PRESETS['2.0']);
    bench.assign(0);
    bench.brokers.runTo(400);
    const epochs = bench.brokers.requests
      .filter(({ api }) => api === 'Fetch' || api === 'ListOffsets')
      .map(({ body }) => (body as FetchRequest | ListOffsetsRequest).partitions[0]?.currentLeaderEpoch);
    expect(epochs).toEqual([-1, -1]);
  });

  it('no further while the application does not poll', () => {
    const bench = new Bench();
    bench.consumer.onRecords = () => {};
    bench.brokers.append(0, [1]);
    bench.assign(0);
    bench.brokers.runTo(3_000);
    expect(bench.brokers.requestsFor('Fetch')).toBe(1);
    expect(bench.consumer.position('orders', 0)).toBe(0);
  });
});

describe('a consumer whose position is out of range', () => {
  function truncated(config: Partial<ConsumerConfig>): Bench {
    const bench = new Bench(config);
    bench.brokers.append(0, [1, 2, 3]);
    bench.assign(0);
    bench.brokers.runTo(1_000);
    // An unclean election: the log that comes back is shorter than what was read.
    bench.brokers.partition(0).log.length = 0;
    bench.brokers.append(0, [10]);
    bench.brokers.runTo(3_000);
    return bench;
  }

  it('reads again from the beginning under earliest', () => {
    const bench = truncated({});
    expect(bench.values()).toEqual([1, 2, 3, 10]);
    expect(bench.brokers.events('consumer-position-reset')).toMatchObject([
      { from: -1, to: 0, policy: 'earliest' },
      { partition: 'orders-0', from: 3, to: 0, policy: 'earliest' },
    ]);
    expect(bench.brokers.simulation.probes.count(consumerProbes['consumer-offset-reset'])).toBe(1);
  });

  it('skips to the end under latest', () => {
    const bench = new Bench({ autoOffsetReset: 'latest' });
    bench.assign(0);
    bench.consumer.seek('orders', 0, 7);
    bench.brokers.append(0, [1, 2, 3]);
    bench.brokers.runTo(2_000);
    expect(bench.values()).toEqual([]);
    expect(bench.consumer.position('orders', 0)).toBe(3);
  });

  it('is not disturbed by the refusal of a position that it has left since', () => {
    const bench = new Bench({ autoOffsetReset: 'none' });
    bench.brokers.append(0, [1, 2, 3]);
    bench.on('Fetch', (_context, count) => {
      if (count === 1) bench.consumer.seek('orders', 0, 1);
      return false;
    });
    bench.assign(0);
    bench.consumer.seek('orders', 0, 7);
    bench.brokers.runTo(1_000);
    expect(bench.errors.map(([error]) => error)).toEqual(['NO_OFFSET_FOR_PARTITION']);
    expect(bench.values()).toEqual([2, 3]);
  });

  it('stops with an error under none', () => {
    const bench = new Bench({ autoOffsetReset: 'none' });
    bench.assign(0);
    bench.consumer.seek('orders', 0, 7);
    bench.brokers.runTo(5_000);
    expect(bench.errors.filter(([error]) => error === 'OFFSET_OUT_OF_RANGE')).toEqual([['OFFSET_OUT_OF_RANGE', 7]]);
    expect(bench.brokers.requestsFor('Fetch')).toBe(1);
  });
});

describe('a consumer goes on', () => {
  it.each(['NOT_LEADER_OR_FOLLOWER', 'FENCED_LEADER_EPOCH', 'OFFSET_NOT_AVAILABLE'] as const)('after %s with fresh metadata', (error) => {
    const bench = new Bench();
    bench.brokers.append(0, [1]);
    bench.on('Fetch', (context, count) => count === 1 && bench.refuseFetch(context, ErrorCode[error]));
    bench.assign(0);
    bench.brokers.runTo(1_000);
    expect(bench.brokers.requestsFor('Metadata')).toBe(2);
    expect(bench.values()).toEqual([1]);
  });

  it('after UNKNOWN_LEADER_EPOCH by waiting, since the broker is behind and not the client', () => {
    const bench = new Bench();
    bench.brokers.append(0, [1]);
    bench.on('Fetch', (context, count) => count === 1 && bench.refuseFetch(context, ErrorCode.UNKNOWN_LEADER_EPOCH));
    bench.assign(0);
    bench.brokers.runTo(1_000);
    expect(bench.brokers.requestsFor('Metadata')).toBe(1);
    expect(bench.values()).toEqual([1]);
  });

  it('at the new leader when the old one dies', () => {
    const bench = new Bench();
    bench.brokers.append(0, [1]);
    bench.assign(0);
    bench.brokers.runTo(300);
    Object.assign(bench.brokers.partition(0), { leader: 2, leaderEpoch: 2 });
    bench.brokers.append(0, [2]);
    bench.brokers.simulation.kill(bench.brokers.processes.get(1)!);
    bench.brokers.runTo(3_000);
    expect(bench.values()).toEqual([1, 2]);
  });

  it('with ListOffsets after a retriable error', () => {
    const bench = new Bench();
    bench.brokers.append(0, [1]);
    bench.on('ListOffsets', (context, count) => {
      if (count > 1) return false;
      const [asked] = (context.envelope.body as ListOffsetsRequest).partitions;
      const refused = { errorCode: ErrorCode.OFFSET_NOT_AVAILABLE, timestamp: -1, offset: -1, leaderEpoch: -1 };
      context.respond({ partitions: [{ partition: asked!.partition, ...refused }] }, 100);
      return true;
    });
    bench.assign(0);
    bench.brokers.runTo(1_000);
    expect(bench.values()).toEqual([1]);
  });
});

describe('a damaged batch', () => {
  it('stops its partition with an error after what comes before it, until the application seeks past it', () => {
    const bench = new Bench({}, [1, 1]);
    bench.brokers.append(0, [1, 2]);
    bench.brokers.append(0, [3]);
    bench.brokers.append(0, [4]);
    const { log } = bench.brokers.partition(0);
    log[1] = damageBatch(log[1]!);
    bench.brokers.append(1, [5]);
    bench.assign(0, 1);
    bench.brokers.runTo(3_000);
    expect(bench.values(0)).toEqual([1, 2]);
    expect(bench.values(1)).toEqual([5]);
    expect(bench.errors).toEqual([['CORRUPT_MESSAGE', 2]]);
    bench.consumer.seek('orders', 0, 3);
    bench.brokers.runTo(4_000);
    expect(bench.values(0)).toEqual([1, 2, 4]);
  });
});

describe('an assignment', () => {
  it('keeps the positions of partitions that stay and drops answers for those that went', () => {
    const bench = new Bench({}, [1, 1]);
    bench.brokers.append(0, [1]);
    bench.brokers.append(1, [2]);
    bench.assign(0, 1);
    bench.brokers.runTo(1_000);
    bench.assign(1);
    bench.brokers.append(0, [3]);
    bench.brokers.append(1, [4]);
    bench.brokers.runTo(3_000);
    expect(bench.values(0)).toEqual([1]);
    expect(bench.values(1)).toEqual([2, 4]);
  });
});

describe('an idle consumer', () => {
  it('costs its long polls and nothing else', () => {
    const bench = new Bench();
    bench.assign(0);
    bench.brokers.runTo(10_000);
    const { scheduler } = bench.brokers.simulation;
    const before = scheduler.dispatched;
    bench.brokers.runTo(20_000);
    // 20 long polls of request, wait and answer, and the lazily kept request timeout.
    expect(scheduler.dispatched - before).toBeLessThan(70);
  });
});
