/** `trialrun check`: the main job. Tries seeds, adds up, shrinks what failed, tells it, and says how sure one may be. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { checkDeterminism } from '../../explore/determinism.js';
import { meaningfulClasses } from '../../explore/configuration.js';
import { coverageOf, type Coverage } from '../../explore/coverage.js';
import { generateScenario } from '../../explore/generate.js';
import { runTrial } from '../../explore/trial.js';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import { checkJson } from '../../report/json.js';
import { checkJunit } from '../../report/junit.js';
import { checkText } from '../../report/checkText.js';
import { coveragePage } from '../../report/coveragePage.js';
import { coverageText } from '../../report/coverageText.js';
import type { CheckReport, CheckVerdict, FailureReport, LostSeedReport, NondeterminismReport } from '../../report/checkReport.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { configurationFrom, type ConfigurationOnTrial, type ConfigurationOptions } from '../configurationOptions.js';
import { configurationText } from '../configurationText.js';
import { commandText } from '../commandText.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { givenIn, saveFailure, shrinkFailure, type FailureContext, type ShrunkFailure } from '../failures.js';
import { ensureWritableFolder, writeFileAtomically } from '../files.js';
import { columns, paint, print } from '../output.js';
import { Progress } from '../Progress.js';
import { parseRequired } from '../requireOption.js';
import { SeedRunner, type FailingSeed } from '../SeedRunner.js';
import { version } from '../version.js';
import { workerScript } from '../workerScript.js';
import type { CheckPayload } from '../workerTasks.js';

export interface CheckOptions extends ConfigurationOptions {
  seeds?: number;
  seed: number;
  /** Milliseconds. */
  time?: number;
  workers?: number;
  require?: string;
  out: string;
  coverage?: boolean;
  format: 'text' | 'json' | 'junit';
}

const DEFAULT_SEEDS = 1_200;
/** Time for shrinking the first failure, for each further one, and for all together. */
const SHRINK_MS = 14_000;
const SHRINK_MORE_MS = 6_000;
const SHRINK_ALL_MS = 17_000;
/** A failure of so few faults is short enough; else another seed is tried while the time lasts. */
const SHORT_STORY = 3;
const LEAST_SHRINK_MS = 3_000;
/** Required ways of failing that are shrunk and told. */
const MOST_FAILURES = 2;

export async function check(options: CheckOptions): Promise<ExitCode> {
  const onTrial = configurationFrom(options);
  const required = parseRequired(options.require, onTrial.configuration);
  ensureWritableFolder(options.out);
  const payload: CheckPayload = {
    configuration: onTrial.configuration,
    classes: meaningfulClasses(onTrial.configuration, FAULT_CLASSES),
    requiredClasses: required.classes,
    requiredGuarantees: required.guarantees,
    coverage: options.coverage === true,
  };
  const report = await new Check(options, onTrial, payload).run();
  if (report.coverage !== null) saveCoverage(report.coverage, report, options.out);
  switch (options.format) {
    case 'text':
      print(...checkText(report, paint, columns()));
      if (report.coverage !== null) print('', ...coverageText(report.coverage, paint, columns()));
      break;
    case 'json':
      print(checkJson(report));
      break;
    case 'junit':
      print(checkJunit(report));
      break;
  }
  return report.exitCode as ExitCode;
}

function saveCoverage(coverage: Coverage, { configuration, version: by }: CheckReport, folder: string): void {
  writeFileAtomically(join(folder, 'coverage.html'), coveragePage({ coverage, configuration, version: by }));
}

class Check {
  private readonly progress = new Progress();
  private readonly script = workerScript();
  private readonly runner: SeedRunner;
  private stopShrinking = (): void => undefined;
  private unlike: NondeterminismReport | null = null;

  constructor(
    private readonly options: CheckOptions,
    private readonly onTrial: ConfigurationOnTrial,
    private readonly payload: CheckPayload,
  ) {
    this.runner = new SeedRunner({
      payload,
      script: this.script,
      firstSeed: options.seed,
      seeds: options.seeds ?? (options.time === undefined ? DEFAULT_SEEDS : null),
      timeMs: options.time ?? null,
      workers: options.workers ?? availableParallelism(),
      onProgress: (runner) => this.progress.seeds(runner),
    });
  }

  async run(): Promise<CheckReport> {
    process.on('SIGINT', this.onInterrupt);
    process.on('SIGTERM', this.onInterrupt);
    try {
      await this.runner.run();
      const failures = await this.tellFailures();
      return this.report(failures);
    } finally {
      process.off('SIGINT', this.onInterrupt);
      process.off('SIGTERM', this.onInterrupt);
      this.progress.clear();
    }
  }

  /** The first time: stop, and report what there is. The second time: go. */
  private readonly onInterrupt = (): void => {
    if (this.runner.interrupted) process.exit(EXIT.interrupted);
    this.progress.say('  interrupted: saving what was found …');
    this.runner.interrupt();
    this.stopShrinking();
  };

  /** The ways of failing that decide, and some that do not: what power loss can still do, and what is not promised and happens. */
  private async tellFailures(): Promise<FailureReport[]> {
    const groups = this.runner.failing();
    const isAsked = (guarantee: string): boolean => (this.payload.requiredGuarantees as readonly string[]).includes(guarantee);
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
      if (best !== null && (best.scenario.faults.length <= SHORT_STORY || leftMs < LEAST_SHRINK_MS)) break;
      this.progress.say(`  making the failure of seed ${failing.seed} small (${failing.guarantee}) …`);
      const shrunk = await shrinkFailure(failing, this.runner.interrupted ? 0 : leftMs, this.context());
      if (best === null || shrunk.scenario.faults.length < best.scenario.faults.length) best = shrunk;
    }
    return best === null ? null : this.tell(best);
  }

  private tell(shrunk: ShrunkFailure): FailureReport | null {
    const { failing, otherHash, scenario } = shrunk;
    const report = saveFailure(shrunk, this.context());
    if (report !== null && otherHash !== '' && otherHash !== report.hash) {
      this.unlike ??= this.nondeterminism(failing.seed, [otherHash, report.hash], scenario);
    }
    return report;
  }

  private context(): FailureContext {
    const { payload, script, options, onTrial, runner } = this;
    const onShrink = (stop: () => void): void => void (this.stopShrinking = stop);
    const { notModelled, configuration } = onTrial;
    return { payload, script, out: options.out, notModelled, given: givenIn(configuration), tried: runner.tried, onShrink };
  }

  private nondeterminism(seed: string, hashes: readonly [string, string], scenario: Scenario): NondeterminismReport {
    const { divergence } = checkDeterminism(scenario, runTrial);
    const text = divergence === undefined ? '' : `event ${divergence.index}: ${divergence.left}\n         or: ${divergence.right}`;
    return { seed, hashes, divergence: text };
  }

  private report(failures: readonly FailureReport[]): CheckReport {
    const { runner, payload, onTrial, options } = this;
    const { campaign } = runner;
    const [unstable] = runner.unstable;
    const { configuration, classes } = payload;
    const nondeterminism =
      unstable === undefined
        ? this.unlike
        : this.nondeterminism(unstable.seed, unstable.hashes, generateScenario(configuration, unstable.seed, classes));
    // What shrinking showed of the failure's classes is truer than what its seed had.
    for (const { seed, guarantee, kind, classes: needed } of failures) campaign.attribute(seed, guarantee, kind, needed);
    const verdict = this.verdict(nondeterminism);
    const { events, sends } = campaign.totals();
    return {
      verdict,
      exitCode: exitCodes[verdict],
      configuration: configurationText(configuration, onTrial.defaultsFrom),
      remarks: onTrial.remarks,
      notModelled: onTrial.notModelled,
      requiredClasses: payload.requiredClasses,
      requiredGuarantees: payload.requiredGuarantees,
      rows: campaign.table(),
      firstSeed: options.seed,
      tried: runner.tried,
      asked: runner.options.seeds,
      stoppedEarly: runner.stoppedEarly,
      premises: campaign.premises(),
      faults: [...campaign.faults()].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)),
      ...{ events, sends, nondeterminism, failures, version },
      seconds: runner.elapsedMs / 1000,
      coverage: payload.coverage === true ? coverageOf(campaign.coverage, configuration, classes) : null,
      workers: runner.options.workers,
      repeated: runner.repeated,
      lost: runner.lost.map((lost): LostSeedReport => ({
        ...lost,
        replayCommand: commandText(['replay', lost.seed, ...onTrial.commandLine]),
      })),
    };
  }

  private verdict(nondeterminism: NondeterminismReport | null): CheckVerdict {
    if (this.runner.interrupted) return 'interrupted';
    if (nondeterminism !== null) return 'nondeterministic';
    const code = this.runner.campaign.exitCode();
    if (code === 1) return 'violated';
    if (this.runner.lost.length > 0) return 'failed';
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
};
