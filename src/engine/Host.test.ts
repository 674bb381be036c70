import { describe, expect, it } from 'vitest';
import { Simulation } from './Simulation.js';

describe('a process that resumes', () => {
  it('runs what waited before anything else that is due at the same instant', () => {
    const simulation = new Simulation('resume');
    const process = simulation.addProcess('p', simulation.addHost('h'));
    const seen: string[] = [];
    simulation.start(process, () => {
      process.after(100, () => void seen.push('waited'), undefined);
      process.after(900, () => void seen.push('due now'), undefined);
    });
    simulation.pause(process);
    simulation.scheduler.runUntil(899);
    simulation.scheduler.at(900, () => simulation.resume(process), undefined);
    process.after(1, () => void seen.push('due now, too'), undefined);
    simulation.scheduler.runUntil(1000);
    // The first timer of 900 was dispatched while the process was still paused.
    expect(seen).toEqual(['waited', 'due now', 'due now, too']);
  });

  it('does not run a timer that something before it cancelled, and runs the others', () => {
    const simulation = new Simulation('cancel');
    const process = simulation.addProcess('p', simulation.addHost('h'));
    const seen: string[] = [];
    simulation.start(process, () => {
      process.after(100, () => process.cancel(timeout), undefined);
      const timeout = process.after(200, () => void seen.push('timed out'), undefined);
      process.after(300, () => void seen.push('went on'), undefined);
    });
    simulation.pause(process);
    simulation.scheduler.runUntil(1000);
    simulation.resume(process);
    expect(seen).toEqual(['went on']);
  });

  it('stops again when one of the things that waited pauses or kills it', () => {
    for (const act of ['pause', 'kill'] as const) {
      const simulation = new Simulation(act);
      const process = simulation.addProcess('p', simulation.addHost('h'));
      const seen: string[] = [];
      simulation.start(process, () => {
        process.after(100, () => simulation[act](process), undefined);
        process.after(200, () => void seen.push('ran'), undefined);
      });
      simulation.pause(process);
      simulation.scheduler.runUntil(1000);
      simulation.resume(process);
      expect(seen).toEqual([]);
      simulation.resume(process);
      expect(seen).toEqual(act === 'pause' ? ['ran'] : []);
    }
  });
});
