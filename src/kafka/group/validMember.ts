/** Is the sender of a request who the coordinator takes for that member (GroupCoordinator.validateCurrentMember)? */
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { GroupMember } from './GroupMember.js';
import type { GroupMetadata } from './GroupMetadata.js';

/** @returns the member, or FENCED_INSTANCE_ID when another holds its instance id by now, or UNKNOWN_MEMBER_ID. */
export function validMember(
  group: GroupMetadata,
  sender: { readonly memberId: string; readonly groupInstanceId: string | null },
  features: Pick<KafkaFeatures, 'staticMemberFencing'>,
): GroupMember | ErrorCode {
  const { memberId, groupInstanceId } = sender;
  if (groupInstanceId === null) return group.members.get(memberId) ?? ErrorCode.UNKNOWN_MEMBER_ID;
  const holder = group.staticMembers.get(groupInstanceId);
  if (holder === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (holder !== memberId && features.staticMemberFencing) return ErrorCode.FENCED_INSTANCE_ID;
  return group.members.get(holder) ?? ErrorCode.UNKNOWN_MEMBER_ID;
}
