import { expect, it } from 'vitest';
import { batchAppended, batchReplicated, highWatermarkAdvanced, logTruncated } from '../../kafka/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { NoCommittedRecordLost } from './NoCommittedRecordLost.js';

function commitOne(): { cluster: FakeCluster; findings: readonly unknown[] } {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new NoCommittedRecordLost(context));
  cluster.hold(batchOf(0, 0, 7), 1, 2, 3);
  cluster.bus.emit(batchAppended, 1, cluster.orders, 0, 0, 0, 7);
  for (const broker of [2, 3]) cluster.bus.emit(batchReplicated, broker, cluster.orders, 0, 0, 0, 1);
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
  return { cluster, findings };
}

function truncate(cluster: FakeCluster, broker: number): void {
  cluster.on(broker).log.truncateTo(0);
  cluster.bus.emit(logTruncated, broker, cluster.orders, 1, 0, 1, 0, 0);
}

it('finds the truncation of the last copy of a committed record', () => {
  const { cluster, findings } = commitOne();
  truncate(cluster, 1);
  truncate(cluster, 2);
  expect(findings).toHaveLength(0);
  truncate(cluster, 3);
  expect(findings).toHaveLength(1);
});

it('counts the copy on the disk of a broker that is down', () => {
  const { cluster, findings } = commitOne();
  cluster.running.delete(3);
  truncate(cluster, 1);
  truncate(cluster, 2);
  expect(findings).toHaveLength(0);
});
