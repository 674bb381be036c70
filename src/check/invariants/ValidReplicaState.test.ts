import { expect, it } from 'vitest';
import { batchAppended, batchReplicated, logTruncated } from '../../kafka/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { ValidReplicaState } from './ValidReplicaState.js';

it('finds a leader that copies or truncates (KAFKA-13207) and a follower that appends', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new ValidReplicaState(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2);
  cluster.bus.emit(batchReplicated, 1, cluster.orders, 0, 0, 0, 2);
  cluster.bus.emit(logTruncated, 1, cluster.orders, 1, 0, 0, 0, 0);
  cluster.bus.emit(batchAppended, 2, cluster.orders, 0, 0, 0, 7);
  expect(findings.map((finding) => finding.witness['broker'])).toEqual([1, 1, 2]);
});

it('allows each role its own, and finds an append in an epoch that the leader does not lead', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new ValidReplicaState(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2);
  cluster.bus.emit(batchAppended, 1, cluster.orders, 0, 0, 0, 7);
  cluster.bus.emit(batchReplicated, 2, cluster.orders, 0, 0, 0, 1);
  cluster.bus.emit(logTruncated, 2, cluster.orders, 2, 1, 0, 0, 0);
  expect(findings).toEqual([]);
  cluster.bus.emit(batchAppended, 1, cluster.orders, 0, 0, 3, 7);
  expect(findings).toHaveLength(1);
});
