import { describe, expect, it } from 'vitest';
import type { Fault } from '../../faults/Fault.js';
import { FaultSpace, type FaultVariant, type Moment } from './FaultSpace.js';

const variants = ['kill', 'pause'].flatMap((kind) => [1, 2].map((target) => ({ kind, target, forUs: 1 }) as FaultVariant));
const moments: Moment[] = [{ atUs: 1 }, { atUs: 2 }, { atUs: 1, on: { event: 'leader-elected' } }];

const keyOf = (list: readonly Fault[]): string =>
  list
    .map(({ kind, atUs, on, ...rest }) => `${kind} ${'target' in rest ? String(rest.target) : ''} ${atUs} ${on?.event ?? ''}`)
    .join(' | ');

/** Every list, made by trying all sequences and keeping those whose moments do not go back. */
function bruteForce(most: number): Set<string> {
  const single = moments.flatMap((moment, when) => variants.map((variant) => ({ variant, moment, when })));
  let sequences: (typeof single)[] = [[]];
  const keys = new Set<string>(['']);
  for (let length = 1; length <= most; length++) {
    sequences = sequences.flatMap((start) => single.map((next) => [...start, next]));
    for (const sequence of sequences) {
      if (sequence.some(({ when }, i) => i > 0 && when < (sequence[i - 1]?.when ?? 0))) continue;
      keys.add(keyOf(sequence.map(({ variant, moment }) => ({ id: 'f', ...variant, ...moment }) as Fault)));
    }
  }
  return keys;
}

describe('a space of lists of faults', () => {
  it.each([0, 1, 2, 3])('of at most %i faults has as many as a brute force finds, each once', (most) => {
    const space = new FaultSpace(variants, moments, most);
    const wanted = bruteForce(most);
    expect(space.size).toBe(wanted.size);
    const made = new Set(Array.from({ length: space.size }, (_, i) => keyOf(space.list(i))));
    expect(made).toEqual(wanted);
  });

  it('numbers lists of fewer faults first and names faults in their order', () => {
    const space = new FaultSpace(variants, moments, 2);
    expect(space.sizes).toEqual([1, 12, 96]);
    expect(space.list(0)).toEqual([]);
    expect(space.list(12)).toHaveLength(1);
    expect(space.list(13).map(({ id }) => id)).toEqual(['f1', 'f2']);
  });

  it('has nothing beyond its size', () => {
    const space = new FaultSpace(variants, moments, 1);
    expect(() => space.list(space.size)).toThrow(/13 lists of faults, and no number 13/);
  });

  it('does not pretend to count what is too much to be counted', () => {
    expect(new FaultSpace(variants, moments, 40).size).toBe(Number.POSITIVE_INFINITY);
  });
});
