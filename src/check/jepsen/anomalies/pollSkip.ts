/** poll-skip: a consumer went on, from one operation to the next, beyond records that it had not been given. What differs from Jepsen: see pollSteps.ts. */
import type { Analysis } from '../Analysis.js';
import { Tally } from '../Anomaly.js';
import { skipped } from '../pollFindings.js';
import { unexpectedExternalSteps } from '../pollSteps.js';

export function pollSkip(analysis: Analysis): Tally {
  const tally = new Tally('poll-skip', analysis);
  tally.judged = unexpectedExternalSteps(analysis, (step) => skipped(analysis, tally, step));
  return tally;
}
