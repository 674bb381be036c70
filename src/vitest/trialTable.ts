/** Everything that was on trial in one run of vitest, as text, as JUnit XML and for GitHub Actions. */
import { inMarkdown, markdownTable, annotationText } from '../report/github.js';
import { junitText } from '../report/junitCases.js';
import { counted } from '../report/numbers.js';
import { textTable } from '../report/textTable.js';
import type { TrialNote } from './note.js';

/** A note, and whose it is. */
export interface TestNote extends TrialNote {
  /** The test's file, from the project's folder. */
  readonly file: string;
  /** Full name of the test, `suite > test`. */
  readonly test: string;
  /** How long the test took. */
  readonly seconds: number;
}

/** For the terminal: test by test, one line per guarantee. */
export function tableText(notes: readonly TestNote[]): string[] {
  if (notes.length === 0) return [];
  const failed = notes.filter(({ passed }) => !passed).length;
  const blocks = notes.flatMap((note) => {
    const rows = note.rows.map(({ guarantee, verdict }) => [verdict, guarantee, seedsText(note)]);
    const where = note.page === undefined ? [] : [`      ${note.page}`];
    return [`  ${mark(note)} ${note.test}`, ...textTable(rows, '      '), ...where];
  });
  const conclusion =
    failed === 0 ? `All ${counted(notes.length, 'trial')} as expected.` : `${failed} of ${counted(notes.length, 'trial')} not as expected.`;
  return ['', 'On trial', ...blocks, '', `  ${conclusion}`, ''];
}

/** One test case per trial, its guarantees in its name. */
export function tableJunit(notes: readonly TestNote[]): string {
  return junitText({
    name: 'trialrun',
    seconds: notes.reduce((sum, { seconds }) => sum + seconds, 0),
    properties: [],
    cases: notes.map((note) => {
      const { file, test, passed, message, headline } = note;
      const at = { className: file, name: `${test}: ${guaranteesOf(note)}` };
      if (passed) return { ...at, outcome: 'passed' };
      const first = note.rows.find(({ verdict }) => verdict !== 'held');
      return {
        ...at,
        outcome: 'failure',
        type: first?.guarantee ?? 'trial',
        message: headline === '' ? firstLine(message) : headline,
        body: message,
      };
    }),
  });
}

/** One annotation per trial that failed. */
export function tableAnnotations(notes: readonly TestNote[]): string[] {
  return notes
    .filter(({ passed }) => !passed)
    .map(({ file, test, headline, message }) =>
      annotationText({ file, title: `${test}${headline === '' ? '' : `: ${headline}`}`, message }),
    );
}

/** For the summary of a job. */
export function tableMarkdown(notes: readonly TestNote[]): string {
  const rows = notes.flatMap((note) =>
    note.rows.map(({ guarantee, verdict, detail }) => [mark(note), note.test, guarantee, verdict, seedsText(note), detail]),
  );
  const replays = notes.flatMap(({ test, replayCommand }) =>
    replayCommand === undefined ? [] : [`* ${inMarkdown(test)}: \`${replayCommand}\``],
  );
  return [
    '## Kafka on trial',
    '',
    ...markdownTable(['', 'test', 'guarantee', 'verdict', 'tried', 'what was judged or found'], rows),
    ...(replays.length === 0 ? [] : ['', 'To run a failure again:', '', ...replays]),
    '',
  ].join('\n');
}

function mark({ passed }: TrialNote): string {
  return passed ? '✓' : '✗';
}

function seedsText({ seeds, negated }: TrialNote): string {
  return `${counted(seeds, 'seed')}${negated ? ', expected to be violated' : ''}`;
}

function guaranteesOf({ rows }: TrialNote): string {
  return rows.map(({ guarantee }) => guarantee).join(', ');
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
