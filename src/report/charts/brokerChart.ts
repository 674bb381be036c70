/** The lives of brokers: when each ran, was down or paused, and who was controller. */
import { markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import { brokerClass } from '../palette.js';
import type { Span } from '../timeline.js';
import type { Chart } from './Chart.js';
import { bar, plot, ROW, ROW_STEP, rowName, spanText, type ChartSubject } from './frame.js';
import { tenth } from './scales.js';

export function brokerChart({ run, frame }: ChartSubject): Chart | null {
  const { brokers, outages, controllers, endUs } = run.timeline;
  if (brokers.length === 0) return null;
  const { x } = frame;
  const rows = (top: number): ReturnType<typeof markup>[] =>
    brokers.map((broker, i) => {
      const y = top + 4 + i * ROW_STEP;
      const colour = brokerClass(broker);
      const life = bar(x, { fromUs: 0, toUs: endUs }, y, ROW, `${colour} soft`, `broker ${broker} runs`);
      const ruled = controllers
        .filter((term) => term.broker === broker)
        .map((term) => {
          const width = x(term.toUs) - x(term.fromUs);
          return markup`${bar(x, term, y + ROW - 5, 5, colour, `broker ${broker} is controller, ${spanText(term)}`)}${
            width > 64 ? markup`<text x="${tenth(x(term.fromUs) + 4)}" y="${y + 10}" class="note">controller</text>` : null
          }`;
        });
      const away = outages
        .filter((outage) => outage.broker === broker)
        .map((outage) => {
          const width = x(outage.toUs) - x(outage.fromUs);
          return markup`${bar(x, outage, y, ROW, outage.state, `broker ${broker} is ${outage.state}, ${spanText(outage)}`)}${
            width > 44 ? markup`<text x="${tenth(x(outage.fromUs) + 5)}" y="${y + 13}" class="on-bar on-away">${outage.state}</text>` : null
          }`;
        });
      return markup`${rowName(y + 13, `broker ${broker}`)}${life}${ruled}${away}`;
    });
  const title = 'Brokers';
  const description =
    'When each broker ran (faint), when its process was down or paused (solid grey), and which one was controller (line in its lower half).';
  const svg = plot(frame, { title, description, axis: 'broker', height: brokers.length * ROW_STEP + 4, draw: (top) => rows(top) });
  const spans = [
    ...outages.map((outage) => ({ ...outage, what: outage.state as string })),
    ...controllers.map((term) => ({ ...term, what: 'controller' })),
  ];
  spans.sort((a, b) => a.fromUs - b.fromUs || a.broker - b.broker);
  const cells = spans.map(({ broker, what, ...span }: Span & { broker: number; what: string }) => [
    ...[`broker ${broker}`, what, secondsText(span.fromUs), secondsText(span.toUs)],
  ]);
  return { id: 'brokers', group: 'brokers', title, description, svg, table: { columns: ['broker', 'was', 'from', 'to'], rows: cells } };
}
