/** `trialrun explain FILE`: runs a scenario and tells what happened to what was lost; with `--when`, from when on it could no longer be avoided. */
import type { CaseFile } from '../../report/caseFile.js';
import { inquiryJson } from '../../report/json.js';
import { failureOf, record } from '../../report/RunReport.js';
import { runVerdict } from '../../report/runText.js';
import { caseText } from '../../report/terminal/caseText.js';
import { whenText } from '../../report/whenText.js';
import { usageError } from '../CliError.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { momentOfNoReturn, type NoReturnOptions } from '../momentOfNoReturn.js';
import { columns, paint, print } from '../output.js';
import { loadScenario, warnEdited } from '../scenarioFile.js';
import { exitOf } from './run.js';

export interface ExplainOptions extends NoReturnOptions {
  when?: boolean;
  format?: 'text' | 'json';
}

export async function explain(path: string, options: ExplainOptions = {}): Promise<ExitCode> {
  checkOptions(options);
  const { scenario, found, intact } = await loadScenario(path);
  if (!intact) warnEdited(path);
  const run = record(scenario);
  const { result } = run;
  const verdict = runVerdict(result.judgement, scenario.require);
  const open = failureOf(run, found?.guarantee);
  if (open === null) {
    print(paint.strong(scenario.title === '' ? scenario.name : scenario.title));
    print('', 'Nothing went wrong in this run, so there is nothing to explain.', paint.faint(`hash ${result.hash}`));
    return exitOf[verdict];
  }
  if (options.when === true) return explainWhen(open, options);
  tell(open);
  return verdict === 'held' ? EXIT.violated : exitOf[verdict];
}

/** What only `--when` makes sense of. */
function checkOptions({ when, ...rest }: ExplainOptions): void {
  const [given] = Object.keys(rest);
  if (when !== true && given !== undefined) throw usageError(`--${given} goes with --when`, 'add --when, or leave it out');
}

function tell(open: CaseFile): void {
  const { scenario, result } = open;
  print(paint.strong(scenario.title === '' ? scenario.name : scenario.title), '', ...caseText(open, paint, columns()));
  print(paint.faint(`hash ${result.hash}`));
}

async function explainWhen(open: CaseFile, options: ExplainOptions): Promise<ExitCode> {
  const { report, cutShort } = await momentOfNoReturn(open, options);
  if (options.format === 'json') print(inquiryJson(report));
  else print(...whenText(report, paint, columns()));
  return cutShort === 'interrupted' ? EXIT.interrupted : EXIT.violated;
}
