/**
 * Every list of at most so many faults out of a small set: kind × node × length × moment, and the order of those that begin at the same moment.
 * The lists are numbered from 0, fewer faults first, so that any one can be made from its number alone, and counted without making any.
 *
 * A moment is a time or an event. Lists are ordered by moment, since two faults at different times have no other order; at the same moment both
 * orders are lists of their own, and so is the same fault twice.
 */
import type { Fault, FaultTrigger } from '../../faults/Fault.js';

/** What goes wrong, for how long, to whom: a fault without id and moment. */
export type FaultVariant = Omit<Fault, 'id' | 'atUs' | 'on'>;

/** When a fault begins: at the time, or at the first such event after it. */
export interface Moment {
  readonly atUs: number;
  readonly on?: FaultTrigger;
}

export class FaultSpace {
  /** Number of lists; more than can be counted exactly is infinity. */
  readonly size: number;
  /** Lists of no fault, of one, … */
  readonly sizes: readonly number[];

  /** @param moments in the order in which a list has them. */
  constructor(
    readonly variants: readonly FaultVariant[],
    readonly moments: readonly Moment[],
    readonly mostFaults: number,
  ) {
    this.sizes = Array.from({ length: mostFaults + 1 }, (_, faults) => power(variants.length, faults) * multisets(moments.length, faults));
    const size = this.sizes.reduce((sum, count) => sum + count, 0);
    this.size = Number.isSafeInteger(size) ? size : Number.POSITIVE_INFINITY;
  }

  /** The list of this number. @throws RangeError beyond the space. */
  list(index: number): Fault[] {
    let left = index;
    for (const [faults, count] of this.sizes.entries()) {
      if (left < count) return this.listOf(faults, left);
      left -= count;
    }
    throw new RangeError(`the space has ${this.size} lists of faults, and no number ${index}`);
  }

  /** The moments vary slowest; then the first fault's variant, then the second's … */
  private listOf(faults: number, index: number): Fault[] {
    const perMoments = power(this.variants.length, faults);
    const when = this.momentsOf(faults, Math.floor(index / perMoments));
    let left = index % perMoments;
    const what: FaultVariant[] = [];
    for (let i = 0; i < faults; i++) {
      what.unshift(this.variants[left % this.variants.length] as FaultVariant);
      left = Math.floor(left / this.variants.length);
    }
    return what.map((variant, i) => ({ id: `f${i + 1}`, ...variant, ...when[i] }) as Fault);
  }

  /** The multiset of this number, in lexicographic order. */
  private momentsOf(faults: number, index: number): Moment[] {
    const chosen: Moment[] = [];
    let left = index;
    let from = 0;
    for (let open = faults - 1; open >= 0; open--) {
      for (;;) {
        // With this moment next, the rest is of it and those behind it.
        const count = multisets(this.moments.length - from, open);
        if (left < count) break;
        left -= count;
        from++;
      }
      chosen.push(this.moments[from] as Moment);
    }
    return chosen;
  }
}

function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}

/** Ways to choose so many out of n kinds, repetition allowed: C(n + count - 1, count). */
function multisets(n: number, count: number): number {
  let ways = 1;
  for (let i = 1; i <= count; i++) ways = (ways * (n + i - 1)) / i;
  return ways;
}
