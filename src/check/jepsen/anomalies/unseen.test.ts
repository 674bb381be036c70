import { describe, expect, it } from 'vitest';
import { NOBODY_IN_PARTICULAR } from '../Traits.js';
import { Script } from '../testing.js';

describe('unseen', () => {
  it('is an acknowledged record that nobody had read at the end, with or without an offset', () => {
    const script = new Script()
      .sent(0, 'k', 0, 1)
      .sent(0, 'k', null, 2)
      .sent(0, 'k', 2, 3)
      .polled(1, { k: [[0, 1]] });
    expect(script.counts('unseen')).toEqual([2, 0, 0]);
    expect(script.first('unseen').message).toBe('value 2, acknowledged to op 3 (process 0) in k, was read by nobody.');
  });

  it('is none for records that were read by the very last poll, or by a transaction of unknown end, or that were not acknowledged', () => {
    expect(
      new Script()
        .sent(0, 'k', 0, 1)
        .polled(1, { k: [[0, 1]] })
        .counts('unseen'),
    ).toEqual([0, 0, 0]);
    expect(
      new Script()
        .sent(0, 'k', 0, 1)
        .polled(1, { k: [[0, 1]] }, 'info')
        .counts('unseen'),
    ).toEqual([0, 0, 0]);
    expect(new Script().sent(0, 'k', 0, 1, 'info').assign(1, ['k']).counts('unseen')).toEqual([0, 0, 0]);
  });

  it('counts a record that only a failed operation was given: it will have to be read again', () => {
    expect(
      new Script()
        .sent(0, 'k', 0, 1)
        .polled(1, { k: [[0, 1]] }, 'fail')
        .counts('unseen'),
    ).toEqual([1, 0, 0]);
  });

  it('is not judged in a key that nobody ever asked for, but is where somebody was assigned it and got nothing', () => {
    expect(new Script().sent(0, 'k', 0, 1).counts('unseen')).toEqual([0, 0, 0]);
    expect(new Script().sent(0, 'k', 0, 1).assign(1, ['k']).counts('unseen')).toEqual([1, 0, 0]);
  });

  it('is excused where the history was cut short, and allowed with acks=0', () => {
    const lag = (): Script => new Script().assign(1, ['k']).sent(0, 'k', 0, 1);
    expect(lag().with({}, { cutShort: 'the leader is down' }).counts('unseen')).toEqual([0, 0, 1]);
    expect(lag().with({ acks: 0 }).counts('unseen')).toEqual([0, 1, 0]);
    expect(NOBODY_IN_PARTICULAR.cutShort).toBe('');
  });
});
