/** What the checks of send order say of a step that they object to. */
import type { Analysis } from './Analysis.js';
import { keyText, valueText, who, type Evidence } from './Anomaly.js';
import { sentOffset, type SendStep } from './sendSteps.js';

export function outOfOrder(analysis: Analysis, { op, before, key, from, to }: SendStep): Evidence {
  const { sendRecord } = analysis.history;
  const [first, second] = [from, to].map((send) => valueText(analysis, sendRecord[send] as number)) as [string, string];
  const sent =
    before === op
      ? `${who(analysis, op)} sent ${first} and then ${second}`
      : `${who(analysis, before)} sent ${first} and ${who(analysis, op)} then ${second}`;
  const [earlier, later] = [sentOffset(analysis, from), sentOffset(analysis, to)];
  return {
    key: keyText(analysis, key),
    ops: before === op ? [op] : [before, op],
    message: `${sent} to ${keyText(analysis, key)}, and they lie at offsets ${earlier} and ${later}.`,
    detail: { before: earlier, offset: later, distance: later - earlier },
  };
}
