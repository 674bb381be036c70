/** The clocks that run for the members of one KIP-848 group: their sessions, and how long they may take to give partitions up. */
import type { Process } from '../../../engine/Host.js';
import type { Timer } from '../../../engine/Scheduler.js';
import type { ConsumerGroupMemberValue } from '../../protocol/coordinatorRecords.js';
import { LEFT_FOR_A_WHILE } from './ConsumerGroup.js';

interface RebalanceTimer {
  readonly memberEpoch: number;
  readonly timer: Timer;
}

export class GroupTimers {
  private readonly sessions = new Map<string, Timer>();
  private readonly rebalances = new Map<string, RebalanceTimer>();

  /** @param sessionTimeoutUs 0: sessions never expire. */
  constructor(
    private readonly process: Process,
    private readonly sessionTimeoutUs: number,
    private readonly onSessionExpired: (memberId: string) => void,
    private readonly onRebalanceExpired: (memberId: string, memberEpoch: number) => void,
  ) {}

  /** The member was heard of. */
  renewSession(memberId: string): void {
    if (this.sessionTimeoutUs === 0) return;
    this.process.cancel(this.sessions.get(memberId) ?? 0);
    this.sessions.set(memberId, this.process.after(this.sessionTimeoutUs, this.onSessionExpired, memberId));
  }

  /** The member's state is another: a member that has partitions to give up has its rebalance timeout for it, anew in each epoch. */
  memberChanged({ memberId, memberEpoch, state, rebalanceTimeoutUs }: ConsumerGroupMemberValue): void {
    const running = this.rebalances.get(memberId);
    const awaited = state === 'UNREVOKED_PARTITIONS' && memberEpoch !== LEFT_FOR_A_WHILE;
    if (awaited && running?.memberEpoch === memberEpoch) return;
    if (running !== undefined) this.process.cancel(running.timer);
    this.rebalances.delete(memberId);
    if (!awaited) return;
    const timer = this.process.after(rebalanceTimeoutUs, () => this.onRebalanceExpired(memberId, memberEpoch), undefined);
    this.rebalances.set(memberId, { memberEpoch, timer });
  }

  memberGone(memberId: string): void {
    this.process.cancel(this.sessions.get(memberId) ?? 0);
    this.process.cancel(this.rebalances.get(memberId)?.timer ?? 0);
    this.sessions.delete(memberId);
    this.rebalances.delete(memberId);
  }

  stop(): void {
    for (const memberId of [...this.sessions.keys(), ...this.rebalances.keys()]) this.memberGone(memberId);
  }
}
