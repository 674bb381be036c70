import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

const own = (): Script =>
  new Script().txn(0, [
    ['send', 'k', [0, 1]],
    ['poll', { k: [[0, 1]] }],
  ]);

describe('precommitted-read', () => {
  it('is a transaction that was given what it had sent', () => {
    expect(own().counts('precommitted-read')).toEqual([1, 0, 0]);
    expect(own().first('precommitted-read')).toMatchObject({ ops: [1], detail: { value: 1, offset: 0 } });
  });

  it('is none when it was given what another had sent, and allowed with read_uncommitted', () => {
    const others = new Script().txn(0, [['send', 'k', [0, 1]]]).txn(1, [
      ['send', 'k', [2, 2]],
      ['poll', { k: [[0, 1]] }],
    ]);
    expect(others.counts('precommitted-read')).toEqual([0, 0, 0]);
    expect(own().with({ isolationLevel: 'read_uncommitted' }).counts('precommitted-read')).toEqual([0, 1, 0]);
  });
});
