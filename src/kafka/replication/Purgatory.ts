/**
 * Requests that wait at a partition (kafka.server.DelayedOperationPurgatory): an acks=all produce for the high watermark, a fetch for data. Each completes
 * exactly once, by an event or at its deadline.
 *
 * One purgatory per partition; an operation that spans several partitions is registered with each of them, and a completed one is
 * dropped where it is next seen.
 */
export interface DelayedOperation {
  readonly completed: boolean;
  /** Looks whether it can be answered now, and if so answers. */
  tryComplete(): boolean;
}

export class Purgatory {
  private readonly produces = new WaitingList();
  private readonly followerFetches = new WaitingList();
  private readonly consumerFetches = new WaitingList();

  watchProduce(operation: DelayedOperation): void {
    this.produces.add(operation);
  }

  watchFetch(operation: DelayedOperation, fromFollower: boolean): void {
    (fromFollower ? this.followerFetches : this.consumerFetches).add(operation);
  }

  /** The leader's log grew: followers can be answered. */
  logEndAdvanced(): void {
    this.followerFetches.check();
  }

  /** The high watermark moved, or the ISR changed: produces and consumers can be answered. */
  highWatermarkAdvanced(): void {
    this.produces.check();
    this.consumerFetches.check();
  }

  /** A follower's log grew, which is what the acks=N of old waits for. */
  followerAdvanced(): void {
    this.produces.check();
  }

  /** Leadership or epoch changed, or the log was cut: everybody looks again. */
  everythingChanged(): void {
    this.logEndAdvanced();
    this.highWatermarkAdvanced();
  }
}

/** Operations in order of arrival. An answer may let the next request in, which lands here again before the check is over. */
class WaitingList {
  private readonly operations: DelayedOperation[] = [];
  private checking = false;
  private checkAgain = false;
  private purgeAt = 16;

  add(operation: DelayedOperation): void {
    this.operations.push(operation);
    // Timed-out operations of an idle partition are seen by no check: drop them now and then.
    if (this.operations.length > this.purgeAt && !this.checking) this.purge();
  }

  check(): void {
    if (this.operations.length === 0) return;
    if (this.checking) {
      this.checkAgain = true;
      return;
    }
    this.checking = true;
    do {
      this.checkAgain = false;
      this.keep(stillWaits);
    } while (this.checkAgain);
    this.checking = false;
  }

  private purge(): void {
    this.keep(notCompleted);
    this.purgeAt = Math.max(16, this.operations.length * 2);
  }

  private keep(waits: (operation: DelayedOperation) => boolean): void {
    const operations = this.operations;
    let kept = 0;
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i] as DelayedOperation;
      if (waits(operation)) operations[kept++] = operation;
    }
    if (kept < operations.length) operations.length = kept;
  }
}

function notCompleted(operation: DelayedOperation): boolean {
  return !operation.completed;
}

function stillWaits(operation: DelayedOperation): boolean {
  return !operation.completed && !operation.tryComplete();
}
