import { describe, expect, it } from 'vitest';
import type { Cycle, CycleKind } from './cycleKinds.js';
import type { EdgeKind } from './EdgeList.js';
import { EdgeList } from './EdgeList.js';
import { findCycles, searchCycles } from './findCycles.js';

/** `ww 0 1` per line of the list. */
function edgesOf(...texts: string[]): EdgeList {
  const edges = new EdgeList();
  for (const text of texts) {
    const [kind, from, to] = text.split(' ');
    edges.add(Number(from), Number(to), kind as EdgeKind);
  }
  return edges;
}

function kindsIn(...texts: string[]): CycleKind[] {
  return findCycles(6, edgesOf(...texts)).map((cycle) => cycle.kind);
}

function textOf({ kind, steps }: Cycle): string {
  return `${kind}: ${steps.map((step) => `${step.from} ${step.kind} ${step.to}`).join(', ')}`;
}

/** A graph that has just this kind, and one that lacks it by a single edge which is turned round or of another kind. */
const CASES: readonly { kind: CycleKind; has: readonly string[]; just: readonly string[]; instead: readonly CycleKind[] }[] = [
  { kind: 'G0', has: ['ww 0 1', 'ww 1 0'], just: ['ww 0 1', 'ww 0 1'], instead: [] },
  { kind: 'G1c', has: ['ww 0 1', 'wr 1 0'], just: ['ww 0 1', 'wr 0 1'], instead: [] },
  { kind: 'G-single', has: ['wr 0 1', 'rw 1 0'], just: ['wr 0 1', 'rw 0 1'], instead: [] },
  { kind: 'G2-item', has: ['rw 0 1', 'rw 1 0'], just: ['rw 0 1', 'ww 1 0'], instead: ['G-single'] },
  { kind: 'G0-process', has: ['ww 0 1', 'process 1 0'], just: ['ww 0 1', 'process 0 1'], instead: [] },
  { kind: 'G1c-process', has: ['wr 0 1', 'process 1 0'], just: ['ww 0 1', 'process 1 0'], instead: ['G0-process'] },
  { kind: 'G-single-process', has: ['rw 0 1', 'process 1 0'], just: ['rw 0 1', 'process 0 1'], instead: [] },
  {
    kind: 'G2-item-process',
    has: ['rw 0 1', 'process 1 2', 'rw 2 0'],
    just: ['rw 0 1', 'process 1 2', 'wr 2 0'],
    instead: ['G-single-process'],
  },
  { kind: 'G0-realtime', has: ['ww 0 1', 'realtime 1 0'], just: ['ww 0 1', 'realtime 0 1'], instead: [] },
  { kind: 'G1c-realtime', has: ['wr 0 1', 'realtime 1 0'], just: ['wr 0 1', 'process 1 0'], instead: ['G1c-process'] },
  {
    kind: 'G-single-realtime',
    has: ['rw 0 1', 'process 1 2', 'realtime 2 0'],
    just: ['rw 0 1', 'process 1 2', 'realtime 0 2'],
    instead: [],
  },
  {
    kind: 'G2-item-realtime',
    has: ['rw 0 1', 'realtime 1 2', 'rw 2 0'],
    just: ['rw 0 1', 'realtime 1 2', 'ww 2 0'],
    instead: ['G-single-realtime'],
  },
];

describe('a cycle of each kind', () => {
  it.each(CASES)('is found where there is one, and not where there just is none: $kind', ({ kind, has, just, instead }) => {
    expect(kindsIn(...has)).toEqual([kind]);
    expect(kindsIn(...just)).toEqual(instead);
  });
});

it('tells the steps in order, from the lowest node on', () => {
  const cycles = findCycles(4, edgesOf('wr 3 1', 'ww 1 2', 'ww 2 3', 'ww 0 1'));
  expect(cycles.map(textOf)).toEqual(['G1c: 1 ww 2, 2 ww 3, 3 wr 1']);
});

it('tells the shortest of several cycles of a component', () => {
  const cycles = findCycles(5, edgesOf('ww 0 1', 'ww 1 2', 'ww 2 3', 'ww 3 0', 'ww 2 1'));
  expect(cycles.map(textOf)).toEqual(['G0: 1 ww 2, 2 ww 1']);
});

it('tells one cycle of a kind for each component', () => {
  expect(findCycles(4, edgesOf('ww 2 3', 'ww 3 2', 'ww 0 1', 'ww 1 0', 'ww 1 2')).map(textOf)).toEqual([
    'G0: 0 ww 1, 1 ww 0',
    'G0: 2 ww 3, 3 ww 2',
  ]);
});

it('prefers a write-read cycle without write-write edges, even when it is longer', () => {
  const cycles = findCycles(3, edgesOf('wr 0 1', 'wr 1 2', 'wr 2 0', 'ww 1 0'));
  expect(cycles.map(textOf)).toEqual(['G1c: 0 wr 1, 1 wr 2, 2 wr 0']);
});

it('passes no node twice, where two cycles that share one would have to be joined', () => {
  // Each loop through 0 has one rw; only together would they have two.
  expect(kindsIn('rw 0 1', 'ww 1 0', 'rw 0 2', 'ww 2 0')).toEqual(['G-single']);
});

it('finds the longer way where the shortest walk passes a node twice', () => {
  // From 1 back to 0 with one rw more: by 2, 3, 2 again, in 4 edges; or by 4 and 5, in more.
  const texts = ['rw 0 1', 'ww 1 2', 'rw 2 3', 'ww 3 2', 'ww 2 0', 'ww 1 4', 'ww 4 5', 'ww 5 6', 'rw 6 7', 'ww 7 0'];
  const cycles = findCycles(8, edgesOf(...texts)).filter(({ kind }) => kind === 'G2-item');
  expect(cycles.map(textOf)).toEqual(['G2-item: 0 rw 1, 1 ww 4, 4 ww 5, 5 ww 6, 6 rw 7, 7 ww 0']);
});

it('ignores what a transaction depends on in itself', () => {
  expect(kindsIn('ww 0 0', 'wr 1 1')).toEqual([]);
});

it('says which kinds it did not decide when the budget is used up, and still tells a cycle', () => {
  const edges = new EdgeList();
  const nodes = 40;
  for (let node = 0; node < nodes; node++) {
    edges.add(node, (node + 1) % nodes, 'ww');
    edges.add(node, (node + 7) % nodes, 'rw');
  }
  const { cycles, undecided } = searchCycles(nodes, edges, 0);
  expect(cycles.map(({ kind }) => kind)).toContain('G0');
  expect(searchCycles(nodes, edges).undecided).toEqual([]);
  expect([...undecided, ...cycles.map(({ kind }) => kind)]).toEqual(expect.arrayContaining(['G-single', 'G2-item']));
});

it('refuses an edge to a node that there is not', () => {
  expect(() => findCycles(2, edgesOf('ww 0 2'))).toThrow('edge 0 → 2 in a graph of 2 nodes');
});

it('follows a chain of a million transactions, and the cycle that it is when it closes', () => {
  const nodes = 1_000_000;
  const edges = new EdgeList();
  for (let node = 1; node < nodes; node++) edges.add(node - 1, node, 'ww');
  expect(findCycles(nodes, edges)).toEqual([]);
  edges.add(nodes - 1, 0, 'wr');
  const [cycle] = findCycles(nodes, edges);
  expect([cycle?.kind, cycle?.steps.length]).toEqual(['G1c', nodes]);
});
