/** What groups have committed when all is over, read from `__consumer_offsets` as a new coordinator would read it (KIP-98: a transaction's offsets count once it is committed). */
import { CONSUMER_OFFSETS_TOPIC } from '../../kafka/protocol/coordinatorRecords.js';
import { topicOf } from '../../kafka/protocol/topicPartition.js';
import type { FinalLog } from '../finalLogs.js';
import type { EndOfRun } from './Guarantee.js';

interface Latest {
  readonly at: number;
  readonly group: string;
  readonly partition: number;
  /** -1: deleted. */
  readonly offset: number;
}

export class GroupOffsets {
  /** Some partition of the topic has no leader to be read: what it holds is not known. */
  readonly incomplete: boolean;
  private readonly byKey = new Map<string, Latest>();
  /** `group/partition` to every offset that took effect, as far as the log still has it. */
  private readonly effective = new Map<string, Set<number>>();

  constructor(end: EndOfRun) {
    let incomplete = false;
    for (const { partition, leader } of end.partitions) {
      if (topicOf(end.names, partition) !== CONSUMER_OFFSETS_TOPIC) continue;
      if (leader === null) incomplete = true;
      else this.read(leader);
    }
    this.incomplete = incomplete;
    for (const { group, partition, offset } of end.chronicle.committed) this.effectiveOf(group, partition).add(offset);
  }

  /** Offset from which the group would go on; -1: it has none, or nobody can tell. */
  of(group: string, partition: number): number {
    return this.byKey.get(`offset/${group}/${partition}`)?.offset ?? -1;
  }

  /** Did a commit of exactly this offset ever take effect? */
  tookEffect(group: string, partition: number, offset: number): boolean {
    return this.effectiveOf(group, partition).has(offset);
  }

  private read(log: FinalLog): void {
    for (const { offset: at, key, payload } of log.entries) {
      const fate = log.fateAt(at);
      if (fate !== 'plain' && fate !== 'committed') continue;
      const before = this.byKey.get(key);
      if (before !== undefined && before.at > at) continue;
      if (payload === null) {
        if (before !== undefined) this.byKey.set(key, { ...before, at, offset: -1 });
      } else if (payload.kind === 'offset-commit') {
        const { group, partition, offset } = payload;
        this.byKey.set(`offset/${group}/${partition}`, { at, group, partition, offset });
        this.effectiveOf(group, partition).add(offset);
      }
    }
  }

  private effectiveOf(group: string, partition: number): Set<number> {
    const key = `${group}/${partition}`;
    let offsets = this.effective.get(key);
    if (offsets === undefined) this.effective.set(key, (offsets = new Set()));
    return offsets;
  }
}
