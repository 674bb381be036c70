/** Cuts as bands on the lanes that they strike: whom a process cannot reach, or not hear, in the same time. */
import type { LaneSpan } from './laneSpans.js';
import type { Surroundings } from './surroundings.js';

export function cutSpans({ cuts, lanes, window }: Surroundings): LaneSpan[] {
  const bands = new Map<
    string,
    { readonly lane: number; readonly fromUs: number; readonly toUs: number; readonly words: Map<string, string[]> }
  >();
  const add = (lane: number, other: number, what: string, { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number }): void => {
    const key = `${lane} ${fromUs} ${toUs}`;
    let band = bands.get(key);
    if (band === undefined) bands.set(key, (band = { lane, fromUs, toUs, words: new Map() }));
    const others = band.words.get(what) ?? [];
    const name = lanes[other] ?? '';
    if (!others.includes(name)) band.words.set(what, [...others, name]);
  };
  for (const cut of cuts) {
    const stalled = cut.kind === 'connections';
    if (cut.bothWays) {
      const what = stalled ? 'stalled, to and from' : 'cut off from';
      add(cut.fromLane, cut.toLane, what, cut);
      add(cut.toLane, cut.fromLane, what, cut);
    } else {
      add(cut.fromLane, cut.toLane, stalled ? 'connection stalled to' : 'cannot reach', cut);
      add(cut.toLane, cut.fromLane, stalled ? 'connection stalled from' : 'hears nothing from', cut);
    }
  }
  return [...bands.values()].map(({ lane, fromUs, toUs, words }) => ({
    lane,
    fromUs: Math.max(fromUs, window.fromUs),
    toUs: Math.min(toUs, window.toUs),
    state: 'cut',
    text: [...words].map(([what, others]) => `${what} ${others.join(', ')}`).join('; '),
  }));
}
