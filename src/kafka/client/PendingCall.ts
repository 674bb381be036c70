/**
 * A call of the transactional API that blocks in Java, for at most max.block.ms: initTransactions, sendOffsetsToTransaction, commitTransaction,
 * abortTransaction. After a timeout the work goes on, and the same call again waits for the same end.
 */
import type { Process } from '../../engine/Host.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { ProducerError } from './producerRecord.js';

/**
 * `abortable`: the transaction can only be aborted; `fatal`: the producer can only be closed; `unknown`: max.block.ms is over, and what was asked for goes on in
 * the background.
 */
export type CallOutcome = 'ok' | 'abortable' | 'fatal' | 'unknown';

export interface TransactionResult {
  /** null when all is well; `TIMEOUT` when unknown; `ILLEGAL_STATE` when the call has no place there (never initialised, no transaction begun …). */
  readonly error: ProducerError | null;
  readonly outcome: CallOutcome;
  /** Only after an unsuccessful commit: the coordinator may have been reached and may have committed, or may yet do so. */
  readonly mayHaveCommitted: boolean;
}

export type TransactionCallback = (result: TransactionResult) => void;

export const CALL_OK: TransactionResult = { error: null, outcome: 'ok', mayHaveCommitted: false };

interface Waiter {
  readonly done: TransactionCallback;
  readonly timer: Timer;
}

export class PendingCall {
  private result: TransactionResult | null = null;
  private readonly waiters: Waiter[] = [];

  /** @param commits it is a commit, which a timeout leaves undecided */
  constructor(
    private readonly process: Process,
    private readonly maxBlockUs: number,
    private readonly commits: boolean,
  ) {}

  get completed(): boolean {
    return this.result !== null;
  }

  /** `done` is called once, never before this returns. */
  wait(done: TransactionCallback): void {
    if (this.result !== null) {
      this.process.after(0, done, this.result);
      return;
    }
    const timer = this.process.after(this.maxBlockUs, this.timedOut, done);
    this.waiters.push({ done, timer });
  }

  complete(result: TransactionResult): void {
    if (this.result !== null) return;
    this.result = result;
    for (const { done, timer } of this.waiters.splice(0)) {
      this.process.cancel(timer);
      this.process.after(0, done, result);
    }
  }

  private readonly timedOut = (done: TransactionCallback): void => {
    const at = this.waiters.findIndex((waiter) => waiter.done === done);
    if (at === -1) return;
    this.waiters.splice(at, 1);
    done({ error: 'TIMEOUT', outcome: 'unknown', mayHaveCommitted: this.commits });
  };
}
