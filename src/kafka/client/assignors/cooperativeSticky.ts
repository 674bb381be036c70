/**
 * Cooperative sticky (KIP-429): the sticky assignment, less whatever another member has yet to give up. That member sees from its own assignment what it lost,
 * revokes it and joins again; the round after gives it to its new owner.
 */
import type { Assignor, AssignorCluster, AssignorMember } from './Assignor.js';
import { stickyAssign } from './sticky.js';

export class CooperativeStickyAssignor implements Assignor {
  readonly name = 'cooperative-sticky';
  readonly supports = ['COOPERATIVE', 'EAGER'] as const;

  constructor(
    private readonly generationRule: boolean,
    private readonly twoPhase: boolean,
  ) {}

  assign(cluster: AssignorCluster, members: readonly AssignorMember[]): Map<string, number[]> {
    const { assignment, transferring } = stickyAssign(cluster, members, this.generationRule);
    if (!this.twoPhase) return assignment;
    for (const [partition, newOwner] of transferring ?? movedBetween(assignment, members)) {
      const list = assignment.get(newOwner) as number[];
      list.splice(list.indexOf(partition), 1);
    }
    return assignment;
  }
}

/** What somebody gets who had it not, and somebody else had and gets not. */
function movedBetween(assignment: ReadonlyMap<string, readonly number[]>, members: readonly AssignorMember[]): Map<number, string> {
  const added = new Map<number, string>();
  const lost = new Set<number>();
  for (const { memberId, subscription } of members) {
    const assigned = assignment.get(memberId) ?? [];
    const before = new Set(subscription.ownedPartitions);
    const now = new Set(assigned);
    for (const partition of assigned) if (!before.has(partition)) added.set(partition, memberId);
    for (const partition of before) if (!now.has(partition)) lost.add(partition);
  }
  return new Map([...added].filter(([partition]) => lost.has(partition)));
}
