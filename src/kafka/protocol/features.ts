/**
 * The behaviours of Kafka that changed between releases and decide what is guaranteed. One base broker asks this record; a preset per
 * release fills it in. Each flag names the KIP or JIRA that changed it, and its old value reproduces the old failure.
 */
import { EVERY_CONDITION, type KafkaConditions } from './conditions.js';
import type { KafkaRelease } from './release.js';

/** How a replica that becomes a follower reconciles its log with the new leader's. */
export type TruncationRule =
  /** Up to 0.10: cut everything above the own high watermark. */
  | 'high-watermark'
  /** KIP-101 (0.11): ask where the own last epoch ended at the leader. */
  | 'kip-101'
  /** KIP-279 (2.0): the answer names the epoch it speaks of; go down epoch by epoch. */
  | 'kip-279'
  /** KIP-320 (2.1): the same, with the request fenced by the current leader epoch. */
  | 'kip-320'
  /** KIP-595 style (2.7): the fetch carries the last fetched epoch and its response the diverging one. */
  | 'fetch';

export interface KafkaFeatures extends KafkaConditions {
  truncation: TruncationRule;
  /** KIP-320, KAFKA-7395: fetches carry the leader epoch and stale ones are refused (B-13). */
  fetchEpochFencing: boolean;
  /** KAFKA-7128: a follower joins the ISR only once it reached the leader epoch's start offset (B-15). */
  isrJoinRequiresEpochStart: boolean;
  /** KAFKA-7415: a leader records its epoch's start when elected, not at its first append (B-16). */
  epochOnElection: boolean;
  /** KIP-497: ISR changes go through the controller (AlterPartition); otherwise the leader writes ZooKeeper itself. */
  alterPartition: boolean;
  /** KIP-497: the high watermark counts members whose addition is still in flight (B-25). */
  maximalIsr: boolean;
  /** KAFKA-15583: no high watermark advance while the ISR is below min.insync.replicas (B-07). */
  highWatermarkRequiresMinIsr: boolean;
  /** KAFKA-15583: min.insync.replicas above the replication factor counts as the replication factor. */
  minIsrCappedByReplicationFactor: boolean;
  /** KAFKA-4485: caught-up replicas outside the ISR hold the high watermark back too. */
  highWatermarkWaitsForCaughtUp: boolean;
  /** KAFKA-14140: replicas that are dead or shutting down are refused as new ISR members (B-27). */
  isrMembersMustBeAlive: boolean;
  /** KAFKA-6082: the controller's ZooKeeper writes are conditional on its epoch (B-30). */
  zkControllerFencing: boolean;
  /** KIP-380: broker epochs (czxid) reveal a bounced broker and fence requests meant for its former self (B-09, B-33). */
  brokerEpochs: boolean;
  /** KIP-570: StopReplica carries the leader epoch (B-34). */
  stopReplicaEpoch: boolean;
  /** KAFKA-5083, KAFKA-5642: the last ISR member stays in the ISR when it dies (B-35). */
  keepsLastIsrMember: boolean;
  /** min.insync.replicas exists (0.8.2). Without it the pre- and post-append checks are skipped. */
  minIsrChecks: boolean;
  /** Releases before 0.9 take acks=N: acknowledged once N in-sync replicas hold the record, whatever the high watermark (B-06). */
  legacyAcksN: boolean;
  /** 0.8: a follower that lags more than replica.lag.max.messages leaves the ISR, besides the time rule (until KIP-16). */
  lagByMessages: boolean;
  /** KIP-455 as of 3.9: a reassignment completes once *all* target replicas are in sync, not only the added ones. */
  reassignmentRequiresAllTargets: boolean;
  /** KIP-207 (2.2): consumers get OFFSET_NOT_AVAILABLE while a new leader's high watermark lags its epoch start. */
  offsetNotAvailable: boolean;
  /** KIP-320, client side (2.1): metadata with an older leader epoch is ignored. */
  clientMetadataEpochs: boolean;
  /** KIP-951 (3.7): a NOT_LEADER_OR_FOLLOWER answer names the new leader. */
  leaderInErrors: boolean;

  // ------------------------------------------------------------ producers and transactions
  /** KIP-360 (2.5): a producer bumps its epoch after an error that used to be fatal; brokers accept any first sequence of an unknown producer. */
  producerEpochBump: boolean;
  /** KAFKA-7190 (2.4): producer state is kept until it expires, not only as long as the producer's records are in the log (B-46). */
  producerStateOutlivesRecords: boolean;
  /** KAFKA-8483 (2.3): batches whose sequence is reset keep their order (B-43). */
  sequenceResetInOrder: boolean;
  /** KAFKA-12152 (2.8; broken since KIP-360): an epoch bump reaches partitions without batches in flight (B-44). */
  epochBumpReachesIdlePartitions: boolean;
  /** KAFKA-6003 (1.0): followers append whatever the leader has, without looking at sequences (B-45). */
  followersTrustSequences: boolean;
  /** KIP-447 (2.5): offsets of a transaction are refused from a member of a former generation (B-51). */
  txnOffsetGroupFencing: boolean;
  /** KIP-447, KAFKA-9365 (2.5): consumers wait while a transaction has offsets pending in their partitions. */
  requireStableOffsets: boolean;
  /** KIP-890 part 1 (3.6): a leader asks the coordinator before a producer's first record of a transaction (B-49). */
  txnVerification: boolean;
  /** KAFKA-14920 (3.6): while that question is open, the lowest sequence seen goes first (B-47). */
  verificationKeepsSequence: boolean;
  /** KIP-890 part 2 (transaction.version=2, 4.0): every transaction has an epoch of its own (B-50). */
  transactionV2: boolean;
  /** KAFKA-6119 (1.0): a transaction that timed out is aborted with a bumped epoch (B-52). */
  timeoutBumpsEpoch: boolean;
  /** KAFKA-9807 (2.5): a fetch looks once at the high watermark and the last stable offset (B-53). */
  stableOffsetReadOnce: boolean;
  /** KAFKA-9600 (2.5): EndTxn must name the current epoch, not one at least as new (B-56). */
  endTxnExactEpoch: boolean;
  /** KAFKA-14055 (3.3): compaction never takes a transaction marker for a record with the same key (B-54). */
  compactionKeepsMarkers: boolean;

  // ------------------------------------------------------------ consumers and groups
  /** KIP-320, client side (2.3): a position is checked against the leader's epochs after a leader change (B-14). */
  consumerEpochValidation: boolean;
  /** KIP-211 (2.1): offsets expire once the group is empty, not from their commit on. */
  offsetsExpireWithGroup: boolean;
  /** KIP-394 (2.2): a new member is told its id before it takes part. */
  memberIdRequired: boolean;
  /** KAFKA-10284 (2.7): the replacement of a static member is in the log before it is answered (B-67). */
  staticMemberPersisted: boolean;
  /** KAFKA-9823 (2.6): a member ignores errors meant for its former generation (B-66). */
  responsesCheckedByGeneration: boolean;
  /** Since 2.7 a heartbeat is answered without error while the group waits for its leader's assignment. */
  heartbeatsWhileCompleting: boolean;
  /** KAFKA-12890 (3.0): members that joined and never sync are removed (B-68). */
  pendingSyncExpiry: boolean;
  /** KIP-792, KAFKA-14639 (3.5): conflicting claims of ownership are decided by generation, partition by partition (B-65). */
  assignorGenerationRule: boolean;
  /** KIP-392 (2.4): consumers may fetch from followers. */
  followerFetching: boolean;
  /** KAFKA-14372 (3.4): only in-sync replicas are preferred (B-70). */
  preferredReplicaInSync: boolean;
  /** KIP-848 (4.0): `group.protocol=consumer`, with assignors on the broker. */
  consumerGroupProtocol: boolean;
}

const v081: KafkaFeatures = {
  ...EVERY_CONDITION,
  truncation: 'high-watermark',
  fetchEpochFencing: false,
  isrJoinRequiresEpochStart: false,
  epochOnElection: false,
  alterPartition: false,
  maximalIsr: false,
  highWatermarkRequiresMinIsr: false,
  minIsrCappedByReplicationFactor: false,
  highWatermarkWaitsForCaughtUp: false,
  isrMembersMustBeAlive: false,
  zkControllerFencing: false,
  brokerEpochs: false,
  stopReplicaEpoch: false,
  keepsLastIsrMember: false,
  minIsrChecks: false,
  legacyAcksN: true,
  lagByMessages: true,
  reassignmentRequiresAllTargets: false,
  offsetNotAvailable: false,
  clientMetadataEpochs: false,
  leaderInErrors: false,
  producerEpochBump: false,
  producerStateOutlivesRecords: false,
  sequenceResetInOrder: false,
  epochBumpReachesIdlePartitions: true,
  followersTrustSequences: false,
  txnOffsetGroupFencing: false,
  requireStableOffsets: false,
  txnVerification: false,
  verificationKeepsSequence: true,
  transactionV2: false,
  timeoutBumpsEpoch: false,
  stableOffsetReadOnce: false,
  endTxnExactEpoch: false,
  compactionKeepsMarkers: false,
  consumerEpochValidation: false,
  offsetsExpireWithGroup: false,
  memberIdRequired: false,
  staticMemberPersisted: false,
  responsesCheckedByGeneration: false,
  heartbeatsWhileCompleting: false,
  pendingSyncExpiry: false,
  assignorGenerationRule: false,
  followerFetching: false,
  preferredReplicaInSync: false,
  consumerGroupProtocol: false,
};
const v082: KafkaFeatures = { ...v081, minIsrChecks: true };
const v010: KafkaFeatures = { ...v082, legacyAcksN: false, lagByMessages: false, highWatermarkWaitsForCaughtUp: true };
const v011: KafkaFeatures = { ...v010, truncation: 'kip-101' };
const v11: KafkaFeatures = { ...v011, keepsLastIsrMember: true, followersTrustSequences: true, timeoutBumpsEpoch: true };
const v20: KafkaFeatures = { ...v11, truncation: 'kip-279' };
const v21: KafkaFeatures = {
  ...v20,
  truncation: 'kip-320',
  fetchEpochFencing: true,
  isrJoinRequiresEpochStart: true,
  epochOnElection: true,
  zkControllerFencing: true,
  clientMetadataEpochs: true,
  offsetsExpireWithGroup: true,
};
const v24: KafkaFeatures = {
  ...v21,
  brokerEpochs: true,
  offsetNotAvailable: true,
  producerStateOutlivesRecords: true,
  sequenceResetInOrder: true,
  consumerEpochValidation: true,
  memberIdRequired: true,
  followerFetching: true,
};
const v27: KafkaFeatures = {
  ...v24,
  truncation: 'fetch',
  alterPartition: true,
  maximalIsr: true,
  stopReplicaEpoch: true,
  producerEpochBump: true,
  epochBumpReachesIdlePartitions: false,
  txnOffsetGroupFencing: true,
  requireStableOffsets: true,
  stableOffsetReadOnce: true,
  endTxnExactEpoch: true,
  staticMemberPersisted: true,
  responsesCheckedByGeneration: true,
  heartbeatsWhileCompleting: true,
};
const v33: KafkaFeatures = {
  ...v27,
  isrMembersMustBeAlive: true,
  epochBumpReachesIdlePartitions: true,
  compactionKeepsMarkers: true,
  pendingSyncExpiry: true,
};
const v37: KafkaFeatures = {
  ...v33,
  highWatermarkRequiresMinIsr: true,
  minIsrCappedByReplicationFactor: true,
  leaderInErrors: true,
  txnVerification: true,
  assignorGenerationRule: true,
  preferredReplicaInSync: true,
};
const v39: KafkaFeatures = { ...v37, reassignmentRequiresAllTargets: true };

/** Which release has which behaviour, ZooKeeper mode. First releases with a fix, give or take a patch release. */
export const PRESETS: Readonly<{ [R in KafkaRelease]: Readonly<KafkaFeatures> }> = {
  '0.8.1': v081,
  '0.8.2': v082,
  '0.10.2': v010,
  '0.11': v011,
  '1.1': v11,
  '2.0': v20,
  '2.1': v21,
  '2.4': v24,
  '2.7': v27,
  '3.3': v33,
  '3.7': v37,
  '3.9': v39,
};
