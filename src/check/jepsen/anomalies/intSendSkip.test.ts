import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

describe('int-send-skip', () => {
  it('tells of records of others between those of one operation, and never counts it', () => {
    const script = new Script()
      .txn(0, [
        ['send', 'k', [0, 1]],
        ['send', 'k', [2, 3]],
      ])
      .sent(1, 'k', 1, 2);
    expect(script.counts('int-send-skip')).toEqual([0, 1, 0]);
    expect(script.first('int-send-skip').detail).toEqual({ offset: 2, distance: 2 });
    expect(script.violated()).toEqual([]);
  });

  it('tells nothing of offsets between them that hold no record', () => {
    expect(
      new Script()
        .txn(0, [
          ['send', 'k', [0, 1]],
          ['send', 'k', [2, 3]],
        ])
        .counts('int-send-skip'),
    ).toEqual([0, 0, 0]);
  });
});
