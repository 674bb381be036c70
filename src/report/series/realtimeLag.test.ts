import { describe, expect, it } from 'vitest';
import { Script } from '../../check/jepsen/testing.js';
import { realtimeLagOf } from './realtimeLag.js';

describe('realtime lag over time', () => {
  it('has a point for each poll, the worst of its keys, and ends where the consumer stands at the end', () => {
    const script = new Script()
      .assign(1, ['k', 'l'])
      .sent(0, 'k', 0, 1)
      .sent(0, 'l', 0, 2)
      .polled(1, { k: [[0, 1]] })
      .polled(1, { l: [[0, 2]] });
    const lags = realtimeLagOf(script.ops);
    // An operation a millisecond: known since 3 and 5; polled at 6 and 8.
    expect(lags.map(({ points }) => points)).toEqual([
      [
        { timeUs: 6_000, lagUs: 3_000 },
        { timeUs: 8_000, lagUs: 3_000 },
      ],
    ]);
    expect(lags[0]?.worst).toEqual({ timeUs: 6_000, lagUs: 3_000 });
  });

  it('is nobody’s without polls', () => {
    expect(realtimeLagOf([])).toEqual([]);
  });
});
