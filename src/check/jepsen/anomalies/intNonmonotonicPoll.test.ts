import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

const two = (): Script =>
  new Script()
    .sent(0, 'k', 0, 1)
    .sent(0, 'k', 1, 2)
    .polled(9, {
      k: [
        [0, 1],
        [1, 2],
      ],
    });

describe('int-nonmonotonic-poll', () => {
  it('is a record after a later one, or the same again, within one operation of any end', () => {
    expect(
      two()
        .polled(1, {
          k: [
            [1, 2],
            [0, 1],
          ],
        })
        .counts('int-nonmonotonic-poll'),
    ).toEqual([1, 0, 0]);
    expect(
      two()
        .polled(
          1,
          {
            k: [
              [0, 1],
              [0, 1],
            ],
          },
          'info',
        )
        .counts('int-nonmonotonic-poll'),
    ).toEqual([1, 0, 0]);
    expect(
      two()
        .txn(
          1,
          [
            ['poll', { k: [[1, 2]] }],
            ['poll', { k: [[0, 1]] }],
          ],
          'fail',
        )
        .counts('int-nonmonotonic-poll'),
    ).toEqual([1, 0, 0]);
  });

  it('is none in order, and excused when the key was rebalanced in the operation', () => {
    expect(
      two()
        .polled(1, {
          k: [
            [0, 1],
            [1, 2],
          ],
        })
        .counts('int-nonmonotonic-poll'),
    ).toEqual([0, 0, 0]);
    expect(
      two()
        .polled(
          1,
          {
            k: [
              [1, 2],
              [0, 1],
            ],
          },
          'ok',
          [{ type: 'assigned', keys: ['k'] }],
        )
        .counts('int-nonmonotonic-poll'),
    ).toEqual([0, 0, 1]);
  });
});
