/**
 * What computes the target assignment of a KIP-848 group on its coordinator (org.apache.kafka.coordinator.group.api.assignor.ConsumerGroupPartitionAssignor).
 * Which member has what at the moment does not matter: an assignor starts from the former target.
 *
 * Leaves out: racks.
 */

/** One member as the assignor sees it. */
export interface TargetMember {
  readonly memberId: string;
  readonly topics: readonly string[];
  /** Its part of the former target, interned partitions. */
  readonly partitions: readonly number[];
}

export interface ServerAssignor {
  /** As `group.consumer.assignors` and `group.remote.assignor` name it. */
  readonly name: string;
  /**
   * @param cluster by topic, its partitions in order of their index; in order of topic name. Topics without metadata are absent.
   * @param members in a fixed order, by member id.
   */
  assign(cluster: ReadonlyMap<string, readonly number[]>, members: readonly TargetMember[]): Map<string, number[]>;
}

/** By topic, the members subscribed to it, in their order. */
export function membersByTopic(members: readonly TargetMember[]): Map<string, TargetMember[]> {
  const byTopic = new Map<string, TargetMember[]>();
  for (const member of members) {
    for (const topic of new Set(member.topics)) {
      const list = byTopic.get(topic);
      if (list === undefined) byTopic.set(topic, [member]);
      else list.push(member);
    }
  }
  return byTopic;
}
