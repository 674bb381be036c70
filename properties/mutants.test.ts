/**
 * The conditions that carry Kafka's guarantees are load-bearing: without any one of them the check that is expected to notice fails within a few seeds, and with it the same
 * seed is silent. Some of every area here; `npm run mutants` puts all of them on trial, and the checkers too.
 */
import { describe, expect, it } from 'vitest';
import { faultyCheckers, tryFault } from '../bench/mutants/checkers.js';
import { checkerFaults, withCheckerFault } from '../tools/checkerMutant.js';
import { runTrial } from '../src/explore/trial.js';
import { CONDITIONS, conditionNames, type ConditionName } from '../src/kafka/protocol/conditions.js';
import { correctScenario, failuresIn, mutants, mutantScenario, noticed } from './mutants.js';

const BUDGET = 120;

/** Those that are noticed at once, the former ones of producers, transactions and groups among them. */
const QUICK: readonly ConditionName[] = conditionNames.filter((name) => mutants[name].quick === true);

describe.each(QUICK)('without %s', (name) => {
  it('the expected check fails, and with it the same seed is silent', () => {
    const first = mutants[name].from ?? 1;
    let seed = first;
    while (seed < first + BUDGET && noticed(name, runTrial(mutantScenario(name, seed))) === undefined) seed++;
    expect(seed, 'a seed that notices').toBeLessThan(first + BUDGET);
    expect(failuresIn(runTrial(correctScenario(mutants[name].in, seed)))).toEqual([]);
  });
});

describe('the registry of mutants', () => {
  it('has at least sixty, of every area', () => {
    expect(conditionNames.length).toBeGreaterThanOrEqual(60);
    for (const area of ['replication', 'log', 'controller', 'idempotence', 'transaction', 'group', 'client'] as const) {
      expect(conditionNames.filter((name) => CONDITIONS[name].area === area).length, area).toBeGreaterThanOrEqual(4);
    }
  });
});

describe('a checker with a fault', () => {
  it('made blind reports nothing, and is otherwise as it was', () => {
    const code = "tally.violated(() => lost(end)); this.violated(timeUs, 1); tally.found('', evidence)";
    expect(withCheckerFault(code, 'blind')).toBe("tally.blind?.(() => lost(end)); this.blind?.(timeUs, 1); tally.blind?.('', evidence)");
    expect(withCheckerFault('violated(a) { this.violations++ }', 'blind')).toBe('violated(a) { this.violations++ }');
  });

  it('made unforgiving reports what it excuses', () => {
    const code = 'tally.excused++; tally.excusedAs(RULE); tally.excused += 2; tally.excuse(because, evidence)';
    expect(withCheckerFault(code, 'unforgiving')).toBe(
      "tally.violations++; tally.violations++; tally.violations += 2; tally.found('' && because, evidence)",
    );
  });

  it('is any module that reports or excuses, with tests beside it that turn red', () => {
    expect(checkerFaults('tally.found(because, evidence); tally.excused++')).toEqual(['blind', 'unforgiving']);
    expect(checkerFaults('const found = 1')).toEqual([]);
    expect(faultyCheckers().length).toBeGreaterThanOrEqual(60);
    for (const fault of ['blind', 'unforgiving'] as const) {
      expect(tryFault({ fault, module: 'src/check/guarantees/keyOrder.ts' }).failed, fault).toBeGreaterThan(0);
    }
  });
});
