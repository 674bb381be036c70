/**
 * One group of the consumer protocol (KIP-848) in its coordinator's memory. Records are the only way to change it, live as at load, so that what a new
 * coordinator reads is what the old one had.
 *
 * Leaves out: subscriptions by regular expression, racks, online migration from and to the classic protocol.
 */
import type {
  ConsumerGroupMemberValue,
  ConsumerGroupTargetValue,
  ConsumerGroupValue,
  CoordinatorRecord,
} from '../../protocol/coordinatorRecords.js';

/** Member epoch of a static member that left for a while (KIP-848: -2). */
export const LEFT_FOR_A_WHILE = -2;

interface Hold {
  readonly memberId: string;
  readonly epoch: number;
}

export class ConsumerGroup {
  groupEpoch = 0;
  /** Epoch of the group that the target was computed for. */
  targetEpoch = 0;
  readonly members = new Map<string, ConsumerGroupMemberValue>();
  /** By member id. */
  readonly target = new Map<string, readonly number[]>();
  /** By topic: the number of partitions that the target was computed with. */
  readonly partitionCounts = new Map<string, number>();
  private readonly instances = new Map<string, string>();
  private readonly holds = new Map<number, Hold>();
  private topics: ReadonlySet<string> | null = null;

  /** @param partition of `__consumer_offsets`, interned. */
  constructor(
    readonly id: string,
    readonly partition: number,
  ) {}

  /** Epoch of the member that holds the partition, as assigned or as yet to be revoked; -1: nobody does. */
  partitionEpoch(partition: number): number {
    return this.holds.get(partition)?.epoch ?? -1;
  }

  /** KIP-345: the member of this instance id. */
  staticMember(instanceId: string): ConsumerGroupMemberValue | undefined {
    const memberId = this.instances.get(instanceId);
    return memberId === undefined ? undefined : this.members.get(memberId);
  }

  /** Topics that somebody subscribes to. */
  subscribedTopics(): ReadonlySet<string> {
    this.topics ??= new Set([...this.members.values()].flatMap(({ subscribedTopics }) => subscribedTopics));
    return this.topics;
  }

  apply(payload: CoordinatorRecord): void {
    if (payload.kind === 'consumer-group') this.applyEpoch(payload);
    else if (payload.kind === 'consumer-group-target') this.applyTarget(payload);
    else if (payload.kind === 'consumer-group-member') this.applyMember(payload);
  }

  removeMember(memberId: string): void {
    const member = this.members.get(memberId);
    if (member === undefined) return;
    this.release(member);
    this.members.delete(memberId);
    this.target.delete(memberId);
    if (member.instanceId !== null && this.instances.get(member.instanceId) === memberId) this.instances.delete(member.instanceId);
    this.topics = null;
  }

  /** A target may outlive its member in a compacted log. */
  dropTargetsOfStrangers(): void {
    for (const memberId of [...this.target.keys()]) if (!this.members.has(memberId)) this.target.delete(memberId);
  }

  private applyEpoch({ groupEpoch }: ConsumerGroupValue): void {
    this.groupEpoch = groupEpoch;
  }

  private applyTarget({ assignmentEpoch, target }: ConsumerGroupTargetValue): void {
    this.targetEpoch = assignmentEpoch;
    this.target.clear();
    for (const { memberId, partitions } of target) this.target.set(memberId, partitions);
  }

  private applyMember(member: ConsumerGroupMemberValue): void {
    const before = this.members.get(member.memberId);
    if (before !== undefined) this.release(before);
    if (before?.subscribedTopics !== member.subscribedTopics) this.topics = null;
    this.members.set(member.memberId, member);
    if (member.instanceId !== null) this.instances.set(member.instanceId, member.memberId);
    const hold = { memberId: member.memberId, epoch: member.memberEpoch };
    for (const partition of member.assigned) this.holds.set(partition, hold);
    for (const partition of member.pendingRevocation) this.holds.set(partition, hold);
  }

  private release({ memberId, assigned, pendingRevocation }: ConsumerGroupMemberValue): void {
    for (const list of [assigned, pendingRevocation]) {
      for (const partition of list) if (this.holds.get(partition)?.memberId === memberId) this.holds.delete(partition);
    }
  }
}
