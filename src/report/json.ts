/** Reports as JSON, for programs. */
import type { CheckReport } from './checkReport.js';
import type { RemediesReport } from './remediesText.js';

/** Version of this form; it changes when a field changes its meaning. */
const FORMAT_VERSION = 1;

/** @param remedies what would keep a violated guarantee; null when nobody asked. */
export function checkJson(report: CheckReport, remedies: RemediesReport | null = null): string {
  const { rows, configuration, faults, ...rest } = report;
  return JSON.stringify(
    {
      formatVersion: FORMAT_VERSION,
      ...rest,
      configuration: Object.fromEntries(configuration),
      faults: Object.fromEntries(faults),
      guarantees: rows.map(({ guarantee, required, cells }) => ({ guarantee, required, classes: cells })),
      ...(remedies === null ? {} : { remedies }),
    },
    null,
    2,
  );
}

/** The answer to a question of many runs. */
export function inquiryJson(report: object): string {
  return JSON.stringify({ formatVersion: FORMAT_VERSION, ...report }, null, 2);
}
