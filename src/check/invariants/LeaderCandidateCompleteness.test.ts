import { expect, it } from 'vitest';
import { diskWiped } from '../../engine/engineEvents.js';
import { highWatermarkAdvanced, leaderElected } from '../../kafka/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { LeaderCandidateCompleteness } from './LeaderCandidateCompleteness.js';

/** Offset 0 is committed on all three, then broker 3 loses it; 3 is elected. */
function electShortLog(before: (cluster: FakeCluster) => void, unclean: number): number {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new LeaderCandidateCompleteness(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2, 3);
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
  cluster.on(3).log.truncateTo(0);
  before(cluster);
  cluster.committed = { leader: 3, leaderEpoch: 1, isr: [3] };
  cluster.bus.emit(leaderElected, 1, cluster.orders, 3, 1, cluster.bus.names.idOf('3'), 1, unclean);
  return findings.length;
}

it('finds an elected replica that lacks a committed record', () => {
  expect(electShortLog(() => {}, 0)).toBe(1);
});

it('is silent after an unclean election and after a wiped disk', () => {
  expect(electShortLog(() => {}, 1)).toBe(0);
  expect(electShortLog((cluster) => cluster.bus.emit(diskWiped, cluster.bus.names.idOf('broker-3')), 0)).toBe(0);
});

it('counts only what a rightful leader committed', () => {
  const cluster = new FakeCluster();
  const { committed } = watchWith(cluster, (context) => new LeaderCandidateCompleteness(context));
  cluster.hold(batchOf(0, 0, 7), 1);
  cluster.committed = { leader: 2, leaderEpoch: 1, isr: [2, 3] };
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
  expect(committed.of(cluster.orders).trueHighWatermark).toBe(0);
});
