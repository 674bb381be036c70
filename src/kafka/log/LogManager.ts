/**
 * A broker's logs on its one log directory: loading, checkpoints, retention, background flushes and clean shutdown, after Kafka's
 * LogManager. One manager lives as long as one incarnation of the broker; the next one starts from the disk.
 *
 * Leaves out: several log directories, the time that loading takes (the broker may wait between `load` and `startTasks`).
 */
import type { BuggifySite } from '../../engine/Buggify.js';
import type { Host, Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import { cleanerLate, flushLate, highWatermarkCheckpointLate, recoveryPointCheckpointLate } from '../buggifySites.js';
import { PRESETS } from '../protocol/features.js';
import { topicOf } from '../protocol/topicPartition.js';
import { checkpointWritten, cleanShutdownRecorded } from './events.js';
import { EPOCH_CACHE_DEFAULTS } from './LeaderEpochCache.js';
import type { EpochCacheOptions } from './LeaderEpochCache.js';
import type { Log } from './Log.js';
import type { LogConfig, LogContext, LogFeatures } from './LogContext.js';
import { CLEANER_CHECKPOINT, LogCleaner, type CleanerFeatures } from './LogCleaner.js';
import { openLog } from './logLoader.js';
import type { CheckpointedOffsets } from './logLoader.js';
import { parseSegmentPath } from './LogSegment.js';
import { OffsetCheckpoint } from './OffsetCheckpoint.js';
import type { Offsets } from './OffsetCheckpoint.js';
import { parseSnapshotPath } from './ProducerSnapshots.js';
import { logProbes } from './probes.js';

const NEVER = Number.MAX_SAFE_INTEGER;
/** When the site fires. */
const LONGEST_FLUSH_DELAY_US = 1_000_000;

export type LogManagerFeatures = LogFeatures & CleanerFeatures;

/** Broker settings, in microseconds (`Number.MAX_SAFE_INTEGER`: never), and old behaviours. */
export interface LogManagerOptions extends EpochCacheOptions {
  /** replica.high.watermark.checkpoint.interval.ms, default 5 s */
  readonly highWatermarkCheckpointIntervalUs: number;
  /** log.flush.offset.checkpoint.interval.ms, default 60 s */
  readonly recoveryPointCheckpointIntervalUs: number;
  /** log.flush.start.offset.checkpoint.interval.ms, default 60 s */
  readonly logStartCheckpointIntervalUs: number;
  /** log.retention.check.interval.ms, default 5 min */
  readonly retentionCheckIntervalUs: number;
  /** log.flush.scheduler.interval.ms, default never: `flush.ms` is without effect then, as in Kafka */
  readonly flushSchedulerIntervalUs: number;
  /** log.initial.task.delay.ms, default 30 s: first run of the tasks above, except the high watermark's */
  readonly initialTaskDelayUs: number;
  /** KAFKA-10471 (2.8): false leaves the clean-shutdown file until loading has ended, so that a crash before makes it a lie (B-81). Default true. */
  readonly deletesCleanFlagFirst: boolean;
  /** Default: those of the newest release. */
  readonly features: LogManagerFeatures;
  /** producer.id.expiration.ms, default 24 h */
  readonly producerIdExpirationUs: number;
  /** producer.id.expiration.check.interval.ms, default 10 min */
  readonly producerIdExpirationCheckIntervalUs: number;
  /** log.cleaner.enable, default true */
  readonly cleanerEnable: boolean;
  /** log.cleaner.backoff.ms, default 15 s */
  readonly cleanerBackoffUs: number;
}

export const LOG_MANAGER_DEFAULTS: LogManagerOptions = {
  ...EPOCH_CACHE_DEFAULTS,
  highWatermarkCheckpointIntervalUs: 5_000_000,
  recoveryPointCheckpointIntervalUs: 60_000_000,
  logStartCheckpointIntervalUs: 60_000_000,
  retentionCheckIntervalUs: 300_000_000,
  flushSchedulerIntervalUs: NEVER,
  initialTaskDelayUs: 30_000_000,
  deletesCleanFlagFirst: true,
  features: PRESETS['3.9'],
  producerIdExpirationUs: 86_400_000_000,
  producerIdExpirationCheckIntervalUs: 600_000_000,
  cleanerEnable: true,
  cleanerBackoffUs: 15_000_000,
};

export interface LoadResult {
  /** The last incarnation shut down cleanly (or a stale file says so, B-81). */
  readonly cleanShutdown: boolean;
  /** The broker epoch that the clean-shutdown file holds, -1 without one (KIP-966). */
  readonly previousBrokerEpoch: number;
}

interface CleanShutdownFile {
  readonly brokerEpoch: number;
}

export class LogManager implements LogContext {
  /** Names of the files of a log directory, as Kafka has them. */
  static readonly paths = {
    highWatermarks: 'replication-offset-checkpoint',
    recoveryPoints: 'recovery-point-offset-checkpoint',
    logStarts: 'log-start-offset-checkpoint',
    firstDirty: CLEANER_CHECKPOINT,
    cleanShutdown: '.kafka_cleanshutdown',
  } as const;

  readonly disk: LogContext['disk'];
  readonly bus: LogContext['bus'];
  readonly probes: LogContext['probes'];
  readonly buggify: LogContext['buggify'];
  readonly features: LogFeatures;
  readonly producerIdExpirationMs: number;
  private readonly cleaner: LogCleaner;

  private readonly options: LogManagerOptions;
  private readonly logs = new Map<number, Log>();
  private readonly highWatermarks: OffsetCheckpoint;
  private readonly recoveryPoints: OffsetCheckpoint;
  private readonly logStarts: OffsetCheckpoint;
  private process: Process | undefined;

  /** @param configOf a topic's configuration, asked when a log is opened. */
  constructor(
    simulation: Simulation,
    private readonly host: Host,
    readonly brokerId: number,
    private readonly configOf: (topic: string) => LogConfig,
    options: Partial<LogManagerOptions> = {},
  ) {
    this.disk = host.disk;
    this.bus = simulation.bus;
    this.probes = simulation.probes;
    this.buggify = simulation.buggify;
    this.options = { ...LOG_MANAGER_DEFAULTS, ...options };
    this.features = this.options.features;
    const { producerIdExpirationUs } = this.options;
    this.producerIdExpirationMs = producerIdExpirationUs === NEVER ? NEVER : Math.floor(producerIdExpirationUs / 1000);
    this.highWatermarks = this.checkpoint(LogManager.paths.highWatermarks, (log) => log.highWatermark);
    this.recoveryPoints = this.checkpoint(LogManager.paths.recoveryPoints, (log) => log.recoveryPoint);
    this.logStarts = this.checkpoint(LogManager.paths.logStarts, (log) => log.logStartOffset);
    this.cleaner = new LogCleaner(this, this.options.features);
  }

  /** Opens every log on the disk, with recovery unless the last incarnation shut down cleanly. Called once, before anything else. */
  load(): LoadResult {
    const cleanFile = this.disk.small<CleanShutdownFile>(LogManager.paths.cleanShutdown).read();
    if (this.options.deletesCleanFlagFirst) this.disk.delete(LogManager.paths.cleanShutdown);
    for (const checkpoint of [this.highWatermarks, this.recoveryPoints, this.logStarts]) {
      if (checkpoint.removeLeftover()) this.probes.hit(logProbes['crash-between-checkpoint-and-rename']);
    }
    const highWatermarks = this.highWatermarks.read();
    const recoveryPoints = this.recoveryPoints.read();
    const logStarts = this.logStarts.read();
    const snapshots = offsetsByPartition(this.disk.paths(''), parseSnapshotPath);
    for (const [name, baseOffsets] of offsetsByPartition(this.disk.logPaths(''), parseSegmentPath)) {
      const partition = this.bus.names.idOf(name);
      const checkpointed = {
        highWatermark: highWatermarks.get(partition),
        recoveryPoint: recoveryPoints.get(partition),
        logStartOffset: logStarts.get(partition),
      };
      this.open(partition, baseOffsets, checkpointed, cleanFile !== undefined, snapshots.get(name));
    }
    return { cleanShutdown: cleanFile !== undefined, previousBrokerEpoch: cleanFile?.brokerEpoch ?? -1 };
  }

  /** Starts the periodic tasks in the broker's process; loading has ended. */
  startTasks(process: Process): void {
    this.process = process;
    if (!this.options.deletesCleanFlagFirst) this.disk.delete(LogManager.paths.cleanShutdown);
    const { options } = this;
    const every = (periodUs: number, task: () => void, firstUs: number): void => {
      if (periodUs < NEVER) process.every(periodUs, task, firstUs);
    };
    const firstUs = options.initialTaskDelayUs;
    const unless =
      (site: BuggifySite, task: () => void): (() => void) =>
      (): void => {
        if (!this.buggify.fires(site)) task();
      };
    const checkpoint = unless(highWatermarkCheckpointLate, () => this.checkpointHighWatermarks());
    every(options.highWatermarkCheckpointIntervalUs, checkpoint, options.highWatermarkCheckpointIntervalUs);
    every(
      options.recoveryPointCheckpointIntervalUs,
      unless(recoveryPointCheckpointLate, () => this.checkpointRecoveryPoints()),
      firstUs,
    );
    every(options.logStartCheckpointIntervalUs, () => this.checkpointLogStartOffsets(), firstUs);
    every(options.retentionCheckIntervalUs, () => this.deleteOldSegments(), firstUs);
    every(options.flushSchedulerIntervalUs, () => this.flushDirtyLogs(process), firstUs);
    const expiryCheckUs = options.producerIdExpirationCheckIntervalUs;
    every(expiryCheckUs, () => this.removeExpiredProducers(), expiryCheckUs);
    const clean = unless(cleanerLate, () => this.cleaner.cleanAll(this.logs.values()));
    if (options.cleanerEnable) every(Math.max(1, options.cleanerBackoffUs), clean, options.cleanerBackoffUs);
  }

  get(partition: number): Log | undefined {
    return this.logs.get(partition);
  }

  /** The partition's log, created empty when there is none. */
  getOrCreate(partition: number): Log {
    const nothing = { highWatermark: undefined, recoveryPoint: undefined, logStartOffset: undefined };
    return this.logs.get(partition) ?? this.open(partition, [], nothing, true);
  }

  /** Removes the partition's log and its files; a missing one is no error. */
  delete(partition: number): void {
    this.logs.get(partition)?.deleteFiles();
    this.cleaner.forget(partition);
    this.logs.delete(partition);
  }

  /** Every log, in order of opening. */
  all(): Iterable<Log> {
    return this.logs.values();
  }

  checkpointHighWatermarks(): void {
    this.write(this.highWatermarks);
  }

  /** The offsets below which everything is flushed: where the next recovery begins. */
  checkpointRecoveryPoints(): void {
    this.write(this.recoveryPoints);
  }

  checkpointLogStartOffsets(): void {
    this.write(this.logStarts);
  }

  /** fsync of every log, at once. False: I/O error. */
  flushAll(): boolean {
    let flushed = true;
    for (const log of this.logs.values()) flushed = log.flush() && flushed;
    return flushed;
  }

  /**
   * Flushes everything, writes all checkpoints and the clean-shutdown file, at once. False when the disk refused a step: the file is not
   * written then, and the next start recovers.
   */
  shutDownCleanly(brokerEpoch: number): boolean {
    if (!this.flushAll()) return false;
    for (const log of this.logs.values()) log.snapshotProducers();
    const written = this.recoveryPoints.writeNow() && this.logStarts.writeNow() && this.highWatermarks.writeNow();
    if (!written || !this.disk.small<CleanShutdownFile>(LogManager.paths.cleanShutdown).replace({ brokerEpoch })) return false;
    this.bus.emit(cleanShutdownRecorded, this.brokerId, brokerEpoch);
    return true;
  }

  /** Retention over all logs. */
  deleteOldSegments(): void {
    for (const log of this.logs.values()) log.deleteOldSegments(this.wallMs());
  }

  private removeExpiredProducers(): void {
    for (const log of this.logs.values()) log.removeExpiredProducers(this.wallMs());
  }

  wallMs(): number {
    return this.host.clock.wallMs();
  }

  flushLater(log: Log, offset: number): void {
    const afterUs = this.disk.flushCostUs() + this.buggify.amount(flushLate, LONGEST_FLUSH_DELAY_US);
    this.process?.after(afterUs, () => this.stillHeld(log) && log.flushUpTo(offset), undefined);
  }

  truncated(log: Log): void {
    this.cleaner.truncated(log);
    if (this.process !== undefined) this.checkpointRecoveryPoints();
  }

  private flushDirtyLogs(process: Process): void {
    const nowMs = this.wallMs();
    for (const log of this.logs.values()) {
      if ((nowMs - log.lastFlushedMs) * 1000 < log.config.flushUs) continue;
      process.after(this.disk.flushCostUs(), () => this.stillHeld(log) && log.flush(), undefined);
    }
  }

  /** A log may be deleted, and its partition created anew, while a flush waits. */
  private stillHeld(log: Log): boolean {
    return this.logs.get(log.partition) === log;
  }

  private open(
    partition: number,
    baseOffsets: readonly number[],
    checkpointed: CheckpointedOffsets,
    clean: boolean,
    snapshotOffsets: readonly number[] = [],
  ): Log {
    const { names } = this.bus;
    const log = openLog(this, this.options, {
      partition,
      name: names.text(partition),
      config: this.configOf(topicOf(names, partition)),
      baseOffsets,
      checkpointed,
      cleanShutdown: clean,
      snapshotOffsets,
    });
    this.logs.set(partition, log);
    return log;
  }

  private write(checkpoint: OffsetCheckpoint): void {
    if (this.process === undefined) checkpoint.writeNow();
    else checkpoint.write(this.process);
  }

  private checkpoint(path: string, offsetOf: (log: Log) => number): OffsetCheckpoint {
    const snapshot = (): Offsets => {
      const offsets = new Map<number, number>();
      for (const log of this.logs.values()) offsets.set(log.partition, offsetOf(log));
      return offsets;
    };
    return new OffsetCheckpoint(this.disk, path, snapshot, (file, partitions) =>
      this.bus.emit(checkpointWritten, this.brokerId, this.bus.names.idOf(file), partitions),
    );
  }
}

interface FileName {
  readonly partitionName: string;
  readonly offset: number;
}

/** Offsets in the names of one sort of files, ascending, by the name of the partition. */
function offsetsByPartition(paths: readonly string[], parse: (path: string) => FileName | undefined): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const path of paths) {
    const parsed = parse(path);
    if (parsed === undefined) continue;
    const offsets = found.get(parsed.partitionName);
    if (offsets === undefined) found.set(parsed.partitionName, [parsed.offset]);
    else offsets.push(parsed.offset);
  }
  for (const offsets of found.values()) offsets.sort((a, b) => a - b);
  return found;
}
