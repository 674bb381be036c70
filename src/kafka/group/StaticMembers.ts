/**
 * Static members (KIP-345): an instance that comes back without a member id takes its former place, which fences whoever still holds it, and a stable group goes on
 * without a rebalance.
 *
 * Leaves out: before KIP-814 a returning leader was kept from assigning by naming its former id as the leader's, to the same effect as `skipAssignment`.
 */
import { ErrorCode } from '../protocol/errors.js';
import type { JoinGroupRequest, JoinGroupResponse } from '../protocol/messages.js';
import { memberJoined } from './events.js';
import type { GroupContext } from './GroupContext.js';
import type { GroupMember } from './GroupMember.js';
import type { GroupMetadata } from './GroupMetadata.js';
import { failedJoin, joinedResponse, type Rebalancer } from './Rebalancer.js';
import { groupProbes } from './probes.js';

export class StaticMembers {
  constructor(
    private readonly context: GroupContext,
    private readonly rebalancer: Rebalancer,
  ) {}

  announceJoin(group: GroupMetadata, member: GroupMember): void {
    const { context } = this;
    const { simulation, brokerId } = context.deps;
    simulation.bus.emit(
      memberJoined,
      brokerId,
      context.nameId(group.groupId),
      group.generation,
      context.nameId(member.memberId),
      context.nameId(member.groupInstanceId ?? ''),
      context.nameId(member.clientId),
    );
  }

  /** The instance that `member` stands for joins as `newMemberId`. */
  replace(
    group: GroupMetadata,
    member: GroupMember,
    newMemberId: string,
    request: JoinGroupRequest,
    respond: (response: JoinGroupResponse) => void,
  ): void {
    this.context.deps.simulation.probes.hit(groupProbes['static-member-replaced']);
    const former = {
      memberId: member.memberId,
      protocols: member.protocols,
      session: member.sessionTimeoutUs,
      rebalance: member.rebalanceTimeoutUs,
    };
    this.rename(group, member, newMemberId);
    group.update(member, request.protocols, request.sessionTimeoutUs, request.rebalanceTimeoutUs);
    group.parkJoin(member, respond);
    this.rebalancer.sessions.touch(group, member);
    if (group.state !== 'Stable') {
      // While it completes a rebalance the leader may have assigned to the former id already.
      if (group.state === 'CompletingRebalance') this.rebalancer.prepare(group, 'static member replaced');
      return;
    }
    if (group.protocol !== group.selectProtocol()) {
      this.rebalancer.prepare(group, 'static member changed its protocol');
      return;
    }
    const { generation } = group;
    const stored = (errorCode: number): void => {
      if (!this.context.isCurrent(group) || group.members.get(newMemberId) !== member) return;
      if (errorCode !== ErrorCode.NONE) {
        this.context.deps.simulation.probes.hit(groupProbes['static-replacement-not-stored']);
        group.parkJoin(member, null);
        group.update(member, former.protocols, former.session, former.rebalance);
        this.rename(group, member, former.memberId);
        respond(failedJoin(errorCode, ''));
      } else if (group.state === 'Stable' && group.generation === generation) {
        this.rebalancer.announceAssignment(group, member);
        const leads = group.leader === newMemberId;
        if (leads) this.context.deps.simulation.probes.hit(groupProbes['static-leader-skips-assignment']);
        group.answerJoin(member, joinedResponse(group, member, leads));
      }
      // Otherwise a rebalance has begun, of which the parked JoinGroup is part.
    };
    if (this.context.deps.features.staticMemberPersisted) this.rebalancer.store(group, assignmentOf(group), stored);
    else stored(ErrorCode.NONE);
  }

  private rename(group: GroupMetadata, member: GroupMember, memberId: string): void {
    const formerId = member.memberId;
    group.answerJoin(member, failedJoin(ErrorCode.FENCED_INSTANCE_ID, formerId));
    group.answerSync(member, { errorCode: ErrorCode.FENCED_INSTANCE_ID, protocolName: '', assignment: [] });
    group.replaceStatic(member, memberId);
    this.rebalancer.announceRemoval(group, formerId, 'replaced');
    this.announceJoin(group, member);
  }
}

function assignmentOf(group: GroupMetadata): ReadonlyMap<string, readonly number[]> {
  const assignment = new Map<string, readonly number[]>();
  for (const member of group.members.values()) assignment.set(member.memberId, member.assignment);
  return assignment;
}
