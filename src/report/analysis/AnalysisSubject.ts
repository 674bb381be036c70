/** What an analysis is made from: a recorded run, each of its failures opened, what was measured about them, and what prevents them. */
import { guaranteeNames } from '../../check/Finding.js';
import type { ShrinkTarget } from '../../explore/shrink.js';
import type { Study } from '../../explore/study.js';
import { findingToTell, openCase, type CaseFile } from '../caseFile.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { RunReport } from '../RunReport.js';
import { preventing, type Prevention } from './prevention.js';

export interface StudiedRun extends RecordedRun {
  readonly report: RunReport;
  /** As {@link casesOf} gives them. */
  readonly cases: readonly CaseFile[];
  /** Its targets are those of the cases, in order. */
  readonly study: Study;
  /** Path of the run's page as seen from the analysis; empty when there is none. */
  readonly page: string;
  /** Why fewer runs ended than the study asked for; empty when all did. */
  readonly cutShort: string;
}

export interface AnalysisSubject extends StudiedRun {
  /** Of each case. */
  readonly preventions: readonly (readonly Prevention[])[];
}

export function analysisSubject(run: StudiedRun): AnalysisSubject {
  return { ...run, preventions: run.cases.map((open, index) => preventing(run, open, index)) };
}

/** The failures of a run that get a section each. An invariant does only where no guarantee was violated: else it is the same failure seen from the inside. */
export function casesOf(run: RecordedRun): CaseFile[] {
  const { scenario, result } = run;
  const { findings } = result.judgement;
  const names = new Set<string>([...scenario.require, ...guaranteeNames, ...findings.map(({ guarantee }) => guarantee)]);
  const found = [...names].flatMap((name) => findingToTell(result, name) ?? []);
  const ofGuarantees = found.filter(({ guarantee }) => !guarantee.startsWith('invariant/'));
  return (ofGuarantees.length > 0 ? ofGuarantees : found).map((finding) => openCase(run, finding));
}

export function targetsOf(cases: readonly CaseFile[]): ShrinkTarget[] {
  return cases.map(({ finding: { guarantee, kind } }) => ({ guarantee, kind }));
}
