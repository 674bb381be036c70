/**
 * How one member of a KIP-848 group comes from what it has to what it should have, one heartbeat at a time (CurrentAssignmentBuilder): first it gives up what
 * goes to others, in its old epoch; then it enters the epoch of the target with whatever of it is free; the rest follows as others give it up.
 */
import type { ConsumerGroupMemberValue } from '../../protocol/coordinatorRecords.js';

export interface Reconciliation {
  readonly targetEpoch: number;
  readonly target: readonly number[];
  /** Epoch of the member that has the partition, or has yet to give it up; -1: nobody. */
  partitionEpoch(partition: number): number;
  /** What the member reported to own; null: nothing about it. */
  readonly owned: readonly number[] | null;
}

/** The member's next state; the same object where there is nothing to change. */
export function reconcile(member: ConsumerGroupMemberValue, towards: Reconciliation): ConsumerGroupMemberValue {
  switch (member.state) {
    case 'STABLE':
      return member.memberEpoch === towards.targetEpoch ? member : nextState(member, member.memberEpoch, towards);
    case 'UNREVOKED_PARTITIONS':
      if (mayStillOwn(towards.owned, member.pendingRevocation)) return member;
      return nextState(member, member.memberEpoch + 1, towards);
    case 'UNRELEASED_PARTITIONS':
      return unlessSame(member, nextState(member, member.memberEpoch, towards));
  }
}

function nextState(member: ConsumerGroupMemberValue, epoch: number, towards: Reconciliation): ConsumerGroupMemberValue {
  const { target, targetEpoch, owned } = towards;
  const wanted = new Set(target);
  const kept = member.assigned.filter((partition) => wanted.has(partition));
  const revoked = member.assigned.filter((partition) => !wanted.has(partition));
  if (revoked.length > 0 && mayStillOwn(owned, revoked)) return moved(member, epoch, 'UNREVOKED_PARTITIONS', kept, revoked);
  for (const partition of kept) wanted.delete(partition);
  const free = [...wanted].filter((partition) => towards.partitionEpoch(partition) === -1);
  const state = free.length < wanted.size ? 'UNRELEASED_PARTITIONS' : 'STABLE';
  return moved(member, targetEpoch, state, kept.concat(free), []);
}

function mayStillOwn(owned: readonly number[] | null, partitions: readonly number[]): boolean {
  return owned === null || owned.some((partition) => partitions.includes(partition));
}

function moved(
  member: ConsumerGroupMemberValue,
  memberEpoch: number,
  state: ConsumerGroupMemberValue['state'],
  assigned: readonly number[],
  pendingRevocation: readonly number[],
): ConsumerGroupMemberValue {
  return { ...member, memberEpoch, previousMemberEpoch: member.memberEpoch, state, assigned, pendingRevocation };
}

/** Waiting on, in the same epoch and with nothing new, is no change. */
function unlessSame(member: ConsumerGroupMemberValue, next: ConsumerGroupMemberValue): ConsumerGroupMemberValue {
  const same = next.state === member.state && next.memberEpoch === member.memberEpoch && next.assigned.length === member.assigned.length;
  return same ? member : next;
}
