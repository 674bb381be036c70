/** The comparison of configurations as a published document: what each gives and what it costs, over the same seeds. */
import { costRows, pairedText, percentText, type CompareReport } from '../compareText.js';
import { grouped, listed } from '../numbers.js';
import {
  code,
  codeBlock,
  foreign,
  joined,
  list,
  paragraph,
  section,
  table,
  text,
  type Block,
  type Document,
  type Inline,
  type Text,
} from './Document.js';
import { guaranteeWords } from '../guaranteeWords.js';
import { several } from './wording.js';
import { capitalised } from '../sentences.js';

export interface ComparisonInput {
  readonly title: string;
  readonly report: CompareReport;
  /** Classes of the faults that took part. */
  readonly faults: readonly string[];
  readonly command: string;
  /** What a reader should know before drawing conclusions from this comparison, a paragraph each. */
  readonly notes: readonly string[];
  readonly version: string;
}

export function comparisonDocument(input: ComparisonInput): Document {
  const { title, report, version, command } = input;
  return {
    kicker: 'Trialrun analysis · configurations side by side',
    title: [title],
    plainTitle: `${title} · Trialrun analysis`,
    abstract: [abstract(input)],
    sections: [
      section('background', 'Background', [
        paragraph`When replicas cannot reach each other, a partition can go on accepting writes or keep what it has confirmed, not both. In Kafka the choice is made by settings: ${code('acks')} decides for how many copies a producer waits, ${code('min.insync.replicas')} with how few a leader still accepts writes that wait for all, and ${code('unclean.leader.election.enable')} whether a replica that lacks records may lead.`,
      ]),
      section('design', 'Test design', design(input)),
      section(
        'results',
        'Results',
        [],
        [
          section('guarantees', 'What each gives', guarantees(report)),
          section('costs', 'What it costs', costs(report)),
          section('differences', 'The differences, seed by seed', differences(report)),
        ],
      ),
      section('discussion', 'Discussion', discussion(report, input.notes)),
      section('reproduction', 'Reproduction', [paragraph`The seeds are fixed, and so are the figures.`, codeBlock('sh', [command])]),
    ],
    footer: [
      `Written by Trialrun ${version} from the runs themselves. Apache Kafka is a trademark of the Apache Software Foundation; Trialrun is not affiliated with it.`,
    ],
    version,
  };
}

function abstract({ report, faults }: ComparisonInput): Block {
  const { labels, subjects, seeds } = report;
  const lost = subjects.map(({ cost }) => cost.lost);
  const losing = labels.filter((_, i) => (lost[i] ?? 0) > 0);
  const keeping = labels.filter((_, i) => lost[i] === 0);
  const each = losing.map(({ label }): Text => text`${code(label)} ${grouped(lost[labels.findIndex((one) => one.label === label)] ?? 0)}`);
  const losses =
    losing.length === 0 ? 'None of them lost an acknowledged record' : text`Acknowledged and then lost were: with ${joined(each)}`;
  const kept = keeping.length === 0 || losing.length === 0 ? '' : text`; with ${joined(keeping.map(({ label }) => code(label)))} none`;
  return paragraph`We put ${several(labels.length, 'configuration')} of Kafka side by side, in ${seeds} seeds each, under faults of the classes ${listed(faults)}. A seed draws the same world for all of them. ${losses}${kept}.`;
}

function design({ report, faults }: ComparisonInput): Block[] {
  const { labels, seeds, subjects } = report;
  const sends = subjects.reduce((sum, { cost }) => sum + cost.sends, 0);
  return [
    list(labels.map(({ label, description }): Text => text`${code(label)}: ${foreign(description)}`)),
    paragraph`Each of ${seeds} seeds draws faults of the classes ${listed(faults)}, latencies, time-outs that nobody set and a workload; each of these has a stream of chance of its own, so that the configurations meet the same weather. There were ${grouped(sends)} sends in all. Guarantees are judged at the end of each run, after healing.`,
  ];
}

function guarantees({ guarantees: names, labels, subjects }: CompareReport): Block[] {
  const rows = names.map((name): (Inline | Text)[] => [
    code(name),
    ...subjects.map(({ verdicts }) => {
      const { held = 0, violated = 0 } = verdicts[name] ?? {};
      if (held + violated === 0) return 'unknown';
      return violated === 0 ? `held in ${held}` : `violated in ${violated} of ${held + violated}`;
    }),
  ]);
  return [
    paragraph`Counted are the seeds that put a guarantee to the test; a seed in which nothing could have gone wrong says nothing.`,
    table('Guarantees by configuration.', ['guarantee', ...labels.map(({ label }) => label)], rows),
    list(names.map((name): Text => text`${code(name)}: ${guaranteeWords[name].demand}`)),
  ];
}

function costs(report: CompareReport): Block[] {
  const rows = costRows(report).map(([name = '', ...cells]) => [capitalised(name), ...cells]);
  return [
    paragraph`A partition accepts writes while its leader runs and as many replicas are in sync as its producers ask for. Latency is that of acknowledged sends, from ${code('send')} to the result; with ${code('acks=0')} the producer itself reports success as soon as it has sent, so that neither share nor latency says anything there.`,
    table('Availability, latency, loss.', ['', ...report.labels.map(({ label }) => `>${label}`)], rows),
  ];
}

function differences({ labels, subjects }: CompareReport): Block[] {
  const [first] = labels;
  const items = subjects.flatMap(({ difference }, i): Text[] => {
    if (difference === null) return [];
    const { available, acknowledged, p50Us, p99Us, lost } = difference;
    const parts = [
      pairedText('accepting writes', available, (mean) => `${(mean * 100).toFixed(2)} points`),
      pairedText('acknowledged', acknowledged, (mean) => `${(mean * 100).toFixed(2)} points`),
      pairedText('median latency', p50Us, milliseconds),
      pairedText('99th percentile', p99Us, milliseconds),
      pairedText('lost', lost, (mean) => mean.toFixed(2)),
    ].filter((part) => part !== '');
    return [text`${code(labels[i]?.label ?? '')}: ${parts.join('; ')}`];
  });
  return [
    paragraph`Against ${code(first?.label ?? '')}: the mean difference, and in brackets the seeds in which the value is lower and higher.`,
    list(items),
  ];
}

const milliseconds = (meanUs: number): string => `${(meanUs / 1000).toFixed(1)} ms`;

function discussion({ labels, subjects }: CompareReport, notes: readonly string[]): Block[] {
  const keeping = subjects.flatMap(({ cost }, i) =>
    cost.lost === 0 && cost.available !== null ? [{ label: labels[i]?.label ?? '', available: cost.available }] : [],
  );
  const ranked = [...keeping].sort((a, b) => b.available - a.available);
  const [best, worst] = [ranked[0], ranked.at(-1)];
  const price =
    best === undefined || worst === undefined
      ? text`Every configuration lost records.`
      : best === worst
        ? text`Only ${code(best.label)} lost no acknowledged record; it accepted writes for ${percentText(best.available)} of the time.`
        : text`Of those that lost no acknowledged record, ${code(best.label)} accepted writes for the longest time, ${percentText(best.available)}, and ${code(worst.label)} for the shortest, ${percentText(worst.available)}.`;
  return [
    paragraph`${price} Figures are those of a simulated network without load: they are to be compared with each other, not with a production cluster.`,
    ...notes.map((note) => paragraph`${note}`),
    paragraph`A guarantee that held in every seed held in those seeds. Runs can show that something is possible, not that nothing is.`,
  ];
}
