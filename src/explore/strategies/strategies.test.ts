import { describe, expect, it } from 'vitest';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import { crossChecks } from '../../scenario/crossChecks.js';
import { recommended, type TrialConfiguration } from '../configuration.js';
import { generateScenario } from '../generate.js';
import { runTrial } from '../trial.js';
import { Explorer } from './Explorer.js';
import { asTried, makeStrategy } from './index.js';
import { strategyNames, type StrategyChoice, type Subject } from './Strategy.js';

/** One partition and three seconds: a trial takes a few milliseconds. */
const configuration: TrialConfiguration = {
  ...recommended(),
  durationUs: 3_000_000,
  topics: [{ name: 'orders', partitions: 1, replicationFactor: 3, properties: new Map() }],
};
const survivable = FAULT_CLASSES.filter((name) => name !== 'power-loss');
const subject: Subject = { configuration, classes: survivable, require: ['no-acknowledged-loss'] };

/** Enough for novelty to have gone over to changes. */
const SEEDS = 15;

function explorerOf(choice: StrategyChoice): Explorer {
  return new Explorer(makeStrategy(choice, asTried(choice, subject)));
}

describe.each(strategyNames)('the strategy %s', (name) => {
  const choice = { name, depth: null };

  it('has the same coherent scenario and run for a seed, in order and by itself', () => {
    const inOrder = explorerOf(choice);
    const runs = Array.from({ length: SEEDS }, (_, i) => {
      const tried = inOrder.try(String(i + 1));
      expect(tried === undefined ? 'none' : crossChecks(tried.scenario), `seed ${i + 1}`).toEqual([]);
      return [JSON.stringify(tried?.scenario), tried?.result.hash];
    });
    const other = explorerOf(choice);
    for (const seed of [SEEDS, 5, 2, 2]) {
      const tried = other.try(String(seed));
      expect([JSON.stringify(tried?.scenario), tried?.result.hash], `seed ${seed}`).toEqual(runs[seed - 1]);
    }
    expect(new Set(runs.map(([scenario]) => scenario)).size).toBe(SEEDS);
  });
});

it('random is what seeds have always been', () => {
  const explorer = explorerOf({ name: 'random', depth: null });
  for (const seed of ['1', '42', '99999999999999999999']) {
    expect(explorer.scenarioOf(seed)).toEqual(generateScenario(configuration, seed, survivable, ['no-acknowledged-loss']));
  }
});

it('listening to a run changes nothing in it', () => {
  const scenario = generateScenario(configuration, '5', survivable);
  let heard = 0;
  const heardRun = runTrial(scenario, { listen: (bus) => bus.subscribe(() => void heard++) });
  expect(heardRun.hash).toBe(runTrial(scenario).hash);
  expect(heard).toBe(heardRun.events);
});
