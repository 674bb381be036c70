/** A report on stdout in the form that was asked for, and its summary in a file. */
import { join, relative, sep } from 'node:path';
import { campaignSummary } from '../report/campaignSummary.js';
import type { CheckReport } from '../report/checkReport.js';
import { checkText } from '../report/checkText.js';
import { coveragePage } from '../report/page/coveragePage.js';
import { coverageText } from '../report/coverageText.js';
import { campaignPage } from '../report/page/campaignPage.js';
import { checkAnnotations, checkMarkdown } from '../report/githubReports.js';
import { checkJson } from '../report/json.js';
import { checkJunit } from '../report/junit.js';
import { remediesText, type RemediesReport } from '../report/remediesText.js';
import type { ExitCode } from './exitCodes.js';
import { writeFileAtomically } from './files.js';
import { tellGithub } from './github.js';
import { columns, paint, print } from './output.js';
import type { ReportFormat } from './reportFormats.js';

export interface ReportOptions {
  /** Folder for failing runs. */
  out: string;
  format: ReportFormat;
  /** Make failures small, which takes some seconds. */
  shrink: boolean;
  /** File for the summary. */
  summary?: string;
}

/** @param remedies what would keep a violated guarantee; null when nobody asked. @returns the exit code that the report's verdict means. */
export function printReport(
  report: CheckReport,
  { format, out, summary }: ReportOptions,
  remedies: RemediesReport | null = null,
): ExitCode {
  const { coverage, configuration, version } = report;
  writeFileAtomically(join(out, CAMPAIGN_PAGE), campaignPage({ report, remedies, linkTo: (page) => linkFrom(out, page) }));
  if (coverage !== null) writeFileAtomically(join(out, 'coverage.html'), coveragePage({ coverage, configuration, version }));
  switch (format) {
    case 'text':
      print(...checkText(report, paint, columns()));
      if (coverage !== null) print('', ...coverageText(coverage, paint, columns()));
      if (remedies !== null) print('', ...remediesText(remedies, paint, columns()));
      print(`  Page: ${join(out, CAMPAIGN_PAGE)}`);
      break;
    case 'json':
      print(checkJson(report, remedies));
      break;
    case 'junit':
      print(checkJunit(report));
      break;
    case 'github':
      print(...checkAnnotations(report));
      break;
  }
  tellGithub(
    () => (format === 'github' ? [] : checkAnnotations(report)),
    () => checkMarkdown(report),
  );
  if (summary !== undefined) writeFileAtomically(summary, `${campaignSummary(report)}\n`);
  return report.exitCode as ExitCode;
}

/** In the folder of the failing runs. */
const CAMPAIGN_PAGE = 'check.html';

/** The address of a page seen from the campaign's, as a URL: a folder may have any name. Empty where it lies elsewhere. */
function linkFrom(out: string, page: string): string {
  const path = relative(out, page);
  return path.startsWith('..') ? '' : path.split(sep).map(encodeURIComponent).join('/');
}
