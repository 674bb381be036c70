/**
 * The conditions that carry the guarantees of producers, transactions and groups are load-bearing: without any one of them a check that has a name fails within a
 * few seeds, and with it the same seed is silent. `npm run conditions` prints which check, after how many seeds.
 */
import { describe, expect, it } from 'vitest';
import { runTrial } from '../src/explore/trial.js';
import { EVERY_CONDITION, type KafkaConditions } from '../src/kafka/protocol/conditions.js';
import { brokenPromise, conditionScenario, conditionTrials } from './conditionTrials.js';

const BUDGET = 120;

describe.each(Object.keys(EVERY_CONDITION) as (keyof KafkaConditions)[])('without %s', (name) => {
  it('a check fails, and with it the same seed is silent', () => {
    const first = conditionTrials[name].from ?? 1;
    let seed = first;
    while (seed < first + BUDGET && brokenPromise(runTrial(conditionScenario(name, seed, false))) === '') seed++;
    expect(seed, 'a seed that notices').toBeLessThan(first + BUDGET);
    expect(brokenPromise(runTrial(conditionScenario(name, seed, true)))).toBe('');
  });
});
