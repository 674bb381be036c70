/** What many runs reached, added up: for everything that was counted how often, in how many seeds, and the smallest of these. */
import { compareSeeds } from './seedOrder.js';

export interface Reached {
  readonly hits: number;
  readonly seeds: number;
  /** The smallest seed that got there; empty when none did. */
  readonly firstSeed: string;
}

const NOT_REACHED: Reached = { hits: 0, seeds: 0, firstSeed: '' };

export class CoverageTally {
  /** Seeds added. */
  seeds = 0;
  private readonly counts = new Map<string, Reached>();

  /** Adds one run; independent of the order in which runs come. */
  add(seed: string, counts: readonly (readonly [name: string, hits: number])[]): void {
    this.seeds++;
    for (const [name, hits] of counts) {
      const before = this.counts.get(name);
      if (before === undefined) this.counts.set(name, { hits, seeds: 1, firstSeed: seed });
      else {
        const firstSeed = compareSeeds(seed, before.firstSeed) < 0 ? seed : before.firstSeed;
        this.counts.set(name, { hits: before.hits + hits, seeds: before.seeds + 1, firstSeed });
      }
    }
  }

  of(name: string): Reached {
    return this.counts.get(name) ?? NOT_REACHED;
  }
}
