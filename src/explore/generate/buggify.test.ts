import { describe, expect, it } from 'vitest';
import { Randomness } from '../../engine/random.js';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import { knownSites } from '../../scenario/knownSites.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { recommended } from '../configuration.js';
import { generateScenario } from '../generate.js';
import { shrinkScenario } from '../shrink.js';
import type { ShrinkableResult } from '../shrink.js';
import { runTrial } from '../trial.js';
import { drawBuggify } from './buggify.js';

const buggified = { ...recommended(), buggify: true };
const scenarioOf = (seed: number): Scenario => generateScenario(buggified, String(seed), FAULT_CLASSES);

describe('drawing buggify sites', () => {
  it('enables about a quarter of them in a seed, and each of them in some seed', () => {
    const drawn = Array.from({ length: 200 }, (_, seed) => drawBuggify(new Randomness(String(seed))));
    const enabled = drawn.reduce((sum, sites) => sum + Object.keys(sites).length, 0) / drawn.length;
    expect(enabled / knownSites().length).toBeGreaterThan(0.22);
    expect(enabled / knownSites().length).toBeLessThan(0.28);
    for (const { id } of knownSites()) expect(drawn.some((sites) => id in sites)).toBe(true);
  });

  it('changes nothing else of a seed', () => {
    const { buggify, ...rest } = scenarioOf(3);
    expect(Object.keys(buggify ?? {}).length).toBeGreaterThan(0);
    expect(rest).toEqual(generateScenario(recommended(), '3', FAULT_CLASSES));
    expect('buggify' in generateScenario(recommended(), '3', FAULT_CLASSES)).toBe(false);
  });
});

describe('a run with buggify sites', () => {
  const quiet = { ...generateScenario(recommended(), '5', []), durationUs: 8_000_000 };

  it('is another run than without them, and the same one every time', () => {
    const sites = { 'replica-fetch/one-batch': 0.2, 'producer/sender-pauses': 0.2 };
    const run = runTrial({ ...quiet, buggify: sites });
    expect(run.hash).not.toBe(runTrial(quiet).hash);
    expect(run.hash).toBe(runTrial({ ...quiet, buggify: sites }).hash);
    const probes = new Map(run.probes);
    for (const id of Object.keys(sites)) expect(probes.get(`buggify/${id}`)).toBeGreaterThan(0);
  });

  it('is the very run without them when none of its sites ever fires', () => {
    const never = Object.fromEntries(knownSites().map(({ id }) => [id, 0]));
    expect(runTrial({ ...quiet, buggify: never }).events).toBe(runTrial(quiet).events);
  });

  it('keeps every promise although all sites fire at once', () => {
    const all = Object.fromEntries(knownSites().map(({ id }) => [id, 0.2]));
    const { judgement } = runTrial({ ...quiet, buggify: all });
    expect(judgement.findings.map(({ message }) => message)).toEqual([]);
    expect(judgement.guarantees.find(({ name }) => name === 'eventually-converges')?.violations).toBe(0);
  });

  it('is shrunk to the sites without which it does not fail', () => {
    const needed = ['log/roll-early', 'zookeeper/ping-early'];
    const scenario = { ...scenarioOf(4), buggify: Object.fromEntries(knownSites().map(({ id }) => [id, 0.1])) };
    const failure = { guarantee: 'no-divergence', kind: 'logs-differ' };
    const run = ({ buggify = {} }: Scenario): ShrinkableResult => {
      return { judgement: { findings: needed.every((id) => id in buggify) ? [failure] : [] } };
    };
    expect(
      Object.keys(shrinkScenario(scenario, failure, { run, maxRuns: 400 }).scenario.buggify ?? {}).sort((a, b) => (a < b ? -1 : 1)),
    ).toEqual(needed);
    const none = shrinkScenario(scenario, failure, { run: () => ({ judgement: { findings: [failure] } }) });
    expect('buggify' in none.scenario).toBe(false);
  });
});
