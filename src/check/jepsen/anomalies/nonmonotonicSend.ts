/**
 * nonmonotonic-send: a producer sent a record after another to the same key, and it lies before it. Retries without idempotence do that (a later request overtakes an earlier one).
 *
 * Differs from Jepsen: it counts only where the producer's configuration keeps the order, and not across the loss of a batch by a producer without transactions, which
 * begins a new session (KIP-360). See sendSteps.ts for the rest.
 */
import type { Analysis } from '../Analysis.js';
import { Tally } from '../Anomaly.js';
import { GivenUp } from '../GivenUp.js';
import { outOfOrder } from '../sendFindings.js';
import { forEachSendStep, sentOffset } from '../sendSteps.js';

export function nonmonotonicSend(analysis: Analysis): Tally {
  const tally = new Tally('nonmonotonic-send', analysis);
  const givenUp = new GivenUp(analysis);
  forEachSendStep(analysis, (step) => {
    if (step.before === step.op) return;
    tally.judged++;
    if (sentOffset(analysis, step.to) > sentOffset(analysis, step.from)) return;
    const because = givenUp.between(step.before, step.op);
    if (because !== '') tally.excuse(because, () => outOfOrder(analysis, step));
    else tally.found(analysis.notPromised('nonmonotonic-send', step.op), () => outOfOrder(analysis, step));
  });
  return tally;
}
