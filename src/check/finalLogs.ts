/**
 * What is left at the end of a run: the logs of the running replicas, read once and indexed by offset and by value. A broker that is still
 * down has no log here; what is on its disk nobody can read until it comes back.
 */
import type { ClusterView, LogView } from './whiteBox.js';
import { rightfulLeader } from './whiteBox.js';

export class FinalLog {
  readonly start: number;
  readonly end: number;
  readonly highWatermark: number;
  /** Values and leader epochs from `start` on, one per offset; -1 where the log has a hole. */
  private readonly values: number[] = [];
  private readonly epochs: number[] = [];
  /** Made when first asked for: only leaders' logs are searched by value. */
  private firstOffsets: Map<number, number> | null = null;

  constructor(
    readonly brokerId: number,
    /** Member of the committed ISR, following the committed leader in its epoch. */
    readonly inSync: boolean,
    log: LogView,
  ) {
    this.start = log.logStartOffset;
    this.end = log.logEndOffset;
    this.highWatermark = log.highWatermark;
    for (let offset = this.start; offset < this.end; offset++) {
      this.values.push(-1);
      this.epochs.push(-1);
    }
    log.forEachBatch((batch) => {
      batch.records.forEach((record, i) => {
        const offset = batch.baseOffset + i;
        if (offset < this.start || offset >= this.end) return;
        this.values[offset - this.start] = record.value;
        this.epochs[offset - this.start] = batch.leaderEpoch;
      });
    });
  }

  /** -1 outside the log. */
  valueAt(offset: number): number {
    return this.values[offset - this.start] ?? -1;
  }

  /** Leader epoch of the record there; -1 outside the log. */
  epochAt(offset: number): number {
    return this.epochs[offset - this.start] ?? -1;
  }

  /** Lowest offset that holds the value; -1 when none does. */
  firstOffsetOf(value: number): number {
    if (this.firstOffsets === null) {
      this.firstOffsets = new Map();
      for (let i = this.values.length - 1; i >= 0; i--) this.firstOffsets.set(this.values[i] as number, this.start + i);
    }
    return this.firstOffsets.get(value) ?? -1;
  }
}

export interface FinalPartition {
  readonly partition: number;
  /** The log of the leader that ZooKeeper names, when it leads in that epoch; null otherwise. */
  readonly leader: FinalLog | null;
  /** Running members of the committed ISR: whoever is elected next is one of them. */
  readonly electable: readonly FinalLog[];
  /** Every running assigned replica. */
  readonly replicas: readonly FinalLog[];
}

/** Reads all logs that can be read. */
export function readFinalLogs(cluster: ClusterView): FinalPartition[] {
  return cluster.partitions().map((partition) => {
    const state = cluster.state(partition);
    const leader = rightfulLeader(cluster, partition);
    const replicas: FinalLog[] = [];
    for (const broker of cluster.assignment(partition)) {
      const replica = cluster.replica(broker, partition);
      if (replica === undefined) continue;
      const inSync = state !== undefined && state.isr.includes(broker) && replica.leaderEpoch === state.leaderEpoch;
      replicas.push(new FinalLog(broker, inSync, replica.log));
    }
    const electable = replicas.filter((log) => state !== undefined && state.isr.includes(log.brokerId));
    return { partition, leader: replicas.find((log) => log.brokerId === leader?.brokerId) ?? null, electable, replicas };
  });
}
