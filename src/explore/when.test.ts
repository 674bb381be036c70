import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recommendedScenario } from '../scenario/defaults.js';
import { answer, type TrialJob, type TrialOutcome } from './inquiry.js';
import { whenInquiry, type WhenAnswer } from './when.js';

const target = { guarantee: 'no-acknowledged-loss', kind: 'acknowledged-record-lost' };
const scenario = recommendedScenario();

function outcome(fails: boolean): TrialOutcome {
  return { hash: '', failures: fails ? [target] : [], verdicts: {}, classes: [], metrics: null };
}

/** A world in which a future fails as told by its moment and its number from 1. */
function ask(moments: readonly number[], fails: (atUs: number, future: number) => boolean | null, runs = 20): WhenAnswer {
  const run = ({ redraw }: TrialJob): TrialOutcome | null => {
    const failed = fails(redraw?.afterUs ?? -1, Number(redraw?.salt.split('/')[1]));
    return failed === null ? null : outcome(failed);
  };
  return answer(whenInquiry(scenario, target, moments, { runs, faults: 'anew' }), run);
}

const everyMillisecond = Array.from({ length: 5_000 }, (_, i) => 2_000_000 + i * 1_000);

describe('the search for the moment of no return', () => {
  it('finds the event from which on every future fails, wherever it is', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 30_000_000 }), { minLength: 2, maxLength: 400 }), fc.nat(), (times, at) => {
        const moments = times.sort((a, b) => a - b);
        const doomed = 1 + (at % (moments.length - 1));
        const { noReturn } = ask(moments, (atUs) => atUs >= (moments[doomed] as number));
        expect(noReturn).toMatchObject({ before: { atUs: moments[doomed - 1] }, after: { atUs: moments[doomed] }, exact: true });
      }),
      { numRuns: 60 },
    );
  });

  it('finds a rise that is not yet the end as well', () => {
    // Half of the futures fail from 3.333 s on, all of them from 5.5 s on.
    const { steps, noReturn } = ask(everyMillisecond, (atUs, future) => atUs >= 5_500_000 || (atUs >= 3_333_000 && future % 2 === 0), 40);
    expect(noReturn).toMatchObject({ before: { atUs: 5_499_000 }, after: { atUs: 5_500_000 } });
    expect(steps.map(({ after, exact }) => [after.atUs, exact])).toEqual([
      [3_333_000, true],
      [5_500_000, true],
    ]);
  });

  it('takes what chance explains for no rise', () => {
    const { steps } = ask(everyMillisecond, (atUs, future) => future <= (atUs % 2_000 === 0 ? 4 : 6));
    expect(steps).toEqual([]);
  });

  it('knows no such moment where some future always escapes, or none ever does', () => {
    expect(ask(everyMillisecond, (_, future) => future > 1).noReturn).toBeNull();
    const doomed = ask(everyMillisecond, () => true);
    expect(doomed.noReturn).toBeNull();
    expect(doomed.points[0]).toMatchObject({ failures: 20, runs: 20 });
  });

  it('asks for the same futures at every moment, each once', () => {
    const asked = new Map<number, number[]>();
    ask(everyMillisecond, (atUs, future) => (asked.set(atUs, [...(asked.get(atUs) ?? []), future]), atUs > 4_000_000), 3);
    for (const futures of asked.values()) expect(futures).toEqual([1, 2, 3]);
  });

  it('ends with what it has when runs are missing', () => {
    let left = 250;
    const { points, runs } = ask(everyMillisecond, (atUs) => (left-- > 0 ? atUs > 4_000_000 : null));
    expect(runs).toBe(250);
    expect(points.length).toBe(13);
    expect(ask(everyMillisecond, () => null)).toEqual({ points: [], steps: [], noReturn: null, runs: 0 });
  });

  it('has nothing to say of a run without moments', () => {
    expect(ask([], () => true)).toEqual({ points: [], steps: [], noReturn: null, runs: 0 });
    expect(ask([7], () => true).points).toMatchObject([{ atUs: 7, runs: 20 }]);
  });
});
