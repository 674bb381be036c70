/** Counts of runs and what they are worth, for people. */
import type { Count } from '../explore/inquiry.js';
import type { Interval } from '../explore/statistics.js';

/** `12 of 20`. */
export function countText({ failures, runs }: Count): string {
  return `${failures} of ${runs}`;
}

/** `39–78 %`. */
export function intervalText({ low, high }: Interval): string {
  return `${Math.round(low * 100)}–${Math.round(high * 100)} %`;
}
