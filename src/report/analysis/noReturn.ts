/** From when on a failure could no longer be avoided, where somebody computed it. */
import type { WhenReport } from '../whenText.js';
import { counted, secondsText } from '../numbers.js';
import { countText } from '../counts.js';
import { code, list, paragraph, strong, text, type Block, type Text } from './Document.js';

const rules: Readonly<Record<WhenReport['faults'], string>> = {
  anew: 'and of the faults to come each was left out with a chance of one half, or struck at another moment',
  kept: 'with the faults to come as they are',
  none: 'with no more faults',
};

/** Nothing without an answer. */
export function noReturnBlocks(when: WhenReport | null): Block[] {
  const [first] = when?.points ?? [];
  const last = when?.points.at(-1);
  if (when === null || first === undefined || last === undefined) return [];
  const { points, runsPerMoment, faults, noReturn: step } = when;
  const asked = text`From ${counted(points.length, 'moment')} of the run the future was drawn anew ${counted(runsPerMoment, 'time')} each, ${rules[faults]}.`;
  if (step === null) {
    const why =
      first.failures === first.runs
        ? `Already at the first moment, ${secondsText(first.atUs)}, ${countText(first)} futures failed`
        : `Even at the last moment, ${secondsText(last.atUs)}, only ${countText(last)} futures failed`;
    return [paragraph`${strong('From when on.')} ${asked} ${why}: there is no moment at which it was decided.`];
  }
  const { before, after, sentences } = step;
  const told = sentences.map(({ timeUs, text: sentence }): Text => text`${code(secondsText(timeUs, 6))} ${sentence}`);
  const turned = text`At ${secondsText(before.atUs, 6)} ${countText(before)} futures failed, and from ${secondsText(after.atUs, 6)} on ${countText(after)}`;
  if (told.length === 0) return [paragraph`${strong('From when on.')} ${asked} ${turned}.`];
  return [paragraph`${strong('From when on.')} ${asked} ${turned}. In between:`, list(told)];
}
