/**
 * What the judge sees of a cluster from the inside: structural views, so that the tests of invariants can build a cluster of three plain
 * objects. The simulated cluster, its partitions and logs satisfy them as they are.
 */
import type { RecordBatch } from '../kafka/protocol/records.js';
import { offsetAt, sameBatch } from '../kafka/protocol/records.js';

export interface LogView {
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly highWatermark: number;
  /** Bound of read_committed reads; undefined where the log knows nothing of transactions. */
  readonly lastStableOffset?: number;
  /** Where a producer's batch with this first sequence lies, if it is among the last that the leader remembers of the epoch; -1: it is not. */
  rememberedOffset?(producerId: number, producerEpoch: number, firstSequence: number): number;
  /** The last batch that the leader remembers of each producer, where it remembers one. */
  forEachRemembered?(visit: (producerId: number, lastOffset: number) => void): void;
  /** The batch that holds this offset. */
  batchAt(offset: number): RecordBatch | undefined;
  /** In offset order; the first may begin below the log start. */
  forEachBatch(visit: (batch: RecordBatch) => void): void;
}

export interface ReplicaView {
  readonly brokerId: number;
  readonly log: LogView;
  readonly isLeader: boolean;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly committedIsr: readonly number[];
  readonly maximalIsr: readonly number[];
  readonly isrChangePending: boolean;
}

/** A partition's state as ZooKeeper has committed it. */
export interface CommittedState {
  /** -1: none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
}

export interface ClusterView {
  /** -1: none. */
  controllerId(): number;
  partitions(): readonly number[];
  assignment(partition: number): readonly number[];
  state(partition: number): CommittedState | undefined;
  /** A replica that runs on a running broker. */
  replica(brokerId: number, partition: number): ReplicaView | undefined;
}

/**
 * Those members of an ISR whom the leader has on its list of replicas. A reassignment takes brokers off that list first and out of the ISR then
 * (KafkaController.onPartitionReassignment, phase B); in between the high watermark does not wait for them, and nobody would elect them.
 */
export function countedMembers(leader: ReplicaView, isr: readonly number[]): number[] {
  return isr.filter((broker) => leader.replicas.includes(broker));
}

/** The replica that leads and that ZooKeeper says leads, in the same epoch: a leader that is not stale. */
export function rightfulLeader(cluster: ClusterView, partition: number): ReplicaView | undefined {
  const state = cluster.state(partition);
  if (state === undefined || state.leader < 0) return undefined;
  const replica = cluster.replica(state.leader, partition);
  return replica !== undefined && replica.isLeader && replica.leaderEpoch === state.leaderEpoch ? replica : undefined;
}

/**
 * Does the log reach up to `end` and hold this batch just below it? By log matching (P5, checked at every append) logs that agree on one
 * batch agree on everything below, so that one comparison stands for the whole prefix.
 */
export function reachesWith(log: LogView, end: number, batchBelow: RecordBatch | undefined): boolean {
  if (log.logEndOffset < end) return false;
  if (batchBelow === undefined || log.logStartOffset >= end) return true;
  const own = log.batchAt(end - 1);
  // Compaction may have taken the whole batch out of this replica's log, which then shows nothing.
  return own === undefined || agree(own, batchBelow);
}

/**
 * Do two replicas agree where both still hold a record? Replicas compact their logs each at its own time, so that only offsets which both have say
 * anything; without compaction that is the same as {@link sameBatch}.
 */
export function agree(a: RecordBatch, b: RecordBatch): boolean {
  if (a === b) return true;
  if (a.offsets === null && b.offsets === null) return sameBatch(a, b) && (a.control === null) === (b.control === null);
  if (a.leaderEpoch !== b.leaderEpoch) return false;
  let j = 0;
  for (let i = 0; i < a.records.length; i++) {
    const offset = offsetAt(a, i);
    while (j < b.records.length && offsetAt(b, j) < offset) j++;
    if (j < b.records.length && offsetAt(b, j) === offset && a.records[i]?.value !== b.records[j]?.value) return false;
  }
  return true;
}
