import { expect, it } from 'vitest';
import { followerHighWatermarkSet, highWatermarkAdvanced } from '../../kafka/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { HighWatermarkBound } from './HighWatermarkBound.js';

it('finds a high watermark outside the log', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new HighWatermarkBound(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2);
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
  cluster.bus.emit(followerHighWatermarkSet, 2, cluster.orders, 0, 1, 0);
  expect(findings).toEqual([]);
  cluster.bus.emit(followerHighWatermarkSet, 2, cluster.orders, 1, 2, 0);
  expect(findings).toHaveLength(1);
});

it('finds an advance below min.insync.replicas since KAFKA-15583, and allows it before', () => {
  const advanceAlone = (highWatermarkRequiresMinIsr: boolean): number => {
    const cluster = new FakeCluster();
    const { findings } = watchWith(cluster, (context) => new HighWatermarkBound(context), { highWatermarkRequiresMinIsr });
    cluster.hold(batchOf(0, 0, 7), 1);
    cluster.on(1).committedIsr = [1];
    cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
    return findings.length;
  };
  expect(advanceAlone(true)).toBe(1);
  expect(advanceAlone(false)).toBe(0);
});

it('caps min.insync.replicas at the replication factor', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new HighWatermarkBound(context));
  cluster.hold(batchOf(0, 0, 7), 1);
  Object.assign(cluster.on(1), { replicas: [1], committedIsr: [1] });
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
  expect(findings).toEqual([]);
});
