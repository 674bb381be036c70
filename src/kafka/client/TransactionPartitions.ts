/**
 * The partitions of the transaction under way. With protocol version 1 each has to be added at the coordinator before anything is produced to it; with version 2
 * its leader sees to that (KIP-890).
 */
import { BEING_ADDED, IN_TRANSACTION, NOT_IN_TRANSACTION, type PartitionSequences, TO_BE_ADDED } from './PartitionSequences.js';
import type { PartitionQueue, PendingBatch } from './PendingBatch.js';

export class TransactionPartitions {
  /** Partitions that the coordinator has still to be asked for. */
  toBeAdded = 0;

  private readonly queues: PartitionQueue[] = [];

  /** @param implicit protocol version 2 */
  constructor(private readonly implicit: boolean) {}

  /** A record goes into this partition. True when that is news. */
  add(queue: PartitionQueue): boolean {
    const sequences = queue.sequences as PartitionSequences<PendingBatch>;
    if (sequences.membership !== NOT_IN_TRANSACTION) return false;
    this.queues.push(queue);
    sequences.membership = this.implicit ? IN_TRANSACTION : TO_BE_ADDED;
    if (!this.implicit) this.toBeAdded++;
    return true;
  }

  /** Those that the coordinator has to be asked for; from now on it is being asked. */
  takeNew(): PartitionQueue[] {
    const taken: PartitionQueue[] = [];
    for (const queue of this.queues) {
      const sequences = queue.sequences as PartitionSequences<PendingBatch>;
      if (sequences.membership !== TO_BE_ADDED) continue;
      sequences.membership = BEING_ADDED;
      taken.push(queue);
    }
    this.toBeAdded = 0;
    return taken;
  }

  /** The transaction is over. */
  clear(): void {
    for (const { sequences } of this.queues) (sequences as PartitionSequences<PendingBatch>).membership = NOT_IN_TRANSACTION;
    this.queues.length = 0;
    this.toBeAdded = 0;
  }
}
