import { expect, it } from 'vitest';
import { isrAltered } from '../../kafka/events.js';
import { FakeCluster, watchWith } from '../testing.js';
import { ReplicationQuorumSuperset } from './ReplicationQuorumSuperset.js';

it('finds a committed ISR member that its leader does not count (KIP-497, B-25)', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new ReplicationQuorumSuperset(context));
  cluster.on(1).committedIsr = [1, 2];
  cluster.on(1).maximalIsr = [1, 2];
  cluster.bus.emit(isrAltered, 1, cluster.orders, 1, 0, 0, 5);
  expect(findings.map((finding) => finding.witness['broker'])).toEqual([3]);
});

it('allows a leader that counts more than is committed, and a leader of an older epoch that knows less', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new ReplicationQuorumSuperset(context));
  cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1, 2] };
  cluster.bus.emit(isrAltered, 1, cluster.orders, 1, 0, 0, 5);
  cluster.on(1).maximalIsr = [1];
  cluster.committed = { leader: 1, leaderEpoch: 1, isr: [1, 2] };
  cluster.bus.emit(isrAltered, 1, cluster.orders, 1, 1, 0, 6);
  expect(findings).toEqual([]);
});
