/**
 * The behaviours of Kafka that changed between releases and decide what is guaranteed. One base broker asks this record; a preset per
 * release fills it in. Each flag names the KIP or JIRA that changed it, and its old value reproduces the old failure.
 */
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

export interface KafkaFeatures {
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
}

const v081: KafkaFeatures = {
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
};
const v082: KafkaFeatures = { ...v081, minIsrChecks: true };
const v010: KafkaFeatures = { ...v082, legacyAcksN: false, lagByMessages: false, highWatermarkWaitsForCaughtUp: true };
const v011: KafkaFeatures = { ...v010, truncation: 'kip-101' };
const v11: KafkaFeatures = { ...v011, keepsLastIsrMember: true };
const v20: KafkaFeatures = { ...v11, truncation: 'kip-279' };
const v21: KafkaFeatures = {
  ...v20,
  truncation: 'kip-320',
  fetchEpochFencing: true,
  isrJoinRequiresEpochStart: true,
  epochOnElection: true,
  zkControllerFencing: true,
  clientMetadataEpochs: true,
};
const v24: KafkaFeatures = { ...v21, brokerEpochs: true, offsetNotAvailable: true };
const v27: KafkaFeatures = { ...v24, truncation: 'fetch', alterPartition: true, maximalIsr: true, stopReplicaEpoch: true };
const v33: KafkaFeatures = { ...v27, isrMembersMustBeAlive: true };
const v37: KafkaFeatures = { ...v33, highWatermarkRequiresMinIsr: true, minIsrCappedByReplicationFactor: true, leaderInErrors: true };
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
