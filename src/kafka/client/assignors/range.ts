/**
 * Range: topic by topic, each subscriber takes the next stretch of partitions; where the division leaves a rest, the first subscribers take one more. Equal
 * partitions of topics read together meet at one member, at the price of balance over several topics (RangeAssignor).
 *
 * Leaves out: racks (KIP-881).
 */
import type { Assignor, AssignorCluster, AssignorMember } from './Assignor.js';
import { emptyAssignment, inMemberOrder, subscribersByTopic } from './memberOrder.js';

export class RangeAssignor implements Assignor {
  readonly name = 'range';
  readonly supports = ['EAGER'] as const;

  assign(cluster: AssignorCluster, members: readonly AssignorMember[]): Map<string, number[]> {
    const assignment = emptyAssignment(members);
    const subscribers = subscribersByTopic(inMemberOrder(members));
    for (const [topic, partitions] of cluster) {
      const readers = subscribers.get(topic) ?? [];
      const base = Math.floor(partitions.length / readers.length);
      const extra = partitions.length % readers.length;
      let next = 0;
      readers.forEach(({ memberId }, rank) => {
        const end = next + base + (rank < extra ? 1 : 0);
        const list = assignment.get(memberId) as number[];
        while (next < end) list.push(partitions[next++] as number);
      });
    }
    return assignment;
  }
}
