import { describe, expect, test } from 'vitest';
import { defineEvent } from '../engine/events.js';
import type { Fault } from './Fault.js';
import { faultKind, faultKindNames } from './faultKinds.js';
import { FaultInjector } from './FaultInjector.js';
import { acts, fault, FakeClients, FakeCluster, inject, S } from './testing.js';

const rang = defineEvent(999, 'bell-rang', ['#bell', 'tone']);

function cutsDuring(...faults: Fault[]): string[] {
  const { cluster, runTo } = inject(...faults);
  runTo(2 * S);
  const during = cluster.cuts();
  runTo(4 * S);
  expect(cluster.cuts()).toEqual([]);
  return during;
}

describe('each kind of fault', () => {
  test('every kind says what it is, once', () => {
    for (const name of faultKindNames) expect(faultKind(name)).toMatchObject({ kind: name, summary: expect.stringMatching(/^\S/) });
    expect(new Set(faultKindNames.map((name) => faultKind(name).summary)).size).toBe(faultKindNames.length);
  });

  test('kill ends a process and starts it again', () => {
    expect(acts(fault('kill', { target: 2 }))).toEqual(['1 2 killed', '3 2 started']);
  });

  test('restart shuts down politely and starts again when both the shutdown and the fault are over', () => {
    expect(acts(fault('restart', { target: 2 }))).toEqual(['1 2 stopping', '1.3 2 stopped', '3 2 started']);
    expect(acts(fault('restart', { target: 2, forUs: 100_000 }))).toEqual(['1 2 stopping', '1.3 2 stopped', '1.3 2 started']);
  });

  test('rolling-restart takes one broker after the other', () => {
    const roll = fault('rolling-restart', { targets: [3, 1], downUs: S, betweenUs: 2 * S, forUs: null });
    expect(acts(roll)).toEqual([
      ...['1 3 stopping', '1.3 3 stopped', '2.3 3 started'],
      ...['4.3 1 stopping', '4.6 1 stopped', '5.6 1 started'],
    ]);
  });

  test('the end of a rolling-restart brings the broker back that is down, and stops the roll', () => {
    const roll = fault('rolling-restart', { targets: [3, 1], downUs: S, betweenUs: S, forUs: 500_000 });
    expect(acts(roll)).toEqual(['1 3 stopping', '1.3 3 stopped', '1.5 3 started']);
  });

  test('power-loss takes several brokers at the same moment', () => {
    expect(acts(fault('power-loss', { targets: [1, 3], tail: 'random' }))).toEqual([
      ...['1 1 without power, tail random', '1 3 without power, tail random', '3 3 started', '3 1 started'],
    ]);
  });

  test('disk-wipe kills first, and the broker returns empty', () => {
    expect(acts(fault('disk-wipe', { target: 1 }))).toEqual(['1 1 killed', '1 1 wiped', '3 1 started']);
  });

  test('disk-full and io-error last as long as the fault, and a broker that halted is started again', () => {
    for (const [kind, flag] of [
      ['disk-full', 'full'],
      ['io-error', 'ioError'],
    ] as const) {
      const { cluster, runTo } = inject(fault(kind, { target: 1 }));
      const { host, process } = cluster.node(1);
      runTo(2 * S);
      expect(host.disk[flag]).toBe(true);
      cluster.simulation.kill(process, 'halted');
      runTo(4 * S);
      expect([host.disk[flag], cluster.acts]).toEqual([false, ['3 1 started']]);
    }
  });

  test('lost-flush makes disks lie and slow-disk makes them slow', () => {
    const { cluster, runTo } = inject(fault('lost-flush', { targets: [] }), fault('slow-disk', { target: 2, factor: 40 }));
    runTo(2 * S);
    expect(cluster.nodes().map(({ host }) => [host.disk.losesFlushes, host.disk.slowdown])).toEqual([
      [true, 1],
      [true, 40],
      [true, 1],
    ]);
    runTo(4 * S);
    expect(cluster.nodes().map(({ host }) => [host.disk.losesFlushes, host.disk.slowdown])).toEqual([
      [false, 1],
      [false, 1],
      [false, 1],
    ]);
  });

  test('bit-rot damages a stored entry of the partition and no other', () => {
    const { cluster, injector, runTo } = inject(fault('bit-rot', { target: 1, partition: 'orders-0' }));
    const { disk } = cluster.node(1).host;
    const files = ['orders-0/1.log', 'orders-01/1.log'].map((path) => disk.log<string>(path, (entry) => `${entry}!`));
    for (const file of files) file.append('x', 1);
    runTo(2 * S);
    expect(files.map((file) => file.at(0))).toEqual(['x!', 'x']);
    expect(injector.log[0]?.targets).toEqual(['broker-1', 'orders-0', 'orders-0/1.log']);
  });

  test('pause stops a broker, a client or a ZooKeeper server and lets it go on', () => {
    const targets = ['controller', 'c1', 'zookeeper-2'];
    const { cluster, runTo } = inject(...targets.map((target) => fault('pause', { id: target, target })));
    const stood = (): string[] => cluster.simulation.hosts.filter((host) => host.processes[0]?.paused).map((host) => host.name);
    runTo(2 * S);
    expect(stood()).toEqual(['zk2', 'b2', 'c1']);
    runTo(4 * S);
    expect(stood()).toEqual([]);
  });

  test('partition-halves separates one side from everybody who is not neutral', () => {
    const cuts = cutsDuring(fault('partition-halves', { side: [1, 'zookeeper-1'], neutral: ['clients', 'zookeeper-2'] }));
    expect(cuts).toEqual([
      'zk1>zk3',
      'zk1>b2',
      'zk1>b3',
      'zk3>zk1',
      'zk3>b1',
      'b1>zk3',
      'b1>b2',
      'b1>b3',
      'b2>zk1',
      'b2>b1',
      'b3>zk1',
      'b3>b1',
    ]);
  });

  test('partition-isolate cuts a broker from what it names', () => {
    expect(cutsDuring(fault('partition-isolate', { target: 'leader of orders-0', from: ['brokers'] }))).toEqual([
      'b1>b2',
      'b1>b3',
      'b2>b1',
      'b3>b1',
    ]);
    expect(cutsDuring(fault('partition-isolate', { target: 3 }))).toHaveLength(16);
  });

  test('partition-ring leaves each of three brokers a majority of two, all different', () => {
    expect(cutsDuring(fault('partition-ring', {}))).toEqual(['b1>b2', 'b2>b3', 'b3>b1']);
  });

  test('partition-bridge leaves one broker in both halves', () => {
    expect(cutsDuring(fault('partition-bridge', { target: 2 }))).toEqual(['b1>b3', 'b3>b1']);
  });

  test('partition-one-way loses one direction only', () => {
    expect(cutsDuring(fault('partition-one-way', { from: [1], to: ['clients', 'follower of orders-0'] }))).toEqual([
      'b1>b2',
      'b1>p1',
      'b1>c1',
      'b1>c2',
    ]);
  });

  test('zookeeper-cut and client-cut leave the other brokers alone', () => {
    expect(cutsDuring(fault('zookeeper-cut', { target: 3 }))).toEqual(['zk1>b3', 'zk2>b3', 'zk3>b3', 'b3>zk1', 'b3>zk2', 'b3>zk3']);
    expect(cutsDuring(fault('client-cut', { target: 3 }))).toEqual(['b3>p1', 'b3>c1', 'b3>c2', 'p1>b3', 'c1>b3', 'c2>b3']);
    expect(cutsDuring(fault('client-cut', { target: 3, clients: ['c1'] }))).toEqual(['b3>c1', 'c1>b3']);
  });

  test('slow-link and flaky-link change both directions and put them right again', () => {
    const { cluster, runTo } = inject(
      fault('slow-link', { from: [1], to: [2], minUs: 9_000, maxUs: 10_000 }),
      fault('flaky-link', { from: [2], to: ['brokers'], resetChance: 0.5, spikeChance: 0.25, spikeMeanUs: 7, forUs: S }),
    );
    const { network } = cluster.simulation;
    const link = (a: number, b: number): object => {
      const { latency, resetChance } = network.link(cluster.node(a).host, cluster.node(b).host);
      return [latency.minUs, latency.maxUs, latency.spikeChance, resetChance];
    };
    runTo(1_500_000);
    expect([link(1, 2), link(2, 1), link(3, 2), link(1, 3)]).toEqual([
      [9_000, 10_000, 0.25, 0.5],
      [9_000, 10_000, 0.25, 0.5],
      [150, 450, 0.25, 0.5],
      [150, 450, 0, 0],
    ]);
    runTo(2_500_000);
    expect([link(1, 2), link(3, 2)]).toEqual([
      [9_000, 10_000, 0, 0],
      [150, 450, 0, 0],
    ]);
    runTo(4 * S);
    expect(link(1, 2)).toEqual([150, 450, 0, 0]);
  });

  test('session-expiry ends the session of that broker only', () => {
    expect(acts(fault('session-expiry', { target: 'controller' }))).toEqual(['1 session 102 expired']);
  });

  test('zookeeper-loss takes servers away and brings them back', () => {
    expect(acts(fault('zookeeper-loss', { servers: [1, 3] }))).toEqual([
      ...['1 zookeeper 1 killed', '1 zookeeper 3 killed', '3 zookeeper 3 started', '3 zookeeper 1 started'],
    ]);
  });

  test('clock-jump and clock-drift are put right at the end', () => {
    const { cluster, runTo } = inject(
      fault('clock-jump', { target: 1, byUs: -5 * S }),
      fault('clock-drift', { target: 'p1', ppm: 100_000 }),
    );
    const clock = cluster.node(1).host.clock;
    runTo(2 * S);
    expect([clock.wallUs(), cluster.clientHost('p1').clock.monotonicUs()]).toEqual([-3 * S, 2_100_000]);
    runTo(4 * S);
    expect([clock.wallUs(), cluster.clientHost('p1').clock.monotonicUs()]).toEqual([4 * S, 4_200_000]);
  });

  test('operators elect, move, and grow', () => {
    const faults = [
      fault('preferred-election', { partitions: [] }),
      fault('reassignment', { partition: 'orders-0', replicas: [3, 1] }),
      fault('add-partitions', { topic: 'orders', total: 9 }),
      fault('add-broker', {}),
    ];
    const { cluster, injector, runTo } = inject(...faults);
    runTo(2 * S);
    expect(cluster.acts).toEqual(['1 elect orders-0,__consumer_offsets-0', '1 orders-0 to 3,1', '1 orders grows to 9']);
    expect(injector.log.map((entry) => entry.targets)).toEqual([[], ['orders-0'], ['orders'], ['broker-4']]);
    expect(injector.log.map((entry) => entry.endedUs)).toEqual([S, S, S, S]);
  });
});

describe('targets', () => {
  test('roles are resolved when the fault begins', () => {
    const roles = [
      'controller',
      'leader of orders-0',
      'preferred leader of orders-0',
      'follower of orders-0',
      'last in ISR of orders-0',
      'outside ISR of orders-0',
    ];
    const { cluster, injector, runTo } = inject(...roles.map((target) => fault('slow-disk', { id: target, target })));
    cluster.simulation.scheduler.at(S / 2, () => Object.assign(cluster, { leader: 3, isr: [3, 2], controller: 1 }), undefined);
    runTo(2 * S);
    expect(injector.log.map((entry) => entry.targets[0])).toEqual(['broker-1', 'broker-3', 'broker-1', 'broker-1', 'broker-2', 'broker-1']);
  });

  test('a role that nobody holds strikes nobody, and the log says so', () => {
    const { cluster, injector, runTo } = inject(fault('kill', { target: 'leader of orders-0' }));
    cluster.leader = -1;
    runTo(4 * S);
    expect([cluster.acts, injector.log[0]?.targets]).toEqual([[], []]);
  });

  test('beginning and end are told to the event bus', () => {
    const { events, runTo } = inject(fault('kill', { id: 'x', target: 2 }));
    runTo(4 * S);
    const told = events.slice().filter((event) => event.type.startsWith('fault-') || event.type === 'process-died');
    expect(told.map(({ timeUs, type, fields }) => [timeUs / S, type, fields['targets'] ?? ''])).toEqual([
      [1, 'fault-began', 'broker-2'],
      [1, 'process-died', ''],
      [3, 'fault-ended', ''],
    ]);
  });
});

describe('faults that overlap', () => {
  test('a kill of a dead broker only keeps it down longer', () => {
    const second = fault('kill', { id: 'second', target: 2, atUs: 2 * S, forUs: 3 * S });
    expect(acts(fault('kill', { target: 2 }), second)).toEqual(['1 2 killed', '5 2 started']);
  });

  test('a restart waits while another fault holds the broker down', () => {
    const kill = fault('kill', { target: 2, atUs: 1_100_000, forUs: 5 * S });
    expect(acts(fault('restart', { target: 2 }), kill)).toEqual(['1 2 stopping', '1.1 2 killed', '6.1 2 started']);
  });

  test('a broker that power loss holds down is not started by the end of a full disk', () => {
    const power = fault('power-loss', { targets: [1], atUs: 2 * S, forUs: 5 * S });
    expect(acts(fault('disk-full', { target: 1 }), power)).toEqual(['2 1 without power, tail none', '7 1 started']);
  });

  test('a link is open again when the last cut is gone', () => {
    const { cluster, runTo } = inject(
      fault('zookeeper-cut', { target: 3 }),
      fault('partition-isolate', { target: 3, from: ['zookeeper'], atUs: 2 * S, forUs: 3 * S }),
    );
    runTo(4 * S);
    expect(cluster.cuts()).toHaveLength(6);
    runTo(6 * S);
    expect(cluster.cuts()).toEqual([]);
  });

  test('a process goes on when the last pause is over, and the worst slowdown counts', () => {
    const { cluster, runTo } = inject(
      fault('pause', { target: 1 }),
      fault('pause', { id: 'p', target: 1, atUs: 2 * S }),
      fault('slow-disk', { target: 2, factor: 10, forUs: 9 * S }),
      fault('slow-disk', { id: 's', target: 2, factor: 99 }),
    );
    runTo(3_500_000);
    expect([cluster.node(1).process.paused, cluster.node(2).host.disk.slowdown]).toEqual([true, 10]);
    runTo(4_500_000);
    expect(cluster.node(1).process.paused).toBe(false);
  });
});

describe('faults that wait for an event', () => {
  const bell = { event: 'bell-rang', where: { bell: 'big', tone: 3 }, count: 2, afterUs: 250_000 };

  test('begin some time after the count-th matching event', () => {
    const { cluster, runTo } = inject(fault('kill', { target: 1, atUs: S, on: bell }));
    const { bus, scheduler } = cluster.simulation;
    const ring = ([name, tone]: [string, number]): void => bus.emit(rang, bus.names.idOf(name), tone);
    scheduler.at(S / 2, ring, ['big', 3]);
    scheduler.at(2 * S, ring, ['big', 3]);
    scheduler.at(3 * S, ring, ['small', 3]);
    scheduler.at(4 * S, ring, ['big', 4]);
    scheduler.at(5 * S, ring, ['big', 3]);
    scheduler.at(6 * S, ring, ['big', 3]);
    runTo(9 * S);
    expect(cluster.acts).toEqual(['5.25 1 killed', '7.25 1 started']);
  });

  test('never begin when the event does not come', () => {
    const { cluster, injector, runTo } = inject(fault('kill', { target: 1, on: bell }));
    runTo(9 * S);
    expect([cluster.acts, injector.log]).toEqual([[], []]);
  });
});

test('message delays last until the healing', () => {
  const cluster = new FakeCluster();
  const { simulation } = cluster;
  const delays = [{ from: null, to: 2, atUs: 0, count: null, byUs: 7 }];
  const injector = new FaultInjector({ simulation, cluster, faults: [], delays, clients: new FakeClients(cluster) });
  injector.start();
  const extraUs = (to: number): number | undefined => simulation.network.extraDelayUs?.(cluster.node(1).host, cluster.node(to).host);
  expect([extraUs(2), extraUs(3)]).toEqual([7, 0]);
  injector.healAll([1]);
  expect(simulation.network.extraDelayUs).toBeNull();
});

describe('the healing', () => {
  test('ends every fault and starts every broker, one that halted by itself too', () => {
    const { cluster, injector, runTo } = inject(
      fault('kill', { target: 1, forUs: null }),
      fault('partition-halves', { side: [2], forUs: null }),
      fault('kill', { id: 'late', target: 2, atUs: 6 * S }),
    );
    runTo(5 * S);
    cluster.simulation.kill(cluster.node(3).process, 'halted');
    injector.healAll(null);
    runTo(9 * S);
    expect(cluster.acts).toEqual(['1 1 killed', '5 1 started', '5 3 started']);
    expect(cluster.cuts()).toEqual([]);
    expect([injector.inForce, injector.log.map((entry) => entry.endedUs)]).toEqual([0, [5 * S, 5 * S]]);
  });

  test('kills a broker that would stay half cut off outside the core, and leaves an untouched one running', () => {
    const { cluster, injector, runTo } = inject(fault('zookeeper-cut', { target: 3, forUs: null }));
    runTo(5 * S);
    injector.healAll([1]);
    runTo(9 * S);
    expect(cluster.acts).toEqual(['5 3 killed']);
  });

  test('covers brokers that were added, whatever the core', () => {
    const { cluster, injector, runTo } = inject(
      fault('add-broker', { atUs: 0 }),
      fault('partition-isolate', { target: 4, from: ['brokers'], forUs: null }),
    );
    runTo(5 * S);
    injector.healAll([1, 2]);
    expect(cluster.cuts()).toEqual(['b3>b4', 'b4>b3']);
  });

  test('leaves a broker outside the core dead for ever when a fault still holds it', () => {
    const { cluster, injector, runTo } = inject(
      fault('kill', { target: 3, forUs: 6 * S }),
      fault('power-loss', { targets: [1, 3], forUs: null }),
      fault('partition-ring', { forUs: null }),
      fault('zookeeper-loss', { servers: [1, 2], forUs: null }),
      fault('pause', { target: 'p1', forUs: null }),
    );
    runTo(5 * S);
    injector.healAll([1, 2]);
    runTo(20 * S);
    expect(cluster.nodes().map(({ process }) => process.running)).toEqual([true, true, false]);
    expect(cluster.cuts()).toEqual(['b2>b3', 'b3>b1']);
    expect(cluster.acts.filter((act) => act.startsWith('5'))).toEqual(['5 1 started', '5 zookeeper 2 started', '5 zookeeper 1 started']);
    expect(cluster.clientProcess('p1').paused).toBe(false);
    expect(injector.log.map((entry) => [entry.kind, entry.endedUs])).toEqual([
      ['kill', -1],
      ['power-loss', -1],
      ['partition-ring', -1],
      ['zookeeper-loss', 5 * S],
      ['pause', 5 * S],
    ]);
  });
});
