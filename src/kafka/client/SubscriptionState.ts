/**
 * What a consumer knows of each partition it reads, after org.apache.kafka.clients.consumer.internals.SubscriptionState.
 *
 * A position carries the epoch of the record before it: what KIP-320's validation after a change of leader asks about.
 * Leaves out: subscriptions by pattern.
 */

import type { PartitionMetadata } from './ClientMetadata.js';

/** Where a consumer begins: -1 asks for the end of the log, -2 for its beginning (ListOffsets' timestamps). */
export const LATEST_TIMESTAMP = -1;
export const EARLIEST_TIMESTAMP = -2;

export type FetchState =
  /** The group's committed offset is being looked up. */
  | 'initializing'
  /** The position is unknown or out of range, and the leader is asked for one. */
  | 'await-reset'
  /** KIP-320: another leader, which is asked whether it still has what was read. */
  | 'await-validation'
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
  /** Leader epoch for which the position holds; -1 none yet. */
  positionLeaderEpoch: number;
  /** End of what was fetched so far, which may be ahead of the position. */
  fetchedTo: number;
  /** LATEST_TIMESTAMP or EARLIEST_TIMESTAMP, for a reset. */
  resetTimestamp: number;
  /** No request for it before this time. */
  retryAtUs: number;
  /** A request that names it is outstanding. */
  requested: boolean;
  /** Fetched records wait for `poll`. */
  buffered: boolean;
  /** Neither fetched nor handed out until the application resumes it. */
  paused: boolean;
  /** KIP-392: broker to fetch from instead of the leader; -1 none. */
  preferredReplica: number;
  /** Until when that holds. */
  preferredUntilUs: number;
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

  /** Replaces the assignment; partitions that stay keep their position. New ones begin in the state given. */
  assign(partitions: readonly { id: number; topic: string; index: number }[], begin: 'initializing' | 'await-reset' = 'await-reset'): void {
    const next: AssignedPartition[] = [];
    for (const { id, topic, index } of partitions) {
      next.push(
        this.byId.get(id) ?? {
          id,
          topic,
          index,
          state: begin,
          position: -1,
          offsetEpoch: -1,
          positionLeaderEpoch: -1,
          fetchedTo: -1,
          resetTimestamp: LATEST_TIMESTAMP,
          retryAtUs: 0,
          requested: false,
          buffered: false,
          paused: false,
          preferredReplica: -1,
          preferredUntilUs: 0,
          metadata: undefined,
        },
      );
    }
    this.byId.clear();
    for (const partition of next) this.byId.set(partition.id, partition);
    this.list = next;
  }
}

/** Goes on from this offset; `offsetEpoch` as far as known, which a change of leader will be checked against. */
export function moveTo(partition: AssignedPartition, offset: number, offsetEpoch: number): void {
  partition.position = offset;
  partition.offsetEpoch = offsetEpoch;
  partition.positionLeaderEpoch = -1;
  partition.fetchedTo = offset;
  partition.state = 'fetching';
  partition.retryAtUs = 0;
}
