/**
 * Says what happens in KIP-848 groups, as events: who holds which partition since when, and in which epoch everybody is. Every change is announced once it is
 * replicated, so what a deposed coordinator decides is not heard of.
 */
import type { EventBus } from '../../../engine/events.js';
import type { ConsumerGroupMemberValue } from '../../protocol/coordinatorRecords.js';
import {
  groupEpochBumped,
  groupStateChanged,
  memberEpochChanged,
  memberJoined,
  memberRemoved,
  partitionAssigned,
  partitionReleased,
} from '../events.js';

/** The group as it was with the change. */
export interface GroupThen {
  readonly id: string;
  readonly groupEpoch: number;
}

export class GroupNews {
  constructor(
    private readonly bus: EventBus,
    private readonly brokerId: number,
  ) {}

  epochBumped(group: GroupThen, reason: string): void {
    const { names } = this.bus;
    this.bus.emit(groupEpochBumped, this.brokerId, names.idOf(group.id), group.groupEpoch, names.idOf(reason));
  }

  /** It had no members, and nothing of it is left: whoever uses the id next begins with epoch 1. */
  groupRemoved(group: GroupThen): void {
    const { names } = this.bus;
    const [id, from, to, why] = [names.idOf(group.id), names.idOf('Empty'), names.idOf('Dead'), names.idOf('removed')];
    this.bus.emit(groupStateChanged, this.brokerId, id, group.groupEpoch, from, to, why);
  }

  /** @param before undefined: new to the group. */
  memberChanged(group: GroupThen, before: ConsumerGroupMemberValue | undefined, member: ConsumerGroupMemberValue): void {
    if (before === undefined) this.joined(group, member);
    const had = heldBy(before);
    const has = heldBy(member);
    for (const partition of had) if (!has.has(partition)) this.released(group, member, partition, 'revoked');
    for (const partition of has) if (!had.has(partition)) this.assigned(group, member, partition);
    if (before?.memberEpoch !== member.memberEpoch || before.state !== member.state) this.epochChanged(group, member);
  }

  memberGone(group: GroupThen, member: ConsumerGroupMemberValue, reason: string): void {
    for (const partition of heldBy(member)) this.released(group, member, partition, reason);
    const { names } = this.bus;
    const [id, who, why] = [names.idOf(group.id), names.idOf(member.memberId), names.idOf(reason)];
    this.bus.emit(memberRemoved, this.brokerId, id, group.groupEpoch, who, why);
  }

  /** A new coordinator read of the member in its log. */
  memberRestored(group: GroupThen, member: ConsumerGroupMemberValue): void {
    for (const partition of heldBy(member)) this.assigned(group, member, partition);
    this.epochChanged(group, member);
  }

  /** A new coordinator read that the member is gone, which the former one may have had no time to say. */
  memberMissing(group: GroupThen, memberId: string): void {
    const { names } = this.bus;
    const [id, who, why] = [names.idOf(group.id), names.idOf(memberId), names.idOf('gone at load')];
    this.bus.emit(memberRemoved, this.brokerId, id, group.groupEpoch, who, why);
  }

  private joined(group: GroupThen, { memberId, instanceId, clientId }: ConsumerGroupMemberValue): void {
    const { names } = this.bus;
    const [id, who, instance, client] = [names.idOf(group.id), names.idOf(memberId), names.idOf(instanceId ?? ''), names.idOf(clientId)];
    this.bus.emit(memberJoined, this.brokerId, id, group.groupEpoch, who, instance, client);
  }

  private assigned(group: GroupThen, { memberId, memberEpoch, clientId }: ConsumerGroupMemberValue, partition: number): void {
    const { names } = this.bus;
    const [id, who, client] = [names.idOf(group.id), names.idOf(memberId), names.idOf(clientId)];
    this.bus.emit(partitionAssigned, this.brokerId, id, memberEpoch, who, partition, client);
  }

  private released(group: GroupThen, { memberId, memberEpoch }: ConsumerGroupMemberValue, partition: number, reason: string): void {
    const { names } = this.bus;
    const [id, who, why] = [names.idOf(group.id), names.idOf(memberId), names.idOf(reason)];
    this.bus.emit(partitionReleased, this.brokerId, id, memberEpoch, who, partition, why);
  }

  private epochChanged(group: GroupThen, { memberId, memberEpoch, state }: ConsumerGroupMemberValue): void {
    const { names } = this.bus;
    const [id, who, what] = [names.idOf(group.id), names.idOf(memberId), names.idOf(state)];
    this.bus.emit(memberEpochChanged, this.brokerId, id, who, memberEpoch, group.groupEpoch, what);
  }
}

/** What nobody else may be given: assigned, or yet to be revoked. */
function heldBy(member: ConsumerGroupMemberValue | undefined): Set<number> {
  return new Set(member === undefined ? [] : [...member.assigned, ...member.pendingRevocation]);
}
