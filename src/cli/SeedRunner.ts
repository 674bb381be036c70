/**
 * The seeds of a check: hands them to the workers, gathers what comes back, runs some of them twice, and stops when they are used up, when the time is over,
 * when there is evidence enough, or when somebody interrupts.
 */
import type { SeedResult } from '../explore/trialSummary.js';
import { blockOf, countInShard, nextInShard, SEEDS_PER_BLOCK, type SeedRange, type Shard } from '../explore/seedBlocks.js';
import type { Gathered } from './Gathered.js';
import type { ResultsFile } from './ResultsFile.js';
import { WorkerPool, type LostSeed } from './WorkerPool.js';
import type { CheckPayload } from './workerTasks.js';

export interface SeedRunnerOptions {
  readonly payload: CheckPayload;
  /** Module of the workers. */
  readonly script: string;
  /** Seeds to try; without a number of them: until the time is over. */
  readonly range: SeedRange;
  /** Only this part of them. */
  readonly shard: Shard | null;
  /** Milliseconds; null: no limit. */
  readonly timeMs: number | null;
  readonly workers: number;
  /** One worker tries the seeds of a block, in order: what is learned there is learned once. Default: any worker tries any seed. */
  readonly wholeBlocks?: boolean;
  /** Try every seed, however many have failed. */
  readonly keepGoing: boolean;
  /** One seed in so many is run twice. */
  readonly repeatEvery: number;
  /** A seed without a result after so long is taken for hung. */
  readonly seedTimeoutMs: number;
  /** Most memory of one worker. */
  readonly memoryMb: number;
  /** Where each result is written as it comes. */
  readonly results: ResultsFile | null;
  readonly onProgress: (runner: SeedRunner) => void;
}

/** Seeds that a worker gets at once: few, so that all end together. */
const CHUNK = 6;
/** Of every so many seeds the fourth is repeated: a short campaign repeats one as well. */
const REPEAT_FIRST = 4;
/** So many failures in one and the same way that decides are evidence enough. */
const ENOUGH_FAILURES = 5;
/** After the first required violation, so much more time is given for a simpler one. */
const EVIDENCE_MS = 4_000;
/** That time is given once more while every failing seed had more faults than this: the fewer there were, the shorter the story will be. */
const FEW_FAULTS = 6;
/** A run that takes more steps than a quick machine does in the time it has will not end: told by its steps, it is the same seed on every machine. */
const STEPS_PER_SECOND = 500_000;

/** A seed to be run again, in another process than this. */
interface Repeat {
  readonly seed: string;
  readonly ranIn: number;
}

export class SeedRunner {
  /** In a swarm, the shape of the seed that came in last. */
  lastShape = '';
  stoppedEarly = false;
  interrupted = false;
  private readonly startedMs = Date.now();
  private readonly triedBefore: number;
  private endedMs = 0;
  private toRepeat: Repeat[] = [];
  private readonly pool: WorkerPool<SeedResult>;
  private nextSeed: number;
  private evidenceTimer: NodeJS.Timeout | undefined;
  private failure: Error | undefined;

  /** @param gathered where results go; seeds that it knows are not tried again. */
  constructor(
    readonly options: SeedRunnerOptions,
    readonly gathered: Gathered,
  ) {
    this.triedBefore = gathered.tried;
    this.nextSeed = options.range.first;
    this.pool = new WorkerPool<SeedResult>({
      ...{ script: options.script, workers: options.workers, payload: options.payload, memoryMb: options.memoryMb },
      silenceMs: options.seedTimeoutMs,
      maxSteps: Math.ceil((options.seedTimeoutMs / 1000) * STEPS_PER_SECOND),
      nextChunk: (child) => this.nextChunk(child),
      onResult: (_seed, result, child) => this.guarded(() => this.received(result, child)),
      onLost: (lost) => this.guarded(() => this.lose(lost)),
    });
  }

  /** @throws CliError when results cannot be written. */
  async run(): Promise<void> {
    const { timeMs } = this.options;
    const deadline = timeMs === null ? undefined : setTimeout(() => this.pool.stop(), timeMs);
    try {
      await this.pool.run();
    } finally {
      clearTimeout(deadline);
      clearTimeout(this.evidenceTimer);
      this.endedMs = Date.now();
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** Gives up the seeds on the way; what was found stays. */
  interrupt(): void {
    this.interrupted = true;
    this.pool.stop();
  }

  /** Of the trials, without what comes after them. */
  get elapsedMs(): number {
    return (this.endedMs === 0 ? Date.now() : this.endedMs) - this.startedMs;
  }

  /** Seeds that are to be tried in all; null: as many as the time allows. */
  get asked(): number | null {
    return countInShard(this.options.range, this.options.shard);
  }

  /** Of these, the ones that have a result since this runner began. */
  get triedNow(): number {
    return this.gathered.tried - this.triedBefore;
  }

  // ---------------------------------------------------------------- what to try

  private nextChunk(child: number): string[] {
    if (this.stoppedEarly || this.interrupted) return [];
    const again = this.takeRepeats(child);
    return again.length > 0 ? again : this.takeSeeds(child);
  }

  private takeRepeats(child: number): string[] {
    const taken = this.toRepeat.filter(({ ranIn }) => ranIn !== child).slice(0, CHUNK);
    if (taken.length > 0) this.toRepeat = this.toRepeat.filter((repeat) => !taken.includes(repeat));
    return taken.map(({ seed }) => seed);
  }

  /** Of one block, so that a block's seeds stay together as far as they can. */
  private takeSeeds(child: number): string[] {
    const { range, shard } = this.options;
    const end = range.seeds === null ? Infinity : range.first + range.seeds;
    const chunk: string[] = [];
    const size = this.options.wholeBlocks === true ? SEEDS_PER_BLOCK : CHUNK;
    for (let seed = nextInShard(this.nextSeed, shard); seed < end && chunk.length < size; seed = nextInShard(seed + 1, shard)) {
      const [first] = chunk;
      if (first !== undefined && blockOf(Number(first)) !== blockOf(seed)) break;
      this.nextSeed = seed + 1;
      const text = String(seed);
      if (!this.gathered.knows(text)) chunk.push(text);
      else if (this.isToBeRepeated(text)) this.toRepeat.push({ seed: text, ranIn: EARLIER });
    }
    // On the way there may have been seeds of an earlier session that are still to be repeated.
    return chunk.length > 0 ? chunk : this.takeRepeats(child);
  }

  private isToBeRepeated(seed: string): boolean {
    const { repeatEvery } = this.options;
    const isChosen = Number(seed) % repeatEvery === REPEAT_FIRST % repeatEvery;
    return isChosen && this.gathered.campaign.ledger.has(seed) && !this.gathered.wasRepeated(seed);
  }

  // ---------------------------------------------------------------- what comes back

  /** What goes wrong with a result ends the run, not only the callback that it came in. */
  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failure ??= error instanceof Error ? error : new Error(String(error));
      this.pool.stop();
    }
  }

  private received(result: SeedResult, child: number): void {
    const { seed, hash } = result.summary;
    if (this.gathered.campaign.ledger.has(seed)) {
      this.options.results?.repeated(seed, hash);
      this.gathered.repeat(seed, hash);
      return;
    }
    this.options.results?.result(result);
    this.gathered.add(result);
    this.lastShape = result.summary.shape?.text ?? '';
    if (this.isToBeRepeated(seed)) this.toRepeat.push({ seed, ranIn: child });
    if (!this.options.keepGoing) this.weighEvidence();
    this.options.onProgress(this);
  }

  private lose(lost: LostSeed): void {
    const told = { ...lost, repeated: this.gathered.campaign.ledger.has(lost.seed) };
    this.options.results?.lost(told);
    this.gathered.lose(told);
  }

  // ---------------------------------------------------------------- when to stop

  private weighEvidence(): void {
    const { fewestFaults, mostRequired } = this.gathered.failing;
    if (fewestFaults === null) return;
    if (mostRequired >= ENOUGH_FAILURES) this.stopEarly();
    else this.evidenceTimer ??= setTimeout(() => this.evidenceIsIn(), EVIDENCE_MS);
  }

  private evidenceIsIn(): void {
    if ((this.gathered.failing.fewestFaults ?? Infinity) <= FEW_FAULTS) this.stopEarly();
    else this.evidenceTimer = setTimeout(() => this.stopEarly(), EVIDENCE_MS);
  }

  private stopEarly(): void {
    if (this.stoppedEarly) return;
    this.stoppedEarly = true;
    this.pool.stop();
  }
}

/** No child of this session. */
const EARLIER = -1;
