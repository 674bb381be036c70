import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

describe('inconsistent-offsets', () => {
  it('is one offset at which two records were read', () => {
    const script = new Script()
      .sent(0, 'k', 3, 1)
      .sent(0, 'k', null, 2)
      .polled(1, { k: [[3, 1]] })
      .polled(2, { k: [[3, 2]] });
    expect(script.counts('inconsistent-offsets')).toEqual([1, 0, 0]);
    expect(script.first('inconsistent-offsets')).toMatchObject({ detail: { offset: 3, values: [1, 2] } });
    expect(script.with({ acks: 1 }).counts('inconsistent-offsets')).toEqual([1, 0, 0]);
  });

  it('is allowed with acks=1 where one of them was only acknowledged, and not with acks=all', () => {
    const replaced = (): Script =>
      new Script()
        .sent(0, 'k', 3, 1)
        .sent(0, 'k', 3, 2)
        .polled(1, { k: [[3, 2]] });
    expect(replaced().counts('inconsistent-offsets')).toEqual([1, 0, 0]);
    expect(replaced().with({ acks: 1 }).counts('inconsistent-offsets')).toEqual([0, 1, 0]);
  });

  it('is none when a failed send, or one of unknown end of which nothing was read, was told the same offset', () => {
    for (const type of ['fail', 'info'] as const) {
      const script = new Script()
        .sent(0, 'k', 3, 1, type)
        .sent(1, 'k', 3, 2)
        .polled(2, { k: [[3, 2]] });
      expect(script.counts('inconsistent-offsets')).toEqual([0, 0, 0]);
    }
  });

  it('counts a transaction of unknown end as soon as another of its records was read', () => {
    const script = new Script()
      .txn(
        0,
        [
          ['send', 'k', [3, 1]],
          ['send', 'j', [0, 7]],
        ],
        'info',
      )
      .sent(1, 'k', 3, 2)
      .polled(2, { k: [[3, 2]], j: [[0, 7]] });
    expect(script.counts('inconsistent-offsets')).toEqual([1, 0, 0]);
  });
});
