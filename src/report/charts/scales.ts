/**
 * Scales, their ticks, and the words at them. Coordinates are rounded to a tenth of a pixel: nobody sees more, and the file stays small.
 *
 * Linear scales are d3's, clamped to their range. Its ticks and its logarithmic scale are not used: they rest on Math.pow and Math.log, whose last bits differ between versions of
 * Node, and a report must be the same text everywhere.
 */
import { scaleLinear } from 'd3-scale';
import { roundStep } from '../numbers.js';

export interface Scale {
  (value: number): number;
  readonly from: number;
  readonly to: number;
}

/** Maps `from`…`to` to `start`…`end`; an empty domain goes to `start`, what lies outside to the nearer end. */
export function linearScale(from: number, to: number, start: number, end: number): Scale {
  const place = to === from ? (): number => start : scaleLinear().domain([from, to]).range([start, end]).clamp(true);
  return Object.assign((value: number) => tenth(place(value)), { from, to });
}

export function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Round values from `from` to `to`, about `count` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const stepSize = roundStep(Math.max(1, (to - from) / Math.max(1, count)));
  const out: number[] = [];
  for (let value = Math.ceil(from / stepSize) * stepSize; value <= to; value += stepSize) out.push(value);
  return out;
}

/** A time in microseconds as the shortest text that tells neighbouring ticks apart: `12 s`, `12.5 s`, `12.350 s`. */
export function timeTickText(us: number, stepUs: number): string {
  const decimals = stepUs % 1_000_000 === 0 ? 0 : stepUs % 100_000 === 0 ? 1 : stepUs % 1_000 === 0 ? 3 : 6;
  return `${(us / 1_000_000).toFixed(decimals)} s`;
}

/** A length of time with the unit that suits it: `0`, `250 µs`, `12.5 ms`, `3.2 s`, `110 s`. Three digits, no more. */
export function durationText(us: number): string {
  if (us <= 0) return '0';
  const [value, unit] = us < 1_000 ? [us, 'µs'] : us < 1_000_000 ? [us / 1_000, 'ms'] : [us / 1_000_000, 's'];
  const text = value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
  return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text} ${unit}`;
}

/** Log10 of what is at least 1, by + - * / alone: the same bits everywhere, right to ten digits. */
export function logarithm(value: number): number {
  let exponent = 0;
  let rest = Math.max(1, value);
  for (; rest >= 10; rest /= 10) exponent++;
  let halvings = 0;
  for (; rest > 1.5; rest /= 2) halvings++;
  // ln x = 2 artanh z; |z| is at most a fifth here.
  const z = (rest - 1) / (rest + 1);
  let sum = 0;
  let power = z;
  for (let n = 1; n <= 15; n += 2, power *= z * z) sum += power / n;
  return exponent + (2 * sum + halvings * Math.LN2) / Math.LN10;
}

/** A logarithmic scale that embraces `from`…`to` with round values; what is below 1 counts as 1. */
export function logScale(from: number, to: number, start: number, end: number): Scale {
  const bounds = roundValues(Math.min(from, to), to);
  const [low, high] = [bounds[0] as number, bounds.at(-1) as number];
  const linear = linearScale(logarithm(low), logarithm(high), start, end);
  return Object.assign((value: number) => linear(logarithm(value)), { from: low, to: high });
}

/** Values for the axis of a {@link logScale}: 1, 2 and 5 times powers of ten, or powers of ten alone where those would be too many. */
export function logTicks({ from, to }: Pick<Scale, 'from' | 'to'>): number[] {
  const all = roundValues(from, to);
  return all.length <= 6 ? all : all.filter((value) => Number.isInteger(logarithm(value)));
}

/** 1, 2 and 5 times powers of ten, from the last that is not above `from`, or 1, to the first that is not below `to`: two at least. */
function roundValues(from: number, to: number): number[] {
  const out: number[] = [];
  for (let unit = 1; ; unit *= 10) {
    for (const factor of [1, 2, 5]) {
      const value = factor * unit;
      if (value <= from) out.length = 0;
      out.push(value);
      if (value >= to && out.length >= 2) return out;
    }
  }
}
