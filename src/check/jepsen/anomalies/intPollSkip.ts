/** int-poll-skip: a consumer was given, within one operation, records with others between them. What differs from Jepsen: see pollSteps.ts. */
import type { Analysis } from '../Analysis.js';
import { Tally } from '../Anomaly.js';
import { skipped } from '../pollFindings.js';
import { unexpectedInternalSteps } from '../pollSteps.js';

export function intPollSkip(analysis: Analysis): Tally {
  const tally = new Tally('int-poll-skip', analysis);
  tally.judged = unexpectedInternalSteps(analysis, (step) => skipped(analysis, tally, step));
  return tally;
}
