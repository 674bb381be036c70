import { describe, expect, it } from 'vitest';
import { recommendedScenario } from '../scenario/defaults.js';
import type { Scenario } from '../scenario/Scenario.js';
import { perturbed, SHIFT_US } from './perturb.js';

const scenario: Scenario = {
  ...recommendedScenario(),
  faults: [
    { id: 'timed', kind: 'kill', target: 1, atUs: 3_000_000, forUs: 1_000_000 },
    { id: 'early', kind: 'kill', target: 3, atUs: 0, forUs: 1_000_000 },
    { id: 'waiting', kind: 'kill', target: 2, atUs: 0, forUs: 1_000_000, on: { event: 'leader-elected' } },
  ],
};

describe('a scenario under another schedule', () => {
  it('is itself first, and then never the same twice', () => {
    expect(perturbed(scenario, 0)).toBe(scenario);
    const seeds = Array.from({ length: 50 }, (_, i) => perturbed(scenario, i).seed);
    expect(new Set(seeds).size).toBe(50);
  });

  it('has the same faults, moved a little every other time, unless they wait for an event', () => {
    const at = (id: string): number[] =>
      Array.from({ length: 40 }, (_, i) => perturbed(scenario, i).faults.find((fault) => fault.id === id)?.atUs ?? -1);
    expect(at('timed').filter((_, i) => i % 2 === 1)).toEqual(Array(20).fill(3_000_000));
    const moved = at('timed').filter((_, i) => i % 2 === 0 && i > 0);
    expect(new Set(moved).size).toBeGreaterThan(15);
    for (const us of moved) expect(Math.abs(us - 3_000_000)).toBeLessThanOrEqual(SHIFT_US);
    expect(Math.min(...at('early'))).toBe(0);
    expect(new Set(at('waiting'))).toEqual(new Set([0]));
  });
});
