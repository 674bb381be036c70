/**
 * A fetch that waits for data, after kafka.server.DelayedFetch. A moved high watermark alone does not answer a follower: it learns of it with
 * the next data or when its wait ends.
 */
import type { Timer } from '../../engine/Scheduler.js';
import type { FetchRequest, FetchResponse } from '../protocol/messages.js';
import type { Partition } from './Partition.js';
import type { DelayedOperation } from './Purgatory.js';

export class DelayedFetch implements DelayedOperation {
  completed = false;
  timer: Timer = 0;

  /**
   * @param partitions the partitions of the request, in its order
   * @param leaderEpochs their leader epochs when the fetch began to wait
   * @param leading whether this broker led them then: a follower may serve consumers too (KIP-392)
   */
  constructor(
    readonly request: FetchRequest,
    private readonly partitions: readonly Partition[],
    private readonly leaderEpochs: readonly number[],
    private readonly leading: readonly boolean[],
    readonly respond: (response: FetchResponse) => void,
    private readonly finish: (operation: DelayedFetch) => void,
  ) {}

  tryComplete(): boolean {
    if (!this.canBeAnswered()) return false;
    this.complete();
    return true;
  }

  expire(): void {
    if (!this.completed) this.complete();
  }

  private complete(): void {
    this.completed = true;
    this.finish(this);
  }

  private canBeAnswered(): boolean {
    const fromFollower = this.request.replicaId >= 0;
    const committed = this.request.isolationLevel === 'read_committed';
    let bytes = 0;
    for (let i = 0; i < this.partitions.length; i++) {
      const partition = this.partitions[i] as Partition;
      const asked = this.request.partitions[i] as FetchRequest['partitions'][number];
      if (partition.isLeader !== this.leading[i] || partition.leaderEpoch !== this.leaderEpochs[i]) return true;
      const end = fromFollower ? partition.log.logEndOffset : committed ? partition.log.lastStableOffset : partition.log.highWatermark;
      if (asked.fetchOffset > partition.log.logEndOffset || asked.fetchOffset < partition.log.logStartOffset) return true;
      if (asked.fetchOffset >= end) continue;
      if (this.request.minBytes <= 1) return true;
      for (const batch of partition.log.read(asked.fetchOffset, asked.maxBytes, end)) bytes += batch.sizeBytes;
      if (bytes >= this.request.minBytes) return true;
    }
    return false;
  }
}
