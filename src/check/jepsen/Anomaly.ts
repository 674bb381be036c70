/** One thing that is wrong with a history, and the tally of all of its type. */
import type { AnomalyType } from './AnomalyType.js';
import type { Analysis } from './Analysis.js';
import { opIndex, opText, sessionText } from './JepsenHistory.js';

/**
 * `violation`: the configuration rules it out. `allowed`: it happened, and nobody promised otherwise. `excused`: it looks like one, but something on record
 * explains it, such as a rebalance.
 */
export type Standing = 'violation' | 'allowed' | 'excused';

export interface Anomaly {
  readonly type: AnomalyType;
  /** Finer than the type where there is more to tell, such as the kind of a cycle; otherwise the same. */
  readonly kind: string;
  readonly standing: Standing;
  /** Why it is allowed or excused; empty for a violation. */
  readonly because: string;
  /** Empty where it concerns several. */
  readonly key: string;
  /** Indexes of the operations that prove it, as the history has them. */
  readonly ops: readonly number[];
  /** One sentence. */
  readonly message: string;
  /** Offsets, values, distances. */
  readonly detail: Readonly<Record<string, number | string | readonly number[]>>;
}

export interface Evidence {
  readonly kind?: string;
  readonly key: string;
  /** Rows of operations. */
  readonly ops: readonly number[];
  readonly message: string;
  readonly detail: Anomaly['detail'];
}

/** So many of each standing are kept; all are counted. */
const KEPT = 8;

export class Tally {
  /** Things looked at. */
  judged = 0;
  violations = 0;
  allowed = 0;
  excused = 0;
  private readonly kept: Record<Standing, Anomaly[]> = { violation: [], allowed: [], excused: [] };

  constructor(
    readonly type: AnomalyType,
    private readonly analysis: Analysis,
  ) {}

  /** @param notPromised why it may happen; empty: it must not. @param evidence called only for those that are kept. */
  found(notPromised: string, evidence: () => Evidence): void {
    if (notPromised === '') this.violations++;
    else this.allowed++;
    this.keep(notPromised === '' ? 'violation' : 'allowed', notPromised, evidence);
  }

  excuse(because: string, evidence: () => Evidence): void {
    this.excused++;
    this.keep('excused', because, evidence);
  }

  /** The first of each standing: violations, then what is allowed, then what is excused. */
  get examples(): readonly Anomaly[] {
    return [...this.kept.violation, ...this.kept.allowed, ...this.kept.excused];
  }

  private keep(standing: Standing, because: string, evidence: () => Evidence): void {
    if (this.kept[standing].length >= KEPT) return;
    const { ops, ...rest } = evidence();
    const { history } = this.analysis;
    const indexes = ops.map((op) => opIndex(history, op));
    this.kept[standing].push({ type: this.type, kind: this.type, standing, because, ops: indexes, ...rest });
  }
}

/** `op 12 (c1)`. */
export function who({ history }: Analysis, op: number): string {
  return `${opText(history, op)} (${sessionText(history, op)})`;
}

/** `value 17`. */
export function valueText({ history }: Analysis, record: number): string {
  return `value ${history.recordValue[record] as number}`;
}

/** `orders-0`. */
export function keyText({ history }: Analysis, key: number): string {
  return history.keys[key] as string;
}

/** `1 record`, `3 records`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
