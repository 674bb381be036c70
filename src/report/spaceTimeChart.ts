/**
 * The causal slice as a space-time diagram: one lane per node, time downwards, one row per event with its words beside it, arrows where it is known
 * what led to what. Rows are evenly spaced, because microseconds and minutes lie side by side in a failure; the times are written out.
 */
import { tenth } from './charts/scales.js';
import type { SliceMark } from './causalSlice.js';
import type { Markup } from './markup.js';
import { html } from './markup.js';
import { brokerClass } from './palette.js';

const TIME_WIDTH = 92;
const LANE = 92;
const ROW = 26;
const HEAD = 34;
const WORDS = 470;

/** @param sentenceOf the number of the biography's sentence that tells of an event (by its index), where one does. */
export function spaceTimeChart(marks: readonly SliceMark[], sentenceOf: ReadonlyMap<number, number>): Markup {
  const lanes = lanesOf(marks);
  const laneX = new Map(lanes.map((lane, i) => [lane, TIME_WIDTH + LANE / 2 + i * LANE]));
  const rowY = new Map(marks.map(({ event }, i) => [event.index, HEAD + ROW / 2 + i * ROW]));
  const words = TIME_WIDTH + lanes.length * LANE + 14;
  const [width, height] = [words + WORDS, HEAD + marks.length * ROW + 8];
  const title = 'Space-time diagram: what led to the failure, one lane per node, time downwards';
  const heads = lanes.map(
    (lane) =>
      html`<line x1="${laneX.get(lane)}" x2="${laneX.get(lane)}" y1="${HEAD - 6}" y2="${height}" class="lane" /><text
          x="${laneX.get(lane)}"
          y="16"
          class="middle lane-name ${laneClass(lane)}"
          >${lane}</text
        >`,
  );
  const arrows = marks.map((mark, i) => arrow(mark, laneX, rowY, HEAD + ROW / 2 + i * ROW));
  const rows = marks.map((mark, i) =>
    row(mark, laneX.get(mark.lane) ?? 0, HEAD + ROW / 2 + i * ROW, words, sentenceOf.get(mark.event.index)),
  );
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
    <title>${title}</title>
    <defs>
      <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
        <path d="M0 0L8 4L0 8z" class="arrow-head" />
      </marker>
    </defs>
    ${heads}${downTimes(marks, laneX)}${arrows}${rows}
  </svg>`;
}

/** Clients first, then brokers by id. */
function lanesOf(marks: readonly SliceMark[]): string[] {
  const lanes = [...new Set(marks.flatMap(({ lane, from }) => (from === null ? [lane] : [lane, from.lane])))];
  return lanes.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function rank(lane: string): number {
  const id = /^broker (\d+)$/.exec(lane)?.[1];
  return id === undefined ? 0 : Number(id);
}

function laneClass(lane: string): string {
  return rank(lane) === 0 ? 'client' : brokerClass(rank(lane));
}

function row(mark: SliceMark, x: number, y: number, words: number, sentence: number | undefined): Markup {
  const time = `${(mark.event.timeUs / 1_000_000).toFixed(6)} s`;
  const badge =
    sentence === undefined
      ? html`<circle cx="${x}" cy="${y}" r="5" class="mark ${mark.tone}" />`
      : html`<circle cx="${x}" cy="${y}" r="9" class="mark ${mark.tone} told" /><text x="${x}" y="${y + 4}" class="middle told-number"
            >${sentence}</text
          >`;
  return html`<g id="mark-${mark.event.index}" class="row" ${sentence === undefined ? null : html` data-sentence="${sentence}"`}
    ><rect x="0" y="${y - ROW / 2}" width="${words + WORDS}" height="${ROW}" class="row-hit" /><text
      x="${TIME_WIDTH - 6}"
      y="${y + 4}"
      class="end time"
      >${time}</text
    ><line x1="${x + 10}" x2="${words - 6}" y1="${y}" y2="${y}" class="guide" />${badge}<text
      x="${words}"
      y="${y + 4}"
      class="words ${mark.tone}"
      ><tspan class="who">${mark.lane}</tspan> ${mark.text}</text
    ></g
  >`;
}

function arrow(mark: SliceMark, laneX: ReadonlyMap<string, number>, rowY: ReadonlyMap<number, number>, y: number): Markup | null {
  if (mark.from === null) return null;
  const [fromX, fromY, toX] = [laneX.get(mark.from.lane), rowY.get(mark.from.index), laneX.get(mark.lane)];
  if (fromX === undefined || fromY === undefined || toX === undefined) return null;
  const length = Math.sqrt((toX - fromX) * (toX - fromX) + (y - fromY) * (y - fromY));
  const [unitX, unitY] = [(toX - fromX) / length, (y - fromY) / length];
  return html`<line
    x1="${tenth(fromX + unitX * 10)}"
    y1="${tenth(fromY + unitY * 10)}"
    x2="${tenth(toX - unitX * 11)}"
    y2="${tenth(y - unitY * 11)}"
    class="arrow ${mark.tone}"
    marker-end="url(#head)"
  />`;
}

/** A lane is thick and red from the death of its process to its next start. */
function downTimes(marks: readonly SliceMark[], laneX: ReadonlyMap<string, number>): Markup[] {
  const bottom = HEAD + marks.length * ROW + 8;
  return marks.flatMap((mark, i) => {
    if (!['process-died', 'process-paused'].includes(mark.event.type)) return [];
    const end = marks.findIndex(
      (later, j) => j > i && later.lane === mark.lane && ['process-started', 'process-resumed'].includes(later.event.type),
    );
    const [x, from, to] = [laneX.get(mark.lane) ?? 0, HEAD + ROW / 2 + i * ROW, end < 0 ? bottom : HEAD + ROW / 2 + end * ROW];
    return [html`<line x1="${x}" x2="${x}" y1="${from}" y2="${to}" class="dead" />`];
  });
}
