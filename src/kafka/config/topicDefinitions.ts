/**
 * Every property of a topic. A topic that does not set one takes the broker's.
 *
 * Names, types, defaults, bounds and versions are facts of the Kafka documentation and of the releases 0.8.1 to 3.9.
 */
import { boolean, double, int, list, long, string, LONG_MAX } from './definition.js';
import type { ConfigDefinition } from './definition.js';

export const topicDefinitions: readonly ConfigDefinition[] = [
  list('cleanup.policy', 'delete', {
    oneOf: ['compact', 'delete'],
    effect: 'delete: old segments are deleted; compact: of each key the last record is kept',
  }),
  int('compression.gzip.level', -1, { since: '3.8' }),
  int('compression.lz4.level', 9, { since: '3.8' }),
  string('compression.type', 'producer', { oneOf: ['producer', 'uncompressed', 'zstd', 'lz4', 'snappy', 'gzip'], since: '0.9' }),
  int('compression.zstd.level', 3, { since: '3.8' }),
  long('delete.retention.ms', 86_400_000, { min: 0, effect: 'how long compaction keeps tombstones and markers' }),
  long('file.delete.delay.ms', 60_000, { min: 0 }),
  long('flush.messages', LONG_MAX, { min: 1, effect: 'records appended to a partition before they are flushed to disk' }),
  long('flush.ms', LONG_MAX, { min: 0, effect: 'age of unflushed records at which the flush task flushes them' }),
  list('follower.replication.throttled.replicas', '', { since: '0.10.1' }),
  int('index.interval.bytes', 4096, { min: 0 }),
  list('leader.replication.throttled.replicas', '', { since: '0.10.1' }),
  long('local.retention.bytes', -2, { min: -2, since: '3.0' }),
  long('local.retention.ms', -2, { min: -2, since: '3.0' }),
  long('max.compaction.lag.ms', LONG_MAX, { min: 1, since: '2.3', effect: 'age at which records are compacted in any case' }),
  int('max.message.bytes', 1_048_588, { min: 0, was: [['2.5', 1_000_012]], effect: 'largest record batch a broker accepts' }),
  boolean('message.downconversion.enable', true, { since: '2.0' }),
  string('message.format.version', null, { since: '0.10.0' }),
  long('message.timestamp.after.max.ms', LONG_MAX, { min: 0, since: '3.6' }),
  long('message.timestamp.before.max.ms', LONG_MAX, { min: 0, since: '3.6' }),
  long('message.timestamp.difference.max.ms', LONG_MAX, { min: 0, since: '0.10.0' }),
  string('message.timestamp.type', 'CreateTime', { oneOf: ['CreateTime', 'LogAppendTime'], since: '0.10.0' }),
  double('min.cleanable.dirty.ratio', 0.5, { min: 0, max: 1, effect: 'share of uncompacted bytes from which a log is compacted' }),
  long('min.compaction.lag.ms', 0, { min: 0, since: '0.10.1', effect: 'age below which records are not compacted' }),
  int('min.insync.replicas', 1, { min: 1, since: '0.8.2', effect: 'in-sync replicas a partition needs before acks=all is accepted' }),
  boolean('preallocate', false, { since: '0.9' }),
  boolean('remote.log.copy.disable', false, { since: '3.9' }),
  boolean('remote.log.delete.on.disable', false, { since: '3.9' }),
  boolean('remote.storage.enable', false, { since: '3.0' }),
  long('retention.bytes', -1, { effect: 'size above which the oldest segments of a partition are deleted' }),
  long('retention.ms', 604_800_000, { min: -1, effect: 'age at which a segment is deleted' }),
  int('segment.bytes', 1_073_741_824, { min: 14, effect: 'size at which a segment rolls (and is flushed)' }),
  int('segment.index.bytes', 10_485_760, { min: 4 }),
  long('segment.jitter.ms', 0, { min: 0, since: '0.8.2' }),
  long('segment.ms', 604_800_000, { min: 1, effect: 'age at which a segment rolls' }),
  boolean('unclean.leader.election.enable', false, {
    since: '0.8.2',
    was: [['0.11', true]],
    effect: 'whether a replica outside the ISR may become leader, losing acknowledged records',
  }),
];
