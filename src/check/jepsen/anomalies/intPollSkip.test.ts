import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

const three = (): Script =>
  new Script()
    .sent(0, 'k', 0, 1)
    .sent(0, 'k', 4, 2)
    .sent(0, 'k', 5, 3)
    .polled(9, {
      k: [
        [0, 1],
        [4, 2],
        [5, 3],
      ],
    });

describe('int-poll-skip', () => {
  it('is a record left out within one poll, or between two polls of one operation', () => {
    expect(
      three()
        .polled(1, {
          k: [
            [0, 1],
            [5, 3],
          ],
        })
        .counts('int-poll-skip'),
    ).toEqual([1, 0, 0]);
    const two = three().txn(1, [
      ['poll', { k: [[0, 1]] }],
      ['poll', { k: [[5, 3]] }],
    ]);
    expect(two.counts('int-poll-skip')).toEqual([1, 0, 0]);
    expect(two.first('int-poll-skip')).toMatchObject({ ops: [9], detail: { skipped: [2] } });
  });

  it('is none over offsets without a record, and excused when the key was rebalanced in the operation', () => {
    expect(
      three()
        .polled(1, {
          k: [
            [0, 1],
            [4, 2],
            [5, 3],
          ],
        })
        .counts('int-poll-skip'),
    ).toEqual([0, 0, 0]);
    expect(
      three()
        .polled(
          1,
          {
            k: [
              [0, 1],
              [5, 3],
            ],
          },
          'ok',
          [{ type: 'revoked', keys: ['k'] }],
        )
        .counts('int-poll-skip'),
    ).toEqual([0, 0, 1]);
    expect(
      three()
        .polled(
          1,
          {
            k: [
              [0, 1],
              [5, 3],
            ],
          },
          'ok',
          [{ type: 'revoked', keys: ['j'] }],
        )
        .counts('int-poll-skip'),
    ).toEqual([1, 0, 0]);
  });
});
