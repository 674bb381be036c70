/** What a consumer's membership in its group offers to the rest of the client, whichever protocol it follows (classic, or KIP-848). */
import type { ErrorCode } from '../protocol/errors.js';

/** Who a member is to its coordinator. */
export interface GroupMetadata {
  readonly groupId: string;
  /** Generation, or member epoch of the consumer protocol; -1: not in the group now. */
  readonly generationId: number;
  /** Empty before the first join. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface Membership {
  /** Follows these topics from the next `progress` on. */
  subscribe(topics: readonly string[]): void;
  /** Does what is due and may only be done while the application is in `poll`: callbacks, giving up partitions, joining. */
  progress(): void;
  /** The client's metadata changed. */
  metadataChanged(): void;
  /** The coordinator can be asked again. */
  linkReady(): void;
  metadata(): GroupMetadata;
  /**
   * As it last joined, for `sendOffsetsToTransaction`; null before. Kept when the membership is lost, as the Java client does (only onJoinComplete sets it): without it
   * a member that was thrown out would send its offsets in nobody's name, which the coordinator takes (KIP-447).
   */
  readonly joinedAs: GroupMetadata | null;
  /** To commit with; null: not a full member now. */
  commitIdentity(): GroupMetadata | null;
  /** A rebalance is under way, rather than the membership lost. */
  readonly rebalancing: boolean;
  /** The coordinator refused a commit, or offsets, for what it thinks of the member. */
  refused(errorCode: ErrorCode, sent: GroupMetadata): void;
  /** Gives everything up and leaves; `done` once that is told. */
  leave(done: () => void): void;
  stop(): void;
}

/** What the application is told of its group. */
export interface GroupListener {
  /** The application is inside `poll`, or waits for records, which is the same. */
  readonly inPoll: boolean;
  /** When max.poll.interval.ms is over, on the client's clock. */
  readonly pollDeadlineUs: number;
  onAssigned(partitions: readonly number[], generation: number): void;
  onRevoked(partitions: readonly number[], lost: boolean): void;
  /** The consumer is out of its group for good. */
  onGroupError(error: string): void;
}
