import { expect, it } from 'vitest';
import { coordinatorLoaded } from '../../kafka/group/events.js';
import {
  markerAppended,
  partitionAddedToTransaction,
  producerIdAssigned,
  transactionStateChanged,
} from '../../kafka/transaction/events.js';
import { FakeCluster, markerOf, watchWith } from '../testing.js';
import { TransactionStates } from './TransactionStates.js';

function watched(transactionV2 = false) {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new TransactionStates(context), { transactionV2 });
  const { bus, orders } = cluster;
  const id = (text: string): number => bus.names.idOf(text);
  const moves = (from: string, to: string): void => bus.emit(transactionStateChanged, 1, id('t'), 7, 0, id(from), id(to), 0);
  const given = (transactionalId: string, epoch: number): void => bus.emit(producerIdAssigned, 1, id(transactionalId), 7, epoch);
  const works = (epoch: number): void => bus.emit(partitionAddedToTransaction, 1, id('t'), 7, epoch, orders);
  const loads = (broker: number, epoch: number): void => bus.emit(coordinatorLoaded, broker, orders, epoch, 0);
  const marks = (coordinatorEpoch: number, broker = 1): void => {
    const offset = cluster.on(broker).log.logEndOffset;
    cluster.hold({ ...markerOf(offset, 7, 0, true), control: { commit: true, coordinatorEpoch } }, broker);
    bus.emit(markerAppended, broker, orders, offset, 7, 0, 1, coordinatorEpoch);
  };
  return { findings, moves, given, works, loads, marks };
}

it('finds illegal transitions', () => {
  const { findings, moves } = watched();
  for (const [from, to] of [
    ['Empty', 'Ongoing'],
    ['Ongoing', 'PrepareCommit'],
    ['PrepareCommit', 'CompleteCommit'],
  ] as const)
    moves(from, to);
  moves('PrepareEpochFence', 'PrepareAbort');
  expect(findings).toEqual([]);
  moves('PrepareCommit', 'CompleteAbort');
  moves('Empty', 'PrepareAbort');
  expect(findings.map(({ witness }) => witness['to'])).toEqual(['CompleteAbort', 'PrepareAbort']);
  const v2 = watched(true);
  v2.moves('Empty', 'PrepareAbort');
  expect(v2.findings).toEqual([]);
});

it('finds a producer epoch that two hold, and allows an answer that is given again before it was used', () => {
  const { findings, given, works } = watched();
  given('t', 0);
  given('t', 0);
  works(0);
  given('t', 1);
  expect(findings).toEqual([]);
  given('t', 0);
  expect(findings).toHaveLength(1);
  given('u', 1);
  expect(findings[1]?.message).toContain('to t and to u');
});

it('finds two coordinators in one epoch, and a marker of a former coordinator', () => {
  const { findings, loads, marks } = watched();
  loads(1, 3);
  loads(1, 3);
  loads(2, 4);
  marks(3);
  marks(4);
  marks(3, 2);
  expect(findings).toEqual([]);
  loads(3, 4);
  marks(3);
  expect(findings.map(({ message }) => message.slice(0, 22))).toEqual(['P30 CoordinatorStateLe', 'P30 CoordinatorStateLe']);
});
