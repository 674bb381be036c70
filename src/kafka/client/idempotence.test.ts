import { describe, expect, it } from 'vitest';
import { FakeBrokers } from './testing.js';
import { type ProducerConfig, resolveProducerConfig } from '../config/index.js';
import type { RequestContext } from '../network/SocketServer.js';
import { ErrorCode } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { ProduceRequest } from '../protocol/messages.js';
import { Producer, type SendResult } from './Producer.js';

const MS = 1000;

/** An idempotent producer, each of whose records is a batch, against brokers that check sequences. */
class Bench {
  readonly brokers: FakeBrokers;
  readonly answers: (SendResult & { value: number })[] = [];
  producer!: Producer;

  constructor(config: Partial<ProducerConfig> = {}, features: Partial<KafkaFeatures> = {}, leaders: readonly number[] = [1]) {
    this.brokers = new FakeBrokers(leaders);
    const { simulation, clientProcess, brokerHost } = this.brokers;
    this.brokers.startClient(() => {
      this.producer = new Producer({
        simulation,
        process: clientProcess,
        clientId: 'p1',
        config: { ...resolveProducerConfig('3.9', new Map()), batchSizeBytes: 0, ...config },
        features: { ...PRESETS['3.9'], ...features },
        brokerHost,
        bootstrapBrokers: [1, 2, 3],
        partitionerRandom: simulation.randomness.stream('partitioner'),
      });
    });
  }

  send(values: readonly number[], partition = 0): void {
    for (const value of values) {
      this.producer.send({ topic: 'orders', partition, key: null, value, sizeBytes: 100 }, (result) =>
        this.answers.push({ ...result, value }),
      );
    }
  }

  /** Sends value 0 as sequence 0 of every partition, so that connections, metadata and the producer id are there. */
  warmUp(): void {
    for (const { index } of this.brokers.partitions) this.send([0], index);
    this.brokers.runTo(100);
    this.answers.length = 0;
  }

  /** `script` sees Produce requests only, counted from 1. */
  onProduce(script: (context: RequestContext, count: number) => boolean): void {
    let count = 0;
    this.brokers.script = (context) => context.envelope.api === 'Produce' && script(context, ++count);
  }

  /** The producer's batches in a log as [epoch, sequence, value]. */
  stored(index = 0): number[][] {
    return this.brokers.partition(index).log.map((batch) => [batch.producerEpoch, batch.baseSequence, batch.records[0]!.value]);
  }

  outcomes(): [number, string | null, string][] {
    return this.answers.map(({ value, error, outcome }) => [value, error, outcome]);
  }
}

const closing = (appends: boolean) => (bench: Bench) => (context: RequestContext) => {
  if (appends) bench.brokers.appendRequest(context.envelope.body as ProduceRequest);
  context.closeConnection();
  return true;
};
const losesAnswer = closing(true);

describe('an idempotent producer', () => {
  it('asks any broker for an id, before its first batch, and numbers the records of each partition', () => {
    const bench = new Bench({ batchSizeBytes: 300 }, {}, [1, 2]);
    bench.send([1, 2, 3]);
    bench.send([4], 1);
    bench.brokers.runTo(100);
    expect(bench.brokers.requestsFor('InitProducerId')).toBe(1);
    expect(bench.brokers.requestsFor('FindCoordinator')).toBe(0);
    expect(bench.stored(0)).toEqual([
      [0, 0, 1],
      [0, 2, 3],
    ]);
    expect(bench.stored(1)).toEqual([[0, 0, 4]]);
    expect(bench.brokers.events('producer-id-received')).toEqual([{ client: 'p1', producerId: 1000, producerEpoch: 0 }]);
  });

  it('asks again for its id when the broker is gone or has none yet', () => {
    const bench = new Bench();
    let asked = 0;
    bench.brokers.script = (context) => {
      if (context.envelope.api !== 'InitProducerId' || ++asked > 2) return false;
      if (asked === 1) context.closeConnection();
      else context.respond({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, producerId: -1, producerEpoch: -1 }, 20);
      return true;
    };
    bench.send([1]);
    bench.brokers.runTo(1_000);
    expect(asked).toBe(3);
    expect(bench.stored()).toEqual([[0, 0, 1]]);
  });

  it('keeps its order although the first of five batches in flight is refused (B-40)', () => {
    const bench = new Bench();
    bench.warmUp();
    bench.onProduce((context, count) => {
      if (count > 1) return false;
      bench.brokers.refuse(context, ErrorCode.NOT_ENOUGH_REPLICAS);
      return true;
    });
    bench.send([1, 2, 3, 4, 5]);
    bench.brokers.runTo(2_000);
    expect(bench.stored()).toEqual([0, 1, 2, 3, 4, 5].map((value) => [0, value, value]));
    expect(bench.outcomes()).toEqual([1, 2, 3, 4, 5].map((value) => [value, null, 'ok']));
  });

  it('does not, where retries need not go back into the sequence', () => {
    const bench = new Bench({}, { retriesInSequence: false });
    bench.warmUp();
    bench.onProduce((context, count) => {
      if (count > 1) return false;
      bench.brokers.refuse(context, ErrorCode.NOT_ENOUGH_REPLICAS);
      return true;
    });
    bench.send([1, 2]);
    bench.brokers.runTo(2_000);
    expect(bench.brokers.values(0)).toEqual([0, 2, 1]);
  });

  it('is stored once although the answer to a batch was lost (B-41), and is told the offset', () => {
    const bench = new Bench();
    bench.warmUp();
    bench.onProduce((context, count) => count <= 1 && losesAnswer(bench)(context));
    bench.send([1, 2]);
    bench.brokers.runTo(2_000);
    expect(bench.brokers.values(0)).toEqual([0, 1, 2]);
    expect(bench.answers.map(({ offset }) => offset)).toEqual([1, 2]);
  });

  it('is stored twice where a retry takes a new sequence', () => {
    const bench = new Bench({}, { sequenceKeptOnRetry: false });
    bench.warmUp();
    bench.onProduce((context, count) => count <= 1 && losesAnswer(bench)(context));
    bench.send([1]);
    bench.brokers.runTo(2_000);
    expect(bench.brokers.values(0)).toEqual([0, 1, 1]);
  });

  it('takes DUPLICATE_SEQUENCE_NUMBER for a success whose offset nobody knows', () => {
    const bench = new Bench();
    bench.warmUp();
    bench.onProduce((context) => {
      bench.brokers.refuse(context, ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
      return true;
    });
    bench.send([1]);
    bench.brokers.runTo(200);
    expect(bench.answers).toMatchObject([{ error: null, offset: -1, outcome: 'ok' }]);
  });

  it('continues the sequence in the parts of a batch that was too large', () => {
    const bench = new Bench({ batchSizeBytes: 16_384, lingerUs: 5 * MS });
    bench.warmUp();
    bench.onProduce((context) => {
      const [first] = (context.envelope.body as ProduceRequest).partitions;
      if (first!.batch.records.length === 1) return false;
      bench.brokers.refuse(context, ErrorCode.MESSAGE_TOO_LARGE);
      return true;
    });
    bench.send([1, 2, 3]);
    bench.brokers.runTo(1_000);
    expect(bench.stored()).toEqual([0, 1, 2, 3].map((value) => [0, value, value]));
  });

  it('fails when retries run out without giving the sequence to anybody else', () => {
    const bench = new Bench({ retries: 1 });
    bench.warmUp();
    bench.onProduce((context, count) => {
      if (count > 2) return false;
      bench.brokers.refuse(context, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
      return true;
    });
    bench.send([1]);
    bench.brokers.runTo(1_000);
    expect(bench.outcomes()).toEqual([[1, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'unknown']]);
  });
});

describe('when the broker has lost what the producer was told is stored', () => {
  /** The leader that the partition has now never heard of sequence 1. */
  function loseOne(bench: Bench): void {
    bench.warmUp();
    bench.send([1]);
    bench.brokers.runTo(200);
    bench.brokers.partition(0).log.pop();
    bench.send([2, 3]);
    bench.brokers.runTo(2_000);
  }

  it('the producer bumps its epoch and goes on without a word (KIP-360, B-48)', () => {
    const bench = new Bench();
    loseOne(bench);
    expect(bench.outcomes()).toEqual([1, 2, 3].map((value) => [value, null, 'ok']));
    expect(bench.stored()).toEqual([
      [0, 0, 0],
      [1, 0, 2],
      [1, 1, 3],
    ]);
    const [bump] = bench.brokers.events('producer-epoch-bumped');
    expect(bump).toEqual({ client: 'p1', producerId: 1000, producerEpoch: 1, reason: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
  });

  it('before KIP-360 it tells its application and takes a new id', () => {
    const bench = new Bench({}, { producerEpochBump: false });
    loseOne(bench);
    expect(bench.outcomes()[1]).toEqual([2, 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'failed']);
    expect(bench.brokers.requestsFor('InitProducerId')).toBe(2);
    bench.send([4]);
    bench.brokers.runTo(3_000);
    expect(bench.answers.at(-1)).toMatchObject({ value: 4, error: null });
    expect(bench.brokers.partition(0).log.at(-1)).toMatchObject({ producerId: 1001, baseSequence: 0 });
  });

  it('takes a new producer id when the epoch is exhausted, and renumbers what is in flight under it', () => {
    const bench = new Bench();
    bench.brokers.script = (context) => {
      if (context.envelope.api !== 'InitProducerId' || bench.brokers.requestsFor('InitProducerId') > 1) return false;
      context.respond({ errorCode: ErrorCode.NONE, producerId: 7, producerEpoch: 32_767 }, 20);
      return true;
    };
    loseOne(bench);
    expect(
      bench.brokers.partition(0).log.map(({ producerId, producerEpoch, baseSequence }) => [producerId, producerEpoch, baseSequence]),
    ).toEqual([
      [7, 32_767, 0],
      [1000, 0, 0],
      [1000, 0, 1],
    ]);
  });

  it('the bump reaches the partitions that had nothing in flight, since KAFKA-12152 (B-44)', () => {
    const sendElsewhere = (features: Partial<KafkaFeatures>): number[] => {
      const bench = new Bench({}, features, [1, 1]);
      loseOne(bench);
      bench.send([9], 1);
      bench.brokers.runTo(2_200);
      const bodies = bench.brokers.bodies('Produce').flatMap(({ partitions }) => partitions);
      return bodies.filter(({ partition }) => partition === bench.brokers.partition(1).id).map(({ batch }) => batch.baseSequence);
    };
    expect(sendElsewhere({})).toEqual([0, 0]);
    // It goes on counting in the new epoch, is refused for that, and needs one more bump.
    expect(sendElsewhere({ epochBumpReachesIdlePartitions: false })).toEqual([0, 1, 0]);
  });
});

describe('when the broker does not know the producer any more', () => {
  const forgets =
    (logStartOffset: number, times: number) =>
    (bench: Bench): void =>
      bench.onProduce((context, count) => {
        if (count > times) return false;
        bench.brokers.refuse(context, ErrorCode.UNKNOWN_PRODUCER_ID, -1, -1, logStartOffset);
        return true;
      });

  it('an idempotent producer bumps its epoch and sends again', () => {
    const bench = new Bench();
    bench.warmUp();
    forgets(0, 1)(bench);
    bench.send([1]);
    bench.brokers.runTo(1_000);
    expect(bench.stored()).toEqual([
      [0, 0, 0],
      [1, 0, 1],
    ]);
  });

  it('before KIP-360 it begins its sequence anew when its records are gone by retention, and fails when they should be there', () => {
    const gone = new Bench({}, { producerEpochBump: false });
    gone.warmUp();
    gone.brokers.partition(0).log.length = 0;
    forgets(1, 1)(gone);
    gone.send([1]);
    gone.brokers.runTo(1_000);
    expect(gone.stored()).toEqual([[0, 0, 1]]);

    const lost = new Bench({}, { producerEpochBump: false });
    lost.warmUp();
    forgets(0, 1)(lost);
    lost.send([1]);
    lost.brokers.runTo(1_000);
    expect(lost.outcomes()).toEqual([[1, 'UNKNOWN_PRODUCER_ID', 'failed']]);
  });

  it('five in flight keep their order, since KAFKA-8483 (B-43)', () => {
    const order = (features: Partial<KafkaFeatures>): number[] => {
      const bench = new Bench({}, { producerEpochBump: false, ...features });
      bench.warmUp();
      bench.brokers.partition(0).log.length = 0;
      bench.brokers.script = withFreshState(bench);
      bench.send([1, 2, 3, 4, 5]);
      bench.brokers.runTo(5_000);
      return bench.brokers.values(0);
    };
    expect(order({ sequenceResetInOrder: true })).toEqual([1, 2, 3, 4, 5]);
    expect(order({ sequenceResetInOrder: false })).not.toEqual([1, 2, 3, 4, 5]);
  });
});

/**
 * Accepts the first of five batches, so that it leaves the head of what is in flight; then knows nothing of the producer, whose records are gone by
 * retention, and accepts its batches from sequence 0 on.
 */
function withFreshState(bench: Bench): (context: RequestContext) => boolean {
  const kept = 1_000_000;
  let count = 0;
  return (context) => {
    if (context.envelope.api !== 'Produce') return false;
    const [first] = (context.envelope.body as ProduceRequest).partitions;
    if (++count === 1) {
      bench.brokers.appendRequest(context.envelope.body as ProduceRequest);
      const answer = { errorCode: 0, baseOffset: 0, logStartOffset: 0, currentLeader: -1, currentLeaderEpoch: -1 };
      context.respond({ partitions: [{ partition: first!.partition, ...answer }] }, 50);
      return true;
    }
    if (count <= 5) {
      bench.brokers.refuse(context, ErrorCode.UNKNOWN_PRODUCER_ID, -1, -1, kept);
      return true;
    }
    const values = bench.brokers.values(0).length;
    if (first!.batch.baseSequence !== values - 1) {
      bench.brokers.refuse(context, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
      return true;
    }
    const [baseOffset] = bench.brokers.appendRequest(context.envelope.body as ProduceRequest);
    const answer = { errorCode: 0, baseOffset: baseOffset!, logStartOffset: 0, currentLeader: -1, currentLeaderEpoch: -1 };
    context.respond({ partitions: [{ partition: first!.partition, ...answer }] }, 50);
    return true;
  };
}

describe('a batch given up after it was sent', () => {
  const config = { deliveryTimeoutUs: 1_000 * MS, requestTimeoutUs: 600 * MS };

  it('holds back what comes behind until it is known whether the log has it; then the epoch is bumped', () => {
    const bench = new Bench(config);
    bench.warmUp();
    bench.onProduce(() => true);
    bench.send([1]);
    bench.brokers.runTo(1_200);
    expect(bench.outcomes()).toEqual([[1, 'TIMEOUT', 'unknown']]);
    bench.brokers.script = () => false;
    bench.send([2]);
    bench.brokers.runTo(3_000);
    expect(bench.stored()).toEqual([
      [0, 0, 0],
      [1, 0, 2],
    ]);
    expect(bench.brokers.events('producer-epoch-bumped')).toMatchObject([{ reason: 'UNRESOLVED_SEQUENCE' }]);
  });

  it('counts as stored when its answer and that of the batch behind it come after all', () => {
    const bench = new Bench({ ...config, requestTimeoutUs: 5_000 * MS });
    bench.warmUp();
    const held: RequestContext[] = [];
    bench.onProduce((context, count) => {
      if (count > 2) return false;
      bench.brokers.appendRequest(context.envelope.body as ProduceRequest);
      held.push(context);
      return true;
    });
    bench.send([1]);
    bench.brokers.runTo(500);
    bench.send([2]);
    bench.brokers.runTo(1_150);
    expect(bench.outcomes()).toEqual([[1, 'TIMEOUT', 'unknown']]);
    bench.send([3]);
    for (const i of [0, 1]) {
      bench.brokers.runTo(1_200 + 50 * i);
      // The third waits for both.
      expect(bench.brokers.values(0)).toHaveLength(2 + i);
      const answer = { errorCode: 0, baseOffset: i + 1, logStartOffset: 0, currentLeader: -1, currentLeaderEpoch: -1 };
      held[i]!.respond({ partitions: [{ partition: bench.brokers.partition(0).id, ...answer }] }, 50);
    }
    bench.brokers.runTo(2_000);
    expect(bench.stored()).toEqual([0, 1, 2, 3].map((value) => [0, value, value]));
    expect(bench.brokers.events('producer-epoch-bumped')).toEqual([]);
  });

  it('before KIP-360 makes the producer take a new id', () => {
    const bench = new Bench(config, { producerEpochBump: false });
    bench.warmUp();
    bench.onProduce((context) => {
      context.closeConnection();
      return true;
    });
    bench.send([1]);
    bench.brokers.runTo(1_200);
    bench.brokers.script = () => false;
    bench.send([2]);
    bench.brokers.runTo(3_000);
    expect(bench.brokers.partition(0).log.at(-1)).toMatchObject({ producerId: 1001, producerEpoch: 0, baseSequence: 0 });
  });
});
