/** How long the records that a consumer had not read yet had been known to be there, at each of its polls. */
import { counted, secondsText } from '../numbers.js';
import { realtimeLagOf, type ClientLag } from '../series/realtimeLag.js';
import type { Chart } from './Chart.js';
import { plot, type ChartSubject } from './frame.js';
import { linePanel, MOST_LINES } from './lineChart.js';
import { peaksPath } from './paths.js';
import { durationText, ticks } from './scales.js';

const HEIGHT = 150;

export function realtimeLagChart({ ops, frame }: ChartSubject): Chart | null {
  const clients = realtimeLagOf(ops).sort((a, b) => b.worst.lagUs - a.worst.lagUs || (a.client < b.client ? -1 : 1));
  if (clients.length === 0) return null;
  const drawn = clients.slice(0, MOST_LINES);
  const left = clients.length - drawn.length;
  const most = clients[0]?.worst.lagUs ?? 0;
  const title = 'Realtime lag';
  const description = `At each poll that returned records: how long the oldest record that its consumer had not read yet had been known to be there (a lower bound, as Jepsen counts it).${
    left === 0 ? '' : ` ${counted(left, 'consumer')} that lagged less ${left === 1 ? 'is' : 'are'} in the table only.`
  }`;
  const lines = drawn.map(({ client, points }) => ({
    ...{ name: client, last: points.at(-1)?.lagUs ?? 0 },
    path: (y: Parameters<typeof peaksPath>[2]): string => peaksPath(points.map(({ timeUs, lagUs }) => ({ timeUs, value: lagUs })), frame.x, y), // prettier-ignore
  }));
  const svg = plot(frame, {
    ...{ title, description, axis: 'time behind', height: HEIGHT + 8 },
    draw: (top, bottom) => [
      linePanel({ name: '', lines, most, ticks: ticks(0, Math.max(1, most), 4), text: durationText }, top + 8, bottom),
    ],
  });
  return {
    id: 'realtime-lag',
    group: 'consumers',
    title,
    description,
    svg,
    table: { columns: ['consumer', 'worst', 'at', 'polls'], rows: clients.map(tableRow) },
  };
}

function tableRow({ client, worst, points }: ClientLag): string[] {
  return [client, durationText(worst.lagUs), secondsText(worst.timeUs), String(points.length)];
}
