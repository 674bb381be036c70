import { describe, expect, it } from 'vitest';
import type { MicroOp } from './JepsenOp.js';
import { Script } from './testing.js';

/** Two transactions under way at once, each of which is given what the other sent. */
function eachOther(): Script {
  const first: MicroOp[] = [
    ['send', 'a', [0, 1]],
    ['poll', { b: [[0, 2]] }],
  ];
  const second: MicroOp[] = [
    ['send', 'b', [0, 2]],
    ['poll', { a: [[0, 1]] }],
  ];
  return new Script().begin(0, first).begin(1, second).complete(0, 'ok', first).complete(1, 'ok', second);
}

/** Two transactions that wrote to two keys in opposite orders. */
function acrossEachOther(): Script {
  const first: MicroOp[] = [
    ['send', 'a', [0, 1]],
    ['send', 'b', [1, 4]],
  ];
  const second: MicroOp[] = [
    ['send', 'b', [0, 3]],
    ['send', 'a', [1, 2]],
  ];
  return new Script().begin(0, first).begin(1, second).complete(0, 'ok', first).complete(1, 'ok', second);
}

describe('cycles', () => {
  it('finds transactions that read from each other, which read_committed rules out', () => {
    const script = eachOther();
    expect(script.counts('G1c')).toEqual([1, 0, 0]);
    expect(script.first('G1c')).toMatchObject({
      kind: 'G1c',
      detail: { edges: 'wr wr' },
      message:
        'op 3 (process 1) was given value 1 of a, which op 2 (process 0) wrote; op 2 (process 0) was given value 2 of b, which op 3 (process 1) wrote.',
    });
  });

  it('allows them where the readers read uncommitted records', () => {
    expect(eachOther().with({ isolationLevel: 'read_uncommitted' }).counts('G1c')).toEqual([0, 1, 0]);
  });

  it('allows transactions that write among each other', () => {
    expect(acrossEachOther().counts('G0')).toEqual([0, 1, 0]);
    expect(acrossEachOther().violated()).toEqual([]);
  });

  it('allows a cycle that needs the order of writes', () => {
    const first: MicroOp[] = [
      ['send', 'a', [0, 1]],
      ['send', 'b', [1, 4]],
    ];
    const second: MicroOp[] = [
      ['send', 'b', [0, 3]],
      ['poll', { a: [[0, 1]] }],
    ];
    const script = new Script().begin(0, first).begin(1, second).complete(0, 'ok', first).complete(1, 'ok', second);
    expect(script.counts('G1c')).toEqual([0, 1, 0]);
  });

  it('finds a record that was read before it was sent, by the order of time', () => {
    const script = new Script().polled(1, { k: [[0, 1]] }).sent(0, 'k', 0, 1);
    expect(script.counts('G1c')).toEqual([1, 0, 0]);
    expect(script.first('G1c')).toMatchObject({ kind: 'G1c-realtime' });
    expect(
      new Script()
        .sent(0, 'k', 0, 1)
        .polled(1, { k: [[0, 1]] })
        .counts('G1c'),
    ).toEqual([0, 0, 0]);
  });

  it('finds a transaction that reads from one which its own reader had already read', () => {
    // The second begins after the first has ended, and the first was given what the third wrote, which was given what the second wrote.
    const first: MicroOp[] = [
      ['poll', { c: [[0, 3]] }],
      ['send', 'a', [0, 1]],
    ];
    const second: MicroOp[] = [['send', 'b', [0, 2]]];
    const third: MicroOp[] = [
      ['poll', { b: [[0, 2]] }],
      ['send', 'c', [0, 3]],
    ];
    const script = new Script().begin(2, third).txn(0, first).txn(1, second).complete(2, 'ok', third);
    expect(script.first('G1c')).toMatchObject({ kind: 'G1c-realtime', standing: 'violation' });
  });

  it('is not led astray by a legal cycle in the same history', () => {
    const script = acrossEachOther();
    for (const op of eachOther().ops) script.ops.push({ ...op, index: script.ops.length });
    // Other values, since these are taken.
    const renamed = script.ops.map(
      (op) =>
        JSON.parse(
          JSON.stringify(op).replaceAll(/"([ab])"(?=[,:])/g, (text, key: string) => (op.index < 4 ? text : `"${key}${key}"`)),
        ) as typeof op,
    );
    script.ops.splice(0, script.ops.length, ...renamed);
    expect([script.counts('G1c'), script.counts('G0')]).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });
});
