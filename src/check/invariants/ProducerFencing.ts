/**
 * P28 (TxnFencing): once InitProducerId has given out a newer epoch of a producer id, nothing that a producer of an older epoch still writes becomes
 * visible: no transactional batch of it that is appended later is ever committed.
 *
 * That such a batch is appended at all is no violation: a partition that has not heard of the new epoch cannot know. Then its transaction must be aborted.
 */
import type { EventBus } from '../../engine/events.js';
import { batchAppended } from '../../kafka/events.js';
import { markerAppended, producerIdAssigned } from '../../kafka/transaction/events.js';
import { rightfulLeader } from '../whiteBox.js';
import { Invariant } from './Invariant.js';

interface Zombie {
  readonly producerEpoch: number;
  readonly offset: number;
  readonly leaderEpoch: number;
}

export class ProducerFencing extends Invariant {
  readonly id = 'P28';
  readonly name = 'TxnFencing';
  readonly statement = 'nothing that a fenced producer writes becomes visible';
  /** By producer id of a transactional producer: the newest epoch given out. */
  private readonly epochs = new Map<number, number>();
  /** By partition, then producer id: the first batch of a fenced epoch in what is open there. */
  private readonly zombies = new Map<number, Map<number, Zombie>>();

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, _timeUs, _broker, transactionalId, producerId, epoch) => {
        if (bus.names.text(transactionalId) !== '') this.epochs.set(producerId, Math.max(epoch, this.epochs.get(producerId) ?? -1));
      },
      [producerIdAssigned],
    );
    bus.subscribe(
      (_type, _timeUs, broker, partition, baseOffset) => {
        if (this.epochs.size > 0) this.appended(broker, partition, baseOffset);
      },
      [batchAppended],
    );
    bus.subscribe(
      (_type, timeUs, broker, partition, offset, producerId, _epoch, commit) => {
        if (rightfulLeader(this.context.cluster, partition)?.brokerId !== broker) return;
        this.ended(timeUs, broker, partition, offset, producerId, commit !== 0);
      },
      [markerAppended],
    );
  }

  private appended(broker: number, partition: number, baseOffset: number): void {
    const batch = this.context.cluster.replica(broker, partition)?.log.batchAt(baseOffset);
    if (batch === undefined || !batch.isTransactional || batch.control !== null) return;
    this.checks++;
    const { producerId, producerEpoch, leaderEpoch } = batch;
    if (producerEpoch >= (this.epochs.get(producerId) ?? -1)) return;
    let zombies = this.zombies.get(partition);
    if (zombies === undefined) this.zombies.set(partition, (zombies = new Map()));
    if (!zombies.has(producerId)) zombies.set(producerId, { producerEpoch, offset: baseOffset, leaderEpoch });
  }

  private ended(timeUs: number, broker: number, partition: number, offset: number, producerId: number, commit: boolean): void {
    const zombies = this.zombies.get(partition);
    const zombie = zombies?.get(producerId);
    if (zombies === undefined || zombie === undefined) return;
    zombies.delete(producerId);
    const batch = this.context.cluster.replica(broker, partition)?.log.batchAt(zombie.offset);
    // What a leader lost meanwhile was never visible.
    if (!commit || batch === undefined || batch.producerId !== producerId || batch.leaderEpoch !== zombie.leaderEpoch) return;
    const newest = this.epochs.get(producerId) ?? -1;
    const message =
      `producer ${producerId} of epoch ${zombie.producerEpoch} wrote offset ${zombie.offset} of ${this.text(partition)} after epoch ${newest} had been given ` +
      `out, and the marker at offset ${offset} commits it.`;
    this.violated(timeUs, partition, zombie.offset, message, { producerId, epoch: zombie.producerEpoch, newest, marker: offset });
  }
}
