import { describe, expect, it } from 'vitest';
import { differs, fisherExceeds, wilson } from './statistics.js';

describe("Wilson's interval", () => {
  // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is the published one', (count, runs, low, high) => {
    expect(wilson(count, runs).low).toBeCloseTo(low, 4);
    expect(wilson(count, runs).high).toBeCloseTo(high, 4);
  });

  it('says nothing without runs, and reaches the ends where all or none failed', () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
    expect(wilson(20, 20).high).toBe(1);
    expect(wilson(0, 20).low).toBe(0);
  });
});

describe("Fisher's test", () => {
  it('gives the probability of the lady tasting tea', () => {
    expect(fisherExceeds(4, 4, 0, 4)).toBeCloseTo(1 / 70, 12);
    expect(fisherExceeds(3, 4, 1, 4)).toBeCloseTo(17 / 70, 12);
  });

  it('gives 1 where nothing was hit, and copes with many runs', () => {
    expect(fisherExceeds(0, 10, 0, 10)).toBe(1);
    expect(fisherExceeds(5_000, 10_000, 5_000, 10_000)).toBeCloseTo(0.5, 1);
    expect(fisherExceeds(9_000, 10_000, 1_000, 10_000)).toBeLessThan(1e-9);
  });

  it('calls a difference one only if chance hardly explains it', () => {
    expect(differs(20, 20, 0, 20)).toBe(true);
    expect(differs(0, 20, 20, 20)).toBe(true);
    expect(differs(1, 20, 0, 20)).toBe(false);
    expect(differs(3, 3, 0, 3)).toBe(false);
    expect(differs(4, 4, 0, 4)).toBe(true);
    expect(differs(5, 5, 0, 0)).toBe(false);
  });
});
