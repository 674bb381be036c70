import { describe, expect, it } from 'vitest';
import type { RebalanceEntry } from '../JepsenOp.js';
import { Script } from '../testing.js';

const four = (): Script =>
  new Script()
    .sent(0, 'k', 0, 1)
    .sent(0, 'k', 1, 2)
    .sent(0, 'k', 5, 3)
    .sent(0, 'k', 6, 4)
    .polled(9, {
      k: [
        [0, 1],
        [1, 2],
        [5, 3],
        [6, 4],
      ],
    });
const entry = (type: RebalanceEntry['type'], key: string, to?: number): RebalanceEntry[] => [
  { type, keys: [key], ...(to === undefined ? {} : { to }) },
];

describe('poll-skip', () => {
  it('is a poll that begins beyond what comes next, and says what was left out', () => {
    const script = four()
      .polled(1, { k: [[0, 1]] })
      .polled(1, { k: [[6, 4]] });
    expect(script.counts('poll-skip')).toEqual([1, 0, 0]);
    expect(script.first('poll-skip')).toMatchObject({ ops: [11, 13], detail: { offset: 6, distance: 3, skipped: [2, 3] } });
  });

  it('is none over offsets that hold nothing, nor for another process, nor after a crash', () => {
    expect(
      four()
        .polled(1, { k: [[1, 2]] })
        .polled(1, { k: [[5, 3]] })
        .counts('poll-skip'),
    ).toEqual([0, 0, 0]);
    expect(
      four()
        .polled(1, { k: [[0, 1]] })
        .polled(2, { k: [[6, 4]] })
        .counts('poll-skip'),
    ).toEqual([0, 0, 0]);
    expect(
      four()
        .polled(1, { k: [[0, 1]] })
        .crash(1)
        .polled(1, { k: [[6, 4]] })
        .counts('poll-skip'),
    ).toEqual([0, 0, 0]);
  });

  it('expects a consumer after a failed operation where the last successful one left it', () => {
    const failed = (): Script =>
      four()
        .polled(1, { k: [[0, 1]] })
        .polled(1, { k: [[1, 2]] }, 'fail');
    expect(
      failed()
        .polled(1, { k: [[1, 2]] })
        .counts('poll-skip'),
    ).toEqual([0, 0, 0]);
    expect(
      failed()
        .polled(1, { k: [[5, 3]] })
        .counts('poll-skip'),
    ).toEqual([1, 0, 0]);
    const unanswered = four()
      .polled(1, { k: [[0, 1]] })
      .polled(1, { k: [[1, 2]] }, 'info');
    expect(unanswered.polled(1, { k: [[5, 3]] }).counts('poll-skip')).toEqual([1, 0, 0]);
  });

  it('is excused by a rebalance of this key and of no other, in this process and in no other, for the next poll only', () => {
    const after = (log: RebalanceEntry[], process = 1): Script =>
      four()
        .polled(1, { k: [[0, 1]] })
        .polled(process, {}, 'ok', log);
    expect(
      after(entry('assigned', 'k'))
        .polled(1, { k: [[6, 4]] })
        .counts('poll-skip'),
    ).toEqual([0, 0, 1]);
    expect(
      after(entry('assigned', 'j'))
        .polled(1, { k: [[6, 4]] })
        .counts('poll-skip'),
    ).toEqual([1, 0, 0]);
    expect(
      after(entry('assigned', 'k'), 2)
        .polled(1, { k: [[6, 4]] })
        .counts('poll-skip'),
    ).toEqual([1, 0, 0]);
    const later = after(entry('assigned', 'k'))
      .polled(1, { k: [[1, 2]] })
      .polled(1, { k: [[6, 4]] });
    expect(later.counts('poll-skip')).toEqual([1, 0, 0]);
  });

  it('takes a position that was set for where reading goes on', () => {
    const seek = (to: number): Script =>
      four()
        .polled(1, { k: [[0, 1]] })
        .polled(1, {}, 'ok', entry('reset', 'k', to));
    expect(
      seek(6)
        .polled(1, { k: [[6, 4]] })
        .counts('poll-skip'),
    ).toEqual([0, 0, 0]);
    expect(
      seek(2)
        .polled(1, { k: [[5, 3]] })
        .counts('poll-skip'),
    ).toEqual([0, 0, 0]);
    expect(
      seek(1)
        .polled(1, { k: [[6, 4]] })
        .counts('poll-skip'),
    ).toEqual([1, 0, 0]);
  });

  it('keeps the position of a key that is assigned again, and forgets that of one which is not', () => {
    const moved = (keys: string[]): Script =>
      four()
        .polled(1, { k: [[0, 1]] })
        .assign(1, keys)
        .assign(1, ['k'])
        .polled(1, { k: [[6, 4]] });
    expect(moved(['k', 'j']).counts('poll-skip')).toEqual([1, 0, 0]);
    expect(moved(['j']).counts('poll-skip')).toEqual([0, 0, 0]);
  });

  it('is excused for whoever subscribed in a history without any rebalance log, and only then', () => {
    const subscribed = (): Script =>
      four()
        .subscribe(1, ['k'])
        .polled(1, { k: [[0, 1]] })
        .polled(1, { k: [[6, 4]] });
    expect(subscribed().counts('poll-skip')).toEqual([0, 0, 1]);
    expect(subscribed().polled(2, {}, 'ok', entry('assigned', 'k')).counts('poll-skip')).toEqual([1, 0, 0]);
  });

  it('steps over aborted records that only others were shown, with read_committed', () => {
    const script = new Script()
      .sent(0, 'k', 0, 1)
      .txn(0, [['send', 'k', [1, 2]]], 'fail')
      .sent(0, 'k', 3, 3);
    script
      .polled(7, { k: [[1, 2]] })
      .polled(1, { k: [[0, 1]] })
      .polled(1, { k: [[3, 3]] });
    expect(script.counts('poll-skip')).toEqual([0, 0, 0]);
    expect(script.with({ isolationLevel: 'read_uncommitted' }).counts('poll-skip')).toEqual([1, 0, 0]);
  });
});
