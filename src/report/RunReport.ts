/**
 * One run as everything that is told of it: what every form of the report (page, results folder, terminal, analysis) is written from. A run that kept what was
 * required of it has no failure; the rest is the same.
 */
import type { HistoryReport } from '../check/jepsen/analyze.js';
import { analyze } from '../check/jepsen/analyze.js';
import { HistoryBuilder } from '../check/jepsen/HistoryBuilder.js';
import type { JepsenOp } from '../check/jepsen/JepsenOp.js';
import { runTrial } from '../explore/trial.js';
import type { ConfigKind } from '../kafka/config/index.js';
import { formatScenario } from '../scenario/format.js';
import type { Scenario, Verdict } from '../scenario/Scenario.js';
import { findingToTell, headline, openCase, type CaseFile } from './caseFile.js';
import type { Chart, ChartFocus } from './charts/Chart.js';
import { runCharts } from './charts/runCharts.js';
import { jepsenOps } from './jepsen/runHistory.js';
import { recordedRun, type RecordedRun } from './RecordedRun.js';
import { runVerdict } from './runText.js';
import type { WhenReport } from './whenText.js';

/** Names of the properties that somebody set, by what they are properties of; what a scenario has besides was drawn by its seed. */
export type GivenProperties = Readonly<Record<ConfigKind, ReadonlySet<string>>>;

/** What is known of a run besides the run itself. */
export interface RunContext {
  readonly replayCommand: string;
  /** `Found in seed 4711, one of 1,000 seeds tried.` */
  readonly origin: string;
  readonly version: string;
  readonly notModelled: readonly { readonly name: string; readonly reason: string }[];
  /** Which properties somebody set; the scenario's others were drawn by the seed. Null: all of them were written so. */
  readonly given: GivenProperties | null;
  /** As it was found, where it was made smaller since; null where it is as it was. */
  readonly original: Scenario | null;
  /** The probability of the failure over time; null where nobody computed it. */
  readonly when: WhenReport | null;
}

export interface RunReport extends RunContext {
  readonly run: RecordedRun;
  /** Of the required guarantees and every invariant. */
  readonly verdict: Verdict;
  /** The failure that is told; null where nothing failed. */
  readonly failure: CaseFile | null;
  /** What clients saw, in Jepsen's shape, and Jepsen's analysis of it. */
  readonly ops: readonly JepsenOp[];
  readonly analysis: HistoryReport;
  /** What happened over time, drawn: for the page, and as files of their own. */
  readonly charts: readonly Chart[];
  /** The scenario as a file; of a failing run with what it shows, so that a replay is compared with it. */
  readonly yaml: string;
}

/** The failure of a run that is to be told. @param guarantee whose; default: the first required one that failed, else any. @returns null where nothing failed. */
export function failureOf(run: RecordedRun, guarantee?: string): CaseFile | null {
  const { scenario, result } = run;
  const names = [guarantee, ...scenario.require, ...result.judgement.findings.map((finding) => finding.guarantee)];
  const finding = names.flatMap((name) => (name === undefined ? [] : (findingToTell(result, name) ?? [])))[0];
  return finding === undefined ? null : openCase(run, finding);
}

/** @param guarantee as {@link failureOf} takes it. */
export function runReport(run: RecordedRun, context: RunContext, guarantee?: string): RunReport {
  const { scenario, result } = run;
  const failure = failureOf(run, guarantee);
  const ops = jepsenOps(result);
  const { version } = context;
  const found =
    failure === null ? undefined : { hash: result.hash, guarantee: failure.finding.guarantee, kind: failure.finding.kind, version };
  return {
    ...context,
    run,
    failure,
    verdict: runVerdict(result.judgement, scenario.require),
    ops,
    analysis: analysisOf(ops),
    charts: runCharts(run, failure === null ? NO_FOCUS : focusOf(failure), ops),
    yaml: formatScenario(scenario, found),
  };
}

const NO_FOCUS: ChartFocus = { moments: [], partition: null };

function focusOf(failure: CaseFile): ChartFocus {
  const { finding, partition } = failure;
  return { moments: [{ timeUs: finding.timeUs, label: headline(failure) }], partition: partition === '' ? null : partition };
}

/** Runs a scenario with every event and every message recorded. */
export function record(scenario: Scenario): RecordedRun {
  return recordedRun(scenario, runTrial(scenario, { record: true, messages: true }));
}

function analysisOf(ops: readonly JepsenOp[]): HistoryReport {
  const builder = new HistoryBuilder();
  for (const op of ops) builder.add(op);
  return analyze(builder.finish());
}
