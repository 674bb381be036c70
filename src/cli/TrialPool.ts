/**
 * Runs trials in child processes that stay: an inquiry asks for one batch after the other, and each waits for the one before it. A child that dies or falls silent
 * is replaced, and its trial has no outcome. (`WorkerPool` is for seeds without number, and lets its children go when it has none for them.)
 */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Inquiry, Outcomes, TrialJob, TrialOutcome } from '../explore/inquiry.js';

export interface TrialPoolOptions {
  readonly workers: number;
  /** Milliseconds after which nothing more is begun; null: no limit. */
  readonly timeMs: number | null;
  /** Longest time for one trial. Default 60 s. */
  readonly silenceMs?: number;
  /** Module of the children. Default: the trial worker that comes with Trialrun. */
  readonly script?: string;
  /** Trials that have an outcome so far. */
  readonly onProgress?: (done: number) => void;
}

/** Why an inquiry ended before its end. */
export type CutShort = 'interrupted' | 'time' | 'lost' | null;

interface Batch {
  readonly jobs: readonly TrialJob[];
  readonly outcomes: (TrialOutcome | null)[];
  next: number;
  left: number;
  readonly done: (outcomes: Outcomes) => void;
}

interface Child {
  readonly process: ChildProcess;
  /** Index of its job in the batch; -1 while it has none. */
  job: number;
  /** It has started, and listens. */
  ready: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** Child to parent: once when it listens, then one outcome for each job. */
export type FromTrialWorker = 'ready' | TrialOutcome;

/** As in `WorkerPool`: a child takes one core and no more. */
const ONE_CORE = ['--single-threaded'];
const SILENCE_MS = 60_000;
/** A child on a busy machine takes its time to begin. */
const START_MS = 60_000;

export class TrialPool {
  cutShort: CutShort = null;
  /** Trials that ended. */
  done = 0;
  private readonly children = new Set<Child>();
  private readonly deadline: NodeJS.Timeout | undefined;
  private batch: Batch | null = null;

  constructor(private readonly options: TrialPoolOptions) {
    if (options.timeMs !== null) this.deadline = setTimeout(() => this.stop('time'), options.timeMs);
  }

  /** Runs an inquiry to its end, or to where it was stopped. */
  async run<R>(inquiry: Inquiry<R>): Promise<R> {
    let step = inquiry.next();
    while (step.done !== true) step = inquiry.next(await this.outcomesOf(step.value));
    return step.value;
  }

  /** What runs is given up; inquiries end with what they have. */
  stop(why: 'interrupted' | 'time'): void {
    this.cutShort ??= why;
    for (const child of this.children) child.process.kill('SIGKILL');
    this.finishBatch();
  }

  /** Ends the children. */
  close(): void {
    clearTimeout(this.deadline);
    for (const child of this.children) child.process.kill('SIGKILL');
  }

  private outcomesOf(jobs: readonly TrialJob[]): Promise<Outcomes> {
    const outcomes = jobs.map(() => null);
    if (this.isStopped() || jobs.length === 0) return Promise.resolve(outcomes);
    return new Promise((done) => {
      this.batch = { jobs, outcomes, next: 0, left: jobs.length, done };
      while (this.children.size < Math.min(this.options.workers, jobs.length)) this.start();
      for (const child of this.children) this.feed(child);
    });
  }

  private isStopped(): boolean {
    return this.cutShort === 'interrupted' || this.cutShort === 'time';
  }

  private start(): void {
    const process = fork(this.options.script ?? trialWorkerScript(), {
      execArgv: ONE_CORE,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    const child: Child = { process, job: -1, ready: false, timer: undefined };
    this.children.add(child);
    process.on('message', (message) => this.received(child, message as FromTrialWorker));
    process.on('error', () => process.kill('SIGKILL'));
    process.on('close', () => this.ended(child));
  }

  private feed(child: Child): void {
    const { batch } = this;
    if (batch === null || child.job >= 0 || batch.next >= batch.jobs.length) return;
    child.job = batch.next++;
    this.watch(child);
    // A child that has just died reports itself through `close`.
    child.process.send(batch.jobs[child.job] as TrialJob, () => undefined);
  }

  private watch(child: Child): void {
    clearTimeout(child.timer);
    const patienceMs = child.ready ? (this.options.silenceMs ?? SILENCE_MS) : START_MS;
    child.timer = setTimeout(() => child.process.kill('SIGKILL'), patienceMs);
  }

  private received(child: Child, outcome: FromTrialWorker): void {
    if (outcome === 'ready') {
      child.ready = true;
      if (child.job >= 0) this.watch(child);
      return;
    }
    this.done++;
    this.options.onProgress?.(this.done);
    this.completed(child, outcome);
    this.feed(child);
  }

  private ended(child: Child): void {
    this.children.delete(child);
    if (child.job < 0 || this.isStopped()) return;
    this.cutShort ??= 'lost';
    this.completed(child, null);
    if (this.batch !== null && this.batch.next < this.batch.jobs.length) {
      this.start();
      for (const other of this.children) this.feed(other);
    }
  }

  private completed(child: Child, outcome: TrialOutcome | null): void {
    const { batch } = this;
    clearTimeout(child.timer);
    const { job } = child;
    child.job = -1;
    if (batch === null || job < 0) return;
    batch.outcomes[job] = outcome;
    batch.left--;
    if (batch.left === 0) this.finishBatch();
  }

  private finishBatch(): void {
    const { batch } = this;
    this.batch = null;
    batch?.done(batch.outcomes);
  }
}

/** The built module beside this one; where the sources run as they are (in tests), the one of the last build. */
function trialWorkerScript(): string {
  const beside = fileURLToPath(new URL('trialWorker.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/cli/trialWorker.js', import.meta.url));
}
