/** One run for programs: results on stdout in the form that was asked for, and nothing else there. */
import { runAnnotations, runMarkdown } from '../report/githubReports.js';
import { runJunit } from '../report/junit.js';
import { resultsJson } from '../report/results/runResults.js';
import { record, type RunReport } from '../report/RunReport.js';
import type { Scenario } from '../scenario/Scenario.js';
import { commandText } from './commandText.js';
import { ensureWritableFolder } from './files.js';
import { tellGithub } from './github.js';
import { print } from './output.js';
import type { ReportFormat } from './reportFormats.js';
import { reportOnly, saveRun } from './savedRun.js';

/** Runs the scenario, saves the run where it violates what is required, and prints it. */
export function runForMachines(
  scenario: Scenario,
  format: Exclude<ReportFormat, 'text'>,
  about: { readonly out: string; readonly origin: string; readonly command: readonly string[] },
): RunReport {
  const startMs = performance.now();
  const run = record(scenario);
  const { origin } = about;
  const unsaved = { report: reportOnly(run, { origin }, commandText(about.command)), page: '' };
  const violated = unsaved.report.verdict === 'violated';
  if (violated) ensureWritableFolder(about.out);
  const { report, page } = violated ? saveRun(run, about.out, { origin }) : unsaved;
  switch (format) {
    case 'json':
      print(resultsJson(report).trimEnd());
      break;
    case 'junit':
      print(runJunit(report, page, (performance.now() - startMs) / 1_000));
      break;
    case 'github':
      print(...runAnnotations(report, page));
      break;
  }
  tellGithub(
    () => (format === 'github' ? [] : runAnnotations(report, page)),
    () => runMarkdown(report, page),
  );
  return report;
}
