import { describe, expect, it } from 'vitest';
import {
  BuiltInPartitioner,
  ClassicPartitioner,
  createPartitioner,
  murmur2,
  partitionOfKey,
  RoundRobinPartitioner,
} from './partitioners.js';
import { StickyPartitioner, utf8 } from './partitioners.js';
import type { Partitioner } from './partitioners.js';

/** Gives the numbers in turn, and fails when it is asked for more, or for one out of bounds. */
function scripted(...numbers: number[]): { int(bound: number): number } {
  return {
    int(bound) {
      const next = numbers.shift();
      if (next === undefined || next >= bound) throw new Error(`no such throw: ${String(next)} of ${bound}`);
      return next;
    },
  };
}

describe('murmur2', () => {
  it('gives the numbers of the Java client', () => {
    const vectors: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ];
    for (const [text, expected] of vectors) expect(murmur2(utf8(text)), text).toBe(expected);
  });
});

describe('utf8', () => {
  it('encodes one to four bytes a character as the platform does', () => {
    for (const text of ['', 'order-17', 'Zürich', '数字', '🙂x']) expect([...utf8(text)]).toEqual([...new TextEncoder().encode(text)]);
  });

  it('writes half a surrogate pair as a question mark, as Java does', () => {
    expect([...utf8('a\ud83dz')]).toEqual([0x61, 0x3f, 0x7a]);
  });
});

describe('keys', () => {
  it('stay with their partition whether it is available or not, unless the number of partitions changes', () => {
    const partitioner = new ClassicPartitioner(scripted(0));
    expect(partitioner.partition('abc', 6, [0])).toBe(479470107 % 6);
    expect(partitionOfKey('foobar', 7)).toBe((-790332482 & 0x7fffffff) % 7);
  });

  it('count even when they are empty', () => {
    const partitioner = new ClassicPartitioner(scripted(0));
    expect(partitioner.partition('', 4, [0, 1, 2, 3])).toBe(partitionOfKey('', 4));
    expect(partitioner.partition(null, 4, [0, 1, 2, 3])).toBe(0);
    expect(partitioner.partition(null, 4, [0, 1, 2, 3])).toBe(1);
  });

  it('do not count for round robin, uniform sticky and partitioner.ignore.keys', () => {
    const base = { partitionerIgnoreKeys: false, batchSizeBytes: 100 };
    const choices = (partitioner: Partitioner): number[] => ['a', 'b', 'c', 'd'].map((key) => partitioner.partition(key, 3, [0, 1, 2]));
    expect(choices(createPartitioner({ ...base, partitioner: 'roundRobin' }, scripted()))).toEqual([0, 1, 2, 0]);
    expect(choices(createPartitioner({ ...base, partitioner: 'uniformSticky' }, scripted(1)))).toEqual([1, 1, 1, 1]);
    expect(choices(createPartitioner({ ...base, partitioner: 'builtIn', partitionerIgnoreKeys: true }, scripted(2)))).toEqual([2, 2, 2, 2]);
    const byKey = ['a', 'b', 'c', 'd'].map((key) => partitionOfKey(key, 3));
    expect(choices(createPartitioner({ ...base, partitioner: 'builtIn' }, scripted()))).toEqual(byKey);
    expect(choices(createPartitioner({ ...base, partitioner: 'sticky' }, scripted()))).toEqual(byKey);
  });
});

describe('records without a key', () => {
  it('take turns over the available partitions before 2.4', () => {
    const partitioner = new ClassicPartitioner(scripted(5));
    const chosen = [1, 2, 3].map(() => partitioner.partition(undefined, 4, [0, 3]));
    expect(chosen).toEqual([3, 0, 3]);
  });

  it('go to partitions without a leader when none has one', () => {
    expect(new ClassicPartitioner(scripted(5)).partition(null, 4, [])).toBe(1);
    expect(new StickyPartitioner(scripted(3), true).partition(null, 4, [])).toBe(3);
    expect(new BuiltInPartitioner(scripted(2), 10, false).partition(null, 4, [])).toBe(2);
  });

  it('leave half of the partitions empty when round robin is asked twice a record (KAFKA-9965)', () => {
    const partitioner = new RoundRobinPartitioner();
    const used = new Set<number>();
    for (let record = 0; record < 20; record++) {
      partitioner.partition(null, 4, [0, 1, 2, 3]);
      partitioner.onNewBatch();
      used.add(partitioner.partition(null, 4, [0, 1, 2, 3]));
    }
    expect([...used].sort((a, b) => a - b)).toEqual([1, 3]);
  });
});

describe('the sticky partitioner (KIP-480)', () => {
  it('moves to another partition when its own needs a new batch, and not for the batch of another', () => {
    const partitioner = new StickyPartitioner(scripted(1, 0, 1), true);
    const all = [0, 1, 2];
    expect(partitioner.partition(null, 3, all)).toBe(1);
    partitioner.onNewBatch(2, 3, all);
    expect(partitioner.partition(null, 3, all)).toBe(1);
    partitioner.onNewBatch(1, 3, all);
    expect(partitioner.partition(null, 3, all)).toBe(0);
    partitioner.onNewBatch(0, 3, all);
    expect(partitioner.partition(null, 3, all)).toBe(2);
  });

  it('stays when there is no other with a leader', () => {
    const partitioner = new StickyPartitioner(scripted(), true);
    expect(partitioner.partition(null, 3, [2])).toBe(2);
    partitioner.onNewBatch(2, 3, [2]);
    expect(partitioner.partition(null, 3, [2])).toBe(2);
  });
});

describe('the built-in partitioner (KIP-794)', () => {
  const all = [0, 1, 2];

  it('moves on after batch.size bytes when the batch is full', () => {
    const partitioner = new BuiltInPartitioner(scripted(1, 2), 100, false);
    expect(partitioner.partition(null, 3, all)).toBe(1);
    partitioner.onAppended(null, 60, true, 3, all);
    expect(partitioner.partition(null, 3, all)).toBe(1);
    partitioner.onAppended(null, 40, true, 3, all);
    expect(partitioner.partition(null, 3, all)).toBe(2);
  });

  it('waits for the end of the batch, and for no more than twice batch.size', () => {
    const partitioner = new BuiltInPartitioner(scripted(1, 2), 100, false);
    partitioner.partition(null, 3, all);
    partitioner.onAppended(null, 199, false, 3, all);
    expect(partitioner.partition(null, 3, all)).toBe(1);
    partitioner.onAppended(null, 1, false, 3, all);
    expect(partitioner.partition(null, 3, all)).toBe(2);
  });

  it('makes up for a switch that had waited once the batch was sent', () => {
    const partitioner = new BuiltInPartitioner(scripted(1, 0), 100, false);
    partitioner.partition(null, 3, all);
    partitioner.onAppended(null, 99, false, 3, all);
    expect(partitioner.movesOn(null, 3, all)).toBe(false);
    partitioner.onAppended(null, 1, false, 3, all);
    expect(partitioner.movesOn('key', 3, all)).toBe(false);
    expect(partitioner.movesOn(null, 3, all)).toBe(true);
    expect(partitioner.partition(null, 3, all)).toBe(0);
  });

  it('does not count records with a key', () => {
    const partitioner = new BuiltInPartitioner(scripted(1), 100, false);
    partitioner.partition(null, 3, all);
    partitioner.onAppended('key', 500, true, 3, all);
    expect(partitioner.partition(null, 3, all)).toBe(1);
  });
});
