/**
 * A vitest reporter for trials: prints what was on trial at the end, and writes it for CI servers. Name it beside the usual one, in `vitest.config.ts`:
 * `reporters: ['default', ['trialrun/vitest-reporter', { junit: 'reports/trials.xml' }]]`.
 *
 * @packageDocumentation
 */
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { writeFileAtomically } from './cli/files.js';
import type { TrialNote } from './vitest/note.js';
import { tableAnnotations, tableJunit, tableMarkdown, tableText, type TestNote } from './vitest/trialTable.js';

/** What the reporter does besides printing. */
export interface TrialReporterOptions {
  /** Folder in which failing runs are saved, each in a folder of its own: the scenario and the page. `''`: none are. Default: `reports`. */
  readonly out?: string;
  /** File for JUnit XML. Default: none is written. */
  readonly junit?: string;
  /** Annotations and a job summary for GitHub Actions. Default: where `GITHUB_ACTIONS` is `true`. */
  readonly github?: boolean;
}

/** The reporter; vitest makes one. */
export default class TrialReporter implements Reporter {
  private root = process.cwd();

  /** Made by vitest, with the options from its configuration. */
  constructor(private readonly options: TrialReporterOptions = {}) {}

  /** Tells the matchers where to save. */
  onInit(vitest: Vitest): void {
    this.root = vitest.config.root;
    const { out } = this.options;
    if (out !== undefined) (vitest.provide as (key: string, value: string) => void)('trialrunOut', out);
  }

  /** Prints and writes everything that was on trial; nothing when nothing was. */
  onTestRunEnd(modules: readonly TestModule[]): void {
    const notes = modules.flatMap((module) => [...module.children.allTests()].flatMap((test) => this.notesOf(module, test)));
    if (notes.length === 0) return;
    const { junit, github = process.env['GITHUB_ACTIONS'] === 'true' } = this.options;
    process.stdout.write(tableText(notes).join('\n'));
    if (junit !== undefined) writeFileAtomically(junit, `${tableJunit(notes)}\n`);
    if (github) writeGithub(notes);
  }

  private notesOf(module: TestModule, test: TestCase): TestNote[] {
    const { trialrun = [] } = test.meta() as { readonly trialrun?: readonly TrialNote[] };
    const file = relative(this.root, module.moduleId);
    const seconds = (test.diagnostic()?.duration ?? 0) / 1_000 / Math.max(1, trialrun.length);
    return trialrun.map((note) => ({ ...note, file, test: test.fullName, seconds }));
  }
}

function writeGithub(notes: readonly TestNote[]): void {
  process.stdout.write(`${['', ...tableAnnotations(notes)].join('\n')}\n`);
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') appendFileSync(summary, tableMarkdown(notes));
}
