/**
 * What charts over time have in common: one time axis at the same place in each, so that they can be read one above the other; behind the data the faults, named on top; the moment
 * at which it went wrong as a dashed line.
 *
 * A chart is as wide as a page's column. Where the window is narrower, its box scrolls sideways and the text stays readable.
 */
import type { JepsenOp } from '../../check/jepsen/JepsenOp.js';
import { faultKindNames, faultKind } from '../../faults/faultKinds.js';
import type { FaultKindName } from '../../faults/Fault.js';
import { markup, type Markup } from '../markup.js';
import { listed, secondsText } from '../numbers.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { PartitionAvailability } from '../series/availability.js';
import type { ShownPartitions } from '../series/interestingPartitions.js';
import type { FaultSpan, Span } from '../timeline.js';
import type { ChartFocus, Moment } from './Chart.js';
import { linearScale, tenth, ticks, timeTickText, type Scale } from './scales.js';

export const WIDTH = 1120;
/** Where time begins: to the left of it are the names of rows and the values of the y axis. */
export const LEFT = 132;
/** Where time ends: to the right of it are the names of lines. */
export const END = WIDTH - 100;

const LANE = 15;
const MOST_LANES = 3;
const AXIS = 34;
const HEAD = 20;

/** A row of bars, and the space to the next one. */
export const ROW = 18;
export const ROW_STEP = 24;

/** A time that is shaded in every chart. */
export interface Band extends Span {
  readonly name: string;
  /** Class of its colour: `f-crash`. */
  readonly colour: string;
  /** Row on top, from 0. */
  readonly lane: number;
  /** False where there was no room for its name. */
  readonly isNamed: boolean;
  readonly title: string;
}

/** What the drawings of one run share. */
export interface Frame {
  readonly x: Scale;
  readonly endUs: number;
  readonly bands: readonly Band[];
  readonly moments: readonly Moment[];
}

/** What a chart is drawn from. */
export interface ChartSubject {
  readonly run: RecordedRun;
  readonly focus: ChartFocus;
  /** The run's history in Jepsen's shape. */
  readonly ops: readonly JepsenOp[];
  readonly frame: Frame;
  /** By name, of the partitions that count. */
  readonly availability: ReadonlyMap<string, PartitionAvailability>;
  /** For which partitions there is room. */
  readonly shown: ShownPartitions;
}

export function frameOf({ timeline }: Pick<RecordedRun, 'timeline'>, moments: readonly Moment[]): Frame {
  const endUs = Math.max(1, timeline.endUs);
  const x = linearScale(0, endUs, LEFT, END);
  const { healingUs } = timeline;
  const healed =
    healingUs === null ? [] : [{ fromUs: healingUs, toUs: endUs, name: 'healed', colour: 'healing', title: healedTitle(healingUs) }];
  const faults = timeline.faults.map((fault) => ({
    ...fault,
    name: fault.kind,
    colour: faultColour(fault.kind),
    title: faultTitle(fault),
  }));
  return { x, endUs, bands: inLanes(x, [...faults, ...healed]), moments };
}

function healedTitle(healingUs: number): string {
  return `from ${secondsText(healingUs)} on every fault was healed, nothing was sent any more, and consumers read to the end`;
}

export function faultTitle(fault: FaultSpan): string {
  const whom = fault.targets.length === 0 ? '' : ` of ${listed(fault.targets)}`;
  return `${fault.kind}${whom}, ${fault.fromUs === fault.toUs ? `at ${secondsText(fault.fromUs)}` : spanText(fault)}`;
}

/** Class of a fault's colour. */
export function faultColour(kind: string): string {
  return (faultKindNames as readonly string[]).includes(kind) ? `f-${faultKind(kind as FaultKindName).faultClass}` : 'f-admin';
}

export function spanText({ fromUs, toUs }: Span): string {
  return `${secondsText(fromUs)} to ${secondsText(toUs)}`;
}

type Unplaced = Omit<Band, 'lane' | 'isNamed'>;

/** Puts each into the first lane in which there is room for it and its name; where there is none, into the last, without its name. */
function inLanes(x: Scale, bands: readonly Unplaced[]): Band[] {
  const taken: number[] = [];
  return bands.map((band) => {
    const from = x(band.fromUs);
    const free = Array.from({ length: MOST_LANES }, (_, lane) => lane).find((lane) => (taken[lane] ?? -1) <= from);
    const isNamed = free !== undefined && from + nameWidth(band.name) <= WIDTH;
    const lane = free ?? MOST_LANES - 1;
    taken[lane] = Math.max(taken[lane] ?? 0, x(band.toUs) + 3, isNamed ? from + nameWidth(band.name) : 0);
    return { ...band, lane, isNamed };
  });
}

function nameWidth(name: string): number {
  return 10 + name.length * 5.8;
}

/** What a chart consists of; `draw` gets the top and the bottom of the room that it asked for. */
export interface Plot {
  readonly title: string;
  readonly description: string;
  /** Marks and what they mean, on top of the drawing; each as wide as it says. */
  readonly key?: readonly KeyEntry[];
  /** Pixels that the data needs. */
  readonly height: number;
  /** What the rows or the y axis mean, in the upper left corner: `latency (log)`. */
  readonly axis: string;
  /** False: the drawing shows the faults itself. */
  readonly showsBands?: boolean;
  readonly draw: (top: number, bottom: number) => readonly (Markup | null)[];
}

export interface KeyEntry {
  /** Drawn in a box of 16 by 12 pixels. */
  readonly mark: Markup;
  readonly text: string;
}

export function plot(frame: Frame, { title, description, key = [], height, axis, showsBands = true, draw }: Plot): Markup {
  const { bands, moments } = frame;
  const lanes = showsBands ? bands.reduce((most, { lane }) => Math.max(most, lane + 1), 0) : 0;
  const named = moments.length === 0 ? 0 : LANE;
  const strip = HEAD + named;
  const top = strip + lanes * LANE + 4;
  const bottom = top + height;
  const whole = bottom + AXIS;
  const size = markup`viewBox="0 0 ${WIDTH} ${whole}" width="${WIDTH}" height="${whole}"`;
  return markup`<svg class="plot" ${size} role="img" aria-label="${title}: ${description}"><title>${title}</title>${[
    markup`<text x="4" y="12" class="of">${axis}</text>`,
    keyRow(key),
    showsBands ? shading(frame, strip, bottom) : null,
    timeAxis(frame.x, top, bottom),
    draw(top, bottom),
    momentLines(frame, HEAD, bottom),
  ]}</svg>`;
}

/** Vertical lines with times below them. */
function timeAxis(x: Scale, top: number, bottom: number): Markup {
  const values = ticks(x.from, x.to, 10);
  const stepUs = (values[1] ?? 1_000_000) - (values[0] ?? 0);
  return markup`<g class="axis"
    ><path d="${values.map((us) => `M${x(us)} ${top}V${bottom}`).join('')}" />${values.map(
      (us) => markup`<text x="${x(us)}" y="${bottom + 14}" class="middle">${timeTickText(us, stepUs)}</text>`,
    )}<text x="${(LEFT + END) / 2}" y="${bottom + 29}" class="middle">simulated time in seconds</text></g
  >`;
}

function keyRow(entries: readonly KeyEntry[]): Markup {
  let left = LEFT;
  return markup`${entries.map(({ mark, text }) => {
    const at = left;
    left += 36 + text.length * 6.2;
    return markup`<g transform="translate(${tenth(at)} 2)">${mark}<text x="20" y="10" class="note">${text}</text></g>`;
  })}`;
}

/** Faint areas behind the data, one path a colour, and on top of them a bar a fault with its name. */
function shading({ x, bands }: Frame, top: number, bottom: number): Markup {
  const colours = [...new Set(bands.map(({ colour }) => colour))];
  const areas = colours.map((colour) => {
    const own = bands.filter((band) => band.colour === colour);
    return markup`<path class="shade ${colour}" d="${own.map((band) => area(x, band, top + band.lane * LANE, bottom)).join('')}" />`;
  });
  const names = bands.map(
    ({ lane, name, isNamed, colour, title, ...span }) =>
      markup`<g class="band ${colour}"
        ><title>${title}</title><path d="${area(x, span, top + lane * LANE, top + lane * LANE + LANE - 3)}" />${
          isNamed ? markup`<text x="${tenth(x(span.fromUs) + 4)}" y="${top + lane * LANE + 10}">${name}</text>` : null
        }</g
      >`,
  );
  return markup`${areas}${names}`;
}

function area(x: Scale, { fromUs, toUs }: Span, top: number, bottom: number): string {
  const left = x(fromUs);
  return `M${left} ${top}H${Math.max(x(toUs), tenth(left + 1.5))}V${bottom}H${left}Z`;
}

function momentLines({ x, moments }: Frame, top: number, bottom: number): Markup {
  return markup`<g class="moment"
    >${moments.map(({ timeUs, label }, i) => {
      const at = x(timeUs);
      const side = at > END - 120 ? 'end' : at < LEFT + 120 ? '' : 'middle';
      // One name is enough for moments that are close together.
      const isNamed = moments.slice(0, i).every((before) => Math.abs(x(before.timeUs) - at) > 130);
      return markup`<g
        ><title>${label}, ${secondsText(timeUs)}</title><path d="M${at} ${top + LANE - 2}V${bottom}" />${
          isNamed ? markup`<text x="${at}" y="${top + 9}" class="${side}">violation, ${secondsText(timeUs)}</text>` : null
        }</g
      >`;
    })}</g
  >`;
}

/** The name of a row, to the left of it; shortened in the middle where it is too long. */
export function rowName(y: number, text: string): Markup {
  const short = shortened(text, 19);
  return markup`<text x="${LEFT - 8}" y="${y}" class="end foreign">${short === text ? null : markup`<title>${text}</title>`}${short}</text>`;
}

/** What one of several panels is about, at its upper left. */
export function panelName(y: number, text: string): Markup {
  return markup`<text x="${LEFT + 2}" y="${y}" class="strong small foreign">${shortened(text, 140)}</text>`;
}

/** At most so many characters; what falls out is the middle, because names differ at their ends. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const tail = Math.ceil((most - 1) / 2);
  return `${characters.slice(0, most - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}

/** A bar over a span, with words for whoever points at it; a very short one is drawn wide enough to be seen. */
export function bar(x: Scale, span: Span, y: number, height: number, className: string, title: string): Markup {
  const left = x(span.fromUs);
  const width = Math.max(1.5, tenth(x(span.toUs) - left));
  return markup`<rect x="${left}" y="${y}" width="${width}" height="${height}" rx="2" class="${className}"><title>${title}</title></rect>`;
}

/** Horizontal lines with values to the left of them. */
export function valueAxis(y: Scale, values: readonly number[], text: (value: number) => string): Markup {
  return markup`<g class="axis"
    ><path d="${values.map((value) => `M${LEFT} ${y(value)}H${END}`).join('')}" />${values.map(
      (value) => markup`<text x="${LEFT - 8}" y="${tenth(y(value) + 4)}" class="end">${text(value)}</text>`,
    )}</g
  >`;
}

/** Names at the right ends of lines, pushed apart where they would lie upon each other. @param x where the lines end. */
export function lineNames(
  names: readonly { readonly y: number; readonly text: string; readonly className: string }[],
  top: number,
  bottom: number,
  x: number = END,
): Markup {
  const sorted = [...names].sort((a, b) => a.y - b.y);
  const gap = Math.min(13, (bottom - top) / Math.max(1, sorted.length));
  let above = top - gap;
  const places = sorted.map(({ y }) => (above = Math.max(y, above + gap)));
  for (let i = places.length - 1, below = bottom + gap; i >= 0; i--) places[i] = below = Math.min(places[i] as number, below - gap);
  return markup`${sorted.map(({ text, className }, i) => {
    const short = shortened(text, 15);
    return markup`<text x="${tenth(x + 6)}" y="${tenth((places[i] as number) + 4)}" class="foreign ${className}"
      >${short === text ? null : markup`<title>${text}</title>`}${short}</text
    >`;
  })}`;
}
