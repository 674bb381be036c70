import { expect, it } from 'vitest';
import { batchOf, FakeCluster } from '../testing.js';
import type { ConvergenceView } from './eventuallyConverges.js';
import { checkGroupConverges, groupObstacles, type GroupMemberView, type GroupView } from './groupConverges.js';

const member = { client: 'c1', running: true, left: false, stranded: false, counted: true, errors: new Map() };

function look(
  cluster: FakeCluster,
  change: Partial<GroupView> = {},
  position = 1,
  around: Partial<ConvergenceView> = {},
): ReturnType<typeof groupObstacles> {
  const view: ConvergenceView = {
    ...{ cluster, isHealed: (id: number) => cluster.running.has(id), minIsr: () => 2, allowsUncleanElection: () => false },
    ...{ pendingSends: 0, positions: [], damagedDisks: false, believesDead: () => false, ...around },
  };
  const group: GroupView = {
    ...{
      id: 'g',
      members: [member],
      partitions: [cluster.orders],
      outputPartitions: [],
      coordinatorPartition: -1,
      state: 'Stable',
      readCommitted: false,
    },
    ...{ owned: () => [cluster.orders], position: () => position, ...change },
  };
  return groupObstacles(view, [group], cluster.bus.names);
}

function settled(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.hold(batchOf(0, 0, 7), 1, 2, 3);
  for (const broker of [1, 2, 3]) cluster.on(broker).log.highWatermark = 1;
  return cluster;
}

it('has nothing to say of a stable group that has read everything, or that nobody is left of', () => {
  expect(look(settled())).toEqual([]);
  const gone: GroupMemberView = { ...member, left: true };
  expect(look(settled(), { members: [gone], state: 'Empty' })).toEqual([]);
});

it('finds a group that is not stable, a partition without owner or with two, and a member that is behind', () => {
  const cluster = settled();
  expect(look(cluster, { state: 'PreparingRebalance' })[0]?.message).toBe('group g is PreparingRebalance');
  expect(look(cluster, { state: null })[0]?.what).toBe('group-without-coordinator');
  expect(look(cluster, { owned: () => [] })[0]?.what).toBe('partition-without-owner');
  expect(look(cluster, { members: [member, { ...member, client: 'c2' }] })[0]?.what).toBe('partition-with-two-owners');
  const behind = look(cluster, {}, 0);
  expect(behind[0]?.message).toBe('c1 of group g is at 0 of orders-0, which can be read up to 1');
  expect(checkGroupConverges(behind, 1, 9)).toMatchObject({ violations: 1, judged: 1 });
});

it('excuses whoever stopped with an error that its application must decide', () => {
  const stopped = { ...member, errors: new Map([[settled().orders, 'OffsetOutOfRange']]) };
  expect(checkGroupConverges(look(settled(), { members: [stopped] }, 0), 1, 9)).toMatchObject({ violations: 0, excused: 1 });
});

it('excuses a partition that was added while its leader could not notice, and no other', () => {
  for (const [oversight, alibi] of [
    ['static-leader', /KIP-814/u] as const,
    ['assigned-twice', /assigned twice/u] as const,
    [null, /^$/u] as const,
  ]) {
    const left = look(settled(), { owned: () => [], overlooked: () => oversight });
    expect(left[0]?.alibi).toMatch(alibi);
    const violations = oversight === null ? 1 : 0;
    expect(checkGroupConverges(left, 1, 9)).toMatchObject({ violations, excused: 1 - violations });
  }
});

it('excuses a group whose topic cannot be made for want of brokers, and none whose topic could be made or is there', () => {
  const replicationFactors = new Map([['__consumer_offsets', 3]]);
  const left = (aliveBrokers: number, cluster = settled()): ReturnType<typeof groupObstacles> =>
    look(cluster, { state: null }, 1, { creation: { aliveBrokers, replicationFactors } });
  expect(left(2)[0]?.alibi).toBe('__consumer_offsets was never made, and takes 3 replicas where 2 brokers are alive (KIP-115)');
  expect(left(3)[0]?.alibi).toBe('');
  const cluster = settled();
  cluster.add('__consumer_offsets-0');
  expect(left(2, cluster)[0]?.alibi).toBe('');
});

it('excuses members that commit in transactions while __transaction_state cannot be made, and no others', () => {
  const creation = { aliveBrokers: 2, replicationFactors: new Map([['__transaction_state', 3]]) };
  const alibi = (transactional: boolean): string | undefined => look(settled(), { transactional }, 0, { creation })[0]?.alibi;
  expect(alibi(true)).toBe('__transaction_state was never made, and takes 3 replicas where 2 brokers are alive (KIP-115)');
  expect(alibi(false)).toBe('');
});

it('excuses members whose transactions cannot end, because brokers were told the past about each other (B-36), and no others', () => {
  const cluster = settled();
  const [state, output] = [cluster.add('__transaction_state-0').id, cluster.add('output-0').id];
  const alibi = (about: number, change: Partial<GroupView>, verification = true): string | undefined =>
    look(cluster, { outputPartitions: [output], state: 'Empty', ...change }, 1, {
      ...{ minIsr: () => 1, verification, believedEpoch: (_broker, partition) => (partition === about ? -1 : 0) },
    })[0]?.alibi;
  const misled = 'members commit in transactions: a late UpdateMetadata made broker 1 believe in a former leader of';
  expect(alibi(output, { transactional: true })).toBe(`${misled} output-0 (B-36)`);
  expect(alibi(state, { transactional: true })).toBe(`${misled} __transaction_state-0 (B-36)`);
  expect(alibi(cluster.orders, { transactional: true, coordinatorPartition: cluster.orders })).toBe(`${misled} orders-0 (B-36)`);
  // Nobody asks; the partition is not one that they write to; they commit otherwise.
  expect(alibi(state, { transactional: true }, false)).toBe('');
  expect(alibi(cluster.orders, { transactional: true })).toBe('');
  expect(alibi(output, { transactional: false })).toBe('');
});

it('excuses members that write to a partition which has no way out, and none that write elsewhere', () => {
  const cluster = settled();
  const [reachable, lost] = [cluster.add('output-0').id, cluster.add('output-1').id];
  const minIsr = (partition: number): number => (partition === lost ? 2 : 1);
  const left = (...outputPartitions: number[]): ReturnType<typeof groupObstacles> =>
    look(cluster, { outputPartitions, state: 'PreparingRebalance', owned: () => [] }, 1, { minIsr });
  const alibi = 'members write to output-1: 1 replicas are alive, fewer than min.insync.replicas=2';
  expect(left(reachable, lost).map((obstacle) => obstacle.alibi)).toEqual([alibi, alibi]);
  expect(left(reachable).map((obstacle) => obstacle.alibi)).toEqual(['', '']);
});

it('excuses a partition that a stranded member keeps (KIP-899), and none of a member that the coordinator has thrown out', () => {
  for (const [counted, alibi] of [[true, /^c2 keeps it: .*KIP-899/u] as const, [false, /^$/u] as const]) {
    const stranded: GroupMemberView = { ...member, client: 'c2', stranded: true, counted };
    const left = look(settled(), { members: [member, stranded], owned: (client) => (client === 'c2' ? [settled().orders] : []) });
    expect(left).toMatchObject([{ what: 'partition-without-owner' }]);
    expect(left[0]?.alibi).toMatch(alibi);
  }
});
