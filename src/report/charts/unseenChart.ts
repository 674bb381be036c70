/** Records that were acknowledged and not read yet, partition upon partition: a healthy run comes down to zero once everything is healed. */
import { stack } from 'd3-shape';
import { markup, type Markup } from '../markup.js';
import { counted, grouped, secondsText } from '../numbers.js';
import { SERIES_COLOURS } from '../palette.js';
import { unseenIn, type UnseenSteps } from '../series/unseen.js';
import type { Chart } from './Chart.js';
import { lineNames, plot, valueAxis, type ChartSubject, type Frame } from './frame.js';
import { stepArea } from './paths.js';
import { linearScale, ticks } from './scales.js';

const HEIGHT = 170;
/** The last colour is for all others together. */
const MOST_LAYERS = SERIES_COLOURS.length - 1;

interface Layer {
  readonly name: string;
  readonly partitions: readonly UnseenSteps[];
}

export function unseenChart({ run, frame }: ChartSubject): Chart | null {
  const { history, simulation } = run.result;
  const { names } = simulation.bus;
  const all = unseenIn(history, (partition) => names.find(partition));
  if (all.length === 0) return null;
  const ranked = [...all].sort((a, b) => b.left - a.left || b.most.value - a.most.value || a.partition - b.partition);
  const layers = layersOf(ranked, (partition) => names.text(partition));
  const left = all.reduce((sum, one) => sum + one.left, 0);
  const end = left === 0 ? 'At the end all of them had been read' : `At the end ${counted(left, 'record')} had been read by nobody`;
  const title = 'Unseen records';
  const description = `Records that were acknowledged and that nobody had read yet, partition upon partition. ${end}.`;
  const svg = plot(frame, {
    ...{ title, description, axis: 'records', height: HEIGHT + 6 },
    draw: (top, bottom) => [drawing(frame, layers, top + 6, bottom)],
  });
  const rows = ranked.map((one) => [
    ...[names.text(one.partition), grouped(one.acknowledged), grouped(one.most.value), secondsText(one.most.timeUs), grouped(one.left)],
  ]);
  const columns = ['partition', 'acknowledged', 'most unread', 'at', 'never read'];
  return { id: 'unseen', group: 'consumers', title, description, svg, table: { columns, rows } };
}

function layersOf(ranked: readonly UnseenSteps[], nameOf: (partition: number) => string): Layer[] {
  const own = ranked.slice(0, MOST_LAYERS).map((one) => ({ name: nameOf(one.partition), partitions: [one] }));
  const others = ranked.slice(MOST_LAYERS);
  return others.length === 0 ? own : [...own, { name: `${grouped(others.length)} others`, partitions: others }];
}

function drawing({ x, endUs }: Frame, layers: readonly Layer[], top: number, bottom: number): Markup {
  const { times, rows } = columnsOf(layers, (timeUs) => Math.round(x(timeUs) / 2));
  const stacked = stack<unknown, number[], number>().keys(layers.map((_, i) => i)).value((row, key) => row[key] ?? 0)(rows); // prettier-ignore
  const most = stacked.at(-1)?.reduce((highest, [, upper]) => Math.max(highest, upper), 0) ?? 0;
  const y = linearScale(0, Math.max(1, most), bottom, top);
  const xs = times.map((timeUs) => Math.round(x(timeUs)));
  const half = (value: number): number => Math.round(y(value) * 2) / 2;
  const areas = stacked.map((layer, i) => {
    const d = stepArea(xs, layer.map(([lower]) => half(lower)), layer.map(([, upper]) => half(upper)), x(endUs)); // prettier-ignore
    return markup`<path class="layer s${i + 1}" d="${d}"><title>${layers[i]?.name}</title></path>`;
  });
  const names = stacked.flatMap((layer, i) => {
    const last = layer.at(-1);
    const [lower, upper] = [last?.[0] ?? 0, last?.[1] ?? 0];
    const text = `${layers[i]?.name ?? ''}${upper > lower ? `: ${grouped(upper - lower)}` : ''}`;
    return [{ y: y((lower + upper) / 2), text, className: `s${i + 1}${upper > lower ? ' strong' : ''}` }];
  });
  return markup`${valueAxis(y, ticks(0, Math.max(1, most), 4), grouped)}${areas}${lineNames(names, top, bottom)}`;
}

/** The layers' values wherever one changes; of those in one column of the drawing the highest stack and the last one. */
function columnsOf(layers: readonly Layer[], columnOf: (timeUs: number) => number): { times: number[]; rows: number[][] } {
  const changes = layers.flatMap(({ partitions }, layer) =>
    partitions.flatMap(({ steps }) => steps.map(({ timeUs, value }, i) => ({ timeUs, layer, by: value - (steps[i - 1]?.value ?? 0) }))),
  );
  changes.sort((a, b) => a.timeUs - b.timeUs || a.layer - b.layer);
  const times: number[] = [];
  const rows: number[][] = [];
  const now = layers.map(() => 0);
  let [total, column, peak] = [0, NaN, -1];
  changes.forEach(({ timeUs, layer, by }, i) => {
    now[layer] = (now[layer] as number) + by;
    total += by;
    if (changes[i + 1]?.timeUs === timeUs) return;
    const own = columnOf(timeUs);
    const isLast = i + 1 === changes.length || columnOf((changes[i + 1] as (typeof changes)[number]).timeUs) !== own;
    if (own === column && total <= peak && !isLast) return;
    if (own === column && total > peak) {
      times.pop();
      rows.pop();
    }
    peak = own === column ? Math.max(peak, total) : total;
    column = own;
    times.push(timeUs);
    rows.push([...now]);
  });
  return { times, rows };
}
