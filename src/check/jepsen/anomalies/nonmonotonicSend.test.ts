import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

const back = (): Script => new Script().sent(0, 'k', 5, 1).sent(0, 'k', 3, 2);

describe('nonmonotonic-send', () => {
  it('is a record that lies before one which the same producer had sent before it', () => {
    expect(back().counts('nonmonotonic-send')).toEqual([1, 0, 0]);
    expect(back().first('nonmonotonic-send').message).toBe(
      'op 1 (process 0) sent value 1 and op 3 (process 0) then value 2 to k, and they lie at offsets 5 and 3.',
    );
    expect(new Script().sent(0, 'k', 5, 1).assign(0, ['j']).sent(0, 'k', 3, 2).counts('nonmonotonic-send')).toEqual([1, 0, 0]);
  });

  it('is none for two producers, two keys, two lives of one producer, or a send that failed', () => {
    expect(new Script().sent(0, 'k', 5, 1).sent(1, 'k', 3, 2).counts('nonmonotonic-send')).toEqual([0, 0, 0]);
    expect(new Script().sent(0, 'k', 5, 1).sent(0, 'j', 3, 2).counts('nonmonotonic-send')).toEqual([0, 0, 0]);
    expect(new Script().sent(0, 'k', 5, 1).crash(0).sent(0, 'k', 3, 2).counts('nonmonotonic-send')).toEqual([0, 0, 0]);
    expect(new Script().sent(0, 'k', 5, 1).sent(0, 'k', 3, 2, 'fail').counts('nonmonotonic-send')).toEqual([0, 0, 0]);
  });

  it('goes by the order in which a producer sent, whatever was acknowledged first', () => {
    const overlapping = (first: number, second: number): Script => {
      const script = new Script()
        .invoke(0, 'send', [['send', 'k', 1]])
        .invoke(1, 'send', [['send', 'k', 2]])
        .complete(1, 'ok', [['send', 'k', [second, 2]]])
        .complete(0, 'ok', [['send', 'k', [first, 1]]]);
      script.ops.forEach((op, i) => (script.ops[i] = { ...op, client: 'p' } as typeof op));
      return script;
    };
    expect(overlapping(0, 1).counts('nonmonotonic-send')).toEqual([0, 0, 0]);
    expect(overlapping(1, 0).counts('nonmonotonic-send')).toEqual([1, 0, 0]);
  });

  it('is allowed without idempotence, unless one request at a time is sent', () => {
    expect(back().with({ idempotence: false }).counts('nonmonotonic-send')).toEqual([0, 1, 0]);
    expect(back().with({ idempotence: false, maxInFlight: 1 }).counts('nonmonotonic-send')).toEqual([1, 0, 0]);
  });

  it('is excused when the producer gave a batch up in between', () => {
    const script = new Script().sent(0, 'k', 5, 1).sent(0, 'j', null, 9, 'fail').sent(0, 'k', 3, 2);
    expect(script.counts('nonmonotonic-send')).toEqual([0, 0, 1]);
  });
});
