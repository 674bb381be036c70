/**
 * The calls and returns of completed operations in order of time, as a doubly linked list of numbers from which an operation can be lifted out and put back in
 * no time: the list at the heart of Wing and Gong's search.
 *
 * Operations are numbered by their invocation. The call of operation `i` is node `2i`, its return `2i + 1`; at the same moment calls come before returns, so
 * that operations which touch are concurrent.
 */
export const END = -1;

export class OperationList {
  private readonly following: Int32Array;
  private readonly preceding: Int32Array;
  private head: number;

  constructor(invoked: readonly number[], completed: readonly number[]) {
    const nodes = Array.from({ length: invoked.length * 2 }, (_, node) => node);
    const timeOf = (node: number): number => ((node & 1) === 0 ? invoked : completed)[node >> 1] as number;
    nodes.sort((a, b) => timeOf(a) - timeOf(b) || (a & 1) - (b & 1) || a - b);
    this.following = new Int32Array(nodes.length).fill(END);
    this.preceding = new Int32Array(nodes.length).fill(END);
    nodes.forEach((node, i) => {
      this.following[node] = nodes[i + 1] ?? END;
      this.preceding[node] = nodes[i - 1] ?? END;
    });
    this.head = nodes[0] ?? END;
  }

  /** The first node; END: none is left. */
  get first(): number {
    return this.head;
  }

  after(node: number): number {
    return this.following[node] as number;
  }

  /** Takes the operation's call and return out. */
  lift(operation: number): void {
    this.unlink(operation * 2);
    this.unlink(operation * 2 + 1);
  }

  /** Puts back what was lifted last. */
  unlift(operation: number): void {
    this.relink(operation * 2 + 1);
    this.relink(operation * 2);
  }

  private unlink(node: number): void {
    const [before, after] = [this.preceding[node] as number, this.following[node] as number];
    if (before === END) this.head = after;
    else this.following[before] = after;
    if (after !== END) this.preceding[after] = before;
  }

  private relink(node: number): void {
    const [before, after] = [this.preceding[node] as number, this.following[node] as number];
    if (before === END) this.head = node;
    else this.following[before] = node;
    if (after !== END) this.preceding[after] = node;
  }
}
