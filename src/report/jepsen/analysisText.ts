/** The analysis of a history for people: what was looked at, a table of anomalies, the first example of each in a sentence, the verdict. */
import type { Anomaly, Standing } from '../../check/jepsen/Anomaly.js';
import { anomalyStatements } from '../../check/jepsen/AnomalyType.js';
import type { AnomalyReport, HistoryReport } from '../../check/jepsen/analyze.js';
import { grouped } from '../numbers.js';
import { textTable, wrapped, type Paint } from '../textTable.js';
import { capitalised } from '../sentences.js';

export function analysisText(report: HistoryReport, paint: Paint, columns: number): string[] {
  return [
    ...size(report),
    '',
    ...table(report, paint),
    ...examples(report, paint, columns),
    '',
    ...told(report),
    verdictLine(report, paint),
  ];
}

function size({ operations, sessions, keys, recordsSent, recordsPolled, synthesised }: HistoryReport): string[] {
  const count = (number: number, what: string): string => `${grouped(number)} ${what}${number === 1 ? '' : 's'}`;
  const cut = synthesised === 0 ? '' : `, ${grouped(synthesised)} without a completion (taken for info)`;
  return [
    `${count(operations, 'operation')} of ${count(sessions, 'session')} in ${count(keys, 'key')}: ` +
      `${count(recordsSent, 'record')} sent, ${grouped(recordsPolled)} read${cut}`,
  ];
}

function table({ anomalies }: HistoryReport, paint: Paint): string[] {
  const head = ['anomaly', 'judged', 'violations', 'allowed', 'excused'].map((text) => paint.faint(text));
  const rows = anomalies.map(({ type, judged, violations, allowed, excused }) => [
    violations > 0 ? paint.bad(type) : type,
    grouped(judged),
    violations > 0 ? paint.bad(grouped(violations)) : '0',
    grouped(allowed),
    grouped(excused),
  ]);
  return textTable([head, ...rows], '  ');
}

/** The first of each standing. */
function examples({ anomalies }: HistoryReport, paint: Paint, columns: number): string[] {
  const found = anomalies.filter(({ examples: kept }) => kept.length > 0);
  return found.flatMap((report) => [
    '',
    ...heading(report, paint, columns),
    ...firsts(report).flatMap((anomaly) => example(anomaly, columns)),
  ]);
}

function heading({ type, violations }: AnomalyReport, paint: Paint, columns: number): string[] {
  const mark = violations > 0 ? paint.bad('✗') : '•';
  return wrapped(`${mark} ${paint.strong(type)}: ${anomalyStatements[type]}`, columns, '  ', '');
}

function firsts({ examples: kept }: AnomalyReport): Anomaly[] {
  return (['violation', 'allowed', 'excused'] as const satisfies readonly Standing[]).flatMap(
    (standing) => kept.find((anomaly) => anomaly.standing === standing) ?? [],
  );
}

function example({ type, kind, standing, because, message }: Anomaly, columns: number): string[] {
  const finer = kind === type ? '' : `${kind}: `;
  const why = standing === 'violation' ? '' : ` (${standing}: ${because})`;
  return wrapped(`${finer}${capitalised(message)}${why}`, columns, '    ', '  ');
}

function told({ realtimeLag, consumeCounts }: HistoryReport): string[] {
  const { worst, at } = realtimeLag;
  const lag = at === null ? 'nobody ever lagged' : `at worst ${seconds(worst)} in ${at.key}, when ${at.session} polled (op ${at.op})`;
  const lines = [`realtime-lag    ${lag}`];
  const { sessions, byTimes, againInOneSession } = consumeCounts;
  if (sessions === 0) return lines;
  const times = byTimes.flatMap((count, time) => (count === 0 ? [] : [`${time} × ${grouped(count)}`]));
  return [
    ...lines,
    `consume-counts  by ${sessions} subscribed: ${times.join(', ')} records; ${grouped(againInOneSession)} more than once by the same`,
  ];
}

function seconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(3)} s`;
}

function verdictLine({ verdict }: HistoryReport, paint: Paint): string {
  if (verdict === 'unknown') return paint.doubtful('unknown: nothing was sent and read');
  return verdict === 'valid' ? paint.good('valid') : paint.bad('invalid');
}
