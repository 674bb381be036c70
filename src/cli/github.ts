/**
 * What a workflow of GitHub Actions is told besides the result: annotations and a summary of the job. Annotations go to stderr, which the runner reads as well, so
 * that stdout holds nothing but the format that was asked for.
 */
import { appendFileSync } from 'node:fs';
import { usageError } from './CliError.js';
import { reasonOf } from './files.js';

/** Tells GitHub Actions, where this runs there. @param annotations none where stdout has them already. @param summary Markdown. */
export function tellGithub(annotations: () => readonly string[], summary: () => string): void {
  if (process.env['GITHUB_ACTIONS'] !== 'true') return;
  for (const annotation of annotations()) process.stderr.write(`${annotation}\n`);
  const file = process.env['GITHUB_STEP_SUMMARY'] ?? '';
  if (file === '') return;
  try {
    appendFileSync(file, summary());
  } catch (error) {
    throw usageError(
      `GITHUB_STEP_SUMMARY ${file} cannot be written: ${reasonOf(error)}`,
      'name a file that can be written, or unset the variable',
    );
  }
}
