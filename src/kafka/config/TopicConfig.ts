/**
 * What holds for one topic: its own properties, else the broker's. Microseconds, bytes, records; `NEVER` is "no limit".
 */
import type { BrokerConfig } from './BrokerConfig.js';
import type { ConfigValue } from './definition.js';
import { microsecondsOf, orNever } from './Settings.js';

export interface TopicConfig {
  readonly minInsyncReplicas: number;
  readonly uncleanLeaderElectionEnable: boolean;
  readonly flushMessages: number;
  /** Acts only when the broker's flush task runs: see `BrokerConfig.logFlushSchedulerIntervalUs`. */
  readonly flushUs: number;
  readonly segmentBytes: number;
  readonly segmentUs: number;
  readonly retentionUs: number;
  readonly retentionBytes: number;
  readonly maxMessageBytes: number;
  /** cleanup.policy has `delete`. */
  readonly deletesOldSegments: boolean;
  /** cleanup.policy has `compact`; null: it has not. */
  readonly compaction: CompactionConfig | null;
}

export interface CompactionConfig {
  readonly minCleanableDirtyRatio: number;
  readonly deleteRetentionUs: number;
  readonly minCompactionLagUs: number;
  readonly maxCompactionLagUs: number;
}

/** @param overrides as `parseProperties('topic', …)` gives them for the broker's release. */
export function resolveTopicConfig(broker: BrokerConfig, overrides: ReadonlyMap<string, ConfigValue>): TopicConfig {
  const number = (name: string): number | undefined => {
    const value = overrides.get(name);
    return typeof value === 'number' ? value : undefined;
  };
  const milliseconds = (name: string): number | undefined => {
    const value = number(name);
    return value === undefined ? undefined : microsecondsOf(orNever(value), 1000);
  };
  const unclean = overrides.get('unclean.leader.election.enable');
  const { cleaner } = broker;
  const policy = String(overrides.get('cleanup.policy') ?? cleaner.cleanupPolicy).split(',');
  const compaction = {
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio') ?? cleaner.minCleanableRatio,
    deleteRetentionUs: milliseconds('delete.retention.ms') ?? cleaner.deleteRetentionUs,
    minCompactionLagUs: milliseconds('min.compaction.lag.ms') ?? cleaner.minCompactionLagUs,
    maxCompactionLagUs: milliseconds('max.compaction.lag.ms') ?? cleaner.maxCompactionLagUs,
  };
  const retentionBytes = number('retention.bytes');
  return {
    minInsyncReplicas: number('min.insync.replicas') ?? broker.minInsyncReplicas,
    uncleanLeaderElectionEnable: typeof unclean === 'boolean' ? unclean : broker.uncleanLeaderElectionEnable,
    flushMessages: number('flush.messages') ?? broker.logFlushIntervalMessages,
    flushUs: milliseconds('flush.ms') ?? broker.logFlushIntervalUs,
    segmentBytes: number('segment.bytes') ?? broker.logSegmentBytes,
    segmentUs: milliseconds('segment.ms') ?? broker.logRollUs,
    retentionUs: milliseconds('retention.ms') ?? broker.logRetentionUs,
    retentionBytes: retentionBytes === undefined ? broker.logRetentionBytes : orNever(retentionBytes),
    maxMessageBytes: number('max.message.bytes') ?? broker.messageMaxBytes,
    deletesOldSegments: policy.includes('delete'),
    compaction: policy.includes('compact') ? compaction : null,
  };
}
