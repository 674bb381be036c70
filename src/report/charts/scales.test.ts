import { describe, expect, it } from 'vitest';
import { durationText, linearScale, logarithm, logScale, logTicks, ticks, timeTickText } from './scales.js';

describe('scales', () => {
  it('maps a domain to pixels, puts what is outside at the nearer end, and an empty domain at the start', () => {
    const x = linearScale(0, 10, 100, 200);
    expect([0, 5, 10, -3, 99].map(x)).toEqual([100, 150, 200, 100, 200]);
    expect(linearScale(7, 7, 100, 200)(7)).toBe(100);
  });

  it('puts ticks at round values', () => {
    expect(ticks(0, 31_000_000, 6)).toEqual([0, 10_000_000, 20_000_000, 30_000_000]);
    expect(ticks(0, 0, 6)).toEqual([0]);
  });

  it('writes times with the decimals that tell ticks apart', () => {
    expect([timeTickText(12_000_000, 2_000_000), timeTickText(500_000, 500_000), timeTickText(1_250, 50)]).toEqual([
      '12 s',
      '0.5 s',
      '0.001250 s',
    ]);
  });

  it('writes lengths of time with the unit that suits them', () => {
    expect([0, 1, 999, 1_000, 12_500, 999_999, 3_210_000, 110_000_000].map(durationText)).toEqual(
      ['0', '1 µs', '999 µs', '1 ms', '12.5 ms', '1000 ms', '3.21 s', '110 s'], // prettier-ignore
    );
  });

  it('takes logarithms that are right to nine digits, without Math.log', () => {
    for (const value of [1, 1.5, 2, 9.999, 10, 12_345, 1e6, 7e9]) expect(Math.abs(logarithm(value) - Math.log10(value))).toBeLessThan(1e-9);
    expect([0, -5].map(logarithm)).toEqual([0, 0]);
  });

  it('embraces what a logarithmic scale shows with round values, two at least', () => {
    const y = logScale(450, 3_200, 200, 0);
    expect([y.from, y.to]).toEqual([200, 5_000]);
    expect(logTicks(y)).toEqual([200, 500, 1_000, 2_000, 5_000]);
    expect([y(200), y(1_000), y(5_000), y(1)]).toEqual([200, 100, 0, 200]);
    expect(logTicks(logScale(450, 3_200_000, 200, 0))).toEqual([1_000, 10_000, 100_000, 1_000_000]);
    expect(logTicks(logScale(1, 1, 200, 0))).toEqual([1, 2]);
    expect(logScale(Infinity, 0, 200, 0)(0)).toBe(200);
  });
});
