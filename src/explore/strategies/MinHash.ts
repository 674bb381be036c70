/**
 * Sketches of sets by which their likeness can be told without the sets: MinHash (Broder, "On the resemblance and containment of documents",
 * 1997). Of each of many hash functions a sketch keeps the least value over the set; two sets agree in about as many places as their Jaccard
 * index |A ∩ B| / |A ∪ B| says.
 */

/** Places of a sketch: the estimate's standard error is at most 1/16. */
const PLACES = 64;

/** 32-bit numbers, one per hash function. */
export type Sketch = Uint32Array;

/** @param tokens the members of the set, as 32-bit numbers; the same set gives the same sketch, whatever its order. */
export function sketchOf(tokens: Iterable<number>): Sketch {
  const sketch = new Uint32Array(PLACES).fill(0xffff_ffff);
  for (const token of tokens) {
    for (let place = 0; place < PLACES; place++) {
      const value = scramble(token ^ scramble(place + 1));
      if (value < (sketch[place] as number)) sketch[place] = value;
    }
  }
  return sketch;
}

/** Share of the places in which two sketches agree: about the Jaccard index of their sets. */
export function similarity(a: Sketch, b: Sketch): number {
  let same = 0;
  for (let place = 0; place < PLACES; place++) if (a[place] === b[place]) same++;
  return same / PLACES;
}

/** A bijection of 32-bit numbers without visible pattern (the finalizer of MurmurHash3). */
export function scramble(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
