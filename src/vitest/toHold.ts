/** The matcher: runs the trial, saves and tells what failed, and leaves a note of it for the reporter. */
import { inject, TestRunner } from 'vitest';
import type { GuaranteeName } from '../check/Finding.js';
import { saveRun } from '../cli/savedRun.js';
import { checked } from '../library/scenarios.js';
import { counted } from '../report/numbers.js';
import { record } from '../report/RunReport.js';
import { notViolatedMessage, unknownMessage, violatedMessage, type Saved } from './message.js';
import type { TrialNote } from './note.js';
import { subjectOf, type Subject } from './Subject.js';
import { trialOf, type Trial, type TrialFailure, type TrialOptions } from './trial.js';

/** What vitest is told. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

type Wanted = GuaranteeName | readonly GuaranteeName[];

/** `toHold()`, `toHold(guarantees)`, `toHold(options)` and `toHold(guarantees, options)`. */
export function toHold(
  this: { readonly isNot?: boolean },
  received: unknown,
  first?: Wanted | TrialOptions,
  second?: TrialOptions,
): MatcherResult {
  const isWanted = typeof first === 'string' || Array.isArray(first);
  const wanted = isWanted ? [first as Wanted].flat() : null;
  const options = (isWanted ? second : (first as TrialOptions | undefined)) ?? second ?? {};
  const subject = subjectOf(received);
  const trial = trialOf(subject, wanted, options);
  // Vitest leaves it undefined without .not, whatever its types say.
  const isNot = this.isNot === true;
  const { passed, message, headline, saved } = outcome(subject, trial, options, isNot);
  leaveNote({
    label: subject.label,
    seeds: trial.seeds,
    negated: isNot,
    passed,
    rows: trial.rows,
    message: passed ? '' : message,
    ...saved,
    headline,
  });
  // With .not vitest turns the answer round; what was not put to the test passes neither way.
  return { pass: passed !== isNot, message: () => message };
}

interface Outcome {
  readonly passed: boolean;
  readonly message: string;
  /** Gist of what was violated; empty where nothing was told. */
  readonly headline: string;
  readonly saved: Saved | null;
}

function outcome(subject: Subject, trial: Trial, options: TrialOptions, isNot: boolean): Outcome {
  const nothing = { headline: '', saved: null };
  if (isNot) {
    const passed = trial.verdict === 'violated';
    return { passed, message: passed ? '' : notViolatedMessage(subject.label, trial), ...nothing };
  }
  if (trial.verdict === 'held') return { passed: true, message: '', ...nothing };
  const failure = trial.failure();
  if (failure === null) return { passed: false, message: unknownMessage(subject.label, trial), ...nothing };
  const saved = save(failure, options.out ?? outOfReporter() ?? 'reports');
  return { passed: false, message: violatedMessage(subject.label, trial, failure, saved), headline: failure.story.headline, saved };
}

// ---------------------------------------------------------------- files

/** Everything about a failing run, in a folder of its own, as the command line saves it; null when that was not wanted or is not possible. */
function save({ found, run, guarantee, seed, shrinkRuns }: TrialFailure, out: string): Saved | null {
  if (out === '') return null;
  const origin = shrinkRuns === 0 ? `Found with seed ${seed}.` : `Found with seed ${seed}, made small in ${counted(shrinkRuns, 'run')}.`;
  const original = shrinkRuns === 0 ? null : checked(found.scenario);
  const { folder, page, replayCommand } = saveRun(record(checked(run.scenario)), out, { origin, original }, guarantee);
  return folder === '' ? null : { folder, page, replayCommand };
}

// ---------------------------------------------------------------- the reporter

/** The folder that the reporter was told; undefined without the reporter. */
function outOfReporter(): string | undefined {
  return (inject as (key: string) => string | undefined)('trialrunOut');
}

function leaveNote(note: TrialNote): void {
  const test = TestRunner.getCurrentTest();
  if (test === undefined) return;
  const meta = test.meta as { trialrun?: TrialNote[] };
  (meta.trialrun ??= []).push(note);
}
