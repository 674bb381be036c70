/** Results: one section per finding; what held; what Jepsen's own analysis says of the same history. */
import { anomalyStatements } from '../../check/jepsen/AnomalyType.js';
import type { AnomalyReport } from '../../check/jepsen/analyze.js';
import { counted, grouped } from '../numbers.js';
import type { VerdictCounts } from '../../explore/compare.js';
import type { AnalysisSubject } from './AnalysisSubject.js';
import { isConcerned } from './background.js';
import { code, joined, paragraph, section, table, text, type Block, type Section } from './Document.js';
import { changeWords } from './changeWords.js';
import { findingSection, findingsOf } from './finding.js';
import { several } from './wording.js';
import { capitalised } from '../sentences.js';

export function results(subjects: readonly AnalysisSubject[]): Section {
  const found = findingsOf(subjects);
  const named = subjects.length > 1;
  const intro =
    found.length === 0
      ? paragraph`Nothing that was judged was violated, neither in the run as written nor in another schedule of it.`
      : paragraph`We report ${several(found.length, 'finding')}.`;
  return section('results', 'Results', found.length === 0 ? [] : [intro], [
    ...found.map(findingSection),
    section('verdicts', found.length === 0 ? 'What held' : 'Every guarantee in the run', [
      ...(found.length === 0 ? [held(subjects)] : []),
      ...subjects.map((subject) => verdicts(subject, named)),
      ...subjects.flatMap((subject) => contrast(subject)),
    ]),
    section(
      'jepsen',
      'The same history by Jepsen’s analysis',
      subjects.flatMap((subject) => jepsen(subject, named)),
    ),
  ]);
}

function held(subjects: readonly AnalysisSubject[]): Block {
  const runs = subjects.reduce((sum, { study }) => sum + study.asWritten.cost.runs, 0);
  return paragraph`Nothing that was judged was violated in the run as written. How the guarantees fared in all ${counted(runs, 'schedule')} is in the last column.`;
}

function verdicts({ scenario, result, study }: AnalysisSubject, named: boolean): Block {
  const rows = result.judgement.guarantees
    .filter(isConcerned(scenario))
    .map(({ name, verdict, promise, detail }) => [
      code(name),
      verdict,
      promise.promised ? 'yes' : 'no',
      detail,
      schedulesText(study.asWritten.verdicts[name]),
    ]);
  const columns = ['guarantee', 'verdict', 'promised', 'what was judged', 'all schedules'];
  return table(`Verdicts of the run as written${named ? ` (${scenario.name})` : ''}.`, columns, rows);
}

/** `held in 38, unknown in 2` */
function schedulesText(counts: VerdictCounts): string {
  const parts = (['violated', 'held', 'unknown'] as const).flatMap((verdict) =>
    counts[verdict] === 0 ? [] : [`${verdict} in ${counts[verdict]}`],
  );
  return parts.join(', ');
}

/** The same faults with one setting wrong: that they can do harm shows that holding says something. */
function contrast({ study, cases, scenario }: AnalysisSubject): Block[] {
  if (cases.length > 0) return [];
  const harmed = study.changes.flatMap(({ change, verdicts: counts, cost }) => {
    const broken = scenario.require
      .filter((name) => counts[name].violated > 0)
      .map((name) => text`${code(name)} in ${counts[name].violated}`);
    return broken.length === 0 ? [] : [[changeWords(change), joined(broken), grouped(cost.runs), grouped(cost.lost), grouped(cost.sends)]];
  });
  if (harmed.length === 0) return [];
  return [
    paragraph`The faults are not harmless: with a single setting changed for the worse, the same faults in the same schedules break what is required.`,
    table(
      'The same faults, with one setting changed.',
      ['change', 'violated', '>of schedules', '>acknowledged, then lost', '>sends'],
      harmed,
    ),
  ];
}

function jepsen({ scenario, result, report: { analysis: report } }: AnalysisSubject, named: boolean): Block[] {
  const seen = report.anomalies.filter(({ violations, allowed, excused }) => violations + allowed + excused > 0);
  const of = named ? text` of ${code(scenario.name)}` : [];
  const size = `${counted(report.operations, 'operation')}, ${counted(report.recordsSent, 'record')} sent, ${grouped(report.recordsPolled)} read`;
  const intro = text`Jepsen’s analysis of Kafka-like logs sees only what the clients saw. Given the history${of} (${size}), `;
  if (seen.length === 0) {
    const why =
      result.judgement.findings.length === 0
        ? ''
        : ' What is reported above rests on more than it sees: the logs that remained, and what applications processed and committed.';
    return [paragraph`${intro}it finds no anomaly.${why}`];
  }
  return [
    paragraph`${intro}it finds ${several(seen.length, 'type')} of anomaly. An anomaly is a violation where the configuration rules it out, allowed where it does not, and excused where the history records what explains it.`,
    table(
      `Anomalies in the clients’ history${named ? ` (${scenario.name})` : ''}.`,
      ['anomaly', 'meaning', '>violations', '>allowed', '>excused', 'the first'],
      seen.map(anomalyRow),
    ),
  ];
}

function anomalyRow({ type, violations, allowed, excused, examples }: AnomalyReport): (string | ReturnType<typeof code>)[] {
  const [first] = examples;
  return [
    code(type),
    anomalyStatements[type],
    grouped(violations),
    grouped(allowed),
    grouped(excused),
    first === undefined ? '' : capitalised(first.message),
  ];
}
