import { expect, it } from 'vitest';
import { batchAppended, batchReplicated } from '../../kafka/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { LogMatching } from './LogMatching.js';

it('finds two batches of the same offset and epoch that differ', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new LogMatching(context));
  cluster.hold(batchOf(0, 0, 7), 1);
  cluster.bus.emit(batchAppended, 1, cluster.orders, 0, 0, 0, 7);
  cluster.hold(batchOf(0, 0, 8), 2);
  cluster.bus.emit(batchAppended, 2, cluster.orders, 0, 0, 0, 8);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ guarantee: 'no-divergence', kind: 'replicas-diverged', offset: 0 });
});

it('finds logs that agree on a batch but not on what lies below it (KIP-101 scenario 2)', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new LogMatching(context));
  cluster.hold(batchOf(0, 0, 1), 1, 2);
  cluster.hold(batchOf(1, 0, 2), 1);
  cluster.hold(batchOf(1, 1, 3), 2);
  const m4 = batchOf(2, 1, 4);
  cluster.hold(m4, 2);
  cluster.bus.emit(batchAppended, 2, cluster.orders, 2, 2, 1, 4);
  cluster.hold(m4, 1);
  cluster.bus.emit(batchReplicated, 1, cluster.orders, 2, 2, 1, 2);
  expect(findings.map((finding) => finding.offset)).toEqual([1]);
});

it('allows different records at one offset while their epochs differ', () => {
  const cluster = new FakeCluster();
  const { findings, invariant } = watchWith(cluster, (context) => new LogMatching(context));
  cluster.hold(batchOf(0, 0, 7), 1);
  cluster.bus.emit(batchAppended, 1, cluster.orders, 0, 0, 0, 7);
  cluster.hold(batchOf(0, 1, 8), 2);
  cluster.bus.emit(batchAppended, 2, cluster.orders, 0, 0, 1, 8);
  expect(findings).toEqual([]);
  expect(invariant.checks).toBe(2);
});
