/**
 * The causal slice as a space-time diagram: one lane per node, time downwards, one row per event with its words beside it, arrows for the messages by
 * which events came about, dashed ones where it is only known what led to what. Rows are evenly spaced, because microseconds and minutes lie side by side in a failure; the times are written out.
 */
import { tenth } from '../charts/scales.js';
import type { SliceMark } from './causalSlice.js';
import type { Markup } from '../markup.js';
import { html } from '../markup.js';
import { secondsText } from '../numbers.js';
import type { Traffic } from '../../explore/messages/RecordedMessage.js';
import { brokerClass } from '../palette.js';
import { brokerIdOf, compareActors, type Actor } from '../traffic/actors.js';
import { causesIn } from '../traffic/causes.js';
import { acknowledgements, sliceArrows, sliceCuts, type SliceArrow, type SliceCut } from './sliceArrows.js';

const TIME_WIDTH = 92;
const LANE = 92;
const ROW = 26;
const HEAD = 34;
const WORDS = 470;

/** @param sentenceOf the number of the biography's sentence that tells of an event (by its index), where one does. */
export function sliceChart(marks: readonly SliceMark[], sentenceOf: ReadonlyMap<number, number>, traffic: Traffic): Markup {
  const messages = [...sliceArrows(marks, causesIn(traffic.messages)), ...acknowledgements(marks, traffic.messages)];
  const lanes = lanesOf(marks, messages);
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
  const known = new Set(messages.map(({ toRow }) => toRow));
  const arrows = marks.map((mark, i) => (known.has(i) ? null : arrow(mark, laneX, rowY, HEAD + ROW / 2 + i * ROW)));
  const cuts = sliceCuts(marks, lanes, traffic.cuts);
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
    ${heads}${downTimes(marks, laneX)}${cuts.map((cut) => cutLine(cut, laneX))}${arrows}${messages.map((message) => messageArrow(message, laneX))}${rows}
  </svg>`;
}

function lanesOf(marks: readonly SliceMark[], messages: readonly SliceArrow[]): Actor[] {
  const lanes = marks.flatMap(({ lane, from }) => (from === null ? [lane] : [lane, from.lane]));
  return [...new Set([...lanes, ...messages.flatMap(({ from, to }) => [from, to])])].sort(compareActors);
}

function laneClass(lane: Actor): string {
  const id = brokerIdOf(lane);
  return id < 0 ? 'client' : brokerClass(id);
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

function messageArrow({ from, fromRow, to, toRow, name, message }: SliceArrow, laneX: ReadonlyMap<Actor, number>): Markup {
  const [x1, x2] = [laneX.get(from) ?? 0, laneX.get(to) ?? 0];
  const [y1, y2] = [HEAD + ROW / 2 + fromRow * ROW, HEAD + ROW / 2 + toRow * ROW];
  const length = Math.sqrt((x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1));
  const [unitX, unitY] = [(x2 - x1) / length, (y2 - y1) / length];
  const words = `${name} from ${message.from} to ${message.to}, ${secondsText(message.sentUs, 6)} to ${secondsText(message.endedUs, 6)}`;
  return html`<g class="sent ${laneClass(from)}"
    ><line
      x1="${tenth(x1 + unitX * (Number.isInteger(fromRow) ? 10 : 0))}"
      y1="${tenth(y1 + unitY * (Number.isInteger(fromRow) ? 10 : 0))}"
      x2="${tenth(x2 - unitX * (Number.isInteger(toRow) ? 11 : 1))}"
      y2="${tenth(y2 - unitY * (Number.isInteger(toRow) ? 11 : 1))}"
      marker-end="url(#head)"
      ><title>${words}</title></line
    ><text x="${tenth((x1 + x2) / 2)}" y="${tenth((y1 + y2) / 2 - 3)}" class="middle sent-name">${name}</text></g
  >`;
}

/** Between the lanes where bytes pass no longer, or again. */
function cutLine({ from, to, row: at, begins, bothWays, kind }: SliceCut, laneX: ReadonlyMap<Actor, number>): Markup {
  const [x1, x2] = [laneX.get(from) ?? 0, laneX.get(to) ?? 0];
  const y = HEAD + ROW / 2 + at * ROW;
  const words = `${kind === 'link' ? (begins ? 'cut' : 'healed') : begins ? 'stalled' : 'goes on'}${bothWays ? '' : x2 > x1 ? ' →' : ' ←'}`;
  return html`<g class="slice-cut${begins ? '' : ' healed'}"
    ><line x1="${x1}" x2="${x2}" y1="${y}" y2="${y}"><title>${from} to ${to}: ${words}</title></line
    ><text x="${Math.max(x1, x2) + 4}" y="${y + 3}">${words}</text></g
  >`;
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
