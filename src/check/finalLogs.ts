/**
 * What is left at the end of a run: the logs of the running replicas, read once and indexed by offset and by value. A broker that is still
 * down has no log here; what is on its disk nobody can read until it comes back.
 *
 * A record's fate is what a read_committed consumer would be told of it: the next marker of its producer decides (KIP-98).
 */
import type { CoordinatorRecord } from '../kafka/protocol/coordinatorRecords.js';
import type { RecordBatch } from '../kafka/protocol/records.js';
import { offsetAt } from '../kafka/protocol/records.js';
import type { ClusterView, LogView } from './whiteBox.js';
import { rightfulLeader } from './whiteBox.js';

/**
 * `gap`: no record here (outside the log, compacted away, lost inside a batch). `marker`: a control record. `plain`: outside of transactions.
 * `open`: its transaction has no marker in this log.
 */
export type RecordFate = 'gap' | 'marker' | 'plain' | 'committed' | 'aborted' | 'open';

/** Fates as small numbers, in the order of the type. */
const FATES: readonly RecordFate[] = ['gap', 'marker', 'plain', 'committed', 'aborted', 'open'];
const MARKER = 1;
const PLAIN = 2;
const COMMITTED = 3;
const ABORTED = 4;
const OPEN = 5;

/** Producer epochs are 16 bits. */
const EPOCHS = 65_536;

/** Nothing is here. Internal records have values below 0, hence not -1. */
const NO_VALUE = Number.MIN_SAFE_INTEGER;

/** What a coordinator wrote, with its place. `payload` null: a tombstone. */
export interface CoordinatorEntry {
  readonly offset: number;
  readonly key: string;
  readonly payload: CoordinatorRecord | null;
}

export class FinalLog {
  readonly start: number;
  readonly end: number;
  readonly highWatermark: number;
  /** What coordinators wrote, in the order of the log. */
  readonly entries: CoordinatorEntry[] = [];
  /** Values, leader epochs and fates from `start` on, one per offset. */
  private readonly values: number[] = [];
  private readonly epochs: number[] = [];
  private readonly fates: number[] = [];
  /** Producer sessions (id and epoch as one number) from `start` on; -1 without idempotence. */
  private readonly sessions: number[] = [];
  /** Offset of the marker that decided a record's fate, by the record's offset; only for records of transactions. */
  private readonly markers = new Map<number, number>();
  /** By producer id: offsets of its open transaction. */
  private readonly open = new Map<number, number[]>();
  /** Made when first asked for: only leaders' logs are searched by value. */
  private firstOffsets: Map<number, number> | null = null;
  private whole: boolean | null = null;

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
      this.values.push(NO_VALUE);
      this.epochs.push(-1);
      this.fates.push(0);
      this.sessions.push(-1);
    }
    log.forEachBatch((batch) => {
      this.read(batch);
    });
  }

  private read(batch: RecordBatch): void {
    const { control, records, producerId, producerEpoch } = batch;
    const session = producerId < 0 ? -1 : producerId * EPOCHS + producerEpoch;
    const fate = control !== null ? MARKER : batch.isTransactional ? OPEN : PLAIN;
    for (let i = 0; i < records.length; i++) {
      const record = records[i] as (typeof records)[number];
      const offset = offsetAt(batch, i);
      if (offset < this.start || offset >= this.end) continue;
      this.values[offset - this.start] = record.value;
      this.epochs[offset - this.start] = batch.leaderEpoch;
      this.fates[offset - this.start] = fate;
      this.sessions[offset - this.start] = session;
      if (fate === OPEN) this.openOf(producerId).push(offset);
      if (record.payload !== undefined) this.entries.push({ offset, key: record.key ?? '', payload: record.payload });
    }
    if (control !== null) this.ended(producerId, control.commit ? COMMITTED : ABORTED, batch.baseOffset);
  }

  private openOf(producerId: number): number[] {
    let offsets = this.open.get(producerId);
    if (offsets === undefined) this.open.set(producerId, (offsets = []));
    return offsets;
  }

  private ended(producerId: number, fate: number, marker: number): void {
    const offsets = this.open.get(producerId);
    if (offsets === undefined) return;
    this.open.delete(producerId);
    for (const offset of offsets) {
      this.fates[offset - this.start] = fate;
      this.markers.set(offset, marker);
    }
  }

  /** -1 outside the log and where it has a hole; below 0 also for what brokers wrote. */
  valueAt(offset: number): number {
    const value = this.values[offset - this.start] ?? NO_VALUE;
    return value === NO_VALUE ? -1 : value;
  }

  /** Is there a record, of whatever kind? */
  holds(offset: number): boolean {
    return (this.fates[offset - this.start] ?? 0) !== 0;
  }

  /** Every offset from 0 on is still taken: neither retention nor compaction has been here. */
  get isWhole(): boolean {
    return (this.whole ??= this.start === 0 && !this.fates.includes(0));
  }

  /** Leader epoch of the record there; -1 outside the log. */
  epochAt(offset: number): number {
    return this.epochs[offset - this.start] ?? -1;
  }

  fateAt(offset: number): RecordFate {
    return FATES[this.fates[offset - this.start] ?? 0] as RecordFate;
  }

  /** Producer id and epoch that wrote the record, as one number; -1 without idempotence, and outside the log. */
  sessionAt(offset: number): number {
    return this.sessions[offset - this.start] ?? -1;
  }

  /** Were the two written by one session of an idempotent producer, or by a producer without sessions? */
  sameSession(offset: number, other: number): boolean {
    return this.sessions[offset - this.start] === this.sessions[other - this.start];
  }

  /** Did a producer without transactions write one of these records in an earlier session than the other? */
  isAcrossSessions(offset: number, other: number): boolean {
    return this.fateAt(offset) === 'plain' && this.fateAt(other) === 'plain' && !this.sameSession(offset, other);
  }

  /** Offset of the marker that ended the transaction of the record there; -1: none did, or it is in no transaction. */
  markerOf(offset: number): number {
    return this.markers.get(offset) ?? -1;
  }

  /** Would a consumer be given the record there, once everything is committed? */
  visibleAt(offset: number, readCommitted: boolean): boolean {
    const fate = this.fates[offset - this.start] ?? 0;
    return fate === PLAIN || fate === COMMITTED || (!readCommitted && (fate === ABORTED || fate === OPEN));
  }

  /** Lowest offset that holds the value; -1 when none does. */
  firstOffsetOf(value: number): number {
    if (this.firstOffsets === null) {
      this.firstOffsets = new Map();
      for (let i = this.values.length - 1; i >= 0; i--) this.firstOffsets.set(this.values[i] as number, this.start + i);
    }
    return this.firstOffsets.get(value) ?? -1;
  }

  /** Every offset that holds the value: more than one where it was appended again. */
  offsetsOf(value: number): number[] {
    const first = this.firstOffsetOf(value);
    if (first < 0) return [];
    const offsets = [first];
    for (let i = first - this.start + 1; i < this.values.length; i++) if (this.values[i] === value) offsets.push(this.start + i);
    return offsets;
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
