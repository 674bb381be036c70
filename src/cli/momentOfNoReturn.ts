/** Computes on all cores from when on a failure could no longer be avoided. */
import type { RedrawRule } from '../explore/redraw.js';
import { whenInquiry } from '../explore/when.js';
import { headline, type CaseFile } from '../report/caseFile.js';
import { whenReport, type WhenReport } from '../report/whenText.js';
import { investigate, type Investigated, type InvestigationOptions } from './investigation.js';

export interface NoReturnOptions extends InvestigationOptions {
  /** Futures from each moment; default 40. */
  runs?: number;
  /** Default: anew. */
  faults?: RedrawRule;
}

const DEFAULT_RUNS = 40;

export async function momentOfNoReturn(
  open: CaseFile,
  options: NoReturnOptions,
): Promise<{ report: WhenReport; cutShort: Investigated<unknown>['cutShort'] }> {
  const { scenario, finding, result, story, events } = open;
  const { guarantee, kind } = finding;
  const { runs = DEFAULT_RUNS, faults = 'anew' } = options;
  const inquiry = whenInquiry(scenario, { guarantee, kind }, momentsOf(open), { runs, faults });
  const { answer, cutShort, cutShortText } = await investigate(inquiry, options);
  const report = {
    ...{ name: scenario.name, title: scenario.title, target: { guarantee, kind }, headline: headline(open), hash: result.hash },
    ...{ faults, runsPerMoment: runs, cutShort: cutShortText },
    ...whenReport(answer, story, events),
  };
  return { report, cutShort };
}

/** When something happened: from the first send or fault, before which nothing is decided, to where the failure shows. */
function momentsOf({ events, finding, result }: CaseFile): number[] {
  const fromUs = Math.min(result.history.sends[0]?.invokedUs ?? Infinity, result.faultLog[0]?.beganUs ?? Infinity, finding.timeUs);
  const between = events.filter(({ timeUs }) => timeUs >= fromUs && timeUs <= finding.timeUs);
  return [...new Set(between.map(({ timeUs }) => timeUs))];
}
