/**
 * Tries seeds in child processes, one per core. A child gets a chunk of seeds and reports each one as it is done, so that the parent always knows
 * which seed a child is on: a child that dies, falls silent or takes too much memory is replaced, and that seed is recorded with its fate, not tried again.
 *
 * Processes rather than threads: a trial that runs out of memory, loops for ever or exits takes down its own process only.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { residentMb } from './residentMemory.js';

/** Parent to child. The first message is `prepare`; then one chunk at a time. */
export type ToWorker =
  | { readonly type: 'prepare'; readonly payload: unknown; readonly maxSteps: number }
  | { readonly type: 'try'; readonly seeds: readonly string[] };

/** Child to parent: one `result` or `lost` per seed, in the order of the chunk. */
export type FromWorker<R> =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly seed: string; readonly result: R }
  | { readonly type: 'lost'; readonly seed: string; readonly fate: Fate; readonly detail: string };

/** What can become of a seed that has no result. */
export const fates = ['crashed', 'hung', 'out of memory'] as const;
export type Fate = (typeof fates)[number];

/** A seed without a result: its child did not survive it, or gave it up. */
export interface LostSeed {
  readonly seed: string;
  readonly fate: Fate;
  /** `exit code 9`, `signal SIGKILL`, `no result within 60 s`. */
  readonly detail: string;
}

export interface WorkerPoolOptions<R> {
  /** Module that every child runs. */
  readonly script: string;
  readonly workers: number;
  /** Sent to every child before its first chunk. */
  readonly payload: unknown;
  /**
   * The next seeds to try; empty when there is nothing left for this child. Children are numbered from 0, and one that takes the place of another gets a number
   * of its own: what must be tried in another process than before is given to another number.
   */
  readonly nextChunk: (child: number) => readonly string[];
  readonly onResult: (seed: string, result: R, child: number) => void;
  readonly onLost: (lost: LostSeed) => void;
  /** Longest time for one seed before its child is taken for hung. Default 60 s. */
  readonly silenceMs?: number;
  /** Most steps of one run, which a child keeps to by itself. Default: no limit. */
  readonly maxSteps?: number;
  /** Most memory that a child may hold. Default 2,048 MB. */
  readonly memoryMb?: number;
  /** Seeds after which a child is replaced, so that no garbage piles up. Default 5,000. */
  readonly recycleAfter?: number;
  /** Node options of the children. Default: no background threads, so that a worker takes one core and no more. */
  readonly execArgv?: readonly string[];
}

interface Worker {
  readonly number: number;
  readonly child: ChildProcess;
  /** Seeds of the present chunk that have no result yet; the first is the one being tried. */
  waiting: string[];
  tried: number;
  ready: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Why the parent ended it; null when it ended by itself. */
  sentence: Omit<LostSeed, 'seed'> | null;
  /** Told to end. */
  leaving: boolean;
}

/**
 * V8's helper threads collect garbage and compile beside a child. With a worker on every core they only get in each other's way: two workers then
 * give 1.4 times one, without the helpers 1.9 times, and more in total.
 */
const ONE_CORE: readonly string[] = ['--single-threaded'];

const DEFAULT_SILENCE_MS = 60_000;
export const DEFAULT_MEMORY_MB = 2_048;
const MEMORY_CHECK_MS = 1_000;
const STDERR_KEPT = 4_000;
/** A child that dies this often before its first result will not get better. */
const HOPELESS_STARTS = 3;

export class WorkerPool<R> {
  private readonly workers = new Set<Worker>();
  private finished: (() => void) | undefined;
  private failed: ((error: Error) => void) | undefined;
  private stopping = false;
  private failedStarts = 0;
  private started = 0;

  constructor(private readonly options: WorkerPoolOptions<R>) {}

  /** Runs until there are no more seeds, or until `stop` was called; then every child has ended. */
  async run(): Promise<void> {
    const memoryTimer = setInterval(() => this.checkMemory(), MEMORY_CHECK_MS);
    try {
      await new Promise<void>((resolve, reject) => {
        this.finished = resolve;
        this.failed = reject;
        for (let i = 0; i < this.options.workers; i++) {
          const chunk = this.options.nextChunk(this.started);
          if (chunk.length === 0) break;
          this.start(chunk);
        }
        this.settleWhenEmpty();
      });
    } finally {
      clearInterval(memoryTimer);
    }
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

  private get memoryMb(): number {
    return this.options.memoryMb ?? DEFAULT_MEMORY_MB;
  }

  private start(chunk: readonly string[]): void {
    const child = fork(this.options.script, {
      execArgv: [...(this.options.execArgv ?? ONE_CORE), `--max-old-space-size=${this.memoryMb}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    const fresh = { tried: 0, ready: false, timer: undefined, sentence: null, leaving: false };
    const worker: Worker = { number: this.started++, child, waiting: [...chunk], ...fresh };
    this.workers.add(worker);
    let stderr = '';
    child.stderr?.on('data', (data: Buffer) => (stderr = (stderr + data.toString('utf8')).slice(-STDERR_KEPT)));
    child.on('message', (message) => this.receive(worker, message as FromWorker<R>));
    child.on('error', () => child.kill('SIGKILL'));
    child.on('close', (code, signal) => this.ended(worker, exitText(code, signal), stderr));
    this.send(worker, { type: 'prepare', payload: this.options.payload, maxSteps: this.options.maxSteps ?? Infinity });
    this.send(worker, { type: 'try', seeds: worker.waiting });
    this.watch(worker);
  }

  private send(worker: Worker, message: ToWorker): void {
    // A child that has just died reports itself through `close`.
    worker.child.send(message, () => undefined);
  }

  private receive(worker: Worker, message: FromWorker<R>): void {
    if (worker.leaving) return;
    if (message.type === 'ready') worker.ready = true;
    this.watch(worker);
    if (message.type === 'ready') return;
    worker.waiting.shift();
    worker.tried++;
    this.failedStarts = 0;
    if (message.type === 'result') this.options.onResult(message.seed, message.result, worker.number);
    else this.options.onLost({ seed: message.seed, fate: message.fate, detail: message.detail });
    if (worker.waiting.length > 0 || this.stopping) return;
    this.feed(worker);
  }

  private feed(worker: Worker): void {
    const isOld = worker.tried >= (this.options.recycleAfter ?? 5_000);
    const chunk = isOld ? [] : this.options.nextChunk(worker.number);
    if (chunk.length > 0) {
      worker.waiting = [...chunk];
      this.send(worker, { type: 'try', seeds: worker.waiting });
      return;
    }
    this.dismiss(worker);
    const forAnother = this.options.nextChunk(this.started);
    if (forAnother.length > 0) this.start(forAnother);
  }

  private watch(worker: Worker): void {
    clearTimeout(worker.timer);
    const seedMs = this.options.silenceMs ?? DEFAULT_SILENCE_MS;
    // To start takes longer on a busy machine than a short time limit for seeds allows.
    const silenceMs = worker.ready ? seedMs : Math.max(seedMs, DEFAULT_SILENCE_MS);
    const detail = `no result within ${Math.round(silenceMs / 1000)} s`;
    worker.timer = setTimeout(() => this.condemn(worker, { fate: 'hung', detail }), silenceMs);
  }

  private checkMemory(): void {
    for (const worker of this.workers) {
      const { pid } = worker.child;
      if (worker.leaving || pid === undefined || residentMb(pid) <= this.memoryMb) continue;
      this.condemn(worker, { fate: 'out of memory', detail: `more than ${this.memoryMb} MB` });
    }
  }

  private condemn(worker: Worker, sentence: Omit<LostSeed, 'seed'>): void {
    worker.sentence ??= sentence;
    worker.child.kill('SIGKILL');
  }

  private dismiss(worker: Worker): void {
    worker.leaving = true;
    clearTimeout(worker.timer);
    worker.child.kill('SIGKILL');
  }

  private ended(worker: Worker, exit: string, stderr: string): void {
    clearTimeout(worker.timer);
    this.workers.delete(worker);
    if (!worker.leaving) this.replace(worker, exit, stderr);
    this.settleWhenEmpty();
  }

  private replace(worker: Worker, exit: string, stderr: string): void {
    if (!worker.ready && ++this.failedStarts >= HOPELESS_STARTS) {
      this.stop();
      this.failed?.(new Error(`worker processes do not start (${exit})${stderr === '' ? '' : `:\n${stderr.trimEnd()}`}`));
      return;
    }
    const left = worker.ready ? worker.waiting.slice(1) : worker.waiting;
    const seed = worker.waiting[0];
    if (worker.ready && seed !== undefined) this.options.onLost({ seed, ...(worker.sentence ?? fateOf(exit, stderr, this.memoryMb)) });
    if (this.stopping) return;
    const chunk = left.length > 0 ? left : this.options.nextChunk(this.started);
    if (chunk.length > 0) this.start(chunk);
  }

  private settleWhenEmpty(): void {
    if (this.workers.size === 0) this.finished?.();
  }
}

function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;
}

/** Of a child that ended by itself. */
function fateOf(exit: string, stderr: string, memoryMb: number): Omit<LostSeed, 'seed'> {
  if (/heap out of memory|Array buffer allocation failed/i.test(stderr)) {
    return { fate: 'out of memory', detail: `${exit}, with ${memoryMb} MB allowed` };
  }
  if (exit === 'signal SIGKILL') return { fate: 'out of memory', detail: `${exit}, which the system sends when its memory is used up` };
  return { fate: 'crashed', detail: `${exit}${lastLine(stderr)}` };
}

/** The line of a crash that says what it was. */
function lastLine(stderr: string): string {
  const line = stderr.split('\n').find((text) => /error|fatal/i.test(text));
  return line === undefined ? '' : `: ${line.trim()}`;
}
