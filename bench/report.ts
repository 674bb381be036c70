/** A whole report, at growing numbers of operations: what is written into the folder of a run, and its page, without the run itself. */
import { chartScenario } from './charts.js';
import { resultsFolder } from '../src/report/results/resultsFolder.js';
import { record, runReport } from '../src/report/RunReport.js';
import { timed } from './timed.js';

export interface ReportFigures {
  readonly operations: number;
  /** The run, with every event and message recorded. */
  readonly runMs: number;
  readonly reportMs: number;
  readonly pageKilobytes: number;
}

export function reportFigures(operations: number): ReportFigures {
  const scenario = chartScenario(operations);
  const [run, runMs] = timed(() => record(scenario));
  const context = { replayCommand: '', origin: '', version: '', notModelled: [], given: null, original: null, when: null };
  const [files, reportMs] = timed(() => new Map(resultsFolder(runReport(run, context))));
  const page = files.get('index.html') ?? '';
  return { operations: run.result.history.sends.length, runMs, reportMs, pageKilobytes: page.length / 1024 };
}
