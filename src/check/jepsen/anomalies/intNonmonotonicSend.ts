/** int-nonmonotonic-send: one operation sent a record after another to the same key, and it lies before it. Counts where the producer's configuration keeps the order. */
import type { Analysis } from '../Analysis.js';
import { Tally } from '../Anomaly.js';
import { outOfOrder } from '../sendFindings.js';
import { forEachSendStep, sentOffset } from '../sendSteps.js';

export function intNonmonotonicSend(analysis: Analysis): Tally {
  const tally = new Tally('int-nonmonotonic-send', analysis);
  forEachSendStep(analysis, (step) => {
    if (step.before !== step.op) return;
    tally.judged++;
    if (sentOffset(analysis, step.to) > sentOffset(analysis, step.from)) return;
    tally.found(analysis.notPromised('int-nonmonotonic-send', step.op), () => outOfOrder(analysis, step));
  });
  return tally;
}
