/** A directed graph in compressed rows: the edges that leave node `n` are those from `firstEdge[n]` up to `firstEdge[n + 1]`, in the order of the list. */
import type { EdgeList } from './EdgeList.js';

export class Digraph {
  readonly firstEdge: Int32Array;
  readonly target: Int32Array;
  /** Which kind of edge: one bit of those in EdgeList. */
  readonly bit: Uint8Array;

  /** @throws RangeError for an edge whose ends are not nodes from 0 to `nodeCount - 1`. */
  constructor(
    readonly nodeCount: number,
    edges: EdgeList,
  ) {
    const { from, to, bits } = edges.columns();
    const count = edges.length;
    const firstEdge = new Int32Array(nodeCount + 1);
    for (let i = 0; i < count; i++) {
      const [a, b] = [from[i] as number, to[i] as number];
      if (a < 0 || b < 0 || a >= nodeCount || b >= nodeCount) throw new RangeError(`edge ${a} → ${b} in a graph of ${nodeCount} nodes`);
      firstEdge[a + 1] = (firstEdge[a + 1] as number) + 1;
    }
    for (let n = 0; n < nodeCount; n++) firstEdge[n + 1] = (firstEdge[n + 1] as number) + (firstEdge[n] as number);
    this.firstEdge = firstEdge;
    this.target = new Int32Array(count);
    this.bit = new Uint8Array(count);
    const next = firstEdge.slice();
    for (let i = 0; i < count; i++) {
      const at = next[from[i] as number] as number;
      next[from[i] as number] = at + 1;
      this.target[at] = to[i] as number;
      this.bit[at] = bits[i] as number;
    }
  }
}
