import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Host, Process } from '../../engine/Host.js';
import { Simulation } from '../../engine/Simulation.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { Log } from './Log.js';
import type { LogConfig } from './LogContext.js';
import { LogManager } from './LogManager.js';

const NEVER = Number.MAX_SAFE_INTEGER;
const CONFIG: LogConfig = {
  segmentBytes: 500,
  segmentUs: NEVER,
  retentionUs: NEVER,
  retentionBytes: 900,
  flushMessages: NEVER,
  flushUs: NEVER,
  maxMessageBytes: 1_000_000,
  deletesOldSegments: true,
  compaction: null,
};

interface ModelBatch {
  readonly base: number;
  readonly last: number;
  readonly epoch: number;
  readonly value: number;
}

type Operation =
  | { readonly op: 'append'; readonly records: number; readonly newEpoch: boolean }
  | { readonly op: 'truncate' | 'commit'; readonly share: number }
  | { readonly op: 'retention' | 'flush' | 'kill' | 'clean-restart' | 'power-loss' | 'checkpoint' | 'wait' };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ op: fc.constant('append' as const), records: fc.integer({ min: 1, max: 4 }), newEpoch: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constantFrom('truncate' as const, 'commit' as const), share: fc.integer({ min: 0, max: 100 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constantFrom(
        ...(['retention', 'flush', 'kill', 'clean-restart', 'power-loss', 'checkpoint', 'wait'] as const satisfies Operation['op'][]),
      ),
    }),
  },
);

/** A log on a simulated disk beside the plainest thing that could be one: an array. */
class Pair {
  batches: ModelBatch[] = [];
  end = 0;
  flushed = 0;
  epoch = 0;
  private values = 0;
  private readonly simulation: Simulation;
  private readonly host: Host;
  private readonly broker: Process;
  private readonly partition: number;
  private manager!: LogManager;

  constructor(seed: number) {
    this.simulation = new Simulation(`log-property-${seed}`);
    this.host = this.simulation.addHost('b1');
    this.broker = this.simulation.addProcess('broker-1', this.host);
    this.partition = topicPartition(this.simulation.bus.names, 'orders', 0);
    this.start();
  }

  get log(): Log {
    return this.manager.getOrCreate(this.partition);
  }

  run(operation: Operation): void {
    const { log } = this;
    if (operation.op === 'append') this.append(operation.records, operation.newEpoch);
    else if (operation.op === 'truncate') this.truncate(log.logStartOffset + scaled(operation.share, this.end - log.logStartOffset));
    else if (operation.op === 'commit') log.updateHighWatermark(scaled(operation.share, this.end));
    else if (operation.op === 'retention') this.checkRetention();
    else if (operation.op === 'flush') {
      expect(log.flush()).toBe(true);
      this.flushed = this.end;
    } else if (operation.op === 'checkpoint') {
      this.manager.checkpointHighWatermarks();
      this.manager.checkpointRecoveryPoints();
      this.manager.checkpointLogStartOffsets();
    } else if (operation.op === 'wait') {
      this.simulation.scheduler.runUntil(this.simulation.nowUs + 1_500);
    } else this.restart(operation.op);
  }

  check(): void {
    const { log } = this;
    expect(log.logEndOffset).toBe(this.end);
    expect(log.highWatermark).toBeGreaterThanOrEqual(log.logStartOffset);
    expect(log.highWatermark).toBeLessThanOrEqual(log.logEndOffset);
    expect(log.recoveryPoint).toBeLessThanOrEqual(log.logEndOffset);
    const read = log.read(log.logStartOffset, NEVER, NEVER).map((batch) => [batch.baseOffset, batch.leaderEpoch, batch.records[0]?.value]);
    const held = this.batches.filter((batch) => batch.last >= log.logStartOffset);
    expect(read).toEqual(held.map((batch) => [batch.base, batch.epoch, batch.value]));
    for (const batch of held) {
      const offset = Math.max(batch.base, log.logStartOffset);
      expect(log.epochAt(offset)).toBe(batch.epoch);
      expect(log.epochs.epochForOffset(offset)).toBe(batch.epoch);
      expect(log.batchAt(batch.last)?.baseOffset).toBe(batch.base);
    }
  }

  private append(count: number, newEpoch: boolean): void {
    if (newEpoch) this.epoch++;
    const value = ++this.values;
    const record = { key: null, value, timestampMs: 0, sizeBytes: 100 };
    const records = Array.from({ length: count }, () => record);
    const batch = { producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes: 100 * count, records };
    expect(this.log.appendAsLeader(batch, this.epoch, 0)?.baseOffset).toBe(this.end);
    this.batches.push({ base: this.end, last: this.end + count - 1, epoch: this.epoch, value });
    this.end += count;
  }

  private truncate(offset: number): void {
    this.cut(this.batches.filter((batch) => batch.last < offset).length, Math.max(this.log.segments[0]?.baseOffset ?? 0, 0));
    this.epoch++;
    expect(this.log.truncateTo(offset)).toBe(this.end);
  }

  private checkRetention(): void {
    const before = this.log.logStartOffset;
    const start = this.log.deleteOldSegments(0);
    expect(start).toBeGreaterThanOrEqual(before);
    expect(start).toBeLessThanOrEqual(this.log.highWatermark);
    if (start > before) expect(this.log.sizeBytes).toBeGreaterThanOrEqual(CONFIG.retentionBytes);
    this.batches = this.batches.filter((batch) => batch.last >= start);
  }

  private restart(how: 'kill' | 'clean-restart' | 'power-loss'): void {
    if (how === 'clean-restart') {
      expect(this.manager.shutDownCleanly(1)).toBe(true);
      this.flushed = this.end;
    }
    if (how === 'power-loss') {
      this.simulation.losePower(this.host, 'random');
      this.simulation.boot(this.host);
    } else this.simulation.kill(this.broker);
    const highWatermark = this.log.highWatermark;
    const start = this.log.logStartOffset;
    this.start();
    if (how === 'clean-restart') expect([this.log.highWatermark, this.log.logStartOffset]).toEqual([highWatermark, start]);
    if (how === 'power-loss') this.loseTail();
  }

  /** Power loss may take any whole batches from the end, but nothing that was flushed. */
  private loseTail(): void {
    const end = this.log.logEndOffset;
    expect(end).toBeGreaterThanOrEqual(this.flushed);
    expect(end === this.end || this.batches.some((batch) => batch.base === end)).toBe(true);
    this.cut(this.batches.filter((batch) => batch.last < end).length, end);
    this.flushed = this.end;
  }

  private cut(keep: number, endWhenEmpty: number): void {
    if (keep === this.batches.length) return;
    this.end = this.batches[keep]?.base ?? endWhenEmpty;
    this.batches.length = keep;
    this.flushed = Math.min(this.flushed, this.end);
  }

  private start(): void {
    this.simulation.start(this.broker, () => {
      this.manager = new LogManager(this.simulation, this.host, 1, () => CONFIG);
      this.manager.load();
      this.manager.startTasks(this.broker);
    });
  }
}

function scaled(share: number, size: number): number {
  return Math.floor((share * size) / 100);
}

it('a log behaves like an array of batches, whatever is appended, truncated, deleted, flushed or crashed', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 5, maxLength: 60 }), fc.nat(), (operations, seed) => {
      const pair = new Pair(seed);
      for (const operation of operations) {
        pair.run(operation);
        pair.check();
      }
    }),
    { numRuns: 300, seed: 20_240_101 },
  );
});
