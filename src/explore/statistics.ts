/** How far counts of few runs can be trusted. Basic arithmetic only, so that every machine prints the same. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of the standard normal distribution: 95 % lie within so many deviations of the mean. */
const Z_95 = 1.959964;

/** Wilson's score interval of a probability, 95 %: of `count` times in `runs`. Without runs it may be anything. */
export function wilson(count: number, runs: number): Interval {
  if (runs === 0) return { low: 0, high: 1 };
  const share = count / runs;
  const square = Z_95 * Z_95;
  const scale = 1 + square / runs;
  const centre = (share + square / (2 * runs)) / scale;
  const half = (Z_95 / scale) * Math.sqrt((share * (1 - share)) / runs + square / (4 * runs * runs));
  // At the ends the formula gives 0 and 1 but for rounding.
  return { low: count === 0 ? 0 : Math.max(0, centre - half), high: count === runs ? 1 : Math.min(1, centre + half) };
}

/**
 * Fisher's exact test, one-sided: how likely at least `a` of the `a + b` hits would fall to the first sample if both had the same probability.
 * @param a hits in the first sample, of `n` runs. @param b hits in the second, of `m` runs.
 */
export function fisherExceeds(a: number, n: number, b: number, m: number): number {
  const hits = a + b;
  const least = Math.max(0, hits - m);
  const most = Math.min(hits, n);
  let weight = 1;
  let all = 0;
  let extreme = 0;
  for (let k = least; k <= most; k++) {
    all += weight;
    if (k >= a) extreme += weight;
    weight *= ((hits - k) * (n - k)) / ((k + 1) * (m - hits + k + 1));
    if (all > 1e200) {
      weight /= 1e200;
      all /= 1e200;
      extreme /= 1e200;
    }
  }
  return all === 0 ? 1 : extreme / all;
}

/** Chance of being wrong that a difference may have and still be called one. */
export const SIGNIFICANT = 0.05;

/** Whether two samples of the same thing would hardly differ so much, in either direction. */
export function differs(a: number, n: number, b: number, m: number): boolean {
  return n > 0 && m > 0 && Math.min(fisherExceeds(a, n, b, m), fisherExceeds(b, m, a, n)) * 2 <= SIGNIFICANT;
}
