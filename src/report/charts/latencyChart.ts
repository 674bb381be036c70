/** How long each operation took, on a logarithmic axis, a point each by its outcome; over the points the quantiles of those that succeeded. One chart a kind of operation. */
import { curveStep, line } from 'd3-shape';
import { markup, type Markup } from '../markup.js';
import { counted, grouped } from '../numbers.js';
import { latencyOf, QUANTILES, type Latency, type QuantileWindow } from '../series/latency.js';
import { OUTCOMES, type OperationKind, type OperationsOfKind } from '../series/operations.js';
import { windowLengthUs } from '../series/windows.js';
import type { Chart } from './Chart.js';
import { lineNames, plot, valueAxis, type ChartSubject, type Frame } from './frame.js';
import { marks, outcomeKey } from './outcomes.js';
import { distinctPlaces } from './paths.js';
import { durationText, logScale, logTicks, timeTickText, type Scale } from './scales.js';

const HEIGHT = 250;
/** With fewer points there are no lines. */
const LEAST = 10;

const ABOUT: Readonly<Record<OperationKind, readonly [title: string, description: string]>> = {
  send: ['Latency of sends', 'from the call of send to its result, at the time of the call'],
  delivery: ['Latency of deliveries', 'from the call of send to the first poll that returned the record, at the time of the call'],
  transaction: ['Latency of transactions', 'from its beginning to the answer to its end, at the time of its beginning'],
  commit: ['Latency of offset commits', 'from the commit to its answer, at the time of the commit'],
};

/** One a kind of operation that there was. */
export function latencyCharts({ frame }: ChartSubject, all: readonly OperationsOfKind[]): Chart[] {
  return all.map(({ kind, operations }) => {
    const latency = latencyOf(operations, frame.endUs);
    const [title, meaning] = ABOUT[kind];
    const windowText = durationText(latency.windows.lengthUs).replace(' ', '\u00a0');
    const description = `Each ${kind === 'delivery' ? 'record' : kind}: ${meaning}; lines: quantiles of what succeeded, by ${windowText}.`;
    const svg = plot(frame, {
      ...{ title, description, key: outcomeKey(kind, operations), axis: 'latency (log)', height: HEIGHT },
      draw: (top, bottom) => drawing(frame, latency, top, bottom),
    });
    return {
      id: `latency-${kind}`,
      group: kind === 'delivery' || kind === 'commit' ? 'consumers' : 'clients',
      title,
      description,
      svg,
      table: quantileTable(latency),
    };
  });
}

function drawing({ x }: Frame, latency: Latency, top: number, bottom: number): (Markup | null)[] {
  const { points } = latency;
  const [low, high] = points.reduce(
    ([least, most], { latencyUs }) => [Math.min(least, latencyUs), Math.max(most, latencyUs)],
    [Infinity, 0],
  );
  const y = logScale(low, high, bottom - 3, top + 6);
  const clouds = OUTCOMES.map((outcome) => {
    const own = points.filter((point) => point.outcome === outcome);
    return own.length === 0 ? null : marks(outcome, distinctPlaces(own.map(({ timeUs, latencyUs }) => [x(timeUs), y(latencyUs)])));
  });
  return [
    valueAxis(y, logTicks(y), durationText),
    markup`${clouds}`,
    quantileLines(x, y, latency),
    quantileNames(x, y, latency, top, bottom),
  ];
}

/** The quantile of a window stands in its middle. Too few points tell nothing that the points themselves do not. */
function quantileLines(x: Scale, y: Scale, { points, windows, quantiles }: Latency): Markup | null {
  if (points.length < LEAST) return null;
  const draw = line<QuantileWindow>()
    .defined(({ latenciesUs }) => latenciesUs !== null)
    .x(({ fromUs }, i) => x(fromUs + windowLengthUs(windows, i) / 2))
    .curve(curveStep)
    .digits(1);
  const paths = QUANTILES.map((percent, i) => ({
    percent,
    d: draw.y(({ latenciesUs }) => y(latenciesUs?.[i] ?? 1))(quantiles) ?? '',
  })).reverse();
  return markup`${paths.map(({ percent, d }) => markup`<path class="halo" d="${d}" /><path class="q q${percent}" d="${d}" />`)}`;
}

/** Where the lines end. */
function quantileNames(x: Scale, y: Scale, { windows, quantiles, points }: Latency, top: number, bottom: number): Markup | null {
  const index = quantiles.map(({ latenciesUs }) => latenciesUs !== null).lastIndexOf(true);
  const last = quantiles[index]?.latenciesUs ?? null;
  if (last === null || points.length < LEAST) return null;
  const names = QUANTILES.map((percent, i) => ({
    ...{ y: y(last[i] as number), text: percent === 100 ? 'maximum' : `${percent} %`, className: `strong q${percent}` },
  }));
  return lineNames(names, top, bottom, x((windows.starts[index] as number) + windowLengthUs(windows, index)));
}

function quantileTable({ windows, quantiles, overall, points }: Latency): Chart['table'] {
  const row = (name: string, { count, latenciesUs }: QuantileWindow): string[] => [
    ...[name, grouped(count)],
    ...QUANTILES.map((_, i) => (latenciesUs === null ? '–' : durationText(latenciesUs[i] as number))),
  ];
  const rows = quantiles
    .filter(({ count }) => count > 0)
    .map((window) => row(`from ${timeTickText(window.fromUs, windows.lengthUs)}`, window));
  const whole = row(`whole run, of ${counted(points.length, 'operation')}`, overall);
  return { columns: ['invoked', 'succeeded', '50 %', '95 %', '99 %', 'maximum'], rows: [whole, ...rows] };
}
