import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

describe('unwritten-read', () => {
  it('is a record that was read and that nobody ever sent', () => {
    const script = new Script().sent(0, 'k', 0, 1).polled(1, {
      k: [
        [0, 1],
        [1, 666],
      ],
    });
    expect(script.counts('unwritten-read')).toEqual([1, 0, 0]);
    expect(script.first('unwritten-read').message).toBe('op 3 (process 1) was given value 666 at offset 1 of k, which nobody ever sent.');
  });

  it('is none when its send never completed', () => {
    expect(
      new Script()
        .invoke(0, 'send', [['send', 'k', 1]])
        .polled(1, { k: [[0, 1]] })
        .counts('unwritten-read'),
    ).toEqual([0, 0, 0]);
  });
});
