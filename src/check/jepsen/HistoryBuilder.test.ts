import { describe, expect, it } from 'vitest';
import { analyze } from './analyze.js';
import { HistoryBuilder } from './HistoryBuilder.js';
import { HistoryError } from './HistoryError.js';
import { INFO } from './JepsenHistory.js';
import type { JepsenOp } from './JepsenOp.js';
import { Script } from './testing.js';

function problemOf(ops: readonly JepsenOp[]): string {
  const builder = new HistoryBuilder();
  try {
    for (const op of ops) builder.add(op);
  } catch (error) {
    if (error instanceof HistoryError && error.remedy !== '') return error.message;
    throw error;
  }
  return 'none';
}

const op = (index: number, process: number, type: string, f: string, value: unknown): JepsenOp =>
  ({ index, time: index, process, type, f, value }) as JepsenOp;
const poll = (index: number, process = 0): JepsenOp => op(index, process, 'invoke', 'poll', [['poll']]);
const polled = (index: number, process = 0): JepsenOp => op(index, process, 'ok', 'poll', [['poll', {}]]);

describe('a history that is none', () => {
  it.each<[string, JepsenOp[], string]>([
    ['an index that is there twice', [poll(3), polled(3)], 'op 3 is there twice'],
    ['an index that goes back', [poll(3), polled(2)], 'op 2 comes after op 3'],
    ['a process with two operations open', [poll(1), poll(2)], 'process 0 invokes op 2 while its op 1 is not completed'],
    ['a completion of nothing', [polled(1)], 'op 1 completes what process 0 never invoked'],
    ['a completion of something else', [poll(1), op(2, 0, 'ok', 'send', [])], 'op 2 of process 0 completes send, but op 1 invoked poll'],
    ['an operation that nobody knows', [op(1, 0, 'invoke', 'frobnicate', null)], 'op 1 is an unknown operation, frobnicate'],
    ['an operation that only JavaScript knows', [op(1, 0, 'invoke', 'toString', null)], 'op 1 is an unknown operation, toString'],
    ['success without a value', [poll(1), op(2, 0, 'ok', 'poll', null)], 'op 2 is ok and has no value'],
    [
      'a value that is sent twice',
      [...new Script().sent(0, 'k', 0, 7).sent(1, 'k', 1, 7).ops],
      'value 7 of key k is sent twice, by op 0 and by op 2',
    ],
    [
      'a configuration that is none',
      [{ ...op(0, 0, 'info', 'configuration', 7), process: 'nemesis' } as JepsenOp],
      'op 0: the configuration is no map',
    ],
  ])('is refused for %s', (_what, ops, problem) => {
    expect(problemOf(ops)).toBe(problem);
  });

  it('may have gaps in its indexes, and operations of others in between', () => {
    const kill: JepsenOp = { index: 5, time: 0, process: 'nemesis', type: 'info', f: 'kill', value: 'anything' };
    expect(problemOf([poll(1), kill, polled(9)])).toBe('none');
  });
});

describe('a history that was cut short', () => {
  it('takes what has no completion for info, and does not miss its writer', () => {
    const script = new Script().invoke(0, 'send', [['send', 'k', 1]]).polled(1, { k: [[0, 1]] });
    const builder = new HistoryBuilder();
    for (const each of script.ops) builder.add(each);
    const history = builder.finish();
    expect([history.synthesised, ...history.opType.filter((type) => type === INFO)]).toEqual([1, INFO]);
    expect(analyze(history)).toMatchObject({ verdict: 'valid', synthesised: 1, operations: 2 });
  });

  it('is unknown, not valid, when nothing was written and read', () => {
    expect(new Script().report().verdict).toBe('unknown');
    expect(new Script().sent(0, 'k', 0, 1).report().verdict).toBe('unknown');
  });
});

describe('hostile numbers', () => {
  it('are judged like any others: offsets and values far apart, and one key with all of them', () => {
    const far = Number.MAX_SAFE_INTEGER;
    const script = new Script()
      .sent(0, 'k', 0, -5)
      .sent(0, 'k', far - 1, far)
      .sent(0, 'k', far, 3);
    expect(
      script
        .polled(1, {
          k: [
            [0, -5],
            [far - 1, far],
            [far, 3],
          ],
        })
        .violated(),
    ).toEqual([]);
    expect(script.polled(1, { k: [[far - 1, far]] }).violated()).toEqual(['nonmonotonic-poll']);
  });

  it('cost no more than others where one value is at very many offsets and one offset holds very many values', () => {
    const many = Array.from({ length: 40_000 }, (_, i) => [i, 1] as const);
    const crowd = Array.from({ length: 40_000 }, (_, i) => [50_000, i + 2] as const);
    const script = new Script().sent(0, 'k', 0, 1).polled(1, { k: [...many, ...crowd] });
    expect(script.counts('duplicate')).toEqual([1, 0, 0]);
    expect(script.counts('inconsistent-offsets')).toEqual([1, 0, 0]);
  });

  it('hold for keys that look like properties of objects', () => {
    const script = new Script().sent(0, '__proto__', 0, 1).sent(0, 'constructor', 0, 1);
    const polledKeys = Object.fromEntries([['constructor', [[0, 1]]]]) as Record<string, [number, number][]>;
    expect(script.polled(1, polledKeys).violated()).toEqual([]);
  });
});
