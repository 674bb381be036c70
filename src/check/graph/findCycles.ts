/**
 * Cycles among transactions, in Elle's manner: strongly connected components first (every cycle lies within one, and a graph without any is done with in linear
 * time), then in each of them a short cycle of every kind. See cycleKinds.ts for the kinds.
 *
 * A cycle is never missed as such: in every component with a dependency at least one cycle is told. Whether there are cycles of the other kinds as well is
 * decided as long as the budget lasts, and `undecided` names the kinds for which it did not.
 */
import type { Components } from './components.js';
import { componentsOf } from './components.js';
import type { Cycle, CycleKind, CycleRule } from './cycleKinds.js';
import { CYCLE_RULES } from './cycleKinds.js';
import { CycleSearch } from './CycleSearch.js';
import { Digraph } from './Digraph.js';
import type { EdgeList } from './EdgeList.js';

const ALL_KINDS = 31;

/** Edges looked at in search of one kind, if nothing else is asked for: some tens of milliseconds. */
const DEFAULT_BUDGET_EDGES = 2_000_000;

export interface CycleReport {
  /** By kind, the plain ones first; those of a kind by length, then by their lowest node. At most one of a kind for each component. */
  readonly cycles: readonly Cycle[];
  /** Kinds of which there may be one in a component where none was found, since the budget was used up. */
  readonly undecided: readonly CycleKind[];
}

/**
 * A short cycle of every kind in every strongly connected component. A G1c has a write-write edge on it only where its component has none without.
 * @param nodeCount nodes are the numbers from 0 to `nodeCount - 1`.
 * @throws RangeError for an edge from or to anything else.
 */
export function findCycles(nodeCount: number, edges: EdgeList): readonly Cycle[] {
  return searchCycles(nodeCount, edges).cycles;
}

/**
 * As {@link findCycles}, telling also what was not decided.
 * @param budgetEdges edges to look at for each kind of cycle, default 2 million. The search for a first cycle in each component is not refused.
 */
export function searchCycles(nodeCount: number, edges: EdgeList, budgetEdges = DEFAULT_BUDGET_EDGES): CycleReport {
  const graph = new Digraph(nodeCount, edges);
  const all = componentsOf(graph, ALL_KINDS);
  if (all.members.length === 0) return { cycles: [], undecided: [] };
  const search = new CycleSearch(graph);
  const known = new Map<number, Components>([[ALL_KINDS, all]]);
  const componentsWith = (mask: number): Components => {
    const components = known.get(mask) ?? componentsOf(graph, mask, all);
    known.set(mask, components);
    return components;
  };
  const cycles: Cycle[] = [];
  const undecided: CycleKind[] = [];
  for (const rule of CYCLE_RULES) {
    const found = ofOneKind(rule, componentsWith, search, budgetEdges);
    cycles.push(...found.cycles);
    if (found.isUndecided) undecided.push(rule.kind);
  }
  return { cycles, undecided };
}

function ofOneKind(
  rule: CycleRule,
  componentsWith: (mask: number) => Components,
  search: CycleSearch,
  budgetEdges: number,
): { readonly cycles: readonly Cycle[]; readonly isUndecided: boolean } {
  const budget = { left: budgetEdges };
  const widest = componentsWith(rule.allowed);
  const byComponent = new Map<number, Cycle>();
  let isUndecided = false;
  const masks = rule.preferred === rule.allowed ? [rule.allowed] : [rule.preferred, rule.allowed];
  for (const mask of masks) {
    const components = componentsWith(mask);
    const done = new Set(byComponent.keys());
    for (const members of components.members) {
      const component = widest.of[members[0] as number] as number;
      if (done.has(component)) continue;
      const found = search.within(rule, mask, components, members, budget);
      if (found === 'unknown') isUndecided ||= mask === rule.allowed;
      else if (found !== null && found.steps.length < (byComponent.get(component)?.steps.length ?? Infinity))
        byComponent.set(component, found);
    }
  }
  const cycles = [...byComponent.values()].sort((a, b) => a.steps.length - b.steps.length || lowestNode(a) - lowestNode(b));
  return { cycles, isUndecided };
}

function lowestNode(cycle: Cycle): number {
  return cycle.steps[0]?.from ?? -1;
}
