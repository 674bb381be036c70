/**
 * What is asked about a failing scenario once it is known to fail: how often it fails under other schedules, which of its faults it needs, which changes of the
 * configuration prevent it, what those cost, and under which releases it happens. Everything is counted over the same schedules (`perturbed`, 0 to runs - 1), so that
 * two counts differ by what was changed and by nothing else.
 *
 * Leaves out changes of two settings at once (`check --suggest` tries those) and faults that the scenario does not have.
 */
import { guaranteeNames, type GuaranteeName } from '../check/Finding.js';
import { crossChecks } from '../scenario/crossChecks.js';
import type { Scenario } from '../scenario/Scenario.js';
import { varied, type Change } from '../scenario/variation.js';
import { kafkaReleases, type KafkaRelease } from '../kafka/protocol/release.js';
import { verdictCounts, type VerdictCounts } from './compare.js';
import { countOf, shows, type Count, type Inquiry, type Outcomes, type TrialJob, type TrialOutcome } from './inquiry.js';
import { costOf, type CostSummary } from './metrics.js';
import { perturbed } from './perturb.js';
import { scenarioChanges } from './remedies/scenarioChanges.js';
import type { ShrinkTarget } from './shrink.js';
import { versionsInquiry, type VersionsAnswer } from './versions/versions.js';

export interface StudyOptions {
  /** Schedules of each variant. */
  readonly runs: number;
  /** Schedules under each release, and of each flag and default that may make the difference between two; as many again and again. */
  readonly releaseRuns: number;
}

/** How one variant of the scenario fared. */
export interface Variant {
  /** Why Kafka, or the release, does not take it; empty when it does. */
  readonly refusal: string;
  /** Of each target, in order: schedules that fail in the same way. */
  readonly counts: readonly Count[];
  /** Of each target, in order: schedules that violate the same guarantee in any way. */
  readonly broken: readonly Count[];
  /** Schedules by their verdict of each guarantee. */
  readonly verdicts: Readonly<Record<GuaranteeName, VerdictCounts>>;
  readonly cost: CostSummary;
}

export interface ChangedVariant extends Variant {
  readonly change: Change;
}

export interface Study {
  readonly targets: readonly ShrinkTarget[];
  readonly runs: number;
  readonly releaseRuns: number;
  readonly asWritten: Variant;
  /** In the order of the scenario's faults; empty without a target, as are the releases. */
  readonly withoutFault: readonly (Variant & { readonly id: string })[];
  /** Of each target: the faults left when those that the run as written can do without are taken away, one after the other from the first. */
  readonly needed: readonly (readonly string[])[];
  readonly changes: readonly ChangedVariant[];
  /** Oldest first; the scenario's own with its own features. */
  readonly releases: readonly (ChangedVariant & { readonly release: KafkaRelease })[];
  /** Of the first target; null when there is none. */
  readonly versions: VersionsAnswer | null;
  /** Different runs in all. */
  readonly runsInAll: number;
}

/** @param targets what may fail; none for a scenario that holds. */
export function* studyInquiry(scenario: Scenario, targets: readonly ShrinkTarget[], options: StudyOptions): Inquiry<Study> {
  const known = new Map<string, TrialOutcome | null>();
  const study = yield* remembering(known, askAll(scenario, targets, options));
  return { ...study, runsInAll: [...known.values()].filter((outcome) => outcome !== null).length };
}

function* askAll(
  scenario: Scenario,
  targets: readonly ShrinkTarget[],
  { runs, releaseRuns }: StudyOptions,
): Inquiry<Omit<Study, 'runsInAll'>> {
  const [first] = targets;
  const faults = first === undefined ? [] : scenario.faults;
  const releases = first === undefined ? [] : kafkaReleases;
  const changes = scenarioChanges(scenario);
  const [asWritten] = (yield* fare([scenario], targets, runs)) as [Variant];
  const withoutFault = yield* fare(
    faults.map(({ id }) => withoutFaults(scenario, new Set([id]))),
    targets,
    runs,
  );
  const changed = yield* fare(
    changes.map((change) => varied(scenario, change)),
    targets,
    runs,
  );
  const own = (release: KafkaRelease): Change => (release === scenario.release ? {} : { release });
  const released = yield* fare(
    releases.map((release) => varied(scenario, own(release))),
    targets,
    releaseRuns,
  );
  const needed: (readonly string[])[] = [];
  for (const target of targets) needed.push(yield* neededFaults(scenario, target));
  return {
    ...{ targets, runs, releaseRuns, asWritten, needed },
    withoutFault: faults.map(({ id }, i) => ({ id, ...(withoutFault[i] as Variant) })),
    changes: changes.map((change, i) => ({ change, ...(changed[i] as Variant) })),
    releases: releases.map((release, i) => ({ release, change: own(release), ...(released[i] as Variant) })),
    versions: first === undefined ? null : yield* versionsInquiry(scenario, first, releaseRuns),
  };
}

/** All variants in one batch. */
function* fare(variants: readonly Scenario[], targets: readonly ShrinkTarget[], runs: number): Inquiry<Variant[]> {
  const refusals = variants.map(refusalOf);
  const able = variants.filter((_, i) => refusals[i] === '');
  const jobs = able.flatMap((variant) =>
    Array.from({ length: runs }, (_, i): TrialJob => ({ scenario: perturbed(variant, i), measure: true })),
  );
  const outcomes = jobs.length === 0 ? [] : yield jobs;
  let next = 0;
  return refusals.map((refusal) => {
    const own = refusal === '' ? outcomes.slice(next * runs, ++next * runs) : [];
    return variantOf(refusal, own, targets);
  });
}

function variantOf(refusal: string, outcomes: Outcomes, targets: readonly ShrinkTarget[]): Variant {
  const ended = outcomes.filter((outcome) => outcome !== null);
  return {
    refusal,
    counts: targets.map((target) => countOf(outcomes, (outcome) => shows(outcome, target))),
    broken: targets.map(({ guarantee }) =>
      countOf(outcomes, ({ failures }) => failures.some((failure) => failure.guarantee === guarantee)),
    ),
    verdicts: Object.fromEntries(guaranteeNames.map((name) => [name, verdictCounts(ended, name)])) as Variant['verdicts'],
    cost: costOf(ended.flatMap(({ metrics }) => metrics ?? [])),
  };
}

function* neededFaults(scenario: Scenario, target: ShrinkTarget): Inquiry<readonly string[]> {
  const gone = new Set<string>();
  for (const { id } of scenario.faults) {
    const fewer = withoutFaults(scenario, new Set([...gone, id]));
    if (refusalOf(fewer) !== '') continue;
    const [outcome] = yield [{ scenario: fewer }];
    if (outcome !== null && outcome !== undefined && shows(outcome, target)) gone.add(id);
  }
  return scenario.faults.map(({ id }) => id).filter((id) => !gone.has(id));
}

function withoutFaults(scenario: Scenario, gone: ReadonlySet<string>): Scenario {
  return { ...scenario, faults: scenario.faults.filter(({ id }) => !gone.has(id)) };
}

function refusalOf(scenario: Scenario): string {
  const [problem] = crossChecks({ ...scenario, expect: [] });
  return problem === undefined ? '' : `${problem.path.at(-1) ?? ''}: ${problem.message}`;
}

/** No run twice, whoever asks for it. A run is told by its scenario; redrawn ones are not remembered. */
function* remembering<R>(known: Map<string, TrialOutcome | null>, inquiry: Inquiry<R>): Inquiry<R> {
  let step = inquiry.next();
  while (step.done !== true) {
    const wanted = step.value.map((job) => [JSON.stringify(job.scenario), job] as const);
    const missing = [...new Map(wanted.filter(([key]) => !known.has(key)))];
    const outcomes = missing.length === 0 ? [] : yield missing.map(([, job]) => job);
    missing.forEach(([key], i) => known.set(key, outcomes[i] ?? null));
    step = inquiry.next(wanted.map(([key]) => known.get(key) ?? null));
  }
  return step.value;
}
