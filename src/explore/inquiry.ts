/**
 * A question that takes many runs to answer, such as "from when on could this failure no longer be avoided?". Whoever asks is a generator that yields batches of
 * jobs and is handed their outcomes; whoever runs them decides where: here, or in other processes. So the question stays free of processes and clocks, and has
 * the same answer wherever it runs.
 *
 * An outcome may be missing (null): its process died, the time was over, somebody interrupted. An inquiry then ends with what it has.
 */
import type { GuaranteeName, Verdict } from '../check/Finding.js';
import type { FaultClass } from '../faults/Fault.js';
import type { Scenario } from '../scenario/Scenario.js';
import type { TrialMetrics } from './metrics.js';
import type { Redraw } from './redraw.js';
import type { ShrinkTarget } from './shrink.js';
import { runTrial } from './trial.js';

/** One run, as plain data. */
export interface TrialJob {
  readonly scenario: Scenario;
  readonly redraw?: Redraw;
  readonly measure?: boolean;
}

/** What an inquiry reads of a run, as plain data. */
export interface TrialOutcome {
  readonly hash: string;
  /** Every way of failing, once. */
  readonly failures: readonly ShrinkTarget[];
  readonly verdicts: Readonly<Partial<Record<GuaranteeName, Verdict>>>;
  /** Classes of the faults that began. */
  readonly classes: readonly FaultClass[];
  /** Null unless measured. */
  readonly metrics: TrialMetrics | null;
}

export type Outcomes = readonly (TrialOutcome | null)[];

export type Inquiry<R> = Generator<readonly TrialJob[], R, Outcomes>;

export function runJob({ scenario, redraw, measure }: TrialJob): TrialOutcome {
  const { hash, judgement, faultLog, metrics } = runTrial(scenario, {
    ...(redraw === undefined ? {} : { redraw }),
    ...(measure === undefined ? {} : { measure }),
  });
  const failures = new Map(judgement.findings.map(({ guarantee, kind }) => [`${guarantee} ${kind}`, { guarantee, kind }]));
  return {
    hash,
    failures: [...failures.values()],
    verdicts: Object.fromEntries(judgement.guarantees.map(({ name, verdict }) => [name, verdict])),
    classes: [...new Set(faultLog.map((entry) => entry.class))],
    metrics,
  };
}

/** Runs an inquiry to its end. @param run such as {@link runJob}. */
export function answer<R>(inquiry: Inquiry<R>, run: (job: TrialJob) => TrialOutcome | null): R {
  let step = inquiry.next();
  while (step.done !== true) step = inquiry.next(step.value.map(run));
  return step.value;
}

export function shows(outcome: TrialOutcome, { guarantee, kind }: ShrinkTarget): boolean {
  return outcome.failures.some((failure) => failure.guarantee === guarantee && failure.kind === kind);
}

/** So many of so many runs. */
export interface Count {
  readonly failures: number;
  /** Runs that came to an end. */
  readonly runs: number;
}

export function countOf(outcomes: Outcomes, fails: (outcome: TrialOutcome) => boolean): Count {
  const ended = outcomes.filter((outcome) => outcome !== null);
  return { failures: ended.filter(fails).length, runs: ended.length };
}
