/** One partition in full: its leaders, who was in sync, and how far the logs of its replicas and the high watermark had come. */
import { markup, type Markup } from '../markup.js';
import { grouped, secondsText } from '../numbers.js';
import { brokerClass } from '../palette.js';
import type { IsrSpan, PartitionTimeline, Span } from '../timeline.js';
import type { Chart } from './Chart.js';
import { bar, lineNames, plot, ROW, rowName, spanText, valueAxis, type ChartSubject, type Frame } from './frame.js';
import { termBars } from './leaderChart.js';
import { stepPath, type Steps } from './paths.js';
import { linearScale, ticks } from './scales.js';

const LINES = 190;
const ISR_ROW = 12;
const ISR_STEP = 15;

/** Of the partition that the report is about, or else of the most interesting one. */
export function partitionChart({ run, focus, frame, shown }: ChartSubject): Chart | null {
  const name = focus.partition ?? shown.first;
  const partition = name === undefined ? undefined : run.timeline.partitions.get(name);
  if (partition === undefined) return null;
  const replicas = [...new Set([...partition.logEnds.keys(), ...partition.isr.flatMap(({ members }) => members)])].sort((a, b) => a - b);
  const title = `Partition ${partition.name}`;
  const description =
    'Its leader and epoch, which replicas were in sync (ISR), and the end of each replica’s log with the high watermark; circles: a broker threw away the end of its log.';
  const head = ROW + 10 + replicas.length * ISR_STEP + 12;
  const svg = plot(frame, {
    ...{ title, description, axis: 'leader, ISR, offset', height: head + LINES },
    draw: (top, bottom) => [
      markup`${rowName(top + 17, 'leader')}${termBars(frame.x, partition, top + 4)}`,
      isrRows(frame, partition, replicas, top + ROW + 10),
      offsetLines(frame, partition, replicas, top + head, bottom),
    ],
  });
  return { id: 'partition', group: 'partitions', title, description, svg, table: partitionTable(partition) };
}

function isrRows({ x }: Frame, { isr }: PartitionTimeline, replicas: readonly number[], top: number): Markup {
  return markup`${replicas.map((broker, i) => {
    const y = top + i * ISR_STEP;
    return markup`${rowName(y + 10, `ISR: broker ${broker}`)}${membership(isr, broker).map((span) =>
      bar(x, span, y, ISR_ROW, `${brokerClass(broker)} isr`, `broker ${broker} in sync, ${spanText(span)}`),
    )}`;
  })}`;
}

/** When a broker was in the ISR, whoever else was. */
function membership(isr: readonly IsrSpan[], broker: number): Span[] {
  const spans: Span[] = [];
  for (const { fromUs, toUs, members } of isr) {
    if (!members.includes(broker)) continue;
    const last = spans.at(-1);
    if (last?.toUs === fromUs) last.toUs = toUs;
    else spans.push({ fromUs, toUs });
  }
  return spans;
}

function offsetLines({ x, endUs }: Frame, partition: PartitionTimeline, replicas: readonly number[], top: number, bottom: number): Markup {
  const { highWatermark, logEnds, truncations } = partition;
  const highest = Math.max(
    1,
    ...[highWatermark, ...logEnds.values()].map((steps) => steps.reduce((most, { value }) => Math.max(most, value), 0)),
  );
  const y = linearScale(0, highest, bottom - 2, top + 4);
  const ends = replicas.map((broker) => ({ broker, steps: logEnds.get(broker) ?? [] })).filter(({ steps }) => steps.length > 0);
  const last = (steps: Steps): number => y(steps.at(-1)?.value ?? 0);
  const names = ends.map(({ broker, steps }) => ({ y: last(steps), text: `log end, ${broker}`, className: brokerClass(broker) }));
  if (highWatermark.length > 0) names.push({ y: last(highWatermark), text: 'high watermark', className: '' });
  return markup`${valueAxis(y, ticks(0, highest, 5), grouped)}${ends.map(
    ({ broker, steps }) =>
      markup`<path d="${stepPath(steps, x, y, endUs)}" class="line ${brokerClass(broker)}"
          ><title>log end of broker ${broker}</title></path
        >`,
  )}<path d="${stepPath(highWatermark, x, y, endUs)}" class="line hw"><title>high watermark</title></path>${truncations.map(
    ({ timeUs, broker, from, to }) =>
      markup`<circle cx="${x(timeUs)}" cy="${y(to)}" r="4" class="cut"
          ><title>broker ${broker} truncates ${partition.name} from ${from} to ${to}, ${secondsText(timeUs)}</title></circle
        >`,
  )}${lineNames(names, top, bottom)}`;
}

/** Terms, changes of the ISR and truncations in order of time; the lines themselves are in their last values. */
function partitionTable({ terms, isr, truncations, logEnds, highWatermark }: PartitionTimeline): Chart['table'] {
  const happened = [
    ...terms.map(({ fromUs, leader, leaderEpoch, unclean }) => ({
      ...{
        timeUs: fromUs,
        what: leader < 0 ? 'no leader' : `leader: broker ${leader}${unclean ? ' (unclean)' : ''}`,
        detail: `epoch ${leaderEpoch}`,
      },
    })),
    ...isr.map(({ fromUs, members }) => ({ timeUs: fromUs, what: 'ISR', detail: members.length === 0 ? 'nobody' : members.join(', ') })),
    ...truncations.map(({ timeUs, broker, from, to }) => ({
      timeUs,
      what: `broker ${broker} truncates its log`,
      detail: `from ${grouped(from)} to ${grouped(to)}`,
    })),
  ].sort((a, b) => a.timeUs - b.timeUs);
  const ends = [...logEnds]
    .sort(([a], [b]) => a - b)
    .map(([broker, steps]) => ['at the end', `log end of broker ${broker}`, grouped(steps.at(-1)?.value ?? 0)]);
  const mark = highWatermark.length === 0 ? [] : [['at the end', 'high watermark', grouped(highWatermark.at(-1)?.value ?? 0)]];
  const rows = [...happened.map(({ timeUs, what, detail }) => [secondsText(timeUs), what, detail]), ...ends, ...mark];
  return { columns: ['time', 'what', 'detail'], rows };
}
