import { expect, it } from 'vitest';
import { batchAppended, leaderElected } from '../../kafka/events.js';
import { FakeCluster, watchWith } from '../testing.js';
import { ElectionSafety } from './ElectionSafety.js';

it('finds two brokers that append in one leader epoch', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new ElectionSafety(context));
  cluster.bus.emit(batchAppended, 1, cluster.orders, 0, 0, 4, 7);
  cluster.bus.emit(batchAppended, 2, cluster.orders, 0, 0, 5, 8);
  expect(findings).toEqual([]);
  cluster.bus.emit(batchAppended, 2, cluster.orders, 1, 1, 4, 9);
  expect(findings).toHaveLength(1);
});

it('finds a change of leader without a higher epoch, but allows an ISR change without one', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new ElectionSafety(context));
  const commit = (leader: number, leaderEpoch: number): void => {
    cluster.committed = { leader, leaderEpoch, isr: [leader] };
    cluster.bus.emit(leaderElected, 1, cluster.orders, leader, leaderEpoch, 0, 1, 0);
  };
  commit(1, 0);
  commit(1, 0);
  commit(2, 1);
  expect(findings).toEqual([]);
  commit(3, 1);
  expect(findings).toHaveLength(1);
});
