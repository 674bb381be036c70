/**
 * How far a group member has got in each partition: which of the records that were handed to it are done, and up to where everything is done, which
 * is what a careful application commits.
 */
import type { OffsetToCommit } from './Transactions.js';

/** One record in the hands of an application. */
export interface Received {
  readonly topic: string;
  readonly index: number;
  readonly partition: number;
  readonly offset: number;
  /** Epoch of the leader that appended it (ConsumerRecord.leaderEpoch). */
  readonly leaderEpoch: number;
  readonly key: string | null;
  readonly value: number;
  /** Its partition was given up, or is read again from an earlier record on: not to be dealt with any more. */
  dropped: boolean;
  state: 'waiting' | 'begun' | 'done' | 'failed';
}

interface PartitionProgress {
  /** In order of offsets; those at the front are not done yet. */
  readonly records: Received[];
  /** Everything before this is done. */
  next: number;
  /** Leader epoch of the last record done, to be committed with the offset (KIP-320); -1 before the first. */
  epoch: number;
  committed: number;
}

export class Progress {
  private readonly partitions = new Map<number, PartitionProgress>();

  /** Handed over by a poll, in order of offsets within a partition. */
  add(record: Received): void {
    let progress = this.partitions.get(record.partition);
    if (progress === undefined) {
      progress = { records: [], next: record.offset, epoch: -1, committed: record.offset };
      this.partitions.set(record.partition, progress);
    }
    progress.records.push(record);
  }

  /** Offsets up to which everything is done, where that is more than was reported as committed; of all partitions or of these. */
  toCommit(only?: readonly number[]): OffsetToCommit[] {
    const offsets: OffsetToCommit[] = [];
    for (const [partition, progress] of this.partitions) {
      if (only !== undefined && !only.includes(partition)) continue;
      advance(progress);
      if (progress.next > progress.committed) offsets.push({ partition, offset: progress.next, leaderEpoch: progress.epoch });
    }
    return offsets;
  }

  /** These were asked to be committed; they are not asked for again unless more is done. */
  commitSent(offsets: readonly OffsetToCommit[]): void {
    for (const { partition, offset } of offsets) {
      const progress = this.partitions.get(partition);
      if (progress !== undefined) progress.committed = Math.max(progress.committed, offset);
    }
  }

  /** The commit came to nothing: the next one includes them. */
  commitFailed(offsets: readonly OffsetToCommit[]): void {
    for (const { partition } of offsets) {
      const progress = this.partitions.get(partition);
      if (progress !== undefined) progress.committed = -1;
    }
  }

  /** First record of each partition that failed. */
  firstFailures(): Received[] {
    const first: Received[] = [];
    for (const { records } of this.partitions.values()) {
      const failed = records.find((record) => record.state === 'failed');
      if (failed !== undefined) first.push(failed);
    }
    return first;
  }

  /** Read again from here on: what was handed over from this record on counts no more. */
  rewind(to: Received): void {
    const progress = this.partitions.get(to.partition);
    if (progress === undefined) return;
    const kept = progress.records.filter((record) => record.offset < to.offset);
    for (const record of progress.records) if (record.offset >= to.offset) record.dropped = true;
    progress.records.length = 0;
    progress.records.push(...kept);
  }

  /** The partition is somebody else's now. */
  forget(partition: number): void {
    this.partitions.delete(partition);
  }
}

function advance(progress: PartitionProgress): void {
  const { records } = progress;
  let done = 0;
  while (records[done]?.state === 'done') done++;
  const last = records[done - 1];
  if (last === undefined) return;
  progress.next = last.offset + 1;
  progress.epoch = last.leaderEpoch;
  records.splice(0, done);
}

/** The first record of each partition. */
export function firstOf(records: readonly Received[]): Received[] {
  const first = new Map<number, Received>();
  for (const record of records) if (!first.has(record.partition)) first.set(record.partition, record);
  return [...first.values()];
}

/** Offset behind the last record of each partition. */
export function positionsAfter(records: readonly Received[]): OffsetToCommit[] {
  const last = new Map<number, OffsetToCommit>();
  for (const { partition, offset, leaderEpoch } of records) last.set(partition, { partition, offset: offset + 1, leaderEpoch });
  return [...last.values()];
}
