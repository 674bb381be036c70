/**
 * What kinds of cycles there are: Adya's phenomena (Weak Consistency, 1999, chapter 4) with the names and the further divisions of Elle (Kingsbury and Alvaro,
 * VLDB 2020). Every cycle is of exactly one kind: by its read-write edges, then by whether it needs a write-read edge, then by the orders it leans on.
 *
 * Adya's G2-item is any cycle with a read-write edge; like Elle we call it so only from the second on, since with exactly one it is G-single. Left out: the
 * kinds with predicates (Kafka has none) and G-nonadjacent, which lies between G-single and G2-item.
 */
import type { EdgeKind } from './EdgeList.js';
import { PROCESS, REALTIME, RW, WR, WW } from './EdgeList.js';

export type Dependency = 'G0' | 'G1c' | 'G-single' | 'G2-item';
/**
 * G0: write-write edges only. G1c: at least one write-read edge. G-single: exactly one read-write edge. G2-item: at least two of them. `-process`: at least one
 * edge is process order. `-realtime`: at least one is real time (and some may be process order).
 */
export type CycleKind = Dependency | `${Dependency}-process` | `${Dependency}-realtime`;

export interface CycleStep {
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
}

/** Each step begins where the one before ended, the first where the last ended; no node twice. It begins at its lowest node. */
export interface Cycle {
  readonly kind: CycleKind;
  readonly steps: readonly CycleStep[];
}

/** What a search for one kind of cycle has to go by; kinds of edges as bits. */
export interface CycleRule {
  readonly kind: CycleKind;
  readonly allowed: number;
  /** A part of `allowed` whose cycles are told rather than others; equal to it when there is no such part. */
  readonly preferred: number;
  /** Edges of these kinds must be on the cycle, as many as listed. */
  readonly needed: readonly number[];
  /** The kind of which there must be no second one; 0: there may be. */
  readonly atMostOnce: number;
}

const SUFFIXES = [
  { suffix: '', allowed: 0, needed: [] },
  { suffix: '-process', allowed: PROCESS, needed: [PROCESS] },
  { suffix: '-realtime', allowed: PROCESS | REALTIME, needed: [REALTIME] },
] as const;

const DEPENDENCIES = [
  { name: 'G0', allowed: WW, unwelcome: 0, needed: [WW], atMostOnce: 0 },
  // In Kafka write-write cycles are normal, so that a G1c counts for more where no write-write edge is on it.
  { name: 'G1c', allowed: WW | WR, unwelcome: WW, needed: [WR], atMostOnce: 0 },
  { name: 'G-single', allowed: WW | WR | RW, unwelcome: 0, needed: [RW], atMostOnce: RW },
  { name: 'G2-item', allowed: WW | WR | RW, unwelcome: 0, needed: [RW, RW], atMostOnce: 0 },
] as const;

/** The worst kinds first: what rests on data alone before what leans on an order, and fewer kinds of edges before more. */
export const CYCLE_RULES: readonly CycleRule[] = SUFFIXES.flatMap(({ suffix, allowed, needed }) =>
  DEPENDENCIES.map((dependency) => ({
    kind: `${dependency.name}${suffix}` as const,
    allowed: dependency.allowed | allowed,
    preferred: (dependency.allowed & ~dependency.unwelcome) | allowed,
    needed: [...dependency.needed, ...needed],
    atMostOnce: dependency.atMostOnce,
  })),
);

/** The kind of a cycle with these edges; null: orders alone, which contradict themselves and say nothing of transactions. */
export function classify(steps: readonly CycleStep[]): CycleKind | null {
  const count = (kind: EdgeKind): number => steps.filter((step) => step.kind === kind).length;
  const suffix = count('realtime') > 0 ? '-realtime' : count('process') > 0 ? '-process' : '';
  const antiDependencies = count('rw');
  if (antiDependencies > 1) return `G2-item${suffix}`;
  if (antiDependencies === 1) return `G-single${suffix}`;
  if (count('wr') > 0) return `G1c${suffix}`;
  return count('ww') > 0 ? `G0${suffix}` : null;
}
