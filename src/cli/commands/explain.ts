/** `trialrun explain FILE`: runs a scenario and tells what happened to what was lost; with `--when`, from when on it could no longer be avoided. */
import type { RedrawRule } from '../../explore/redraw.js';
import { runTrial, type TrialResult } from '../../explore/trial.js';
import { whenInquiry } from '../../explore/when.js';
import { findingToTell, headline, openCase, type CaseFile } from '../../report/caseFile.js';
import { inquiryJson } from '../../report/json.js';
import { recordedRun } from '../../report/RecordedRun.js';
import { runVerdict } from '../../report/runText.js';
import { caseText } from '../../report/terminal/caseText.js';
import { whenReport, whenText, type WhenReport } from '../../report/whenText.js';
import type { Found, Scenario } from '../../scenario/Scenario.js';
import { usageError } from '../CliError.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { investigate, type InvestigationOptions } from '../investigation.js';
import { columns, paint, print } from '../output.js';
import { loadScenario, warnEdited } from '../scenarioFile.js';
import { exitOf } from './run.js';

export interface ExplainOptions extends InvestigationOptions {
  when?: boolean;
  /** Futures from each moment. */
  runs?: number;
  faults?: RedrawRule;
  format?: 'text' | 'json';
}

const DEFAULT_RUNS = 40;

export async function explain(path: string, options: ExplainOptions = {}): Promise<ExitCode> {
  checkOptions(options);
  const { scenario, found, intact } = await loadScenario(path);
  if (!intact) warnEdited(path);
  const result = runTrial(scenario, { record: true });
  const verdict = runVerdict(result.judgement, scenario.require);
  const open = caseToTell(scenario, result, found);
  if (open === undefined) {
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

function caseToTell(scenario: Scenario, result: TrialResult, found: Found | null): CaseFile | undefined {
  const names = [found?.guarantee, ...scenario.require, ...result.judgement.findings.map((finding) => finding.guarantee)];
  const finding = names.flatMap((name) => (name === undefined ? [] : [findingToTell(result, name)])).find((one) => one !== undefined);
  return finding === undefined ? undefined : openCase(recordedRun(scenario, result), finding);
}

function tell(open: CaseFile): void {
  const { scenario, result } = open;
  print(paint.strong(scenario.title === '' ? scenario.name : scenario.title), '', ...caseText(open, paint, columns()));
  print(paint.faint(`hash ${result.hash}`));
}

async function explainWhen(open: CaseFile, options: ExplainOptions): Promise<ExitCode> {
  const { scenario, finding, result, story, events } = open;
  const { guarantee, kind } = finding;
  const runs = options.runs ?? DEFAULT_RUNS;
  const faults = options.faults ?? 'anew';
  const inquiry = whenInquiry(scenario, { guarantee, kind }, momentsOf(open), { runs, faults });
  const { answer, cutShort, cutShortText } = await investigate(inquiry, options);
  const report: WhenReport = {
    name: scenario.name,
    title: scenario.title,
    target: { guarantee, kind },
    headline: headline(open),
    hash: result.hash,
    faults,
    runsPerMoment: runs,
    ...whenReport(answer, story, events),
    cutShort: cutShortText,
  };
  if (options.format === 'json') print(inquiryJson(report));
  else print(...whenText(report, paint, columns()));
  return cutShort === 'interrupted' ? EXIT.interrupted : EXIT.violated;
}

/** When something happened: from the first send or fault, before which nothing is decided, to where the failure shows. */
function momentsOf({ events, finding, result }: CaseFile): number[] {
  const fromUs = Math.min(result.history.sends[0]?.invokedUs ?? Infinity, result.faultLog[0]?.beganUs ?? Infinity, finding.timeUs);
  const between = events.filter(({ timeUs }) => timeUs >= fromUs && timeUs <= finding.timeUs);
  return [...new Set(between.map(({ timeUs }) => timeUs))];
}
