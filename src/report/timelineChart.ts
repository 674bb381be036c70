/**
 * Charts over the whole run on one time axis: faults as bands, brokers' lives, and per partition who led, who was in sync, and how far the logs and
 * the high watermark had come. SVG as text, coloured by classes of the page's style sheet.
 */
import { linearScale, tenth, ticks, timeTickText, type Scale } from './axis.js';
import type { Markup } from './markup.js';
import { html } from './markup.js';
import { grouped, listed, secondsText } from './numbers.js';
import type { PartitionTimeline, RunTimeline, Span, Steps } from './timeline.js';

const WIDTH = 1120;
const LEFT = 132;
const RIGHT = 16;
const ROW = 18;
const GAP = 6;

/** A moment to point at in every chart. */
export interface Moment {
  readonly timeUs: number;
  readonly label: string;
}

/** Class of a broker's colour; nine colours, then again. */
export function brokerClass(broker: number): string {
  return broker < 0 ? 'nobody' : `b${((broker - 1) % 9) + 1}`;
}

function timeScale(timeline: RunTimeline): Scale {
  return linearScale(0, Math.max(1, timeline.endUs), LEFT, WIDTH - RIGHT);
}

function svg(height: number, title: string, body: readonly Markup[]): Markup {
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">
    <title>${title}</title>
    ${body}
  </svg>`;
}

/** Vertical lines with times below them, from `top` to `bottom`. */
function timeAxis(x: Scale, top: number, bottom: number): Markup {
  const values = ticks(x.from, x.to, 10);
  const stepUs = (values[1] ?? 1_000_000) - (values[0] ?? 0);
  return html`<g class="axis"
    >${values.map(
      (us) =>
        html`<line x1="${x(us)}" x2="${x(us)}" y1="${top}" y2="${bottom}" /><text x="${x(us)}" y="${bottom + 13}" class="middle"
            >${timeTickText(us, stepUs)}</text
          >`,
    )}</g
  >`;
}

function momentLines(x: Scale, moments: readonly Moment[], top: number, bottom: number): Markup {
  return html`<g class="moment"
    >${moments.map(
      ({ timeUs, label }) =>
        html`<line x1="${x(timeUs)}" x2="${x(timeUs)}" y1="${top}" y2="${bottom}"><title>${label}, ${secondsText(timeUs)}</title></line>`,
    )}</g
  >`;
}

function spanText({ fromUs, toUs }: Span): string {
  return `${secondsText(fromUs)} to ${secondsText(toUs)}`;
}

function label(y: number, text: string): Markup {
  return html`<text x="${LEFT - 8}" y="${y}" class="end">${text}</text>`;
}

function bar(x: Scale, span: Span, y: number, height: number, className: string, title: string): Markup {
  const left = x(span.fromUs);
  const width = Math.max(1.5, tenth(x(span.toUs) - left));
  return html`<rect x="${left}" y="${y}" width="${width}" height="${height}" rx="2" class="${className}"><title>${title}</title></rect>`;
}

/** One row per fault: what, to whom, from when to when. */
export function faultChart(timeline: RunTimeline, moments: readonly Moment[]): Markup {
  const x = timeScale(timeline);
  const bottom = 4 + Math.max(1, timeline.faults.length) * (ROW + GAP);
  const rows = timeline.faults.map((fault, i) => {
    const y = 4 + i * (ROW + GAP);
    const whom = fault.targets.length === 0 ? '' : ` of ${listed(fault.targets)}`;
    const text = `${fault.targets.join(', ')}`;
    const after = x(fault.toUs) + 6;
    const fits = after + text.length * 6.5 < WIDTH;
    return html`${label(y + 13, fault.kind)}${bar(x, fault, y, ROW, 'fault', `${fault.kind}${whom}, ${spanText(fault)}`)}<text
        x="${fits ? after : x(fault.fromUs) - 6}"
        y="${y + 13}"
        class="${fits ? 'note' : 'note end'}"
        >${text}</text
      >`;
  });
  const none = timeline.faults.length === 0 ? html`<text x="${LEFT + 8}" y="17" class="note">no fault began</text>` : null;
  const title = `Faults over time: ${timeline.faults.map(({ kind, targets }) => `${kind} ${targets.join(' ')}`).join('; ') || 'none'}`;
  return svg(bottom + 20, title, [
    timeAxis(x, 0, bottom),
    healing(x, timeline, bottom),
    html`${rows}${none}`,
    momentLines(x, moments, 0, bottom),
  ]);
}

function healing(x: Scale, { healingUs, endUs }: RunTimeline, bottom: number): Markup {
  if (healingUs === null) return html``;
  const left = x(healingUs);
  return html`<rect x="${left}" y="0" width="${tenth(x(endUs) - left)}" height="${bottom}" class="healing"
    ><title>faults healed at ${secondsText(healingUs)}</title></rect
  >`;
}

/** One row per broker: alive, down, paused, and when it was controller. */
export function brokerChart(timeline: RunTimeline, moments: readonly Moment[]): Markup {
  const x = timeScale(timeline);
  const bottom = 4 + timeline.brokers.length * (ROW + GAP);
  const rows = timeline.brokers.map((broker, i) => {
    const y = 4 + i * (ROW + GAP);
    const outages = timeline.outages.filter((outage) => outage.broker === broker);
    const ruled = timeline.controllers.filter((term) => term.broker === broker);
    return html`${label(y + 13, `broker ${broker}`)}${bar(x, { fromUs: 0, toUs: timeline.endUs }, y, ROW, `${brokerClass(broker)} soft`, `broker ${broker} runs`)}${ruled.map(
      (term) => bar(x, term, y + ROW - 4, 4, brokerClass(broker), `broker ${broker} is controller, ${spanText(term)}`),
    )}${outages.map((outage) => bar(x, outage, y, ROW, outage.state, `broker ${broker} is ${outage.state}, ${spanText(outage)}`))}`;
  });
  const title = `Brokers over time: down or paused times, and who was controller`;
  return svg(bottom + 20, title, [timeAxis(x, 0, bottom), html`${rows}`, momentLines(x, moments, 0, bottom)]);
}

/** Leaders of every partition, one thin row each. */
export function leaderChart(timeline: RunTimeline, moments: readonly Moment[]): Markup {
  const x = timeScale(timeline);
  const partitions = [...timeline.partitions.values()].filter(({ terms }) => terms.length > 0);
  const bottom = 4 + partitions.length * (ROW + GAP);
  const rows = partitions.map(
    (partition, i) => html`${label(4 + i * (ROW + GAP) + 13, partition.name)}${termBars(x, partition, 4 + i * (ROW + GAP))}`,
  );
  return svg(bottom + 20, 'Leader of each partition over time', [
    timeAxis(x, 0, bottom),
    html`${rows}`,
    momentLines(x, moments, 0, bottom),
  ]);
}

function termBars(x: Scale, partition: PartitionTimeline, y: number): Markup[] {
  return partition.terms.map((term) => {
    const who = term.leader < 0 ? 'no leader' : `broker ${term.leader} leads`;
    const title = `${partition.name}: ${who}, epoch ${term.leaderEpoch}${term.unclean ? ' (unclean election)' : ''}, ${spanText(term)}`;
    const width = x(term.toUs) - x(term.fromUs);
    const text = term.leader < 0 ? 'none' : `${term.leader} · e${term.leaderEpoch}`;
    return html`${bar(x, term, y, ROW, `${brokerClass(term.leader)}${term.unclean ? ' unclean' : ''}`, title)}${
      width > text.length * 7 + 6 ? html`<text x="${x(term.fromUs) + 5}" y="${y + 13}" class="on-bar">${text}</text>` : null
    }`;
  });
}

const LINES = 170;

/** One partition in full: leader terms, ISR by broker, then log ends and high watermark as step lines. */
export function partitionChart(timeline: RunTimeline, partition: PartitionTimeline, moments: readonly Moment[]): Markup {
  const x = timeScale(timeline);
  const replicas = [...new Set([...partition.logEnds.keys(), ...partition.isr.flatMap(({ members }) => members)])].sort((a, b) => a - b);
  const isrTop = 4 + ROW + GAP + 4;
  const isrHeight = 11;
  const linesTop = isrTop + replicas.length * (isrHeight + 3) + 14;
  const bottom = linesTop + LINES;
  const isr = replicas.map((broker, i) => {
    const y = isrTop + i * (isrHeight + 3);
    const spans = partition.isr.filter(({ members }) => members.includes(broker));
    return html`${label(y + 10, i === 0 ? `ISR  ${broker}` : String(broker))}${spans.map((span) =>
      bar(
        x,
        span,
        y,
        isrHeight,
        `${brokerClass(broker)} isr`,
        `broker ${broker} in sync (ISR ${span.members.join(', ')}), ${spanText(span)}`,
      ),
    )}`;
  });
  const title = `${partition.name} over time: leader, in-sync replicas, log ends and high watermark`;
  return svg(bottom + 20, title, [
    timeAxis(x, 0, bottom),
    html`${label(17, 'leader')}${termBars(x, partition, 4)}${isr}`,
    offsetLines(x, partition, replicas, linesTop, bottom, timeline.endUs),
    momentLines(x, moments, 0, bottom),
  ]);
}

function offsetLines(
  x: Scale,
  partition: PartitionTimeline,
  replicas: readonly number[],
  top: number,
  bottom: number,
  endUs: number,
): Markup {
  const all = [partition.highWatermark, ...partition.logEnds.values()];
  const highest = Math.max(1, ...all.map((steps) => steps.reduce((most, { value }) => Math.max(most, value), 0)));
  const y = linearScale(0, highest, bottom - 2, top + 4);
  const grid = ticks(0, highest, 4).map(
    (value) =>
      html`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}" /><text
          x="${LEFT - 8}"
          y="${y(value) + 4}"
          class="end"
          >${grouped(value)}</text
        >`,
  );
  const ends = replicas.map((broker) => {
    const steps = partition.logEnds.get(broker) ?? [];
    return html`<path d="${stepPath(steps, x, y, endUs)}" class="line ${brokerClass(broker)}"
      ><title>log end of broker ${broker}</title></path
    >`;
  });
  const cuts = partition.truncations.map(
    ({ timeUs, broker, from, to }) =>
      html`<circle cx="${x(timeUs)}" cy="${y(to)}" r="4" class="cut"
        ><title>broker ${broker} truncates ${partition.name} from ${from} to ${to}, ${secondsText(timeUs)}</title></circle
      >`,
  );
  return html`<g class="axis">${grid}</g>${ends}<path d="${stepPath(partition.highWatermark, x, y, endUs)}" class="line hw"
      ><title>high watermark</title></path
    >${cuts}`;
}

/** A step line; steps that fall on the same tenth of a pixel are drawn once. */
function stepPath(steps: Steps, x: Scale, y: Scale, endUs: number): string {
  let path = '';
  let lastX = -1;
  for (const [i, { timeUs, value }] of steps.entries()) {
    const next = steps[i + 1];
    const at = x(timeUs);
    // Of many steps within half a pixel the last one stands for all, unless the line falls: a truncation must be seen.
    if (next !== undefined && x(next.timeUs) - lastX < 0.5 && next.value > value) continue;
    path += path === '' ? `M${at} ${y(value)}` : `H${at}V${y(value)}`;
    lastX = at;
  }
  return path === '' ? '' : `${path}H${x(endUs)}`;
}

/** Which colour is which broker. */
export function brokerLegend(brokers: readonly number[]): Markup {
  return html`<p class="legend">
    ${brokers.map(
      (broker) =>
        html`<span
          ><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="2" class="${brokerClass(broker)}" /></svg> broker
          ${broker}</span
        >`,
    )}<span
      ><svg width="18" height="12" aria-hidden="true"><path d="M0 6H18" class="line hw" /></svg> high watermark</span
    ><span
      ><svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="4" class="cut" /></svg> truncation</span
    >
  </p>`;
}
