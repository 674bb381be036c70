/**
 * Which releases a failure happens in, and what makes the difference between neighbouring ones. One counterexample is tried under every release, each many times
 * over (see `perturb.ts`), because a failure that stays away may have been missed by a moment. Between two neighbours that are unlike, each flag and each default
 * that differs is changed by itself, in both directions: the older release with the newer one's value, the newer with the older one's. Where none suffices alone,
 * the whole difference is taken and everything that can be left out is left out, one after the other, until nothing more can.
 *
 * At last every single flag is changed under the release that the scenario was written for: so what no release changes by itself is found as well (a transaction protocol that
 * has to be switched on, a fix that other fixes hide).
 */
import { crossChecks } from '../../scenario/crossChecks.js';
import { PRESETS } from '../../kafka/protocol/features.js';
import { kafkaReleases, type KafkaRelease } from '../../kafka/protocol/release.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { varied, type Change } from '../../scenario/variation.js';
import { countOf, shows, type Count, type Inquiry, type Outcomes, type TrialJob } from '../inquiry.js';
import { perturbed } from '../perturb.js';
import type { ShrinkTarget } from '../shrink.js';
import { differs } from '../statistics.js';
import { changeTo, conditionFlags, differencesBetween, otherValues, releaseFlags, type Difference } from './differences.js';

/** How the scenario fares with one change. */
export interface Fared {
  /** Why Kafka, or the release, does not take it; empty when it does. */
  readonly refusal: string;
  readonly count: Count;
  /** Whether the first run, without any perturbation, fails; null when it did not come to an end. */
  readonly asWritten: boolean | null;
  /** Runs that violate the same guarantee in another way. */
  readonly otherwise: number;
}

export interface ReleaseRow extends Fared {
  readonly release: KafkaRelease;
  /** The release that the scenario names, with its own features. */
  readonly written: boolean;
}

/**
 * `all`: it takes one neighbour to where the other is. `part`: it moves it, not all the way. `written`: it turns the run as written, while the counts do not tell
 * them apart.
 */
export type Effect = 'all' | 'part' | 'written' | 'none' | 'refused';

export interface DifferenceRow {
  readonly difference: Difference;
  /** The older release with the newer one's value. */
  readonly onOlder: Fared & { readonly effect: Effect };
  /** The newer release with the older one's value. */
  readonly onNewer: Fared & { readonly effect: Effect };
}

/** The fewest differences that do together what none does alone. */
export interface MinimalSet {
  readonly side: 'older' | 'newer';
  readonly differences: readonly Difference[];
  readonly fared: Fared;
}

export interface Transition {
  readonly older: ReleaseRow;
  readonly newer: ReleaseRow;
  /** `counts`: too unlike for chance. `schedule`: only the run as written is, or the counts hardly say so. */
  readonly evidence: 'counts' | 'schedule';
  readonly rows: readonly DifferenceRow[];
  readonly sets: readonly MinimalSet[];
}

/** One flag under the release as written. */
export interface FlagRow extends Fared {
  readonly name: string;
  readonly value: string | boolean;
}

export interface VersionsAnswer {
  readonly rows: readonly ReleaseRow[];
  readonly transitions: readonly Transition[];
  readonly written: Fared;
  /** Flags that turn the outcome of the scenario as it is written, by themselves. */
  readonly flags: readonly FlagRow[];
  /** Single flags tried for that. */
  readonly flagsTried: number;
  readonly runs: number;
}

/** @param runs of each variant. */
export function* versionsInquiry(scenario: Scenario, target: ShrinkTarget, runs: number): Inquiry<VersionsAnswer> {
  const trials = new Trials(scenario, target, runs);
  const releases = yield* trials.fare(kafkaReleases.map((release) => ownChange(scenario, release)));
  const rows = kafkaReleases.map((release, i): ReleaseRow => ({
    release,
    written: release === scenario.release,
    ...(releases[i] as Fared),
  }));
  const able = rows.filter(({ refusal, count }) => refusal === '' && count.runs > 0);
  const transitions: Transition[] = [];
  for (const [i, newer] of able.entries()) {
    const older = able[i - 1];
    const evidence = older === undefined ? null : unlike(older, newer);
    if (older !== undefined && evidence !== null) transitions.push(yield* transitionOf(trials, older, newer, evidence));
  }
  const [written] = yield* trials.fare([{}]);
  const singles = yield* singleFlags(trials, written as Fared);
  return { rows, transitions, written: written as Fared, ...singles, runs: trials.ran };
}

/** The release itself; where the scenario was written for it, with the features that it names. */
function ownChange(scenario: Scenario, release: KafkaRelease): Change {
  return release === scenario.release ? {} : { release };
}

/** Runs variants, each once, however often it is asked for. */
class Trials {
  ran = 0;
  private readonly known = new Map<string, Fared>();

  constructor(
    readonly scenario: Scenario,
    private readonly target: ShrinkTarget,
    private readonly runs: number,
  ) {}

  /** @param runs fewer than usual, from the run as written on. */
  *fare(changes: readonly Change[], runs = this.runs): Inquiry<Fared[]> {
    const key = (change: Change): string => JSON.stringify([runs, change]);
    const wanted = new Map(changes.filter((change) => !this.known.has(key(change))).map((change) => [key(change), change]));
    const variants = [...wanted].map(([name, change]) => ({ name, scenario: varied(this.scenario, change) }));
    for (const { name, scenario } of variants) this.known.set(name, refused(refusalOf(scenario)));
    const able = variants.filter(({ scenario }) => refusalOf(scenario) === '');
    const jobs = able.flatMap(({ scenario }) => Array.from({ length: runs }, (_, i): TrialJob => ({ scenario: perturbed(scenario, i) })));
    const outcomes = jobs.length === 0 ? [] : yield jobs;
    able.forEach(({ name }, i) => this.known.set(name, this.faredOf(outcomes.slice(i * runs, (i + 1) * runs))));
    return changes.map((change) => this.known.get(key(change)) as Fared);
  }

  private faredOf(outcomes: Outcomes): Fared {
    const [first] = outcomes;
    const count = countOf(outcomes, (outcome) => shows(outcome, this.target));
    this.ran += count.runs;
    const broken = countOf(outcomes, ({ failures }) => failures.some(({ guarantee }) => guarantee === this.target.guarantee));
    return {
      refusal: '',
      count,
      asWritten: first === null || first === undefined ? null : shows(first, this.target),
      otherwise: broken.failures - count.failures,
    };
  }
}

function refused(refusal: string): Fared {
  return { refusal, count: { failures: 0, runs: 0 }, asWritten: null, otherwise: 0 };
}

/** What the release, or Kafka, does not take; its claims about other releases aside. */
function refusalOf(scenario: Scenario): string {
  const [problem] = crossChecks({ ...scenario, expect: [] });
  return problem === undefined ? '' : `${problem.path.at(-1) ?? ''}: ${problem.message}`;
}

function unlike(a: Fared, b: Fared): Transition['evidence'] | null {
  if (differs(a.count.failures, a.count.runs, b.count.failures, b.count.runs)) return 'counts';
  return a.asWritten !== null && b.asWritten !== null && a.asWritten !== b.asWritten ? 'schedule' : null;
}

function* transitionOf(trials: Trials, older: ReleaseRow, newer: ReleaseRow, evidence: Transition['evidence']): Inquiry<Transition> {
  const differences = differencesBetween(trials.scenario, older.release, newer.release);
  const [olderBase, newerBase] = [older, newer].map(({ release }) => ownChange(trials.scenario, release)) as [Change, Change];
  const fared = yield* trials.fare(
    differences.flatMap((difference) => [
      merged(olderBase, changeTo('newer', [difference])),
      merged(newerBase, changeTo('older', [difference])),
    ]),
  );
  const effect = (from: Fared, to: Fared, toggled: Fared): Fared & { effect: Effect } => ({
    ...toggled,
    effect: effectOf(from, to, toggled),
  });
  const rows = differences.map((difference, i): DifferenceRow => ({
    difference,
    onOlder: effect(older, newer, fared[2 * i] as Fared),
    onNewer: effect(newer, older, fared[2 * i + 1] as Fared),
  }));
  const sets: MinimalSet[] = [];
  for (const side of ['older', 'newer'] as const) {
    const alone = rows.some(({ onOlder, onNewer }) => isWhole((side === 'older' ? onOlder : onNewer).effect));
    if (alone || differences.length < 2) continue;
    const base = side === 'older' ? { change: olderBase, from: older, to: newer } : { change: newerBase, from: newer, to: older };
    const set = yield* minimalSet(trials, side, differences, base, evidence === 'counts' ? ['all'] : ['all', 'written']);
    if (set !== null) sets.push(set);
  }
  return { older, newer, evidence, rows, sets };
}

interface Base {
  readonly change: Change;
  readonly from: Fared;
  readonly to: Fared;
}

/** Null when not even all differences together do it. */
function* minimalSet(
  trials: Trials,
  side: MinimalSet['side'],
  differences: readonly Difference[],
  { change, from, to }: Base,
  enough: readonly Effect[],
): Inquiry<MinimalSet | null> {
  const other = side === 'older' ? 'newer' : 'older';
  const faring = function* (set: readonly Difference[]): Inquiry<Fared> {
    return (yield* trials.fare([merged(change, changeTo(other, set))]))[0] as Fared;
  };
  let set = differences;
  let fared = yield* faring(set);
  if (!enough.includes(effectOf(from, to, fared))) return null;
  for (const difference of differences) {
    const rest = set.filter((one) => one !== difference);
    const without = yield* faring(rest);
    if (!enough.includes(effectOf(from, to, without))) continue;
    set = rest;
    fared = without;
  }
  return { side, differences: set, fared };
}

/** How far a change takes a release from where it is to where its neighbour is. */
function effectOf(from: Fared, to: Fared, toggled: Fared): Effect {
  if (toggled.refusal !== '') return 'refused';
  if (toggled.count.runs === 0) return 'none';
  const unlikeCounts = (a: Count, b: Count): boolean => differs(a.failures, a.runs, b.failures, b.runs);
  if (unlikeCounts(from.count, toggled.count)) return unlikeCounts(toggled.count, to.count) ? 'part' : 'all';
  return from.asWritten !== to.asWritten && toggled.asWritten === to.asWritten ? 'written' : 'none';
}

/** Whether it makes the whole difference, for all that is known. */
export function isWhole(effect: Effect): boolean {
  return effect === 'all' || effect === 'written';
}

/** Later changes win, property by property. */
function merged(first: Change, then: Change): Change {
  return { ...first, features: { ...first.features, ...then.features }, properties: { ...first.properties, ...then.properties } };
}

/** Each flag by itself under the release as written: one run first, and the whole number for those that turn it. */
function* singleFlags(trials: Trials, written: Fared): Inquiry<Pick<VersionsAnswer, 'flags' | 'flagsTried'>> {
  const { scenario } = trials;
  if (written.asWritten === null) return { flags: [], flagsTried: 0 };
  const features = { ...PRESETS[scenario.release], ...scenario.features };
  let flagsTried = 0;
  // What every release has is asked only where no release's flag makes a difference: then it is what keeps the guarantee.
  for (const names of written.asWritten ? [releaseFlags] : [releaseFlags, conditionFlags]) {
    const candidates = otherValues(features, names);
    const change = ({ name, value }: (typeof candidates)[number]): Change => ({ features: { [name]: value } });
    const once = yield* trials.fare(candidates.map(change), 1);
    const turning = candidates.filter((_, i) => once[i]?.asWritten === !written.asWritten);
    flagsTried += candidates.length;
    const fared = yield* trials.fare(turning.map(change));
    const flags = turning.map(({ name, value }, i): FlagRow => ({ name, value, ...(fared[i] as Fared) }));
    if (flags.length > 0) return { flags, flagsTried };
  }
  return { flags: [], flagsTried };
}
