/** What a failing expectation says: the story, at 80 columns and without colours, since it also goes into logs and XML. */
import { faultKind } from '../faults/faultKinds.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import { failureText } from '../report/checkText.js';
import { listed } from '../report/numbers.js';
import { plainPaint, wrapped } from '../report/textTable.js';
import type { Trial, TrialFailure, TrialRow } from './trial.js';

/** Where a failing run was saved; null: it was not. */
export interface Saved {
  readonly folder: string;
  readonly page: string;
  readonly replayCommand: string;
}

const WIDTH = 80;
const NOT_SAVED = "The run was not saved: give it a folder, such as { out: 'reports' }, to get its page and a scenario to replay.";

/** For a trial that violated something. */
export function violatedMessage(label: string, trial: Trial, failure: TrialFailure, saved: Saved | null): string {
  const others = trial.rows.filter(({ guarantee, verdict }) => verdict === 'violated' && guarantee !== failure.guarantee);
  return lines(
    `expected ${label} to hold ${asked(trial)}`,
    '',
    ...storyLines(failure, saved),
    ...(saved === null ? ['', ...wrapped(NOT_SAVED, WIDTH, '  ')] : []),
    ...(others.length === 0 ? [] : ['', 'Violated as well', ...others.flatMap(rowLines)]),
    ...remarkLines(trial),
  );
}

/** For a trial that did not put something to the test. */
export function unknownMessage(label: string, trial: Trial): string {
  const open = trial.rows.filter(({ verdict }) => verdict === 'unknown');
  return lines(
    `expected ${label} to hold ${asked(trial)}`,
    '',
    ...wrapped('unknown: nothing contradicts it, but it was not put to the test, and that is not held', WIDTH, '  '),
    ...open.flatMap(rowLines),
    ...remarkLines(trial),
  );
}

/** For a trial that was expected to show a violation, and showed none. */
export function notViolatedMessage(label: string, trial: Trial): string {
  return lines(
    `expected ${label} not to hold ${asked(trial)}`,
    '',
    ...wrapped('not.toHold needs a violation to pass, and none was found', WIDTH, '  '),
    ...trial.rows.flatMap(rowLines),
    ...remarkLines(trial),
  );
}

function asked({ rows }: Trial): string {
  return listed(rows.map(({ guarantee }) => guarantee));
}

function rowLines({ guarantee, verdict, detail }: TrialRow): string[] {
  return [`  ${verdict.padEnd(9)}${guarantee}`, ...wrapped(detail, WIDTH, '           ')];
}

function remarkLines({ remarks }: Trial): string[] {
  return remarks.length === 0 ? [] : ['', ...remarks.flatMap((remark) => wrapped(remark, WIDTH, '    ', '  ! '))];
}

function storyLines(failure: TrialFailure, saved: Saved | null): string[] {
  const { guarantee, kind, seed, found, run, story, shrinkRuns } = failure;
  const classes = new Set((run.scenario.faults ?? []).map((fault) => faultKind(fault.kind).faultClass));
  return failureText(
    {
      ...{ guarantee, kind, seed, shrinkRuns },
      faultsBefore: found.scenario.faults?.length ?? 0,
      required: true,
      classes: FAULT_CLASSES.filter((name) => classes.has(name)),
      headline: story.headline,
      faults: story.faults,
      story: story.sentences,
      ...{ because: story.because, source: story.source, remedy: story.remedy },
      hash: run.hash,
      ...(saved ?? { folder: '', page: '', replayCommand: '' }),
    },
    true,
    plainPaint,
    WIDTH,
  );
}

function lines(...all: readonly string[]): string {
  return all.map((line) => line.trimEnd()).join('\n');
}
