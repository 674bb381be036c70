import { expect, it } from 'vitest';
import { lastStableOffsetAdvanced } from '../../kafka/log/events.js';
import { batchOf, FakeCluster, markerOf, transactionalBatch, watchWith } from '../testing.js';
import { StableOffsetSafe } from './StableOffsetSafe.js';

it('finds a last stable offset beyond an open transaction, a marker that is not replicated, or the high watermark', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new StableOffsetSafe(context));
  const { bus, orders } = cluster;
  for (const batch of [batchOf(0, 0, 1), transactionalBatch(1, 7, 0, 2), batchOf(2, 0, 3), markerOf(3, 7, 0, true)]) cluster.hold(batch, 1);
  const { log } = cluster.on(1);
  const advance = (highWatermark: number, to: number): void => {
    log.highWatermark = highWatermark;
    bus.emit(lastStableOffsetAdvanced, 1, orders, 0, to);
  };
  advance(3, 1);
  advance(4, 4);
  expect(findings).toEqual([]);
  advance(3, 3);
  advance(3, 4);
  expect(findings.map(({ offset }) => offset)).toEqual([1, 4]);
});
