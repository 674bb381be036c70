/**
 * What the coordinators keep in their internal topics (`__consumer_offsets`, `__transaction_state`): the payload of those topics' records. The record's
 * key is text that names the same thing, so that compaction keeps the latest of each; a tombstone (payload null) ends it.
 *
 * Leaves out: the versions of these formats.
 */
import type { Subscription } from './subscription.js';

/** Offset that a group committed for one partition. Key: {@link offsetKey}. */
export interface OffsetCommitValue {
  readonly kind: 'offset-commit';
  readonly group: string;
  /** Interned `topic-partition` that the offset is in. */
  readonly partition: number;
  readonly offset: number;
  /** KIP-320: epoch of the last record read; -1 unknown. */
  readonly leaderEpoch: number;
  readonly commitTimestampMs: number;
  /** From the commit timestamp, before KIP-211; -1: the group decides. */
  readonly expireTimestampMs: number;
  /** Who committed it, for the events only: generation or member epoch (-1 outside the protocols) and member id. Kafka does not keep them. */
  readonly generation: number;
  readonly memberId: string;
}

/** One member as a classic group persists it. */
export interface MemberValue {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly sessionTimeoutUs: number;
  readonly rebalanceTimeoutUs: number;
  /** Its metadata under the group's chosen protocol. */
  readonly subscription: Subscription;
  /** Interned partitions. */
  readonly assignment: readonly number[];
}

/** A classic group's generation. Key: {@link groupKey}. */
export interface GroupMetadataValue {
  readonly kind: 'group-metadata';
  readonly group: string;
  readonly protocolType: string;
  readonly generation: number;
  readonly protocol: string | null;
  readonly leader: string | null;
  readonly members: readonly MemberValue[];
  readonly currentStateTimestampMs: number;
}

/** A group of the consumer protocol (KIP-848): its epoch, or one member's state, or its target assignment. Key: {@link consumerGroupKey}. */
export interface ConsumerGroupValue {
  readonly kind: 'consumer-group';
  readonly group: string;
  readonly groupEpoch: number;
}

export interface ConsumerGroupMemberValue {
  readonly kind: 'consumer-group-member';
  readonly group: string;
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly rebalanceTimeoutUs: number;
  readonly subscribedTopics: readonly string[];
  readonly serverAssignor: string | null;
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly state: 'STABLE' | 'UNREVOKED_PARTITIONS' | 'UNRELEASED_PARTITIONS';
  readonly assigned: readonly number[];
  readonly pendingRevocation: readonly number[];
}

export interface ConsumerGroupTargetValue {
  readonly kind: 'consumer-group-target';
  readonly group: string;
  readonly assignmentEpoch: number;
  /** By member id. */
  readonly target: readonly { readonly memberId: string; readonly partitions: readonly number[] }[];
}

export type TransactionState =
  'Empty' | 'Ongoing' | 'PrepareCommit' | 'PrepareAbort' | 'CompleteCommit' | 'CompleteAbort' | 'Dead' | 'PrepareEpochFence';

/** State of one transactional id. Key: the transactional id. */
export interface TransactionValue {
  readonly kind: 'transaction';
  readonly transactionalId: string;
  readonly producerId: number;
  readonly previousProducerId: number;
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  readonly lastProducerEpoch: number;
  readonly timeoutUs: number;
  readonly state: TransactionState;
  /** Interned partitions of the transaction, those of `__consumer_offsets` included. */
  readonly partitions: readonly number[];
  readonly startTimestampMs: number;
  readonly lastUpdateTimestampMs: number;
  /** 1, or 2 from KIP-890 part 2. */
  readonly transactionVersion: number;
}

export type CoordinatorRecord =
  OffsetCommitValue | GroupMetadataValue | ConsumerGroupValue | ConsumerGroupMemberValue | ConsumerGroupTargetValue | TransactionValue;

export const CONSUMER_OFFSETS_TOPIC = '__consumer_offsets';
export const TRANSACTION_STATE_TOPIC = '__transaction_state';

export function isInternalTopic(topic: string): boolean {
  return topic === CONSUMER_OFFSETS_TOPIC || topic === TRANSACTION_STATE_TOPIC;
}

export function offsetKey(group: string, partition: number): string {
  return `offset/${group}/${partition}`;
}

export function groupKey(group: string): string {
  return `group/${group}`;
}

/** `part`: the empty text for the group itself, `target`, or `member/ID`. */
export function consumerGroupKey(group: string, part: string): string {
  return `consumer-group/${group}/${part}`;
}
