import { zookeeperProbes } from './probes.js';
import { describe, expect, it } from 'vitest';
import type { Host, Process } from '../engine/Host.js';
import { Simulation } from '../engine/Simulation.js';
import { EventRecorder } from '../engine/events.js';
import { ZooKeeperClient, type WatchEvent, type ZkCode, type ZooKeeperClientListener } from './ZooKeeperClient.js';
import { ZooKeeperEnsemble, type ZooKeeperEnsembleOptions } from './ZooKeeperEnsemble.js';

const SECOND = 1_000_000;

/** A client on its own machine that writes down what it hears. */
class Station {
  readonly heard: string[] = [];
  readonly watches: WatchEvent[] = [];
  readonly host: Host;
  readonly process: Process;
  zk!: ZooKeeperClient;

  constructor(
    private readonly world: World,
    readonly name: string,
    readonly timeoutUs: number,
    private readonly listener: ZooKeeperClientListener = {},
  ) {
    this.host = world.simulation.addHost(name);
    this.process = world.simulation.addProcess(name, this.host);
    this.open();
  }

  /** Starts the process (again) with a new session. */
  open(): void {
    if (!this.process.running) this.world.simulation.start(this.process, () => undefined);
    this.zk = new ZooKeeperClient(
      this.world.simulation,
      this.process,
      this.world.ensemble,
      { sessionTimeoutUs: this.timeoutUs, name: `${this.name}/${this.process.incarnation}` },
      {
        onConnected: () => this.note('connected', () => this.listener.onConnected?.()),
        onDisconnected: () => this.note('disconnected', () => this.listener.onDisconnected?.()),
        onExpired: () => this.note('expired', () => this.listener.onExpired?.()),
        onWatch: (event) => {
          this.watches.push(event);
          this.note(`${event.type} ${event.path}`, () => this.listener.onWatch?.(event));
        },
      },
    );
    this.zk.start();
  }

  /** Index of the server that holds this client's connection, or -1. */
  get server(): number {
    return this.world.ensemble.servers.findIndex((server) => [...server.connections].some((c) => c.sessionId === this.zk.sessionId));
  }

  private note(text: string, then: () => void): void {
    this.heard.push(text);
    then();
  }
}

class World {
  readonly simulation: Simulation;
  readonly ensemble: ZooKeeperEnsemble;

  constructor(seed = '1', options: ZooKeeperEnsembleOptions = {}) {
    this.simulation = new Simulation(seed);
    this.ensemble = new ZooKeeperEnsemble(this.simulation, options);
    this.ensemble.bootstrap(['/brokers/ids', { path: '/epoch', data: 0 }]);
    this.ensemble.start();
  }

  client(name: string, timeoutUs = 6 * SECOND, listener: ZooKeeperClientListener = {}): Station {
    return new Station(this, name, timeoutUs, listener);
  }

  /** Clients on every server but `avoid`, until one is on `server`: the dice decide, so ask for some. */
  clientOn(server: number, timeoutUs = 6 * SECOND): Station {
    for (let i = 0; i < 30; i++) {
      const station = this.client(`on${server}-${i}`, timeoutUs);
      this.run(0.1);
      if (station.server === server) return station;
      station.zk.close();
    }
    throw new Error(`no client came to server ${server}`);
  }

  run(seconds: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + Math.round(seconds * SECOND));
  }

  probe(name: keyof typeof zookeeperProbes): number {
    return this.simulation.probes.count(zookeeperProbes[name]);
  }

  cut(a: Host, b: Host): void {
    this.simulation.network.cut(a, b);
    this.simulation.network.cut(b, a);
  }

  heal(a: Host, b: Host): void {
    this.simulation.network.heal(a, b);
    this.simulation.network.heal(b, a);
  }

  isolateServer(index: number, act: 'cut' | 'heal'): void {
    const host = this.ensemble.hosts[index] as Host;
    for (const other of this.ensemble.hosts) if (other !== host) this[act](host, other);
  }

  /** The result of one call, after letting time pass. */
  ask<T extends unknown[]>(call: (done: (...args: T) => void) => void, seconds = 1): T {
    let result: T | undefined;
    call((...args: T) => {
      result = args;
    });
    expect(result, 'callbacks never run inside the call').toBeUndefined();
    this.run(seconds);
    if (result === undefined) throw new Error('no answer came');
    return result;
  }
}

function quickWorld(): { world: World; a: Station } {
  const world = new World();
  const a = world.client('a');
  world.run(1);
  return { world, a };
}

describe('znodes', () => {
  it('are created once, below a parent that exists, and not below an ephemeral', () => {
    const { world, a } = quickWorld();
    const create = (path: string, mode: 'persistent' | 'ephemeral' = 'persistent'): ZkCode =>
      world.ask<[ZkCode, string]>((done) => a.zk.create(path, 'x', mode, done))[0];
    expect(create('/a')).toBe('OK');
    expect(create('/a')).toBe('NodeExists');
    expect(create('/missing/b')).toBe('NoNode');
    expect(create('/e', 'ephemeral')).toBe('OK');
    expect(create('/e/child')).toBe('NoChildrenForEphemerals');
  });

  it('have versions that conditional writes must name, from 0 on, one more with each setData', () => {
    const { world, a } = quickWorld();
    const set = (version: number): [ZkCode, { version: number }?] => world.ask((done) => a.zk.setData('/epoch', 'v', version, done));
    expect(set(0)).toMatchObject(['OK', { version: 1 }]);
    expect(set(0)[0]).toBe('BadVersion');
    expect(set(1)).toMatchObject(['OK', { version: 2 }]);
    expect(set(-1)).toMatchObject(['OK', { version: 3 }]);
  });

  it('keep the zxid of their creation and of their last change, and a new creation has a higher czxid', () => {
    const { world, a } = quickWorld();
    world.ask((done) => a.zk.create('/n', 1, 'persistent', done));
    const first = world.ensemble.store.stat('/n');
    world.ask((done) => a.zk.setData('/n', 2, -1, done));
    const changed = world.ensemble.store.stat('/n');
    expect(changed?.czxid).toBe(first?.czxid);
    expect(changed?.mzxid).toBeGreaterThan(first?.mzxid ?? 0);
    world.ask((done) => a.zk.delete('/n', -1, done));
    const again = world.ask<[ZkCode, string, { czxid: number }?]>((done) => a.zk.create('/n', 3, 'persistent', done));
    expect(again[2]?.czxid).toBeGreaterThan(changed?.mzxid ?? 0);
  });

  it('are deleted only without children and with the right version', () => {
    const { world, a } = quickWorld();
    const remove = (path: string, version: number): ZkCode => world.ask<[ZkCode]>((done) => a.zk.delete(path, version, done))[0];
    expect(remove('/brokers', -1)).toBe('NotEmpty');
    expect(remove('/brokers/ids', 7)).toBe('BadVersion');
    expect(remove('/brokers/ids', 0)).toBe('OK');
    expect(remove('/brokers/ids', 0)).toBe('NoNode');
  });

  it('made sequential are numbered by their parent with ten digits, never twice', () => {
    const { world, a } = quickWorld();
    const path = (): string => world.ask<[ZkCode, string]>((done) => a.zk.create('/brokers/n_', 0, 'persistent-sequential', done))[1];
    expect(path()).toBe('/brokers/n_0000000001'); // /brokers/ids was the first child ever
    expect(path()).toBe('/brokers/n_0000000002');
    world.ask((done) => a.zk.delete('/brokers/n_0000000002', -1, done));
    expect(path()).toBe('/brokers/n_0000000003');
    const [, children] = world.ask<[ZkCode, string[]?]>((done) => a.zk.getChildren('/brokers', false, done));
    expect(children).toEqual(['ids', 'n_0000000001', 'n_0000000003']);
  });
});

describe('multi', () => {
  it('applies all its operations at one zxid, later ones seeing earlier ones', () => {
    const { world, a } = quickWorld();
    const [code, results] = world.ask<[ZkCode, readonly { code: ZkCode }[], number]>((done) =>
      a.zk.multi(
        [
          { op: 'create', path: '/controller', data: 1, mode: 'ephemeral' },
          { op: 'set', path: '/epoch', data: 1, version: 0 },
          { op: 'check', path: '/epoch', version: 1 },
        ],
        done,
      ),
    );
    expect([code, results.map((r) => r.code)]).toEqual(['OK', ['OK', 'OK', 'OK']]);
    expect(world.ensemble.store.stat('/controller')?.czxid).toBe(world.ensemble.store.stat('/epoch')?.mzxid);
  });

  it('applies none when one fails, and says which', () => {
    const { world, a } = quickWorld();
    const [code, results, failedIndex] = world.ask<[ZkCode, readonly { code: ZkCode }[], number]>((done) =>
      a.zk.multi(
        [
          { op: 'create', path: '/controller', data: 1, mode: 'ephemeral' },
          { op: 'set', path: '/epoch', data: 1, version: 9 },
          { op: 'delete', path: '/brokers/ids', version: -1 },
        ],
        done,
      ),
    );
    expect([code, failedIndex]).toEqual(['BadVersion', 1]);
    expect(results.map((r) => r.code)).toEqual(['OK', 'BadVersion', 'RuntimeInconsistency']);
    expect(world.ensemble.store.has('/controller')).toBe(false);
    expect(world.ensemble.store.has('/brokers/ids')).toBe(true);
  });
});

describe('a session', () => {
  it('keeps its ephemerals through the loss of its server, and its id', () => {
    const { world, a } = quickWorld();
    world.ask((done) => a.zk.create('/brokers/ids/1', 'a', 'ephemeral', done));
    const id = a.zk.sessionId;
    expect(world.ensemble.store.stat('/brokers/ids/1')?.ephemeralOwner).toBe(id);
    world.ensemble.killServer(a.server);
    world.run(8);
    expect(a.heard).toEqual(['connected', 'disconnected', 'connected']);
    expect(a.zk.sessionId).toBe(id);
    expect(world.ensemble.store.has('/brokers/ids/1')).toBe(true);
  });

  it('of a killed process lives on until its timeout, and then its ephemerals go at one zxid', () => {
    const { world, a } = quickWorld();
    world.ask((done) => a.zk.create('/brokers/ids/1', 'a', 'ephemeral', done));
    world.ask((done) => a.zk.create('/controller', 'a', 'ephemeral', done));
    world.simulation.kill(a.process);
    world.run(5);
    expect(world.ensemble.store.has('/brokers/ids/1')).toBe(true);
    const before = world.ensemble.committed;
    world.run(3);
    expect(world.ensemble.store.has('/brokers/ids/1')).toBe(false);
    expect(world.ensemble.store.has('/controller')).toBe(false);
    expect(world.ensemble.committed).toBe(before + 1);
    expect(world.probe('zk-session-expired')).toBe(1);
  });

  it('of a quick restart is another one: the old ephemeral still stands, owned by the old session', () => {
    const { world, a } = quickWorld();
    world.ask((done) => a.zk.create('/brokers/ids/1', 'a', 'ephemeral', done));
    const old = a.zk.sessionId;
    world.simulation.kill(a.process);
    a.open();
    world.run(1);
    expect(a.zk.sessionId).not.toBe(old);
    expect(world.ask<[ZkCode]>((done) => a.zk.create('/brokers/ids/1', 'a', 'ephemeral', done))[0]).toBe('NodeExists');
    expect(world.ask<[ZkCode, { ephemeralOwner: number }?]>((done) => a.zk.exists('/brokers/ids/1', false, done))[1]?.ephemeralOwner).toBe(
      old,
    );
  });

  it('closed gracefully ends at once', () => {
    const { world, a } = quickWorld();
    world.ask((done) => a.zk.create('/brokers/ids/1', 'a', 'ephemeral', done));
    a.zk.close();
    world.run(0.1);
    expect(world.ensemble.store.has('/brokers/ids/1')).toBe(false);
    expect(world.ask<[ZkCode]>((done) => a.zk.exists('/epoch', false, done))[0]).toBe('SessionExpired');
    expect(a.heard).toEqual(['connected']);
  });

  it('expires while its paused client knows nothing of it, and the client learns it after the pause', () => {
    const { world, a } = quickWorld();
    world.ask((done) => a.zk.create('/brokers/ids/1', 'a', 'ephemeral', done));
    world.simulation.pause(a.process);
    world.run(10);
    expect(world.ensemble.store.has('/brokers/ids/1')).toBe(false);
    expect(a.zk.state).toBe('connected');
    world.simulation.resume(a.process);
    world.run(5);
    expect(a.heard).toEqual(['connected', 'disconnected', 'expired']);
    expect(world.ask<[ZkCode]>((done) => a.zk.exists('/epoch', false, done))[0]).toBe('SessionExpired');
  });

  it('survives a pause shorter than its timeout', () => {
    const { world, a } = quickWorld();
    world.simulation.pause(a.process);
    world.run(3);
    world.simulation.resume(a.process);
    world.run(10);
    expect(a.heard).not.toContain('expired');
    expect(a.zk.state).toBe('connected');
  });

  it('is kept alive by pings, and by very few messages', () => {
    const { world, a } = quickWorld();
    const before = world.simulation.network.delivered;
    world.run(60);
    expect(a.heard).toEqual(['connected']);
    expect(world.simulation.network.delivered - before).toBeLessThanOrEqual(62);
  });

  it('can be expired by decree', () => {
    const { world, a } = quickWorld();
    expect(world.ensemble.expireSession(a.zk.sessionId)).toBe(true);
    world.run(3);
    expect(a.heard).toEqual(['connected', 'disconnected', 'expired']);
    expect(world.ensemble.expireSession(a.zk.sessionId)).toBe(false);
  });

  it('gets a timeout within the bounds of the ensemble', () => {
    const world = new World('1', { minSessionTimeoutUs: 3 * SECOND, maxSessionTimeoutUs: 9 * SECOND });
    const short = world.client('short', SECOND);
    const long = world.client('long', 60 * SECOND);
    world.run(1);
    expect([short.zk.sessionTimeoutUs, long.zk.sessionTimeoutUs]).toEqual([3 * SECOND, 9 * SECOND]);
  });
});

describe('a connection lost', () => {
  it('fails a write whose answer was cut off, though the write was applied', () => {
    const { world, a } = quickWorld();
    const server = world.ensemble.hosts[a.server] as Host;
    world.simulation.network.cut(server, a.host);
    const [code] = world.ask<[ZkCode]>((done) => a.zk.setData('/epoch', 'mine', 0, done), 6);
    expect(code).toBe('ConnectionLoss');
    expect(world.ensemble.store.getData('/epoch')).toBe('mine');
    expect(world.probe('zk-connection-loss-on-applied-write')).toBe(1);
  });

  it('fails a write that never left, and nothing was applied', () => {
    const { world, a } = quickWorld();
    for (const host of world.ensemble.hosts) world.cut(a.host, host);
    const [code] = world.ask<[ZkCode]>((done) => a.zk.setData('/epoch', 'mine', 0, done), 6);
    expect(code).toBe('ConnectionLoss');
    expect(world.ensemble.store.getData('/epoch')).toBe(0);
    expect(world.probe('zk-connection-loss-on-applied-write')).toBe(0);
  });

  it('does not let a write held up on the old connection through once the session has moved', () => {
    const { world, a } = quickWorld();
    const old = world.ensemble.hosts[a.server] as Host;
    world.simulation.network.cut(a.host, old);
    const codes: string[] = [];
    a.zk.setData('/epoch', 'late', -1, (code) => codes.push(code));
    world.run(5);
    expect(a.zk.state).toBe('connected');
    a.zk.setData('/epoch', 'new', -1, (code) => codes.push(code));
    world.run(0.2);
    world.simulation.network.heal(a.host, old);
    world.run(2);
    expect(codes).toEqual(['ConnectionLoss', 'OK']);
    expect(world.ensemble.store.getData('/epoch')).toBe('new');
    expect(world.ensemble.store.stat('/epoch')?.version).toBe(1);
  });

  it('answers every outstanding request in order before it says disconnected', () => {
    const world = new World();
    const order: string[] = [];
    const a = world.client('a', 6 * SECOND, { onDisconnected: () => order.push('disconnected') });
    world.run(1);
    a.zk.setData('/epoch', 1, -1, (code) => order.push(`set ${code}`));
    a.zk.getData('/epoch', false, (code) => order.push(`get ${code}`));
    world.ensemble.killServer(a.server);
    world.run(0.05);
    expect(order).toEqual(['set ConnectionLoss', 'get ConnectionLoss', 'disconnected']);
  });
});

describe('requests of one session', () => {
  it('are answered in order, reads seeing the writes before them', () => {
    const { world, a } = quickWorld();
    const answers: unknown[] = [];
    for (let i = 1; i <= 5; i++) {
      a.zk.setData('/epoch', i, -1, (code) => answers.push(code));
      a.zk.getData('/epoch', false, (_, data) => answers.push(data));
    }
    world.run(1);
    expect(answers).toEqual(['OK', 1, 'OK', 2, 'OK', 3, 'OK', 4, 'OK', 5]);
  });
});

describe('reads', () => {
  it('may be stale at a server that lags, and sync brings it up to date', () => {
    const world = new World('1', { applyLag: { minUs: 300_000, maxUs: 300_000, spikeChance: 0, spikeMeanUs: 0 } });
    const leader = world.ensemble.leaderIndex;
    const writer = world.clientOn(leader);
    const reader = world.clientOn((leader + 1) % 3);
    world.run(1);
    expect(world.ask<[ZkCode]>((done) => writer.zk.setData('/epoch', 'new', -1, done), 0.1)[0]).toBe('OK');
    const seen: unknown[] = [];
    reader.zk.getData('/epoch', false, (_, data) => seen.push(data));
    reader.zk.sync('/epoch', () => undefined);
    reader.zk.getData('/epoch', false, (_, data) => seen.push(data));
    world.run(1);
    expect(seen).toEqual([0, 'new']);
    expect(world.probe('zk-stale-read')).toBe(1);
  });

  it('of one client never go back: a server that is behind what it has seen refuses it', () => {
    const world = new World('1', { applyLag: { minUs: 20 * SECOND, maxUs: 20 * SECOND, spikeChance: 0, spikeMeanUs: 0 } });
    const leader = world.ensemble.leaderIndex;
    const a = world.client('a', 30 * SECOND);
    world.run(30);
    while (a.server !== leader) {
      world.simulation.network.cut(world.ensemble.hosts[a.server] as Host, a.host);
      world.run(40);
    }
    expect(world.ask<[ZkCode]>((done) => a.zk.setData('/epoch', 'new', -1, done), 0.1)[0]).toBe('OK');
    // The leader hangs up on it; the followers have not applied the write it has seen.
    const connections = world.ensemble.servers[leader]?.connections ?? [];
    for (const connection of [...connections]) world.ensemble.servers[leader]?.close(connection);
    world.run(0.01);
    const [code, data] = world.ask<[ZkCode, unknown]>((done) => {
      const retry = (result: ZkCode, value?: unknown): void => {
        if (result === 'ConnectionLoss') a.zk.getData('/epoch', false, retry);
        else done(result, value);
      };
      a.zk.getData('/epoch', false, retry);
    }, 60);
    expect([code, data]).toEqual(['OK', 'new']);
  });
});

describe('watches', () => {
  it('fire once, carry no data, and must be set again', () => {
    const { world, a } = quickWorld();
    const b = world.client('b');
    world.run(1);
    world.ask((done) => b.zk.getData('/epoch', true, done));
    world.ask((done) => a.zk.setData('/epoch', 1, -1, done));
    world.ask((done) => a.zk.setData('/epoch', 2, -1, done));
    expect(b.watches).toEqual([{ type: 'data-changed', path: '/epoch' }]);
    world.ask((done) => b.zk.getData('/epoch', true, done));
    expect(world.probe('zk-watch-coalesced')).toBe(1);
    world.ask((done) => a.zk.setData('/epoch', 3, -1, done));
    expect(b.watches).toHaveLength(2);
    world.ask((done) => b.zk.getData('/epoch', true, done));
    expect(world.probe('zk-watch-coalesced')).toBe(1);
  });

  it('tell of creation and deletion through exists, of children through getChildren', () => {
    const { world, a } = quickWorld();
    const b = world.client('b');
    world.run(1);
    expect(world.ask<[ZkCode]>((done) => b.zk.exists('/controller', true, done))[0]).toBe('NoNode');
    world.ask((done) => b.zk.getChildren('/brokers/ids', true, done));
    world.ask((done) => a.zk.create('/controller', 1, 'persistent', done));
    world.ask((done) => a.zk.create('/brokers/ids/1', 1, 'persistent', done));
    world.ask((done) => b.zk.exists('/controller', true, done));
    world.ask((done) => a.zk.delete('/controller', -1, done));
    expect(b.watches).toEqual([
      { type: 'created', path: '/controller' },
      { type: 'children-changed', path: '/brokers/ids' },
      { type: 'deleted', path: '/controller' },
    ]);
  });

  it('say a deletion once to a client that watches both data and children', () => {
    const { world, a } = quickWorld();
    world.ask((done) => a.zk.getData('/brokers/ids', true, done));
    world.ask((done) => a.zk.getChildren('/brokers/ids', true, done));
    world.ask((done) => a.zk.delete('/brokers/ids', -1, done));
    expect(a.watches).toEqual([{ type: 'deleted', path: '/brokers/ids' }]);
  });

  it('are not left by a read that found nothing, or did not ask', () => {
    const { world, a } = quickWorld();
    world.ask((done) => a.zk.getData('/controller', true, done));
    world.ask((done) => a.zk.exists('/brokers', false, done));
    world.ask((done) => a.zk.create('/controller', 1, 'persistent', done));
    world.ask((done) => a.zk.setData('/brokers', 1, -1, done));
    expect(a.watches).toEqual([]);
  });

  it('reach the client before it can read the new state', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World(String(seed));
      const a = world.client('a');
      const b = world.client('b');
      world.run(1);
      world.ask((done) => b.zk.getData('/epoch', true, done));
      a.zk.setData('/epoch', 'new', -1, () => undefined);
      const order: unknown[] = [];
      const read = (): void =>
        b.zk.getData('/epoch', false, (_, data) => {
          order.push(b.watches.length > 0 ? `${String(data)} after the watch` : data);
          if (order.length < 30) read();
        });
      read();
      world.run(1);
      expect(order).toContain('new after the watch');
      expect(order).not.toContain('new');
    }
  });

  it('missed while disconnected fire on the new connection, and others are kept', () => {
    const { world, a } = quickWorld();
    const b = world.client('b');
    world.run(1);
    world.ask((done) => b.zk.getData('/epoch', true, done));
    world.ask((done) => b.zk.getChildren('/brokers/ids', true, done));
    world.ask((done) => b.zk.exists('/controller', true, done));
    for (const host of world.ensemble.hosts) world.cut(b.host, host);
    world.ask((done) => a.zk.setData('/epoch', 1, -1, done));
    world.ask((done) => a.zk.create('/controller', 1, 'persistent', done));
    world.ask((done) => a.zk.delete('/controller', -1, done));
    // Bytes held up by the cut would bring the events too: the server's end must be gone.
    for (const server of world.ensemble.servers)
      for (const c of [...server.connections]) if (c.sessionId === b.zk.sessionId) server.close(c);
    world.run(1);
    for (const host of world.ensemble.hosts) world.heal(b.host, host);
    world.run(6);
    expect(b.heard).not.toContain('expired');
    expect(b.watches.filter((event) => event.path === '/epoch')).toEqual([{ type: 'data-changed', path: '/epoch' }]);
    expect(b.watches).toHaveLength(1); // creation and deletion of /controller cancel out, and no child has come yet
    world.ask((done) => a.zk.create('/brokers/ids/1', 1, 'persistent', done));
    expect(b.watches.slice(1)).toEqual([{ type: 'children-changed', path: '/brokers/ids' }]);
  });
});

describe('the ensemble', () => {
  it('goes on without one server, and elects a new leader when the leader dies', () => {
    const { world, a } = quickWorld();
    const leader = world.ensemble.leaderIndex;
    world.ensemble.killServer(leader);
    world.run(0.01);
    expect(world.ensemble.hasQuorum()).toBe(false);
    world.run(5);
    expect(world.ensemble.hasQuorum()).toBe(true);
    expect(world.ensemble.leaderIndex).not.toBe(leader);
    expect(world.probe('zk-leader-changed')).toBe(1);
    expect(world.ask<[ZkCode]>((done) => a.zk.setData('/epoch', 1, -1, done))[0]).toBe('OK');
    world.ensemble.startServer(leader);
    world.run(2);
    expect(world.ensemble.servers[leader]?.role).toBe('following');
    expect(world.ensemble.servers[leader]?.applied).toBe(world.ensemble.committed);
  });

  it('without a majority writes nothing and expires nobody, and clocks begin anew with the next leader', () => {
    const { world, a } = quickWorld();
    world.ask((done) => a.zk.create('/brokers/ids/1', 'a', 'ephemeral', done));
    const b = world.client('b');
    world.run(1);
    world.ask((done) => b.zk.create('/brokers/ids/2', 'b', 'ephemeral', done));
    world.simulation.kill(b.process);
    world.ensemble.killServer(0);
    world.ensemble.killServer(1);
    const codes: ZkCode[] = [];
    a.zk.setData('/epoch', 1, -1, (code) => codes.push(code));
    world.run(40);
    expect(codes).toEqual(['ConnectionLoss']);
    expect(world.ensemble.store.has('/brokers/ids/1')).toBe(true);
    expect(world.ensemble.store.has('/brokers/ids/2')).toBe(true);
    expect(a.heard).not.toContain('expired');
    world.ensemble.startServer(0);
    world.run(5);
    expect(a.zk.state).toBe('connected');
    expect(world.ensemble.store.has('/brokers/ids/2')).toBe(true);
    world.run(6);
    expect(world.ensemble.store.has('/brokers/ids/1')).toBe(true);
    expect(world.ensemble.store.has('/brokers/ids/2')).toBe(false);
  });

  it('leaves a server that is cut off: it goes on reading for a while, then hangs up on its clients', () => {
    const world = new World();
    const follower = (world.ensemble.leaderIndex + 1) % 3;
    const a = world.clientOn(follower, 20 * SECOND);
    const b = world.clientOn(world.ensemble.leaderIndex, 20 * SECOND);
    world.isolateServer(follower, 'cut');
    expect(world.ask<[ZkCode]>((done) => b.zk.setData('/epoch', 'new', -1, done))[0]).toBe('OK');
    expect(world.ask<[ZkCode, unknown]>((done) => a.zk.getData('/epoch', false, done))[1]).toBe(0);
    expect(world.probe('zk-stale-read')).toBe(1);
    world.run(20);
    expect(a.heard).toEqual(['connected', 'disconnected', 'connected']);
    expect(a.server).not.toBe(follower);
    expect(world.ask<[ZkCode, unknown]>((done) => a.zk.getData('/epoch', false, done))[1]).toBe('new');
    world.isolateServer(follower, 'heal');
    world.run(2);
    expect(world.ensemble.servers[follower]?.role).toBe('following');
  });

  it('rides out a cut shorter than syncLimit: held-up writes get through and nobody is disconnected', () => {
    const world = new World();
    const follower = (world.ensemble.leaderIndex + 1) % 3;
    const a = world.clientOn(follower);
    world.isolateServer(follower, 'cut');
    const codes: ZkCode[] = [];
    a.zk.setData('/epoch', 'held up', -1, (code) => codes.push(code));
    world.run(2);
    expect(codes).toEqual([]);
    expect(world.ensemble.store.getData('/epoch')).toBe(0);
    world.isolateServer(follower, 'heal');
    world.run(2);
    expect(codes).toEqual(['OK']);
    expect(a.heard).toEqual(['connected']);
  });

  it('commits nothing through a leader that has lost its majority, before it notices or after', () => {
    const world = new World();
    const leader = world.ensemble.leaderIndex;
    const a = world.clientOn(leader);
    const before = world.ensemble.committed;
    world.isolateServer(leader, 'cut');
    const codes: ZkCode[] = [];
    a.zk.setData('/epoch', 'minority', -1, (code) => codes.push(code));
    world.run(3);
    expect(world.ensemble.committed).toBe(before);
    world.run(7);
    expect(codes).toEqual(['ConnectionLoss']);
    expect(world.ensemble.leaderIndex).not.toBe(leader);
    expect(world.ensemble.store.getData('/epoch')).toBe(0);
  });

  it('replaces a leader cut off in one direction only, or paused', () => {
    for (const hurt of ['one-way', 'pause'] as const) {
      const { world } = quickWorld();
      const leader = world.ensemble.leaderIndex;
      const host = world.ensemble.hosts[leader] as Host;
      if (hurt === 'pause') world.simulation.pause(world.ensemble.servers[leader]?.process as Process);
      else for (const other of world.ensemble.hosts) if (other !== host) world.simulation.network.cut(other, host);
      world.run(10);
      expect(world.ensemble.hasQuorum(), hurt).toBe(true);
      expect(world.ensemble.leaderIndex, hurt).not.toBe(leader);
      if (hurt === 'pause') world.simulation.resume(world.ensemble.servers[leader]?.process as Process);
      else for (const other of world.ensemble.hosts) if (other !== host) world.simulation.network.heal(other, host);
      world.run(3);
      expect(world.ensemble.servers[leader]?.role, hurt).toBe('following');
    }
  });

  it('may keep or drop a write that its leader did not live to commit, but never an acknowledged one', () => {
    const fates = new Set<string>();
    for (let seed = 1; seed <= 30; seed++) {
      const world = new World(String(seed));
      const a = world.clientOn(world.ensemble.leaderIndex);
      world.ask((done) => a.zk.setData('/epoch', 'acknowledged', -1, done));
      a.zk.create('/a', 1, 'persistent', (code) => expect(code).toBe('ConnectionLoss'));
      a.zk.create('/b', 1, 'persistent', (code) => expect(code).toBe('ConnectionLoss'));
      world.run(0.0005);
      world.ensemble.killServer(world.ensemble.leaderIndex);
      world.run(5);
      const { store } = world.ensemble;
      expect(store.getData('/epoch')).toBe('acknowledged');
      expect(store.has('/b') && !store.has('/a')).toBe(false);
      fates.add(`${store.has('/a')} ${store.has('/b')}`);
    }
    expect(fates.size).toBeGreaterThan(1);
  });
});

/** What must hold for one client whatever happens: answers in order, each once, never an older state than before. */
class Judge {
  asked = 0;
  answered = 0;
  acknowledged = 0;
  /** Newest transaction seen on /epoch. */
  private newestZxid = 0;

  constructor(private readonly station: Station) {}

  act(kind: number, value: number): void {
    const index = this.asked++;
    const answer = (code: ZkCode, zxid?: number): void => {
      expect(index, 'answered in order').toBe(this.answered);
      this.answered++;
      if (code !== 'OK' || zxid === undefined) return;
      expect(zxid, 'never goes back').toBeGreaterThanOrEqual(this.newestZxid);
      this.newestZxid = zxid;
    };
    const { zk, name } = this.station;
    if (kind === 0) zk.getData('/epoch', true, (code, _, stat) => answer(code, stat?.mzxid));
    else if (kind === 1) zk.setData('/epoch', value, -1, (code, stat) => answer(code, stat?.mzxid));
    else
      zk.create(`/brokers/ids/${name}-`, value, 'persistent-sequential', (code) => {
        if (code === 'OK') this.acknowledged++;
        answer(code);
      });
  }
}

describe('under random faults', () => {
  it('answers every request once and in order, never shows an older state, loses no acknowledged write, and all servers agree at last', () => {
    const reached = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const world = new World(`random/${seed}`);
      const dice = world.simulation.randomness.stream('test');
      const judges: Judge[] = [];
      const stations = ['a', 'b', 'c'].map((name) => world.client(name, 4 * SECOND));
      for (const station of stations) judges.push(new Judge(station));
      const machines = [...world.ensemble.hosts, ...stations.map((station) => station.host)];
      const healings: (() => void)[] = [];
      for (let round = 0; round < 120; round++) {
        judges.forEach((judge) => judge.act(dice.int(3), round));
        if (round % 6 === 0) hurt(world, dice.int(5), dice.pick(machines), dice.pick(machines), dice.int(3), healings);
        if (round % 9 === 8) healings.shift()?.();
        world.run(dice.int(500) / 1000);
      }
      for (const heal of healings) heal();
      world.run(30);
      for (const judge of judges) expect(judge.answered, 'everything is answered').toBe(judge.asked);
      const { ensemble } = world;
      expect(ensemble.hasQuorum()).toBe(true);
      for (const server of ensemble.servers) expect(server.applied).toBe(ensemble.committed);
      const acknowledged = judges.reduce((sum, judge) => sum + judge.acknowledged, 0);
      expect(ensemble.store.children('/brokers/ids')?.length).toBeGreaterThanOrEqual(acknowledged);
      for (const [probe] of world.simulation.probes.entries()) reached.add(probe);
    }
    expect([...reached].sort((x, y) => (x < y ? -1 : 1))).toEqual([
      'zk-connection-loss-on-applied-write',
      'zk-leader-changed',
      'zk-session-expired',
      'zk-stale-read',
      'zk-watch-coalesced',
    ]);
  });
});

function hurt(world: World, kind: number, one: Host, other: Host, server: number, healings: (() => void)[]): void {
  const { simulation, ensemble } = world;
  if (kind === 0) {
    ensemble.killServer(server);
    healings.push(() => ensemble.startServer(server));
  } else if (kind === 1) {
    simulation.losePower(ensemble.hosts[server] as Host, 'none');
    healings.push(() => ensemble.startServer(server));
  } else if (kind === 2 && one !== other) {
    simulation.network.cut(one, other);
    healings.push(() => simulation.network.heal(one, other));
  } else {
    const process = one.processes[0] as Process;
    simulation.pause(process);
    healings.push(() => simulation.resume(process));
  }
}

describe('a run', () => {
  it('is the same again with the same seed, under faults, and another with another seed', () => {
    const play = (seed: string): string => {
      const world = new World(seed);
      const recorder = new EventRecorder(world.simulation.bus);
      const stations = ['a', 'b', 'c'].map((name) => world.client(name));
      for (let round = 0; round < 10; round++) {
        for (const station of stations) {
          station.zk.setData('/epoch', round, -1, () => undefined);
          station.zk.create(`/brokers/ids/${station.name}`, round, 'ephemeral', () => undefined);
        }
        if (round === 3) world.ensemble.killServer(world.ensemble.leaderIndex);
        if (round === 6) for (const i of [0, 1, 2]) world.ensemble.startServer(i);
        world.run(1.5);
      }
      expect(recorder.length).toBeGreaterThan(50);
      return world.simulation.bus.hash;
    };
    expect(play('7')).toBe(play('7'));
    expect(play('7')).not.toBe(play('8'));
  });

  it('costs few steps: three idle clients for 30 s stay below 400', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.client(name);
    world.run(30);
    expect(world.simulation.scheduler.dispatched).toBeLessThan(400);
  });
});
