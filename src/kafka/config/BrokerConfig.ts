/**
 * A broker's properties as the simulator takes them: microseconds, bytes, records. `NEVER` is "no limit" and "never".
 */
import type { KafkaRelease } from '../protocol/release.js';
import type { ConfigValue } from './definition.js';
import { microsecondsOf, NEVER, orNever, Settings } from './Settings.js';

const MINUTE_US = 60_000_000;
const HOUR_US = 3_600_000_000;

/** Every field is the Kafka property of the same name (dots and camel case apart); units last. */
export interface BrokerConfig {
  /** Always 1 before 0.8.2. From 3.7 a broker takes no more than the replication factor: the replica does that, not this. */
  readonly minInsyncReplicas: number;
  readonly defaultReplicationFactor: number;
  readonly numPartitions: number;
  /** True by default before 0.11 (KIP-106), and always before 0.8.2. */
  readonly uncleanLeaderElectionEnable: boolean;
  /** 30 s; 10 s before 2.5 (KIP-537). */
  readonly replicaLagTimeMaxUs: number;
  /** 4000 in 0.8; `NEVER` from 0.9, which dropped it (KIP-16). */
  readonly replicaLagMaxMessages: number;
  readonly replicaFetchWaitMaxUs: number;
  readonly replicaFetchMinBytes: number;
  readonly replicaFetchMaxBytes: number;
  /** `NEVER` before 0.10.1 (KIP-74). */
  readonly replicaFetchResponseMaxBytes: number;
  readonly replicaFetchBackoffUs: number;
  readonly replicaSocketTimeoutUs: number;
  readonly replicaHighWatermarkCheckpointIntervalUs: number;
  readonly logFlushIntervalMessages: number;
  /** Age that makes the flush task flush a log; `log.flush.scheduler.interval.ms` when it is not set. */
  readonly logFlushIntervalUs: number;
  /** Period of the flush task. `NEVER` by default, so that `log.flush.interval.ms` alone flushes next to nothing. */
  readonly logFlushSchedulerIntervalUs: number;
  readonly logFlushOffsetCheckpointIntervalUs: number;
  readonly logFlushStartOffsetCheckpointIntervalUs: number;
  readonly logSegmentBytes: number;
  /** `log.roll.ms`, else `log.roll.hours`. */
  readonly logRollUs: number;
  /** `log.retention.ms`, else `.minutes`, else `.hours`. */
  readonly logRetentionUs: number;
  readonly logRetentionBytes: number;
  readonly logRetentionCheckIntervalUs: number;
  readonly messageMaxBytes: number;
  readonly autoLeaderRebalanceEnable: boolean;
  readonly leaderImbalanceCheckIntervalUs: number;
  readonly leaderImbalancePerBrokerPercentage: number;
  readonly controlledShutdownEnable: boolean;
  readonly controlledShutdownMaxRetries: number;
  readonly controlledShutdownRetryBackoffUs: number;
  readonly controllerSocketTimeoutUs: number;
  /** 18 s; 6 s before 2.5 (KIP-537). */
  readonly zookeeperSessionTimeoutUs: number;
  /** The session timeout when it is not set. */
  readonly zookeeperConnectionTimeoutUs: number;
  readonly requestTimeoutUs: number;
  /** Empty without one. */
  readonly brokerRack: string;
  /** KIP-392; empty: consumers read from leaders. */
  readonly replicaSelectorClass: string;
  readonly cleaner: LogCleanerConfig;
  readonly groups: GroupCoordinatorConfig;
  readonly transactions: TransactionCoordinatorConfig;
}

/** Compaction; fields are the Kafka properties of the same names, the last five the defaults of topics. */
export interface LogCleanerConfig {
  readonly enable: boolean;
  readonly backoffUs: number;
  /** `log.cleanup.policy`: compact, delete, or both with a comma between. */
  readonly cleanupPolicy: string;
  readonly minCleanableRatio: number;
  readonly deleteRetentionUs: number;
  readonly minCompactionLagUs: number;
  readonly maxCompactionLagUs: number;
}

/** A broker's part as group coordinator; fields are the Kafka properties of the same names. */
export interface GroupCoordinatorConfig {
  readonly offsetsTopicNumPartitions: number;
  readonly offsetsTopicReplicationFactor: number;
  readonly offsetsTopicSegmentBytes: number;
  readonly offsetsRetentionUs: number;
  readonly offsetsRetentionCheckIntervalUs: number;
  readonly offsetsCommitTimeoutUs: number;
  readonly offsetsCommitRequiredAcks: number;
  /** 3 s; 0 before 0.11 (KIP-134). */
  readonly groupInitialRebalanceDelayUs: number;
  readonly groupMinSessionTimeoutUs: number;
  readonly groupMaxSessionTimeoutUs: number;
  readonly groupMaxSize: number;
  /** KIP-848. */
  readonly consumerSessionTimeoutUs: number;
  readonly consumerHeartbeatIntervalUs: number;
  /** Names such as `uniform` and `range`; the first is the default. */
  readonly consumerAssignors: readonly string[];
}

/** A broker's part as transaction coordinator and as keeper of producer state; fields are the Kafka properties of the same names. */
export interface TransactionCoordinatorConfig {
  readonly stateLogNumPartitions: number;
  readonly stateLogReplicationFactor: number;
  readonly stateLogMinIsr: number;
  readonly stateLogSegmentBytes: number;
  readonly transactionMaxTimeoutUs: number;
  readonly transactionalIdExpirationUs: number;
  readonly abortTimedOutCleanupIntervalUs: number;
  readonly removeExpiredCleanupIntervalUs: number;
  readonly partitionVerificationEnable: boolean;
  /** How long a partition keeps the state of an idle producer; transactional.id.expiration.ms before 3.6 knew producer.id.expiration.ms. */
  readonly producerIdExpirationUs: number;
  readonly producerIdExpirationCheckIntervalUs: number;
}

/** @param values as `parseProperties('broker', …)` gives them. */
export function resolveBrokerConfig(release: KafkaRelease, values: ReadonlyMap<string, ConfigValue>): BrokerConfig {
  const settings = new Settings('broker', release, values);
  return {
    ...resolveReplication(settings),
    ...resolveLog(settings),
    autoLeaderRebalanceEnable: settings.boolean('auto.leader.rebalance.enable'),
    leaderImbalanceCheckIntervalUs: microsecondsOf(settings.number('leader.imbalance.check.interval.seconds'), 1_000_000),
    leaderImbalancePerBrokerPercentage: settings.number('leader.imbalance.per.broker.percentage'),
    controlledShutdownEnable: settings.boolean('controlled.shutdown.enable'),
    controlledShutdownMaxRetries: settings.number('controlled.shutdown.max.retries'),
    controlledShutdownRetryBackoffUs: settings.microseconds('controlled.shutdown.retry.backoff.ms'),
    controllerSocketTimeoutUs: settings.microseconds('controller.socket.timeout.ms'),
    zookeeperSessionTimeoutUs: settings.microseconds('zookeeper.session.timeout.ms'),
    zookeeperConnectionTimeoutUs: settings.microseconds(
      settings.isSet('zookeeper.connection.timeout.ms') ? 'zookeeper.connection.timeout.ms' : 'zookeeper.session.timeout.ms',
    ),
    requestTimeoutUs: settings.microseconds('request.timeout.ms'),
    brokerRack: settings.has('broker.rack') ? settings.text('broker.rack') : '',
    replicaSelectorClass: settings.has('replica.selector.class') ? settings.text('replica.selector.class') : '',
    cleaner: resolveCleaner(settings),
    groups: resolveGroups(settings),
    transactions: resolveTransactions(settings),
  };
}

function resolveCleaner(settings: Settings): LogCleanerConfig {
  const us = (name: string, otherwiseUs: number): number => (settings.has(name) ? settings.microseconds(name) : otherwiseUs);
  return {
    enable: settings.boolean('log.cleaner.enable'),
    backoffUs: settings.microseconds('log.cleaner.backoff.ms'),
    cleanupPolicy: settings.text('log.cleanup.policy'),
    minCleanableRatio: settings.number('log.cleaner.min.cleanable.ratio'),
    deleteRetentionUs: settings.microseconds('log.cleaner.delete.retention.ms'),
    minCompactionLagUs: us('log.cleaner.min.compaction.lag.ms', 0),
    maxCompactionLagUs: us('log.cleaner.max.compaction.lag.ms', NEVER),
  };
}

/** What a release does not know yet takes the default that the property came with; nothing asks for it there. */
function resolveGroups(settings: Settings): GroupCoordinatorConfig {
  const number = (name: string, otherwise: number): number => (settings.has(name) ? settings.number(name) : otherwise);
  const us = (name: string, otherwiseMs: number): number => microsecondsOf(number(name, otherwiseMs), 1000);
  return {
    offsetsTopicNumPartitions: number('offsets.topic.num.partitions', 50),
    offsetsTopicReplicationFactor: number('offsets.topic.replication.factor', 3),
    offsetsTopicSegmentBytes: number('offsets.topic.segment.bytes', 104_857_600),
    offsetsRetentionUs: microsecondsOf(number('offsets.retention.minutes', 1440), MINUTE_US),
    offsetsRetentionCheckIntervalUs: us('offsets.retention.check.interval.ms', 600_000),
    offsetsCommitTimeoutUs: us('offsets.commit.timeout.ms', 5000),
    offsetsCommitRequiredAcks: number('offsets.commit.required.acks', -1),
    groupInitialRebalanceDelayUs: us('group.initial.rebalance.delay.ms', 0),
    groupMinSessionTimeoutUs: us('group.min.session.timeout.ms', 6000),
    groupMaxSessionTimeoutUs: us('group.max.session.timeout.ms', 30_000),
    groupMaxSize: number('group.max.size', 2_147_483_647),
    consumerSessionTimeoutUs: us('group.consumer.session.timeout.ms', 45_000),
    consumerHeartbeatIntervalUs: us('group.consumer.heartbeat.interval.ms', 5000),
    consumerAssignors: consumerAssignors(settings),
  };
}

/** Class names stand for the built-in assignors that they name. */
function consumerAssignors(settings: Settings): readonly string[] {
  if (!settings.has('group.consumer.assignors') || !settings.isSet('group.consumer.assignors')) return ['uniform', 'range'];
  return settings
    .text('group.consumer.assignors')
    .split(',')
    .map((name) => name.trim())
    .map((name) => (name.endsWith('.RangeAssignor') ? 'range' : name.endsWith('.UniformAssignor') ? 'uniform' : name));
}

function resolveTransactions(settings: Settings): TransactionCoordinatorConfig {
  const number = (name: string, otherwise: number): number => (settings.has(name) ? settings.number(name) : otherwise);
  const us = (name: string, otherwiseMs: number): number => microsecondsOf(number(name, otherwiseMs), 1000);
  const expirationMs = number('transactional.id.expiration.ms', 604_800_000);
  return {
    stateLogNumPartitions: number('transaction.state.log.num.partitions', 50),
    stateLogReplicationFactor: number('transaction.state.log.replication.factor', 3),
    stateLogMinIsr: number('transaction.state.log.min.isr', 2),
    stateLogSegmentBytes: number('transaction.state.log.segment.bytes', 104_857_600),
    transactionMaxTimeoutUs: us('transaction.max.timeout.ms', 900_000),
    transactionalIdExpirationUs: microsecondsOf(expirationMs, 1000),
    abortTimedOutCleanupIntervalUs: us('transaction.abort.timed.out.transaction.cleanup.interval.ms', 10_000),
    removeExpiredCleanupIntervalUs: us('transaction.remove.expired.transaction.cleanup.interval.ms', 3_600_000),
    partitionVerificationEnable:
      !settings.has('transaction.partition.verification.enable') || settings.boolean('transaction.partition.verification.enable'),
    producerIdExpirationUs: us('producer.id.expiration.ms', expirationMs),
    producerIdExpirationCheckIntervalUs: us('producer.id.expiration.check.interval.ms', 600_000),
  };
}

type ReplicationPart =
  | 'minInsyncReplicas'
  | 'defaultReplicationFactor'
  | 'numPartitions'
  | 'uncleanLeaderElectionEnable'
  | 'replicaLagTimeMaxUs'
  | 'replicaLagMaxMessages'
  | 'replicaFetchWaitMaxUs'
  | 'replicaFetchMinBytes'
  | 'replicaFetchMaxBytes'
  | 'replicaFetchResponseMaxBytes'
  | 'replicaFetchBackoffUs'
  | 'replicaSocketTimeoutUs'
  | 'replicaHighWatermarkCheckpointIntervalUs';

function resolveReplication(settings: Settings): Pick<BrokerConfig, ReplicationPart> {
  return {
    minInsyncReplicas: settings.number('min.insync.replicas'),
    defaultReplicationFactor: settings.number('default.replication.factor'),
    numPartitions: settings.number('num.partitions'),
    uncleanLeaderElectionEnable: settings.boolean('unclean.leader.election.enable'),
    replicaLagTimeMaxUs: settings.microseconds('replica.lag.time.max.ms'),
    replicaLagMaxMessages: settings.has('replica.lag.max.messages') ? settings.number('replica.lag.max.messages') : NEVER,
    replicaFetchWaitMaxUs: settings.microseconds('replica.fetch.wait.max.ms'),
    replicaFetchMinBytes: settings.number('replica.fetch.min.bytes'),
    replicaFetchMaxBytes: settings.number('replica.fetch.max.bytes'),
    replicaFetchResponseMaxBytes: settings.has('replica.fetch.response.max.bytes')
      ? settings.number('replica.fetch.response.max.bytes')
      : NEVER,
    // Guess: 0.8 tried again at once, held up only by its connections; the later back-off stands in for that.
    replicaFetchBackoffUs: settings.microseconds('replica.fetch.backoff.ms'),
    replicaSocketTimeoutUs: settings.microseconds('replica.socket.timeout.ms'),
    replicaHighWatermarkCheckpointIntervalUs: settings.microseconds('replica.high.watermark.checkpoint.interval.ms'),
  };
}

type LogPart =
  | 'logFlushIntervalMessages'
  | 'logFlushIntervalUs'
  | 'logFlushSchedulerIntervalUs'
  | 'logFlushOffsetCheckpointIntervalUs'
  | 'logFlushStartOffsetCheckpointIntervalUs'
  | 'logSegmentBytes'
  | 'logRollUs'
  | 'logRetentionUs'
  | 'logRetentionBytes'
  | 'logRetentionCheckIntervalUs'
  | 'messageMaxBytes';

function resolveLog(settings: Settings): Pick<BrokerConfig, LogPart> {
  return {
    logFlushIntervalMessages: settings.number('log.flush.interval.messages'),
    logFlushIntervalUs: settings.microseconds(
      settings.isSet('log.flush.interval.ms') ? 'log.flush.interval.ms' : 'log.flush.scheduler.interval.ms',
    ),
    logFlushSchedulerIntervalUs: settings.microseconds('log.flush.scheduler.interval.ms'),
    logFlushOffsetCheckpointIntervalUs: settings.microseconds('log.flush.offset.checkpoint.interval.ms'),
    logFlushStartOffsetCheckpointIntervalUs: settings.microseconds('log.flush.start.offset.checkpoint.interval.ms'),
    logSegmentBytes: settings.number('log.segment.bytes'),
    logRollUs: settings.isSet('log.roll.ms')
      ? settings.microseconds('log.roll.ms')
      : microsecondsOf(settings.number('log.roll.hours'), HOUR_US),
    logRetentionUs: retentionUs(settings),
    logRetentionBytes: orNever(settings.number('log.retention.bytes')),
    logRetentionCheckIntervalUs: settings.microseconds('log.retention.check.interval.ms'),
    messageMaxBytes: settings.number('message.max.bytes'),
  };
}

function retentionUs(settings: Settings): number {
  if (settings.isSet('log.retention.ms')) return microsecondsOf(orNever(settings.number('log.retention.ms')), 1000);
  if (settings.isSet('log.retention.minutes')) return microsecondsOf(orNever(settings.number('log.retention.minutes')), MINUTE_US);
  return microsecondsOf(orNever(settings.number('log.retention.hours')), HOUR_US);
}
