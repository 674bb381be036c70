import { expect, it } from 'vitest';
import { coordinatorLoaded } from '../../kafka/group/events.js';
import { markerAppended, transactionStateChanged } from '../../kafka/transaction/events.js';
import { FakeCluster, watchWith } from '../testing.js';
import { MarkersFollowDecision } from './MarkersFollowDecision.js';

it('finds a marker that the coordinator did not decide, or decided otherwise, unless a new coordinator may have', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new MarkersFollowDecision(context));
  const { bus } = cluster;
  const id = (text: string): number => bus.names.idOf(text);
  const marker = (commit: number): void => bus.emit(markerAppended, 1, cluster.orders, 9, 7, 0, commit, 0);
  const decides = (to: string): void => bus.emit(transactionStateChanged, 1, id('t'), 7, 0, id('Ongoing'), id(to), 0);
  marker(1);
  expect(findings).toHaveLength(1);
  decides('PrepareCommit');
  marker(1);
  marker(1);
  bus.emit(coordinatorLoaded, 1, cluster.orders, 1, 0);
  marker(0);
  marker(0);
  expect(findings).toHaveLength(1);
  marker(1);
  expect(findings[1]?.message).toContain('the coordinator had decided to abort');
});

it('does not listen to a leader that has been replaced, nor to a coordinator', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new MarkersFollowDecision(context));
  const { bus } = cluster;
  const id = (text: string): number => bus.names.idOf(text);
  const decides = (to: string, coordinatorEpoch: number): void =>
    bus.emit(transactionStateChanged, 1, id('t'), 7, 0, id('Ongoing'), id(to), coordinatorEpoch);
  decides('PrepareAbort', 2);
  bus.emit(markerAppended, 2, cluster.orders, 9, 7, 0, 1, 1);
  decides('PrepareCommit', 1);
  bus.emit(markerAppended, 1, cluster.orders, 9, 7, 0, 0, 2);
  expect(findings).toEqual([]);
});
