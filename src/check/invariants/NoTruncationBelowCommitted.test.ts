import { expect, it } from 'vitest';
import { highWatermarkAdvanced, logTruncated } from '../../kafka/events.js';
import type { Finding } from '../Finding.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { NoTruncationBelowCommitted } from './NoTruncationBelowCommitted.js';

/** Offsets 0 and 1 are committed; broker 2 truncates. */
function truncate(isr: number[], from: number, to: number): Finding[] {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new NoTruncationBelowCommitted(context));
  cluster.hold(batchOf(0, 0, 7, 8), 1, 2, 3);
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 2, 0);
  cluster.committed = { leader: 1, leaderEpoch: 1, isr };
  cluster.bus.emit(logTruncated, 2, cluster.orders, from, to, 1, 0, 0);
  return findings;
}

it('finds an in-sync replica that truncates committed records (KIP-101 scenario 1)', () => {
  expect(truncate([1, 2, 3], 2, 1)).toHaveLength(1);
});

it('allows a replica outside the ISR to do so, and an in-sync one to drop its uncommitted tail', () => {
  expect(truncate([1, 3], 2, 1)).toEqual([]);
  expect(truncate([1, 2, 3], 5, 2)).toEqual([]);
});
