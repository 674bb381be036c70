/**
 * Sticky assignment where subscriptions differ (AbstractStickyAssignor's general builder): everybody keeps what they own, the rest goes to whoever has least,
 * then partitions move from full to less full subscribers while that helps; if in the end the balance is no better, what was before stands.
 */
import type { Ownership } from './ownership.js';
import { PartitionMovements } from './PartitionMovements.js';
import type { StickyProblem } from './StickyProblem.js';

/** By member. */
export function generalAssign(problem: StickyProblem, ownership: Ownership): number[][] {
  return new GeneralAssignment(problem, ownership).build();
}

class GeneralAssignment {
  private assigned: Set<number>[];
  private readonly owner: number[];
  /** Members in order of (number of partitions, member id); `place` is where each stands. */
  private readonly order: number[];
  private readonly place: number[];
  private revocationRequired = false;
  private readonly movements: PartitionMovements;

  constructor(
    private readonly problem: StickyProblem,
    private readonly ownership: Ownership,
  ) {
    this.owner = new Array<number>(problem.partitions.length).fill(-1);
    this.movements = new PartitionMovements(problem.topicOf, problem.members.length);
    this.assigned = ownership.owned.map((claims, member) => this.stillSubscribed(claims, member));
    this.assigned.forEach((list, member) => {
      for (const p of list) this.owner[p] = member;
    });
    this.order = problem.members.map((_, member) => member);
    this.order.sort((a, b) => this.size(a) - this.size(b) || a - b);
    this.place = this.order.slice();
    this.order.forEach((member, at) => (this.place[member] = at));
  }

  build(): number[][] {
    const { problem } = this;
    const fewestReadersFirst = problem.partitions.map((_, p) => p);
    fewestReadersFirst.sort((a, b) => this.readers(a) - this.readers(b) || a - b);
    const unassigned = fewestReadersFirst.filter((p) => this.owner[p] === -1);
    const initializing = this.assigned.every((list) => list.size === 0);
    for (const p of unassigned) this.give(p, this.firstSubscriber(p));
    const movable = (p: number): boolean => this.readers(p) >= 2;
    const before = this.assigned.map((list) => new Set(list));
    if (!this.revocationRequired) this.performReassignments(unassigned.filter(movable));
    const changed = this.performReassignments(fewestReadersFirst.filter(movable));
    if (!initializing && changed && balanceScore(this.assigned) >= balanceScore(before)) this.assigned = before;
    return this.assigned.map((list) => [...list]);
  }

  private stillSubscribed(claims: readonly number[], member: number): Set<number> {
    const kept = claims.filter((p) => this.problem.subscribes(member, this.problem.topicOf[p] as number));
    if (kept.length < claims.length) this.revocationRequired = true;
    return new Set(kept);
  }

  private performReassignments(partitions: readonly number[]): boolean {
    let performed = false;
    for (let modified = true; modified;) {
      modified = false;
      for (const p of partitions) {
        const owner = this.owner[p] as number;
        const former = this.ownership.former.get(p);
        const to = former !== undefined && this.mayTake(former, p, owner) ? former : this.firstSubscriber(p);
        if (!this.mayTake(to, p, owner)) continue;
        this.reassign(p, owner, to);
        modified = true;
      }
      performed ||= modified;
    }
    return performed;
  }

  /** The balance gains by it. */
  private mayTake(member: number, p: number, owner: number): boolean {
    return this.size(owner) > this.size(member) + 1 && this.problem.subscribes(member, this.problem.topicOf[p] as number);
  }

  /** Taking a move back must help as well, or moves could go in circles. */
  private reassign(p: number, owner: number, to: number): void {
    const replacement = this.movements.replacementFor(p, owner, to);
    const holder = this.owner[replacement] as number;
    if (this.mayTake(to, replacement, holder)) this.move(replacement, holder, to);
    else this.move(p, owner, to);
  }

  private move(p: number, from: number, to: number): void {
    this.movements.moved(p, from, to);
    this.assigned[from]?.delete(p);
    this.shift(from);
    this.give(p, to);
  }

  private give(p: number, member: number): void {
    this.assigned[member]?.add(p);
    this.owner[p] = member;
    this.shift(member);
  }

  private firstSubscriber(p: number): number {
    const topic = this.problem.topicOf[p] as number;
    return this.order.find((member) => this.problem.subscribes(member, topic)) as number;
  }

  /** Puts a member whose count changed by one back in its place. */
  private shift(member: number): void {
    const { order, place } = this;
    let at = place[member] as number;
    const swapWith = (other: number): void => {
      const neighbour = order[other] as number;
      order[at] = neighbour;
      place[neighbour] = at;
      at = other;
    };
    while (at + 1 < order.length && this.precedes(order[at + 1] as number, member)) swapWith(at + 1);
    while (at > 0 && this.precedes(member, order[at - 1] as number)) swapWith(at - 1);
    order[at] = member;
    place[member] = at;
  }

  private precedes(a: number, b: number): boolean {
    const difference = this.size(a) - this.size(b);
    return difference < 0 || (difference === 0 && a < b);
  }

  private size(member: number): number {
    return this.assigned[member]?.size ?? 0;
  }

  private readers(p: number): number {
    return this.problem.subscribers[this.problem.topicOf[p] as number]?.length ?? 0;
  }
}

/** Sum of the differences over all pairs of members; 0: everybody has the same. */
function balanceScore(assigned: readonly ReadonlySet<number>[]): number {
  const sizes = assigned.map((list) => list.size).sort((a, b) => a - b);
  return sizes.reduce((score, size, rank) => score + size * (2 * rank - sizes.length + 1), 0);
}
