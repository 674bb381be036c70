import { logProbes } from './probes.js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TailSurvival } from '../../engine/Disk.js';
import { EventRecorder } from '../../engine/events.js';
import type { Host, Process } from '../../engine/Host.js';
import { Simulation } from '../../engine/Simulation.js';
import type { RecordBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { Log } from './Log.js';
import type { LogConfig } from './LogContext.js';
import { LogManager } from './LogManager.js';
import type { LoadResult, LogManagerOptions } from './LogManager.js';

const NEVER = Number.MAX_SAFE_INTEGER;
const CONFIG: LogConfig = {
  segmentBytes: 300,
  segmentUs: NEVER,
  retentionUs: NEVER,
  retentionBytes: NEVER,
  flushMessages: NEVER,
  flushUs: 1_000_000,
  maxMessageBytes: 1_000_000,
  deletesOldSegments: true,
  compaction: null,
};

let simulation: Simulation;
let host: Host;
let broker: Process;
let manager: LogManager;
let recorder: EventRecorder;
let partition: number;

beforeEach(() => {
  simulation = new Simulation('log-manager');
  recorder = new EventRecorder(simulation.bus);
  host = simulation.addHost('b1');
  broker = simulation.addProcess('broker-1', host);
  partition = topicPartition(simulation.bus.names, 'orders', 0);
  start();
});

function start(options: Partial<LogManagerOptions> = {}, tasks = true): LoadResult {
  let result: LoadResult = { cleanShutdown: false, previousBrokerEpoch: -1 };
  simulation.start(broker, () => {
    manager = new LogManager(simulation, host, 1, () => CONFIG, options);
    result = manager.load();
    if (tasks) manager.startTasks(broker);
  });
  return result;
}

function losePower(survival: TailSurvival): void {
  simulation.losePower(host, survival);
  simulation.boot(host);
}

/** Appends so many batches of one record, 100 bytes each. */
function append(count: number, epoch = 0): Log {
  const log = manager.getOrCreate(partition);
  for (let i = 0; i < count; i++) {
    const record = { key: null, value: log.logEndOffset, timestampMs: host.clock.wallMs(), sizeBytes: 100 };
    const batch = { producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes: 100, records: [record] };
    expect(log.appendAsLeader(batch, epoch, host.clock.wallMs())).not.toBeNull();
  }
  return log;
}

function runFor(us: number): void {
  const until = simulation.nowUs + us;
  simulation.scheduler.runUntil(until);
}

function reopened(): Log {
  const log = manager.get(partition);
  if (log === undefined) throw new Error('orders-0 was not found on the disk');
  return log;
}

function howRecovered(): unknown {
  return recorder
    .slice()
    .filter((event) => event.type === 'log-recovered')
    .pop()?.fields['how'];
}

describe('After a process kill', () => {
  it('the page cache still holds the log; the high watermark is the checkpointed one', () => {
    const log = append(4);
    log.updateHighWatermark(2);
    runFor(5_100_000);
    log.updateHighWatermark(4);
    simulation.kill(broker);
    expect(start().cleanShutdown).toBe(false);
    expect([reopened().logEndOffset, reopened().highWatermark]).toEqual([4, 2]);
    expect(howRecovered()).toBe('unclean');
    expect(simulation.probes.count(logProbes['unclean-recovery'])).toBe(1);
  });

  it('without a checkpoint the high watermark is the log start', () => {
    append(4).updateHighWatermark(4);
    simulation.kill(broker);
    start();
    expect(reopened().highWatermark).toBe(0);
  });

  it('between temporary file and rename the old checkpoint stands', () => {
    const log = append(4);
    log.updateHighWatermark(1);
    runFor(5_100_000);
    log.updateHighWatermark(4);
    runFor(4_900_500);
    simulation.kill(broker);
    start();
    expect(reopened().highWatermark).toBe(1);
    expect(simulation.probes.count(logProbes['crash-between-checkpoint-and-rename'])).toBe(1);
  });
});

describe('After power loss', () => {
  it('what was not flushed is gone, and the epochs with it', () => {
    const log = append(2);
    log.flush();
    append(3, 1);
    losePower('none');
    start();
    expect([reopened().logEndOffset, reopened().epochs.latestEpoch()]).toEqual([2, 0]);
  });

  it('rolled segments are on the disk once the background flush had its time, not before', () => {
    append(4);
    losePower('none');
    start();
    expect(reopened().logEndOffset).toBe(0);
    append(4);
    runFor(10_000);
    losePower('none');
    start();
    expect(reopened().logEndOffset).toBe(3);
  });

  it('a torn batch is cut off, with every later segment', () => {
    const log = append(8);
    (log.segments[1] as (typeof log.segments)[number]).file.rot(1);
    simulation.kill(broker);
    start();
    expect(reopened().logEndOffset).toBe(4);
    expect(reopened().segments.map((segment) => segment.baseOffset)).toEqual([0, 3]);
    expect(howRecovered()).toBe('corrupt-tail-truncated');
    expect(simulation.probes.count(logProbes['recovery-truncated-corrupt-tail'])).toBe(1);
    append(1, 2);
    expect(reopened().batchAt(4)?.leaderEpoch).toBe(2);
  });

  it('a hole between two segments ends the log', () => {
    const log = append(8);
    (log.segments[1] as (typeof log.segments)[number]).file.truncate(1);
    simulation.kill(broker);
    start();
    expect(reopened().logEndOffset).toBe(4);
    expect(simulation.probes.count(logProbes['recovery-closed-hole'])).toBe(1);
  });

  it('damage below the recovery point is not looked for (B-83)', () => {
    const log = append(7);
    log.flush();
    manager.checkpointRecoveryPoints();
    runFor(10_000);
    (log.segments[0] as (typeof log.segments)[number]).file.rot(1);
    simulation.kill(broker);
    start();
    expect(reopened().logEndOffset).toBe(7);
    expect(reopened().batchAt(1)?.crcValid).toBe(false);
  });

  it('a lost epoch file is rebuilt from the scanned batches', () => {
    append(2, 3);
    const log = append(2, 5);
    log.updateHighWatermark(4);
    log.advanceLogStart(1, 'delete-records');
    manager.checkpointLogStartOffsets();
    runFor(2_000);
    host.disk.delete('orders-0/leader-epoch-checkpoint');
    simulation.kill(broker);
    start();
    expect(reopened().epochs.entries()).toEqual([
      { epoch: 3, startOffset: 1 },
      { epoch: 5, startOffset: 2 },
    ]);
  });
});

describe('Clean shutdown', () => {
  it('flushes, keeps the high watermark and skips recovery; the next start is not clean any more', () => {
    append(4).updateHighWatermark(4);
    expect(manager.shutDownCleanly(17)).toBe(true);
    losePower('none');
    expect(start()).toEqual({ cleanShutdown: true, previousBrokerEpoch: 17 });
    expect([reopened().logEndOffset, reopened().highWatermark, reopened().unflushedMessages]).toEqual([4, 4, 0]);
    expect(howRecovered()).toBe('clean');
    simulation.kill(broker);
    expect(start()).toEqual({ cleanShutdown: false, previousBrokerEpoch: -1 });
  });

  it('on a failing disk leaves no clean-shutdown file', () => {
    append(1);
    host.disk.ioError = true;
    expect(manager.shutDownCleanly(17)).toBe(false);
    host.disk.ioError = false;
    simulation.kill(broker);
    expect(start().cleanShutdown).toBe(false);
  });

  it.each([
    ['since KAFKA-10471 a crash while loading leaves no flag behind', true, false, 1],
    ['before, the flag lies and the damaged batch stays in the log (B-81)', false, true, 2],
  ])('%s', (_title, deletesCleanFlagFirst, cleanAgain, logEnd) => {
    const log = append(2);
    manager.shutDownCleanly(1);
    simulation.kill(broker);
    expect(start({ deletesCleanFlagFirst }, false).cleanShutdown).toBe(true);
    (log.segments[0] as (typeof log.segments)[number]).file.rot(1);
    host.disk.delete(LogManager.paths.recoveryPoints);
    simulation.kill(broker);
    expect(start({ deletesCleanFlagFirst }).cleanShutdown).toBe(cleanAgain);
    expect(reopened().logEndOffset).toBe(logEnd);
    simulation.kill(broker);
    expect(start({ deletesCleanFlagFirst }).cleanShutdown).toBe(false);
  });
});

describe('Background work', () => {
  it('checkpoints hold the offsets of the moment, not of later', () => {
    const log = append(4);
    log.updateHighWatermark(2);
    manager.checkpointHighWatermarks();
    log.updateHighWatermark(3);
    manager.checkpointHighWatermarks();
    log.updateHighWatermark(4);
    runFor(1_500);
    const file = host.disk.small<ReadonlyMap<number, number>>(LogManager.paths.highWatermarks);
    expect(file.read()?.get(partition)).toBe(2);
    runFor(1_000);
    expect(file.read()?.get(partition)).toBe(4);
  });

  it('flush.ms works only when the broker has a flush scheduler interval, as in Kafka', () => {
    append(2);
    runFor(120_000_000);
    expect(reopened().unflushedMessages).toBe(2);
    simulation.kill(broker);
    start({ flushSchedulerIntervalUs: 500_000, initialTaskDelayUs: 0 });
    runFor(2_000_000);
    expect(reopened().unflushedMessages).toBe(0);
  });

  it('a truncation brings the recovery point checkpoint down', () => {
    const log = append(2);
    log.flush();
    manager.checkpointRecoveryPoints();
    runFor(2_000);
    log.truncateTo(1);
    runFor(2_000);
    expect(host.disk.small<ReadonlyMap<number, number>>(LogManager.paths.recoveryPoints).read()?.get(partition)).toBe(1);
  });

  it('a deleted partition is gone after a restart, and begins empty when it is created again', () => {
    append(3);
    manager.delete(partition);
    simulation.kill(broker);
    start();
    expect(manager.get(partition)).toBeUndefined();
    expect(manager.getOrCreate(partition).logEndOffset).toBe(0);
    expect(host.disk.usedBytes).toBe(0);
  });

  it('the log start outlives a clean restart, although its segment holds older records', () => {
    const log = append(4);
    log.updateHighWatermark(4);
    log.advanceLogStart(2, 'delete-records');
    manager.shutDownCleanly(1);
    simulation.kill(broker);
    start();
    const batches: RecordBatch[] = [];
    reopened().forEachBatch((batch) => batches.push(batch));
    expect([reopened().logStartOffset, batches.length]).toEqual([2, 4]);
  });
});
