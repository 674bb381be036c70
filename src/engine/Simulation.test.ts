import { describe, expect, it } from 'vitest';
import { EventRecorder, defineEvent, firstDivergence } from './events.js';
import { Simulation } from './Simulation.js';

const ticked = defineEvent(99, 'test-ticked', ['#who', 'count']);

function run(seed: string, disturb = false): { simulation: Simulation; recorder: EventRecorder } {
  const simulation = new Simulation(seed);
  const recorder = new EventRecorder(simulation.bus);
  const host = simulation.addHost('h');
  const process = simulation.addProcess('p', host);
  simulation.start(process, () => {
    let count = 0;
    const tick = (): void => {
      count++;
      simulation.bus.emit(ticked, simulation.bus.names.idOf('p'), count);
      if (count < 20)
        process.after(simulation.randomness.stream('ticks').between(1, 1000) + (disturb && count === 7 ? 1 : 0), tick, undefined);
    };
    tick();
  });
  simulation.scheduler.runUntil(1_000_000);
  return { simulation, recorder };
}

describe('Simulation', () => {
  it('has the same hash for the same seed and another for another', () => {
    expect(run('1').simulation.bus.hash).toBe(run('1').simulation.bus.hash);
    expect(run('1').simulation.bus.hash).not.toBe(run('2').simulation.bus.hash);
  });

  it('shows the first event at which two runs part', () => {
    const divergence = firstDivergence(run('1').recorder, run('1', true).recorder);
    expect(divergence?.left).toContain('count=8');
    expect(divergence?.right).toContain('count=8');
    expect(divergence?.left).not.toBe(divergence?.right);
    expect(firstDivergence(run('1').recorder, run('1').recorder)).toBeUndefined();
  });

  it('ends the timers of a killed process and starts its next incarnation without them', () => {
    const simulation = new Simulation('kill');
    const process = simulation.addProcess('p', simulation.addHost('h'));
    const seen: string[] = [];
    const main = (name: string) => (): void => process.every(1000, () => void seen.push(name));
    simulation.start(process, main('first'));
    simulation.scheduler.runUntil(2500);
    simulation.kill(process);
    simulation.scheduler.runUntil(5000);
    simulation.start(process, main('second'));
    simulation.scheduler.runUntil(7500);
    expect(seen).toEqual(['first', 'first', 'second', 'second']);
  });

  it('lets time run on during a pause and runs what became due at its end', () => {
    const simulation = new Simulation('pause');
    const process = simulation.addProcess('p', simulation.addHost('h'));
    const seen: number[] = [];
    simulation.start(process, () => process.after(1000, () => void seen.push(simulation.nowUs), undefined));
    simulation.scheduler.runUntil(500);
    simulation.pause(process);
    simulation.scheduler.runUntil(9000);
    simulation.resume(process);
    simulation.scheduler.runUntil(10_000);
    expect(seen).toEqual([9000]);
  });

  it('measures a timer on the clock of its host, drift included, and leaves it alone when the wall clock jumps', () => {
    const simulation = new Simulation('clock');
    const host = simulation.addHost('h');
    const process = simulation.addProcess('p', host);
    host.clock.setDrift(100_000);
    const seen: number[] = [];
    simulation.start(process, () => process.after(1_100_000, () => void seen.push(simulation.nowUs), undefined));
    host.clock.jump(-5_000_000);
    simulation.scheduler.runUntil(2_000_000);
    expect(seen).toEqual([1_000_000]);
    expect(host.clock.wallUs()).toBe(2_200_000 - 5_000_000);
    expect(host.clock.monotonicUs()).toBe(2_200_000);
  });
});
