/** Documents about a run. */
import { caseFiles } from '../report/caseFile.js';
import type { Run } from './Run.js';
import { openedCase } from './runs.js';
import { TrialrunError } from './TrialrunError.js';
import { version } from './version.js';

/** What a page says about where its run comes from. */
export interface ReportOptions {
  /** Where the run comes from, one sentence. Default: the name of its scenario. */
  readonly origin?: string;
  /** The command that runs it again, as a reader would type it. Default: `npx trialrun replay scenario.yaml`. */
  readonly replayCommand?: string;
}

/**
 * The page of a run in which something was found: one HTML file that needs no network, with the story, the diagrams, the configuration and all that is needed to
 * run it again.
 *
 * @throws TrialrunError when the run found nothing to tell.
 * @example
 * ```ts
 * import { reportOf, run } from 'trialrun';
 *
 * const page = reportOf(run(acksOne), { origin: 'The nightly suite.' });
 * expect(page).toMatch(/^<!doctype html>/);
 * expect(page).toContain('The nightly suite.');
 * ```
 */
export function reportOf(run: Run, options: ReportOptions = {}): string {
  const told = openedCase(run);
  if (told === null)
    throw new TrialrunError([`the run of ${run.scenario.name ?? 'scenario'} violated nothing, so that there is nothing to report`]);
  const { origin = `Scenario ${run.scenario.name ?? 'scenario'}.`, replayCommand = 'npx trialrun replay scenario.yaml' } = options;
  const files = new Map(caseFiles(told, { origin, replayCommand, version, notModelled: [], given: null }));
  return files.get('index.html') ?? '';
}
