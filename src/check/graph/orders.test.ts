import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EdgeList, kindOf } from './EdgeList.js';
import type { Spans } from './orders.js';
import { addProcessEdges, addRealtimeEdges } from './orders.js';

function textsOf(edges: EdgeList): string[] {
  const { from, to, bits } = edges.columns();
  return inOrder([...from].map((node, i) => `${node} ${kindOf(bits[i] as number)} ${to[i] as number}`));
}

function inOrder(texts: readonly string[]): string[] {
  return [...texts].sort((a, b) => (a < b ? -1 : 1));
}

function realtime(spans: Spans): string[] {
  const edges = new EdgeList();
  addRealtimeEdges(edges, spans);
  return textsOf(edges);
}

it('links what a process did one after the other, whatever the order of the numbers', () => {
  const edges = new EdgeList();
  addProcessEdges(edges, [7, 8, 7, 7], [30, 10, 20, 40]);
  expect(textsOf(edges)).toEqual(['0 process 3', '2 process 0']);
});

it('links what was over to what began later, but not beyond what lies between', () => {
  expect(realtime({ invoked: [0, 2, 4], completed: [1, 3, 5] })).toEqual(['0 realtime 1', '1 realtime 2']);
});

it('links nothing that overlaps or touches, and nothing to what comes after an operation that never completed', () => {
  expect(realtime({ invoked: [0, 1, 3], completed: [2, 3, 4] })).toEqual(['0 realtime 2']);
  expect(realtime({ invoked: [0, 2], completed: [-1, 3] })).toEqual([]);
  expect(realtime({ invoked: [0, 2], completed: [1, -1] })).toEqual(['0 realtime 1']);
});

it('links a long operation to all that follows it and is not reached by another way', () => {
  expect(realtime({ invoked: [0, 1, 3, 7], completed: [6, 2, 4, 8] })).toEqual(['0 realtime 3', '1 realtime 2', '2 realtime 3']);
});

it('has just the edges of the transitive reduction', () => {
  const span = fc.record({ began: fc.nat(12), length: fc.nat(6), completes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), (drawn) => {
      const invoked = drawn.map(({ began }) => began);
      const completed = drawn.map(({ began, length, completes }) => (completes ? began + length : -1));
      const isBefore = (a: number, b: number): boolean =>
        (completed[a] as number) >= 0 && (completed[a] as number) < (invoked[b] as number);
      const all = drawn.map((_, i) => i);
      const expected = all.flatMap((a) =>
        all
          .filter((b) => isBefore(a, b) && !all.some((between) => isBefore(a, between) && isBefore(between, b)))
          .map((b) => `${a} realtime ${b}`),
      );
      expect(realtime({ invoked, completed })).toEqual(inOrder(expected));
    }),
    { numRuns: 500 },
  );
});
