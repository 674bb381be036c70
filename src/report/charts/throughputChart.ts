/** Completions a second of each kind of operation, by outcome one above the other. */
import { stack } from 'd3-shape';
import { markup, type Markup } from '../markup.js';
import { grouped } from '../numbers.js';
import { OUTCOMES, type OperationsOfKind, type Outcome } from '../series/operations.js';
import { milliRate, throughputOf, type Throughput } from '../series/throughput.js';
import type { Chart } from './Chart.js';
import { panelName, plot, valueAxis, type ChartSubject } from './frame.js';
import { outcomeWord } from './outcomes.js';
import { stepArea } from './paths.js';
import { durationText, linearScale, ticks, timeTickText, type Scale } from './scales.js';

const PANEL = 92;
const GAP = 22;

const NAMES = { send: 'sends', delivery: 'records read', transaction: 'transactions', commit: 'offset commits' } as const;

export function throughputChart({ frame }: ChartSubject, all: readonly OperationsOfKind[]): Chart | null {
  const panels = all.map((one) => ({ ...one, throughput: throughputOf(one.operations, frame.endUs) }));
  const first = panels[0];
  if (first === undefined) return null;
  const { lengthUs } = first.throughput.windows;
  const window = durationText(lengthUs).replace(' ', '\u00a0');
  const title = 'Throughput';
  const description = `Operations that ended, a second, by windows of ${window}: what succeeded (blue), above it what ended without an answer (orange), above that what failed (pink).`;
  const svg = plot(frame, {
    ...{ title, description, axis: 'per second', height: panels.length * (PANEL + GAP) - GAP + 14 },
    draw: (top) =>
      panels.map(({ kind, throughput, operations }, i) =>
        panel(frame.x, `${NAMES[kind]}: ${summary(kind, operations)}`, throughput, top + 14 + i * (PANEL + GAP)),
      ),
  });
  const rows = panels.flatMap(({ kind, throughput: { windows, counts } }) =>
    windows.starts.flatMap((fromUs, i) => {
      const own = OUTCOMES.map((outcome) => counts[outcome][i] as number);
      return own.every((count) => count === 0) ? [] : [[NAMES[kind], `from ${timeTickText(fromUs, lengthUs)}`, ...own.map(grouped)]];
    }),
  );
  return {
    id: 'throughput',
    group: 'clients',
    title,
    description,
    svg,
    table: { columns: ['operation', 'ended', 'succeeded', 'unknown', 'failed'], rows },
  };
}

function summary(kind: OperationsOfKind['kind'], operations: OperationsOfKind['operations']): string {
  const counts = OUTCOMES.map((outcome) => ({ outcome, count: operations.reduce((sum, one) => sum + Number(one.outcome === outcome), 0) }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${grouped(count)} ${outcomeWord(kind, outcome)}`)
    .join(', ');
}

function panel(x: Scale, name: string, throughput: Throughput, top: number): Markup {
  const { starts, endUs } = throughput.windows;
  const rows = starts.map(
    (_, i) => Object.fromEntries(OUTCOMES.map((outcome) => [outcome, milliRate(throughput, outcome, i)])) as Record<Outcome, number>,
  );
  const layers = stack<unknown, Record<Outcome, number>, Outcome>().keys(OUTCOMES)(rows);
  const most = layers.at(-1)?.reduce((highest, [, upper]) => Math.max(highest, upper), 0) ?? 0;
  const y = linearScale(0, Math.max(1, most), top + PANEL, top);
  const xs = starts.map((us) => x(us));
  const areas = layers
    .filter((layer) => layer.some(([lower, upper]) => upper > lower))
    .map((layer) => {
      const d = stepArea(xs, layer.map(([lower]) => y(lower)), layer.map(([, upper]) => y(upper)), x(endUs)); // prettier-ignore
      return markup`<path class="layer ${layer.key}" d="${d}" />`;
    });
  return markup`${valueAxis(y, ticks(0, Math.max(1, most), 3), (milli) => String(milli / 1_000))}${areas}${panelName(top - 5, name)}`;
}
