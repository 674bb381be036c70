/** Configurations side by side, for the terminal: guarantees, availability, latency, loss, and the differences seed by seed. */
import type { CompareAnswer, ComparedSubject, Paired, VerdictCounts } from '../explore/compare.js';
import type { CostSummary } from '../explore/metrics.js';
import { counted, grouped, secondsText } from './numbers.js';
import { textTable, wrapped, type Paint } from './textTable.js';

export interface CompareReport extends CompareAnswer {
  /** Of the subjects, in order, with what each is. */
  readonly labels: readonly { readonly label: string; readonly description: string }[];
  /** What the seeds are: `seeds 1 to 60`, `b02-acks-1 and 59 other schedules of it`. */
  readonly over: string;
  /** Why it ended early; empty when it did not. */
  readonly cutShort: string;
}

export function compareText(report: CompareReport, paint: Paint, width: number): string[] {
  const { labels, over, seeds, cutShort } = report;
  return [
    ...labels.flatMap(({ label, description }) => wrapped(`${paint.strong(label)}: ${description}`, width, '    ', '  ')),
    '',
    ...wrapped(`${counted(seeds, 'seed')} each (${over})`, width),
    ...textTable([['', ...labels.map(({ label }) => paint.strong(label))], ...guaranteeRows(report, paint), ...costRows(report)], '  '),
    ...differenceLines(report, paint, width),
    '',
    ...legend.flatMap((line) => wrapped(line, width, '  ')).map((line) => paint.faint(line)),
    ...(cutShort === '' ? [] : wrapped(`${paint.doubtful('Cut short:')} ${cutShort}`, width, '  ', '')),
  ];
}

const legend = [
  'held, violated: seeds that put the guarantee to the test and kept it, or broke it; unknown: none put it to the test.',
  'accepting writes: share of virtual time in which a partition had a leader that runs, with as many replicas in sync as its producers ask for (min.insync.replicas with acks=all). acknowledged: share of sends. Latency: of acknowledged sends, from send() to its result; with acks=0 the producer itself reports success, which says nothing.',
];

function guaranteeRows({ guarantees, subjects }: CompareReport, paint: Paint): string[][] {
  return guarantees.map((name) => [name, ...subjects.map(({ verdicts }) => verdictText(verdicts[name], paint))]);
}

function verdictText(counts: VerdictCounts | undefined, paint: Paint): string {
  if (counts === undefined || counts.held + counts.violated === 0) return paint.doubtful('unknown');
  if (counts.violated === 0) return paint.good(`held ${counts.held}`);
  return paint.bad(`violated ${counts.violated} of ${counts.held + counts.violated}`);
}

/** What it costs, row by row. */
export function costRows({ subjects }: Pick<CompareAnswer, 'subjects'>): string[][] {
  const row = (name: string, of: (cost: CostSummary) => string): string[] => [name, ...subjects.map(({ cost }) => of(cost))];
  return [
    row('accepting writes', ({ available }) => percentText(available)),
    row('acknowledged', ({ acknowledged }) => percentText(acknowledged)),
    row('latency p50', ({ p50Us }) => latencyText(p50Us)),
    row('latency p99', ({ p99Us }) => latencyText(p99Us)),
    row('acknowledged, then lost', ({ lost }) => grouped(lost)),
    row('duplicates', ({ duplicates }) => grouped(duplicates)),
    row('sends', ({ sends }) => grouped(sends)),
  ];
}

export function percentText(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(2)} %`;
}

export function latencyText(us: number | null): string {
  if (us === null) return '–';
  return us >= 1_000_000 ? secondsText(us, 2) : `${(us / 1000).toFixed(1)} ms`;
}

function differenceLines({ subjects, labels }: CompareReport, paint: Paint, width: number): string[] {
  const [first] = labels;
  const told = subjects.flatMap(({ difference }, i) => (difference === null ? [] : [differenceText(difference, labels[i]?.label ?? '')]));
  if (first === undefined || told.length === 0) return [];
  return [
    '',
    ...wrapped(`Against ${paint.strong(first.label)}, seed by seed (mean; seeds in which it is lower, higher)`, width),
    ...told.flatMap((line) => wrapped(line, width, '    ', '  ')),
  ];
}

function differenceText(difference: NonNullable<ComparedSubject['difference']>, label: string): string {
  const { available, acknowledged, p50Us, p99Us, lost, duplicates } = difference;
  const points = (value: number): string => `${(value * 100).toFixed(2)} points`;
  const ms = (value: number): string => `${(value / 1000).toFixed(1)} ms`;
  const number = (value: number): string => value.toFixed(2);
  const parts = [
    pairedText('accepting writes', available, points),
    pairedText('acknowledged', acknowledged, points),
    pairedText('p50', p50Us, ms),
    pairedText('p99', p99Us, ms),
    pairedText('lost', lost, number),
    pairedText('duplicates', duplicates, number),
  ];
  return `${label}: ${parts.filter((part) => part !== '').join('; ')}`;
}

/** `p50 +0.8 ms (2, 58)`. */
export function pairedText(name: string, paired: Paired | null, value: (mean: number) => string): string {
  if (paired === null) return '';
  if (paired.lower + paired.higher === 0) return `${name} the same`;
  return `${name} ${paired.mean >= 0 ? '+' : ''}${value(paired.mean)} (${paired.lower}, ${paired.higher})`;
}
