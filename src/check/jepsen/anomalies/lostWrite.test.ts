import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

const overtaken = (): Script => new Script().sent(0, 'k', 0, 1).sent(0, 'k', 1, 2).sent(0, 'k', 2, 3);

describe('lost-write', () => {
  it('is an acknowledged record below one that was read, when nobody read it', () => {
    const script = overtaken()
      .polled(1, { k: [[0, 1]] })
      .polled(2, { k: [[2, 3]] });
    expect(script.counts('lost-write')).toEqual([1, 0, 0]);
    expect(script.first('lost-write')).toMatchObject({
      ops: [3, 9],
      detail: { value: 2, offset: 1, maxReadOffset: 2 },
      message: 'value 2, which op 3 (process 0) wrote at offset 1 of k, was never read, although op 9 (process 2) read as far as offset 2.',
    });
  });

  it('is none when anybody read it, or when nobody read that far', () => {
    const read = overtaken()
      .polled(1, { k: [[1, 2]] })
      .polled(2, { k: [[0, 1]] })
      .polled(3, { k: [[2, 3]] });
    expect(read.counts('lost-write')).toEqual([0, 0, 0]);
    expect(
      overtaken()
        .polled(1, { k: [[0, 1]] })
        .counts('lost-write'),
    ).toEqual([0, 0, 0]);
  });

  it('needs a writer that took effect: a failed one lost nothing, one without an answer only if another of its records was read', () => {
    const after = (type: 'fail' | 'info', part: number): Script =>
      new Script()
        .txn(
          0,
          [
            ['send', 'k', [0, 1]],
            ['send', 'j', [0, 9]],
          ],
          type,
        )
        .sent(1, 'k', 1, 2)
        .polled(2, part === 9 ? { k: [[1, 2]], j: [[0, 9]] } : { k: [[1, 2]] });
    expect(after('fail', 0).counts('lost-write')).toEqual([0, 0, 0]);
    expect(after('info', 0).counts('lost-write')).toEqual([0, 0, 0]);
    expect(after('info', 9).counts('lost-write')).toEqual([1, 0, 0]);
  });

  it('does not miss an aborted record that only a failed operation was given', () => {
    const script = new Script().txn(0, [['send', 'k', [0, 1]]], 'fail').sent(1, 'k', 2, 2);
    expect(
      script
        .polled(2, { k: [[0, 1]] }, 'fail')
        .polled(3, { k: [[2, 2]] })
        .counts('lost-write'),
    ).toEqual([0, 0, 0]);
  });

  it('is allowed where the producer asks for acks=1', () => {
    expect(
      overtaken()
        .with({ acks: 1 })
        .polled(1, {
          k: [
            [0, 1],
            [2, 3],
          ],
        })
        .counts('lost-write'),
    ).toEqual([0, 1, 0]);
  });

  it('is excused below the offset at which reading began', () => {
    const from = (to: number): Script =>
      overtaken()
        .polled(1, {}, 'ok', [{ type: 'reset', keys: ['k'], from: -1, to }])
        .polled(1, { k: [[2, 3]] });
    expect(from(2).counts('lost-write')).toEqual([0, 0, 2]);
    expect(from(1).counts('lost-write')).toEqual([1, 0, 1]);
  });

  it('does not count a record as lost that is read at another of its offsets', () => {
    const script = new Script()
      .sent(0, 'k', 0, 1)
      .sent(0, 'k', 1, 2)
      .polled(1, {
        k: [
          [1, 2],
          [2, 1],
        ],
      });
    expect(script.counts('lost-write')).toEqual([0, 0, 0]);
    expect(script.counts('duplicate')).toEqual([1, 0, 0]);
  });
});
