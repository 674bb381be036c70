/**
 * Strongly connected components (Tarjan 1972), without recursion, so that a chain of a million transactions needs no deep stack. Only components of two nodes
 * or more matter here: every cycle lies within one.
 */
import type { Digraph } from './Digraph.js';

export interface Components {
  /** Component of each node; -1: it is on no cycle. */
  readonly of: Int32Array;
  /** The nodes of each component. */
  readonly members: readonly Int32Array[];
}

/**
 * Components of two nodes or more over the edges whose kind is in `mask`.
 * @param within look only at the nodes of these components, and only at edges inside of one: those of a graph with more kinds hold those of one with fewer.
 */
export function componentsOf(graph: Digraph, mask: number, within?: Components): Components {
  const search = new Tarjan(graph, mask, within?.of ?? null);
  if (within === undefined) for (let node = 0; node < graph.nodeCount; node++) search.from(node);
  else for (const nodes of within.members) for (const node of nodes) search.from(node);
  return { of: search.componentOf, members: search.members };
}

class Tarjan {
  readonly componentOf: Int32Array;
  readonly members: Int32Array[] = [];
  /** Order of discovery, from 1; 0: not yet seen. */
  private readonly index: Int32Array;
  /** The lowest index that the node is known to reach; 0 once its component is complete. */
  private readonly low: Int32Array;
  private readonly nextEdge: Int32Array;
  /** Nodes whose component is not complete. */
  private readonly open: Int32Array;
  /** The path from the root to the node looked at. */
  private readonly path: Int32Array;
  private openCount = 0;
  private seen = 0;

  constructor(
    private readonly graph: Digraph,
    private readonly mask: number,
    private readonly within: Int32Array | null,
  ) {
    const { nodeCount } = graph;
    this.componentOf = new Int32Array(nodeCount).fill(-1);
    this.index = new Int32Array(nodeCount);
    this.low = new Int32Array(nodeCount);
    this.nextEdge = new Int32Array(nodeCount);
    this.open = new Int32Array(nodeCount);
    this.path = new Int32Array(nodeCount);
  }

  from(root: number): void {
    const { path, low } = this;
    if (this.index[root] !== 0) return;
    let depth = 0;
    path[0] = root;
    this.discover(root);
    while (depth >= 0) {
      const node = path[depth] as number;
      const child = this.undiscoveredChild(node);
      if (child >= 0) {
        path[++depth] = child;
        this.discover(child);
        continue;
      }
      const lowest = low[node] as number;
      if (lowest === this.index[node]) this.complete(node);
      else {
        const parent = path[depth - 1] as number;
        if (lowest < (low[parent] as number)) low[parent] = lowest;
      }
      depth--;
    }
  }

  private discover(node: number): void {
    this.index[node] = this.low[node] = ++this.seen;
    this.nextEdge[node] = this.graph.firstEdge[node] as number;
    this.open[this.openCount++] = node;
  }

  /** Goes on through the edges of a node up to one that leads to a node not yet seen; -1: there is none left. */
  private undiscoveredChild(node: number): number {
    const { mask, within, index, low } = this;
    const { target, bit, firstEdge } = this.graph;
    const end = firstEdge[node + 1] as number;
    let found = -1;
    let lowest = low[node] as number;
    let edge = this.nextEdge[node] as number;
    while (edge < end && found < 0) {
      const to = target[edge] as number;
      if (((bit[edge] as number) & mask) !== 0 && (within === null || within[to] === within[node])) {
        if (index[to] === 0) found = to;
        else if (low[to] !== 0 && (index[to] as number) < lowest) lowest = index[to] as number;
      }
      edge++;
    }
    this.nextEdge[node] = edge;
    low[node] = lowest;
    return found;
  }

  /** The node is the root of a component: it and all that was opened after it. */
  private complete(root: number): void {
    let start = this.openCount - 1;
    while (this.open[start] !== root) start--;
    const nodes = this.open.slice(start, this.openCount);
    this.openCount = start;
    for (const node of nodes) this.low[node] = 0;
    if (nodes.length === 1) return;
    for (const node of nodes) this.componentOf[node] = this.members.length;
    this.members.push(nodes);
  }
}
