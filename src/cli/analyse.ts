/** From a report of a run to what a published analysis is made of: the run is studied, as often as that asks for, on all cores. */
import { studyInquiry, type StudyOptions } from '../explore/study.js';
import { analysisSubject, casesOf, targetsOf, type AnalysisSubject } from '../report/analysis/AnalysisSubject.js';
import type { RunReport } from '../report/RunReport.js';
import { investigate, type Investigated, type InvestigationOptions } from './investigation.js';

export interface Analysed {
  readonly subject: AnalysisSubject;
  /** Why fewer runs ended than were asked for; null when all did. */
  readonly cutShort: Investigated<unknown>['cutShort'];
}

/** @param page path of the run's page as seen from the analysis; empty when there is none. */
export async function analyse(report: RunReport, page: string, study: StudyOptions, options: InvestigationOptions = {}): Promise<Analysed> {
  const { run } = report;
  const cases = casesOf(run);
  const { answer, cutShort, cutShortText } = await investigate(studyInquiry(run.scenario, targetsOf(cases), study), options);
  return { subject: analysisSubject({ ...run, report, cases, study: answer, page, cutShort: cutShortText }), cutShort };
}
