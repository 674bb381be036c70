import { describe, expect, test } from 'vitest';
import { acts, fault, inject, S } from '../testing.js';

describe('faults of clients', () => {
  test('a killed client comes back at the end, with the same id', () => {
    expect(acts(fault('client-kill', { target: 'c1' }))).toEqual(['1 c1 killed', '3 c1 started']);
  });

  test('a restarted client ends in an orderly manner, even when its time is over before it is down', () => {
    expect(acts(fault('client-restart', { target: 'c1' }))).toEqual(['1 c1 stopping', '1.3 c1 closed', '3 c1 started']);
    expect(acts(fault('client-restart', { target: 'c1', forUs: 100_000 }))).toEqual(['1 c1 stopping', '1.3 c1 closed', '1.3 c1 started']);
  });

  test('two faults that want a client down keep it down until the last of them ends', () => {
    const first = fault('client-kill', { id: 'f1', target: 'c1' });
    const second = fault('client-kill', { id: 'f2', target: 'c1', atUs: 2 * S });
    expect(acts(first, second)).toEqual(['1 c1 killed', '4 c1 started']);
  });

  test('a client that is killed while it shuts down still comes back once', () => {
    const stop = fault('client-restart', { id: 'f1', target: 'c1', forUs: S });
    const kill = fault('client-kill', { id: 'f2', target: 'c1', atUs: 1_100_000, forUs: 2 * S });
    expect(acts(stop, kill)).toEqual(['1 c1 stopping', '1.1 c1 killed', '3.1 c1 started']);
  });

  test('a deployment restarts the members of its group one after the other, and nobody else', () => {
    const deploy = fault('client-deploy', { group: 'g1', downUs: 200_000, betweenUs: S, forUs: 10 * S });
    expect(acts(deploy)).toEqual(['1 c1 stopping', '1.3 c1 closed', '1.5 c1 started', '2.5 c2 stopping', '2.8 c2 closed', '3 c2 started']);
  });

  test('a deployment that ends half way starts the member that is down', () => {
    const deploy = fault('client-deploy', { group: 'g1', downUs: 5 * S, betweenUs: S, forUs: 2 * S });
    expect(acts(deploy)).toEqual(['1 c1 stopping', '1.3 c1 closed', '3 c1 started']);
  });

  test('members join for good, and their names are in the log', () => {
    const { cluster, injector, runTo } = inject(fault('client-join', { group: 'g1', count: 2 }));
    runTo(20 * S);
    expect(cluster.acts).toEqual(['1 c3 joins', '1 c4 joins']);
    expect(injector.log[0]?.targets).toEqual(['g1', 'c3', 'c4']);
  });

  test('a client that left stays away, whatever else befalls it', () => {
    const leave = fault('client-leave', { id: 'f1', target: 'c1' });
    const kill = fault('client-kill', { id: 'f2', target: 'c1', atUs: 4 * S });
    expect(acts(leave, kill)).toEqual(['1 c1 stopping', '1.3 c1 closed']);
  });

  test('healing brings back every client', () => {
    const { cluster, injector, runTo } = inject(fault('client-kill', { target: 'c1', forUs: null }));
    runTo(5 * S);
    injector.healAll(null);
    expect(cluster.acts).toEqual(['1 c1 killed', '5 c1 started']);
  });

  test('the coordinator of a group is the leader of its partition of __consumer_offsets; of a transactional id, nobody while there is no log', () => {
    expect(acts(fault('kill', { target: 'coordinator of g1' }))).toEqual(['1 1 killed', '3 1 started']);
    expect(acts(fault('kill', { target: 'coordinator of txn p1' }))).toEqual([]);
  });
});

describe('stalled connections', () => {
  test('hold back what is on its way one way, while a new connection passes; what was held arrives at the end', () => {
    const { cluster, runTo } = inject(fault('stall-connection', { from: ['c1'], to: [1] }));
    const { simulation } = cluster;
    const server = cluster.node(1);
    const client = cluster.clientProcess('c1');
    const heard: string[] = [];
    server.process.listen('kafka', (socket) => {
      socket.onMessage = (message): void => void heard.push(`${Math.floor(simulation.nowUs / S)} ${String(message)}`);
    });
    const old = simulation.network.connect(client, server.host, 'kafka');
    runTo(1.5 * S);
    old.send('first try', 100);
    old.close();
    const fresh = simulation.network.connect(client, server.host, 'kafka');
    fresh.onOpen = (): void => fresh.send('retry', 100);
    runTo(20 * S);
    expect(heard).toEqual(['1 retry', '3 first try']);
  });
});
