/**
 * The same past with another future: from a moment on every random stream begins anew (`Randomness.reseed`), and the faults that had not begun by then are dealt
 * with by a stated rule. What has happened, requests that are on their way and timers that are running stay as they are, and so does the end of a fault that is
 * in force: it was settled when the fault began.
 */
import type { Randomness } from '../engine/random.js';
import type { Fault } from '../faults/Fault.js';

/**
 * `anew`: each fault to come is left out with a chance of one half; else it strikes the same target for as long, at a moment drawn evenly from what is left of the
 * chaos phase. `kept`: they come as they are written, and only latencies, back-offs and the like are drawn anew. `none`: no more faults begin.
 */
export const redrawRules = ['anew', 'kept', 'none'] as const;
export type RedrawRule = (typeof redrawRules)[number];

export interface Redraw {
  /** Everything up to and including this moment is as it was. */
  readonly afterUs: number;
  /** Tells the futures of one moment apart; not empty. */
  readonly salt: string;
  readonly faults: RedrawRule;
}

const LEFT_OUT_CHANCE = 0.5;

/** @param planned the faults that have not begun. @param chaosUs end of the chaos phase. */
export function redrawnFaults(planned: readonly Fault[], { afterUs, faults }: Redraw, chaosUs: number, randomness: Randomness): Fault[] {
  if (faults === 'none' || afterUs >= chaosUs) return [];
  // What waits for an event goes on waiting: the same object, so that matches seen before still count.
  if (faults === 'kept') return [...planned];
  return planned.flatMap((fault) => {
    const random = randomness.stream(`redraw/${fault.id}`);
    const { on: _trigger, ...timed } = fault;
    const atUs = random.between(afterUs, chaosUs);
    return random.chance(LEFT_OUT_CHANCE) ? [] : [{ ...timed, atUs } as Fault];
  });
}
