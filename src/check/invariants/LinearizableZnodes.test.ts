import { describe, expect, it } from 'vitest';
import type { Process } from '../../engine/Host.js';
import { Simulation } from '../../engine/Simulation.js';
import { ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import { ZooKeeperEnsemble } from '../../zookeeper/ZooKeeperEnsemble.js';
import type { Finding } from '../Finding.js';
import { ZooKeeperHistory } from '../linearizability/ZooKeeperHistory.js';
import { FakeCluster, watchWith } from '../testing.js';
import { LinearizableZnodes } from './LinearizableZnodes.js';

const SECOND = 1_000_000;

/** Clients of a real ensemble, with their history. */
class World {
  readonly simulation = new Simulation('znodes');
  readonly ensemble: ZooKeeperEnsemble;
  readonly history = new ZooKeeperHistory(this.simulation.bus, () => this.simulation.nowUs);
  private readonly processes = new Map<string, Process>();

  constructor(versionChecks: boolean) {
    this.ensemble = new ZooKeeperEnsemble(this.simulation, { versionChecks });
    this.ensemble.observer = this.history;
    this.ensemble.bootstrap(['/made']);
    this.ensemble.start();
  }

  client(name: string): ZooKeeperClient {
    const process = this.simulation.addProcess(name, this.simulation.addHost(name));
    this.processes.set(name, process);
    this.simulation.start(process, () => undefined);
    const zk = new ZooKeeperClient(this.simulation, process, this.ensemble, { sessionTimeoutUs: 6 * SECOND, name }, {});
    zk.start();
    return zk;
  }

  kill(name: string): void {
    this.simulation.kill(this.processes.get(name) as Process);
  }

  run(us = SECOND): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + us);
  }

  judge(): { readonly findings: readonly Finding[]; readonly checks: number } {
    const { invariant, findings } = watchWith(new FakeCluster(), (context) => new LinearizableZnodes(context), {}, this.history);
    invariant.finish();
    return { findings, checks: invariant.checks };
  }
}

function ignore(): void {}

/** Two clients that read the same version and both set it; one creates an ephemeral and dies, the other creates it again. */
function race(versionChecks: boolean): World {
  const world = new World(versionChecks);
  const [a, b] = [world.client('a'), world.client('b')];
  for (const zk of [a, b]) zk.getData('/made', false, (_code, _data, stat) => zk.setData('/made', 1, stat?.version ?? 0, ignore));
  a.create('/controller', 'a', 'ephemeral', ignore);
  a.create('/list_', 'a', 'persistent-sequential', ignore);
  world.run();
  a.multi(
    [
      { op: 'check', path: '/made', version: 1 },
      { op: 'create', path: '/controller', data: 'a', mode: 'ephemeral' },
    ],
    ignore,
  );
  a.delete('/made', 7, ignore);
  world.kill('a');
  world.run(20 * SECOND);
  b.create('/controller', 'b', 'ephemeral', ignore);
  b.exists('/controller', false, ignore);
  world.run();
  return world;
}

describe('LinearizableZnodes', () => {
  it('explains what clients of the ensemble see: races, refusals, lost answers, sessions that end, reads', () => {
    const { findings, checks } = race(true).judge();
    expect(findings).toEqual([]);
    expect(checks).toBeGreaterThanOrEqual(9);
  });

  it('finds that two clients both changed the same version', () => {
    const { findings } = race(false).judge();
    expect(findings.map(({ guarantee, witness }) => [guarantee, witness['path']])).toEqual([['invariant/Z1', '/made']]);
    expect(findings[0]?.message).toMatch(
      /^Z1 LinearizableZnodes: no order of the operations on \/made explains their results\. .*set at version 0 → OK/,
    );
  });

  it('lets a write whose connection was lost take effect, or not', () => {
    for (const [expected, findings] of [
      [0, 0],
      [1, 0],
      [2, 1],
    ]) {
      const world = new World(true);
      const ask = (version: number): number => {
        const ops = [{ op: 'set', path: '/made', data: null, version }] as const;
        return world.history.invoked({ sessionId: 1 }, 'a', { kind: 'write', xid: 1, ops });
      };
      world.history.completed(ask(0), 'ConnectionLoss', null);
      world.history.completed(ask(expected as number), 'OK', { kind: 'reply', xid: 1, zxid: 2, code: 'OK', results: [{ code: 'OK' }] });
      expect(world.judge().findings).toHaveLength(findings as number);
    }
  });

  it('leaves out sequential znodes, whose names a lost answer does not tell', () => {
    const paths = [...race(true).history.byZnode().keys()];
    expect(paths.sort((a, b) => (a < b ? -1 : 1))).toEqual(['/controller', '/made']);
  });

  it('lets no read show what was overwritten before its session asked for its last write', () => {
    const world = new World(true);
    const zk = world.client('a');
    zk.setData('/made', 1, -1, ignore);
    world.run();
    zk.setData('/made', 2, 1, ignore);
    zk.getData('/made', false, ignore);
    world.run();
    expect(world.judge().findings).toEqual([]);
    const stale = world.history.invoked(zk, 'a', { kind: 'read', xid: 99, what: 'data', path: '/made', watch: false });
    const stat = { czxid: 1, mzxid: 1, pzxid: 1, version: 0, cversion: 0, ephemeralOwner: 0 };
    world.history.completed(stale, 'OK', { kind: 'reply', xid: 99, zxid: 1, code: 'OK', stat });
    expect(world.judge().findings.map(({ message }) => message)).toEqual([expect.stringContaining('fits: a: read of version 0')]);
  });
});
