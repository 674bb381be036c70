import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

const twice = (type: 'ok' | 'fail' = 'ok'): Script =>
  new Script().sent(0, 'k', 0, 1).polled(
    1,
    {
      k: [
        [0, 1],
        [4, 1],
      ],
    },
    type,
  );

describe('duplicate', () => {
  it('is one record at two offsets, whatever became of the poll that shows it', () => {
    expect(twice().counts('duplicate')).toEqual([1, 0, 0]);
    expect(twice('fail').counts('duplicate')).toEqual([1, 0, 0]);
    expect(twice().first('duplicate')).toMatchObject({ key: 'k', detail: { value: 1, offsets: [0, 4] } });
  });

  it('is none when one offset is read twice, nor when equal values are of different keys', () => {
    expect(
      new Script()
        .sent(0, 'k', 0, 1)
        .polled(1, {
          k: [
            [0, 1],
            [0, 1],
          ],
        })
        .counts('duplicate'),
    ).toEqual([0, 0, 0]);
    expect(
      new Script()
        .sent(0, 'k', 0, 1)
        .sent(0, 'j', 3, 1)
        .polled(1, { k: [[0, 1]], j: [[3, 1]] })
        .counts('duplicate'),
    ).toEqual([0, 0, 0]);
  });

  it('is allowed without idempotence, unless nothing is retried', () => {
    expect(twice().with({ idempotence: false }).counts('duplicate')).toEqual([0, 1, 0]);
    expect(twice().with({ idempotence: false, retries: 0 }).counts('duplicate')).toEqual([1, 0, 0]);
  });

  it('is excused when its producer gave another batch up while the record was in flight, and not when it did so earlier', () => {
    const during = new Script()
      .invoke(0, 'send', [['send', 'k', 1]])
      .invoke(5, 'send', [['send', 'k', 2]])
      .complete(5, 'info', [['send', 'k', [null, 2]]])
      .complete(0, 'ok', [['send', 'k', [4, 1]]])
      .polled(1, {
        k: [
          [0, 1],
          [4, 1],
        ],
      });
    // Both processes are of one producer.
    for (const [i, op] of during.ops.entries()) if (i < 4) during.ops[i] = { ...op, client: 'p' } as typeof op;
    expect(during.counts('duplicate')).toEqual([0, 0, 1]);
    const before = new Script()
      .sent(0, 'k', null, 2, 'fail')
      .sent(0, 'k', 0, 1)
      .polled(1, {
        k: [
          [0, 1],
          [4, 1],
        ],
      });
    expect(before.counts('duplicate')).toEqual([1, 0, 0]);
  });
});
