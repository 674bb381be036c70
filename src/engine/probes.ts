/**
 * Marks on rare paths, counted (FoundationDB's CODE_PROBE, Antithesis' "sometimes"): how often a branch was taken that seldom is, and on which something
 * rests. A campaign adds them up; a branch that no run ever took has not been tested, whatever the verdict says.
 *
 * A probe is declared once, with what it means, and is hit through its declaration: what is not declared cannot be hit. Kinds of things that happen in two
 * dimensions (an API answered an error, a machine went from one state to another) are declared as a table. To hit either costs one addition to a number in
 * a flat array, and is no event: hashes of runs do not depend on it.
 */

/** One mark. Made by {@link defineProbes} alone. */
export class Probe<N extends string = string> {
  /** @param needs what a campaign must have for it to be expected there; nothing: every campaign. */
  private constructor(
    readonly id: number,
    readonly area: string,
    readonly name: string,
    readonly meaning: string,
    readonly needs: readonly N[],
  ) {}

  /** @throws Error when the name is taken */
  static declare<N extends string>(area: string, name: string, meaning: string, needs: readonly N[]): Probe<N> {
    claim(name);
    return new Probe<N>(allot(1), area, name, meaning, needs);
  }
}

/** What something means, and what a campaign needs for it. */
export type ProbeDeclaration<N extends string> = string | { readonly meaning: string; readonly needs: readonly N[] };

/** Probes of one area under their names. */
export type ProbeArea<K extends string = string, N extends string = string> = Readonly<Record<K, Probe<N>>>;

/** Counters by row and column, such as errors by API. Made by {@link defineProbeTable}. */
export class ProbeTable<R extends string = string, C extends string = string> {
  private readonly rowIndex: ReadonlyMap<R, number>;
  private readonly columnIndex: ReadonlyMap<C, number>;
  /** The first of its counters; those of a row lie side by side. */
  readonly firstId: number;

  private constructor(
    readonly name: string,
    readonly meaning: string,
    readonly rows: readonly R[],
    readonly columns: readonly C[],
  ) {
    this.rowIndex = new Map(rows.map((row, index) => [row, index]));
    this.columnIndex = new Map(columns.map((column, index) => [column, index]));
    this.firstId = allot(rows.length * columns.length);
  }

  /** @throws Error when the name is taken */
  static declare<R extends string, C extends string>(
    name: string,
    meaning: string,
    rows: readonly R[],
    columns: readonly C[],
  ): ProbeTable<R, C> {
    claim(name);
    return new ProbeTable(name, meaning, rows, columns);
  }

  /** The counter of a cell. @throws Error for a row or column that was not declared */
  cell(row: R, column: C): number {
    const r = this.rowIndex.get(row);
    const c = this.columnIndex.get(column);
    if (r === undefined || c === undefined) throw new Error(`${this.name} has no cell ${row}, ${column}`);
    return this.firstId + r * this.columns.length + c;
  }

  get cells(): number {
    return this.rows.length * this.columns.length;
  }

  /** What {@link Probes.entries} calls a cell. */
  cellName(row: R, column: C): string {
    return `${this.name}/${row}/${column}`;
  }
}

const names = new Set<string>();
const declared: (Probe | ProbeTable)[] = [];
let counters = 0;

function claim(name: string): void {
  if (names.has(name)) throw new Error(`probe ${name} is declared twice`);
  names.add(name);
}

function allot(count: number): number {
  const first = counters;
  counters += count;
  return first;
}

/**
 * Declares the probes of one area.
 * @param probes by kebab-case name, what it means that the path was taken, in one line
 */
export function defineProbes<N extends string, const K extends string>(
  area: string,
  probes: Readonly<Record<K, ProbeDeclaration<N>>>,
): ProbeArea<K, N> {
  const made = {} as Record<K, Probe<N>>;
  for (const name of Object.keys(probes) as K[]) {
    const given: ProbeDeclaration<N> = probes[name];
    const { meaning, needs } = typeof given === 'string' ? { meaning: given, needs: [] } : given;
    const probe = Probe.declare(area, name, meaning, needs);
    declared.push(probe);
    made[name] = probe;
  }
  return made;
}

/** Declares a table of counters. @param meaning of one count, in one line */
export function defineProbeTable<const R extends string, const C extends string>(
  name: string,
  meaning: string,
  rows: readonly R[],
  columns: readonly C[],
): ProbeTable<R, C> {
  const table = ProbeTable.declare(name, meaning, rows, columns);
  declared.push(table as unknown as ProbeTable);
  return table;
}

/** Counts of one run. */
export class Probes {
  private readonly counts = new Float64Array(counters);

  hit(probe: Probe, times = 1): void {
    (this.counts[probe.id] as number) += times;
  }

  /** @param cell from {@link ProbeTable.cell}. */
  hitCell(cell: number): void {
    (this.counts[cell] as number)++;
  }

  count(probe: Probe): number {
    return this.counts[probe.id] ?? 0;
  }

  /** Name and count of everything that was hit, in the order of declaration. */
  entries(): [string, number][] {
    const found: [string, number][] = [];
    for (const each of declared) {
      if (each instanceof ProbeTable) this.addCells(found, each);
      else if (this.count(each) > 0) found.push([each.name, this.count(each)]);
    }
    return found;
  }

  private addCells(found: [string, number][], table: ProbeTable): void {
    const { rows, columns, firstId } = table;
    for (let i = 0; i < table.cells; i++) {
      const count = this.counts[firstId + i] ?? 0;
      if (count === 0) continue;
      const row = rows[Math.floor(i / columns.length)] as string;
      found.push([table.cellName(row, columns[i % columns.length] as string), count]);
    }
  }
}
