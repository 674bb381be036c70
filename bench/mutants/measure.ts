/** The measurements of `npm run mutants`: hunts for mutants, their counterexamples made small, and seeds of Kafka as it is, which must be silent. */
import { correctScenario, failuresIn, mutants, mutantScenario, noticed, type ConfigurationName } from '../../properties/mutants.js';
import { MOST_RUNS, shrinkScenario } from '../../src/explore/shrink.js';
import { runTrial, type TrialResult } from '../../src/explore/trial.js';
import type { ConditionName } from '../../src/kafka/protocol/conditions.js';
import { formatScenario } from '../../src/scenario/format.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/Scenario.js';
import { trialOf, type Hunt, type Quiet, type Shrinking } from './results.js';

/** First seeds of the campaigns lie so far apart that their seeds differ. */
const BETWEEN_CAMPAIGNS = 10_000;

export function firstSeed(campaign: number): number {
  return 1 + campaign * BETWEEN_CAMPAIGNS;
}

/** Seeds one after another until the expected check fails, or the processor time is spent. */
export function hunt(condition: ConditionName, first: number, capSeconds: number): Hunt {
  const spent = stopwatch();
  const base = { type: 'hunt', condition, trial: trialOf(condition), first } as const;
  for (let seeds = 1; ; seeds++) {
    const failure = noticed(condition, runTrial(mutantScenario(condition, first + seeds - 1)));
    const cpuSeconds = spent();
    if (failure !== undefined) return { ...base, seeds, cpuSeconds, check: failure.guarantee, kind: failure.kind };
    if (cpuSeconds >= capSeconds) return { ...base, seeds, cpuSeconds, check: '', kind: '' };
  }
}

/** The counterexample of a hunt that was successful, made small. */
export function shrink({ condition, first, seeds, check, kind }: Hunt): Shrinking {
  const spent = stopwatch();
  const seed = first + seeds - 1;
  const { scenario, runs, minimal, result } = shrinkScenario(
    mutantScenario(condition, seed),
    { guarantee: check, kind },
    { run: runTrial, maxRuns: MOST_RUNS },
  );
  return {
    type: 'shrunk',
    ...{ condition, trial: trialOf(condition), seed, check },
    faults: scenario.faults.length,
    sends: scenario.workload.producers.reduce((sum, { count }) => sum + count, 0),
    reruns: runs,
    minimal,
    replays: replays(scenario, result, { guarantee: check, kind }),
    cpuSeconds: spent(),
  };
}

function replays(scenario: Scenario, result: TrialResult, failure: { readonly guarantee: string; readonly kind: string }): boolean {
  const parsed = parseScenario(formatScenario(scenario), 'shrunk');
  if (!parsed.ok) return false;
  const again = runTrial(parsed.scenario);
  const fails = again.judgement.findings.some(({ guarantee, kind }) => guarantee === failure.guarantee && kind === failure.kind);
  return fails && again.hash === result.hash;
}

export function listen(configuration: ConfigurationName, first: number, seeds: number): Quiet {
  const alarms: string[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    for (const { guarantee, kind } of failuresIn(runTrial(correctScenario(configuration, seed))))
      alarms.push(`${seed}: ${guarantee} ${kind}`);
  }
  return { type: 'quiet', configuration, first, seeds, alarms };
}

/** Names of the configurations that mutants are looked for in. */
export function usedConfigurations(conditions: readonly ConditionName[]): ConfigurationName[] {
  return [...new Set(conditions.map((condition) => mutants[condition].in))];
}

/** Seconds of processor time since. */
function stopwatch(): () => number {
  const started = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(started);
    return Math.round((user + system) / 10_000) / 100;
  };
}
