/**
 * Chance, as named streams: `randomness.stream('network/b1>b2')`. A stream depends on the run's seed and its own name
 * only, so that dropping one fault, client or link while shrinking disturbs no dice but its own.
 *
 * The generator is seedrandom's Tyche-i: fast, well seeded by neighbouring seeds, and closed-form integer arithmetic, so
 * that every platform draws the same. Only + - * / and 32-bit operations decide a draw (Math.pow and friends differ
 * between engines).
 */
import tychei from 'seedrandom/lib/tychei.js';
import type { PRNG } from 'seedrandom';

export class Random {
  private generator: PRNG;

  constructor(seed: string) {
    this.generator = tychei(seed);
  }

  /** Goes on as a stream made with this seed would begin: for whoever keeps the stream, the future is drawn anew. */
  restart(seed: string): void {
    this.generator = tychei(seed);
  }

  /** Uniform in [0, 1), 32 bits. */
  float(): number {
    return (this.generator.int32() >>> 0) / 4_294_967_296;
  }

  /** Uniform integer in [0, boundExclusive); a bound below 1 gives 0. */
  int(boundExclusive: number): number {
    if (boundExclusive <= 1) return 0;
    if (boundExclusive <= 2_097_152) return Math.floor(((this.generator.int32() >>> 0) * boundExclusive) / 4_294_967_296);
    return Math.floor(this.generator.double() * boundExclusive);
  }

  /** Uniform integer in [low, high], both included. */
  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  /** True with the given probability. Always draws, so that a changed probability shifts nothing else. */
  chance(probability: number): boolean {
    return this.float() < probability;
  }

  /** One of the items; the array must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T;
  }

  /** A new array with the items in random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const item = out[i] as T;
      out[i] = out[j] as T;
      out[j] = item;
    }
    return out;
  }

  /** Exponentially distributed, rounded down to whole units, mean `mean`. */
  exponential(mean: number): number {
    const bits = this.generator.int32() >>> 0;
    return Math.floor(-naturalLog((bits + 1) / 4_294_967_296) * mean);
  }
}

/**
 * ln(x) for x in (0, 1], by halving into [1, 2) and the series of 2·atanh: IEEE basic operations only, so bit-equal everywhere.
 */
export function naturalLog(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa < 1) {
    mantissa *= 2;
    exponent--;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let term = s;
  let sum = 0;
  for (let k = 1; k <= 27; k += 2) {
    sum += term / k;
    term *= square;
  }
  return 2 * sum + exponent * 0.6931471805599453;
}

/** The streams of one run. */
export class Randomness {
  private readonly streams = new Map<string, Random>();
  /** What streams are named after besides the seed: nothing until {@link Randomness.reseed}. */
  private salt = '';

  /** @param seed canonical text; 7 and "7" are the same seed, "07" is another. */
  constructor(readonly seed: string) {}

  /** The stream of this name: made at its first use, the same object after that. */
  stream(name: string): Random {
    let random = this.streams.get(name);
    if (random === undefined) {
      random = new Random(this.seedOf(name));
      this.streams.set(name, random);
    }
    return random;
  }

  /**
   * Draws the future anew: from now on every stream, those in use and those that are still to come, depends on the salt as well. What was drawn before stays, so
   * that runs which are reseeded at the same moment share everything up to it.
   * @param salt not empty.
   */
  reseed(salt: string): void {
    this.salt = salt;
    for (const [name, random] of this.streams) random.restart(this.seedOf(name));
  }

  private seedOf(name: string): string {
    return this.salt === '' ? `${this.seed}/${name}` : `${this.seed}/${this.salt}/${name}`;
  }
}
