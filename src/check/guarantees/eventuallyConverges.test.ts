import { describe, expect, it } from 'vitest';
import { batchOf, FakeCluster, markerOf, transactionalBatch } from '../testing.js';
import { checkEventuallyConverges, obstacles } from './eventuallyConverges.js';
import type { ConvergenceView, Obstacle } from './eventuallyConverges.js';

function look(cluster: FakeCluster, change: Partial<ConvergenceView> = {}): Obstacle[] {
  const view = { cluster, isHealed: (id: number) => cluster.running.has(id), minIsr: () => 2, allowsUncleanElection: () => false };
  return obstacles(
    { ...view, pendingSends: 0, positions: [], damagedDisks: false, believesDead: () => false, ...change },
    cluster.bus.names,
  );
}

function settled(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.hold(batchOf(0, 0, 7), 1, 2, 3);
  for (const broker of [1, 2, 3]) cluster.on(broker).log.highWatermark = 1;
  return cluster;
}

describe('eventually-converges', () => {
  it('has nothing to say of a settled cluster', () => {
    const cluster = settled();
    expect(look(cluster, { positions: [{ client: 'c1', partition: cluster.orders, position: 1, stranded: false }] })).toEqual([]);
    expect(checkEventuallyConverges([], 0)).toMatchObject({ violations: 0, judged: 1 });
  });

  it('excuses a replica out of sync that its leader takes for dead because of a late UpdateMetadata (B-36), and only then', () => {
    const cluster = settled();
    cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1, 2] };
    expect(look(cluster, { believesDead: (broker, other) => broker === 1 && other === 3 })[0]?.alibi).toContain('B-36');
    expect(look(cluster)[0]?.alibi).toBe('');
  });

  it('excuses a consumer behind when all the brokers that it knows are gone, and only then', () => {
    const position = { client: 'c1', partition: settled().orders, position: 0 };
    expect(look(settled(), { positions: [{ ...position, stranded: true }] })[0]?.alibi).toContain('KIP-899');
    expect(look(settled(), { positions: [{ ...position, stranded: false }] })[0]?.alibi).toBe('');
  });

  it('finds a missing leader, a replica out of sync, an uncommitted tail, pending sends and a consumer behind', () => {
    const cluster = settled();
    cluster.hold(batchOf(1, 0, 8), 1, 2);
    cluster.on(1).log.highWatermark = 2;
    cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1, 2] };
    const left = look(cluster, { pendingSends: 3, positions: [{ client: 'c1', partition: cluster.orders, position: 1, stranded: false }] });
    expect(left.map((obstacle) => obstacle.message)).toEqual([
      'replica 3 of orders-0 is not in the ISR {1,2}',
      'the high watermark of orders-0 on broker 2 is 1, the log of leader 1 ends at 2',
      '3 sends have not completed',
      'consumer c1 is at 1 of orders-0, which is committed up to 2',
    ]);
    expect(checkEventuallyConverges(left, 9).findings.map((finding) => finding.kind)).toEqual([
      'not-converged/replica-not-in-sync',
      'not-converged/high-watermark-behind',
      'not-converged/sends-pending',
      'not-converged/consumer-behind',
    ]);
    cluster.committed = { leader: -1, leaderEpoch: 1, isr: [1, 2] };
    expect(look(cluster).map((obstacle) => obstacle.what)).toEqual(['no-leader']);
    expect(checkEventuallyConverges(look(cluster), 9).violations).toBe(1);
  });

  it('finds a transaction that hangs once no application has one open (L9), and no consumer behind where nothing is left to read', () => {
    const cluster = settled();
    cluster.hold(transactionalBatch(1, 7, 0, 8), 1, 2, 3);
    for (const broker of [1, 2, 3]) Object.assign(cluster.on(broker).log, { highWatermark: 2, lastStableOffset: 1 });
    const positions = [{ client: 'c1', partition: cluster.orders, position: 1, stranded: false, readCommitted: true }];
    expect(look(cluster, { positions, openTransactions: 1 })).toEqual([]);
    expect(look(cluster, { positions })[0]?.what).toBe('hanging-transaction');
    cluster.hold(markerOf(2, 7, 0, true), 1, 2, 3);
    for (const broker of [1, 2, 3]) Object.assign(cluster.on(broker).log, { highWatermark: 3, lastStableOffset: 3 });
    expect(look(cluster, { positions: [{ client: 'c1', partition: cluster.orders, position: 2, stranded: false }] })).toEqual([]);
    expect(look(cluster, { positions })[0]?.what).toBe('consumer-behind');
  });

  it('excuses a transaction that nobody can end, because its coordinator has no way out', () => {
    const cluster = settled();
    for (const broker of [1, 2, 3]) Object.assign(cluster.on(broker).log, { lastStableOffset: 0 });
    const { id } = cluster.add('__transaction_state-0');
    const hanging = (minIsr: number): Obstacle | undefined =>
      look(cluster, { minIsr: (partition) => (partition === id ? minIsr : 1) }).find(({ what }) => what === 'hanging-transaction');
    expect(hanging(1)?.alibi).toBe('');
    expect(hanging(2)?.alibi).toMatch(/__transaction_state-0: 1 replicas are alive/);
  });

  it('excuses a transaction whose coordinator a late UpdateMetadata misled about the partition (B-36), and no other', () => {
    const cluster = settled();
    for (const broker of [1, 2, 3]) Object.assign(cluster.on(broker).log, { lastStableOffset: 0 });
    cluster.committed = { leader: 1, leaderEpoch: 4, isr: [1, 2, 3] };
    Object.assign(cluster.on(1), { leaderEpoch: 4 });
    cluster.add('__transaction_state-0');
    const alibi = (change: Partial<ConvergenceView>, of = 'hanging-transaction'): string | undefined =>
      look(cluster, { minIsr: () => 1, pendingSends: 1, ...change }).find(({ what }) => what === of)?.alibi;
    const told = (broker: number, epoch: number) => (asked: number, partition: number) =>
      asked === broker && partition === cluster.orders ? epoch : undefined;
    expect(alibi({ believedEpoch: told(1, 3) })).toBe('a late UpdateMetadata made broker 1 believe in a former leader of orders-0 (B-36)');
    expect(alibi({ believesDead: (broker, other) => broker === 1 && other === 1 })).toMatch(
      /believe that broker 1, the leader of orders-0, is dead/,
    );
    expect(alibi({ believedEpoch: told(1, 3) }, 'sends-pending')).toMatch(/B-36/);
    for (const of of ['hanging-transaction', 'sends-pending']) expect(alibi({ believedEpoch: told(1, 4) }, of)).toBe('');
    expect(alibi({ transactionsForgotten: () => true })).toMatch(/read beyond the high watermark/);
    // Broker 2 coordinates no transaction.
    expect(alibi({ believedEpoch: told(2, 3) })).toBe('');
  });

  it('excuses a partition whose in-sync replicas are all dead, unless unclean election is on', () => {
    const cluster = settled();
    cluster.running.delete(1);
    cluster.committed = { leader: -1, leaderEpoch: 1, isr: [1] };
    expect(checkEventuallyConverges(look(cluster, { pendingSends: 1 }), 9)).toMatchObject({ violations: 0, excused: 2 });
    expect(checkEventuallyConverges(look(cluster, { allowsUncleanElection: () => true }), 9).violations).toBe(1);
  });

  it('excuses an uncommitted tail when fewer than min.insync.replicas are alive', () => {
    const cluster = settled();
    cluster.running.delete(2);
    cluster.running.delete(3);
    cluster.hold(batchOf(1, 0, 8), 1);
    cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1] };
    expect(look(cluster)).toMatchObject([
      { what: 'high-watermark-behind', alibi: '1 replicas are alive, fewer than min.insync.replicas=2' },
    ]);
  });
});
