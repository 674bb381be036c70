/** Every lesson under `scenarios/` shows what it claims: each expectation of each file is one test. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { candidatesOf, START } from '../src/explore/shrink/candidates.js';
import { crossChecks } from '../src/scenario/crossChecks.js';
import { changeText, varied } from '../src/scenario/variation.js';
import { runTrial, type TrialResult } from '../src/explore/trial.js';
import { parseScenario } from '../src/scenario/parse.js';
import type { Expectation, GuaranteeName, Scenario, Verdict } from '../src/scenario/Scenario.js';

const folder = new URL('../scenarios/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort((a, b) => (a < b ? -1 : 1));

function load(file: string): Scenario {
  const parsed = parseScenario(readFileSync(new URL(file, folder), 'utf8'), file);
  if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.problems)}`);
  return parsed.scenario;
}

/** The verdicts of a run, of the guarantees that an expectation speaks of. */
function verdictsOf(result: TrialResult, expectation: Expectation): Partial<Record<GuaranteeName, Verdict>> {
  const named = result.judgement.guarantees.filter(({ name }) => expectation.verdict[name] !== undefined);
  return Object.fromEntries(named.map(({ name, verdict }) => [name, verdict]));
}

function claimText({ verdict }: Expectation): string {
  return Object.entries(verdict)
    .map(([guarantee, expected]) => `${guarantee} is ${expected}`)
    .join(', ');
}

test('there are lessons to run', () => {
  expect(files.length).toBeGreaterThan(12);
});

test('no two lessons share a name', () => {
  const names = files.map((file) => load(file).name);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(files)('%s', (file) => {
  const scenario = load(file);

  test('has a title, says what it teaches and claims something', () => {
    expect(scenario.name).toBe(file.replace(/\.yaml$/, ''));
    expect(scenario.title).not.toBe('');
    expect(scenario.teaches).not.toBe('');
    expect(scenario.catalogue.length).toBeGreaterThan(0);
    expect(scenario.expect.length).toBeGreaterThan(0);
    for (const { verdict } of scenario.expect) expect(Object.keys(verdict).length).toBeGreaterThan(0);
  });

  test('claims a failure and what prevents it, of the same guarantee', () => {
    const claimed = (verdict: Verdict): string[] =>
      scenario.expect.flatMap((expectation) =>
        Object.entries(expectation.verdict).flatMap(([guarantee, expected]) => (expected === verdict ? [guarantee] : [])),
      );
    const held = new Set(claimed('held'));
    expect(claimed('violated').filter((guarantee) => held.has(guarantee))).not.toEqual([]);
  });

  test('runs the same way twice', () => {
    expect(runTrial(scenario).hash).toBe(runTrial(scenario).hash);
  });

  for (const [index, expectation] of scenario.expect.entries()) {
    test(`claim ${index + 1}: ${changeText(expectation)}: ${claimText(expectation)}`, () => {
      const result = runTrial(varied(scenario, expectation));
      expect(verdictsOf(result, expectation)).toEqual(expectation.verdict);
    });
  }
});

test('every smaller form of a lesson that shrinking would try is a scenario that a file may hold', () => {
  for (const file of files) {
    for (const { scenario, pass } of candidatesOf(load(file), START)) {
      expect(crossChecks(scenario), `${file}, ${pass}`).toEqual([]);
    }
  }
});
