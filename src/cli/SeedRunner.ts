/**
 * The seeds of a check: hands them to the workers, adds up what comes back, runs some of them twice, and stops when they are used up, when the time is over,
 * when there is evidence enough, or when somebody interrupts.
 */
import { guaranteeNames, type GuaranteeName } from '../check/Finding.js';
import { Campaign, type TrialSummary } from '../explore/campaign.js';
import type { ShrinkTarget } from '../explore/shrink.js';
import { requiredFindings } from './attribution.js';
import { WorkerPool, type LostSeed } from './WorkerPool.js';
import type { Attribution, CheckPayload, SeedResult } from './workerTasks.js';

export interface SeedRunnerOptions {
  readonly payload: CheckPayload;
  /** Module of the workers. */
  readonly script: string;
  readonly firstSeed: number;
  /** Seeds to try; null: until the time is over. */
  readonly seeds: number | null;
  /** Milliseconds; null: no limit. */
  readonly timeMs: number | null;
  readonly workers: number;
  readonly onProgress: (runner: SeedRunner) => void;
}

/** A seed that failed, and how. */
export interface FailingSeed extends ShrinkTarget {
  readonly seed: string;
  /** Faults that began. */
  readonly faults: number;
  /** Decides the exit code. */
  readonly required: boolean;
}

const CHUNK = 6;
/** One in so many seeds is run twice, the first after a few. */
const REPEAT_EVERY = 200;
const REPEAT_FIRST = 4;
/** Failing seeds of one guarantee that are kept, to choose the simplest from. */
const KEPT_FAILURES = 5;
/** After the first required violation, so much more time is given for a simpler one. */
const EVIDENCE_MS = 4_000;
/** That time is given once more while every failing seed had more faults than this: the fewer there were, the shorter the story will be. */
const FEW_FAULTS = 6;

/** Guarantees of processing that are told of when they are broken, required or not. */
const ASKED_FOR: ReadonlySet<string> = new Set<GuaranteeName>(['exactly-once', 'at-least-once', 'at-most-once']);

export class SeedRunner {
  readonly campaign: Campaign;
  readonly lost: LostSeed[] = [];
  /** Seeds that gave two different hashes. */
  readonly unstable: { readonly seed: string; readonly hashes: readonly [string, string] }[] = [];
  /** Seeds run twice with the same hash. */
  repeated = 0;
  /** In a swarm, the shape of the seed that came in last. */
  lastShape = '';
  /** Seeds tried and faults that began in them, for the progress line. */
  tried = 0;
  faults = 0;
  stoppedEarly = false;
  interrupted = false;
  private readonly startedMs = Date.now();
  private endedMs = 0;
  private readonly failures = new Map<string, FailingSeed[]>();
  private readonly hashes = new Map<string, string>();
  private readonly toRepeat: string[] = [];
  private readonly pool: WorkerPool<SeedResult>;
  private nextSeed: number;
  private evidenceTimer: NodeJS.Timeout | undefined;

  constructor(readonly options: SeedRunnerOptions) {
    this.campaign = new Campaign(options.payload);
    this.nextSeed = options.firstSeed;
    this.pool = new WorkerPool<SeedResult>({
      script: options.script,
      workers: options.workers,
      payload: options.payload,
      nextChunk: () => this.nextChunk(),
      onResult: (_seed, result) => this.received(result),
      onLost: (lost) => this.lost.push(lost),
    });
  }

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

  /** Failing seeds by way of failing, required ones first, guarantees before invariants; in each the simplest first. */
  failing(): FailingSeed[][] {
    const rank = ([first]: readonly FailingSeed[]): number => {
      const index = guaranteeNames.indexOf(first?.guarantee as GuaranteeName);
      return (first?.required === true ? 0 : 100) + (index < 0 ? 50 : index);
    };
    const groups = [...this.failures.values()].map((group) =>
      [...group].sort((a, b) => a.faults - b.faults || Number(a.seed) - Number(b.seed)),
    );
    return groups.sort((a, b) => rank(a) - rank(b));
  }

  private nextChunk(): string[] {
    if (this.stoppedEarly || this.interrupted) return [];
    const again = this.toRepeat.splice(0);
    if (again.length > 0) return again;
    const { firstSeed, seeds } = this.options;
    const left = seeds === null ? CHUNK : firstSeed + seeds - this.nextSeed;
    const chunk = Array.from({ length: Math.max(0, Math.min(CHUNK, left)) }, (_, i) => String(this.nextSeed + i));
    this.nextSeed += chunk.length;
    return chunk;
  }

  private received({ summary, attributions }: SeedResult): void {
    const { seed, hash } = summary;
    const before = this.hashes.get(seed);
    if (before !== undefined) {
      if (before === hash) this.repeated++;
      else this.unstable.push({ seed, hashes: [before, hash] });
      return;
    }
    this.tried++;
    this.faults += summary.faults.length;
    this.lastShape = summary.shape?.text ?? '';
    this.campaign.add(summary);
    for (const { guarantee, kind, classes } of attributions) this.campaign.attribute(seed, guarantee, kind, classes);
    if (this.tried % REPEAT_EVERY === REPEAT_FIRST) {
      this.hashes.set(seed, hash);
      this.toRepeat.push(seed);
    }
    this.keepFailures(summary, attributions);
    this.options.onProgress(this);
  }

  private keepFailures(summary: TrialSummary, attributions: readonly Attribution[]): void {
    const { payload } = this.options;
    const deciding = requiredFindings(summary, payload);
    for (const finding of summary.findings) {
      if (!this.isTold(finding.guarantee)) continue;
      const needed =
        attributions.find(({ guarantee, kind }) => guarantee === finding.guarantee && kind === finding.kind)?.classes ?? summary.classes;
      // What is not promised is told by what has to be survived: that power loss does it too is no news.
      const asked = finding.guarantee.startsWith('invariant/') || payload.requiredGuarantees.includes(finding.guarantee as GuaranteeName);
      if (!asked && !needed.every((faultClass) => payload.requiredClasses.includes(faultClass))) continue;
      const required = deciding.includes(finding) && needed.every((faultClass) => payload.requiredClasses.includes(faultClass));
      this.keep({ ...finding, seed: summary.seed, faults: summary.faults.length, required });
    }
  }

  /** What is required, and what becomes of records in an application: people ask for that whether or not their configuration promises it. */
  private isTold(guarantee: string): boolean {
    const { requiredGuarantees } = this.options.payload;
    return guarantee.startsWith('invariant/') || ASKED_FOR.has(guarantee) || requiredGuarantees.includes(guarantee as GuaranteeName);
  }

  private keep({ guarantee, kind, seed, faults, required }: FailingSeed): void {
    const key = `${String(required)} ${guarantee} ${kind}`;
    const kept = this.failures.get(key) ?? [];
    if (kept.length < KEPT_FAILURES) this.failures.set(key, [...kept, { guarantee, kind, seed, faults, required }]);
    if (!required) return;
    if (kept.length + 1 >= KEPT_FAILURES) this.stopEarly();
    else this.evidenceTimer ??= setTimeout(() => this.evidenceIsIn(), EVIDENCE_MS);
  }

  private evidenceIsIn(): void {
    const required = [...this.failures.values()].flat().filter((failing) => failing.required);
    if (required.some(({ faults }) => faults <= FEW_FAULTS)) this.stopEarly();
    else this.evidenceTimer = setTimeout(() => this.stopEarly(), EVIDENCE_MS);
  }

  private stopEarly(): void {
    if (this.stoppedEarly) return;
    this.stoppedEarly = true;
    this.pool.stop();
  }
}
