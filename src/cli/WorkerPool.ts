/**
 * Tries seeds in child processes, one per core. A child gets a chunk of seeds and reports each one as it is done, so that the parent always knows
 * which seed a child is on: a child that dies or falls silent is replaced, and that seed is recorded as crashed or hung, not tried again.
 *
 * Processes rather than threads: a trial that runs out of memory, loops for ever or exits takes down its own process only.
 */
import { fork, type ChildProcess } from 'node:child_process';

/** Parent to child. The first message is `prepare`; then one chunk at a time. */
export type ToWorker =
  { readonly type: 'prepare'; readonly payload: unknown } | { readonly type: 'try'; readonly seeds: readonly string[] };

/** Child to parent: `result` once per seed, in the order of the chunk. */
export type FromWorker<R> = { readonly type: 'result'; readonly seed: string; readonly result: R } | { readonly type: 'ready' };

/** A seed that its child did not survive. */
export interface LostSeed {
  readonly seed: string;
  readonly fate: 'crashed' | 'hung';
  /** `exit code 9`, `signal SIGKILL`, `no result within 60 s`. */
  readonly detail: string;
}

export interface WorkerPoolOptions<R> {
  /** Module that every child runs. */
  readonly script: string;
  readonly workers: number;
  /** Sent to every child before its first chunk. */
  readonly payload: unknown;
  /** The next seeds to try; empty when there is nothing left. */
  readonly nextChunk: () => readonly string[];
  readonly onResult: (seed: string, result: R) => void;
  readonly onLost: (lost: LostSeed) => void;
  /** Longest time for one seed before its child is taken for hung. Default 60 s. */
  readonly silenceMs?: number;
  /** Seeds after which a child is replaced, so that no garbage piles up. Default 5,000. */
  readonly recycleAfter?: number;
  /** Node options of the children. Default: no background threads, so that a worker takes one core and no more. */
  readonly execArgv?: readonly string[];
}

interface Worker {
  readonly child: ChildProcess;
  /** Seeds of the present chunk that have no result yet; the first is the one being tried. */
  waiting: string[];
  tried: number;
  ready: boolean;
  timer: NodeJS.Timeout | undefined;
  fate: LostSeed['fate'];
  /** Told to end. */
  leaving: boolean;
}

/**
 * V8's helper threads collect garbage and compile beside a child. With a worker on every core they only get in each other's way: two workers then
 * give 1.4 times one, without the helpers 1.9 times, and more in total.
 */
const ONE_CORE: readonly string[] = ['--single-threaded'];

const STDERR_KEPT = 4_000;
/** A child that dies this often before its first result will not get better. */
const HOPELESS_STARTS = 3;

export class WorkerPool<R> {
  private readonly workers = new Set<Worker>();
  private finished: (() => void) | undefined;
  private failed: ((error: Error) => void) | undefined;
  private stopping = false;
  private failedStarts = 0;

  constructor(private readonly options: WorkerPoolOptions<R>) {}

  /** Runs until there are no more seeds, or until `stop` was called; then every child has ended. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.finished = resolve;
      this.failed = reject;
      for (let i = 0; i < this.options.workers; i++) {
        const chunk = this.options.nextChunk();
        if (chunk.length === 0) break;
        this.start(chunk);
      }
      this.settleWhenEmpty();
    });
  }

  /** Ends at once: seeds on the way are given up. */
  stop(): void {
    if (this.stopping) return;
    this.stopping = true;
    for (const worker of this.workers) this.dismiss(worker);
  }

  /** Process ids of the children alive. */
  get pids(): number[] {
    return [...this.workers].flatMap(({ child }) => (child.pid === undefined ? [] : [child.pid]));
  }

  private start(chunk: readonly string[]): void {
    const child = fork(this.options.script, {
      execArgv: [...(this.options.execArgv ?? ONE_CORE)],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    const worker: Worker = { child, waiting: [...chunk], tried: 0, ready: false, timer: undefined, fate: 'crashed', leaving: false };
    this.workers.add(worker);
    let stderr = '';
    child.stderr?.on('data', (data: Buffer) => (stderr = (stderr + data.toString('utf8')).slice(-STDERR_KEPT)));
    child.on('message', (message) => this.receive(worker, message as FromWorker<R>));
    child.on('error', () => child.kill('SIGKILL'));
    child.on('close', (code, signal) => this.ended(worker, code, signal, stderr));
    this.send(worker, { type: 'prepare', payload: this.options.payload });
    this.send(worker, { type: 'try', seeds: worker.waiting });
    this.watch(worker);
  }

  private send(worker: Worker, message: ToWorker): void {
    // A child that has just died reports itself through `close`.
    worker.child.send(message, () => undefined);
  }

  private receive(worker: Worker, message: FromWorker<R>): void {
    if (worker.leaving) return;
    if (message.type === 'ready') {
      worker.ready = true;
      this.watch(worker);
      return;
    }
    worker.waiting.shift();
    worker.tried++;
    this.failedStarts = 0;
    this.watch(worker);
    this.options.onResult(message.seed, message.result);
    if (worker.waiting.length > 0 || this.stopping) return;
    this.feed(worker);
  }

  private feed(worker: Worker): void {
    const chunk = this.options.nextChunk();
    if (chunk.length === 0) {
      this.dismiss(worker);
    } else if (worker.tried >= (this.options.recycleAfter ?? 5_000)) {
      this.dismiss(worker);
      this.start(chunk);
    } else {
      worker.waiting = [...chunk];
      this.send(worker, { type: 'try', seeds: worker.waiting });
    }
  }

  private watch(worker: Worker): void {
    clearTimeout(worker.timer);
    worker.timer = setTimeout(() => {
      worker.fate = 'hung';
      worker.child.kill('SIGKILL');
    }, this.options.silenceMs ?? 60_000);
  }

  private dismiss(worker: Worker): void {
    worker.leaving = true;
    clearTimeout(worker.timer);
    worker.child.kill('SIGKILL');
  }

  private ended(worker: Worker, code: number | null, signal: NodeJS.Signals | null, stderr: string): void {
    clearTimeout(worker.timer);
    this.workers.delete(worker);
    if (!worker.leaving) this.replace(worker, code, signal, stderr);
    this.settleWhenEmpty();
  }

  private replace(worker: Worker, code: number | null, signal: NodeJS.Signals | null, stderr: string): void {
    const exit = signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;
    if (!worker.ready && ++this.failedStarts >= HOPELESS_STARTS) {
      this.stop();
      this.failed?.(new Error(`worker processes do not start (${exit})${stderr === '' ? '' : `:\n${stderr.trimEnd()}`}`));
      return;
    }
    const left = worker.ready ? worker.waiting.slice(1) : worker.waiting;
    const seed = worker.waiting[0];
    if (worker.ready && seed !== undefined) {
      const seconds = Math.round((this.options.silenceMs ?? 60_000) / 1000);
      const detail = worker.fate === 'hung' ? `no result within ${seconds} s` : `${exit}${lastLine(stderr)}`;
      this.options.onLost({ seed, fate: worker.fate, detail });
    }
    if (this.stopping) return;
    const chunk = left.length > 0 ? left : this.options.nextChunk();
    if (chunk.length > 0) this.start(chunk);
  }

  private settleWhenEmpty(): void {
    if (this.workers.size === 0) this.finished?.();
  }
}

/** The line of a crash that says what it was. */
function lastLine(stderr: string): string {
  const line = stderr.split('\n').find((text) => /error|fatal/i.test(text));
  return line === undefined ? '' : `: ${line.trim()}`;
}
