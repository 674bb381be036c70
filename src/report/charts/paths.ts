/**
 * Data as the `d` of one path each, so that its size is bounded by pixels and not by operations: an element a point would take ten times the room, and points that nobody could tell
 * apart are drawn once.
 */
import type { Scale } from './scales.js';

/** Where a mark lies, in halves of a pixel. */
export type Place = readonly [x: number, y: number];

/** Points on a grid of half a pixel (a dot is four wide), each once, in order of x, then y. */
export function distinctPlaces(points: Iterable<readonly [x: number, y: number]>): Place[] {
  const known = new Set<number>();
  for (const [x, y] of points) known.add(Math.round(x * 2) * 100_000 + Math.round(y * 2));
  return [...known].sort((a, b) => a - b).map((place) => [Math.floor(place / 100_000), place % 100_000]);
}

/** Marks of one shape: where each begins, relative to the last one, and its strokes. */
function marksPath(places: readonly Place[], strokes: string): string {
  let path = '';
  let [lastX, lastY] = [0, 0];
  for (const [x, y] of places) {
    path += path === '' ? `M${x / 2} ${y / 2}` : `m${pair((x - lastX) / 2, (y - lastY) / 2)}`;
    path += strokes;
    [lastX, lastY] = [x, y];
  }
  return path;
}

/** Dots, by a style with round caps; squares, by one with square caps. */
export function dotsPath(places: readonly Place[]): string {
  return marksPath(places, 'h0');
}

/** Crosses, five pixels wide; each ends where it began. */
export function crossesPath(places: readonly Place[]): string {
  return marksPath(places, 'm-2.5-2.5l5 5m0-5l-5 5m2.5-2.5');
}

function pair(x: number, y: number): string {
  return y < 0 ? `${x}${y}` : `${x} ${y}`;
}

/** A step line: its value holds from its time until the next point's. In order of time. */
export type Steps = readonly { readonly timeUs: number; readonly value: number }[];

/** Horizontal lines with jumps, until `endUs`. Of the steps within one pixel the highest, the lowest and the last are kept, so that no dent and no peak is lost. */
export function stepPath(steps: Steps, x: Scale, y: Scale, endUs: number): string {
  let path = '';
  let lastY = NaN;
  for (let i = 0; i < steps.length;) {
    const at = Math.round(x((steps[i] as Steps[number]).timeUs));
    let [least, most, last] = [Infinity, -Infinity, lastY];
    if (path === '') {
      lastY = half(y((steps[i] as Steps[number]).value));
      path = `M${at} ${lastY}`;
    }
    for (; i < steps.length && Math.round(x((steps[i] as Steps[number]).timeUs)) === at; i++) {
      last = half(y((steps[i] as Steps[number]).value));
      least = Math.min(least, last);
      most = Math.max(most, last);
    }
    const detours = [most, least].filter((stop) => stop > Math.max(lastY, last) || stop < Math.min(lastY, last));
    if (detours.length > 0 || last !== lastY) path += `H${at}${[...detours, last].map((stop) => `V${stop}`).join('')}`;
    lastY = last;
  }
  return path === '' ? '' : `${path}H${x(endUs)}`;
}

/** On a grid of half a pixel. */
function half(value: number): number {
  return Math.round(value * 2) / 2;
}

/** A line through points; of those in two pixels of the time axis only the highest is kept. */
export function peaksPath(points: Steps, x: Scale, y: Scale): string {
  let path = '';
  for (let i = 0; i < points.length;) {
    const column = Math.round(x((points[i] as Steps[number]).timeUs) / 2);
    let peak = points[i] as Steps[number];
    for (; i < points.length && Math.round(x((points[i] as Steps[number]).timeUs) / 2) === column; i++) {
      if ((points[i] as Steps[number]).value > peak.value) peak = points[i] as Steps[number];
    }
    path += `${path === '' ? 'M' : 'L'}${column * 2} ${half(y(peak.value))}`;
  }
  // A single point is a dot, by its round cap.
  return points.length > 0 && !path.includes('L') ? `${path}h0` : path;
}

/** The area between two step lines with the same times: column i spans from `xs[i]` to `xs[i + 1]`, or to `endX`. */
export function stepArea(xs: readonly number[], lower: readonly number[], upper: readonly number[], endX: number): string {
  if (xs.length === 0) return '';
  let path = `M${xs[0]} ${upper[0]}`;
  for (let i = 1; i < xs.length; i++) if (upper[i] !== upper[i - 1]) path += `H${xs[i]}V${upper[i]}`;
  path += `H${endX}V${lower.at(-1)}`;
  for (let i = xs.length - 1; i > 0; i--) if (lower[i] !== lower[i - 1]) path += `H${xs[i]}V${lower[i - 1]}`;
  return `${path}H${xs[0]}Z`;
}
