/**
 * P30 (CoordinatorStateLegal): transactional ids move along the states of KIP-98 only; no two producers hold the same producer id and epoch; no two brokers
 * coordinate one partition in the same epoch; and no partition takes a marker of an older coordinator epoch after one of a newer.
 *
 * The same id and epoch given out twice is right when an answer was lost and the producer asks again (KIP-360), and wrong once the producer that has it went
 * to work with it.
 */
import type { EventBus } from '../../engine/events.js';
import { coordinatorLoaded } from '../../kafka/group/events.js';
import type { TransactionState } from '../../kafka/protocol/coordinatorRecords.js';
import {
  markerAppended,
  partitionAddedToTransaction,
  producerIdAssigned,
  transactionStateChanged,
} from '../../kafka/transaction/events.js';
import { Invariant } from './Invariant.js';

/** Valid previous states. Transaction protocol 2 aborts what has nothing in it too (KIP-890). */
const LEGAL: Readonly<Record<TransactionState, readonly string[]>> = {
  Empty: ['Empty', 'CompleteCommit', 'CompleteAbort'],
  Ongoing: ['Ongoing', 'Empty', 'CompleteCommit', 'CompleteAbort'],
  PrepareCommit: ['Ongoing'],
  PrepareAbort: ['Ongoing', 'PrepareEpochFence'],
  CompleteCommit: ['PrepareCommit'],
  CompleteAbort: ['PrepareAbort'],
  Dead: ['Empty', 'CompleteCommit', 'CompleteAbort'],
  PrepareEpochFence: ['Ongoing'],
};
const ALSO_LEGAL_IN_V2 = ['Empty', 'CompleteCommit', 'CompleteAbort'];

interface Marker {
  readonly coordinatorEpoch: number;
  readonly offset: number;
}

interface Holder {
  readonly transactionalId: number;
  worked: boolean;
}

export class TransactionStates extends Invariant {
  readonly id = 'P30';
  readonly name = 'CoordinatorStateLegal';
  readonly statement = 'transactions move along legal states, and producer and coordinator epochs are held once';
  /** Producer id to epoch to holder. */
  private readonly holders = new Map<number, Map<number, Holder>>();
  /** Partition to coordinator epoch to broker. */
  private readonly coordinators = new Map<number, Map<number, number>>();
  /** Partition to producer id to the marker of the newest coordinator epoch. */
  private readonly markers = new Map<number, Map<number, Marker>>();

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, timeUs, _broker, id, producerId, epoch, from, to) => this.moved(timeUs, id, producerId, epoch, from, to),
      [transactionStateChanged],
    );
    bus.subscribe((_type, timeUs, _broker, id, producerId, epoch) => this.given(timeUs, id, producerId, epoch), [producerIdAssigned]);
    bus.subscribe(
      (_type, _timeUs, _broker, _id, producerId, epoch) => {
        const holder = this.holders.get(producerId)?.get(epoch);
        if (holder !== undefined) holder.worked = true;
      },
      [partitionAddedToTransaction],
    );
    bus.subscribe((_type, timeUs, broker, partition, epoch) => this.loaded(timeUs, broker, partition, epoch), [coordinatorLoaded]);
    bus.subscribe(
      (_type, timeUs, broker, partition, offset, producerId, _epoch, _commit, coordinatorEpoch) =>
        this.marked(timeUs, broker, partition, offset, producerId, coordinatorEpoch),
      [markerAppended],
    );
  }

  private moved(timeUs: number, id: number, producerId: number, epoch: number, from: number, to: number): void {
    this.checks++;
    const [before, after] = [this.text(from), this.text(to)];
    if (LEGAL[after as TransactionState].includes(before)) return;
    if (after === 'PrepareAbort' && this.context.features.transactionV2 && ALSO_LEGAL_IN_V2.includes(before)) return;
    const message = `transactional id ${this.text(id)} (producer ${producerId}, epoch ${epoch}) went from ${before} to ${after}.`;
    this.violated(timeUs, -1, -1, message, { transactionalId: this.text(id), producerId, epoch, from: before, to: after });
  }

  private given(timeUs: number, id: number, producerId: number, epoch: number): void {
    this.checks++;
    const epochs = mapAt(this.holders, producerId);
    const holder = epochs.get(epoch);
    epochs.set(epoch, { transactionalId: id, worked: false });
    if (holder === undefined || this.context.committed.forfeitAnywhere) return;
    const other = holder.transactionalId !== id;
    if (!other && !holder.worked && this.text(id) !== '') return;
    const who = other
      ? `to ${this.text(holder.transactionalId)} and to ${this.text(id)}`
      : `twice to ${this.text(id) || 'idempotent producers'}`;
    const message = `producer id ${producerId} with epoch ${epoch} was given out ${who}${holder.worked ? ', after the first had used it' : ''}.`;
    this.violated(timeUs, -1, -1, message, { producerId, epoch, transactionalId: this.text(id) });
  }

  private loaded(timeUs: number, broker: number, partition: number, epoch: number): void {
    this.checks++;
    const epochs = mapAt(this.coordinators, partition);
    const before = epochs.get(epoch);
    epochs.set(epoch, broker);
    if (before === undefined || before === broker) return;
    const message = `brokers ${before} and ${broker} both became coordinator for ${this.text(partition)} in epoch ${epoch}.`;
    this.violated(timeUs, partition, -1, message, { brokerA: before, brokerB: broker, coordinatorEpoch: epoch });
  }

  private marked(timeUs: number, broker: number, partition: number, offset: number, producerId: number, coordinatorEpoch: number): void {
    this.checks++;
    const newest = mapAt(this.markers, partition);
    const before = newest.get(producerId);
    if (before === undefined || coordinatorEpoch >= before.coordinatorEpoch) newest.set(producerId, { coordinatorEpoch, offset });
    else if (this.knows(broker, partition, producerId, before)) {
      const message =
        `${this.text(partition)} took a marker for producer ${producerId} from coordinator epoch ${coordinatorEpoch} at offset ${offset} after one from ` +
        `epoch ${before.coordinatorEpoch} at offset ${before.offset}.`;
      this.violated(timeUs, partition, offset, message, { producerId, coordinatorEpoch, newest: before.coordinatorEpoch });
    }
  }

  /** A deposed leader, or one that lost the marker, cannot know better. */
  private knows(broker: number, partition: number, producerId: number, { offset, coordinatorEpoch }: Marker): boolean {
    const batch = this.context.cluster.replica(broker, partition)?.log.batchAt(offset);
    return batch?.producerId === producerId && batch.control?.coordinatorEpoch === coordinatorEpoch;
  }
}

function mapAt<V>(maps: Map<number, Map<number, V>>, key: number): Map<number, V> {
  let map = maps.get(key);
  if (map === undefined) maps.set(key, (map = new Map<number, V>()));
  return map;
}
