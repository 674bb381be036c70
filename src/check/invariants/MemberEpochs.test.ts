import { expect, it } from 'vitest';
import { coordinatorLoaded, groupEpochBumped, groupStateChanged, memberEpochChanged } from '../../kafka/group/events.js';
import { FakeCluster, watchWith } from '../testing.js';
import { MemberEpochs } from './MemberEpochs.js';

it('finds epochs that go back or pass their group, and allows a fresh start', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new MemberEpochs(context));
  const { bus } = cluster;
  const id = (text: string): number => bus.names.idOf(text);
  const moves = (epoch: number, groupEpoch: number): void =>
    bus.emit(memberEpochChanged, 1, id('g'), id('m1'), epoch, groupEpoch, id('STABLE'));
  const bumps = (epoch: number): void => bus.emit(groupEpochBumped, 1, id('g'), epoch, id('joined'));
  bumps(1);
  moves(1, 1);
  moves(0, 1);
  bumps(2);
  moves(2, 2);
  bus.emit(coordinatorLoaded, 1, cluster.orders, 1, 0);
  moves(1, 2);
  expect(findings).toEqual([]);
  moves(3, 2);
  moves(2, 3);
  bumps(5);
  bumps(5);
  expect(findings.map(({ witness }) => witness['epoch'])).toEqual([3, 2, 5]);
});

it('lets the epochs of a group begin anew once it was removed, and not before', () => {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new MemberEpochs(context));
  const { bus } = cluster;
  const id = (text: string): number => bus.names.idOf(text);
  const becomes = (state: string): void => bus.emit(groupStateChanged, 1, id('g'), 4, id('Empty'), id(state), id('removed'));
  const bumps = (epoch: number): void => bus.emit(groupEpochBumped, 1, id('g'), epoch, id('joined'));
  bumps(4);
  becomes('Dead');
  bumps(1);
  expect(findings).toEqual([]);
  bumps(3);
  becomes('Stable');
  bumps(2);
  expect(findings.map(({ witness }) => witness['epoch'])).toEqual([2]);
});
