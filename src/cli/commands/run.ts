/** `trialrun run SCENARIO`: one run of a scenario, its verdict, and whether it shows what the lesson claims. */
import { runTrial, type TrialResult } from '../../explore/trial.js';
import type { KafkaFeatures } from '../../kafka/protocol/features.js';
import type { KafkaRelease } from '../../kafka/protocol/release.js';
import { record } from '../../report/RunReport.js';
import { caseText } from '../../report/terminal/caseText.js';
import { jepsenOps } from '../../report/jepsen/runHistory.js';
import { verdictPaint, runText, runVerdict } from '../../report/runText.js';
import { textTable, wrapped } from '../../report/textTable.js';
import { parseScenarioObject } from '../../scenario/parse.js';
import { problemText } from '../../scenario/Problem.js';
import type { Expectation, GuaranteeName, Scenario, Verdict } from '../../scenario/Scenario.js';
import { scenarioToFile } from '../../scenario/format.js';
import { CliError } from '../CliError.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { ensureWritableFolder } from '../files.js';
import { historyFormat, writeHistoryFile } from '../historyFile.js';
import { columns, paint, print } from '../output.js';
import { resolveSettings } from '../propertyOptions.js';
import { saveRun, type KnownOfRun } from '../savedRun.js';
import { loadScenario, warnEdited } from '../scenarioFile.js';
import { changeText, varied, type Change } from '../../scenario/variation.js';

export interface RunOptions {
  kafka?: KafkaRelease;
  feature?: Partial<KafkaFeatures>;
  set?: string[];
  seed?: string;
  out: string;
  /** Where to write the history. */
  history?: string;
}

/** The exit code that goes with a verdict. */
export const exitOf: Readonly<Record<Verdict, ExitCode>> = { held: EXIT.held, violated: EXIT.violated, unknown: EXIT.inconclusive };

export async function run(path: string, options: RunOptions): Promise<ExitCode> {
  if (options.history !== undefined) historyFormat(options.history);
  const { scenario: written, intact } = await loadScenario(path);
  if (!intact) warnEdited(path);
  const change = changeOf(options);
  const scenario = checked(varied({ ...written, seed: options.seed ?? written.seed }, change), changeText(change));
  const result = runTrial(scenario);
  const verdict = runVerdict(result.judgement, scenario.require);
  print(...heading(scenario, change), '', ...runText({ ...result, required: scenario.require }, paint, columns()));
  print(...expectations(written), '', `${verdictPaint(verdict, paint)(paint.strong(verdict))} (${scenario.require.join(', ')})`);
  printHistory(result, options.history);
  if (verdict === 'violated')
    printSaved(scenario, options.out, { origin: `Scenario ${scenario.name}, ${changeText(change)}.`, given: null });
  return exitOf[verdict];
}

/** Writes the run's history, if it is wanted, and says where it is. */
export function printHistory(result: TrialResult, path: string | undefined): void {
  if (path === undefined) return;
  writeHistoryFile(path, jepsenOps(result));
  print(`  History: ${path}`);
}

/** Runs what failed once more with every event recorded, tells it, saves its folder and says where. */
export function printSaved(scenario: Scenario, out: string, about: KnownOfRun): void {
  ensureWritableFolder(out);
  const { report, page, replayCommand } = saveRun(record(scenario), out, about);
  if (report.failure !== null) print('', ...caseText(report.failure, paint, columns()));
  if (page !== '') print(`  Page:   ${page}`, `  Replay: ${replayCommand}`);
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
