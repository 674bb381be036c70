import { expect, it } from 'vitest';
import { powerLost } from '../../engine/engineEvents.js';
import { highWatermarkAdvanced, isrAltered, logTruncated } from '../../kafka/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { StrongIsr } from './StrongIsr.js';

it("finds a member of the committed ISR without a record below the leader's high watermark", () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new StrongIsr(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2, 3);
  cluster.on(1).log.highWatermark = 1;
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
  expect(findings).toEqual([]);
  cluster.on(2).log.truncateTo(0);
  cluster.bus.emit(logTruncated, 2, cluster.orders, 1, 0, 0, 0, 0);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ guarantee: 'invariant/P4', partition: cluster.orders, offset: 0 });
});

it('leaves a deposed leader, replicas outside the ISR and logs after a power loss alone', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new StrongIsr(context));
  cluster.hold(batchOf(0, 0, 7), 1);
  cluster.on(1).log.highWatermark = 1;
  cluster.committed = { leader: 2, leaderEpoch: 1, isr: [2, 3] };
  cluster.bus.emit(isrAltered, 1, cluster.orders, 2, 1, 0, 1);
  cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1] };
  cluster.bus.emit(isrAltered, 1, cluster.orders, 1, 0, 0, 2);
  cluster.bus.emit(powerLost, cluster.bus.names.idOf('broker-2'));
  cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1, 2] };
  cluster.bus.emit(isrAltered, 1, cluster.orders, 1, 0, 0, 3);
  expect(findings).toEqual([]);
});

it('leaves a member alone that a reassignment has taken off the list of replicas, before it leaves the ISR', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new StrongIsr(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2);
  Object.assign(cluster.on(1), { replicas: [1, 2] });
  cluster.on(1).log.highWatermark = 1;
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
  expect(findings).toEqual([]);
});
