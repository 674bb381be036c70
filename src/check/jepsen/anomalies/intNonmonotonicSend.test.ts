import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

const sends = (first: number, second: number): Script =>
  new Script().txn(0, [
    ['send', 'k', [first, 1]],
    ['send', 'k', [second, 2]],
  ]);

describe('int-nonmonotonic-send', () => {
  it('is a record of an operation that lies before one which it had sent before', () => {
    expect(sends(4, 3).counts('int-nonmonotonic-send')).toEqual([1, 0, 0]);
    expect(sends(4, 3).counts('nonmonotonic-send')).toEqual([0, 0, 0]);
  });

  it('is none in order, and allowed without idempotence', () => {
    expect(sends(3, 4).counts('int-nonmonotonic-send')).toEqual([0, 0, 0]);
    expect(sends(4, 3).with({ idempotence: false }).counts('int-nonmonotonic-send')).toEqual([0, 1, 0]);
  });
});
