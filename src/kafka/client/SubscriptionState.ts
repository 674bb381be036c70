/**
 * What a consumer knows of each partition it reads, after org.apache.kafka.clients.consumer.internals.SubscriptionState.
 *
 * A position carries the epoch of the record before it: what KIP-320's validation after a change of leader will ask about.
 * Leaves out: that validation, paused partitions, preferred read replicas (KIP-392), group subscriptions.
 */

import type { PartitionMetadata } from './ClientMetadata.js';

/** Where a consumer begins: -1 asks for the end of the log, -2 for its beginning (ListOffsets' timestamps). */
export const LATEST_TIMESTAMP = -1;
export const EARLIEST_TIMESTAMP = -2;

export type FetchState =
  /** The position is unknown or out of range, and the leader is asked for one. */
  | 'await-reset'
  | 'fetching'
  /** The application was told of an error that only a seek gets over. */
  | 'failed';

export interface AssignedPartition {
  /** Interned name `topic-index`. */
  readonly id: number;
  readonly topic: string;
  readonly index: number;
  state: FetchState;
  /** Offset of the next record for the application; -1 before the first reset. */
  position: number;
  /** Leader epoch of the record before the position; -1 unknown. */
  offsetEpoch: number;
  /** LATEST_TIMESTAMP or EARLIEST_TIMESTAMP, for a reset. */
  resetTimestamp: number;
  /** No request for it before this time. */
  retryAtUs: number;
  /** A request that names it is outstanding. */
  requested: boolean;
  /** Fetched records wait for `poll`. */
  buffered: boolean;
  /** What the client's metadata says of it, once it says something. */
  metadata: PartitionMetadata | undefined;
}

export class SubscriptionState {
  private readonly byId = new Map<number, AssignedPartition>();
  private list: readonly AssignedPartition[] = [];

  /** In the order of assignment. */
  get partitions(): readonly AssignedPartition[] {
    return this.list;
  }

  get(id: number): AssignedPartition | undefined {
    return this.byId.get(id);
  }

  /** True for this very object: a partition that was taken away and assigned again is another. */
  holds(partition: AssignedPartition): boolean {
    return this.byId.get(partition.id) === partition;
  }

  /** Replaces the assignment; partitions that stay keep their position. New ones await a reset. */
  assign(partitions: readonly { id: number; topic: string; index: number }[]): void {
    const next: AssignedPartition[] = [];
    for (const { id, topic, index } of partitions) {
      next.push(
        this.byId.get(id) ?? {
          id,
          topic,
          index,
          state: 'await-reset',
          position: -1,
          offsetEpoch: -1,
          resetTimestamp: LATEST_TIMESTAMP,
          retryAtUs: 0,
          requested: false,
          buffered: false,
          metadata: undefined,
        },
      );
    }
    this.byId.clear();
    for (const partition of next) this.byId.set(partition.id, partition);
    this.list = next;
  }
}
