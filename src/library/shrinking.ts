/** From a failing run to the smallest one that fails in the same way. */
import { smallestClasses } from '../explore/attribution.js';
import { classesOf } from '../faults/classesOf.js';
import { MOST_RUNS, shrinkScenario } from '../explore/shrink.js';
import { runTrial } from '../explore/trial.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { Scenario as CheckedScenario } from '../scenario/Scenario.js';
import type { Finding, Run } from './Run.js';
import { guaranteeToTell, runOf } from './runs.js';
import { checked } from './scenarios.js';
import { TrialrunError } from './TrialrunError.js';

/** What to make small, and how hard to try. */
export interface ShrinkOptions {
  /** What must fail again. Default: the first required guarantee that was violated, else whatever was found first. */
  readonly guarantee?: Finding['guarantee'];
  /** Runs at most; never more than 500. Default: 150, some seconds. */
  readonly maxRuns?: number;
}

/** A failure made small. Frozen. */
export interface Shrunk {
  /** Of the smallest scenario that was found. Its verdict follows the guarantee that failed, and no other. */
  readonly run: Run;
  /** Runs that it took. */
  readonly runs: number;
  /** Nothing smaller fails; false: the runs were used up before that was sure. */
  readonly minimal: boolean;
}

/**
 * Looks for the smallest scenario that fails in the same way: fewer classes of faults, fewer faults, fewer sends, shorter and rounder times. Deterministic.
 *
 * @throws TrialrunError when the run found nothing, or did not break the guarantee that was asked for.
 * @example
 * ```ts
 * import { check, run, shrink } from 'trialrun';
 *
 * const { failures } = check({ producerProperties: { acks: '1' } }, { faults: ['crash', 'pause'], untilViolated: true });
 * const found = run(failures[0]?.scenario ?? {});
 * const small = shrink(found, { maxRuns: 60 });
 * small.run.verdict; // → 'violated'
 * small.run.faults.length < found.faults.length; // → true
 * ```
 */
export function shrink(run: Run, options: ShrinkOptions = {}): Shrunk {
  const target = targetIn(run, options.guarantee);
  const { maxRuns = 150 } = options;
  if (!Number.isSafeInteger(maxRuns) || maxRuns < 1)
    throw new TrialrunError([`maxRuns: ${String(maxRuns)} is out of range. Write a whole number from 1 to ${MOST_RUNS}`]);
  const narrowed = smallestClasses(checked(run.scenario), target, runTrial);
  const { scenario, runs, minimal } = shrinkScenario(narrowed, target, { run: runTrial, maxRuns });
  return Object.freeze({ run: runOf(named(scenario, target)), runs, minimal });
}

function targetIn(run: Run, guarantee: Finding['guarantee'] | undefined): Finding {
  const { findings, scenario } = run;
  const wanted = guarantee ?? guaranteeToTell(run);
  const found = findings.find((finding) => finding.guarantee === wanted);
  if (found !== undefined) return found;
  const what = wanted === null ? 'violated nothing' : `did not violate ${wanted}`;
  throw new TrialrunError([`the run of ${scenario.name ?? 'scenario'} ${what}, so that there is nothing to shrink`]);
}

/** Named as the command line names it, and judged by what failed. */
function named(scenario: CheckedScenario, { guarantee }: Finding): CheckedScenario {
  const classes = classesOf(scenario);
  const under = classes.length === 0 ? 'without faults' : `under ${FAULT_CLASSES.filter((name) => classes.includes(name)).join(', ')}`;
  return {
    ...scenario,
    name: `${guarantee.replace('/', '-')}-seed-${scenario.seed.replace(/[^A-Za-z0-9._-]/g, '_')}`,
    title: `${guarantee} violated ${under}`,
    require: guarantee.startsWith('invariant/') ? scenario.require : [guarantee as CheckedScenario['require'][number]],
  };
}
