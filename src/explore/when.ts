/**
 * The moment of no return of a failing run: from successive moments on its future is drawn anew, many times each, and the share of futures that still fail is the
 * probability of the failure given what had happened until then. Where it reaches certainty, the failure could no longer be avoided; what happened there is what
 * made it inevitable.
 *
 * First moments spread evenly over the run, then bisection where the share jumps, down to neighbouring events if there are runs enough for it. A future counts as
 * failing when it violates the same guarantee in the same way, be it with another record. What "could happen otherwise" means is the redraw's rule for faults.
 */
import type { Scenario } from '../scenario/Scenario.js';
import { countOf, shows, type Count, type Inquiry } from './inquiry.js';
import type { RedrawRule } from './redraw.js';
import type { ShrinkTarget } from './shrink.js';
import { differs, wilson, type Interval } from './statistics.js';

export interface WhenOptions {
  /** Futures drawn from each moment. */
  readonly runs: number;
  readonly faults: RedrawRule;
  /** Moments spread evenly in the beginning. Default 12. */
  readonly spread?: number;
  /** Moments added where the share jumps. Default 28. */
  readonly refinements?: number;
}

export interface WhenPoint extends Count {
  /** Everything up to and including this moment is as it was. */
  readonly atUs: number;
  readonly interval: Interval;
}

/** Two neighbouring moments between which the share of failures rises by more than chance explains. */
export interface WhenStep {
  readonly before: WhenPoint;
  readonly after: WhenPoint;
  /** The run has no event between them but those at the later moment. */
  readonly exact: boolean;
}

export interface WhenAnswer {
  /** In order of time. */
  readonly points: readonly WhenPoint[];
  /** In order of time; {@link WhenAnswer.noReturn} is one of them if its rise is no chance. */
  readonly steps: readonly WhenStep[];
  /** The last moment from which some future did not fail, and the first of those after it from which every one did; null when there is no such pair. */
  readonly noReturn: WhenStep | null;
  readonly runs: number;
}

const DEFAULT_SPREAD = 12;
const DEFAULT_REFINEMENTS = 28;

/**
 * @param moments distinct times of the run's events, in ascending order: from where something could go otherwise to where the failure shows.
 */
export function* whenInquiry(
  scenario: Scenario,
  target: ShrinkTarget,
  moments: readonly number[],
  { runs, faults, spread = DEFAULT_SPREAD, refinements = DEFAULT_REFINEMENTS }: WhenOptions,
): Inquiry<WhenAnswer> {
  const search = new Search(moments);
  const jobsAt = (atUs: number): { scenario: Scenario; redraw: { afterUs: number; salt: string; faults: RedrawRule } }[] =>
    Array.from({ length: runs }, (_, i) => ({ scenario, redraw: { afterUs: atUs, salt: `when/${i + 1}`, faults } }));
  let batch = search.spread(spread);
  for (let left = refinements; batch.length > 0; left--) {
    const outcomes = yield batch.flatMap(jobsAt);
    batch.forEach((atUs, i) =>
      search.add(
        atUs,
        countOf(outcomes.slice(i * runs, (i + 1) * runs), (outcome) => shows(outcome, target)),
      ),
    );
    const next = outcomes.includes(null) || left === 0 ? undefined : search.next();
    batch = next === undefined ? [] : [next];
  }
  return search.answer();
}

class Search {
  private points: WhenPoint[] = [];

  constructor(private readonly moments: readonly number[]) {}

  /** Moments of the run, evenly in time, each once. */
  spread(count: number): number[] {
    const first = this.moments[0];
    const last = this.moments.at(-1);
    if (first === undefined || last === undefined) return [];
    const wanted = Array.from({ length: count }, (_, i) => first + ((last - first) * i) / Math.max(1, count - 1));
    return [...new Set(wanted.map((us) => this.moments[this.indexAtOrBefore(us)] ?? first))];
  }

  add(atUs: number, count: Count): void {
    if (count.runs === 0) return;
    this.points.push({ atUs, ...count, interval: wilson(count.failures, count.runs) });
    this.points.sort((a, b) => a.atUs - b.atUs);
  }

  /** Halfway through the pair that tells most: first the moment of no return, then the greatest rise. */
  next(): number | undefined {
    const boundary = this.noReturn();
    const pairs = [...(boundary === null ? [] : [boundary]), ...this.rises().sort((a, b) => riseOf(b) - riseOf(a))];
    const pair = pairs.find(({ exact }) => !exact);
    if (pair === undefined) return undefined;
    const [from, to] = [this.indexAtOrBefore(pair.before.atUs), this.indexAtOrBefore(pair.after.atUs)];
    return this.moments[Math.floor((from + to) / 2)];
  }

  answer(): WhenAnswer {
    const { points } = this;
    return { points, steps: this.rises(), noReturn: this.noReturn(), runs: points.reduce((sum, point) => sum + point.runs, 0) };
  }

  private noReturn(): WhenStep | null {
    const last = this.points.map(({ failures, runs }) => failures < runs).lastIndexOf(true);
    const before = this.points[last];
    const after = this.points[last + 1];
    return before === undefined || after === undefined ? null : this.stepOf(before, after);
  }

  private rises(): WhenStep[] {
    return this.points.slice(1).flatMap((after, i) => {
      const before = this.points[i] as WhenPoint;
      const rises = after.failures / after.runs > before.failures / before.runs;
      return rises && differs(before.failures, before.runs, after.failures, after.runs) ? [this.stepOf(before, after)] : [];
    });
  }

  private stepOf(before: WhenPoint, after: WhenPoint): WhenStep {
    return { before, after, exact: this.indexAtOrBefore(after.atUs) - this.indexAtOrBefore(before.atUs) <= 1 };
  }

  /** Index of the last moment that is not later; -1 when every one is. */
  private indexAtOrBefore(us: number): number {
    let low = -1;
    let high = this.moments.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.moments[middle] as number) <= us) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function riseOf({ before, after }: WhenStep): number {
  return after.failures / after.runs - before.failures / before.runs;
}
