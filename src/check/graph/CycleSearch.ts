/**
 * Looks within one strongly connected component for a short cycle of one kind: breadth first from every edge of the rarest kind that the rule needs, over pairs
 * of a node and what is still needed (Elle's search does the same with a small state machine).
 *
 * What it does not promise: the shortest walk with all that a rule needs may pass a node twice, and whether some other one does not is a hard problem (a simple
 * cycle through two given edges). Then a search depth first decides, as long as the budget lasts.
 */
import type { Components } from './components.js';
import type { Cycle, CycleRule, CycleStep } from './cycleKinds.js';
import type { Digraph } from './Digraph.js';
import { kindOf } from './EdgeList.js';

/** A rule needs up to three edges and the search starts from one, so that up to two are still needed: one bit each. */
const STATES = 4;
const NOT_ALLOWED = -1;
/** Bits of kinds are below this. */
const KIND_BITS = 32;

/** Edges that a search may still look at; shared by all searches for one kind. */
export interface Budget {
  left: number;
}

/** `null`: there is none. `'unknown'`: none was found before the budget was used up. */
export type Found = Cycle | null | 'unknown';

export class CycleSearch {
  /** By node and state: the search which saw it last, by which edge it came, from which node and state, after how many edges. */
  private readonly seenBy: Int32Array;
  private readonly byEdge: Int32Array;
  private readonly before: Int32Array;
  private readonly depth: Int32Array;
  private readonly queue: Int32Array;
  private searches = 0;
  private readonly next = new Int8Array(STATES * KIND_BITS);
  private components: Int32Array = new Int32Array(0);

  constructor(private readonly graph: Digraph) {
    const size = graph.nodeCount * STATES;
    this.seenBy = new Int32Array(size);
    this.byEdge = new Int32Array(size);
    this.before = new Int32Array(size);
    this.depth = new Int32Array(size);
    this.queue = new Int32Array(size);
  }

  /** @param members one component of `components`, which are those of the graph with the edges in `mask`. */
  within(rule: CycleRule, mask: number, components: Components, members: Int32Array, budget: Budget): Found {
    this.components = components.of;
    const starts = this.rarestNeeded(rule, members);
    if (starts.count === 0) return null;
    const stillNeeded = rule.needed.filter((_, at) => at !== rule.needed.indexOf(starts.bit));
    this.tabulate(stillNeeded, mask, rule.atMostOnce);
    const needsAll = (1 << stillNeeded.length) - 1;
    let best: number[] | null = null;
    const undecided: Start[] = [];
    let exhausted = false;
    for (let i = 0; i < starts.count; i++) {
      // The first start is always tried, so that every component has its say.
      if (budget.left <= 0 && i > 0) exhausted = true;
      if (exhausted || (best !== null && best.length <= Math.max(2, rule.needed.length))) break;
      const edge = starts.edge[i] as number;
      const start = { from: starts.from[i] as number, to: this.graph.target[edge] as number, edge };
      const walk = this.shortestWalk(start, needsAll, best === null ? Infinity : best.length - 1, budget);
      if (walk === null) continue;
      if (this.isSimple(start.from, walk)) best = walk;
      else undecided.push(start);
    }
    for (const start of undecided) {
      if (best !== null) break;
      const path = this.simplePath(start, needsAll, budget);
      if (path === 'unknown') exhausted = true;
      else best = path;
    }
    if (best !== null) return { kind: rule.kind, steps: this.stepsFrom(best) };
    return exhausted ? 'unknown' : null;
  }

  /** All edges within the component of that kind, among those which the rule needs, of which there are fewest. */
  private rarestNeeded(rule: CycleRule, members: Int32Array): Starts {
    const { firstEdge, bit } = this.graph;
    const counts = new Int32Array(KIND_BITS);
    for (const from of members) {
      for (let edge = firstEdge[from] as number; edge < (firstEdge[from + 1] as number); edge++) {
        if (this.isInside(from, edge)) counts[bit[edge] as number] = (counts[bit[edge] as number] as number) + 1;
      }
    }
    const rarest = rule.needed.reduce((best, kind) => ((counts[kind] as number) < (counts[best] as number) ? kind : best));
    const count = counts[rarest] as number;
    const starts = { bit: rarest, count, from: new Int32Array(count), edge: new Int32Array(count) };
    let next = 0;
    for (const from of members) {
      if (next === count) break;
      for (let edge = firstEdge[from] as number; edge < (firstEdge[from + 1] as number); edge++) {
        if (bit[edge] !== rarest || !this.isInside(from, edge)) continue;
        starts.from[next] = from;
        starts.edge[next++] = edge;
      }
    }
    return starts;
  }

  private isInside(from: number, edge: number): boolean {
    return this.components[this.graph.target[edge] as number] === this.components[from];
  }

  /** What is still needed after an edge of a kind, for every state and kind. */
  private tabulate(needed: readonly number[], mask: number, atMostOnce: number): void {
    this.next.fill(NOT_ALLOWED);
    for (let state = 0; state < STATES; state++) {
      for (let bit = 1; bit < KIND_BITS; bit <<= 1) {
        if ((bit & mask) === 0) continue;
        const met = needed.findIndex((kind, i) => kind === bit && (state & (1 << i)) !== 0);
        if (met >= 0) this.next[state * KIND_BITS + bit] = state & ~(1 << met);
        else if (bit !== atMostOnce) this.next[state * KIND_BITS + bit] = state;
      }
    }
  }

  /** Edges of a shortest closed walk that begins with `start` and has all that is needed, at most `limit` long; null: there is none. */
  private shortestWalk(start: Start, needsAll: number, limit: number, budget: Budget): number[] | null {
    const { firstEdge, target, bit } = this.graph;
    const { seenBy, byEdge, before, depth, queue, next } = this;
    const search = ++this.searches;
    const first = start.to * STATES + needsAll;
    seenBy[first] = search;
    depth[first] = 1;
    queue[0] = first;
    let [head, tail] = [0, 1];
    while (head < tail) {
      const at = queue[head++] as number;
      const length = (depth[at] as number) + 1;
      if (length > limit) return null;
      const state = at % STATES;
      const node = (at - state) / STATES;
      const end = firstEdge[node + 1] as number;
      for (let edge = firstEdge[node] as number; edge < end; edge++) {
        const to = target[edge] as number;
        const after = next[state * KIND_BITS + (bit[edge] as number)] as number;
        if (after === NOT_ALLOWED || !this.isInside(node, edge) || to === start.to) continue;
        if (to === start.from) {
          if (after !== 0) continue;
          budget.left -= edge - (firstEdge[node] as number);
          return this.walkTo(first, at, start.edge, edge);
        }
        const reached = to * STATES + after;
        if (seenBy[reached] === search) continue;
        seenBy[reached] = search;
        byEdge[reached] = edge;
        before[reached] = at;
        depth[reached] = length;
        queue[tail++] = reached;
      }
      budget.left -= end - (firstEdge[node] as number);
    }
    return null;
  }

  private walkTo(first: number, last: number, startEdge: number, endEdge: number): number[] {
    const edges = [endEdge];
    for (let at = last; at !== first; at = this.before[at] as number) edges.push(this.byEdge[at] as number);
    edges.push(startEdge);
    return edges.reverse();
  }

  private isSimple(from: number, walk: readonly number[]): boolean {
    const nodes = new Set(walk.map((edge) => this.graph.target[edge] as number));
    return nodes.has(from) && nodes.size === walk.length;
  }

  /** Edges of some cycle without a node twice that begins with `start`; null: there is none. */
  private simplePath(start: Start, needsAll: number, budget: Budget): number[] | null | 'unknown' {
    const { firstEdge, target, bit } = this.graph;
    const taken = [start.edge];
    const states = [needsAll];
    const cursors = [firstEdge[start.to] as number];
    const onPath = new Set([start.to]);
    while (taken.length > 0) {
      const depth = taken.length - 1;
      const node = target[taken[depth] as number] as number;
      const edge = cursors[depth] as number;
      if (edge === (firstEdge[node + 1] as number)) {
        onPath.delete(node);
        for (const stack of [taken, states, cursors]) stack.pop();
        continue;
      }
      if (budget.left-- <= 0) return 'unknown';
      cursors[depth] = edge + 1;
      const to = target[edge] as number;
      const after = this.next[(states[depth] as number) * KIND_BITS + (bit[edge] as number)] as number;
      if (after === NOT_ALLOWED || !this.isInside(node, edge) || onPath.has(to)) continue;
      if (to === start.from) {
        if (after === 0) return [...taken, edge];
        continue;
      }
      onPath.add(to);
      taken.push(edge);
      states.push(after);
      cursors.push(firstEdge[to] as number);
    }
    return null;
  }

  /** The cycle's steps, from its lowest node on. */
  private stepsFrom(edges: readonly number[]): CycleStep[] {
    const { target, bit } = this.graph;
    const nodes = edges.map((edge) => target[edge] as number);
    const steps = edges.map((edge, i) => ({ from: nodes.at(i - 1) as number, to: nodes[i] as number, kind: kindOf(bit[edge] as number) }));
    const lowest = steps.reduce((lowestAt, step, i) => (step.from < (steps[lowestAt] as CycleStep).from ? i : lowestAt), 0);
    return [...steps.slice(lowest), ...steps.slice(0, lowest)];
  }
}

/** The edge from which a search begins. */
interface Start {
  readonly from: number;
  readonly to: number;
  readonly edge: number;
}

/** All of them: of one kind, in columns, since there may be a million. */
interface Starts {
  readonly bit: number;
  readonly count: number;
  readonly from: Int32Array;
  readonly edge: Int32Array;
}
