/** The matcher: runs the trial, saves and tells what failed, and leaves a note of it for the reporter. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject, TestRunner } from 'vitest';
import type { GuaranteeName } from '../check/Finding.js';
import { commandText } from '../cli/commandText.js';
import { messageOf } from '../cli/CliError.js';
import { writeFileAtomically } from '../cli/files.js';
import { replayText } from '../library/runs.js';
import { reportOf } from '../library/reports.js';
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

/** The scenario and the page of a failing run, in a folder of its own; null when that was not wanted or is not possible. */
function save({ run, shrinkRuns, seed }: TrialFailure, out: string): Saved | null {
  if (out === '') return null;
  const folder = folderFor(join(out, run.scenario.name ?? 'scenario'), run.hash);
  const replayCommand = commandText(['replay', join(folder, 'scenario.yaml')]);
  const origin = shrinkRuns === 0 ? `Found with seed ${seed}.` : `Found with seed ${seed}, made small in ${shrinkRuns} runs.`;
  try {
    writeFileAtomically(join(folder, 'scenario.yaml'), replayText(run));
    writeFileAtomically(join(folder, 'index.html'), reportOf(run, { origin, replayCommand }));
  } catch (error) {
    process.stderr.write(`trialrun: the failing run was not saved: ${messageOf(error)}\n`);
    return null;
  }
  return { folder, page: join(folder, 'index.html'), replayCommand };
}

/** The wanted folder, or with a number behind it when another run is kept there. */
function folderFor(wanted: string, hash: string): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`;
    const kept = join(folder, 'scenario.yaml');
    if (!existsSync(kept) || readFileSync(kept, 'utf8').includes(hash)) return folder;
  }
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
