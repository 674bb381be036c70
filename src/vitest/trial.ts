/** One trial of a subject: what came out of it, and the failure that is worth telling, made small. No files, no vitest. */
import { guaranteeNames, type GuaranteeName, type Verdict } from '../check/Finding.js';
import type { FaultClass } from '../faults/Fault.js';
import type { CheckResult } from '../library/Check.js';
import { check } from '../library/checks.js';
import type { Configuration } from '../library/Configuration.js';
import type { Finding, Run, Story } from '../library/Run.js';
import { checkedGuarantees, guaranteeToTell, run, storyOf } from '../library/runs.js';
import type { Scenario } from '../library/Scenario.js';
import { shrink } from '../library/shrinking.js';
import { TrialrunError } from '../library/TrialrunError.js';
import type { Subject } from './Subject.js';

/** How hard to try, and what to do with a failure. */
export interface TrialOptions {
  /** Seeds to try. Default: 20 for a configuration, some seconds; a scenario runs once, with its own seed. */
  readonly seeds?: number;
  /** The first seed; the others follow. Default: 1; for a scenario without `seeds` its own. */
  readonly firstSeed?: number;
  /** For a configuration: classes of faults that take part. Default: every class but `power-loss`. */
  readonly faults?: readonly FaultClass[];
  /** Make a failure small before it is told, some seconds. Default: true for a configuration; false for a scenario, whose faults somebody chose. */
  readonly shrink?: boolean;
  /** Folder in which a failing run is saved, in a folder of its own: the scenario and the page. `''`: it is not saved. Default: `reports`, or what the reporter was told. */
  readonly out?: string;
}

/** One guarantee. */
export interface TrialRow {
  readonly guarantee: Finding['guarantee'];
  readonly verdict: Verdict;
  /** One sentence: what was judged, found or lacking. */
  readonly detail: string;
}

/** The run to tell of. */
export interface TrialFailure {
  readonly guarantee: Finding['guarantee'];
  readonly kind: string;
  /** Of the run in which it was found. */
  readonly seed: string;
  readonly found: Run;
  /** Made small, or the run as it was found. */
  readonly run: Run;
  readonly story: Story;
  /** Runs that making it small took; 0: as it was found. */
  readonly shrinkRuns: number;
}

/** What came out of it. */
export interface Trial {
  readonly verdict: Verdict;
  /** What decides, in the order of all guarantees; then invariants that broke. */
  readonly rows: readonly TrialRow[];
  /** Seeds that were tried. */
  readonly seeds: number;
  /** What the owner of a configuration should know of it. */
  readonly remarks: readonly string[];
  /** Finds the run to tell of; null unless something that decides was violated. Takes some seconds when it makes it small. */
  readonly failure: () => TrialFailure | null;
}

const DEFAULT_SEEDS = 20;

/**
 * @param wanted the guarantees that decide; null: those that the scenario requires, or that a check of the configuration requires.
 * @throws TrialrunError when something that was given is wrong.
 */
export function trialOf(subject: Subject, wanted: readonly GuaranteeName[] | null, options: TrialOptions): Trial {
  const names = wanted === null ? null : checkedGuarantees(wanted, 'toHold');
  if (names?.length === 0)
    throw new TrialrunError([`toHold: the list of guarantees is empty. Leave it out, or name some of ${guaranteeNames.join(', ')}`]);
  return subject.kind === 'configuration'
    ? configurationTrial(subject.configuration, names, options)
    : scenarioTrial(subject.scenario, names, options);
}

// ---------------------------------------------------------------- configurations

function configurationTrial(configuration: Configuration, names: readonly GuaranteeName[] | null, options: TrialOptions): Trial {
  const { seeds = DEFAULT_SEEDS, firstSeed, faults } = options;
  const result = check(configuration, {
    ...{ seeds, untilViolated: true },
    ...(firstSeed === undefined ? {} : { firstSeed }),
    ...(faults === undefined ? {} : { faults }),
    ...(names === null ? {} : { require: names }),
  });
  const rows = checkRows(result, names === null);
  const deciding = result.failures.find(({ guarantee }) => rows.some((row) => row.guarantee === guarantee && row.verdict === 'violated'));
  return {
    verdict: verdictOf(rows),
    rows,
    seeds: result.seeds,
    remarks: result.remarks,
    failure: () => (deciding === undefined ? null : failureIn(run(deciding.scenario), deciding.guarantee, options.shrink ?? true)),
  };
}

function checkRows({ guarantees, failures, seeds }: CheckResult, withInvariants: boolean): TrialRow[] {
  const rows: TrialRow[] = guarantees
    .filter(({ required }) => required)
    .map(({ name, verdict, lacking, failingSeeds }) => {
      const found = failures.find(({ guarantee }) => guarantee === name)?.message ?? '';
      const detail =
        verdict === 'violated'
          ? `seed ${failingSeeds[0] ?? ''}: ${found}`
          : verdict === 'held'
            ? `in ${seeds === 1 ? 'one seed' : `${seeds} seeds`}`
            : lacking;
      return { guarantee: name, verdict, detail };
    });
  const broken = failures.filter(({ guarantee, required }) => withInvariants && required && guarantee.startsWith('invariant/'));
  return [
    ...rows,
    ...broken.map(({ guarantee, message, seed }): TrialRow => ({ guarantee, verdict: 'violated', detail: `seed ${seed}: ${message}` })),
  ];
}

// ---------------------------------------------------------------- scenarios

function scenarioTrial(scenario: Scenario, names: readonly GuaranteeName[] | null, options: TrialOptions): Trial {
  if (options.faults !== undefined)
    throw new TrialrunError(['faults: a scenario has faults of its own. Leave the option out, or put a configuration on trial']);
  const judged = names === null ? scenario : { ...scenario, require: names };
  const runs = runsOf(judged, options);
  const rows = [...runRows(runs), ...(names === null ? invariantRows(runs) : [])];
  const failing = runs.find(({ verdict }) => verdict === 'violated');
  const guarantee = rows.find(({ verdict }) => verdict === 'violated')?.guarantee;
  return {
    verdict: verdictOf(rows),
    rows,
    seeds: runs.length,
    remarks: [],
    failure: () => (failing === undefined || guarantee === undefined ? null : failureIn(failing, guarantee, options.shrink ?? false)),
  };
}

/** Up to the first that violates something. */
function runsOf(scenario: Scenario, { seeds, firstSeed }: TrialOptions): Run[] {
  if (seeds === undefined) return [run(scenario, firstSeed === undefined ? {} : { seed: firstSeed })];
  if (!Number.isSafeInteger(seeds) || seeds < 1)
    throw new TrialrunError([`seeds: ${String(seeds)} is out of range. Write a whole number of at least 1`]);
  const runs: Run[] = [];
  while (runs.length < seeds && runs.at(-1)?.verdict !== 'violated') runs.push(run(scenario, { seed: (firstSeed ?? 1) + runs.length }));
  return runs;
}

/** A guarantee holds when some run put it to the test and none broke it. */
function runRows(runs: readonly Run[]): TrialRow[] {
  const [first] = runs;
  return (first?.guarantees ?? [])
    .filter(({ required }) => required)
    .map(({ name }) => {
      const results = runs.flatMap((one) =>
        one.guarantees.filter((result) => result.name === name).map((result) => ({ ...result, lacking: one.lacking })),
      );
      const telling =
        results.find(({ verdict }) => verdict === 'violated') ?? results.find(({ verdict }) => verdict === 'held') ?? results[0];
      const verdict = telling?.verdict ?? 'unknown';
      return { guarantee: name, verdict, detail: verdict === 'unknown' ? (telling?.lacking ?? '') : (telling?.detail ?? '') };
    });
}

/** A broken invariant decides where the verdict of its run follows it. */
function invariantRows(runs: readonly Run[]): TrialRow[] {
  const failing = runs.find(({ verdict }) => verdict === 'violated');
  const broken = new Map((failing?.findings ?? []).map(({ guarantee, message }) => [guarantee, message] as const).reverse());
  const decides = failing !== undefined && guaranteeToTell(failing)?.startsWith('invariant/') === true;
  return [...broken]
    .filter(([guarantee]) => decides && guarantee.startsWith('invariant/'))
    .map(([guarantee, detail]) => ({ guarantee, verdict: 'violated', detail }));
}

// ---------------------------------------------------------------- both

function verdictOf(rows: readonly TrialRow[]): Verdict {
  if (rows.some(({ verdict }) => verdict === 'violated')) return 'violated';
  return rows.length > 0 && rows.every(({ verdict }) => verdict === 'held') ? 'held' : 'unknown';
}

function failureIn(found: Run, guarantee: Finding['guarantee'], small: boolean): TrialFailure | null {
  const shrunk = small ? shrink(found, { guarantee }) : { run: found, runs: 0 };
  const kind = shrunk.run.findings.find((finding) => finding.guarantee === guarantee)?.kind ?? '';
  const seed = String(found.scenario.seed ?? '1');
  const story = storyOf(shrunk.run, guarantee);
  if (story === null) return null;
  return { guarantee, kind, seed, story, found, run: shrunk.run, shrinkRuns: shrunk.runs };
}
