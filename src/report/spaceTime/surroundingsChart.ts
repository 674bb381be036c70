/** The surroundings of a failure as a space-time diagram: one lane a process, time to the right and true to scale, messages from lane to lane. */
import { symbol, symbolCircle, symbolCross, symbolDiamond, symbolSquare, symbolTriangle, symbolWye, type SymbolType } from 'd3-shape';
import { timeTickText } from '../charts/scales.js';
import { html, Markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { FaultSpan } from '../timeline.js';
import { brokerClass } from '../palette.js';
import { brokerIdOf, type Actor } from '../traffic/actors.js';
import {
  AXIS,
  BADGE_ROW,
  badgeRow,
  FAULT_ROW,
  geometryOf,
  LEFT,
  messagePath,
  RIGHT,
  timeTicks,
  WIDTH,
  type Geometry,
} from './chartGeometry.js';
import { cutSpans } from './cutSpans.js';
import type { Sign } from './eventGroups.js';
import type { LaneSpan } from './laneSpans.js';
import type { SpaceTimeFocus } from './SpaceTimeFocus.js';
import type { DrawnCut, DrawnEvent, DrawnMessage, Surroundings } from './surroundings.js';

const MOST_FAULT_ROWS = 6;

export function surroundingsChart(run: RecordedRun, around: Surroundings, focus: SpaceTimeFocus): Markup {
  const { window, lanes } = around;
  const all = run.timeline.faults.filter(({ fromUs, toUs }) => fromUs <= window.toUs && toUs >= window.fromUs);
  const faults = all.slice(0, MOST_FAULT_ROWS);
  const geometry = geometryOf(around, faults.length);
  const height = geometry.bottom + AXIS;
  const title = `Space-time diagram, ${secondsText(window.fromUs)} to ${secondsText(window.toUs)}: one lane for each of ${lanes.join(', ')}; time to the right`;
  return html`<svg
    class="st-chart"
    viewBox="0 0 ${WIDTH} ${height}"
    width="${WIDTH}"
    height="${height}"
    role="img"
    aria-label="${title}"
    data-from="${window.fromUs}"
    data-to="${window.toUs}"
    data-top="${geometry.top}"
  >
    <defs>${definitions(geometry, height)}</defs>
    ${axis(around, geometry)}
    <g clip-path="url(#st-clip)">
      ${faults.map((fault, i) => faultRow(fault, window.fromUs, geometry, AXIS + i * FAULT_ROW))}
      ${lanes.map((lane, i) => laneBelow(lane, i, [...around.spans, ...cutSpans(around)], window.fromUs, geometry))}
      <g class="st-cuts">${around.cuts.map((cut) => cutLines(cut, window.fromUs, geometry))}</g>
      <g class="st-messages">${around.messages.map((message) => messageLine(message, around, geometry))}</g>
      <g class="st-labels"></g>
      ${lanes.map((_, i) => laneAbove(i, around.events, window.fromUs, geometry))} ${violationPin(focus, around, geometry)}
    </g>
    ${lanes.map((lane, i) => laneName(lane, i, geometry))}
    ${all.length > faults.length ? html`<text x="${LEFT - 8}" y="${AXIS - 6}" class="end note">+${all.length - faults.length} faults</text>` : null}
  </svg>`;
}

const shapes: Readonly<Record<Sign, readonly [SymbolType, area: number]>> = {
  process: [symbolCross, 64],
  election: [symbolDiamond, 64],
  copy: [symbolSquare, 32],
  client: [symbolCircle, 34],
  group: [symbolWye, 60],
  transaction: [symbolTriangle, 48],
  loss: [symbolTriangle, 110],
  confirm: [symbolCircle, 70],
};

/** The sign by itself, for the legend too. */
export function signPath(sign: Sign): string {
  const [type, area] = shapes[sign];
  return (symbol(type, area).digits(2)() ?? '').replace(/(\.\d)\d*/g, '$1');
}

function definitions(geometry: Geometry, height: number): Markup {
  const signs = (Object.keys(shapes) as Sign[]).map(
    (sign) => html`<path id="st-${sign}" d="${signPath(sign)}" ${sign === 'loss' ? new Markup(' transform="rotate(180)"') : null} />`,
  );
  return html`<clipPath id="st-clip"><rect x="${LEFT}" y="0" width="${WIDTH - LEFT}" height="${height}" /></clipPath>
    <marker id="st-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"
      ><path d="M0 0L8 4L0 8z"
    /></marker>
    <pattern id="st-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" /></pattern>
    ${signs}`;
}

function axis(around: Surroundings, geometry: Geometry): Markup {
  const ticks = timeTicks(around);
  const stepUs = (ticks[1] ?? 1_000_000) - (ticks[0] ?? 0);
  const lines = ticks.map((timeUs) => {
    const x = geometry.x(timeUs);
    const text = timeTickText(timeUs, stepUs);
    return html`<line x1="${x}" x2="${x}" y1="${AXIS - 6}" y2="${geometry.bottom}" /><text x="${x}" y="11" class="middle">${text}</text
      ><text x="${x}" y="${geometry.bottom + 14}" class="middle">${text}</text>`;
  });
  return html`<g class="axis st-axis">${lines}</g>`;
}

function faultRow({ kind, targets, fromUs, toUs, id }: FaultSpan, zeroUs: number, geometry: Geometry, y: number): Markup {
  const [left, right] = [geometry.x(Math.max(fromUs, zeroUs)), Math.min(WIDTH, geometry.x(toUs))];
  const text = `${kind}${targets.length === 0 ? '' : ` of ${targets.join(', ')}`}`;
  return html`<g data-y="${y}"
    ><rect
      x="${left}"
      y="${y + 3}"
      width="${Math.max(2, right - left).toFixed(1)}"
      height="13"
      rx="2"
      class="st-fault"
      data-span="${fromUs - zeroUs} ${toUs - zeroUs}"
      ><title>${id}: ${text}, ${secondsText(fromUs)} to ${secondsText(toUs)}</title></rect
    ><text x="${left + 5}" y="${y + 13.5}" class="st-fault-name" data-at="${fromUs - zeroUs}">${text}</text></g
  >`;
}

function colour(lane: Actor): string {
  const id = brokerIdOf(lane);
  return id < 0 ? 'st-client' : brokerClass(id);
}

function laneName(lane: Actor, i: number, geometry: Geometry): Markup {
  return html`<g class="st-lane" data-lane="${i}" transform="translate(0 ${geometry.y[i]})"
    ><text x="${LEFT - 10}" y="4" class="end lane-name ${colour(lane)}"
      >${lane.length > 15 ? `${lane.slice(0, 14)}…` : lane}<title>${lane}</title></text
    ></g
  >`;
}

/** Heights relative to the lane's line. */
const bands: Readonly<Record<LaneSpan['state'], readonly [top: number, height: number]>> = {
  leads: [-5, 10],
  controls: [7, 3],
  down: [-5, 10],
  paused: [-5, 10],
  cut: [25, 4],
};

function laneBelow(lane: Actor, i: number, spans: readonly LaneSpan[], zeroUs: number, geometry: Geometry): Markup {
  const own = spans.filter((span) => span.lane === i);
  return html`<g
    class="st-lane ${colour(lane)}"
    data-lane="${i}"
    data-above="${geometry.above[i]}"
    data-height="${geometry.heights[i]}"
    transform="translate(0 ${geometry.y[i]})"
    ><line class="st-base" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="0" y2="0" />${own.map((span) => spanBar(span, zeroUs, geometry))}</g
  >`;
}

const NAMED_STATES: readonly LaneSpan['state'][] = ['leads', 'down', 'paused', 'cut'];

function spanBar({ state, fromUs, toUs, text }: LaneSpan, zeroUs: number, geometry: Geometry): Markup {
  const [top, height] = bands[state];
  const left = geometry.x(fromUs);
  const width = Math.max(1.5, geometry.x(toUs) - left);
  const name =
    NAMED_STATES.includes(state) &&
    html`<text
      x="${left + 3}"
      y="${state === 'leads' ? 20 : state === 'cut' ? 39 : 4}"
      class="st-span-name st-in-${state}"
      data-room="${fromUs - zeroUs} ${toUs - zeroUs}"
      ${width < text.length * 5.6 ? new Markup('display="none"') : null}
      >${text}</text
    >`;
  return html`<rect
      x="${left}"
      y="${top}"
      width="${width.toFixed(1)}"
      height="${height}"
      class="st-${state}"
      data-span="${fromUs - zeroUs} ${toUs - zeroUs}"
      ><title>${text}, ${secondsText(fromUs)} to ${secondsText(toUs)}</title></rect
    >${name}`;
}

function cutLines({ fromLane, toLane, fromUs, toUs, bothWays }: DrawnCut, zeroUs: number, { x, y }: Geometry): Markup {
  const [y1, y2] = [y[fromLane] ?? 0, y[toLane] ?? 0];
  return html`<path
    d="M${x(fromUs)} ${y1}V${y2}M${x(toUs)} ${y1}V${y2}"
    data-cut="${fromLane} ${toLane} ${fromUs - zeroUs} ${toUs - zeroUs}"
    ${bothWays ? null : new Markup(' class="one-way"')}
  />`;
}

function messageLine(drawn: DrawnMessage, { window, lanes }: Surroundings, geometry: Geometry): Markup {
  const { message, fromLane, toLane, family, bears } = drawn;
  const { id, sentUs, heldUs, endedUs, fate } = message;
  const zero = (timeUs: number): string => (timeUs < 0 ? '' : String(timeUs - window.fromUs));
  const state = fate === 'delivered' ? '' : fate === 'under-way' ? ' under-way' : ' lost';
  const sender = brokerIdOf(lanes[fromLane] ?? '');
  const className = `f-${family}${sender < 0 ? '' : ` ${brokerClass(sender)}`}${bears ? ' bears' : ''}${state}${heldUs < 0 ? '' : ' held'}`;
  const data = `${id},${fromLane},${toLane},${zero(sentUs)},${zero(heldUs)},${zero(endedUs)}`;
  return new Markup(`<path class="${className}" d="${messagePath(drawn, geometry, window.toUs)}" data-m="${data}"/>`);
}

function laneAbove(i: number, events: readonly DrawnEvent[], zeroUs: number, geometry: Geometry): Markup {
  const own = events.filter(({ lane }) => lane === i);
  let told = 0;
  const signs = own.map((drawn) =>
    drawn.sentence === 0 ? plainSign(drawn, zeroUs, geometry) : toldSign(drawn, zeroUs, geometry, badgeRow(told++)),
  );
  return html`<g class="st-lane" data-lane="${i}" transform="translate(0 ${geometry.y[i]})">${signs}</g>`;
}

function plainSign({ id, timeUs, sign, group }: DrawnEvent, zeroUs: number, { x }: Geometry): Markup {
  const at = `transform="translate(${x(timeUs)})" data-e="${id}" data-t="${timeUs - zeroUs}"`;
  return new Markup(`<use href="#st-${sign}" class="g-${group} s-${sign}" ${at}/>`);
}

function toldSign({ id, timeUs, sign, group, sentence }: DrawnEvent, zeroUs: number, { x }: Geometry, row: number): Markup {
  const y = -BADGE_ROW * (row + 1) - 2;
  return html`<g
    class="g-${group} s-${sign} st-told"
    transform="translate(${x(timeUs)})"
    data-e="${id}"
    data-t="${timeUs - zeroUs}"
    data-n="${sentence}"
    ><path class="st-stem" d="M0 0V${y + 8}" /><use href="#st-${sign}" /><circle cy="${y}" r="8.5" /><text
      y="${y + 4}"
      class="middle told-number"
      >${sentence}</text
    ></g
  >`;
}

/** Where it went wrong; at the right edge when that was found out later. */
function violationPin({ violation }: SpaceTimeFocus, { window }: Surroundings, geometry: Geometry): Markup | null {
  if (violation === null) return null;
  const isInside = violation.timeUs <= window.toUs;
  const atUs = Math.max(window.fromUs, Math.min(violation.timeUs, window.toUs));
  const text = isInside ? 'here it went wrong' : `found at ${secondsText(violation.timeUs, 1)} →`;
  const x = geometry.x(atUs);
  const isRight = x > WIDTH / 2;
  return html`<g
    class="st-violation"
    transform="translate(${x})"
    data-t="${atUs - window.fromUs}"
    ${isInside ? null : new Markup(' data-later')}
    ><line y1="${AXIS - 4}" y2="${geometry.bottom}" /><text x="${isRight ? -6 : 6}" y="${geometry.top + 8}" class="${isRight ? 'end' : ''}"
      >${text}</text
    ><title>${violation.label}, ${secondsText(violation.timeUs)}</title></g
  >`;
}
