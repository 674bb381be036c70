/** What the four checks of poll order say of a step that they object to. */
import type { Analysis } from './Analysis.js';
import type { Evidence, Tally } from './Anomaly.js';
import { counted, keyText, valueText, who } from './Anomaly.js';
import type { PollStep } from './pollSteps.js';
import { shownBetween } from './pollSteps.js';

/** So many of the records that were stepped over are listed. */
const LISTED = 32;

/** Over records that it was to be given. */
export function skipped(analysis: Analysis, tally: Tally, step: PollStep): void {
  const { op, expected, place } = step;
  if (place <= expected || shownBetween(analysis, op, expected, place) === 0) return;
  objectTo(analysis, tally, step, () => skip(analysis, step));
}

/** Back to what it was given before, or further. */
export function wentBack(analysis: Analysis, tally: Tally, step: PollStep): void {
  if (step.place < step.expected) objectTo(analysis, tally, step, () => back(analysis, step));
}

function objectTo(analysis: Analysis, tally: Tally, { op, excuse }: PollStep, evidence: () => Evidence): void {
  if (excuse !== '') tally.excuse(excuse, evidence);
  else tally.found(analysis.notPromised(tally.type, op), evidence);
}

function skip(analysis: Analysis, { op, before, key, expected, place }: PollStep): Evidence {
  const { versions, history } = analysis;
  const missed: number[] = [];
  for (let at = expected; at < place && missed.length < LISTED; at++) {
    if (shownBetween(analysis, op, at, at + 1) > 0) missed.push(versions.order.rows[at] as number);
  }
  const first = missed[0] as number;
  const offset = history.slotOffset[first] as number;
  const value = valueText(analysis, versions.slotRecord[first] as number);
  const missing = counted(shownBetween(analysis, op, expected, place), 'record');
  return {
    key: keyText(analysis, key),
    ops: before === op ? [op] : [before, op],
    message:
      `${who(analysis, op)} went on at offset ${offsetAt(analysis, place)} of ${keyText(analysis, key)}${after(analysis, op, before)} ` +
      `without ${missing}, the first of them ${value} at offset ${offset}.`,
    detail: {
      offset: offsetAt(analysis, place),
      distance: place - expected + 1,
      skipped: missed.map((slot) => history.recordValue[versions.slotRecord[slot] as number] as number),
    },
  };
}

function back(analysis: Analysis, { op, before, key, expected, place }: PollStep): Evidence {
  const from = offsetAt(analysis, expected - 1);
  return {
    key: keyText(analysis, key),
    ops: before === op ? [op] : [before, op],
    message: `${who(analysis, op)} went back to offset ${offsetAt(analysis, place)} of ${keyText(analysis, key)}${after(analysis, op, before)}, which it had read up to offset ${from}.`,
    detail: { offset: offsetAt(analysis, place), distance: place - expected + 1 },
  };
}

function after(analysis: Analysis, op: number, before: number): string {
  return before === op ? '' : ` after ${who(analysis, before)}`;
}

function offsetAt({ versions, history }: Analysis, place: number): number {
  return history.slotOffset[versions.order.rows[place] as number] as number;
}
