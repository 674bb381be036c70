import { describe, expect, it } from 'vitest';
import { FakeBrokers } from './testing.js';
import { type ProducerConfig, resolveProducerConfig } from '../config/index.js';
import { ErrorCode } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { ProduceRequest } from '../protocol/messages.js';
import { Producer, type SendResult } from './Producer.js';

const MS = 1000;
const RECORDS = 150;

interface Run {
  readonly brokers: FakeBrokers;
  /** Per partition, the values in the order in which they were sent. */
  readonly sent: number[][];
  readonly results: Map<number, SendResult[]>;
}

/** An idempotent producer whose leaders move, whose connections break before and after the append, and whose batches expire. */
function run(seed: number, features: Partial<KafkaFeatures> = {}): Run {
  const brokers = new FakeBrokers([1, 2, 3], 3, `idempotence-${seed}`);
  const { simulation, clientProcess, brokerHost } = brokers;
  const dice = simulation.randomness.stream('test');
  const results = new Map<number, SendResult[]>();
  const sent: number[][] = [[], [], []];
  const config: ProducerConfig = {
    ...resolveProducerConfig('3.9', new Map()),
    lingerUs: dice.pick([0, 5]) * MS,
    batchSizeBytes: dice.pick([0, 400]),
    requestTimeoutUs: 800 * MS,
    deliveryTimeoutUs: dice.pick([2_500, 20_000]) * MS,
  };
  brokers.startClient(() => {
    const partitionerRandom = simulation.randomness.stream('partitioner');
    const base = { simulation, process: clientProcess, clientId: 'p1', config, features: { ...PRESETS['3.9'], ...features } };
    const producer = new Producer({ ...base, brokerHost, bootstrapBrokers: [1, 2, 3], partitionerRandom });
    for (let value = 0; value < RECORDS; value++) {
      const partition = dice.int(3);
      const send = (): void => {
        sent[partition]!.push(value);
        producer.send({ topic: 'orders', partition, key: null, value, sizeBytes: 100 }, (result) => {
          results.set(value, [...(results.get(value) ?? []), result]);
        });
      };
      clientProcess.after(dice.int(8_000) * MS, send, undefined);
    }
  });
  misbehave(brokers);
  brokers.runTo(60_000);
  return { brokers, sent, results };
}

function misbehave(brokers: FakeBrokers): void {
  const { simulation, clientProcess, brokerHost } = brokers;
  const { scheduler, network } = simulation;
  const dice = simulation.randomness.stream('test');
  brokers.script = (context) => {
    const { api, body } = context.envelope;
    if (api !== 'Produce' || simulation.nowUs > 9_000 * MS || !dice.chance(0.3)) return false;
    const told = dice.int(4);
    if (told === 0) brokers.refuse(context, dice.pick([ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.NOT_LEADER_OR_FOLLOWER]));
    else {
      if (told !== 1) brokers.appendChecked(body as ProduceRequest);
      // With an append that nobody is told of: the answer is lost, or comes too late, or not at all.
      if (told === 3) return true;
      context.closeConnection();
    }
    return true;
  };
  for (let i = 0; i < 6; i++) {
    const host = brokerHost(1 + dice.int(3));
    const partition = brokers.partition(dice.int(3));
    const [beginUs, endUs] = [dice.int(7_000) * MS, (7_000 + dice.int(2_000)) * MS];
    const [from, to] = dice.chance(0.5) ? [clientProcess.host, host] : [host, clientProcess.host];
    scheduler.at(beginUs, () => (i % 2 === 0 ? network.cut(from, to) : Object.assign(partition, moved(partition))), 0);
    scheduler.at(endUs, () => network.heal(from, to), 0);
  }
}

function moved({ leader, leaderEpoch }: { leader: number; leaderEpoch: number }): { leader: number; leaderEpoch: number } {
  return { leader: 1 + (leader % 3), leaderEpoch: leaderEpoch + 1 };
}

describe('whatever happens to it, an idempotent producer', () => {
  const runs = Array.from({ length: 60 }, (_, seed) => run(seed));

  it('stores each record at most once, and in the order in which it was sent', () => {
    for (const [seed, { brokers, sent }] of runs.entries()) {
      for (const index of [0, 1, 2]) {
        const stored = brokers.values(index);
        const present = new Set(stored);
        expect(stored, `seed ${seed}, partition ${index}`).toEqual(sent[index]!.filter((value) => present.has(value)));
      }
    }
    expect(runs.filter(({ brokers }) => brokers.events('batch-retried').length > 10).length).toBeGreaterThan(30);
  });

  it('answers for every record once; ok where it is stored, failed where it is not', () => {
    for (const { brokers, results } of runs) {
      expect(results.size).toBe(RECORDS);
      const stored = new Set([0, 1, 2].flatMap((index) => brokers.values(index)));
      for (const [value, answers] of results) {
        expect(answers).toHaveLength(1);
        if (answers[0]!.outcome !== 'unknown')
          expect(stored.has(value), `${value} ${answers[0]!.error}`).toBe(answers[0]!.outcome === 'ok');
      }
    }
  });

  it('bumps its epoch in some of these runs, and gives batches up in some', () => {
    expect(runs.some(({ brokers }) => brokers.events('producer-epoch-bumped').length > 0)).toBe(true);
    expect(runs.some(({ brokers }) => brokers.events('batch-expired').length > 0)).toBe(true);
  });

  it('does neither once retries may leave the sequence, or take a new one', () => {
    const broken = (features: Partial<KafkaFeatures>): number => {
      let count = 0;
      for (let seed = 0; seed < 10; seed++) {
        const { brokers, sent } = run(seed, features);
        for (const index of [0, 1, 2]) {
          const stored = brokers.values(index);
          const present = new Set(stored);
          if (stored.join() !== sent[index]!.filter((value) => present.has(value)).join()) count++;
        }
      }
      return count;
    };
    expect(broken({ retriesInSequence: false })).toBeGreaterThan(0);
    expect(broken({ sequenceKeptOnRetry: false })).toBeGreaterThan(0);
  });
});
