/** Traces of a run for other tools: asked for by `--trace` and `--shiviz`, written whole or not at all. */
import { runTrial, type TrialResult } from '../explore/trial.js';
import { chromeTrace } from '../report/exports/chromeTrace.js';
import { shivizLog } from '../report/exports/shiviz.js';
import { recordedRun, type RecordedRun } from '../report/RecordedRun.js';
import type { Scenario } from '../scenario/Scenario.js';
import { ensureWritableFile, writeFileAtomically } from './files.js';
import { print } from './output.js';

export interface ExportOptions {
  /** Where to write the run as Chrome trace events. */
  trace?: string;
  /** Where to write the run as a log for ShiViz. */
  shiviz?: string;
}

/** Finds out before the work whether what is wanted can be written. @throws CliError 64 */
export function checkExports({ trace, shiviz }: ExportOptions): void {
  if (trace !== undefined) ensureWritableFile(trace, '--trace');
  if (shiviz !== undefined) ensureWritableFile(shiviz, '--shiviz');
}

/** The trial, recorded if somebody wants more of it than its verdict. @throws CliError 64, before the trial, when a file cannot be written where it is wanted. */
export function runForExport(scenario: Scenario, wanted: ExportOptions): TrialResult {
  checkExports(wanted);
  return runTrial(scenario, isNone(wanted) ? {} : { record: true, messages: true });
}

/** Writes what is wanted. @returns what was written and where, for people */
export function writeExports(run: RecordedRun, { trace, shiviz }: ExportOptions): string[] {
  if (trace !== undefined) writeFileAtomically(trace, chromeTrace(run));
  if (shiviz !== undefined) writeFileAtomically(shiviz, shivizLog(run));
  return [...(trace === undefined ? [] : [`  Trace:   ${trace}`]), ...(shiviz === undefined ? [] : [`  ShiViz:  ${shiviz}`])];
}

/** Writes what is wanted and says where it is. @param result of {@link runForExport} */
export function printExports(scenario: Scenario, result: TrialResult, wanted: ExportOptions): void {
  if (!isNone(wanted)) print(...writeExports(recordedRun(scenario, result), wanted));
}

function isNone({ trace, shiviz }: ExportOptions): boolean {
  return trace === undefined && shiviz === undefined;
}
