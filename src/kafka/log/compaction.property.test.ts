import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Host, Process } from '../../engine/Host.js';
import { Simulation } from '../../engine/Simulation.js';
import { offsetAt, type ProducerBatch, type RecordBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { Log } from './Log.js';
import type { LogConfig } from './LogContext.js';
import { LogManager } from './LogManager.js';

const NEVER = Number.MAX_SAFE_INTEGER;
const CONFIG: LogConfig = {
  segmentBytes: 700,
  segmentUs: NEVER,
  retentionUs: NEVER,
  retentionBytes: NEVER,
  flushMessages: NEVER,
  flushUs: NEVER,
  maxMessageBytes: 1_000_000,
  deletesOldSegments: false,
  compaction: { minCleanableDirtyRatio: 0, deleteRetentionUs: 500_000, minCompactionLagUs: 0, maxCompactionLagUs: NEVER },
};

type Operation =
  | { readonly op: 'put'; readonly producer: number; readonly keys: readonly number[]; readonly tombstone: boolean }
  | { readonly op: 'end'; readonly producer: number; readonly commit: boolean }
  | { readonly op: 'wait'; readonly us: number }
  | { readonly op: 'kill' };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('put' as const),
      // Producer 0 is not idempotent, the others are transactional.
      producer: fc.integer({ min: 0, max: 2 }),
      keys: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
      tombstone: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('end' as const), producer: fc.integer({ min: 1, max: 2 }), commit: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('wait' as const), us: fc.integer({ min: 0, max: 4_000_000 }) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('kill' as const) }) },
);

/** What a reader with read_committed ends up with: by key the last value, null where a tombstone came last. */
type View = Map<string, number | null>;

class Compacted {
  private readonly whole: RecordBatch[] = [];
  private values = 0;
  private readonly simulation: Simulation;
  private readonly host: Host;
  private readonly broker: Process;
  private manager!: LogManager;

  constructor(seed: number) {
    this.simulation = new Simulation(`compaction-${seed}`);
    this.host = this.simulation.addHost('b1');
    this.broker = this.simulation.addProcess('broker-1', this.host);
    this.start();
  }

  run(operation: Operation): void {
    if (operation.op === 'put') this.put(operation.producer, operation.keys, operation.tombstone);
    else if (operation.op === 'end') this.end(operation.producer, operation.commit);
    else if (operation.op === 'wait') this.simulation.scheduler.runUntil(this.simulation.nowUs + operation.us);
    else {
      this.simulation.kill(this.broker);
      this.start();
    }
  }

  check(): void {
    const { log } = this;
    const held: RecordBatch[] = [];
    log.forEachBatch((batch) => held.push(batch));
    let before = -1;
    for (const batch of held) {
      batch.records.forEach((_, i) => {
        expect(offsetAt(batch, i)).toBeGreaterThan(before);
        before = offsetAt(batch, i);
      });
    }
    const stable = log.lastStableOffset;
    const expected = viewOf(this.whole, stable, (producerId, offset) => this.endOf(producerId, offset)?.commit === false);
    const aborted = log.abortedTransactions(0, stable);
    const actual = viewOf(held, stable, consumerFilter(held, aborted));
    for (const [key, value] of expected) {
      if (value === null) expect(actual.get(key) ?? null).toBeNull();
      else expect(actual.get(key)).toBe(value);
    }
    for (const key of actual.keys()) expect(expected.has(key)).toBe(true);
    for (const producerId of [1, 2]) expect(log.producers.get(producerId)?.lastSequence ?? -1).toBe(this.lastSequenceOf(producerId));
  }

  private get log(): Log {
    return this.manager.getOrCreate(topicPartition(this.simulation.bus.names, 'accounts', 0));
  }

  private put(producer: number, keys: readonly number[], tombstone: boolean): void {
    const timestampMs = this.host.clock.wallMs();
    const records = keys.map((key) => {
      const plain = { key: `k${key}`, value: ++this.values, timestampMs, sizeBytes: 20 };
      return tombstone ? { ...plain, payload: null } : plain;
    });
    const size = { sizeBytes: 61 + 27 * records.length, records };
    if (producer === 0) this.append({ producerId: -1, producerEpoch: -1, baseSequence: -1, ...size });
    else {
      const baseSequence = this.lastSequenceOf(producer) + 1;
      this.append({ producerId: producer, producerEpoch: 0, baseSequence, isTransactional: true, ...size });
    }
  }

  private end(producerId: number, commit: boolean): void {
    const records = [{ key: null, value: -1, timestampMs: this.host.clock.wallMs(), sizeBytes: 10 }];
    this.append({ producerId, producerEpoch: 0, baseSequence: -1, control: { commit, coordinatorEpoch: 0 }, sizeBytes: 78, records });
  }

  private append(batch: ProducerBatch): void {
    const placed = this.log.appendAsLeader(batch, 0, this.host.clock.wallMs());
    if (placed === null) throw new Error('the disk refused');
    this.whole.push(placed);
    this.log.updateHighWatermark(this.log.logEndOffset);
    this.manager.checkpointHighWatermarks();
  }

  private lastSequenceOf(producerId: number): number {
    const batches = this.whole.filter((batch) => batch.producerId === producerId && batch.control === null);
    const last = batches[batches.length - 1];
    return last === undefined ? -1 : last.baseSequence + last.records.length - 1;
  }

  private endOf(producerId: number, offset: number): { readonly commit: boolean } | null {
    return (
      this.whole.find((batch) => batch.control !== null && batch.producerId === producerId && batch.baseOffset > offset)?.control ?? null
    );
  }

  private start(): void {
    this.simulation.start(this.broker, () => {
      this.manager = new LogManager(this.simulation, this.host, 1, () => CONFIG, {
        cleanerBackoffUs: 1_000_000,
        producerIdExpirationUs: NEVER,
      });
      this.manager.load();
      this.manager.startTasks(this.broker);
      this.log.updateHighWatermark(this.log.logEndOffset);
    });
  }
}

function viewOf(batches: readonly RecordBatch[], end: number, isAborted: (producerId: number, offset: number) => boolean): View {
  const view: View = new Map();
  for (const batch of batches) {
    if (batch.control !== null || batch.baseOffset >= end) continue;
    if (batch.isTransactional && isAborted(batch.producerId, batch.baseOffset)) continue;
    for (const record of batch.records) view.set(String(record.key), record.payload === null ? null : record.value);
  }
  return view;
}

/** As a consumer does it: from a transaction's first offset to its producer's abort marker nothing counts. */
function consumerFilter(
  batches: readonly RecordBatch[],
  aborted: readonly { readonly producerId: number; readonly firstOffset: number }[],
): (producerId: number, offset: number) => boolean {
  const skipped = new Set<number>();
  const open = new Set<number>();
  let next = 0;
  for (const batch of batches) {
    for (; next < aborted.length && (aborted[next]?.firstOffset ?? 0) <= batch.lastOffset; next++)
      open.add(aborted[next]?.producerId ?? -1);
    if (batch.control !== null && !batch.control.commit && batch.records.length > 0) open.delete(batch.producerId);
    else if (batch.isTransactional && open.has(batch.producerId)) skipped.add(batch.baseOffset);
  }
  return (_producerId, offset) => skipped.has(offset);
}

it('a compacted log tells a read_committed reader the same last values as the whole log, across restarts', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 5, maxLength: 100 }), fc.nat(), (operations, seed) => {
      const compacted = new Compacted(seed);
      for (const next of operations) {
        compacted.run(next);
        compacted.check();
      }
    }),
    { numRuns: 150, seed: 20_240_101 },
  );
});
