/**
 * What happens inside Kafka's brokers, as events (ids 200-259): the vocabulary that invariants, explanations and timelines read. The log's own
 * events are in `log/events.ts`, the clients' in `client/events.ts`.
 */
import { defineEvent } from '../engine/events.js';

// replication
export const batchAppended = defineEvent(200, 'batch-appended', [
  'broker',
  '#partition',
  'baseOffset',
  'lastOffset',
  'leaderEpoch',
  'firstValue',
]);
export const batchReplicated = defineEvent(201, 'batch-replicated', [
  'broker',
  '#partition',
  'baseOffset',
  'lastOffset',
  'leaderEpoch',
  'leader',
]);
/** The leader's high watermark. */
export const highWatermarkAdvanced = defineEvent(202, 'high-watermark-advanced', ['broker', '#partition', 'from', 'to', 'leaderEpoch']);
/** A follower's high watermark, which lags and may go back. */
export const followerHighWatermarkSet = defineEvent(203, 'follower-high-watermark-set', [
  'broker',
  '#partition',
  'from',
  'to',
  'leaderEpoch',
]);
export const logTruncated = defineEvent(204, 'log-truncated', [
  'broker',
  '#partition',
  'from',
  'to',
  'leaderEpoch',
  'highWatermark',
  '#reason',
]);
export const becameLeader = defineEvent(205, 'became-leader', [
  'broker',
  '#partition',
  'leaderEpoch',
  'startOffset',
  'highWatermark',
  '#isr',
]);
export const becameFollower = defineEvent(206, 'became-follower', [
  'broker',
  '#partition',
  'leaderEpoch',
  'leader',
  'logEndOffset',
  'highWatermark',
]);
export const isrChangeProposed = defineEvent(207, 'isr-change-proposed', ['broker', '#partition', 'leaderEpoch', '#isr', '#committedIsr']);
export const isrChangeCommitted = defineEvent(208, 'isr-change-committed', [
  'broker',
  '#partition',
  'leaderEpoch',
  '#isr',
  'partitionEpoch',
]);
export const isrChangeFailed = defineEvent(209, 'isr-change-failed', ['broker', '#partition', 'leaderEpoch', '#isr', '#error']);
export const produceAcknowledged = defineEvent(210, 'produce-acknowledged', [
  'broker',
  '#partition',
  'baseOffset',
  'lastOffset',
  'acks',
  'highWatermark',
  'isrSize',
]);
export const produceRefused = defineEvent(211, 'produce-refused', ['broker', '#partition', '#error', 'acks', 'firstValue']);
export const replicaStopped = defineEvent(212, 'replica-stopped', ['broker', '#partition', 'leaderEpoch', 'deleted']);
export const fetchFenced = defineEvent(213, 'fetch-fenced', ['broker', '#partition', 'replica', 'requestEpoch', 'leaderEpoch', '#error']);
export const leadershipEnded = defineEvent(214, 'leadership-ended', ['broker', '#partition', 'leaderEpoch', 'logEndOffset', '#reason']);

// brokers
export const brokerStarted = defineEvent(220, 'broker-started', ['broker', 'cleanShutdown']);
export const brokerRegistered = defineEvent(221, 'broker-registered', ['broker', 'brokerEpoch']);
export const brokerSessionExpired = defineEvent(222, 'broker-session-expired', ['broker']);
export const brokerHalted = defineEvent(223, 'broker-halted', ['broker', '#reason']);
export const controlledShutdownBegan = defineEvent(224, 'controlled-shutdown-began', ['broker']);
export const controlledShutdownEnded = defineEvent(225, 'controlled-shutdown-ended', ['broker', 'remainingPartitions']);

// controller
export const controllerElected = defineEvent(230, 'controller-elected', ['broker', 'controllerEpoch']);
export const controllerResigned = defineEvent(231, 'controller-resigned', ['broker', 'controllerEpoch', '#reason']);
/** The controller wrote a partition's new state to ZooKeeper. */
export const leaderElected = defineEvent(232, 'leader-elected', [
  'controller',
  '#partition',
  'leader',
  'leaderEpoch',
  '#isr',
  'controllerEpoch',
  'unclean',
]);
export const isrAltered = defineEvent(233, 'isr-altered', ['controller', '#partition', 'leader', 'leaderEpoch', '#isr', 'partitionEpoch']);
export const brokerFailureSeen = defineEvent(234, 'broker-failure-seen', ['controller', 'broker']);
export const brokerStartupSeen = defineEvent(235, 'broker-startup-seen', ['controller', 'broker', 'brokerEpoch']);
export const controllerRequestRefused = defineEvent(236, 'controller-request-refused', ['broker', '#api', '#error', 'controllerEpoch']);
export const reassignmentStarted = defineEvent(237, 'reassignment-started', [
  'controller',
  '#partition',
  '#replicas',
  '#adding',
  '#removing',
]);
export const reassignmentCompleted = defineEvent(238, 'reassignment-completed', ['controller', '#partition', '#replicas', '#isr']);
export const partitionCreated = defineEvent(239, 'partition-created', ['controller', '#partition', '#replicas']);
