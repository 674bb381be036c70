/**
 * Sessions of group members: who is not heard of for its session.timeout.ms is reported. A heartbeat only moves a deadline; the one timer of a member that has
 * come due looks at it, and waits on if need be.
 */
import type { Buggify } from '../../engine/Buggify.js';
import type { Process } from '../../engine/Host.js';
import { sessionExpiryLate } from '../buggifySites.js';
import type { GroupMember } from './GroupMember.js';
import type { GroupMetadata } from './GroupMetadata.js';

/** When its site fires. */
const LONGEST_DELAY_US = 300_000;

interface Session {
  readonly group: GroupMetadata;
  readonly member: GroupMember;
}

export class MemberSessions {
  /** @param enabled the condition `sessionExpiry`: without it nobody's session ever ends. */
  constructor(
    private readonly process: Process,
    private readonly buggify: Buggify,
    private readonly enabled: boolean,
    private readonly onExpired: (group: GroupMetadata, member: GroupMember) => void,
  ) {}

  /** The member was heard of. @param timeoutUs how long that holds. */
  touch(group: GroupMetadata, member: GroupMember, timeoutUs: number = member.sessionTimeoutUs): void {
    if (!this.enabled) return;
    member.deadlineUs = this.process.host.clock.monotonicUs() + timeoutUs;
    if (member.timer !== 0 && member.timerAtUs > member.deadlineUs) this.end(member);
    if (member.timer === 0) this.arm({ group, member });
  }

  end(member: GroupMember): void {
    this.process.cancel(member.timer);
    member.timer = 0;
  }

  private arm(session: Session): void {
    const { member } = session;
    member.timerAtUs = member.deadlineUs;
    member.timer = this.process.after(member.deadlineUs - this.process.host.clock.monotonicUs(), this.due, session);
  }

  private readonly due = (session: Session): void => {
    const { group, member } = session;
    member.timer = 0;
    if (group.state === 'Dead' || group.members.get(member.memberId) !== member) return;
    if (member.deadlineUs > this.process.host.clock.monotonicUs()) this.arm(session);
    // The answer that a parked member waits for begins its session anew.
    else if (!member.isParked) {
      const lateUs = this.buggify.amount(sessionExpiryLate, LONGEST_DELAY_US);
      if (lateUs === 0) this.onExpired(group, member);
      else {
        member.deadlineUs = this.process.host.clock.monotonicUs() + lateUs;
        this.arm(session);
      }
    }
  };
}
