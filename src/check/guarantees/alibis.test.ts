import { describe, expect, it } from 'vitest';
import { FakeCluster } from '../testing.js';
import {
  controllerOutsideCore,
  copyingTimesOut,
  fetchesTimeOut,
  leaderOutsideCore,
  noElectableLeader,
  noReplicaAlive,
  tooFewReplicasAlive,
} from './alibis.js';
import { alibiOf, obstacles } from './eventuallyConverges.js';
import type { ConvergenceView } from './eventuallyConverges.js';

function viewOf(cluster: FakeCluster, change: Partial<ConvergenceView> = {}): ConvergenceView {
  return {
    ...{ cluster, isHealed: (id: number) => cluster.running.has(id), minIsr: () => 2, allowsUncleanElection: () => false },
    ...{ pendingSends: 0, positions: [], damagedDisks: false, believesDead: () => false, ...change },
  };
}

function without(...dead: number[]): FakeCluster {
  const cluster = new FakeCluster();
  for (const id of dead) cluster.running.delete(id);
  return cluster;
}

describe('an alibi holds where its rule leaves no way out, and nowhere else', () => {
  it('no replica is alive', () => {
    const cluster = without(1, 2, 3);
    expect(noReplicaAlive(viewOf(cluster), cluster.orders)).toBe('none of its replicas is alive');
    expect(noReplicaAlive(viewOf(without(1, 2)), cluster.orders)).toBe('');
  });

  it('no in-sync replica is alive, where only such may lead', () => {
    const cluster = without(1);
    cluster.committed = { leader: -1, leaderEpoch: 1, isr: [1] };
    const { orders } = cluster;
    expect(noElectableLeader(viewOf(cluster), orders)).toContain('unclean election is off');
    expect(noElectableLeader(viewOf(cluster, { allowsUncleanElection: () => true }), orders)).toBe('');
    cluster.committed = { leader: -1, leaderEpoch: 1, isr: [1, 2] };
    expect(noElectableLeader(viewOf(cluster), orders)).toBe('');
  });

  it('fewer replicas are alive than min.insync.replicas', () => {
    const cluster = without(2, 3);
    expect(tooFewReplicasAlive(viewOf(cluster), cluster.orders)).toBe('1 replicas are alive, fewer than min.insync.replicas=2');
    expect(tooFewReplicasAlive(viewOf(cluster, { minIsr: () => 1 }), cluster.orders)).toBe('');
    expect(tooFewReplicasAlive(viewOf(without(3)), cluster.orders)).toBe('');
  });

  it('the leader stays broken, and its session lives', () => {
    const cluster = new FakeCluster();
    const look = (isOutside: (id: number) => boolean, hasSession: (id: number) => boolean): string =>
      leaderOutsideCore(viewOf(cluster, { isOutside, hasSession }), cluster.orders);
    const yes = (): boolean => true;
    const no = (): boolean => false;
    expect(look((id) => id === 1, yes)).toBe('its leader, broker 1, stays broken, and ZooKeeper still hears of it');
    expect(look((id) => id === 1, no)).toBe('');
    expect(look((id) => id === 2, yes)).toBe('');
    cluster.committed = { leader: -1, leaderEpoch: 1, isr: [2] };
    expect(look(yes, yes)).toBe('');
  });

  it('the controller stays broken, and its session lives', () => {
    const cluster = new FakeCluster();
    cluster.controller = 3;
    const look = (outside: number, session: boolean): string =>
      controllerOutsideCore(viewOf(cluster, { isOutside: (id) => id === outside, hasSession: () => session }));
    expect(look(3, true)).toBe('the controller, broker 3, stays broken, and ZooKeeper still hears of it');
    expect(look(3, false)).toBe('');
    expect(look(1, true)).toBe('');
    cluster.controller = -1;
    expect(controllerOutsideCore(viewOf(cluster, { isOutside: () => true, hasSession: () => true }))).toBe('');
  });

  it('fetches that find nothing time out before they are answered', () => {
    const times = { replicaFetchWaitMaxUs: 1_000_000, replicaSocketTimeoutUs: 1_000_000, roundTripUs: 600 };
    expect(fetchesTimeOut(times)).toContain('never answered');
    expect(fetchesTimeOut({ ...times, replicaSocketTimeoutUs: 1_000_600 })).toContain('never answered');
    expect(fetchesTimeOut({ ...times, replicaSocketTimeoutUs: 1_000_601 })).toBe('');
    expect(copyingTimesOut({ ...times, replicaFetchMinBytes: 500 })).toContain('never answered');
    expect(copyingTimesOut({ ...times, replicaFetchMinBytes: 1 })).toBe('');
    expect(copyingTimesOut({ ...times, replicaFetchMinBytes: 500, replicaSocketTimeoutUs: 1_000_601 })).toBe('');
  });
});

describe('what an alibi excuses', () => {
  it('is a follower that does not hear of the high watermark when its fetches time out, and not the leader', () => {
    const cluster = new FakeCluster();
    for (const id of [1, 2, 3]) cluster.on(id).log.logStartOffset = 1;
    cluster.on(1).log.highWatermark = 1;
    cluster.on(3).log.highWatermark = 1;
    const alibis = (fetchesTimeOut: string): string[] =>
      obstacles(viewOf(cluster, { fetchesTimeOut }), cluster.bus.names).map(({ alibi }) => alibi);
    expect(alibis('they time out')).toEqual(['they time out']);
    expect(alibis('')).toEqual(['']);
    cluster.on(1).log.highWatermark = 0;
    expect(alibis('they time out')).toEqual(['', 'they time out']);
  });

  it('is a replica out of sync when what it is to copy never comes, and no other', () => {
    const cluster = new FakeCluster();
    cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1, 2] };
    const alibi = (copyingTimesOut: string): string | undefined =>
      obstacles(viewOf(cluster, { copyingTimesOut }), cluster.bus.names)[0]?.alibi;
    expect(alibi('it never comes')).toBe('it never comes');
    expect(alibi('')).toBe('');
  });

  it('is a replica that cannot join the ISR without its controller, and not one that could', () => {
    const cluster = new FakeCluster();
    cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1, 2] };
    cluster.controller = 2;
    const alibi = (outside: number): string | undefined =>
      obstacles(viewOf(cluster, { isOutside: (id) => id === outside, hasSession: () => true }), cluster.bus.names)[0]?.alibi;
    expect(alibi(2)).toContain('the controller, broker 2');
    expect(alibi(3)).toBe('');
  });

  it('is nothing in a cluster that has no excuse', () => {
    const cluster = new FakeCluster();
    const view = viewOf(cluster, { isOutside: () => false, hasSession: () => true });
    expect(alibiOf(view, cluster.orders)).toBe('');
  });
});
