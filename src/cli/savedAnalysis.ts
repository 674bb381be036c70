/** The published analysis of a saved run, beside its page. */
import { join } from 'node:path';
import { analysisDocument, documentFiles } from '../report/analysis/analysisDocument.js';
import { analyse } from './analyse.js';
import { writeFileAtomically } from './files.js';
import type { Investigated, InvestigationOptions } from './investigation.js';
import type { SavedRun } from './savedRun.js';
import { version } from './version.js';

export interface SavedAnalysisOptions extends InvestigationOptions {
  /** Schedules of each variant; default 40. Under each release it is a quarter of it. */
  runs?: number;
}

export interface SavedAnalysis {
  readonly path: string;
  readonly cutShort: Investigated<unknown>['cutShort'];
}

const DEFAULT_RUNS = 40;

/** @throws CliError when the files cannot be written. */
export async function saveAnalysis({ report, folder }: SavedRun, options: SavedAnalysisOptions): Promise<SavedAnalysis> {
  const { runs = DEFAULT_RUNS } = options;
  const { subject, cutShort } = await analyse(report, 'index.html', { runs, releaseRuns: Math.max(1, Math.ceil(runs / 4)) }, options);
  const files = documentFiles(analysisDocument([subject], version));
  for (const [name, text] of files) writeFileAtomically(join(folder, name), text);
  return { path: join(folder, files[0]?.[0] ?? ''), cutShort };
}
