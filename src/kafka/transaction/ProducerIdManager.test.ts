import { describe, expect, it } from 'vitest';
import { Simulation } from '../../engine/Simulation.js';
import { ProducerIdManager } from './ProducerIdManager.js';
import { FakeBlockNode } from './testing.js';

/** Brokers on one znode. */
function managers(count: number): { block: FakeBlockNode; managers: ProducerIdManager[]; run: () => void } {
  const simulation = new Simulation('producer-ids');
  const block = new FakeBlockNode();
  const list = Array.from({ length: count }, (_, i) => {
    const process = simulation.addProcess(`broker-${i}`, simulation.addHost(`b${i}`));
    simulation.start(process, () => {});
    const zk = block.client(process);
    return new ProducerIdManager({ simulation, process, brokerId: i, zk: () => zk });
  });
  return { block, managers: list, run: () => simulation.scheduler.runUntil(simulation.nowUs + 1_000_000) };
}

describe('ProducerIdManager', () => {
  it('never hands out an id twice, though brokers claim blocks at the same time', () => {
    const world = managers(3);
    const ids: number[] = [];
    for (let i = 0; i < 1500; i++) for (const manager of world.managers) manager.generate((id) => ids.push(id));
    world.run();
    expect(ids).toHaveLength(4500);
    expect(new Set(ids).size).toBe(4500);
    expect(Math.max(...ids)).toBeLessThan(6000);
  });

  it('tries again when ZooKeeper does not answer', () => {
    const world = managers(1);
    world.block.failures = ['ConnectionLoss', 'SessionExpired'];
    const ids: number[] = [];
    world.managers[0]?.generate((id) => ids.push(id));
    world.run();
    expect(ids).toEqual([0]);
  });
});
