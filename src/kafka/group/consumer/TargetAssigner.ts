/**
 * Computes the target assignment of a KIP-848 group: at once, when the group enters a new epoch (TargetAssignmentBuilder). Which assignor: the one that most
 * members ask for, otherwise the broker's first (`group.consumer.assignors`).
 *
 * Leaves out: that topics shrink or vanish; a broker that is told of fewer partitions than the group has knows the past.
 */
import type { Names } from '../../../engine/events.js';
import type { MetadataCache } from '../../broker/MetadataCache.js';
import { compareText } from '../../client/assignors/memberOrder.js';
import type { ConsumerGroupMemberValue, ConsumerGroupTargetValue } from '../../protocol/coordinatorRecords.js';
import { topicOf, topicPartition } from '../../protocol/topicPartition.js';
import type { ConsumerGroup } from './ConsumerGroup.js';
import { rangeServerAssignor } from './serverAssignors/range.js';
import type { ServerAssignor } from './serverAssignors/ServerAssignor.js';
import { uniformServerAssignor } from './serverAssignors/uniform.js';

export class TargetAssigner {
  private readonly assignors: readonly ServerAssignor[];
  private readonly partitionLists = new Map<string, number[]>();

  /** @param assignors names, the default first; unknown ones are left out, and `uniform` stands in for none. */
  constructor(
    private readonly names: Names,
    private readonly metadata: MetadataCache,
    assignors: readonly string[],
  ) {
    const known = assignors.flatMap((name) => builtIn.find((assignor) => assignor.name === name) ?? []);
    this.assignors = known.length > 0 ? known : [uniformServerAssignor];
  }

  knows(assignor: string): boolean {
    return this.assignors.some(({ name }) => name === assignor);
  }

  /** Has one of the topics got partitions since the target was computed? */
  topicsChanged(group: ConsumerGroup): boolean {
    for (const topic of group.subscribedTopics()) {
      if (this.metadata.partitionCount(topic) > (group.partitionCounts.get(topic) ?? 0)) return true;
    }
    return false;
  }

  /** @param members the group's, as they will be. @param renamed KIP-345: this member has the target of that one. */
  compute(
    group: ConsumerGroup,
    members: readonly ConsumerGroupMemberValue[],
    assignmentEpoch: number,
    renamed: ReadonlyMap<string, string>,
  ): ConsumerGroupTargetValue {
    const sorted = members.slice().sort((a, b) => compareText(a.memberId, b.memberId));
    const targetMembers = sorted.map(({ memberId, subscribedTopics }) => {
      return { memberId, topics: subscribedTopics, partitions: group.target.get(renamed.get(memberId) ?? memberId) ?? [] };
    });
    const assignment = this.preferred(members).assign(this.cluster(group, members), targetMembers);
    const target = sorted.map(({ memberId }) => ({ memberId, partitions: assignment.get(memberId) ?? [] }));
    return { kind: 'consumer-group-target', group: group.id, assignmentEpoch, target };
  }

  /** Notes what a fresh target was computed with. */
  targetApplied(group: ConsumerGroup): void {
    for (const topic of group.subscribedTopics()) group.partitionCounts.set(topic, this.partitionsOf(group, topic).length);
  }

  /** After load: a target covers all partitions of its topics, so it tells how many there were. */
  restoreCounts(group: ConsumerGroup): void {
    group.partitionCounts.clear();
    for (const partitions of group.target.values()) {
      for (const partition of partitions) {
        const topic = topicOf(this.names, partition);
        group.partitionCounts.set(topic, (group.partitionCounts.get(topic) ?? 0) + 1);
      }
    }
  }

  private cluster(group: ConsumerGroup, members: readonly ConsumerGroupMemberValue[]): Map<string, readonly number[]> {
    const topics = [...new Set(members.flatMap(({ subscribedTopics }) => subscribedTopics))].sort(compareText);
    const lists = topics.map((topic): [string, readonly number[]] => [topic, this.partitionsOf(group, topic)]);
    return new Map(lists.filter(([, partitions]) => partitions.length > 0));
  }

  private partitionsOf(group: ConsumerGroup, topic: string): readonly number[] {
    let list = this.partitionLists.get(topic);
    if (list === undefined) this.partitionLists.set(topic, (list = []));
    const count = Math.max(this.metadata.partitionCount(topic), group.partitionCounts.get(topic) ?? 0);
    while (list.length < count) list.push(topicPartition(this.names, topic, list.length));
    return list;
  }

  private preferred(members: readonly ConsumerGroupMemberValue[]): ServerAssignor {
    const votes = this.assignors.map(({ name }) => members.filter(({ serverAssignor }) => serverAssignor === name).length);
    let best = 0;
    votes.forEach((count, i) => {
      if (count > (votes[best] as number)) best = i;
    });
    return this.assignors[best] as ServerAssignor;
  }
}

const builtIn: readonly ServerAssignor[] = [uniformServerAssignor, rangeServerAssignor];
