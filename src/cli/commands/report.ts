/** `trialrun report FILE|SEED`: one run with everything that is told of it, in a folder of its own, whether it failed or not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failureOf, record, type RunReport } from '../../report/RunReport.js';
import { verdictPaint } from '../../report/runText.js';
import { biography } from '../../report/terminal/caseText.js';
import { headline, type CaseFile } from '../../report/caseFile.js';
import { wrapped } from '../../report/textTable.js';
import type { WhenReport } from '../../report/whenText.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { usageError } from '../CliError.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { ensureWritableFolder } from '../files.js';
import { momentOfNoReturn, type NoReturnOptions } from '../momentOfNoReturn.js';
import { columns, paint, print } from '../output.js';
import { isSeed, refuseChanges, seedSubject, type RunSubject, type SubjectOptions } from '../runSubject.js';
import { saveAnalysis } from '../savedAnalysis.js';
import { saveRun, type KnownOfRun } from '../savedRun.js';
import { loadScenario, warnEdited } from '../scenarioFile.js';
import { exitOf } from './run.js';

export interface ReportOptions extends Omit<SubjectOptions, 'edited' | 'hash'>, NoReturnOptions {
  out: string;
  /** Compute the probability of the failure over time. */
  when?: boolean;
  /** Write the published analysis as well. */
  analysis?: boolean;
}

export async function report(what: string, options: ReportOptions): Promise<ExitCode> {
  checkOptions(options);
  const { scenario, given } = await subject(what, options);
  const original = await originalOf(what);
  ensureWritableFolder(options.out);
  const run = record(scenario);
  const about: KnownOfRun = { origin: `Scenario ${scenario.name}${original === null ? '' : ', shrunk'}.`, given, original };
  const { when, interrupted } = await whenOf(failureOf(run), options);
  const saved = saveRun(run, options.out, { ...about, when });
  tell(saved.report);
  if (saved.page === '') return EXIT.internal;
  print('', `  Page:   ${saved.page}`, `  Folder: ${saved.folder}`, `  Replay: ${saved.replayCommand}`);
  if (options.analysis === true && !interrupted) {
    const { path, cutShort } = await saveAnalysis(saved, options);
    print(`  Analysis: ${path}`);
    if (cutShort === 'interrupted') return EXIT.interrupted;
  }
  return interrupted ? EXIT.interrupted : exitOf[saved.report.verdict];
}

/** What only `--when`, or it and `--analysis`, make sense of. */
function checkOptions({ when, analysis, runs, faults, time, workers }: ReportOptions): void {
  if (when !== true && faults !== undefined) throw usageError('--faults goes with --when', 'add --when, or leave it out');
  const [given] = Object.entries({ runs, time, workers }).filter(([, value]) => value !== undefined);
  if (when === true || analysis === true || given === undefined) return;
  throw usageError(`--${given[0]} goes with --when and --analysis`, 'add one of them, or leave it out');
}

async function subject(what: string, options: ReportOptions): Promise<Pick<RunSubject, 'scenario' | 'given'>> {
  if (isSeed(what)) return seedSubject(what, options);
  refuseChanges(what, options);
  const { scenario, intact, path } = await loadScenario(what);
  if (!intact) warnEdited(path);
  return { scenario, given: null };
}

/** As the failure in this folder was found, before it was shrunk; null where that is not known. */
async function originalOf(folder: string): Promise<Scenario | null> {
  const file = join(folder, 'original.yaml');
  return existsSync(file) ? (await loadScenario(file)).scenario : null;
}

async function whenOf(failure: CaseFile | null, options: ReportOptions): Promise<{ when: WhenReport | null; interrupted: boolean }> {
  if (options.when !== true || failure === null) return { when: null, interrupted: false };
  const { report: when, cutShort } = await momentOfNoReturn(failure, options);
  return { when, interrupted: cutShort === 'interrupted' };
}

function tell({ run, verdict, failure }: RunReport): void {
  const { scenario, result } = run;
  print(paint.strong(scenario.title === '' ? scenario.name : scenario.title), '');
  if (failure !== null) {
    print(...wrapped(`${paint.bad('✗')} ${paint.strong(failure.finding.guarantee)}: ${headline(failure)}.`, columns(), '  ', ''), '');
    print(...biography(failure, paint, columns()), '');
  }
  print(`${verdictPaint(verdict, paint)(paint.strong(verdict))} (${scenario.require.join(', ')}), hash ${result.hash}`);
}
