import { expect, it } from 'vitest';
import { becameLeader } from '../../kafka/events.js';
import { sequenceRefused } from '../../kafka/log/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { RememberedBatches } from './RememberedBatches.js';

it('finds a refusal of a batch that the leader remembers, and no other', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new RememberedBatches(context));
  const { bus, orders } = cluster;
  const refuse = (sequence: number, error: string): void => bus.emit(sequenceRefused, 1, orders, 7, 0, sequence, bus.names.idOf(error));
  cluster.on(1).log.rememberedOffset = (producerId, epoch, sequence) => (producerId === 7 && epoch === 0 && sequence === 5 ? 41 : -1);
  refuse(6, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  refuse(5, 'INVALID_PRODUCER_EPOCH');
  expect(findings).toEqual([]);
  refuse(5, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  expect(findings).toMatchObject([{ guarantee: 'invariant/P24', offset: 41, witness: { broker: 1, producerId: 7, sequence: 5 } }]);
});

it('finds a new leader that remembers what its log does not hold', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new RememberedBatches(context));
  const { bus, orders } = cluster;
  cluster.hold(batchOf(0, 0, 10, 11), 1);
  const leads = (epoch: number): void => bus.emit(becameLeader, 1, orders, epoch, 2, 0, bus.names.idOf('1,2,3'));
  cluster.on(1).log.remembered = [[7, 1]];
  leads(1);
  expect(findings).toEqual([]);
  cluster.on(1).log.remembered = [
    [7, 1],
    [8, 2],
  ];
  leads(2);
  expect(findings).toMatchObject([{ guarantee: 'invariant/P24', offset: 2, witness: { broker: 1, producerId: 8, logEndOffset: 2 } }]);
});
