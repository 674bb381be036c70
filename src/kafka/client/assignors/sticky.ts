/**
 * The sticky assignors: balanced first, then as close to what members had as the balance allows (KIP-54, AbstractStickyAssignor).
 *
 * Leaves out: racks (KIP-881), and the version of the user data.
 */
import type { Assignor, AssignorCluster, AssignorMember } from './Assignor.js';
import { constrainedAssign } from './constrained.js';
import { generalAssign } from './general.js';
import { ownershipOf } from './ownership.js';
import { StickyProblem } from './StickyProblem.js';

export interface StickyOutcome {
  /** By member id, interned partitions. */
  readonly assignment: Map<string, number[]>;
  /** Partitions that go from one member to another, with the new owner; null where the rule that found the assignment does not tell. */
  readonly transferring: ReadonlyMap<number, string> | null;
}

/** @param generationRule see {@link ownershipOf}. */
export function stickyAssign(cluster: AssignorCluster, members: readonly AssignorMember[], generationRule: boolean): StickyOutcome {
  const problem = new StickyProblem(cluster, members);
  const ownership = ownershipOf(problem, generationRule);
  if (members.length === 0) return { assignment: new Map(), transferring: null };
  if (!problem.sameSubscriptions) return { assignment: problem.named(generalAssign(problem, ownership)), transferring: null };
  const { assigned, transferring } = constrainedAssign(problem, ownership);
  const named = new Map<number, string>();
  for (const [p, member] of transferring) named.set(problem.partitions[p] as number, problem.members[member]?.memberId ?? '');
  return { assignment: problem.named(assigned), transferring: named };
}

/** Sticky with the eager protocol: members give everything up, and mostly get it back. */
export class StickyAssignor implements Assignor {
  readonly name = 'sticky';
  readonly supports = ['EAGER'] as const;

  constructor(private readonly generationRule: boolean) {}

  assign(cluster: AssignorCluster, members: readonly AssignorMember[]): Map<string, number[]> {
    return stickyAssign(cluster, members, this.generationRule).assignment;
  }
}
