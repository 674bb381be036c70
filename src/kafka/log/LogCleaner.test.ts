import { beforeEach, describe, expect, it } from 'vitest';
import type { Host, Process } from '../../engine/Host.js';
import { Simulation } from '../../engine/Simulation.js';
import { PRESETS } from '../protocol/features.js';
import { offsetAt, type ProducerBatch, type Record } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { CompactionConfig } from '../config/TopicConfig.js';
import { recordsCompacted } from './events.js';
import type { Log } from './Log.js';
import type { LogConfig } from './LogContext.js';
import { LogManager } from './LogManager.js';

const NEVER = Number.MAX_SAFE_INTEGER;
const BACKOFF_US = 1_000_000;
const RETENTION_US = 10_000_000;

let compaction: CompactionConfig;
let simulation: Simulation;
let host: Host;
let broker: Process;
let manager: LogManager;
let keepsMarkers: boolean;

function config(): LogConfig {
  return {
    segmentBytes: 1_000_000,
    segmentUs: NEVER,
    retentionUs: 1,
    retentionBytes: 1,
    flushMessages: NEVER,
    flushUs: NEVER,
    maxMessageBytes: 1_000_000,
    deletesOldSegments: false,
    compaction,
  };
}

function start(): void {
  simulation.start(broker, () => {
    const features = { ...PRESETS['3.9'], compactionKeepsMarkers: keepsMarkers };
    manager = new LogManager(simulation, host, 1, config, { cleanerBackoffUs: BACKOFF_US, features });
    manager.load();
    manager.startTasks(broker);
  });
}

function begin(changed: Partial<CompactionConfig> = {}, markers = true): void {
  compaction = { minCleanableDirtyRatio: 0, deleteRetentionUs: RETENTION_US, minCompactionLagUs: 0, maxCompactionLagUs: NEVER, ...changed };
  keepsMarkers = markers;
  simulation = new Simulation('cleaner');
  host = simulation.addHost('b1');
  broker = simulation.addProcess('broker-1', host);
  start();
}

beforeEach(() => begin());

function log(): Log {
  return manager.getOrCreate(topicPartition(simulation.bus.names, 'accounts', 0));
}

function record(key: string, tombstone = false): Record {
  const plain = { key, value: 1, timestampMs: host.clock.wallMs(), sizeBytes: 10 };
  return tombstone ? { ...plain, payload: null } : plain;
}

function put(keys: string, batch: Partial<ProducerBatch> = {}): void {
  const records = [...keys].map((key) => (key === key.toLowerCase() ? record(key) : record(key.toLowerCase(), true)));
  append({ producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes: 61 + 17 * records.length, records, ...batch });
}

function mark(producerId: number, commit: boolean, producerEpoch = 0): void {
  const records = [{ ...record('-'), key: null }];
  append({ producerId, producerEpoch, baseSequence: -1, control: { commit, coordinatorEpoch: 0 }, sizeBytes: 78, records });
}

function append(batch: ProducerBatch): void {
  expect(log().appendAsLeader(batch, 0, host.clock.wallMs())).not.toBeNull();
  log().updateHighWatermark(log().logEndOffset);
}

/** Rolls, so that everything so far may be cleaned, and lets the cleaner come by. */
function clean(afterUs = 0): void {
  log().roll(host.clock.wallMs());
  put('z');
  simulation.scheduler.runUntil(simulation.nowUs + afterUs + BACKOFF_US + 1);
}

/** `key@offset` of the records below the active segment; a marker shows as commit or abort. */
function held(): string[] {
  const found: string[] = [];
  log().forEachBatch((batch) => {
    batch.records.forEach((kept, i) => {
      const name = batch.control === null ? String(kept.key) : batch.control.commit ? 'commit' : 'abort';
      if (name !== 'z') found.push(`${name}@${offsetAt(batch, i)}`);
    });
  });
  return found;
}

/** All that is known of producers then comes from the log. */
function restartWithoutSnapshots(): void {
  simulation.kill(broker);
  for (const path of host.disk.paths('')) if (path.endsWith('.snapshot')) host.disk.delete(path);
  start();
}

describe('Compaction', () => {
  it('keeps the last record of every key, where it was, and says what it removed', () => {
    const removed: number[] = [];
    simulation.bus.subscribe((_type, _timeUs, _broker, _partition, _from, _to, count) => void removed.push(count), [recordsCompacted]);
    put('ab');
    put('ac');
    put('b');
    clean();
    expect(held()).toEqual(['a@2', 'c@3', 'b@4']);
    expect(removed).toEqual([2]);
    put('a');
    clean();
    expect(held()).toEqual(['c@3', 'b@4', 'a@6']);
  });

  it('leaves the active segment alone, and what a transaction or the high watermark has not decided', () => {
    put('aaa');
    simulation.scheduler.runUntil(simulation.nowUs + 2 * BACKOFF_US);
    expect(held()).toHaveLength(3);
    begin();
    put('aa');
    put('a', { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true });
    put('a');
    clean();
    expect(held()).toHaveLength(4);
    mark(7, true);
    clean();
    expect(held()).toEqual(['a@3', 'commit@5']);
  });

  it('reads across gaps, batch by batch and from inside a gap', () => {
    for (let i = 0; i < 5; i++) put('a');
    put('b');
    put('a');
    clean();
    expect(held()).toEqual(['b@5', 'a@6']);
    expect(
      log()
        .read(0, NEVER, 7)
        .map((batch) => batch.lastOffset),
    ).toEqual([5, 6]);
    expect(
      log()
        .read(3, 1, 7)
        .map((batch) => batch.lastOffset),
    ).toEqual([5]);
    expect(log().logEndOffset).toBe(8);
  });

  it('keeps a tombstone for delete.retention.ms after it first met it', () => {
    put('a');
    put('A');
    clean();
    expect(held()).toEqual(['a@1']);
    clean(RETENTION_US);
    expect(held()).toEqual(['a@1']);
    clean();
    expect(held()).toEqual([]);
  });

  it('drops aborted records, which supersede nothing, and their marker once it ends nothing', () => {
    put('a');
    put('ab', { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true });
    mark(7, false);
    put('q', { producerId: 7, producerEpoch: 0, baseSequence: 2, isTransactional: true });
    mark(7, true);
    clean();
    expect(held()).toEqual(['a@0', 'abort@3', 'q@4', 'commit@5']);
    expect(log().abortedTransactions(0, 5)).toEqual([{ producerId: 7, firstOffset: 1 }]);
    clean(RETENTION_US);
    clean(RETENTION_US);
    clean();
    expect(held()).toEqual(['a@0', 'q@4', 'commit@5']);
    // Without its marker a reader would skip the producer's records for ever.
    expect(log().abortedTransactions(0, 5)).toEqual([]);
  });

  it('leaves the last batch of a producer, so that its sequence goes on after a restart', () => {
    put('a', { producerId: 7, producerEpoch: 0, baseSequence: 0 });
    put('a', { producerId: 7, producerEpoch: 0, baseSequence: 1 });
    put('a');
    clean();
    expect(held()).toEqual(['a@2']);
    restartWithoutSnapshots();
    expect(log().producers.get(7)?.lastSequence).toBe(1);
    expect(held()).toEqual(['a@2']);
    expect(log().logEndOffset).toBe(4);
  });

  it('leaves the marker that began a producer’s epoch, as long as the epoch has no records', () => {
    put('a', { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true });
    mark(7, false, 1);
    clean(RETENTION_US);
    clean(RETENTION_US);
    clean();
    expect(held()).toEqual([]);
    restartWithoutSnapshots();
    expect(log().producers.get(7)?.producerEpoch).toBe(1);
    expect(log().lastStableOffset).toBe(log().highWatermark);
  });

  it('took a marker for a record with its key before KAFKA-14055, and leaves the transaction open for a reader of the log (B-54)', () => {
    for (const markers of [true, false]) {
      begin({}, markers);
      put('k', { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true });
      mark(7, true);
      put('1');
      clean();
      expect(held()).toEqual(markers ? ['k@0', 'commit@1', '1@2'] : ['k@0', '1@2']);
    }
  });

  it('waits for enough to clean, for the lag that was asked for, and no longer than the longest', () => {
    begin({ minCleanableDirtyRatio: 0.9 });
    put('abcdefgh');
    clean();
    put('a');
    clean();
    expect(held()).toContain('a@0');
    begin({ minCompactionLagUs: 5_000_000 });
    put('aa');
    clean();
    expect(held()).toHaveLength(2);
    clean(5_000_000);
    expect(held()).toEqual(['a@1']);
    begin({ minCleanableDirtyRatio: 0.9, maxCompactionLagUs: 5_000_000 });
    put('abcdefgh');
    clean();
    put('a');
    clean();
    expect(held()).toContain('a@0');
    clean(5_000_000);
    expect(held()).not.toContain('a@0');
  });

  it('comes back after a power loss: what was cleaned stays clean, in order and without loss', () => {
    for (let i = 0; i < 4; i++) put('ab');
    clean();
    expect(held()).toEqual(['a@6', 'b@7']);
    simulation.losePower(host, 'none');
    simulation.boot(host);
    start();
    expect(held()).toEqual(['a@6', 'b@7']);
    expect(log().logEndOffset).toBe(8);
    put('a');
    clean();
    expect(held()).toEqual(['b@7', 'a@8']);
  });

  it('does not delete by age what is to be compacted', () => {
    put('a');
    clean();
    expect(log().deleteOldSegments(host.clock.wallMs() + 1e9)).toBe(0);
  });
});
