import { expect, it } from 'vitest';
import { highWatermarkAdvanced, produceAcknowledged } from '../../kafka/events.js';
import { FakeCluster, watchWith } from '../testing.js';
import { AckImpliesHighWatermark } from './AckImpliesHighWatermark.js';

function acknowledge(acks: number, highWatermark: number, isrSize: number, legacyAcksN = false): number {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new AckImpliesHighWatermark(context), { legacyAcksN });
  cluster.bus.emit(produceAcknowledged, 1, cluster.orders, 4, 5, acks, highWatermark, isrSize);
  return findings.length;
}

it('finds acks=all below the high watermark or with too few replicas in sync', () => {
  expect(acknowledge(-1, 6, 2)).toBe(0);
  expect(acknowledge(-1, 5, 2)).toBe(1);
  expect(acknowledge(-1, 6, 1)).toBe(1);
});

it('allows acks=1 anything, and releases before 0.9 an acknowledgement below the high watermark', () => {
  expect(acknowledge(1, 0, 1)).toBe(0);
  expect(acknowledge(-1, 5, 2, true)).toBe(0);
});

it('allows an answer that waited for another partition while this one shrank its ISR', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new AckImpliesHighWatermark(context));
  cluster.on(1).log.highWatermark = 6;
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 4, 6, 0);
  cluster.bus.emit(produceAcknowledged, 1, cluster.orders, 4, 5, -1, 6, 1);
  expect(findings).toEqual([]);
});
