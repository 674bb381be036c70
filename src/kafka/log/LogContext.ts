/** What a log needs from around it: its topic's configuration, the broker that holds it, and where it stands when it is opened. */
import type { Disk } from '../../engine/Disk.js';
import type { Buggify } from '../../engine/Buggify.js';
import type { EventBus } from '../../engine/events.js';
import type { Probes } from '../../engine/probes.js';
import type { CompactionConfig } from '../config/TopicConfig.js';
import type { LogSegment } from './LogSegment.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ProducerStateFeatures } from './ProducerStateManager.js';

/** What a log needs of its topic's configuration. `Number.MAX_SAFE_INTEGER` stands for never, or no limit. */
export interface LogConfig {
  /** segment.bytes */
  readonly segmentBytes: number;
  /** segment.ms */
  readonly segmentUs: number;
  /** retention.ms */
  readonly retentionUs: number;
  /** retention.bytes, per partition */
  readonly retentionBytes: number;
  /** flush.messages */
  readonly flushMessages: number;
  /** flush.ms; without effect unless the broker sets log.flush.scheduler.interval.ms */
  readonly flushUs: number;
  /** max.message.bytes; the caller of `appendAsLeader` checks it */
  readonly maxMessageBytes: number;
  /** cleanup.policy has `delete` */
  readonly deletesOldSegments: boolean;
  /** cleanup.policy has `compact`; null: it has not */
  readonly compaction: CompactionConfig | null;
}

/** What a log tells its broker of itself. */
export interface ContextLog {
  readonly partition: number;
  flushUpTo(offset: number): boolean;
}

/** Which of Kafka's behaviours and conditions a log asks for. */
export type LogFeatures = ProducerStateFeatures &
  Pick<KafkaFeatures, 'highWatermarkWithinLog' | 'truncationForgetsEpochs' | 'recoveryScansTail' | 'snapshotsFitLog' | 'rebuildReplaysLog'>;

/** What a log asks of the broker that holds it. */
export interface LogContext {
  readonly brokerId: number;
  readonly disk: Disk;
  readonly bus: EventBus;
  readonly probes: Probes;
  readonly buggify: Buggify;
  readonly features: LogFeatures;
  /** producer.id.expiration.ms; `Number.MAX_SAFE_INTEGER`: never. */
  readonly producerIdExpirationMs: number;
  /** The broker's wall clock, milliseconds since 1970. */
  wallMs(): number;
  /** A segment was rolled: flush everything below `offset` in the background. */
  flushLater(log: ContextLog, offset: number): void;
  /** Records were removed from the end: checkpoint the recovery points soon, so that none points above its log. */
  truncated(log: ContextLog): void;
}

/** Where a log stands when it is opened. */
export interface LogState {
  readonly segments: LogSegment[];
  readonly logStartOffset: number;
  readonly recoveryPoint: number;
  readonly highWatermark: number;
  /** Offsets of its producer-state snapshots, ascending. */
  readonly snapshotOffsets?: readonly number[];
}
