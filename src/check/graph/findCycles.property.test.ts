import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CycleKind, CycleStep } from './cycleKinds.js';
import { classify } from './cycleKinds.js';
import { EDGE_KINDS, EdgeList } from './EdgeList.js';
import { searchCycles } from './findCycles.js';

/** Every way round the graph that passes no node twice, by trying them all. */
function everyCycle(nodeCount: number, steps: readonly CycleStep[]): CycleStep[][] {
  const found: CycleStep[][] = [];
  const extend = (lowest: number, path: CycleStep[]): void => {
    const at = path.at(-1)?.to ?? lowest;
    for (const step of steps) {
      if (step.from !== at || step.to < lowest || path.some(({ to }) => to === step.to)) continue;
      if (step.to === lowest) found.push([...path, step]);
      else extend(lowest, [...path, step]);
    }
  };
  for (let lowest = 0; lowest < nodeCount; lowest++) extend(lowest, []);
  return found;
}

const graphs = fc.integer({ min: 2, max: 6 }).chain((nodeCount) => {
  const node = fc.nat(nodeCount - 1);
  const step = fc.record({ from: node, to: node, kind: fc.constantFrom(...EDGE_KINDS) }).filter(({ from, to }) => from !== to);
  return fc.record({ nodeCount: fc.constant(nodeCount), steps: fc.array(step, { maxLength: 11 }) });
});

function edgesOf(steps: readonly CycleStep[]): EdgeList {
  const edges = new EdgeList();
  for (const { from, to, kind } of steps) edges.add(from, to, kind);
  return edges;
}

it('tells just the kinds of cycles that there are, each by a cycle which is one and is of that kind', () => {
  fc.assert(
    fc.property(graphs, ({ nodeCount, steps }) => {
      const expected = new Set(everyCycle(nodeCount, steps).map(classify));
      const { cycles, undecided } = searchCycles(nodeCount, edgesOf(steps));
      expect(undecided).toEqual([]);
      expect(new Set<CycleKind | null>(cycles.map(({ kind }) => kind))).toEqual(new Set([...expected].filter((kind) => kind !== null)));
      for (const cycle of cycles) {
        expect(classify(cycle.steps)).toBe(cycle.kind);
        expect(new Set(cycle.steps.map(({ from }) => from)).size).toBe(cycle.steps.length);
        cycle.steps.forEach((step, i) => {
          expect(steps).toContainEqual(step);
          expect(step.to).toBe(cycle.steps[(i + 1) % cycle.steps.length]?.from);
        });
      }
    }),
    { numRuns: 1500 },
  );
});

it('tells a cycle in every component that has a dependency in a cycle, however small the budget', () => {
  const withoutOrders = graphs.map(({ nodeCount, steps }) => ({
    nodeCount,
    // Orders go from lower to higher nodes, as time does, and so make no cycle by themselves.
    steps: steps.map((step) => (step.kind === 'process' || step.kind === 'realtime' ? ordered(step) : step)),
  }));
  fc.assert(
    fc.property(withoutOrders, ({ nodeCount, steps }) => {
      const onCycles = everyCycle(nodeCount, steps).length > 0;
      expect(searchCycles(nodeCount, edgesOf(steps), 0).cycles.length > 0).toBe(onCycles);
    }),
    { numRuns: 800 },
  );
});

function ordered({ from, to, kind }: CycleStep): CycleStep {
  return { from: Math.min(from, to), to: Math.max(from, to), kind };
}
