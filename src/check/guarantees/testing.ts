/** Ends of runs, written by hand, for the tests of the guarantees' checkers. */
import { becameLeader, logTruncated } from '../../kafka/events.js';
import { offsetCommitted } from '../../kafka/group/events.js';
import { offsetKey } from '../../kafka/protocol/coordinatorRecords.js';
import type { RecordBatch } from '../../kafka/protocol/records.js';
import type { ApplicationSection } from '../../scenario/Scenario.js';
import { Chronicle } from '../Chronicle.js';
import { readFinalLogs } from '../finalLogs.js';
import { History } from '../history.js';
import type { CommitKind } from '../history.js';
import { Setbacks } from '../Setbacks.js';
import { batchOf, FakeCluster } from '../testing.js';
import type { ConsumerTraits, EndOfRun } from './Guarantee.js';

/** A run of one partition `orders-0` on brokers 1 (leader), 2 and 3, whose end the test arranges. */
export class HandmadeRun {
  readonly cluster = new FakeCluster();
  readonly history = new History();
  readonly setbacks = new Setbacks(this.cluster.bus);
  readonly chronicle = new Chronicle(this.cluster.bus, this.history);
  readonly consumers = new Map<string, ConsumerTraits>();
  acks = -1;
  stalled = false;
  private timeUs = 0;

  /** One record per batch, epoch 0, offsets from 0. */
  log(broker: number, ...values: number[]): RecordBatch[] {
    const batches = values.map((value, offset) => batchOf(offset, 0, value));
    for (const batch of batches) this.cluster.hold(batch, broker);
    return batches;
  }

  /** A send of `p1` that was acknowledged at this offset (-1: without one). */
  acknowledged(offset: number): number {
    const value = this.history.sendInvoked('p1', 'orders', null, this.timeUs++);
    this.history.sendSucceeded(value, this.cluster.orders, offset, this.timeUs++);
    return value;
  }

  read(client: string, offset: number, value: number): void {
    this.history.polled(client, this.timeUs++, this.cluster.orders, [offset], [value]);
  }

  end(): EndOfRun {
    const { cluster, history, setbacks, chronicle, stalled } = this;
    return {
      ...{ names: cluster.bus.names, history, setbacks, chronicle, stalled, partitions: readFinalLogs(cluster), nowUs: 60_000_000 },
      acksOf: () => this.acks,
      consumerOf: (client) => this.consumers.get(client),
    };
  }

  /** A member of a group `g` that reads by this application. */
  member(client: string, application: Partial<ApplicationSection> = {}, readCommitted = true): void {
    const whole: ApplicationSection = {
      ...{ commit: 'after', commitMode: 'sync', processUs: 0, workers: 0, output: null, outputProperties: {} },
      ...application,
    };
    this.consumers.set(client, { group: 'g', readCommitted, application: whole });
  }

  owns(client: string, kind: 'assigned' | 'revoked' | 'lost', position = -1, generation = 1): void {
    const [partitions, positions] = [[this.cluster.orders], [position]];
    this.history.ownershipChanged({ client, group: 'g', memberId: client, generation, timeUs: this.tick(), kind, partitions, positions });
  }

  /** The member deals with the record; without `done` it never gets to the end. */
  processes(client: string, offset: number, value: number, done = true): void {
    const partition = this.cluster.orders;
    const record = { client, group: 'g', partition, offset, value, beganUs: this.tick(), transaction: -1 };
    const kept = this.history.processingBegan(record);
    if (done) kept.endedUs = this.tick();
  }

  commits(client: string, offset: number, outcome: 'ok' | 'failed' | 'unknown' = 'ok', kind: CommitKind = 'sync', generation = 1): void {
    const offsets = [{ partition: this.cluster.orders, offset }];
    const commit = this.history.commitInvoked({
      client,
      group: 'g',
      kind,
      generation,
      invokedUs: this.tick(),
      offsets,
      transaction: -1,
    });
    this.history.commitCompleted(commit, outcome, '', this.tick());
  }

  /** The coordinator reports that a commit took effect, after those that it reported before. */
  takesEffect(offset: number, generation = 1): void {
    const { bus, orders } = this.cluster;
    bus.emit(offsetCommitted, 1, bus.names.idOf('g'), orders, offset, generation, bus.names.idOf('m'), -1);
  }

  /** A replica loses what lies at this offset and beyond. */
  truncated(broker: number, to: number): void {
    const { bus, orders } = this.cluster;
    this.cluster.nowIs(this.tick());
    bus.emit(logTruncated, broker, orders, to + 1, to, 0, 0, 0);
  }

  /** A replica takes the lead of the partition, with a log of this length. */
  takesOver(broker: number, partition: number, epoch: number, logEnd: number, highWatermark: number): void {
    this.cluster.nowIs(this.tick());
    this.cluster.bus.emit(becameLeader, broker, partition, epoch, logEnd, highWatermark, 0);
  }

  /** What the group has committed in the end, as `__consumer_offsets` has it. */
  committedInTheEnd(offset: number): void {
    const { log } = this.cluster.add('__consumer_offsets-0');
    const [group, partition] = ['g', this.cluster.orders];
    const payload = {
      kind: 'offset-commit' as const,
      group,
      partition,
      offset,
      leaderEpoch: 0,
      commitTimestampMs: 0,
      expireTimestampMs: -1,
    };
    const batch = batchOf(0, 0, -1);
    const records = [
      { key: offsetKey(group, partition), value: -1, timestampMs: 0, sizeBytes: 10, payload: { ...payload, generation: 1, memberId: '' } },
    ];
    log.batches.push({ ...batch, records });
  }

  /** Every call is one microsecond later. */
  tick(): number {
    return this.timeUs++;
  }
}
