/** The terminal: results go to stdout, progress and problems to stderr. Colours only where a terminal shows them (`NO_COLOR` is respected). */
import chalk, { chalkStderr } from 'chalk';
import type { Paint } from '../report/textTable.js';

export const paint: Paint = {
  good: (text) => chalk.green(text),
  bad: (text) => chalk.red(text),
  doubtful: (text) => chalk.yellow(text),
  faint: (text) => chalk.dim(text),
  strong: (text) => chalk.bold(text),
};

/** For what goes to stderr. */
export const complaint = chalkStderr.red;

/** Writes lines to stdout. */
export function print(...lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}

/** Columns of the terminal, between 60 and 110; where there is none, what the variable COLUMNS says, or 110. */
export function columns(): number {
  return Math.max(60, Math.min(110, process.stdout.columns ?? (Number(process.env['COLUMNS']) || 110)));
}
