/** int-nonmonotonic-poll: a consumer was given, within one operation, a record after another that lies at or behind it; a repetition counts. What differs from Jepsen: see pollSteps.ts. */
import type { Analysis } from '../Analysis.js';
import { Tally } from '../Anomaly.js';
import { wentBack } from '../pollFindings.js';
import { unexpectedInternalSteps } from '../pollSteps.js';

export function intNonmonotonicPoll(analysis: Analysis): Tally {
  const tally = new Tally('int-nonmonotonic-poll', analysis);
  tally.judged = unexpectedInternalSteps(analysis, (step) => wentBack(analysis, tally, step));
  return tally;
}
