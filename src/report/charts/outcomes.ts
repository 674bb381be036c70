/** Operations and their outcomes in words and marks. */
import { markup, type Markup } from '../markup.js';
import { grouped } from '../numbers.js';
import { OUTCOMES, type Operation, type OperationKind, type Outcome } from '../series/operations.js';
import type { KeyEntry } from './frame.js';
import { crossesPath, dotsPath, type Place } from './paths.js';

/** What each kind's outcomes are called. */
const WORDS: Readonly<Record<OperationKind, Readonly<Record<Outcome, string>>>> = {
  send: { ok: 'acknowledged', unknown: 'unknown', failed: 'failed' },
  delivery: { ok: 'read', unknown: 'unknown', failed: 'failed' },
  transaction: { ok: 'committed', unknown: 'unknown', failed: 'aborted' },
  commit: { ok: 'committed', unknown: 'unknown', failed: 'failed' },
};

export function outcomeWord(kind: OperationKind, outcome: Outcome): string {
  return WORDS[kind][outcome];
}

/** A dot, a square or a cross at each place. */
export function marks(outcome: Outcome, places: readonly Place[]): Markup {
  return markup`<path class="dots ${outcome}" d="${outcome === 'failed' ? crossesPath(places) : dotsPath(places)}" />`;
}

/** The outcomes that there were, with their numbers. */
export function outcomeKey(kind: OperationKind, operations: readonly Pick<Operation, 'outcome'>[]): KeyEntry[] {
  return OUTCOMES.flatMap((outcome) => {
    const count = operations.reduce((sum, one) => sum + Number(one.outcome === outcome), 0);
    if (count === 0) return [];
    return [{ mark: marks(outcome, [[20, 12]]), text: `${outcomeWord(kind, outcome)} ${grouped(count)}` }];
  });
}
