/** The folder of one run: everything that is told of it, written whole, and never over another run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedRun } from '../report/RecordedRun.js';
import { resultsFolder } from '../report/results/resultsFolder.js';
import { runReport, type RunContext, type RunReport } from '../report/RunReport.js';
import { CliError } from './CliError.js';
import { commandText } from './commandText.js';
import { writeFileAtomically } from './files.js';
import { complaint } from './output.js';
import { version } from './version.js';

export interface SavedRun {
  readonly report: RunReport;
  /** Empty when it could not be saved. */
  readonly folder: string;
  readonly page: string;
  readonly replayCommand: string;
}

/** What may be known of a run besides; nothing, by default. */
export type KnownOfRun = Pick<RunContext, 'origin'> & Partial<Pick<RunContext, 'notModelled' | 'given' | 'original' | 'when'>>;

/**
 * Folder, page and command are empty when it could not be saved, which is said on stderr: what was found is still told.
 * @param out the folder that gets a folder named after the scenario. @param guarantee whose failure is told; default: the first required one that failed.
 */
export function saveRun(run: RecordedRun, out: string, about: KnownOfRun, guarantee?: string): SavedRun {
  const { scenario, result } = run;
  const folder = folderFor(join(out, scenario.name), result.hash);
  // What held has no failure that a replay could compare.
  const again = result.judgement.findings.length > 0 ? 'replay' : 'run';
  const replayCommand = commandText([again, join(folder, 'scenario.yaml')]);
  const report = reportOnly(run, about, replayCommand, guarantee);
  try {
    for (const [name, text] of resultsFolder(report)) writeFileAtomically(join(folder, name), text);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`${complaint('not saved:')} ${error.message}\n`);
    return { report, folder: '', page: '', replayCommand: '' };
  }
  return { report, folder, page: join(folder, 'index.html'), replayCommand };
}

/** The same, saved nowhere. @param replayCommand what runs it again. */
export function reportOnly(run: RecordedRun, about: KnownOfRun, replayCommand: string, guarantee?: string): RunReport {
  return runReport(run, { notModelled: [], given: null, original: null, when: null, ...about, version, replayCommand }, guarantee);
}

/** The wanted folder, or with a number behind it when another run is kept there. */
function folderFor(wanted: string, hash: string): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`;
    const kept = join(folder, 'results.json');
    if (!existsSync(folder) || (existsSync(kept) && readFileSync(kept, 'utf8').includes(`"hash": "${hash}"`))) return folder;
  }
}
