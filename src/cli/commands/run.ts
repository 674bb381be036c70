/** `trialrun run SCENARIO`: one run of a scenario, its verdict, and whether it shows what the lesson claims. */
import { dirname, join } from 'node:path';
import { runTrial, type TrialResult } from '../../explore/trial.js';
import type { KafkaFeatures } from '../../kafka/protocol/features.js';
import type { KafkaRelease } from '../../kafka/protocol/release.js';
import { runAnnotations, runMarkdown } from '../../report/githubReports.js';
import { record, type RunReport } from '../../report/RunReport.js';
import { caseText } from '../../report/terminal/caseText.js';
import { jepsenOps } from '../../report/jepsen/runHistory.js';
import { verdictPaint, runText, runVerdict } from '../../report/runText.js';
import { textTable, wrapped } from '../../report/textTable.js';
import { parseScenarioObject } from '../../scenario/parse.js';
import { problemText } from '../../scenario/Problem.js';
import type { Expectation, GuaranteeName, Scenario, Verdict } from '../../scenario/Scenario.js';
import { scenarioToFile } from '../../scenario/format.js';
import { CliError } from '../CliError.js';
import { commandText } from '../commandText.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { checkExports, printExports, runForExport, writeExports, type ExportOptions } from '../exportFiles.js';
import { ensureWritableFolder } from '../files.js';
import { tellGithub } from '../github.js';
import { historyFormat, writeHistoryFile } from '../historyFile.js';
import { columns, paint, print } from '../output.js';
import { resolveSettings } from '../propertyOptions.js';
import type { ReportFormat } from '../reportFormats.js';
import { runForMachines } from '../runForMachines.js';
import { reportOnly, saveRun, type KnownOfRun } from '../savedRun.js';
import { loadScenario, warnEdited } from '../scenarioFile.js';
import { changeText, varied, type Change } from '../../scenario/variation.js';

export interface RunOptions extends ExportOptions {
  kafka?: KafkaRelease;
  feature?: Partial<KafkaFeatures>;
  set?: string[];
  seed?: string;
  out: string;
  /** Where to write the history. */
  history?: string;
  /** Default: text. */
  format?: ReportFormat;
}

/** The exit code that goes with a verdict. */
export const exitOf: Readonly<Record<Verdict, ExitCode>> = { held: EXIT.held, violated: EXIT.violated, unknown: EXIT.inconclusive };

export async function run(path: string, options: RunOptions): Promise<ExitCode> {
  if (options.history !== undefined) historyFormat(options.history);
  const { scenario: written, intact } = await loadScenario(path);
  if (!intact) warnEdited(path);
  const change = changeOf(options);
  const scenario = checked(varied({ ...written, seed: options.seed ?? written.seed }, change), changeText(change));
  checkExports(options);
  if (options.format !== undefined && options.format !== 'text') {
    const command = ['run', path, ...(options.seed === undefined ? [] : ['--seed', options.seed])];
    const origin = originText(scenario, change);
    const { run: recorded, verdict } = runForMachines(scenario, options.format, { out: options.out, origin, command });
    writeHistory(recorded.result, options.history);
    writeExports(recorded, options);
    return exitOf[verdict];
  }
  const result = runForExport(scenario, options);
  const verdict = runVerdict(result.judgement, scenario.require);
  print(...heading(scenario, change), '', ...runText({ ...result, required: scenario.require }, paint, columns()));
  print(...expectations(written), '', `${verdictPaint(verdict, paint)(paint.strong(verdict))} (${scenario.require.join(', ')})`);
  printHistory(result, options.history);
  printExports(scenario, result, options);
  const about = { origin: originText(scenario, change), given: null };
  const page = verdict === 'violated' ? printSaved(scenario, options.out, about) : '';
  const report = (): RunReport => reportOnly(record(scenario), about, commandText(['replay', join(dirname(page), 'scenario.yaml')]));
  tellGithub(
    () => runAnnotations(report(), page),
    () => runMarkdown(report(), page),
  );
  return exitOf[verdict];
}

function originText({ name }: Scenario, change: Change): string {
  return `Scenario ${name}, ${changeText(change)}.`;
}

/** Writes the run's history, if it is wanted, and says where it is. */
export function printHistory(result: TrialResult, path: string | undefined): void {
  writeHistory(result, path);
  if (path !== undefined) print(`  History: ${path}`);
}

function writeHistory(result: TrialResult, path: string | undefined): void {
  if (path !== undefined) writeHistoryFile(path, jepsenOps(result));
}

/** Runs what failed once more with every event recorded, tells it, saves its folder and says where. @returns the path of the page; empty when it could not be saved. */
export function printSaved(scenario: Scenario, out: string, about: KnownOfRun): string {
  ensureWritableFolder(out);
  const { report, page, replayCommand } = saveRun(record(scenario), out, about);
  if (report.failure !== null) print('', ...caseText(report.failure, paint, columns()));
  if (page !== '') print(`  Page:   ${page}`, `  Replay: ${replayCommand}`);
  return page;
}

function heading(scenario: Scenario, change: Change): string[] {
  const catalogue = scenario.catalogue.length === 0 ? '' : paint.faint(` (${scenario.catalogue.join(', ')})`);
  const title = `${paint.strong(scenario.title === '' ? scenario.name : scenario.title)}${catalogue}`;
  const teaches = wrapped(scenario.teaches, columns());
  const changed = changeText(change);
  const how = `Kafka ${scenario.release}, seed ${scenario.seed}${changed === 'as written' ? '' : `, changed: ${changed}`}`;
  return [title, ...teaches, paint.faint(how)];
}

function changeOf({ kafka, feature, set }: RunOptions): Change {
  const settings = resolveSettings(set ?? []);
  const properties = Object.entries(settings).flatMap(([kind, entries]) =>
    entries.map(({ name, value }) => [`${kind}.${name}`, value] as const),
  );
  return {
    ...(kafka === undefined ? {} : { release: kafka }),
    ...(feature === undefined ? {} : { features: feature }),
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
  };
}

/** A changed scenario may have become impossible: it is checked as if it had been written so. */
function checked(scenario: Scenario, what: string): Scenario {
  const parsed = parseScenarioObject(scenarioToFile(scenario), what);
  if (parsed.ok) return scenario;
  throw new CliError(EXIT.usage, parsed.problems.map(problemText).join('\n'));
}

/** Runs a lesson's claims. */
function expectations(scenario: Scenario): string[] {
  if (scenario.expect.length === 0) return [];
  const rows = scenario.expect.flatMap((expectation) => expectationRows(scenario, expectation));
  return ['', paint.strong('What the lesson claims'), ...textTable(rows, '  ')];
}

function expectationRows(scenario: Scenario, expectation: Expectation): string[][] {
  const { judgement } = runTrial(varied(scenario, expectation));
  return Object.entries(expectation.verdict).map(([name, expected]) => {
    const actual = judgement.guarantees.find((guarantee) => guarantee.name === (name as GuaranteeName))?.verdict ?? 'unknown';
    const comment = actual === expected ? paint.good('as claimed') : paint.bad(`but the claim is ${expected}`);
    return [changeText(expectation), name, verdictPaint(actual, paint)(actual), comment];
  });
}
