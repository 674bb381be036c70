/** The folder of a failing run: a case told, written whole, and never over another one. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../check/Finding.js';
import type { TrialResult } from '../explore/trial.js';
import { caseFiles, openCase, type CaseFile, type CaseFileContext } from '../report/caseFile.js';
import { recordedRun } from '../report/RecordedRun.js';
import type { Scenario } from '../scenario/Scenario.js';
import { CliError } from './CliError.js';
import { commandText } from './commandText.js';
import { writeFileAtomically } from './files.js';
import { complaint } from './output.js';

export interface SavedCase {
  readonly open: CaseFile;
  readonly folder: string;
  readonly page: string;
  readonly replayCommand: string;
}

/** Folder, page and command are empty when it could not be saved, which is said on stderr. @param result of a recorded run. @param out the folder that gets a folder named after the scenario. */
export function saveCase(
  scenario: Scenario,
  result: TrialResult,
  finding: Finding,
  out: string,
  about: Omit<CaseFileContext, 'replayCommand'>,
): SavedCase {
  const open = openCase(recordedRun(scenario, result), finding);
  const folder = folderFor(join(out, scenario.name), result.hash);
  const replayCommand = commandText(['replay', join(folder, 'scenario.yaml')]);
  try {
    for (const [name, text] of caseFiles(open, { ...about, replayCommand })) writeFileAtomically(join(folder, name), text);
  } catch (error) {
    // What was found is still told.
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`${complaint('not saved:')} ${error.message}\n`);
    return { open, folder: '', page: '', replayCommand: '' };
  }
  return { open, folder, page: join(folder, 'index.html'), replayCommand };
}

/** The wanted folder, or with a number behind it when another run is kept there. */
function folderFor(wanted: string, hash: string): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`;
    const kept = join(folder, 'scenario.yaml');
    if (!existsSync(kept) || readFileSync(kept, 'utf8').includes(hash)) return folder;
  }
}
