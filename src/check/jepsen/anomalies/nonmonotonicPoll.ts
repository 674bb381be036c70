/** nonmonotonic-poll: a consumer began, from one operation to the next, with what it had been given already or with what lies before it. What differs from Jepsen: see pollSteps.ts. */
import type { Analysis } from '../Analysis.js';
import { Tally } from '../Anomaly.js';
import { wentBack } from '../pollFindings.js';
import { unexpectedExternalSteps } from '../pollSteps.js';

export function nonmonotonicPoll(analysis: Analysis): Tally {
  const tally = new Tally('nonmonotonic-poll', analysis);
  tally.judged = unexpectedExternalSteps(analysis, (step) => wentBack(analysis, tally, step));
  return tally;
}
