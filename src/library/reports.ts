/** Documents about a run. */
import { runPage } from '../report/page/runPage.js';
import { resultsFolder } from '../report/results/resultsFolder.js';
import { record, runReport, type RunReport } from '../report/RunReport.js';
import { frozen } from './frozen.js';
import type { Run } from './Run.js';
import { checked } from './scenarios.js';
import { version } from './version.js';

/** What a document says about where its run comes from. */
export interface ReportOptions {
  /** Where the run comes from, one sentence. Default: the name of its scenario. */
  readonly origin?: string;
  /** The command that runs it again, as a reader would type it. Default: `npx trialrun replay scenario.yaml`. */
  readonly replayCommand?: string;
}

/** One file of the folder of a run. */
export interface ResultsFile {
  /** Such as `results.json`. */
  readonly name: string;
  /** The whole content. */
  readonly text: string;
}

/**
 * The page of a run: one HTML file that needs no network, with the verdict, the story of what went wrong, the diagrams, the configuration and all that is needed
 * to run it again. Of a run that kept everything as well. Takes some tenths of a second.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { parseScenario, reportOf, run } from 'trialrun';
 *
 * const acksOne = parseScenario(readFileSync('node_modules/trialrun/scenarios/b02-acks-1.yaml', 'utf8'));
 * const page = reportOf(run(acksOne), { origin: 'The nightly suite.' });
 * page.startsWith('<!doctype html>'); // → true
 * page.includes('The nightly suite.'); // → true
 * ```
 */
export function reportOf(run: Run, options: ReportOptions = {}): string {
  return runPage(reportFor(run, options));
}

/**
 * Everything that is told of a run, as files for a folder of its own: the scenario that reproduces it, what clients saw (Jepsen's EDN and JSON lines), the results,
 * the events around the failure, a log and the page. What `trialrun run` saves. Writing them is the caller's, so that this works in a browser too.
 *
 * @example
 * ```ts
 * import { resultsOf, run } from 'trialrun';
 *
 * const names = resultsOf(run({ duration: '3s' })).map(({ name }) => name);
 * names.includes('scenario.yaml'); // → true
 * names.includes('results.json'); // → true
 * names.includes('index.html'); // → true
 * ```
 */
export function resultsOf(run: Run, options: ReportOptions = {}): readonly ResultsFile[] {
  return frozen(resultsFolder(reportFor(run, options)).map(([name, text]) => ({ name, text })));
}

function reportFor({ scenario }: Run, options: ReportOptions): RunReport {
  const { origin = `Scenario ${scenario.name ?? 'scenario'}.`, replayCommand = 'npx trialrun replay scenario.yaml' } = options;
  return runReport(record(checked(scenario)), { origin, replayCommand, version, notModelled: [], given: null, original: null, when: null });
}
