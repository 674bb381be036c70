/**
 * Sticky assignment where everybody subscribes to the same topics (AbstractStickyAssignor's constrained builder): everybody keeps what they own up to their
 * quota, the rest goes round those below it. Counts differ by one at most, and no partition moves that need not.
 */
import type { Ownership } from './ownership.js';
import type { StickyProblem } from './StickyProblem.js';

export interface StickyAssignment {
  /** By member. */
  readonly assigned: number[][];
  /** Partitions that go from one member to another, with the new owner: KIP-429 holds them back for one round. */
  readonly transferring: ReadonlyMap<number, number>;
}

interface Quotas {
  readonly min: number;
  readonly max: number;
  /** So many members get `max`; the others, `min`. */
  readonly over: number;
}

interface Kept {
  readonly assigned: number[][];
  /** What a member had beyond its quota, by partition. */
  readonly givenUpBy: ReadonlyMap<number, number>;
  readonly underMin: number[];
  readonly exactlyMin: number[];
}

export function constrainedAssign(problem: StickyProblem, ownership: Ownership): StickyAssignment {
  const total = problem.partitions.length;
  const members = problem.members.length;
  const quotas = { min: Math.floor(total / members), max: Math.ceil(total / members), over: total % members };
  const kept = keepOwned(problem, ownership.owned, quotas);
  const transferring = new Map<number, number>();
  const held = new Set<number>();
  for (const list of kept.assigned) for (const p of list) held.add(p);
  const unassigned: number[] = [];
  for (let p = 0; p < total; p++) if (!held.has(p)) unassigned.push(p);
  dealOut(unassigned, kept, quotas, (p, member) => {
    const from = kept.givenUpBy.get(p);
    if ((from !== undefined && from !== member) || ownership.contested.has(p)) transferring.set(p, member);
  });
  return { assigned: kept.assigned, transferring };
}

function keepOwned(problem: StickyProblem, owned: readonly (readonly number[])[], quotas: Quotas): Kept {
  const givenUpBy = new Map<number, number>();
  const underMin: number[] = [];
  let exactlyMin: number[] = [];
  let over = 0;
  const assigned = owned.map((claims, member) => {
    const sorted = claims.slice().sort((a, b) => (problem.indexFirst[a] as number) - (problem.indexFirst[b] as number));
    if (sorted.length < quotas.min) {
      underMin.push(member);
      return sorted;
    }
    const full = sorted.length >= quotas.max && over < quotas.over;
    if (full) over++;
    for (const p of sorted.splice(full ? quotas.max : quotas.min)) givenUpBy.set(p, member);
    if (full && over === quotas.over) exactlyMin = [];
    if (!full && over < quotas.over) exactlyMin.push(member);
    return sorted;
  });
  return { assigned, givenUpBy, underMin, exactlyMin };
}

function dealOut(unassigned: readonly number[], kept: Kept, quotas: Quotas, given: (p: number, member: number) => void): void {
  const { assigned, underMin, exactlyMin } = kept;
  let turn = 0;
  let taken = 0;
  for (const p of unassigned) {
    const filling = underMin.length > 0;
    if (turn >= underMin.length) turn = 0;
    const member = (filling ? underMin[turn++] : exactlyMin[taken++]) ?? leastFilled(assigned);
    const list = assigned[member] as number[];
    list.push(p);
    given(p, member);
    if (filling && list.length === quotas.min) {
      underMin.splice(--turn, 1);
      exactlyMin.push(member);
    }
  }
}

/**
 * Only with two claims to one partition standing side by side, which spoils the quotas. Guess: where the releases that let that happen may throw, and the group
 * rebalances for ever, this one goes on.
 */
function leastFilled(assigned: readonly (readonly number[])[]): number {
  let least = 0;
  assigned.forEach((list, member) => {
    if (list.length < (assigned[least] as readonly number[]).length) least = member;
  });
  return least;
}
