/**
 * Which leader epoch began at which offset of one log (KIP-101), after Kafka's LeaderEpochFileCache. A follower finds with it where its
 * history parts from the leader's.
 *
 * Persisted as `leader-epoch-checkpoint` beside the segments: assignments are fsynced before the append goes on. Truncations are too, or,
 * as in 3.7.0 (KAFKA-15046), only reach the page cache. Leaves out: the background fsync of truncations (KAFKA-16541).
 */
import type { SmallFile } from '../../engine/Disk.js';

export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

/** The answer to "where did this epoch end?" -1 and -1: unknown. */
export interface EpochEndOffset {
  readonly epoch: number;
  readonly endOffset: number;
}

export interface EpochCacheOptions {
  /** KAFKA-7415 (2.1): an epoch older than the first one known ended where that first one began. Before: unknown. Default true. */
  readonly answersBelowFirstEpoch: boolean;
  /** False: a truncation of the cache is lost with the power (KAFKA-15046, B-82). Default true. */
  readonly truncationFsynced: boolean;
  /** False: the condition `epochsPersisted` is off. Default true. */
  readonly assignmentPersisted: boolean;
}

export const EPOCH_CACHE_DEFAULTS: EpochCacheOptions = { answersBelowFirstEpoch: true, truncationFsynced: true, assignmentPersisted: true };

const UNDEFINED_END: EpochEndOffset = { epoch: -1, endOffset: -1 };

export class LeaderEpochCache {
  private list: EpochEntry[];

  constructor(
    private readonly file: SmallFile<readonly EpochEntry[]>,
    private readonly options: EpochCacheOptions = EPOCH_CACHE_DEFAULTS,
  ) {
    this.list = [...(file.read() ?? [])];
  }

  /**
   * Records that `epoch` begins at `startOffset`. Nothing changes when the epoch is the latest one and began no later. Otherwise trailing
   * entries that contradict the new one (epoch or start not below it) give way.
   */
  assign(epoch: number, startOffset: number): void {
    if (epoch < 0) return;
    const last = this.list[this.list.length - 1];
    if (last !== undefined && last.epoch === epoch && startOffset >= last.startOffset) return;
    let keep = this.list.length;
    while (keep > 0 && contradicts(this.list[keep - 1] as EpochEntry, epoch, startOffset)) keep--;
    this.list.length = keep;
    this.list.push({ epoch, startOffset });
    if (this.options.assignmentPersisted) this.file.replace(this.list.slice());
  }

  /** The newest epoch known, -1 when there is none. */
  latestEpoch(): number {
    return this.list.length === 0 ? -1 : (this.list[this.list.length - 1] as EpochEntry).epoch;
  }

  /** The epoch whose leader wrote this offset, -1 below the first entry. */
  epochForOffset(offset: number): number {
    for (let i = this.list.length - 1; i >= 0; i--) {
      const entry = this.list[i] as EpochEntry;
      if (entry.startOffset <= offset) return entry.epoch;
    }
    return -1;
  }

  /**
   * The greatest epoch at or below `requestedEpoch`, and the offset after its last record (KIP-101, KIP-279, KAFKA-7415).
   * Unknown when nothing was asked, or when the request is newer than everything known here.
   */
  endOffsetFor(requestedEpoch: number, logEndOffset: number): EpochEndOffset {
    if (requestedEpoch < 0) return UNDEFINED_END;
    if (requestedEpoch === this.latestEpoch()) return { epoch: requestedEpoch, endOffset: logEndOffset };
    const higher = this.list.findIndex((entry) => entry.epoch > requestedEpoch);
    if (higher < 0) return UNDEFINED_END;
    const endOffset = (this.list[higher] as EpochEntry).startOffset;
    if (higher > 0) return { epoch: (this.list[higher - 1] as EpochEntry).epoch, endOffset };
    return this.options.answersBelowFirstEpoch ? { epoch: requestedEpoch, endOffset } : UNDEFINED_END;
  }

  /** Forgets epochs that begin at `offset` or later. */
  truncateFromEnd(offset: number): void {
    let keep = this.list.length;
    while (keep > 0 && (this.list[keep - 1] as EpochEntry).startOffset >= offset) keep--;
    if (keep === this.list.length) return;
    this.list.length = keep;
    this.persistTruncation();
  }

  /** Forgets epochs that ended before `offset`; the one that covers it now begins there. */
  truncateFromStart(offset: number): void {
    let covering = -1;
    while (covering + 1 < this.list.length && (this.list[covering + 1] as EpochEntry).startOffset <= offset) covering++;
    if (covering < 0 || (covering === 0 && (this.list[0] as EpochEntry).startOffset === offset)) return;
    const { epoch } = this.list[covering] as EpochEntry;
    this.list = [{ epoch, startOffset: offset }, ...this.list.slice(covering + 1)];
    this.persistTruncation();
  }

  /** Forgets everything, durably. */
  clear(): void {
    this.list = [];
    this.file.replace([]);
  }

  entries(): readonly EpochEntry[] {
    return this.list;
  }

  private persistTruncation(): void {
    const copy = this.list.slice();
    if (this.options.truncationFsynced) this.file.replace(copy);
    else this.file.replaceUnsynced(copy);
  }
}

function contradicts(entry: EpochEntry, epoch: number, startOffset: number): boolean {
  return entry.epoch >= epoch || entry.startOffset >= startOffset;
}
