/** The results of `npm run mutants` as text for the terminal and as the tables of docs/mutants.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { configurations, mutants } from '../../properties/mutants.js';
import { textTable } from '../../src/report/textTable.js';
import { CONDITIONS, type ConditionName } from '../../src/kafka/protocol/conditions.js';
import type { CheckerTrial, Hunt, Quiet, Results, Shrinking } from './results.js';

/** One mutant's row. */
export interface Row {
  readonly condition: ConditionName;
  readonly hunts: readonly Hunt[];
  readonly shrinking: Shrinking | undefined;
}

export interface Summary {
  readonly mutants: number;
  /** Noticed in every campaign. */
  readonly caught: number;
  readonly missed: readonly ConditionName[];
  readonly quietSeeds: number;
  readonly alarms: readonly string[];
  /** Median of faults and sends of the shrunk counterexamples; NaN without any. */
  readonly medianSize: number;
  readonly mostReruns: number;
  readonly notReplayed: readonly ConditionName[];
}

export function rowsOf(conditions: readonly ConditionName[], results: Results): Row[] {
  return conditions.map((condition) => ({ condition, hunts: results.hunts(condition), shrinking: results.shrinking(condition) }));
}

export function summaryOf(rows: readonly Row[], quiet: readonly Quiet[]): Summary {
  const shrunk = rows.flatMap(({ shrinking }) => (shrinking === undefined ? [] : [shrinking]));
  const measured = rows.filter(({ hunts }) => hunts.length > 0);
  const missed = measured.filter(({ hunts }) => hunts.some(({ check }) => check === ''));
  return {
    mutants: measured.length,
    caught: measured.length - missed.length,
    missed: missed.map(({ condition }) => condition),
    quietSeeds: quiet.reduce((sum, { seeds }) => sum + seeds, 0),
    alarms: quiet.flatMap(({ configuration, alarms }) => alarms.map((alarm) => `${configuration}, seed ${alarm}`)),
    medianSize: median(shrunk.map(sizeOf)),
    mostReruns: Math.max(0, ...shrunk.map(({ reruns }) => reruns)),
    notReplayed: shrunk.filter(({ replays }) => !replays).map(({ condition }) => condition),
  };
}

const HEAD = ['condition switched off', 'noticed by', 'caught', 'seeds', 'CPU s', 'faults + sends', 're-runs'];

export function lineOf(row: Row): readonly string[] {
  const { condition, hunts, shrinking } = row;
  const caught = hunts.filter(({ check }) => check !== '');
  return [
    condition,
    hunts.length === 0 ? 'not measured' : caught.length === 0 ? 'MISSED' : mostFrequent(caught.map(({ check }) => check)),
    hunts.length === 0 ? '' : `${caught.length}/${hunts.length}`,
    hunts.length === 0 ? '' : String(median(hunts.map(({ seeds }) => seeds))),
    hunts.length === 0 ? '' : median(hunts.map(({ cpuSeconds }) => cpuSeconds)).toFixed(1),
    shrinking === undefined ? '' : `${shrinking.faults} + ${shrinking.sends}`,
    shrinking === undefined ? '' : String(shrinking.reruns),
  ];
}

export function terminalTable(rows: readonly Row[]): string {
  return textTable([HEAD, ...rows.map(lineOf)]).join('\n');
}

export function summaryText({ mutants: count, caught, missed, quietSeeds, alarms, medianSize, mostReruns, notReplayed }: Summary): string {
  const percent = count === 0 ? 0 : Math.floor((1000 * caught) / count) / 10;
  const lines = [
    `${caught} of ${count} mutants caught in every campaign (${percent} %)${missed.length === 0 ? '' : `; missed: ${missed.join(', ')}`}.`,
  ];
  if (quietSeeds > 0) {
    const silent = alarms.length === 0 ? 'no alarm' : `${alarms.length} ALARMS: ${alarms.join('; ')}`;
    lines.push(`The same configurations as Kafka is, ${quietSeeds.toLocaleString('en-US')} seeds: ${silent}.`);
  }
  if (!Number.isNaN(medianSize)) {
    const replayed = notReplayed.length === 0 ? 'every one replays' : `NOT REPLAYED: ${notReplayed.join(', ')}`;
    lines.push(`Shrunk counterexamples: ${medianSize} faults and sends in the median, at most ${mostReruns} re-runs; ${replayed}.`);
  }
  return lines.join('\n');
}

/** Writes the tables between the markers of docs/mutants.md. */
export function writeDocument(file: string, rows: readonly Row[], quiet: readonly Quiet[], checkers: readonly CheckerTrial[]): void {
  const markdown = [summaryText(summaryOf(rows, quiet)), '', ...protocolTables(rows)].join('\n');
  let text = between(readFileSync(file, 'utf8'), 'mutants', markdown, file);
  if (checkers.length > 0) text = between(text, 'checkers', checkerTable(checkers), file);
  writeFileSync(file, text);
}

function protocolTables(rows: readonly Row[]): string[] {
  const areas = [...new Set(rows.map(({ condition }) => CONDITIONS[condition].area))];
  return areas.flatMap((area) => [
    `### ${area}`,
    '',
    ...markdownTable(
      ['without', 'that is', 'looked for in', 'noticed by', 'caught', 'seeds', 'CPU s', 'faults + sends', 're-runs'],
      rows
        .filter(({ condition }) => CONDITIONS[condition].area === area)
        .map((row) => {
          const [, ...figures] = lineOf(row);
          const { says, source } = CONDITIONS[row.condition];
          return [`\`${row.condition}\``, `${says} (${source})`, configurations[mutants[row.condition].in].says, ...figures];
        }),
    ),
    '',
  ]);
}

function checkerTable(checkers: readonly CheckerTrial[]): string {
  return markdownTable(
    ['checker', 'made', 'its tests', 'red'],
    checkers.map(({ fault, module, failed, passed }) => [
      `\`${module}\``,
      fault,
      `${failed + passed}`,
      failed === 0 ? '**none**' : String(failed),
    ]),
  ).join('\n');
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function between(text: string, name: string, content: string, file: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no place for the table: it lacks the line ${begin} or ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content.trimEnd()}\n\n${text.slice(to)}`;
}

function sizeOf({ faults, sends }: Shrinking): number {
  return faults + sends;
}

/** Of an even number of values the upper one of the two in the middle. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function mostFrequent(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}
