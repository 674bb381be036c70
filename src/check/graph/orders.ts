/**
 * The two orders which do not come from data: what one client did one after the other, and what was over before something else began.
 *
 * Both are given in as few edges as carry them: the rest follows by going along several. For real time that is the transitive reduction which Elle computes
 * by a sweep; it has at most (operations × operations open at once) edges, instead of a number which grows with the square of the history.
 */
import type { EdgeList } from './EdgeList.js';

/** When each node was invoked and completed, on whatever scale: virtual time, or the place in a history. */
export interface Spans {
  readonly invoked: ArrayLike<number>;
  /** -1: it did not complete (info), and nothing comes after it for certain. */
  readonly completed: ArrayLike<number>;
}

/** Links the nodes of each process, in the order in which they were invoked; at the same moment, in the order of their numbers. */
export function addProcessEdges(edges: EdgeList, processOf: ArrayLike<number>, invoked: ArrayLike<number>): void {
  const last = new Map<number, number>();
  for (const node of sortedBy(invoked, () => true)) {
    const process = processOf[node] as number;
    const before = last.get(process);
    if (before !== undefined) edges.add(before, node, 'process');
    last.set(process, node);
  }
}

/** Links every node to those which began only after it had completed. At the same moment they count as concurrent. */
export function addRealtimeEdges(edges: EdgeList, { invoked, completed }: Spans): void {
  const beginnings = sortedBy(invoked, () => true);
  const endings = sortedBy(completed, (node) => (completed[node] as number) >= 0);
  /** Completed, and not before the beginning of anything else here: whatever begins now comes after all of these. */
  let frontier: number[] = [];
  let next = 0;
  for (const node of endings) {
    const now = completed[node] as number;
    for (; next < beginnings.length && (invoked[beginnings[next] as number] as number) <= now; next++) {
      for (const before of frontier) edges.add(before, beginnings[next] as number, 'realtime');
    }
    const began = invoked[node] as number;
    frontier = frontier.filter((before) => (completed[before] as number) >= began);
    frontier.push(node);
  }
  for (; next < beginnings.length; next++) for (const before of frontier) edges.add(before, beginnings[next] as number, 'realtime');
}

/** The numbers of those wanted, by ascending value, then number. Mostly they are in that order already. */
function sortedBy(values: ArrayLike<number>, wanted: (node: number) => boolean): number[] {
  const nodes: number[] = [];
  for (let node = 0; node < values.length; node++) if (wanted(node)) nodes.push(node);
  return nodes.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
}
