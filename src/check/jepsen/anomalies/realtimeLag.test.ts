import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

describe('realtime-lag', () => {
  it('is how long the next record had been known when a consumer polled and did not stand behind it', () => {
    const script = new Script()
      .assign(1, ['k'])
      .sent(0, 'k', 0, 1)
      .sent(0, 'k', 1, 2)
      .polled(1, { k: [[0, 1]] });
    // Known since op 3; the poll was invoked by op 6, a millisecond each.
    expect(script.report().realtimeLag).toEqual({
      worst: 3_000_000,
      at: { op: 7, session: 'process 1', key: 'k' },
      byKey: { k: 3_000_000 },
    });
  });

  it('is nothing for a consumer at the end of what is known, nor for records that were aborted', () => {
    expect(new Script().assign(1, ['k']).polled(1, {}).sent(0, 'k', 0, 1).report().realtimeLag.worst).toBe(0);
    const aborted = new Script()
      .assign(1, ['k'])
      .txn(0, [['send', 'k', [0, 1]]], 'fail')
      .polled(2, { k: [[0, 1]] })
      .polled(1, { k: [[0, 1]] });
    expect(aborted.report().realtimeLag.worst).toBe(0);
  });
});
