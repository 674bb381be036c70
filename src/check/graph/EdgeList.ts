/**
 * Dependencies between transactions, as they are found: growable columns of numbers, since a history of 100,000 transactions has about a million edges.
 *
 * The kinds are Adya's (Weak Consistency, 1999, section 4.4): `ww` the second overwrote or directly follows what the first wrote, `wr` the second read what
 * the first wrote, `rw` the second overwrote what the first read. `process` and `realtime` are Elle's: the same client did the one after the other, and the
 * one was over before the other began.
 */

export const EDGE_KINDS = ['ww', 'wr', 'rw', 'process', 'realtime'] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

/** Every kind has one bit, so that a set of kinds is a number. */
export const WW = 1;
export const WR = 2;
export const RW = 4;
export const PROCESS = 8;
export const REALTIME = 16;
const BITS: Readonly<Record<EdgeKind, number>> = { ww: WW, wr: WR, rw: RW, process: PROCESS, realtime: REALTIME };

/** The kind of a bit. */
export function kindOf(bit: number): EdgeKind {
  return EDGE_KINDS[31 - Math.clz32(bit)] as EdgeKind;
}

const FIRST_CAPACITY = 1024;

export class EdgeList {
  private count = 0;
  private fromNodes = new Int32Array(FIRST_CAPACITY);
  private toNodes = new Int32Array(FIRST_CAPACITY);
  private bits = new Uint8Array(FIRST_CAPACITY);

  /** Nodes are whole numbers from 0. The same edge may be added again; one from a transaction to itself says nothing and is not kept. */
  add(from: number, to: number, kind: EdgeKind): void {
    if (from === to) return;
    if (this.count === this.fromNodes.length) this.grow();
    this.fromNodes[this.count] = from;
    this.toNodes[this.count] = to;
    this.bits[this.count++] = BITS[kind];
  }

  get length(): number {
    return this.count;
  }

  /** The columns, one entry per edge: a view that the next `add` may outdate. */
  columns(): { readonly from: Int32Array; readonly to: Int32Array; readonly bits: Uint8Array } {
    const { count } = this;
    return { from: this.fromNodes.subarray(0, count), to: this.toNodes.subarray(0, count), bits: this.bits.subarray(0, count) };
  }

  private grow(): void {
    const capacity = this.count * 2;
    const [from, to, bits] = [new Int32Array(capacity), new Int32Array(capacity), new Uint8Array(capacity)];
    from.set(this.fromNodes);
    to.set(this.toNodes);
    bits.set(this.bits);
    this.fromNodes = from;
    this.toNodes = to;
    this.bits = bits;
  }
}
