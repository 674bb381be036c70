import { expect, it } from 'vitest';
import { brokerStarted, controlledShutdownBegan, controlledShutdownEnded, controllerElected, isrAltered } from '../../kafka/events.js';
import { PRESETS } from '../../kafka/protocol/features.js';
import type { Finding } from '../Finding.js';
import { FakeCluster, watchWith } from '../testing.js';
import { ShutDownNotInIsr } from './ShutDownNotInIsr.js';

function readmit(between: (cluster: FakeCluster) => void, meanwhile: (cluster: FakeCluster) => void = () => {}): Finding[] {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new ShutDownNotInIsr(context));
  cluster.bus.emit(controlledShutdownBegan, 2);
  meanwhile(cluster);
  cluster.bus.emit(controlledShutdownEnded, 2, 0);
  between(cluster);
  cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1, 2] };
  cluster.bus.emit(isrAltered, 1, cluster.orders, 1, 0, 0, 5);
  return findings;
}

it('finds a broker that is put back into an ISR after it was let go', () => {
  expect(readmit(() => {})).toHaveLength(1);
});

it('allows it once the broker is started again or another controller was elected', () => {
  expect(readmit((cluster) => cluster.bus.emit(brokerStarted, 2, 1))).toEqual([]);
  expect(readmit((cluster) => cluster.bus.emit(controllerElected, 1, 2))).toEqual([]);
});

it('allows it when the controller changed while the broker was shutting down', () => {
  expect(
    readmit(
      () => {},
      (cluster) => cluster.bus.emit(controllerElected, 1, 2),
    ),
  ).toEqual([]);
});

it('says nothing of releases that had the bug (KAFKA-14140)', () => {
  const cluster = new FakeCluster();
  const { invariant } = watchWith(cluster, (context) => new ShutDownNotInIsr(context));
  expect(invariant.applies(PRESETS['2.7'])).toBe(false);
  expect(invariant.applies(PRESETS['3.3'])).toBe(true);
});
