/** Where things lie in the diagram of the surroundings. The page's script lays them out by the same rules after every zoom. */
import { scaleLinear } from 'd3-scale';
import { tenth } from '../charts/scales.js';
import type { DrawnMessage, Surroundings } from './surroundings.js';

export const WIDTH = 1120;
export const LEFT = 116;
export const RIGHT = 16;
/** Rows of faults, above the lanes. */
export const FAULT_ROW = 20;
export const AXIS = 22;
/** Above and below a lane's line; above it besides come the rows of numbers. */
const ABOVE = 22;
const BELOW = 30;
/** Besides, below a lane that a cut strikes: a band and what it says. */
const CUT_BELOW = 18;
export const BADGE_ROW = 19;
const MOST_BADGE_ROWS = 4;

export interface Geometry {
  readonly x: (timeUs: number) => number;
  /** Of each lane's line. */
  readonly y: readonly number[];
  /** Space that each lane takes, and how much of it is above its line. */
  readonly heights: readonly number[];
  readonly above: readonly number[];
  /** Where the lanes begin. */
  readonly top: number;
  readonly bottom: number;
}

/** @param faultRows rows of faults above the lanes. */
export function geometryOf({ window, lanes, events, cuts }: Surroundings, faultRows: number): Geometry {
  const scale = scaleLinear()
    .domain([window.fromUs, window.toUs])
    .range([LEFT, WIDTH - RIGHT]);
  const badges = lanes.map((_, lane) =>
    Math.min(MOST_BADGE_ROWS, events.filter((event) => event.lane === lane && event.sentence > 0).length),
  );
  const above = badges.map((rows) => ABOVE + rows * BADGE_ROW);
  const struck = new Set(cuts.flatMap(({ fromLane, toLane }) => [fromLane, toLane]));
  const heights = above.map((space, lane) => space + BELOW + (struck.has(lane) ? CUT_BELOW : 0));
  const top = AXIS + faultRows * FAULT_ROW + 8;
  const y: number[] = [];
  let bottom = top;
  heights.forEach((height, lane) => {
    y.push(bottom + (above[lane] ?? 0));
    bottom += height;
  });
  return { x: (timeUs) => tenth(scale(timeUs)), y, heights, above, top, bottom };
}

/** Row of the nth number on a lane: neighbours lie beside each other only where they would not touch. */
export function badgeRow(nth: number): number {
  return nth % MOST_BADGE_ROWS;
}

/** Round times within the window, about eight of them. */
export function timeTicks({ window }: Surroundings): number[] {
  return scaleLinear()
    .domain([window.fromUs, window.toUs])
    .ticks(8)
    .filter((timeUs) => Number.isInteger(timeUs));
}

/** From sender to reader; bent where a cut held it back, with a bar there; with a cross where it was lost. */
export function messagePath({ message, fromLane, toLane }: DrawnMessage, { x, y }: Geometry, endUs: number): string {
  const { sentUs, heldUs, endedUs, fate } = message;
  const [y1, y2] = [y[fromLane] ?? 0, y[toLane] ?? 0];
  const middle = tenth((y1 + y2) / 2);
  const bar = heldUs < 0 ? '' : `M${tenth(x(heldUs) - 4)} ${middle}h8`;
  const start = `${bar}M${x(sentUs)} ${y1}${heldUs < 0 ? '' : `L${x(heldUs)} ${middle}`}`;
  if (endedUs < 0) return heldUs < 0 ? `${start}L${x(endUs)} ${middle}` : start;
  if (fate === 'delivered') return `${start}L${x(endedUs)} ${y2}`;
  const near = tenth(y1 + (y2 - y1) * 0.85);
  return `${start}L${x(endedUs)} ${near}m-3-3l6 6m0-6l-6 6`;
}
