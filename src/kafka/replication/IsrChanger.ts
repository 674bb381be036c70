/** How a leader makes an ISR change official: through the controller (KIP-497) or by writing ZooKeeper itself (before). */
import type { Partition } from './Partition.js';

export interface IsrChanger {
  /** Takes the partition's pending change (`partition.pendingIsr`) onward. The outcome comes back through the outcome callbacks. */
  submit(partition: Partition): void;
}

/** What became of a proposal; all are called with the partition as it was submitted. */
export interface IsrOutcomes {
  /** Confirmed: adopt and look at everything that waits. */
  committed(partition: Partition, leaderEpoch: number, isr: readonly number[], partitionEpoch: number): void;
  /** Refused for good: the last committed ISR stands again. */
  reverted(partition: Partition, leaderEpoch: number, error: string): void;
  /** Refused because something newer is on its way: stay pending until metadata arrives. */
  superseded(partition: Partition, leaderEpoch: number, error: string): void;
}
