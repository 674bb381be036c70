/**
 * The orders that assignors go by. Every one is total and compares code units, so that each leader computes the same from the same members.
 */
import type { AssignorMember } from './Assignor.js';

/** Code-unit order, as Java's String.compareTo. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** KIP-345: static members come first, by instance id, so that a restart (which changes the member id) keeps its place; then the others by member id. */
export function inMemberOrder<M extends Pick<AssignorMember, 'memberId' | 'groupInstanceId'>>(members: readonly M[]): M[] {
  return members.slice().sort((a, b) => {
    if (a.groupInstanceId !== null && b.groupInstanceId !== null) return compareText(a.groupInstanceId, b.groupInstanceId);
    if (a.groupInstanceId !== null) return -1;
    if (b.groupInstanceId !== null) return 1;
    return compareText(a.memberId, b.memberId);
  });
}

/** By topic, the members subscribed to it, in the order given. */
export function subscribersByTopic(members: readonly AssignorMember[]): Map<string, AssignorMember[]> {
  const subscribers = new Map<string, AssignorMember[]>();
  for (const member of members) {
    for (const topic of new Set(member.subscription.topics)) {
      const list = subscribers.get(topic);
      if (list === undefined) subscribers.set(topic, [member]);
      else list.push(member);
    }
  }
  return subscribers;
}

/** An empty list for every member. */
export function emptyAssignment(members: readonly AssignorMember[]): Map<string, number[]> {
  return new Map(members.map(({ memberId }) => [memberId, []]));
}
