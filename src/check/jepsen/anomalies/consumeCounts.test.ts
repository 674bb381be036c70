import { describe, expect, it } from 'vitest';
import { Script } from '../testing.js';

describe('consume-counts', () => {
  it('says how often records were given to those who subscribed', () => {
    const script = new Script().sent(0, 'k', 0, 1).sent(0, 'k', 1, 2).sent(0, 'k', 2, 3);
    script
      .subscribe(1, ['k'])
      .subscribe(2, ['k'])
      .polled(1, {
        k: [
          [0, 1],
          [1, 2],
        ],
      })
      .polled(2, { k: [[0, 1]] })
      .polled(2, { k: [[0, 1]] });
    expect(script.report().consumeCounts).toEqual({ sessions: 2, byTimes: [1, 1, 0, 1], againInOneSession: 1 });
  });

  it('leaves out those who read by hand, and operations that did not succeed', () => {
    const script = new Script()
      .sent(0, 'k', 0, 1)
      .assign(1, ['k'])
      .polled(1, { k: [[0, 1]] });
    expect(script.report().consumeCounts).toEqual({ sessions: 0, byTimes: [], againInOneSession: 0 });
    expect(
      script
        .subscribe(2, ['k'])
        .polled(2, { k: [[0, 1]] }, 'fail')
        .report().consumeCounts.byTimes,
    ).toEqual([1]);
  });
});
