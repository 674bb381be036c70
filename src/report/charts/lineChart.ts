/** Lines of several subjects over time, in panels one above the other: the worst in front, named where they end, and a word for how many are not drawn. */
import { markup, type Markup } from '../markup.js';
import { SERIES_COLOURS } from '../palette.js';
import { lineNames, panelName, valueAxis } from './frame.js';
import { linearScale, type Scale } from './scales.js';

/** As many lines in one panel as there are colours for them. */
export const MOST_LINES = SERIES_COLOURS.length;

export interface Line {
  readonly name: string;
  readonly last: number;
  /** The `d` of its path. */
  readonly path: (y: Scale) => string;
}

export interface Panel {
  readonly name: string;
  /** At most {@link MOST_LINES}. */
  readonly lines: readonly Line[];
  readonly most: number;
  readonly ticks: readonly number[];
  readonly text: (value: number) => string;
}

/** One panel between `top` and `bottom`; its name is above it. */
export function linePanel({ name, lines, most, ticks, text }: Panel, top: number, bottom: number): Markup {
  const y = linearScale(0, Math.max(1, most), bottom, top);
  const paths = lines
    .map((line, i) => markup`<path class="line s${i + 1}" d="${line.path(y)}"><title>${line.name}</title></path>`)
    .reverse();
  const names = lines.map((line, i) => ({ y: y(line.last), text: line.name, className: `s${i + 1}` }));
  return markup`${valueAxis(y, ticks, text)}${paths}${lineNames(names, top, bottom)}${name === '' ? null : panelName(top - 5, name)}`;
}
