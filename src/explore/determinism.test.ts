import { describe, expect, it } from 'vitest';
import { defineEvent, EventRecorder } from '../engine/events.js';
import { Simulation } from '../engine/Simulation.js';
import { recommended } from './configuration.js';
import { checkDeterminism } from './determinism.js';
import type { RecordedResult } from './determinism.js';
import { generateScenario } from './generate.js';

const ticked = defineEvent(9901, 'ticked-for-the-determinism-test', ['number']);
const scenario = generateScenario(recommended(), '1', []);

/** A run that emits these numbers, one a microsecond. */
const runOf = (numbers: readonly number[]): RecordedResult => {
  const simulation = new Simulation('1');
  const recorder = new EventRecorder(simulation.bus);
  numbers.forEach((number, i) => simulation.scheduler.at(i, () => simulation.bus.emit(ticked, number), undefined));
  simulation.scheduler.runUntil(1000);
  return { hash: simulation.bus.hash, recorder };
};

describe('the determinism check', () => {
  it('finds two equal runs equal', () => {
    const check = checkDeterminism(scenario, () => runOf([1, 2, 3]));
    expect(check.deterministic).toBe(true);
    expect(check.hashes[0]).toBe(check.hashes[1]);
    expect(check.divergence).toBeUndefined();
  });

  it('shows the first event in which two runs part', () => {
    let runs = 0;
    const check = checkDeterminism(scenario, () => runOf(++runs === 1 ? [1, 2, 3] : [1, 7, 3]));
    expect(check.deterministic).toBe(false);
    expect(check.divergence).toMatchObject({ index: 1 });
    expect(check.divergence?.left).toContain('number=2');
    expect(check.divergence?.right).toContain('number=7');
  });

  it('records both runs', () => {
    const asked: unknown[] = [];
    checkDeterminism(scenario, (_, options) => {
      asked.push(options);
      return runOf([1]);
    });
    expect(asked).toEqual([{ record: true }, { record: true }]);
  });
});
