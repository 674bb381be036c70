/** A linear scale and its ticks. Coordinates are rounded to a tenth of a pixel: nobody sees more, and the file stays small. */

export interface Scale {
  (value: number): number;
  readonly from: number;
  readonly to: number;
}

/** Maps `from`…`to` to `start`…`end`; an empty domain goes to `start`. */
export function linearScale(from: number, to: number, start: number, end: number): Scale {
  const factor = to === from ? 0 : (end - start) / (to - from);
  return Object.assign((value: number) => tenth(start + (value - from) * factor), { from, to });
}

export function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

const STEPS = [1, 2, 5];

/** Round values from `from` to `to`, about `count` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const rough = Math.max(1, (to - from) / Math.max(1, count));
  let unit = 1;
  while (unit * 10 <= rough) unit *= 10;
  const factor = STEPS.find((candidate) => candidate * unit >= rough) ?? 10;
  const stepSize = factor * unit;
  const out: number[] = [];
  for (let value = Math.ceil(from / stepSize) * stepSize; value <= to; value += stepSize) out.push(value);
  return out;
}

/** A time in microseconds as the shortest text that tells neighbouring ticks apart: `12 s`, `12.5 s`, `12.350 s`. */
export function timeTickText(us: number, stepUs: number): string {
  const decimals = stepUs % 1_000_000 === 0 ? 0 : stepUs % 100_000 === 0 ? 1 : stepUs % 1_000 === 0 ? 3 : 6;
  return `${(us / 1_000_000).toFixed(decimals)} s`;
}
