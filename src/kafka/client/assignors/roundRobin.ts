/**
 * Round robin: all partitions, by topic and index, are dealt to the members in turn; who does not read a topic is passed over (RoundRobinAssignor).
 */
import type { Assignor, AssignorCluster, AssignorMember } from './Assignor.js';
import { emptyAssignment, inMemberOrder } from './memberOrder.js';

export class RoundRobinAssignor implements Assignor {
  readonly name = 'roundrobin';
  readonly supports = ['EAGER'] as const;

  assign(cluster: AssignorCluster, members: readonly AssignorMember[]): Map<string, number[]> {
    const assignment = emptyAssignment(members);
    const circle = inMemberOrder(members).map(({ memberId, subscription }) => {
      return { topics: new Set(subscription.topics), list: assignment.get(memberId) as number[] };
    });
    let turn = 0;
    for (const [topic, partitions] of cluster) {
      if (!circle.some(({ topics }) => topics.has(topic))) continue;
      for (const partition of partitions) {
        while (circle[turn % circle.length]?.topics.has(topic) === false) turn++;
        circle[turn++ % circle.length]?.list.push(partition);
      }
    }
    return assignment;
  }
}
