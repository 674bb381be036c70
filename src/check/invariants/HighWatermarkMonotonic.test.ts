import { expect, it } from 'vitest';
import { becameLeader, highWatermarkAdvanced } from '../../kafka/events.js';
import { FakeCluster, watchWith } from '../testing.js';
import { HighWatermarkMonotonic } from './HighWatermarkMonotonic.js';

it('finds a high watermark that goes back within a leader epoch', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new HighWatermarkMonotonic(context));
  cluster.bus.emit(becameLeader, 1, cluster.orders, 0, 0, 0, 0);
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 9, 0);
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 4, 5, 0);
  expect(findings).toHaveLength(1);
});

it('allows a new leader to begin lower, and a deposed one to lag behind it', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new HighWatermarkMonotonic(context));
  cluster.bus.emit(becameLeader, 1, cluster.orders, 0, 0, 0, 0);
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 9, 0);
  cluster.bus.emit(becameLeader, 2, cluster.orders, 1, 9, 7, 0);
  cluster.bus.emit(highWatermarkAdvanced, 2, cluster.orders, 7, 8, 1);
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 4, 5, 0);
  expect(findings).toEqual([]);
});
