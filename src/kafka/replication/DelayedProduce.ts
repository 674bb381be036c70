/** An acks=all (or, before 0.9, acks=N) produce that waits for replication, after kafka.server.DelayedProduce. */
import type { Timer } from '../../engine/Scheduler.js';
import { ErrorCode } from '../protocol/errors.js';
import type { Partition } from './Partition.js';
import type { DelayedOperation } from './Purgatory.js';

/** One partition's share of a produce request. */
export interface ProducePart {
  readonly partition: Partition | null;
  readonly id: number;
  /** Where its batch is in the log: as appended, or as found when the producer had sent it before; -1 and -1 when it was refused. */
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** The log grew. */
  readonly appended: boolean;
  errorCode: number;
  /** Still waiting for replication. */
  pending: boolean;
}

export class DelayedProduce implements DelayedOperation {
  completed = false;
  /** Nobody looks at it for now, though its time runs on. */
  unseen = false;
  timer: Timer = 0;

  constructor(
    readonly parts: readonly ProducePart[],
    private readonly acks: number,
    private readonly minIsrChecks: boolean,
    private readonly finish: (operation: DelayedProduce) => void,
  ) {}

  tryComplete(): boolean {
    if (this.unseen) return false;
    let waiting = false;
    for (const part of this.parts) {
      if (part.pending) this.check(part);
      if (part.pending) waiting = true;
    }
    if (waiting) return false;
    this.complete();
    return true;
  }

  /** The deadline passed: what is unresolved gets REQUEST_TIMED_OUT; the records stay in the log. */
  expire(): void {
    if (this.completed) return;
    for (const part of this.parts) {
      if (part.pending) {
        part.pending = false;
        part.errorCode = ErrorCode.REQUEST_TIMED_OUT;
      }
    }
    this.complete();
  }

  private complete(): void {
    this.completed = true;
    this.finish(this);
  }

  private check(part: ProducePart): void {
    const partition = part.partition as Partition;
    const required = part.lastOffset + 1;
    if (!partition.isLeader) {
      part.errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
      part.pending = false;
    } else if (this.acks > 1) {
      // acks=N looked at log ends, not at the high watermark (KAFKA-1555 is why min.insync.replicas came).
      if (partition.copiesReaching(required) >= this.acks) part.pending = false;
    } else if (partition.log.highWatermark >= required) {
      // The members counted after the append are the maximal ISR's (KIP-497).
      const enough = !this.minIsrChecks || partition.effectiveMinIsr <= partition.maximalIsr.length;
      part.errorCode = enough ? ErrorCode.NONE : ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
      part.pending = false;
    }
  }
}
