/** Workers that deal with records from one queue, side by side, each with one at a time; records of one partition may overtake each other in it. */
import type { Process } from '../engine/Host.js';
import type { Received } from './Progress.js';

/** How long an orderly end waits for a pool: less than what container platforms grant a process before they kill it. */
const GRACE_US = 10_000_000;

export class ProcessingPool {
  private readonly queue: Received[] = [];
  private busy = 0;
  private filling = false;
  private onIdle: (() => void) | null = null;

  /** @param work deals with a record and calls `done` when the worker is free again. */
  constructor(
    private readonly process: Process,
    private readonly workers: number,
    private readonly work: (record: Received, done: () => void) => void,
  ) {}

  /** Nothing waits, and nobody works. */
  get idle(): boolean {
    return this.busy === 0 && this.queue.length === 0;
  }

  submit(records: readonly Received[]): void {
    for (const record of records) this.queue.push(record);
    this.fill();
  }

  /** What waits of this partition is not dealt with any more. */
  drop(partition: number): void {
    for (const record of this.queue) if (record.partition === partition) record.dropped = true;
  }

  /** Works off what waits, then calls `done`; after {@link GRACE_US} what has not been begun is dropped. */
  finish(done: () => void): void {
    this.onIdle = done;
    if (this.busy === 0) this.process.after(0, this.stopped, undefined);
    else this.process.after(GRACE_US, this.dropAll, undefined);
  }

  private readonly dropAll = (): void => {
    this.queue.length = 0;
  };

  private fill(): void {
    // A worker that takes no time is free again before `work` returns.
    this.filling = true;
    while (this.busy < this.workers) {
      const record = this.queue.shift();
      if (record === undefined) break;
      if (record.dropped) continue;
      this.busy++;
      this.work(record, this.finished);
    }
    this.filling = false;
  }

  private readonly finished = (): void => {
    this.busy--;
    if (this.filling) return;
    this.fill();
    if (this.busy === 0) this.stopped();
  };

  private readonly stopped = (): void => {
    const done = this.onIdle;
    this.onIdle = null;
    done?.();
  };
}
