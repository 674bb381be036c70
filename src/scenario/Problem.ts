/** What is wrong with a scenario: where, what, and what would be right. */

export type PathStep = string | number;

export interface Problem {
  /** Steps into the file, such as `['faults', 1, 'target']`. */
  readonly path: readonly PathStep[];
  /** The key at the path's end is wrong, not its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly remedy: string;
}

/** A problem with its place in a text. */
export interface LocatedProblem extends Problem {
  readonly file: string;
  /** From 1; 0 where there is no text (a TypeScript scenario). */
  readonly line: number;
  readonly column: number;
}

/** `scenario.yaml:7:24 topics.0.replicationFactor: message. Remedy` */
export function problemText(problem: LocatedProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  const path = problem.path.length > 0 ? ` ${problem.path.join('.')}` : '';
  const remedy = problem.remedy === '' ? '' : `. ${problem.remedy.charAt(0).toUpperCase()}${problem.remedy.slice(1)}`;
  return `${place}${path}: ${problem.message}${remedy}`;
}
