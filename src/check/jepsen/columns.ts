/** Columns of numbers that grow: 4 or 8 bytes a row, and nothing for the garbage collector to look at. */

const FIRST = 1_024;

/** Whole numbers of 32 bits. */
export class IntColumn {
  length = 0;
  private rows = new Int32Array(FIRST);

  push(value: number): number {
    if (this.length === this.rows.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows[this.length] = value;
    return this.length++;
  }

  at(row: number): number {
    return this.rows[row] as number;
  }

  set(row: number, value: number): void {
    this.rows[row] = value;
  }

  /** What it holds; the column must not be pushed to any more. */
  finish(): Int32Array {
    return this.rows.subarray(0, this.length);
  }
}

/** Numbers beyond 32 bits: offsets, values, times. */
export class FloatColumn {
  length = 0;
  private rows = new Float64Array(FIRST);

  push(value: number): number {
    if (this.length === this.rows.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows[this.length] = value;
    return this.length++;
  }

  at(row: number): number {
    return this.rows[row] as number;
  }

  /** What it holds; the column must not be pushed to any more. */
  finish(): Float64Array {
    return this.rows.subarray(0, this.length);
  }
}

/** Rows grouped by a number from 0 on: those of group `g` are `rows[starts[g]]` to `rows[starts[g + 1] - 1]`, in their order. */
export interface Groups {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/** Groups the rows 0, 1, …; a row whose group is below 0 is in none. */
export function groupBy(groupOf: ArrayLike<number>, groups: number, order?: ArrayLike<number>): Groups {
  const starts = new Int32Array(groups + 1);
  for (let row = 0; row < groupOf.length; row++) {
    const group = groupOf[row] as number;
    if (group >= 0) starts[group + 1] = (starts[group + 1] as number) + 1;
  }
  for (let group = 0; group < groups; group++) starts[group + 1] = (starts[group + 1] as number) + (starts[group] as number);
  const next = starts.slice();
  const rows = new Int32Array(starts[groups] as number);
  for (let i = 0; i < groupOf.length; i++) {
    const row = order === undefined ? i : (order[i] as number);
    const group = groupOf[row] as number;
    if (group < 0) continue;
    rows[next[group] as number] = row;
    next[group] = (next[group] as number) + 1;
  }
  return { starts, rows };
}
