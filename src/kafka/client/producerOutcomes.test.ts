import { describe, expect, it } from 'vitest';
import { FakeBrokers } from './testing.js';
import { type ProducerConfig, resolveProducerConfig } from '../config/index.js';
import { ErrorCode } from '../protocol/errors.js';
import { PRESETS } from '../protocol/features.js';
import type { ProduceRequest } from '../protocol/messages.js';
import { Producer, type SendResult } from './Producer.js';

const MS = 1000;
const RECORDS = 120;

interface Run {
  readonly brokers: FakeBrokers;
  readonly results: Map<number, SendResult[]>;
}

/** Ten seconds of sends while brokers die, links are cut, leaders move and answers go wrong; then quiet until all is over. */
function chaos(seed: number): Run {
  const brokers = new FakeBrokers([1, 2, 3, 1], 3, `outcomes-${seed}`);
  const { simulation, clientProcess, brokerHost } = brokers;
  const dice = simulation.randomness.stream('test');
  const results = new Map<number, SendResult[]>();
  const config: ProducerConfig = {
    ...resolveProducerConfig('3.9', new Map()),
    enableIdempotence: false,
    lingerUs: dice.pick([0, 5, 50]) * MS,
    batchSizeBytes: dice.pick([0, 400, 16_384]),
    bufferMemoryBytes: dice.pick([3_000, 33_554_432]),
    maxBlockUs: 1_500 * MS,
    maxInFlightRequestsPerConnection: dice.pick([1, 5]),
    retries: dice.pick([0, 2, 1_000_000]),
    requestTimeoutUs: 1_000 * MS,
    deliveryTimeoutUs: 3_000 * MS,
  };
  brokers.startClient(() => {
    const partitionerRandom = simulation.randomness.stream('partitioner');
    const base = { simulation, process: clientProcess, clientId: 'p1', config, features: PRESETS['3.9'] };
    const producer = new Producer({ ...base, brokerHost, bootstrapBrokers: [1, 2, 3], partitionerRandom });
    for (let value = 0; value < RECORDS; value++) {
      const send = (): void => {
        producer.send({ topic: 'orders', partition: null, key: null, value, sizeBytes: 100 }, (result) => {
          results.set(value, [...(results.get(value) ?? []), result]);
        });
      };
      clientProcess.after(dice.int(10_000) * MS, send, undefined);
    }
  });
  misbehave(brokers);
  brokers.runTo(30_000);
  return { brokers, results };
}

function misbehave(brokers: FakeBrokers): void {
  const { simulation, clientProcess, brokerHost } = brokers;
  const { scheduler, network } = simulation;
  const dice = simulation.randomness.stream('test');
  brokers.script = (context) => {
    if (context.envelope.api !== 'Produce' || simulation.nowUs > 12_000 * MS || !dice.chance(0.3)) return false;
    const appends = dice.chance(0.5);
    if (appends) brokers.appendRequest(context.envelope.body as ProduceRequest);
    const told = dice.int(3);
    if (told === 0) context.closeConnection();
    else if (appends) brokers.refuse(context, dice.pick([ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, ErrorCode.REQUEST_TIMED_OUT]));
    else brokers.refuse(context, dice.pick([ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.NOT_LEADER_OR_FOLLOWER]));
    return true;
  };
  for (let i = 0; i < 8; i++) {
    const id = 1 + dice.int(3);
    const [beginUs, endUs] = [dice.int(8_000) * MS, (9_000 + dice.int(3_000)) * MS];
    const host = brokerHost(id);
    const [from, to] = dice.chance(0.5) ? [clientProcess.host, host] : [host, clientProcess.host];
    const process = brokers.processes.get(id)!;
    const kind = dice.int(3);
    scheduler.at(
      beginUs,
      () => (kind === 0 ? network.cut(from, to) : kind === 1 ? simulation.kill(process) : move(brokers, dice.int(4))),
      0,
    );
    scheduler.at(
      endUs,
      () => (kind === 0 ? network.heal(from, to) : kind === 1 && !process.running ? brokers.startBroker(id) : undefined),
      0,
    );
  }
}

function move(brokers: FakeBrokers, index: number): void {
  const partition = brokers.partition(index);
  partition.leader = 1 + (partition.leader % 3);
  partition.leaderEpoch++;
}

describe('whatever happens, a producer', () => {
  const runs = Array.from({ length: 40 }, (_, seed) => chaos(seed));
  const all = (outcome: string): number =>
    runs.flatMap(({ results }) => [...results.values()].flat()).filter((r) => r.outcome === outcome).length;

  it('answers for every record exactly once', () => {
    for (const { results } of runs) {
      expect(results.size).toBe(RECORDS);
      for (const answers of results.values()) expect(answers).toHaveLength(1);
    }
  });

  it('says ok only of records that are at the offset it names', () => {
    for (const { brokers, results } of runs) {
      for (const [value, [result]] of results) {
        if (result?.outcome !== 'ok') continue;
        const partition = brokers.partitions.find(({ id }) => id === result.partition)!;
        expect(brokers.values(partition.index)[result.offset]).toBe(value);
      }
    }
    expect(all('ok')).toBeGreaterThan(1_000);
  });

  it('says failed only of records that are nowhere', () => {
    for (const { brokers, results } of runs) {
      const stored = new Set(brokers.partitions.flatMap(({ index }) => brokers.values(index)));
      for (const [value, [result]] of results)
        if (result?.outcome === 'failed') expect(stored.has(value), `${value} ${result.error}`).toBe(false);
    }
    expect(all('failed')).toBeGreaterThan(100);
  });

  it('says unknown of some that are stored and some that are not', () => {
    let stored = 0;
    let absent = 0;
    for (const { brokers, results } of runs) {
      const values = new Set(brokers.partitions.flatMap(({ index }) => brokers.values(index)));
      for (const [value, [result]] of results) {
        if (result?.outcome !== 'unknown') continue;
        if (values.has(value)) stored++;
        else absent++;
      }
    }
    expect(stored).toBeGreaterThan(50);
    expect(absent).toBeGreaterThan(50);
  });

  it('does the same again for the same seed', () => {
    expect(chaos(3).brokers.simulation.bus.hash).toBe(runs[3]!.brokers.simulation.bus.hash);
    expect(runs[4]!.brokers.simulation.bus.hash).not.toBe(runs[3]!.brokers.simulation.bus.hash);
  });
});
