import { expect, it } from 'vitest';
import { consumerAssigned, consumerRevoked } from '../../kafka/client/events.js';
import {
  coordinatorLoaded,
  generationStarted,
  memberJoined,
  memberRemoved,
  offsetCommitted,
  partitionAssigned,
} from '../../kafka/group/events.js';
import { FakeCluster, watchWith } from '../testing.js';
import { SingleOwner } from './SingleOwner.js';

function groupOf(): {
  readonly cluster: FakeCluster;
  readonly findings: ReturnType<typeof watchWith>['findings'];
  readonly act: ReturnType<typeof actions>;
} {
  const cluster = new FakeCluster();
  const { findings } = watchWith(cluster, (context) => new SingleOwner(context));
  return { cluster, findings, act: actions(cluster) };
}

function actions(cluster: FakeCluster) {
  const { bus, orders } = cluster;
  const id = (text: string): number => bus.names.idOf(text);
  return {
    joins: (member: string, instance = '') => bus.emit(memberJoined, 1, id('g'), 1, id(member), id(instance), id(member)),
    leaves: (member: string) => bus.emit(memberRemoved, 1, id('g'), 1, id(member), id('left')),
    isReplaced: (member: string) => bus.emit(memberRemoved, 1, id('g'), 1, id(member), id('replaced')),
    begins: (generation: number) => bus.emit(generationStarted, 1, id('g'), generation, id('range'), 2, id('m1')),
    gives: (member: string, generation: number, broker = 1) =>
      bus.emit(partitionAssigned, broker, id('g'), generation, id(member), orders, id(member)),
    hears: (member: string) => bus.emit(consumerAssigned, id(member), orders, 1, id(member)),
    stops: (member: string) => bus.emit(consumerRevoked, id(member), orders, 1, id(member), 0),
    commits: (member: string, generation: number, logOffset: number) =>
      bus.emit(offsetCommitted, 1, id('g'), orders, 5, generation, id(member), logOffset),
    loads: (broker: number) => bus.emit(coordinatorLoaded, broker, orders, 0, 0),
  };
}

it('finds two owners in one generation, and allows the next generation another', () => {
  const { findings, act } = groupOf();
  act.gives('m1', 1);
  act.begins(2);
  act.gives('m2', 2);
  expect(findings).toEqual([]);
  act.gives('m1', 2);
  expect(findings).toMatchObject([{ guarantee: 'single-owner', kind: 'two-owners' }]);
});

it('finds a partition that is given away while a member still works on it, unless it is static, out, or has stopped', () => {
  for (const [instance, ending] of [['', 'none'] as const, ['i1', 'none'] as const, ['', 'leaves'] as const, ['', 'stops'] as const]) {
    const { findings, act } = groupOf();
    act.joins('m1', instance);
    act.gives('m1', 1);
    act.hears('m1');
    if (ending !== 'none') act[ending]('m1');
    act.begins(2);
    act.gives('m2', 2);
    expect(findings).toHaveLength(instance === '' && ending === 'none' ? 1 : 0);
  }
});

it('takes what a coordinator says anew once it has loaded, and a new coordinator at its word', () => {
  const { findings, act } = groupOf();
  act.gives('m1', 1);
  act.loads(1);
  act.gives('m2', 1);
  act.gives('m1', 1, 2);
  expect(findings).toEqual([]);
});

it('finds a commit of a former generation that lands behind one of a later owner', () => {
  const { findings, act } = groupOf();
  act.commits('m1', 1, 10);
  act.commits('m2', 2, 11);
  act.commits('m1', 1, 10);
  act.commits('m2', 2, 12);
  expect(findings).toEqual([]);
  act.commits('m1', 1, 13);
  expect(findings).toMatchObject([{ guarantee: 'single-owner', kind: 'fenced-commit-took-effect' }]);
});

it('finds a commit of a static member that lands behind one of its replacement in the same generation', () => {
  const { findings, act } = groupOf();
  act.joins('m1', 'i1');
  act.commits('m1', 1, 10);
  act.isReplaced('m1');
  act.joins('m2', 'i1');
  act.commits('m1', 1, 11);
  act.commits('m2', 1, 12);
  act.isReplaced('m2');
  act.commits('m2', 1, 13);
  expect(findings).toEqual([]);
  act.commits('m1', 1, 14);
  expect(findings).toMatchObject([{ guarantee: 'single-owner', kind: 'fenced-commit-took-effect' }]);
});
