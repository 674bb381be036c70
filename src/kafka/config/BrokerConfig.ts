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
