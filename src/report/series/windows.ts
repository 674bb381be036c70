/** Windows of equal length over a run, a round number of microseconds long, by which rates and quantiles are counted. */
import { roundStep } from '../numbers.js';

export interface Windows {
  readonly lengthUs: number;
  /** Where each begins; one at least. */
  readonly starts: readonly number[];
  readonly endUs: number;
}

/** About so many; the last one, which may be shorter, is joined to the one before it when it is shorter than half of that. */
export function windowsOf(endUs: number, about = 40): Windows {
  const lengthUs = roundStep(Math.max(1_000, endUs / about));
  const count = Math.max(1, Math.round(endUs / lengthUs));
  return { lengthUs, starts: Array.from({ length: count }, (_, i) => i * lengthUs), endUs };
}

/** Index of the window in which a moment lies; what lies outside of the run belongs to the nearest one. */
export function windowAt({ lengthUs, starts }: Windows, timeUs: number): number {
  return Math.min(starts.length - 1, Math.max(0, Math.floor(timeUs / lengthUs)));
}

/** Length of one window: the last one ends with the run. */
export function windowLengthUs({ lengthUs, starts, endUs }: Windows, index: number): number {
  return index < starts.length - 1 ? lengthUs : Math.max(1, endUs - (starts[index] as number));
}
