import { expect, it } from 'vitest';
import { isrAltered } from '../../kafka/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
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

it('asks nothing of a member that a reassignment has taken off the list of replicas, before it leaves the ISR', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new ReplicationQuorumSuperset(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2);
  cluster.on(1).log.highWatermark = 1;
  const altered = (): void => cluster.bus.emit(isrAltered, 1, cluster.orders, 1, 0, 0, 5);
  Object.assign(cluster.on(1), { replicas: [1, 2] });
  altered();
  expect(findings).toEqual([]);
  Object.assign(cluster.on(1), { replicas: [1, 2, 3] });
  altered();
  expect(findings.map((finding) => finding.witness['broker'])).toEqual([3]);
});
