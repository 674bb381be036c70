/**
 * From whole numbers to small numbers: an array where the numbers lie close together, as offsets and values do, and a map for those that do not. A lookup costs a
 * few nanoseconds in the first case, and no number, however large or hostile, costs more than a map entry.
 */

/** The array may be this many times larger than what it holds. */
const SPARSENESS = 16;

export class IntIndex {
  private dense = new Int32Array(64);
  private sparse: Map<number, number> | null = null;
  private count = 0;

  /** -1 where the number is not known. */
  get(number: number): number {
    if (number >= 0 && number < this.dense.length) {
      const found = this.dense[number] as number;
      if (found > 0) return found - 1;
    }
    return this.sparse === null ? -1 : (this.sparse.get(number) ?? -1);
  }

  /** Sets a number that is not known yet. */
  set(number: number, to: number): void {
    this.count++;
    if (number >= this.dense.length && number < SPARSENESS * this.count) this.grow(number);
    if (number >= 0 && number < this.dense.length) this.dense[number] = to + 1;
    else (this.sparse ??= new Map()).set(number, to);
  }

  private grow(number: number): void {
    let length = this.dense.length;
    while (length <= number) length *= 2;
    const dense = new Int32Array(length);
    dense.set(this.dense);
    this.dense = dense;
  }
}
