import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../../check/jepsen/HistoryBuilder.js';
import type { JepsenOp } from '../../check/jepsen/JepsenOp.js';
import { HistoryTextError } from './HistoryTextError.js';
import { HistoryTextReader, type HistoryFormat } from './HistoryTextReader.js';
import { historyText } from './writeHistory.js';

function read(text: string, format: HistoryFormat | null = null, pieceLength = text.length): JepsenOp[] {
  const ops: JepsenOp[] = [];
  const reader = new HistoryTextReader((op) => ops.push(op), format);
  for (let at = 0; at < text.length; at += pieceLength) reader.push(text.slice(at, at + pieceLength));
  reader.end();
  return ops;
}

const polledMap = (entries: [string, [number, number][]][]): Record<string, [number, number][]> =>
  Object.assign(Object.create(null) as object, Object.fromEntries(entries)) as Record<string, [number, number][]>;

/** One of everything. */
const everything: JepsenOp[] = [
  { index: 0, time: 0, process: 'nemesis', type: 'info', f: 'configuration', value: { clients: {}, 'cut-short': 'why "so"\n' } },
  { index: 2, time: 5, process: 0, type: 'invoke', f: 'subscribe', value: ['orders-0', '7'], client: 'c 1' },
  { index: 3, time: 6, process: 0, type: 'ok', f: 'subscribe', value: ['orders-0', '7'], client: 'c 1' },
  { index: 4, time: 7, process: 3, type: 'invoke', f: 'txn', value: [['poll'], ['send', '7', 1]] },
  {
    ...{ index: 5, time: 8, process: 3, type: 'info', f: 'txn', error: 'TIMED_OUT' },
    value: [
      [
        'poll',
        polledMap([
          [
            'orders-0',
            [
              [3, 9],
              [5, -1],
            ],
          ],
          ['7', [[0, 2]]],
        ]),
      ],
      ['send', '7', [null, 1]],
    ],
    rebalanceLog: [
      { type: 'assigned', keys: ['7'] },
      { type: 'reset', keys: ['orders-0'], from: -1, to: 3 },
    ],
  },
  { index: 6, time: 9, process: 0, type: 'invoke', f: 'assign', value: ['7'], seekToBeginning: true },
  { index: 7, time: 9, process: 0, type: 'fail', f: 'assign', value: null },
  { index: 8, time: 9, process: 0, type: 'invoke', f: 'crash', value: null },
];

describe('a history as text', () => {
  it.each(['edn', 'jsonl'] as const)('comes back from %s as it went, however it is cut into pieces', (format) => {
    const text = historyText(everything, format);
    for (const pieceLength of [1, 7, 64, text.length]) expect(read(text, format, pieceLength)).toEqual(everything);
    expect(read(text)).toEqual(everything);
  });

  it('comes back, whatever was polled', () => {
    const number = fc.maxSafeInteger();
    const pairs = fc.array(fc.tuple(fc.maxSafeNat(), number), { minLength: 1, maxLength: 3 });
    const key = fc.string().filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(key, pairs), { selector: ([text]) => text }),
        fc.constantFrom('edn', 'jsonl'),
        fc.nat({ max: 30 }),
        (entries, format, piece) => {
          const op: JepsenOp = { index: 0, time: 0, process: 1, type: 'ok', f: 'poll', value: [['poll', polledMap(entries)]] };
          expect(read(historyText([op], format), format, piece + 1)).toEqual([op]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("reads Jepsen's own: tagged records, keywords, comments, one vector around everything", () => {
    const text = `; a history
      [#jepsen.history.Op{:index 0, :time 12, :process 3, :type :invoke, :f :txn, :value [[:poll] [:send 5 17]]}
       #_ {:index 1 :process 9 :type :ok}
       #jepsen.history.Op{:index 1, :time 30, :process 3, :type :ok, :f :txn, :debug ")]}"
         :value [[:poll {4 [[10 9] [12 11]]}] [:send 5 [31 17]]], :rebalance-log [{:type :assigned :keys [4 5]}]}]`;
    const ops = read(text);
    expect(ops).toHaveLength(2);
    expect(ops[1]).toMatchObject({
      ...{
        index: 1,
        process: 3,
        type: 'ok',
        f: 'txn',
        value: [
          [
            'poll',
            {
              4: [
                [10, 9],
                [12, 11],
              ],
            },
          ],
          ['send', '5', [31, 17]],
        ],
      },
      rebalanceLog: [{ type: 'assigned', keys: ['4', '5'] }],
    });
  });

  it.each([
    [
      'a missing bracket',
      '{:index 0, :process 0, :type :invoke, :f :poll, :value [[:poll]]\n',
      1,
      'the file ends within the operation that begins here',
    ],
    [
      'an outer bracket left open',
      '[{:index 0, :process 0, :type :invoke, :f :poll}',
      1,
      'the file ends before its outer bracket is closed',
    ],
    ['something behind the end', '[]\n7\n', 2, 'something follows the end of the history'],
    ['a bracket too many', '{:process 0, :type :invoke, :f :poll}\n}', 2, 'a bracket closes nothing'],
    ['no EDN', '\n\n{:index 0,\n :process}', 4, 'this is no EDN: the key process has no value'],
    ['a negative offset', '\n{:process 0 :type :ok :f :poll :value [[:poll {4 [[-1 9]]}]]}', 2, 'op 0: key 4 has the offset -1'],
    [
      'a huge offset',
      '{:process 0 :type :ok :f :send :value [[:send 4 [99999999999999999999 9]]]}',
      1,
      'op 0 has the offset 100000000000000000000',
    ],
    ['a value that is none', '{:process 0 :type :invoke :f :send :value [[:send 4 "x"]]}', 1, 'op 0 sends "x"'],
    [
      'an unknown micro-operation',
      '{:process 0 :type :invoke :f :txn :value [[:append 4 1]]}',
      1,
      'op 0 has an unknown micro-operation, "append"',
    ],
    ['an unknown type', '{:index 8 :process 0 :type :maybe :f :txn}', 1, 'op 8 has the type "maybe"'],
    ['no process', '{:index 8 :type :ok :f :txn}', 1, 'op 8 has the process nothing'],
    ['something else', '"hello"\n{:process 0}', 1, '"hello" is no operation'],
    ['a cut line of JSON', '{"process":0,"type":"invoke","f":"poll"}\n{"process":0,"ty', 2, 'this line is no JSON'],
    ['JSON that is no operation', '{"process":0,"type":"invoke","f":"poll"}\n\n[1,2]\n', 3, '[1,2] is no operation'],
    [
      'a bad rebalance log',
      '{:process 0 :type :ok :f :poll :rebalance-log [{:type :moved}]}',
      1,
      'op 0 has {"type":"moved"} in its rebalance log',
    ],
  ])('is refused with its line for %s', (_what, text, line, problem) => {
    try {
      read(text);
    } catch (error) {
      expect(error).toBeInstanceOf(HistoryTextError);
      expect(error).toMatchObject({ line, message: problem });
      return;
    }
    expect.unreachable();
  });

  it('gives what is no history the line of the operation', () => {
    const builder = new HistoryBuilder();
    const reader = new HistoryTextReader((op) => builder.add(op), 'jsonl');
    const line = (index: number, type: string): string =>
      `{"index":${index},"process":0,"type":"${type}","f":"poll","value":[["poll",{}]]}\n`;
    expect(() => reader.push(`${line(0, 'invoke')}${line(1, 'ok')}${line(1, 'ok')}`)).toThrow(
      expect.objectContaining({ line: 3, message: 'op 1 is there twice' }) as Error,
    );
  });
});
