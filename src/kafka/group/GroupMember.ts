/** One member of a classic group as its coordinator knows it (kafka.coordinator.group.MemberMetadata): timeouts, protocols, assignment, and the request it waits for. */
import type { Timer } from '../../engine/Scheduler.js';
import type { JoinGroupProtocol, JoinGroupResponse, Subscription, SyncGroupResponse } from '../protocol/messages.js';

export class GroupMember {
  /** Interned partitions, ascending as the leader gave them. */
  assignment: readonly number[] = [];
  /** Set while its JoinGroup is parked. Only the group changes it, which counts them. */
  awaitingJoin: ((response: JoinGroupResponse) => void) | null = null;
  /** Set while its SyncGroup is parked. */
  awaitingSync: ((response: SyncGroupResponse) => void) | null = null;
  /** Has not completed a join yet: it does not know its id (or cannot heartbeat with it) and may expire while it waits. */
  isNew = false;
  /** Monotonic time at which the session ends unless something is heard; the timer below fires at or before it. */
  deadlineUs = 0;
  timer: Timer = 0;
  timerAtUs = 0;

  constructor(
    public memberId: string,
    readonly groupInstanceId: string | null,
    readonly clientId: string,
    public sessionTimeoutUs: number,
    public rebalanceTimeoutUs: number,
    public protocols: readonly JoinGroupProtocol[],
  ) {}

  /** Members that wait for the coordinator are alive, except new ones, whose requests may have been given up long ago. */
  get isParked(): boolean {
    return !this.isNew && (this.awaitingJoin !== null || this.awaitingSync !== null);
  }

  supports(protocol: string): boolean {
    return this.protocols.some(({ name }) => name === protocol);
  }

  /** Its metadata under one protocol. */
  subscriptionFor(protocol: string | null): Subscription {
    const found = this.protocols.find(({ name }) => name === protocol) ?? this.protocols[0];
    return found?.subscription ?? NO_SUBSCRIPTION;
  }

  /** Are these the same protocols, in the same order and with the same metadata (which Kafka compares as bytes)? */
  matches(protocols: readonly JoinGroupProtocol[]): boolean {
    if (protocols.length !== this.protocols.length) return false;
    return this.protocols.every((mine, i) => {
      const other = protocols[i] as JoinGroupProtocol;
      return mine.name === other.name && sameSubscription(mine.subscription, other.subscription);
    });
  }
}

const NO_SUBSCRIPTION: Subscription = { topics: [], ownedPartitions: [], generationId: -1, rackId: null };

function sameSubscription(a: Subscription, b: Subscription): boolean {
  return (
    a.generationId === b.generationId &&
    a.rackId === b.rackId &&
    a.topics.length === b.topics.length &&
    a.ownedPartitions.length === b.ownedPartitions.length &&
    a.topics.every((topic, i) => topic === b.topics[i]) &&
    a.ownedPartitions.every((partition, i) => partition === b.ownedPartitions[i])
  );
}
