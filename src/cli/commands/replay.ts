/** `trialrun replay FILE|SEED`: the same run again, and whether it really is the same. */
import { runText, runVerdict, verdictPaint } from '../../report/runText.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { printExports, runForExport, type ExportOptions } from '../exportFiles.js';
import { columns, paint, print } from '../output.js';
import { historyFormat } from '../historyFile.js';
import { runSubject, type SubjectOptions } from '../runSubject.js';
import { exitOf, printHistory, printSaved } from './run.js';

export interface ReplayOptions extends SubjectOptions, ExportOptions {
  out: string;
  /** Where to write the history. */
  history?: string;
}

export async function replay(what: string, options: ReplayOptions): Promise<ExitCode> {
  if (options.history !== undefined) historyFormat(options.history);
  const { scenario, recorded, given } = await runSubject(what, options);
  const result = runForExport(scenario, options);
  print(
    paint.strong(scenario.title === '' ? scenario.name : scenario.title),
    '',
    ...runText({ ...result, required: scenario.require }, paint, columns()),
  );
  const verdict = runVerdict(result.judgement, scenario.require);
  const expected = options.hash ?? recorded;
  print('', verdictPaint(verdict, paint)(paint.strong(verdict)));
  printHistory(result, options.history);
  printExports(scenario, result, options);
  if (given !== null && verdict === 'violated') printSaved(scenario, options.out, { origin: `${scenario.title}, as it was drawn.`, given });
  if (expected === null) return exitOf[verdict];
  print(`recorded hash ${expected}`, `this run's hash ${result.hash}`);
  if (result.hash === expected) {
    print(paint.good('the same run, event by event'));
    return exitOf[verdict];
  }
  print(
    paint.bad('NOT the same run: either this is another version of Trialrun than the one that recorded it, or a run is not deterministic'),
  );
  return EXIT.nondeterminism;
}
