import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Probes } from '../../engine/probes.js';
import type { Host, Process } from '../../engine/Host.js';
import { Simulation } from '../../engine/Simulation.js';
import { PRESETS } from '../protocol/features.js';
import type { ProducerBatch, RecordBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { Log } from './Log.js';
import type { LogConfig } from './LogContext.js';
import { LogManager } from './LogManager.js';
import { ProducerStateManager } from './ProducerStateManager.js';

const NEVER = Number.MAX_SAFE_INTEGER;
const CONFIG: LogConfig = {
  segmentBytes: 400,
  segmentUs: NEVER,
  retentionUs: NEVER,
  retentionBytes: NEVER,
  flushMessages: NEVER,
  flushUs: NEVER,
  maxMessageBytes: 1_000_000,
  deletesOldSegments: true,
  compaction: null,
};

type Operation =
  | {
      readonly op: 'append';
      readonly producer: number;
      readonly count: number;
      readonly kind: 'plain' | 'txn' | 'commit' | 'abort' | 'bump';
    }
  | { readonly op: 'truncate' | 'commit'; readonly share: number }
  | { readonly op: 'flush' | 'kill' | 'clean-restart' | 'power-loss' };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      op: fc.constant('append' as const),
      producer: fc.integer({ min: 0, max: 3 }),
      count: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom('plain' as const, 'txn' as const, 'txn' as const, 'commit' as const, 'abort' as const, 'bump' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constantFrom('truncate' as const, 'commit' as const), share: fc.integer({ min: 0, max: 100 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constantFrom('flush' as const, 'kill' as const, 'clean-restart' as const, 'power-loss' as const) }),
  },
);

class Replica {
  private batches: RecordBatch[] = [];
  private readonly simulation: Simulation;
  private readonly host: Host;
  private readonly broker: Process;
  private manager!: LogManager;

  constructor(seed: number) {
    this.simulation = new Simulation(`producer-state-${seed}`);
    this.host = this.simulation.addHost('b1');
    this.broker = this.simulation.addProcess('broker-1', this.host);
    this.start();
  }

  get log(): Log {
    return this.manager.getOrCreate(topicPartition(this.simulation.bus.names, 'orders', 0));
  }

  run(operation: Operation): void {
    const { log } = this;
    if (operation.op === 'append') this.append(operation.producer, operation.kind, operation.count);
    else if (operation.op === 'truncate') {
      const lowest = log.highWatermark;
      log.truncateTo(lowest + Math.floor(((log.logEndOffset - lowest) * operation.share) / 100));
    } else if (operation.op === 'commit') {
      log.updateHighWatermark(Math.max(log.highWatermark, Math.floor((log.logEndOffset * operation.share) / 100)));
    } else if (operation.op === 'flush') log.flush();
    else this.restart(operation.op);
    this.batches = this.batches.filter((batch) => batch.lastOffset < this.log.logEndOffset);
  }

  /** Against the state that somebody has who read the log from its beginning. */
  check(): void {
    const { log } = this;
    const expected = new ProducerStateManager(PRESETS['3.9'], NEVER, new Probes());
    for (const batch of this.batches) expected.update(batch);
    expected.transactions.replicatedTo(log.highWatermark);
    const known = [...log.producers.all()].map((entry) => entry.producerId).sort((a, b) => a - b);
    expect(known).toEqual([...expected.all()].map((entry) => entry.producerId).sort((a, b) => a - b));
    for (const entry of expected.all()) {
      const actual = log.producers.get(entry.producerId);
      const { batches, ...rest } = entry;
      expect(actual).toMatchObject(rest);
      const kept = actual?.batches ?? [];
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(1, batches.length));
      expect(batches.slice(batches.length - kept.length)).toEqual(kept);
    }
    // A snapshot, as Kafka's, does not say which of the ended transactions wait for the high watermark: only the open ones are sure to hold.
    const open = [...expected.all()].map((entry) => entry.currentTxnFirstOffset).filter((offset) => offset >= 0);
    const actual = log.producers.transactions.firstUnstableOffset;
    if (actual < 0) expect(open).toEqual([]);
    else {
      expect(actual).toBeGreaterThanOrEqual(expected.transactions.firstUnstableOffset);
      expect(actual).toBeLessThanOrEqual(Math.min(NEVER, ...open));
    }
    expect(log.producers.transactions.aborted).toEqual(expected.transactions.aborted);
    expect(log.lastStableOffset).toBeLessThanOrEqual(log.highWatermark);
  }

  private append(producerId: number, kind: 'plain' | 'txn' | 'commit' | 'abort' | 'bump', count: number): void {
    const entry = this.log.producers.get(producerId);
    const open = this.log.producers.hasOngoingTransaction(producerId);
    const epoch = Math.max(0, entry?.producerEpoch ?? 0) + (kind === 'bump' ? 1 : 0);
    const records = Array.from({ length: count }, (_, value) => ({ key: null, value, timestampMs: 0, sizeBytes: 50 }));
    const shape = { producerId, producerEpoch: epoch, sizeBytes: 50 * count, records };
    const marks = kind === 'commit' || kind === 'abort';
    const batch: ProducerBatch = marks
      ? {
          ...shape,
          records: records.slice(0, 1),
          sizeBytes: 50,
          baseSequence: -1,
          control: { commit: kind === 'commit', coordinatorEpoch: count },
        }
      : { ...shape, baseSequence: kind === 'bump' ? 0 : (entry?.lastSequence ?? -1) + 1, isTransactional: open || kind === 'txn' };
    const placed = this.log.appendAsLeader(batch, 0, 0);
    if (placed !== null) this.batches.push(placed);
  }

  private restart(how: 'kill' | 'clean-restart' | 'power-loss'): void {
    if (how === 'clean-restart') expect(this.manager.shutDownCleanly(1)).toBe(true);
    if (how === 'power-loss') {
      this.simulation.losePower(this.host, 'random');
      this.simulation.boot(this.host);
    } else this.simulation.kill(this.broker);
    this.start();
  }

  private start(): void {
    this.simulation.start(this.broker, () => {
      this.manager = new LogManager(this.simulation, this.host, 1, () => CONFIG, { producerIdExpirationUs: NEVER });
      this.manager.load();
      this.manager.startTasks(this.broker);
    });
  }
}

it('producer state rebuilt from the log is the state kept incrementally, whatever is appended, truncated or crashed', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 40 }), fc.nat(), (operations, seed) => {
      const replica = new Replica(seed);
      for (const next of operations) {
        replica.run(next);
        replica.check();
      }
    }),
    { numRuns: 300, seed: 20_240_101 },
  );
});
