/**
 * From what a campaign gathered to its report: failures are made small and told, the verdict is found. The same for a check that has just ended and for results
 * that were merged, so that both say the same.
 */
import { availableParallelism } from 'node:os';
import { coverageOf } from '../explore/coverage.js';
import type { Shard } from '../explore/seedBlocks.js';
import { DEFAULT_STRATEGY } from '../explore/strategies/Strategy.js';
import type { CheckReport, CheckVerdict, FailureReport, MissingSeeds, NondeterminismReport } from '../report/checkReport.js';
import { buildDigest } from './build.js';
import { commandText } from './commandText.js';
import type { ConfigurationOnTrial } from './configurationOptions.js';
import { configurationText } from '../report/configurationText.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import type { FailingSeed } from './FailingSeeds.js';
import { givenIn, saveFailure, shrinkFailure, type FailureContext, type ShrunkFailure } from './failures.js';
import type { Gathered } from './Gathered.js';
import type { Progress } from './Progress.js';
import { strategyOf, strategyWords } from './seedScenarios.js';
import { compareInTwoProcesses } from './twoProcesses.js';
import { version } from './version.js';
import type { CheckPayload, RunSubject } from './workerTasks.js';

/** Time for shrinking the first failure, for each further one, and for all together. */
const SHRINK_MS = 14_000;
const SHRINK_MORE_MS = 6_000;
const SHRINK_ALL_MS = 17_000;
/** A failure of so few faults is short enough; else another seed is tried while the time lasts. */
const SHORT_STORY = 3;
const LEAST_SHRINK_MS = 3_000;
/** Required ways of failing that are shrunk and told. */
const MOST_FAILURES = 2;

/** Everything about a campaign but what it found. */
export interface CampaignFrame {
  readonly payload: CheckPayload;
  readonly onTrial: Pick<ConfigurationOnTrial, 'notModelled' | 'defaultsFrom' | 'remarks' | 'commandLine'>;
  readonly script: string;
  /** Folder for failing runs. */
  readonly out: string;
  readonly firstSeed: number;
  /** Null: as many as the time allowed. */
  readonly asked: number | null;
  readonly shard: Shard | null;
  readonly missing: MissingSeeds | null;
  readonly stoppedEarly: boolean;
  /** Make failures small; else they are told as their seeds had them. */
  readonly shrink: boolean;
  readonly seconds: number;
  readonly workers: number;
}

export class CampaignReport {
  private stopShrinking = (): void => undefined;
  private unlike: NondeterminismReport | null = null;
  private interrupted = false;

  constructor(
    private readonly gathered: Gathered,
    private readonly frame: CampaignFrame,
    private readonly progress: Progress,
  ) {}

  /** Ends shrinking: what was found is told as it is. */
  interrupt(): void {
    this.interrupted = true;
    this.stopShrinking();
  }

  async make(): Promise<CheckReport> {
    // A shard leaves the judging to the merge.
    const failures = this.frame.shard === null ? await this.tellFailures() : [];
    const { gathered, frame } = this;
    const [unstable] = gathered.unstable;
    const { payload } = frame;
    const nondeterminism =
      unstable === undefined ? this.unlike : await this.nondeterminism(unstable.seed, unstable.hashes, { payload, seed: unstable.seed });
    return this.report(failures, nondeterminism);
  }

  // ---------------------------------------------------------------- failures

  /** The ways of failing that decide, and some that do not: what power loss can still do, and what is not promised and happens. */
  private async tellFailures(): Promise<FailureReport[]> {
    const groups = this.gathered.failing.byWayOfFailing();
    const isAsked = (guarantee: string): boolean => (this.frame.payload.requiredGuarantees as readonly string[]).includes(guarantee);
    const deciding = groups.filter(([first]) => first?.required === true).slice(0, MOST_FAILURES);
    const optional = groups.filter(([first]) => first?.required === false);
    const beyond = optional.filter(([first]) => isAsked(first?.guarantee ?? '')).slice(0, 1);
    const unpromised = optional.filter(
      ([first]) => !isAsked(first?.guarantee ?? '') && first?.guarantee.startsWith('invariant/') === false,
    );
    const other = [...beyond, ...unpromised.slice(0, 1)];
    const told: FailureReport[] = [];
    const endMs = Date.now() + SHRINK_ALL_MS;
    for (const group of [...deciding, ...other]) {
      const budgetMs = told.length === 0 ? SHRINK_MS : Math.max(LEAST_SHRINK_MS, Math.min(SHRINK_MORE_MS, endMs - Date.now()));
      const report = await this.tellSimplest(group, budgetMs);
      if (report !== null) told.push(report);
    }
    return told;
  }

  /** Shrinks failing seeds one after the other until a story is short enough, and keeps the shortest. */
  private async tellSimplest(group: readonly FailingSeed[], budgetMs: number): Promise<FailureReport | null> {
    const deadline = Date.now() + budgetMs;
    let best: ShrunkFailure | null = null;
    for (const failing of group) {
      const leftMs = Math.max(0, deadline - Date.now());
      if (best !== null && (!this.frame.shrink || best.scenario.faults.length <= SHORT_STORY || leftMs < LEAST_SHRINK_MS)) break;
      if (this.frame.shrink) this.progress.say(`  making the failure of seed ${failing.seed} small (${failing.guarantee}) …`);
      const shrunk = await shrinkFailure(failing, this.interrupted || !this.frame.shrink ? 0 : leftMs, this.context());
      if (best === null || shrunk.scenario.faults.length < best.scenario.faults.length) best = shrunk;
    }
    return best === null ? null : this.tell(best);
  }

  private async tell(shrunk: ShrunkFailure): Promise<FailureReport | null> {
    const { failing, otherHash, scenario } = shrunk;
    const report = saveFailure(shrunk, this.context());
    if (report === null) return null;
    if (otherHash !== '' && otherHash !== report.hash) {
      this.unlike ??= await this.nondeterminism(failing.seed, [otherHash, report.hash], { scenario });
    }
    // What shrinking showed of the failure's classes is truer than what its seed had.
    const { guarantee, kind, classes, shrinkRuns } = report;
    if (shrinkRuns > 0) this.gathered.campaign.attribute(failing.result, { guarantee, kind, classes });
    return report;
  }

  private context(): FailureContext {
    const { payload, script, out, onTrial } = this.frame;
    const onShrink = (stop: () => void): void => void (this.stopShrinking = stop);
    return {
      ...{ payload, script, out, onShrink, notModelled: onTrial.notModelled },
      given: givenIn(payload.configuration),
      tried: this.gathered.tried,
    };
  }

  // ---------------------------------------------------------------- the rest

  private async nondeterminism(seed: string, hashes: readonly [string, string], subject: RunSubject): Promise<NondeterminismReport> {
    const parting = await compareInTwoProcesses(this.frame.script, subject);
    const event = parting?.event ?? null;
    const divergence = event === null ? '' : `event ${event.index}: ${event.left}\n         or: ${event.right}`;
    return { seed, hashes, divergence };
  }

  private report(failures: readonly FailureReport[], nondeterminism: NondeterminismReport | null): CheckReport {
    const { gathered, frame } = this;
    const { campaign } = gathered;
    const { payload, onTrial, shard } = frame;
    const { strategy = DEFAULT_STRATEGY } = payload;
    const { description, size } = strategyOf(payload);
    const verdict = this.verdict(nondeterminism);
    const { events, sends } = campaign.totals();
    return {
      verdict,
      exitCode: exitCodes[verdict],
      configuration: [...configurationText(payload.configuration, onTrial.defaultsFrom), ['search', description]],
      strategy: { ...strategy, size },
      remarks: onTrial.remarks,
      notModelled: onTrial.notModelled,
      requiredClasses: payload.requiredClasses,
      requiredGuarantees: payload.requiredGuarantees,
      rows: campaign.table(),
      firstSeed: frame.firstSeed,
      shard: shard === null ? null : `${shard.index}/${shard.of}`,
      tried: gathered.tried,
      asked: frame.asked,
      stoppedEarly: frame.stoppedEarly,
      premises: campaign.premises(),
      faults: [...campaign.faults()].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)),
      ...{ events, sends, nondeterminism, failures, version, build: buildDigest() },
      seconds: frame.seconds,
      workers: frame.workers,
      coverage: payload.coverage === true ? coverageOf(campaign.coverage, payload.configuration, payload.classes) : null,
      repeated: gathered.repeated,
      digest: campaign.ledger.digest,
      lost: gathered.lost.map((lost) => ({
        ...lost,
        replayCommand: commandText(['replay', lost.seed, ...onTrial.commandLine, ...strategyWords(strategy)]),
      })),
      missing: frame.missing,
    };
  }

  private verdict(nondeterminism: NondeterminismReport | null): CheckVerdict {
    if (this.interrupted) return 'interrupted';
    if (this.frame.shard !== null) return 'collected';
    if (nondeterminism !== null) return 'nondeterministic';
    const code = this.gathered.campaign.exitCode();
    if (code === 1) return 'violated';
    if (this.gathered.lost.length > 0) return 'failed';
    if (this.frame.missing !== null) return 'incomplete';
    return code === 0 ? 'held' : 'inconclusive';
  }
}

const exitCodes: Readonly<Record<CheckVerdict, ExitCode>> = {
  held: EXIT.held,
  violated: EXIT.violated,
  inconclusive: EXIT.inconclusive,
  nondeterministic: EXIT.nondeterminism,
  failed: EXIT.internal,
  interrupted: EXIT.interrupted,
  collected: EXIT.held,
  incomplete: EXIT.inconclusive,
};

/** One process per core, unless somebody says otherwise. */
export function workersOr(given: number | undefined): number {
  return given ?? availableParallelism();
}
