/** The law: the same scenario gives the same events, in this process, with the ambient world taken away, and in another process. */
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { eventText } from '../src/engine/events.js';
import { recommended } from '../src/explore/configuration.js';
import { checkDeterminism } from '../src/explore/determinism.js';
import { generateScenario } from '../src/explore/generate.js';
import { runTrial } from '../src/explore/trial.js';
import { FAULT_CLASSES } from '../src/faults/Fault.js';
import { withPoisonedGlobals } from './poisonedGlobals.js';

const dist = new URL('../dist/', import.meta.url).href;
const SEEDS = ['1', '4711', '20240101', 'a name is a seed too'];

function hashOf(seed: string): string {
  return runTrial(generateScenario(recommended(), seed, FAULT_CLASSES)).hash;
}

describe('a seed', () => {
  it.each(SEEDS)('%s gives the same events twice in one process', (seed) => {
    expect(checkDeterminism(generateScenario(recommended(), seed, FAULT_CLASSES), runTrial)).toMatchObject({ deterministic: true });
  });

  it.each(SEEDS)('%s gives the same hash while clocks, chance, timers, promises and unstable mathematics are poisoned', (seed) => {
    const expected = hashOf(seed);
    expect(withPoisonedGlobals(() => hashOf(seed))).toBe(expected);
  });

  it('of groups, transactions and an old release gives the same hash while they are poisoned, the drawing of it included', () => {
    const groups = [{ id: 'g', members: 3, application: 'transform-transactional' as const }];
    const configurations = [{ ...recommended(), groups, transactionalProducers: 2 }, recommended('0.10.2')];
    for (const configuration of configurations) {
      const run = (): string => runTrial(generateScenario(configuration, '7', FAULT_CLASSES)).hash;
      const expected = run();
      expect(withPoisonedGlobals(run)).toBe(expected);
    }
  });

  it('gives the same hash in another process, from the built package, in another place, time zone and language, and compiled otherwise', () => {
    const program = `
      const { generateScenario } = await import('${dist}explore/generate.js');
      const { recommended } = await import('${dist}explore/configuration.js');
      const { runTrial } = await import('${dist}explore/trial.js');
      const { FAULT_CLASSES } = await import('${dist}faults/Fault.js');
      const seeds = ${JSON.stringify(SEEDS)};
      console.log(JSON.stringify(seeds.map((seed) => runTrial(generateScenario(recommended(), seed, FAULT_CLASSES)).hash)));
    `;
    const elsewhere = { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
    const otherwise = ['--no-opt', '--hash-seed=7', '--stack-trace-limit=0', '--max-old-space-size=300'];
    const words = [...otherwise, '--input-type=module', '-e', program, 'an argument'];
    const output = execFileSync(process.execPath, words, { encoding: 'utf8', cwd: tmpdir(), env: elsewhere });
    expect(JSON.parse(output)).toEqual(SEEDS.map(hashOf));
  });

  it('leaves no trace in the hash when its events are recorded or its invariants are not checked', () => {
    const scenario = generateScenario(recommended(), '7', FAULT_CLASSES);
    const { hash } = runTrial(scenario);
    expect(runTrial(scenario, { record: true }).hash).toBe(hash);
    expect(runTrial(scenario, { invariants: false }).hash).toBe(hash);
  });

  it('is not the same run as its neighbour', () => {
    expect(new Set(Array.from({ length: 20 }, (_, i) => hashOf(String(i)))).size).toBe(20);
  });

  it('of a scenario with one fault less shares every event up to the moment at which that fault would have begun', () => {
    const whole = generateScenario(recommended(), '12', ['crash', 'partition', 'network']);
    const last = whole.faults.reduce((a, b) => (b.atUs > a.atUs ? b : a));
    const without = { ...whole, faults: whole.faults.filter((fault) => fault !== last) };
    const texts = [whole, without].map((scenario) => {
      const { recorder } = runTrial(scenario, { record: true });
      return recorder === null
        ? []
        : recorder
            .slice()
            .filter((event) => event.timeUs < last.atUs)
            .map(eventText);
    });
    expect(texts[0]?.length).toBeGreaterThan(1000);
    expect(texts[1]).toEqual(texts[0]);
  });
});
