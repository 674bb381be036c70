/**
 * The failing seeds of a campaign from which the stories are made: of each way of failing the few simplest, whatever the order in which they were found.
 */
import { guaranteeNames, type GuaranteeName } from '../check/Finding.js';
import { requiredFindings } from '../explore/attribution.js';
import type { Attribution, FindingSummary, SeedResult } from '../explore/trialSummary.js';
import { compareSeeds } from '../explore/seedOrder.js';
import type { ShrinkTarget } from '../explore/shrink.js';
import type { CheckPayload } from './workerTasks.js';

/** A seed that failed, and how. */
export interface FailingSeed extends ShrinkTarget {
  readonly seed: string;
  /** Faults that began. */
  readonly faults: number;
  /** Decides the exit code. */
  readonly required: boolean;
  /** All that is known of the seed. */
  readonly result: SeedResult;
}

/** Failing seeds of one way of failing that are kept, to choose the simplest from. */
const KEPT = 5;

/** Guarantees of processing that are told of when they are broken, required or not. */
const ASKED_FOR: ReadonlySet<string> = new Set<GuaranteeName>(['exactly-once', 'at-least-once', 'at-most-once']);

export class FailingSeeds {
  private readonly groups = new Map<string, FailingSeed[]>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly payload: CheckPayload) {}

  /** Takes note of a seed's failures. Each seed is to be added once. */
  add(result: SeedResult): void {
    const { summary, attributions } = result;
    if (summary.findings.length === 0) return;
    const deciding = requiredFindings(summary, this.payload);
    for (const finding of summary.findings) {
      const needed = attributionOf(attributions, finding)?.classes ?? summary.classes;
      if (!this.isTold(finding, needed)) continue;
      const required = deciding.includes(finding) && needed.every((faultClass) => this.payload.requiredClasses.includes(faultClass));
      const { guarantee, kind } = finding;
      this.keep({ guarantee, kind, seed: summary.seed, faults: summary.faults.length, required, result });
    }
  }

  /** By way of failing, required ones first, guarantees before invariants; in each the simplest first. */
  byWayOfFailing(): FailingSeed[][] {
    const rank = ([first]: readonly FailingSeed[]): number => {
      const index = guaranteeNames.indexOf(first?.guarantee as GuaranteeName);
      return (first?.required === true ? 0 : 100) + (index < 0 ? 50 : index);
    };
    const byKey = [...this.groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
    return byKey.sort((a, b) => rank(a) - rank(b));
  }

  /** Most seeds that failed in one and the same way which decides. */
  get mostRequired(): number {
    return Math.max(0, ...[...this.counts].filter(([key]) => this.groups.get(key)?.[0]?.required === true).map(([, count]) => count));
  }

  /** Faults of the simplest failure that decides; null when there is none. */
  get fewestFaults(): number | null {
    const faults = [...this.groups.values()].flat().flatMap((failing) => (failing.required ? [failing.faults] : []));
    return faults.length === 0 ? null : Math.min(...faults);
  }

  /** What is not promised is told by what has to be survived: that power loss does it too is no news. */
  private isTold({ guarantee }: FindingSummary, needed: Attribution['classes']): boolean {
    const asked = guarantee.startsWith('invariant/') || this.payload.requiredGuarantees.includes(guarantee as GuaranteeName);
    return asked || (ASKED_FOR.has(guarantee) && needed.every((faultClass) => this.payload.requiredClasses.includes(faultClass)));
  }

  private keep(failing: FailingSeed): void {
    const key = `${String(failing.required)} ${failing.guarantee} ${failing.kind}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    const group = [...(this.groups.get(key) ?? []), failing];
    this.groups.set(key, group.sort((a, b) => a.faults - b.faults || compareSeeds(a.seed, b.seed)).slice(0, KEPT));
  }
}

function attributionOf(attributions: readonly Attribution[], { guarantee, kind }: FindingSummary): Attribution | undefined {
  return attributions.find((one) => one.guarantee === guarantee && one.kind === kind);
}
