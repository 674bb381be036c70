/** int-send-skip: records of others lie between those of one operation. Never wrong: a transaction in Kafka does not keep others from writing meanwhile. Told as Jepsen tells it. */
import type { Analysis } from '../Analysis.js';
import { counted, keyText, Tally, who } from '../Anomaly.js';
import { forEachSendStep, sentOffset } from '../sendSteps.js';

export function intSendSkip(analysis: Analysis): Tally {
  const tally = new Tally('int-send-skip', analysis);
  const { history, versions } = analysis;
  forEachSendStep(analysis, ({ op, before, key, from, to }) => {
    if (before !== op) return;
    tally.judged++;
    const place = versions.rank[history.sendSlot[to] as number] as number;
    const last = versions.rank[history.sendSlot[from] as number] as number;
    if (place < 0 || last < 0 || place <= last + 1) return;
    tally.found('transactions write among each other', () => ({
      key: keyText(analysis, key),
      ops: [op],
      message:
        `${counted(place - last - 1, 'record')} lie between two of ${who(analysis, op)} in ${keyText(analysis, key)}, ` +
        `at offsets ${sentOffset(analysis, from)} and ${sentOffset(analysis, to)}.`,
      detail: { offset: sentOffset(analysis, to), distance: place - last },
    }));
  });
  return tally;
}
