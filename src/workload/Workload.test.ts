import { describe, expect, test } from 'vitest';
import type { History } from '../check/history.js';
import { apply, consumer, producer, S } from './testing.js';

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

  test('that forget count a send as done at once, and end without waiting for it', () => {
    const { history, workload, cluster, simulation, runTo } = apply([{ ...producer, mode: 'forget', count: 3 }], []);
    simulation.scheduler.at(1.9 * S, () => simulation.pause(cluster.node(1).process), undefined);
    runTo(2.6 * S);
    expect(history.sends.map((send) => [send.outcome, send.partition])).toEqual(Array(3).fill(['ok', -1]));
    let ended = false;
    workload.shutDown('p1', () => (ended = true));
    expect(ended).toBe(true);
  });

  test('send a record again that failed, as a new record that names the old one, as often as they should', () => {
    const properties = { 'delivery.timeout.ms': 500, 'request.timeout.ms': 400, 'max.block.ms': 500 };
    const { history, simulation, cluster, runTo } = apply([{ ...producer, count: 1, resends: 2, properties }], []);
    simulation.scheduler.at(1.9 * S, () => simulation.pause(cluster.node(1).process), undefined);
    runTo(10 * S);
    expect(history.sends.map((send) => send.resendOf)).toEqual([-1, 0, 1]);
    expect(history.sends.every((send) => send.outcome !== 'ok' && send.outcome !== 'pending')).toBe(true);
  });

  test('leave the fate of what was pending unknown when they are killed, and go on where they were when they come back', () => {
    const { history, workload, cluster, simulation, runTo } = apply([{ ...producer, count: 20 }], []);
    simulation.scheduler.at(2.4 * S, () => simulation.pause(cluster.node(1).process), undefined);
    runTo(2.7 * S);
    workload.kill('p1');
    expect(history.pendingSends).toBe(0);
    expect(history.sends.at(-1)).toMatchObject({ outcome: 'unknown', error: 'CLIENT_DIED', completedUs: 2.7 * S });
    const before = history.sends.length;
    simulation.resume(cluster.node(1).process);
    runTo(3 * S);
    expect(history.sends).toHaveLength(before);
    workload.restart('p1');
    runTo(10 * S);
    expect(history.sends).toHaveLength(20);
    expect(history.sends.slice(before).every((send) => send.outcome === 'ok')).toBe(true);
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
