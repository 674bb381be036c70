import { expect, it } from 'vitest';
import { highWatermarkAdvanced, replicaStopped } from '../../kafka/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { WeakIsr } from './WeakIsr.js';

function advance(cluster: FakeCluster): void {
  cluster.on(1).log.highWatermark = 1;
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
}

it("finds a member of the leader's ISR that lacks a record below its high watermark, or holds another", () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new WeakIsr(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2);
  cluster.hold(batchOf(0, 0, 8), 3);
  advance(cluster);
  expect(findings.map((finding) => finding.witness['broker'])).toEqual([3]);
  cluster.on(2).log.truncateTo(0);
  advance(cluster);
  expect(findings.map((finding) => finding.witness['broker'])).toEqual([3, 2, 3]);
});

it('says nothing of a member of the ISR that a reassignment has taken off its list of replicas', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new WeakIsr(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2);
  Object.assign(cluster.on(1), { replicas: [1, 2] });
  advance(cluster);
  expect(findings).toEqual([]);
});

it('says nothing of brokers that are down, and nothing of a deposed leader whose view names a replica created anew', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new WeakIsr(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2);
  cluster.running.delete(3);
  advance(cluster);
  cluster.committed = { leader: 2, leaderEpoch: 1, isr: [2] };
  cluster.bus.emit(replicaStopped, 2, cluster.orders, 1, 1);
  cluster.on(2).log.truncateTo(0);
  advance(cluster);
  expect(findings).toEqual([]);
});
