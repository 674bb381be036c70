import { expect, it } from 'vitest';
import { leaderElected } from '../../kafka/events.js';
import { FakeCluster, watchWith } from '../testing.js';
import { LeaderInIsr } from './LeaderInIsr.js';

it('finds a leader outside its ISR and an ISR member that is not assigned', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new LeaderInIsr(context));
  cluster.committed = { leader: 1, leaderEpoch: 1, isr: [2, 4] };
  cluster.bus.emit(leaderElected, 1, cluster.orders, 1, 1, 0, 1, 0);
  expect(findings.map((finding) => finding.message)).toEqual([
    'P8 LeaderInIsr: orders-0 is led by 1, which is not in its ISR {2,4}.',
    'P8 LeaderInIsr: orders-0 has the ISR {2,4} with assigned replicas {1,2,3}: 4 does not belong.',
  ]);
});

it('allows a partition without a leader that keeps its last ISR member', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new LeaderInIsr(context));
  cluster.committed = { leader: -1, leaderEpoch: 2, isr: [2] };
  cluster.bus.emit(leaderElected, 1, cluster.orders, -1, 2, 0, 1, 0);
  expect(findings).toEqual([]);
});
