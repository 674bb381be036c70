import { describe, expect, it } from 'vitest';
import { fault, inject, S } from './testing.js';

describe('a healing that freezes what is outside the core', () => {
  it('leaves a cut, a pause and a dead broker there for ever, though their faults were to end', () => {
    const { cluster, injector, runTo } = inject(
      fault('partition-isolate', { id: 'cut', target: 3, from: ['brokers'], forUs: 5 * S }),
      fault('pause', { id: 'pause', target: 3, forUs: 5 * S }),
      fault('kill', { id: 'kill', target: 2, forUs: 5 * S }),
    );
    runTo(2 * S);
    const cuts = cluster.cuts();
    expect(cuts.length).toBeGreaterThan(0);
    injector.healAll([1], 'frozen');
    runTo(60 * S);
    expect(cluster.cuts()).toEqual(cuts);
    expect([cluster.node(3).process.running, cluster.node(3).process.paused]).toEqual([true, true]);
    expect(cluster.node(2).process.running).toBe(false);
    expect([...injector.outside].sort((a, b) => a - b)).toEqual([2, 3]);
    expect(injector.inForce).toBe(3);
  });

  it('heals the core: its faults end, and its brokers run', () => {
    const { cluster, injector, runTo } = inject(
      fault('kill', { id: 'a', target: 1, forUs: 50 * S }),
      fault('pause', { id: 'b', target: 2, forUs: 50 * S }),
      fault('kill', { id: 'c', target: 3, forUs: 50 * S }),
    );
    runTo(2 * S);
    injector.healAll([1, 2], 'frozen');
    expect([1, 2, 3].map((id) => cluster.node(id).process.running)).toEqual([true, true, false]);
    expect(cluster.node(2).process.paused).toBe(false);
    expect([...injector.outside]).toEqual([3]);
  });

  it('starts no broker outside the core that ended by itself', () => {
    const { cluster, injector, runTo } = inject();
    runTo(S);
    cluster.simulation.kill(cluster.node(3).process, 'halted');
    injector.healAll([1, 2], 'frozen');
    runTo(60 * S);
    expect(cluster.node(3).process.running).toBe(false);
    expect([...injector.outside]).toEqual([3]);
  });

  it('lets a broker outside the core that nothing is wrong with go on as before', () => {
    const { cluster, injector, runTo } = inject(fault('pause', { target: 2, forUs: 50 * S }));
    runTo(2 * S);
    injector.healAll([1], 'frozen');
    expect(cluster.node(3).process.running).toBe(true);
    expect([...injector.outside]).toEqual([2]);
  });

  it('kills such a broker instead where nothing is to be frozen', () => {
    const { cluster, injector, runTo } = inject(fault('pause', { target: 2, forUs: 50 * S }));
    runTo(2 * S);
    injector.healAll([1, 3]);
    expect(cluster.acts).toEqual(['2 2 killed']);
    expect(injector.outside.size).toBe(0);
  });
});
