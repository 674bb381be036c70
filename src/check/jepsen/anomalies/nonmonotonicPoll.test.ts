import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

const three = (): Script =>
  new Script()
    .sent(0, 'k', 0, 1)
    .sent(0, 'k', 1, 2)
    .sent(0, 'k', 2, 3)
    .polled(9, {
      k: [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    });

describe('nonmonotonic-poll', () => {
  it('is a poll that begins with what was read before, the same record included', () => {
    const script = three()
      .polled(1, { k: [[1, 2]] })
      .polled(1, { k: [[1, 2]] });
    expect(script.counts('nonmonotonic-poll')).toEqual([1, 0, 0]);
    expect(script.first('nonmonotonic-poll').message).toBe(
      'op 11 (process 1) went back to offset 1 of k after op 9 (process 1), which it had read up to offset 1.',
    );
    expect(
      three()
        .polled(1, { k: [[2, 3]] })
        .polled(1, { k: [[0, 1]] })
        .first('nonmonotonic-poll').detail,
    ).toMatchObject({ distance: -2 });
  });

  it('is none after a failed operation, whose records come again', () => {
    const script = three()
      .polled(1, { k: [[0, 1]] })
      .polled(
        1,
        {
          k: [
            [1, 2],
            [2, 3],
          ],
        },
        'fail',
      )
      .polled(1, { k: [[1, 2]] });
    expect(script.counts('nonmonotonic-poll')).toEqual([0, 0, 0]);
  });

  it('is none after a seek to the beginning, and excused after the partition was lost', () => {
    const read = (): Script =>
      three()
        .assign(1, ['k'])
        .polled(1, { k: [[2, 3]] });
    expect(
      read()
        .assign(1, ['k'], true)
        .polled(1, { k: [[0, 1]] })
        .counts('nonmonotonic-poll'),
    ).toEqual([0, 0, 0]);
    expect(
      read()
        .assign(1, ['k'])
        .polled(1, { k: [[0, 1]] })
        .counts('nonmonotonic-poll'),
    ).toEqual([1, 0, 0]);
    const lost = read()
      .polled(1, {}, 'ok', [{ type: 'lost', keys: ['k'] }])
      .polled(1, { k: [[0, 1]] });
    expect(lost.counts('nonmonotonic-poll')).toEqual([0, 0, 1]);
  });
});
