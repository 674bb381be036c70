/** Where a consumer reads on: truncations (KIP-320), replicas to read from (KIP-392), transactions and compacted batches. */
import { describe, expect, it } from 'vitest';
import { type ConsumerConfig, resolveConsumerConfig } from '../config/index.js';
import type { RequestContext } from '../network/SocketServer.js';
import { ErrorCode } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { AbortedTransaction, FetchRequest, OffsetForLeaderEpochRequest } from '../protocol/messages.js';
import { placeBatch, type RecordBatch } from '../protocol/records.js';
import { Consumer, polledOffset } from './Consumer.js';
import { FakeBrokers } from './testing.js';

class Bench {
  readonly brokers = new FakeBrokers([1]);
  readonly errors: [string, number][] = [];
  readonly read: [offset: number, value: number][] = [];
  consumer!: Consumer;

  constructor(config: Partial<ConsumerConfig> = {}, features: Partial<KafkaFeatures> = {}) {
    const { simulation, clientProcess, brokerHost } = this.brokers;
    this.brokers.startClient(() => {
      this.consumer = new Consumer({
        simulation,
        process: clientProcess,
        clientId: 'c1',
        config: { ...resolveConsumerConfig('3.9', new Map()), autoOffsetReset: 'earliest', ...config },
        features: { ...PRESETS['3.9'], ...features },
        brokerHost,
        bootstrapBrokers: [1, 2, 3],
      });
      this.consumer.onRecords = (): void => this.pollAll();
      this.consumer.onError = (error, _partition, position) => this.errors.push([error, position]);
    });
  }

  start(): void {
    this.consumer.assign([{ topic: 'orders', index: 0 }]);
  }

  pollAll(): void {
    while (this.consumer.hasRecords) {
      for (const batch of this.consumer.poll()) batch.records.forEach(({ value }, i) => this.read.push([polledOffset(batch, i), value]));
    }
  }

  values(): number[] {
    return this.read.map(([, value]) => value);
  }

  get log(): RecordBatch[] {
    return this.brokers.partition(0).log;
  }

  /** Another leader whose log has `kept` batches of the former one's, and then its own. */
  newLeader(leader: number, kept: number, ...values: number[]): void {
    const partition = this.brokers.partition(0);
    partition.log.length = kept;
    Object.assign(partition, { leader, leaderEpoch: partition.leaderEpoch + 1 });
    if (values.length > 0) this.brokers.append(0, values);
  }

  asked(api: string): unknown[] {
    return this.brokers.requests.filter((request) => request.api === api).map(({ body, broker }) => ({ broker, body }));
  }
}

describe('after a change of leader', () => {
  /** Reads 1 and 2, in one batch each; then a leader without the second takes over, and writes 10, 11, 12. */
  function truncated(config: Partial<ConsumerConfig> = {}, features: Partial<KafkaFeatures> = {}): Bench {
    const bench = new Bench(config, features);
    bench.brokers.append(0, [1]);
    bench.brokers.append(0, [2]);
    bench.start();
    bench.brokers.runTo(500);
    expect(bench.values()).toEqual([1, 2]);
    bench.newLeader(2, 1, 10, 11, 12);
    bench.brokers.runTo(4_000);
    return bench;
  }

  it('a position whose record is gone goes back to where the logs part', () => {
    const bench = truncated();
    expect(bench.read).toEqual([
      [0, 1],
      [1, 2],
      [1, 10],
      [2, 11],
      [3, 12],
    ]);
    expect(bench.brokers.events('consumer-truncation-detected')).toMatchObject([{ from: 2, to: 1 }]);
  });

  it('an application without a reset policy decides for itself', () => {
    const bench = new Bench({ autoOffsetReset: 'none' });
    bench.brokers.append(0, [1]);
    bench.brokers.append(0, [2]);
    bench.start();
    bench.consumer.seek('orders', 0, 0);
    bench.brokers.runTo(500);
    bench.newLeader(2, 1, 10, 11, 12);
    bench.brokers.runTo(4_000);
    expect(bench.errors.at(-1)).toEqual(['LOG_TRUNCATION', 2]);
    expect(bench.brokers.events('consumer-truncation-detected')).toMatchObject([{ from: 2, to: -1 }]);
    bench.consumer.seek('orders', 0, 1);
    bench.brokers.runTo(5_000);
    expect(bench.values()).toEqual([1, 2, 10, 11, 12]);
  });

  it('a client before KIP-320 goes on behind the gap, and never knows', () => {
    const bench = truncated({}, { consumerEpochValidation: false });
    expect(bench.values()).toEqual([1, 2, 11, 12]);
    expect(bench.asked('OffsetForLeaderEpoch')).toEqual([]);
  });

  it('a position that the new leader has too stays, after one question under the new epoch', () => {
    const bench = new Bench();
    bench.brokers.append(0, [1, 2]);
    bench.start();
    bench.brokers.runTo(500);
    bench.newLeader(2, 1, 3);
    bench.brokers.runTo(4_000);
    expect(bench.values()).toEqual([1, 2, 3]);
    expect(bench.asked('OffsetForLeaderEpoch')).toEqual([
      {
        broker: 2,
        body: { replicaId: -1, partitions: [{ partition: bench.brokers.partition(0).id, currentLeaderEpoch: 2, leaderEpoch: 1 }] },
      },
    ]);
  });

  it('the question is asked again after an error', () => {
    const bench = new Bench();
    bench.brokers.append(0, [1]);
    bench.start();
    bench.brokers.runTo(500);
    let count = 0;
    bench.brokers.script = (context) => {
      if (context.envelope.api !== 'OffsetForLeaderEpoch' || ++count > 1) return false;
      const [asked] = (context.envelope.body as OffsetForLeaderEpochRequest).partitions;
      context.respond(
        { partitions: [{ partition: asked!.partition, errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH, leaderEpoch: -1, endOffset: -1 }] },
        100,
      );
      return true;
    };
    bench.newLeader(2, 1, 2);
    bench.brokers.runTo(4_000);
    expect(count).toBe(2);
    expect(bench.values()).toEqual([1, 2]);
  });
});

describe('a consumer with a rack', () => {
  /** The leader sends everybody to broker 3, which refuses with `error` from the second fetch on, if one is given. */
  function preferring(error: number, features: Partial<KafkaFeatures> = {}): { bench: Bench; fetches: () => number[] } {
    const bench = new Bench({ clientRack: 'r1', fetchMaxWaitUs: 100_000, metadataMaxAgeUs: 1_000_000 }, features);
    let atFollower = 0;
    bench.brokers.append(0, [1]);
    bench.brokers.script = (context, broker) => {
      if (context.envelope.api !== 'Fetch') return false;
      const { partitions, rackId } = context.envelope.body as FetchRequest;
      const { partition, fetchOffset } = partitions[0]!;
      if (broker === 1 && rackId === undefined) return false;
      const batches = broker === 3 ? bench.log.filter((batch) => batch.lastOffset >= fetchOffset) : [];
      const errorCode = broker === 3 && ++atFollower > 1 ? error : ErrorCode.NONE;
      answer(context, partition, {
        errorCode,
        batches: errorCode === ErrorCode.NONE ? batches : [],
        preferredReadReplica: broker === 1 ? 3 : -1,
      });
      return true;
    };
    bench.start();
    const fetches = (): number[] => bench.brokers.requests.filter(({ api }) => api === 'Fetch').map(({ broker }) => broker);
    return { bench, fetches };
  }

  function answer(
    context: RequestContext,
    partition: number,
    part: { errorCode: number; batches: readonly RecordBatch[]; preferredReadReplica: number },
  ): void {
    const marks = { highWatermark: 1, lastStableOffset: 1, logStartOffset: 0, divergingEpoch: null, abortedTransactions: null };
    const respond = (): void => context.respond({ partitions: [{ partition, ...marks, ...part }] }, 100);
    respond();
  }

  it('reads from the replica that the leader names, for as long as metadata.max.age.ms', () => {
    const { bench, fetches } = preferring(ErrorCode.NONE);
    bench.brokers.runTo(900);
    expect(bench.values()).toEqual([1]);
    expect(fetches().slice(0, 2)).toEqual([1, 3]);
    expect(fetches().filter((broker) => broker === 1)).toHaveLength(1);
    expect(bench.brokers.events('preferred-replica-chosen')).toMatchObject([{ partition: 'orders-0', broker: 3 }]);
    bench.brokers.runTo(1_500);
    expect(fetches().filter((broker) => broker === 1)).toHaveLength(2);
  });

  it.each(['OFFSET_OUT_OF_RANGE', 'NOT_LEADER_OR_FOLLOWER'] as const)('goes back to the leader after %s, and resets nothing', (error) => {
    const { bench, fetches } = preferring(ErrorCode[error]);
    bench.brokers.runTo(500);
    expect(fetches().slice(0, 4)).toEqual([1, 3, 3, 1]);
    expect(bench.consumer.position('orders', 0)).toBe(1);
    expect(bench.brokers.events('consumer-position-reset')).toHaveLength(1);
  });

  it('names no rack before KIP-392', () => {
    const { bench, fetches } = preferring(ErrorCode.NONE, { followerFetching: false });
    bench.brokers.runTo(500);
    expect(new Set(fetches())).toEqual(new Set([1]));
    expect(bench.values()).toEqual([1]);
  });
});

describe('what comes out of a fetch', () => {
  /** Appends a transaction's batch, or its marker. */
  function append(bench: Bench, producerId: number, content: readonly number[] | 'commit' | 'abort'): void {
    const marker = typeof content === 'string';
    const values = marker ? [-1] : content;
    const records = values.map((value) => ({ key: null, value, timestampMs: 0, sizeBytes: 100 }));
    const end = bench.log.at(-1)?.lastOffset ?? -1;
    const control = marker ? { control: { commit: content === 'commit', coordinatorEpoch: 0 } } : {};
    bench.log.push(
      placeBatch({ producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true, sizeBytes: 100, records, ...control }, end + 1, 1),
    );
  }

  /** Two producers' transactions side by side, of which 7 aborts its first and 8 commits. */
  function mixed(config: Partial<ConsumerConfig>, features: Partial<KafkaFeatures> = {}): Bench {
    const bench = new Bench(config, features);
    append(bench, 7, [1, 2]);
    append(bench, 8, [3]);
    append(bench, 7, 'abort');
    append(bench, 8, 'commit');
    append(bench, 7, [4]);
    append(bench, 7, 'commit');
    const aborted: AbortedTransaction[] = [{ producerId: 7, firstOffset: 0 }];
    bench.brokers.script = (context) => {
      if (context.envelope.api !== 'Fetch') return false;
      const { partitions, isolationLevel } = context.envelope.body as FetchRequest;
      const { partition, fetchOffset } = partitions[0]!;
      const batches = bench.log.filter((batch) => batch.lastOffset >= fetchOffset);
      if (batches.length === 0) return true;
      const abortedTransactions = isolationLevel === 'read_committed' ? aborted.filter(() => fetchOffset < 4) : null;
      const marks = { highWatermark: 8, lastStableOffset: 8, logStartOffset: 0, divergingEpoch: null, preferredReadReplica: -1 };
      context.respond({ partitions: [{ partition, errorCode: ErrorCode.NONE, ...marks, abortedTransactions, batches }] }, 100);
      return true;
    };
    bench.start();
    bench.brokers.runTo(500);
    return bench;
  }

  it('leaves out aborted transactions under read_committed, and markers; the position goes over them', () => {
    const bench = mixed({ isolationLevel: 'read_committed' });
    expect(bench.read).toEqual([
      [2, 3],
      [5, 4],
    ]);
    expect(bench.consumer.position('orders', 0)).toBe(7);
  });

  it('leaves them out a record at a time too', () => {
    const bench = mixed({ isolationLevel: 'read_committed', maxPollRecords: 1 });
    expect(bench.values()).toEqual([3, 4]);
    expect(bench.consumer.position('orders', 0)).toBe(7);
  });

  it('has everything but the markers under read_uncommitted', () => {
    expect(mixed({}).values()).toEqual([1, 2, 3, 4]);
  });

  it('has the aborted records too once nothing filters them', () => {
    expect(mixed({ isolationLevel: 'read_committed' }, { abortedRecordsFiltered: false }).values()).toEqual([1, 2, 3, 4]);
  });

  it('names the offsets that compaction has left, and goes on behind the batch', () => {
    const bench = new Bench({ maxPollRecords: 2 });
    bench.brokers.append(0, [0, 1, 2, 3, 4]);
    const whole = bench.log[0]!;
    bench.log[0] = { ...whole, records: [0, 2, 3].map((i) => whole.records[i]!), offsets: [0, 2, 3] };
    bench.brokers.append(0, [5]);
    bench.start();
    bench.brokers.runTo(500);
    expect(bench.read).toEqual([
      [0, 0],
      [2, 2],
      [3, 3],
      [5, 5],
    ]);
    bench.consumer.seek('orders', 0, 1);
    bench.brokers.runTo(1_000);
    expect(bench.read.slice(4)).toEqual([
      [2, 2],
      [3, 3],
      [5, 5],
    ]);
  });

  it('waits while its partition is paused', () => {
    const bench = new Bench();
    bench.start();
    bench.brokers.runTo(200);
    bench.consumer.pause('orders', 0);
    bench.brokers.append(0, [1]);
    bench.brokers.runTo(2_000);
    expect(bench.values()).toEqual([]);
    bench.consumer.resume('orders', 0);
    bench.brokers.runTo(2_500);
    expect(bench.values()).toEqual([1]);
  });
});
