import { describe, expect, test } from 'vitest';
import { History } from '../check/history.js';
import { Simulation } from '../engine/Simulation.js';
import { KafkaCluster } from '../kafka/cluster/KafkaCluster.js';
import { resolveConsumerConfig, resolveProducerConfig } from '../kafka/config/index.js';
import { PRESETS } from '../kafka/protocol/features.js';
import type { ConsumerSection, ProducerSection } from '../scenario/Scenario.js';
import { Workload } from './Workload.js';

const S = 1_000_000;
const none = new Map<string, never>();

const producer: ProducerSection = {
  ...{ id: 'p1', topics: ['orders'], partition: null, keys: 0, recordBytes: 100, startUs: 2 * S, everyUs: 100_000 },
  ...{ count: 10, mode: 'async', properties: {} },
};
const consumer: ConsumerSection = { id: 'c1', topics: ['orders'], startUs: 2 * S, pollEveryUs: 0, properties: {} };

/** One broker with topic `orders` of two partitions and topic `other` of one, under these clients. */
function apply(
  producers: ProducerSection[],
  consumers: ConsumerSection[],
): { history: History; workload: Workload; cluster: KafkaCluster; simulation: Simulation; runTo: (us: number) => void } {
  const simulation = new Simulation('workload');
  const cluster = new KafkaCluster(simulation, {
    ...{ release: '3.9', features: PRESETS['3.9'], brokers: 1, zookeeperServers: 1 },
    ...{ brokerProperties: none, brokerOverrides: new Map() },
    topics: [
      { name: 'orders', partitions: 2, replicationFactor: 1, config: none },
      { name: 'other', partitions: 1, replicationFactor: 1, config: none },
    ],
  });
  const history = new History();
  const workload = new Workload({
    ...{ simulation, cluster, history, bootstrapBrokers: [1] },
    producers: producers.map((section) => ({ section, config: resolveProducerConfig('3.9', none) })),
    consumers: consumers.map((section) => ({ section, config: resolveConsumerConfig('3.9', none) })),
  });
  cluster.start();
  workload.start();
  return { history, workload, cluster, simulation, runTo: (us) => simulation.scheduler.runUntil(us) };
}

describe('producers', () => {
  test('send as many records as they should, at their pace give or take a tenth, and every send completes', () => {
    const { history, runTo } = apply([producer], []);
    runTo(10 * S);
    const times = history.sends.map((send) => send.invokedUs);
    const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
    expect(times[0]).toBe(2 * S);
    expect(gaps).toHaveLength(9);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(90_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(110_000);
    expect(history.sends.every((send) => send.outcome === 'ok' && send.offset >= 0)).toBe(true);
  });

  test('send synchronously: one at a time, the pause comes after the result', () => {
    const { history, simulation, cluster, runTo } = apply([{ ...producer, mode: 'sync', everyUs: 10_000, count: 50 }], []);
    simulation.scheduler.at(2 * S + 50_000, () => simulation.pause(cluster.node(1).process), undefined);
    runTo(4 * S);
    expect(history.pendingSends).toBe(1);
    simulation.resume(cluster.node(1).process);
    runTo(10 * S);
    history.sends.slice(1).forEach((send, i) => {
      expect(send.invokedUs).toBeGreaterThanOrEqual((history.sends[i]?.completedUs ?? 0) + 9_000);
    });
    expect(history.sends).toHaveLength(50);
  });

  test('stop on demand, and what is under way still completes', () => {
    const { history, workload, runTo } = apply([{ ...producer, count: 1_000 }], []);
    runTo(3 * S);
    workload.stopSending();
    const sent = history.sends.length;
    runTo(5 * S);
    expect([sent > 5, history.sends.length, history.pendingSends]).toEqual([true, sent, 0]);
  });

  test('keep to their topics, keys and partition', () => {
    const both = { ...producer, id: 'both', topics: ['orders', 'other'], keys: 3, count: 40 };
    const { history, simulation, runTo } = apply([both, { ...producer, id: 'fixed', partition: 1 }], []);
    runTo(10 * S);
    const of = (client: string): typeof history.sends => history.sends.filter((send) => send.client === client);
    expect(new Set(of('both').map((send) => send.topic))).toEqual(new Set(['orders', 'other']));
    expect(new Set(of('both').map((send) => send.key))).toEqual(new Set(['k0', 'k1', 'k2']));
    expect(new Set(of('fixed').map((send) => simulation.bus.names.text(send.partition)))).toEqual(new Set(['orders-1']));
    expect(new Set(of('fixed').map((send) => send.key))).toEqual(new Set([null]));
  });

  test('are not disturbed by another client', () => {
    const alone = apply([producer], []);
    const together = apply([{ ...producer, id: 'p0' }, producer], [consumer]);
    for (const { runTo } of [alone, together]) runTo(5 * S);
    const timesOf = (history: History): number[] => history.sends.filter((send) => send.client === 'p1').map((send) => send.invokedUs);
    expect(timesOf(together.history)).toEqual(timesOf(alone.history));
  });
});

describe('consumers', () => {
  const valuesRead = (history: History, client: string): number[] =>
    history.polls
      .filter((poll) => poll.client === client)
      .flatMap((poll) => poll.values)
      .sort((a, b) => a - b);

  test('read every record once, as it arrives or at their own pace', () => {
    const { history, runTo } = apply([producer], [consumer, { ...consumer, id: 'c2', pollEveryUs: 700_000 }]);
    runTo(6 * S);
    const sent = history.sends.map((send) => send.value);
    expect([valuesRead(history, 'c1'), valuesRead(history, 'c2')]).toEqual([sent, sent]);
    const pollTimes = new Set(history.polls.filter((poll) => poll.client === 'c2').map((poll) => poll.timeUs));
    expect(pollTimes.size).toBeLessThan(4);
  });

  test('find partitions that are added while they read', () => {
    const { history, cluster, simulation, runTo } = apply([{ ...producer, partition: 2, startUs: 5 * S }], [consumer]);
    simulation.scheduler.at(3 * S, () => cluster.addPartitions('orders', 3), undefined);
    runTo(12 * S);
    expect(valuesRead(history, 'c1')).toEqual(history.sends.map((send) => send.value));
    expect(history.polls.length).toBeGreaterThan(0);
  });
});
