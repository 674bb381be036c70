/** How many records each group, or consumer by itself, had yet to read of each partition. */
import { counted, grouped, secondsText } from '../numbers.js';
import { consumerLagOf, type LagSteps } from '../series/consumerLag.js';
import type { Chart } from './Chart.js';
import { plot, type ChartSubject, type Frame } from './frame.js';
import { linePanel, MOST_LINES, type Panel } from './lineChart.js';
import { stepPath } from './paths.js';
import { ticks } from './scales.js';

const PANEL = 120;
const GAP = 26;
const MOST_PANELS = 6;

export function consumerLagChart({ run, frame }: ChartSubject): Chart | null {
  const lags = consumerLagOf(run);
  const readers = [...new Map(lags.map((lag) => [nameOf(lag), lag])).keys()];
  if (readers.length === 0) return null;
  const all = readers.map((reader) => {
    const own = lags
      .filter((lag) => nameOf(lag) === reader)
      .sort((a, b) => b.most.value - a.most.value || (a.partition < b.partition ? -1 : 1));
    return { reader, own, most: own[0]?.most.value ?? 0 };
  });
  const shown = all.length <= MOST_PANELS ? all : [...all].sort((a, b) => b.most - a.most).slice(0, MOST_PANELS);
  const left = all.length - shown.length;
  const title = 'Consumer lag';
  const description = `How many records a reader had yet to read of each partition: up to the high watermark, or with read_committed up to the last stable offset.${
    left === 0 ? '' : ` ${counted(left, 'reader')} that lagged less ${left === 1 ? 'is' : 'are'} in the table only.`
  }`;
  const svg = plot(frame, {
    ...{ title, description, axis: 'records', height: shown.length * (PANEL + GAP) - GAP + 16 },
    draw: (top) =>
      shown.map(({ reader, own, most }, i) =>
        linePanel(panelOf(frame, reader, own, most), top + 16 + i * (PANEL + GAP), top + 16 + i * (PANEL + GAP) + PANEL),
      ),
  });
  const rows = all.flatMap(({ reader, own }) =>
    own.map(({ partition, most, left: end }) => [reader, partition, grouped(most.value), secondsText(most.timeUs), grouped(end)]),
  );
  return {
    id: 'consumer-lag',
    group: 'consumers',
    title,
    description,
    svg,
    table: { columns: ['reader', 'partition', 'most', 'at', 'at the end'], rows },
  };
}

function nameOf({ isGroup, reader }: LagSteps): string {
  return `${isGroup ? 'group' : 'consumer'} ${reader}`;
}

function panelOf({ x, endUs }: Frame, reader: string, own: readonly LagSteps[], most: number): Panel {
  const drawn = own.slice(0, MOST_LINES);
  const left = own.length - drawn.length;
  return {
    name: left === 0 ? reader : `${reader}: ${drawn.length} of ${counted(own.length, 'partition')}, those with the greatest lag`,
    lines: drawn.map(({ partition, steps, left: last }) => ({ name: partition, last, path: (y) => stepPath(steps, x, y, endUs) })),
    ...{ most, ticks: ticks(0, Math.max(1, most), 4), text: grouped },
  };
}
