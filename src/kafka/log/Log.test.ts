import { logProbes } from './probes.js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../../engine/Host.js';
import { Simulation } from '../../engine/Simulation.js';
import { damageBatch, placeBatch } from '../protocol/records.js';
import type { ProducerBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { Log } from './Log.js';
import type { LogConfig } from './LogContext.js';
import { LogManager } from './LogManager.js';

const NEVER = Number.MAX_SAFE_INTEGER;
const T0 = 1_704_067_200_000;

let config: LogConfig;
let simulation: Simulation;
let host: Host;
let log: Log;

beforeEach(() => {
  config = {
    segmentBytes: 1_000_000,
    segmentUs: NEVER,
    retentionUs: NEVER,
    retentionBytes: NEVER,
    flushMessages: NEVER,
    flushUs: NEVER,
    maxMessageBytes: 1_000_000,
    deletesOldSegments: true,
    compaction: null,
  };
  simulation = new Simulation('log');
  host = simulation.addHost('b1');
  const manager = new LogManager(simulation, host, 1, () => config);
  manager.load();
  log = manager.getOrCreate(topicPartition(simulation.bus.names, 'orders', 0));
});

/** A batch of `count` records of 100 bytes. */
function batch(count: number, timestampMs = T0): ProducerBatch {
  const records = Array.from({ length: count }, (_, i) => ({ key: null, value: i, timestampMs: timestampMs + i, sizeBytes: 100 }));
  return { producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes: 100 * count, records };
}

function append(count: number, epoch = 0, timestampMs = T0): void {
  expect(log.appendAsLeader(batch(count, timestampMs), epoch, timestampMs)).not.toBeNull();
}

function bases(fromOffset: number, maxBytes: number, upTo: number): number[] {
  return log.read(fromOffset, maxBytes, upTo).map((read) => read.baseOffset);
}

describe('Log appends', () => {
  it('give offsets, move the log end and record a new leader epoch once', () => {
    append(3);
    append(2, 4);
    append(1, 4);
    expect(log.logEndOffset).toBe(6);
    expect(log.epochs.entries()).toEqual([
      { epoch: 0, startOffset: 0 },
      { epoch: 4, startOffset: 3 },
    ]);
    expect([log.epochAt(2), log.epochAt(3), log.epochAt(6)]).toEqual([0, 4, -1]);
    expect(log.lastBatch()?.baseOffset).toBe(5);
  });

  it('of a follower take only an intact batch that begins at the log end', () => {
    const first = placeBatch(batch(2), 0, 3);
    expect(log.appendAsFollower(damageBatch(first), T0)).toBe('corrupt');
    expect(log.appendAsFollower(placeBatch(batch(2), 1, 3), T0)).toBe('out-of-order');
    expect(log.appendAsFollower(first, T0)).toBe('ok');
    expect(log.batchAt(1)).toBe(first);
    expect(log.epochs.latestEpoch()).toBe(3);
  });

  it('change nothing when the disk is full', () => {
    append(1);
    host.disk.full = true;
    expect(log.appendAsLeader(batch(1), 7, T0)).toBeNull();
    expect(log.appendAsFollower(placeBatch(batch(1), 1, 7), T0)).toBe('storage-error');
    expect([log.logEndOffset, log.epochs.latestEpoch()]).toEqual([1, 0]);
  });

  it('ask for a flush at flush.messages', () => {
    log.config = { ...config, flushMessages: 3 };
    append(2);
    expect(log.needsFlush).toBe(false);
    append(1);
    expect(log.needsFlush).toBe(true);
    expect(log.flush()).toBe(true);
    expect([log.needsFlush, log.recoveryPoint]).toEqual([false, 3]);
    append(3);
    host.disk.ioError = true;
    expect(log.flush()).toBe(false);
    expect(log.recoveryPoint).toBe(3);
  });

  it('roll by size and by the age of the records', () => {
    log.config = { ...config, segmentBytes: 500, segmentUs: 1_000_000 };
    append(3);
    append(3);
    append(1, 0, T0 + 900);
    append(1, 0, T0 + 1100);
    expect(log.segments.map((segment) => segment.baseOffset)).toEqual([0, 3, 7]);
    append(9);
    expect(log.segments.map((segment) => segment.baseOffset)).toEqual([0, 3, 7, 8]);
  });
});

describe('Log.read', () => {
  beforeEach(() => {
    log.config = { ...config, segmentBytes: 500 };
    for (let i = 0; i < 6; i++) append(2);
  });

  it('returns whole batches across segments, and the same empty array when there is nothing', () => {
    expect(bases(0, NEVER, 12)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(bases(5, NEVER, 12)).toEqual([4, 6, 8, 10]);
    expect(log.read(12, NEVER, 12)).toBe(log.read(4, NEVER, 4));
  });

  it('keeps below the bound, so that no record at or above a high watermark is seen', () => {
    expect(bases(0, NEVER, 6)).toEqual([0, 2, 4]);
    expect(bases(4, NEVER, 5)).toEqual([]);
  });

  it('keeps within the byte limit, but makes progress', () => {
    expect(bases(2, 400, 12)).toEqual([2, 4]);
    expect(bases(2, 399, 12)).toEqual([2]);
    expect(bases(2, 1, 12)).toEqual([2]);
  });

  it('finds the first record at or after a time', () => {
    append(2, 0, T0 + 50);
    expect(log.offsetForTimestamp(T0)).toEqual({ offset: 0, timestamp: T0 });
    expect(log.offsetForTimestamp(T0 + 2)).toEqual({ offset: 12, timestamp: T0 + 50 });
    expect(log.offsetForTimestamp(T0 + 51)).toEqual({ offset: 13, timestamp: T0 + 51 });
    expect(log.offsetForTimestamp(T0 + 52)).toBeNull();
  });
});

describe('Log.truncateTo', () => {
  beforeEach(() => {
    log.config = { ...config, segmentBytes: 500 };
    for (let i = 0; i < 6; i++) append(2, i);
    log.flush();
    log.updateHighWatermark(10);
  });

  it('removes batches and segments, and brings high watermark, recovery point and epochs down', () => {
    expect(log.truncateTo(6)).toBe(6);
    expect([log.logEndOffset, log.highWatermark, log.recoveryPoint, log.epochs.latestEpoch()]).toEqual([6, 6, 6, 2]);
    append(2, 9);
    expect(bases(0, NEVER, 8)).toEqual([0, 2, 4, 6]);
    expect(log.epochAt(6)).toBe(9);
  });

  it('inside a batch removes the whole batch', () => {
    expect(log.truncateTo(5)).toBe(4);
    expect(log.epochs.latestEpoch()).toBe(1);
  });

  it('leaves the high watermark alone when it is below', () => {
    log.updateHighWatermark(2);
    log.truncateTo(6);
    expect(log.highWatermark).toBe(2);
  });

  it('cleans the epoch cache even when it removes no record (KAFKA-10706)', () => {
    log.epochs.assign(8, log.logEndOffset);
    expect(log.truncateTo(12)).toBe(12);
    expect(log.epochs.latestEpoch()).toBe(5);
  });

  it('below the log start begins anew there', () => {
    log.advanceLogStart(8, 'delete-records');
    log.config = { ...config, retentionUs: 1_000 };
    log.deleteOldSegments(T0);
    expect(log.segments[0]?.baseOffset).toBe(8);
    expect(log.truncateTo(3)).toBe(3);
    expect([log.logStartOffset, log.highWatermark, log.epochs.entries().length]).toEqual([3, 3, 0]);
  });

  it('fully starts again elsewhere', () => {
    log.truncateFullyAndStartAt(100);
    expect([log.logStartOffset, log.logEndOffset, log.highWatermark]).toEqual([100, 100, 100]);
    append(1, 9);
    expect(bases(100, NEVER, 101)).toEqual([100]);
  });
});

describe('Retention', () => {
  beforeEach(() => {
    log.config = { ...config, segmentBytes: 400 };
    for (let i = 0; i < 6; i++) append(2, i, T0 + i * 1000);
  });

  it('by time deletes old segments, but none that reaches the high watermark', () => {
    log.config = { ...log.config, retentionUs: 1_000_000 };
    log.updateHighWatermark(7);
    expect(log.deleteOldSegments(T0 + 100_000)).toBe(4);
    expect(log.epochs.entries()[0]).toEqual({ epoch: 2, startOffset: 4 });
    expect(simulation.probes.count(logProbes['retention-deleted-segment'])).toBe(1);
  });

  it('by time empties a log whose records are all old and committed, after a roll', () => {
    log.config = { ...log.config, retentionUs: 1_000_000 };
    log.updateHighWatermark(12);
    expect(log.deleteOldSegments(T0 + 6001)).toBe(8);
    expect(log.deleteOldSegments(T0 + 100_000)).toBe(12);
    expect(log.segments.map((segment) => segment.baseOffset)).toEqual([12]);
  });

  it('by size keeps at least retention.bytes', () => {
    log.config = { ...log.config, retentionBytes: 500 };
    log.updateHighWatermark(12);
    expect(log.deleteOldSegments(T0)).toBe(4);
    expect(log.sizeBytes).toBe(800);
  });

  it('takes no log start above the high watermark', () => {
    log.updateHighWatermark(6);
    expect(log.advanceLogStart(7, 'delete-records')).toBe(false);
    expect(log.advanceLogStart(5, 'delete-records')).toBe(true);
    expect(log.deleteOldSegments(T0)).toBe(5);
    expect(log.segments[0]?.baseOffset).toBe(4);
  });
});
