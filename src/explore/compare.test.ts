import { describe, expect, it } from 'vitest';
import { recommendedScenario } from '../scenario/defaults.js';
import { compareInquiry, type CompareAnswer } from './compare.js';
import { answer, type TrialOutcome } from './inquiry.js';
import type { TrialMetrics } from './metrics.js';

function metrics(more: Partial<TrialMetrics>): TrialMetrics {
  return { ...{ acceptingUs: 50, totalUs: 100, sends: 10, acknowledged: 2, latenciesUs: [10, 20], lost: 0, duplicates: 0 }, ...more };
}

/** Outcomes by the name of the subject and the seed; null where the run is lost. */
function ask(
  subjects: readonly string[],
  seeds: number,
  run: (subject: string, seed: number) => Partial<TrialOutcome> | null,
): CompareAnswer {
  const plain = recommendedScenario();
  const scenarios = subjects.map((name) => (index: number) => ({ ...plain, name, seed: String(index) }));
  return answer(compareInquiry(scenarios, seeds), ({ scenario, measure }) => {
    expect(measure).toBe(true);
    const outcome = run(scenario.name, Number(scenario.seed));
    return outcome === null ? null : { hash: '', failures: [], verdicts: {}, classes: [], metrics: metrics({}), ...outcome };
  });
}

describe('comparing configurations', () => {
  it('counts verdicts by guarantee, leaving out those that nobody put to the test', () => {
    const { guarantees, subjects } = ask(['a', 'b'], 20, (subject, seed) => ({
      verdicts: {
        'no-acknowledged-loss': subject === 'a' && seed % 4 === 0 ? 'violated' : seed < 10 ? 'held' : 'unknown',
        'no-divergence': subject === 'b' ? 'held' : 'unknown',
        'exactly-once': 'unknown',
      },
    }));
    expect(guarantees).toEqual(['no-acknowledged-loss', 'no-divergence']);
    expect(subjects[0]?.verdicts['no-acknowledged-loss']).toEqual({ violated: 5, held: 7, unknown: 8 });
    expect(subjects[0]?.verdicts['no-divergence']).toEqual({ violated: 0, held: 0, unknown: 20 });
    expect(subjects[1]?.verdicts['no-acknowledged-loss']).toEqual({ violated: 0, held: 10, unknown: 10 });
  });

  it('takes differences seed by seed, against the first', () => {
    // In every seed b is 5 worse than a, although a itself varies by more than that from seed to seed.
    const { subjects } = ask(['a', 'b'], 10, (subject, seed) => {
      const by = subject === 'b' ? 5 : 0;
      return { metrics: metrics({ acceptingUs: 20 + seed * 5 - by, latenciesUs: [seed * 100 + by], lost: seed === 3 ? by : 0 }) };
    });
    expect(subjects[0]?.difference).toBeNull();
    expect(subjects[1]?.difference).toMatchObject({
      available: { lower: 10, higher: 0, seeds: 10 },
      p50Us: { mean: 5, lower: 0, higher: 10 },
      lost: { mean: 0.5, lower: 0, higher: 1, seeds: 10 },
      duplicates: { mean: 0, lower: 0, higher: 0 },
    });
    expect(subjects[1]?.difference?.available?.mean).toBeCloseTo(-0.05, 12);
  });

  it('leaves a seed out of everything that one of them did not come through', () => {
    const { seeds, subjects } = ask(['a', 'b'], 10, (subject, seed) =>
      subject === 'b' && seed === 7 ? null : { metrics: metrics({ lost: seed === 7 ? 100 : 0 }) },
    );
    expect(seeds).toBe(9);
    expect(subjects.map(({ cost }) => [cost.runs, cost.lost])).toEqual([
      [9, 0],
      [9, 0],
    ]);
  });

  it('ends with what it has when nothing runs any more', () => {
    let left = 30;
    expect(ask(['a', 'b'], 1_000, () => (left-- > 0 ? {} : null)).seeds).toBe(15);
    expect(ask(['a', 'b'], 1_000, () => null)).toMatchObject({
      seeds: 0,
      guarantees: [],
      subjects: [{ difference: null }, { difference: null }],
    });
  });
});
