import { expect, it } from 'vitest';
import { batchAppended } from '../../kafka/events.js';
import { markerAppended, producerIdAssigned } from '../../kafka/transaction/events.js';
import { FakeCluster, transactionalBatch, watchWith } from '../testing.js';
import { ProducerFencing } from './ProducerFencing.js';

/** Epoch 1 is given out, then a batch of this epoch is appended, and a marker ends it. */
function afterFencing(epoch: number, commit: boolean): number {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new ProducerFencing(context));
  const { bus, orders } = cluster;
  bus.emit(producerIdAssigned, 1, bus.names.idOf('t'), 7, 1);
  cluster.hold(transactionalBatch(0, 7, epoch, 5), 1);
  bus.emit(batchAppended, 1, orders, 0, 0, 0, 5);
  bus.emit(markerAppended, 1, orders, 1, 7, 1, commit ? 1 : 0, 0);
  return findings.length;
}

it('finds a fenced batch that is committed, and allows one that is aborted', () => {
  expect(afterFencing(0, true)).toBe(1);
  expect(afterFencing(0, false)).toBe(0);
  expect(afterFencing(1, true)).toBe(0);
});
