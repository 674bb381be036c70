/** `trialrun check`: the main job. Tries seeds, adds up, shrinks what failed, tells it, and says how sure one may be. */
import { meaningfulClasses } from '../../explore/configuration.js';
import type { SeedRange, Shard } from '../../explore/seedBlocks.js';
import type { Strategy } from '../../explore/strategies/Strategy.js';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import type { CheckReport } from '../../report/checkReport.js';
import type { RemediesReport } from '../../report/remediesText.js';
import { CampaignReport, workersOr } from '../campaignReport.js';
import { usageError } from '../CliError.js';
import { configurationFrom, type ConfigurationOnTrial, type ConfigurationOptions } from '../configurationOptions.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { ensureWritableFolder } from '../files.js';
import { Gathered } from '../Gathered.js';
import { Progress } from '../Progress.js';
import { printReport, type ReportOptions } from '../printReport.js';
import { parseRequired } from '../requireOption.js';
import { ResultsFile } from '../ResultsFile.js';
import { headerFor, type Session } from '../resultsFormat.js';
import { SeedRunner } from '../SeedRunner.js';
import { payloadFor, strategyFrom, strategyOf } from '../seedScenarios.js';
import type { StrategyOptions } from '../strategyOption.js';
import { DEFAULT_SUGGEST_SEEDS, suggest } from '../suggest.js';
import { DEFAULT_MEMORY_MB } from '../WorkerPool.js';
import { workerScript } from '../workerScript.js';
import type { CheckPayload } from '../workerTasks.js';

export interface CheckOptions extends ConfigurationOptions, StrategyOptions, ReportOptions {
  seeds?: number;
  seed: number;
  /** Milliseconds. */
  time?: number;
  workers?: number;
  /** Try every seed, whatever the others showed. */
  keepGoing?: boolean;
  /** Share of the seeds that is run twice; true: all. */
  verifyDeterminism?: number | true;
  results?: string;
  resume?: boolean;
  shard?: Shard;
  /** Milliseconds. */
  seedTimeout?: number;
  /** Megabytes. */
  memory?: number;
  require?: string;
  /** Count what the seeds reached. */
  coverage?: boolean;
  /** What would keep a guarantee that was violated? Seeds to try it with; true: {@link DEFAULT_SUGGEST_SEEDS}. */
  suggest?: number | true;
}

const DEFAULT_SEEDS = 1_200;
/** One seed in so many is run twice unless somebody wants more. */
const REPEAT_EVERY = 200;
const SEED_TIMEOUT_MS = 60_000;

export async function check(options: CheckOptions): Promise<ExitCode> {
  const onTrial = configurationFrom(options);
  const required = parseRequired(options.require, onTrial.configuration);
  checkCombination(options);
  ensureWritableFolder(options.out);
  const payload = payloadFor(strategyFrom(options), {
    configuration: onTrial.configuration,
    classes: meaningfulClasses(onTrial.configuration, FAULT_CLASSES),
    requiredClasses: required.classes,
    requiredGuarantees: required.guarantees,
    coverage: options.coverage === true,
  });
  const work = new Check(options, onTrial, payload);
  const report = await work.run();
  const remedies = report.verdict === 'violated' && options.suggest !== undefined ? await work.suggest(options.suggest) : null;
  return printReport(report, options, remedies);
}

function checkCombination({ results, resume, shard, seeds, suggest: wanted, strategy }: CheckOptions): void {
  if (wanted !== undefined && (strategy ?? 'random') !== 'random')
    throw usageError('--suggest compares the same seeds under other configurations', 'leave it out, or take --strategy random');
  if (resume === true && results === undefined)
    throw usageError('--resume needs --results', 'name the file to go on with: --results campaign.jsonl --resume');
  if (shard === undefined) return;
  if (results === undefined)
    throw usageError('--shard needs --results', 'name the file that `trialrun merge` will read: --results shard-1.jsonl');
  if (seeds === undefined) throw usageError('--shard needs --seeds', 'say how many seeds the whole campaign has: --seeds 20000');
}

/** What was asked for, as far as there is so much; null: until the time is over. @throws CliError when there is nothing. */
function seedsToTry({ seed, seeds, time }: CheckOptions, size: number | null): number | null {
  if (size === null) return seeds ?? (time === undefined ? DEFAULT_SEEDS : null);
  const left = size - seed + 1;
  if (seed < 1 || left < 1) throw usageError(`--seed ${seed}: there is no such scenario`, `write a number from 1 to ${size}`);
  return Math.min(left, seeds ?? left);
}

class Check {
  private readonly progress = new Progress();
  private readonly script = workerScript();
  private readonly strategy: Strategy;
  private readonly gathered: Gathered;
  private readonly range: SeedRange;
  private readonly shard: Shard | null;
  private runner: SeedRunner | null = null;
  private reporting: CampaignReport | null = null;

  constructor(
    private readonly options: CheckOptions,
    private readonly onTrial: ConfigurationOnTrial,
    private readonly payload: CheckPayload,
  ) {
    this.gathered = new Gathered(payload);
    this.strategy = strategyOf(payload);
    this.range = { first: options.seed, seeds: seedsToTry(options, this.strategy.size) };
    this.shard = options.shard ?? null;
  }

  async run(): Promise<CheckReport> {
    const { options, payload, script, gathered, range, shard } = this;
    const { file, sessions } = this.openResults();
    const { verifyDeterminism: share } = options;
    const runner = new SeedRunner(
      {
        ...{ payload, script, range, shard, results: file },
        timeMs: options.time ?? null,
        workers: workersOr(options.workers),
        wholeBlocks: this.strategy.islandSeeds > 1,
        keepGoing: options.keepGoing === true || file !== null,
        repeatEvery: share === undefined ? REPEAT_EVERY : share === true ? 1 : Math.max(1, Math.round(1 / share)),
        seedTimeoutMs: options.seedTimeout ?? SEED_TIMEOUT_MS,
        memoryMb: options.memory ?? DEFAULT_MEMORY_MB,
        onProgress: (running) => this.progress.seeds(running),
      },
      gathered,
    );
    this.runner = runner;
    process.on('SIGINT', this.onInterrupt);
    process.on('SIGTERM', this.onInterrupt);
    try {
      await runner.run();
      const session = {
        session: `${new Date().toISOString()} ${process.pid}`,
        seconds: runner.elapsedMs / 1000,
        workers: runner.options.workers,
      };
      file?.close(session);
      return await this.report(runner, [...sessions, session]);
    } finally {
      process.off('SIGINT', this.onInterrupt);
      process.off('SIGTERM', this.onInterrupt);
      this.progress.clear();
    }
  }

  suggest(seeds: number | true): Promise<RemediesReport | null> {
    const { gathered, payload, range, options } = this;
    const groups = gathered.failing.byWayOfFailing();
    const count = seeds === true ? DEFAULT_SUGGEST_SEEDS : seeds;
    return suggest(groups, payload, range.first, count, { workers: workersOr(options.workers) });
  }

  private openResults(): { file: ResultsFile | null; sessions: readonly Session[] } {
    const { options, payload, onTrial, range, shard, gathered } = this;
    if (options.results === undefined) return { file: null, sessions: [] };
    return ResultsFile.open(options.results, headerFor(payload, onTrial, range, shard), options.resume === true, gathered);
  }

  private report(runner: SeedRunner, sessions: readonly Session[]): Promise<CheckReport> {
    const { options, payload, script, onTrial, range, shard, gathered } = this;
    const reporting = new CampaignReport(
      gathered,
      {
        ...{ payload, onTrial, script, shard, out: options.out, firstSeed: range.first, asked: runner.asked, missing: null },
        ...{ stoppedEarly: runner.stoppedEarly, shrink: options.shrink },
        seconds: sessions.reduce((sum, { seconds }) => sum + seconds, 0),
        workers: runner.options.workers,
      },
      this.progress,
    );
    this.reporting = reporting;
    if (runner.interrupted) reporting.interrupt();
    return reporting.make();
  }

  /** The first time: stop, and report what there is. The second time: go. */
  private readonly onInterrupt = (): void => {
    if (this.runner?.interrupted === true) process.exit(EXIT.interrupted);
    this.progress.say('  interrupted: saving what was found …');
    this.runner?.interrupt();
    this.reporting?.interrupt();
  };
}
