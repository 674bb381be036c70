import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

const aborted = (reader: 'ok' | 'fail' = 'ok'): Script =>
  new Script().txn(0, [['send', 'k', [0, 1]]], 'fail').polled(1, { k: [[0, 1]] }, reader);

describe('G1a', () => {
  it('is a record that was read although its writer failed', () => {
    expect(aborted().counts('G1a')).toEqual([1, 0, 0]);
    expect(aborted().first('G1a').message).toBe(
      'op 3 (process 1) was given value 1 at offset 0 of k, whose writer, op 1 (process 0), failed.',
    );
  });

  it('counts for readers that themselves failed', () => {
    expect(aborted('fail').counts('G1a')).toEqual([1, 0, 0]);
  });

  it('is none when the writer got no answer', () => {
    expect(
      new Script()
        .txn(0, [['send', 'k', [0, 1]]], 'info')
        .polled(1, { k: [[0, 1]] })
        .counts('G1a'),
    ).toEqual([0, 0, 0]);
  });

  it('is allowed for a reader with read_uncommitted, except when the writer was in no transaction', () => {
    const uncommitted = { isolationLevel: 'read_uncommitted' } as const;
    expect(aborted().with(uncommitted).counts('G1a')).toEqual([0, 1, 0]);
    expect(
      new Script()
        .with(uncommitted)
        .sent(0, 'k', null, 1, 'fail')
        .polled(1, { k: [[0, 1]] })
        .counts('G1a'),
    ).toEqual([1, 0, 0]);
  });
});
