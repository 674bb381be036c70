import { describe, expect, it } from 'vitest';
import { crossesPath, distinctPlaces, dotsPath, stepPath } from './paths.js';
import { linearScale } from './scales.js';

describe('marks', () => {
  it('draws each place once, and relative to the last one', () => {
    const places = distinctPlaces([
      [20, 7.1],
      [10, 5],
      [10.1, 5.2],
      [20, 6.9],
    ]);
    expect(places).toEqual([
      [20, 10],
      [40, 14],
    ]);
    expect(dotsPath(places)).toBe('M10 5h0m10 2h0');
    expect(crossesPath(places)).toBe('M10 5m-2.5-2.5l5 5m0-5l-5 5m2.5-2.5m10 2m-2.5-2.5l5 5m0-5l-5 5m2.5-2.5');
    expect(dotsPath([])).toBe('');
  });

  it('has a size that is bounded by pixels', () => {
    const points = Array.from({ length: 50_000 }, (_, i): [number, number] => [(i * 7919) % 100, (i * 104_729) % 50]);
    expect(distinctPlaces(points).length).toBeLessThanOrEqual(200 * 100);
  });
});

describe('step lines', () => {
  const x = linearScale(0, 100, 0, 100);
  const y = linearScale(0, 100, 100, 0);

  it('hold their value until the next step, and to the end', () => {
    const steps = [
      { timeUs: 10, value: 0 },
      { timeUs: 20, value: 30 },
      { timeUs: 40, value: 10 },
    ];
    expect(stepPath(steps, x, y, 100)).toBe('M10 100H20V70H40V90H100');
    expect(stepPath([], x, y, 100)).toBe('');
  });

  it('keep a dent and a peak that last less than a pixel', () => {
    const values = [50, 80, 20, 50];
    const steps = values.map((value, i) => ({ timeUs: 10 + i / 10, value }));
    expect(stepPath([{ timeUs: 0, value: 50 }, ...steps], x, y, 100)).toBe('M0 50H10V80V20V50H100');
  });
});
