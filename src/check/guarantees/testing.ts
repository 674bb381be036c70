/** Ends of runs, written by hand, for the tests of the guarantees' checkers. */
import type { RecordBatch } from '../../kafka/protocol/records.js';
import { readFinalLogs } from '../finalLogs.js';
import { History } from '../history.js';
import { Setbacks } from '../Setbacks.js';
import { batchOf, FakeCluster } from '../testing.js';
import type { EndOfRun } from './Guarantee.js';

/** A run of one partition `orders-0` on brokers 1 (leader), 2 and 3, whose end the test arranges. */
export class HandmadeRun {
  readonly cluster = new FakeCluster();
  readonly history = new History();
  readonly setbacks = new Setbacks(this.cluster.bus);
  acks = -1;
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
    const { cluster, history, setbacks } = this;
    return { names: cluster.bus.names, history, setbacks, partitions: readFinalLogs(cluster), acksOf: () => this.acks, nowUs: 60_000_000 };
  }
}
