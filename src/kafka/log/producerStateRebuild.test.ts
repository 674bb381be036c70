import { beforeEach, describe, expect, it } from 'vitest';
import type { Host, Process } from '../../engine/Host.js';
import { Simulation } from '../../engine/Simulation.js';
import { PRESETS } from '../protocol/features.js';
import { placeBatch, type ProducerBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';
import { producerStateDropped } from './events.js';
import type { Log } from './Log.js';
import type { LogConfig } from './LogContext.js';
import { LogManager } from './LogManager.js';
import type { ProducerStateFeatures } from './ProducerStateManager.js';

const NEVER = Number.MAX_SAFE_INTEGER;
const CONFIG: LogConfig = {
  segmentBytes: 1_000_000,
  segmentUs: NEVER,
  retentionUs: NEVER,
  retentionBytes: 0,
  flushMessages: NEVER,
  flushUs: NEVER,
  maxMessageBytes: 1_000_000,
  deletesOldSegments: true,
  compaction: null,
};

let simulation: Simulation;
let host: Host;
let broker: Process;
let manager: LogManager;
let dropped: string[];

function begin(features: Partial<ProducerStateFeatures> = {}): void {
  simulation = new Simulation('producers');
  host = simulation.addHost('b1');
  broker = simulation.addProcess('broker-1', host);
  dropped = [];
  const { bus } = simulation;
  bus.subscribe(
    (_type, _timeUs, _broker, _partition, id, reason) => void dropped.push(`${id} ${bus.names.text(reason)}`),
    [producerStateDropped],
  );
  start(features);
}

function start(features: Partial<ProducerStateFeatures> = {}): void {
  simulation.start(broker, () => {
    const options = {
      features: { ...PRESETS['3.9'], ...features },
      producerIdExpirationUs: 60_000_000,
      producerIdExpirationCheckIntervalUs: 10_000_000,
    };
    manager = new LogManager(simulation, host, 1, () => CONFIG, options);
    manager.load();
    manager.startTasks(broker);
  });
}

beforeEach(() => begin());

function log(): Log {
  return manager.getOrCreate(topicPartition(simulation.bus.names, 'orders', 0));
}

function batch(producerId: number, baseSequence: number): ProducerBatch {
  const records = [{ key: null, value: baseSequence, timestampMs: host.clock.wallMs(), sizeBytes: 10 }];
  return { producerId, producerEpoch: 0, baseSequence, sizeBytes: 78, records };
}

function append(producerId: number, baseSequence: number): void {
  expect(log().appendAsLeader(batch(producerId, baseSequence), 0, host.clock.wallMs())).not.toBeNull();
}

function known(): (readonly [number, number])[] {
  return [...log().producers.all()].map((entry) => [entry.producerId, entry.lastSequence] as const);
}

describe('Producer state after a restart', () => {
  it('comes from the log, or from nowhere when that condition is off', () => {
    for (const producerStateRecovery of [true, false]) {
      begin({ producerStateRecovery });
      append(7, 0);
      append(7, 1);
      simulation.kill(broker);
      start({ producerStateRecovery });
      expect(known()).toEqual(producerStateRecovery ? [[7, 1]] : []);
    }
  });

  it('comes from the snapshot of a clean shutdown even for producers whose records are gone', () => {
    append(7, 0);
    log().roll(host.clock.wallMs());
    append(8, 0);
    log().updateHighWatermark(2);
    log().advanceLogStart(1, 'test');
    manager.shutDownCleanly(1);
    simulation.kill(broker);
    start();
    expect(log().logStartOffset).toBe(1);
    expect(known()).toEqual([
      [7, 0],
      [8, 0],
    ]);
  });

  it('does not trust a snapshot of records that the power took', () => {
    append(7, 0);
    log().flush();
    append(7, 1);
    log().roll(host.clock.wallMs());
    simulation.losePower(host, 'none');
    simulation.boot(host);
    start();
    expect([log().logEndOffset, known()]).toEqual([1, [[7, 0]]]);
    append(7, 1);
    expect(known()).toEqual([[7, 1]]);
  });

  it('knows of a producer’s older batches only what was appended since the snapshot, as in Kafka', () => {
    for (let sequence = 0; sequence < 3; sequence++) append(7, sequence);
    expect(log().producers.findDuplicate(batch(7, 1), 1)).not.toBeNull();
    manager.shutDownCleanly(1);
    simulation.kill(broker);
    start();
    expect(log().producers.findDuplicate(batch(7, 2), 1)?.firstOffset).toBe(2);
    expect(log().producers.findDuplicate(batch(7, 1), 1)).toBeNull();
  });
});

describe('Producer state', () => {
  it('is cut with the log', () => {
    append(7, 0);
    append(7, 1);
    append(8, 0);
    log().truncateTo(1);
    expect(known()).toEqual([[7, 0]]);
    log().truncateFullyAndStartAt(0);
    expect(known()).toEqual([]);
  });

  it('expires when the producer is silent, and says so', () => {
    append(7, 0);
    simulation.scheduler.runUntil(simulation.nowUs + 30_000_000);
    append(8, 0);
    simulation.scheduler.runUntil(simulation.nowUs + 40_000_000);
    expect(dropped).toEqual(['7 expired']);
    expect(known()).toEqual([[8, 0]]);
  });

  it('goes with the records only before KAFKA-7190 (B-46)', () => {
    for (const producerStateOutlivesRecords of [true, false]) {
      begin({ producerStateOutlivesRecords });
      append(7, 0);
      log().updateHighWatermark(1);
      log().roll(host.clock.wallMs());
      log().deleteOldSegments(host.clock.wallMs());
      expect(log().logStartOffset).toBe(1);
      expect(dropped).toEqual(producerStateOutlivesRecords ? [] : ['7 records deleted']);
    }
  });

  it('keeps no follower from copying, except before KAFKA-6003 (B-45)', () => {
    begin({ producerEpochBump: false });
    expect(log().appendAsFollower(placeBatch(batch(7, 3), 0, 0), 0)).toBe('ok');
    begin({ followersTrustSequences: false, producerEpochBump: false });
    expect(log().appendAsFollower(placeBatch(batch(7, 3), 0, 0), 0)).toBe('sequence-refused');
    expect(log().appendAsFollower(placeBatch(batch(7, 0), 0, 0), 0)).toBe('ok');
  });
});
