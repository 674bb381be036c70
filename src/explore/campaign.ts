/**
 * Many trials added up: for every guarantee and class of faults whether it was held, violated, or never put to the test, with the numbers
 * behind it. Pure and independent of the order in which workers report. Of each trial only what it adds is kept, beside its hash: a campaign of a million
 * seeds takes no more room than its table.
 *
 * A seed speaks for every class whose faults began in it; but where storage lost what it had accepted, it speaks for `power-loss` alone, since what fails
 * there is that class's until shrinking shows otherwise ({@link Campaign.attribute}).
 */
import type { GuaranteeName } from '../check/Finding.js';
import { guaranteeNames } from '../check/Finding.js';
import type { PremiseCounts } from '../check/premises.js';
import { noPremises } from '../check/premises.js';
import type { JudgedClass, Promised } from '../check/promises.js';
import { concerns, promiseUnder } from '../check/promises.js';
import type { FaultClass, FaultKindName } from '../faults/Fault.js';
import type { Verdict } from '../scenario/Scenario.js';
import type { TrialConfiguration } from './configuration.js';
import { CoverageTally } from './CoverageTally.js';
import { promiseFactsOf } from './promiseFacts.js';
import { SeedLedger } from './SeedLedger.js';
import { compareSeeds, compareText } from './seedOrder.js';
import {
  shapePromises,
  type Attribution,
  type FindingSummary,
  type SeedResult,
  type ShapeSummary,
  type TrialSummary,
} from './trialSummary.js';

/** `violated` even where nothing was promised: it is what happened. */
export type CellStatus = Verdict | 'not promised';

export interface CampaignCell {
  readonly faultClass: JudgedClass;
  readonly status: CellStatus;
  readonly promise: Promised;
  readonly required: boolean;
  /** Seeds that speak for this class. */
  readonly seeds: number;
  /** Of these, the ones that exercised the guarantee's premise. */
  readonly exercised: number;
  /** Of these, the ones that broke it. */
  readonly violated: number;
}

export interface CampaignRow {
  readonly guarantee: GuaranteeName;
  readonly required: boolean;
  readonly cells: readonly CampaignCell[];
}

/** One way of failing. */
export interface ViolationGroup {
  /** Guarantee or invariant. */
  readonly guarantee: string;
  readonly kind: string;
  /** In how many seeds it happened, by class that they speak for. */
  readonly seedsByClass: ReadonlyMap<JudgedClass, number>;
  readonly seeds: number;
  readonly smallestSeed: string;
  /** The finding in that seed. */
  readonly example: FindingSummary;
  /** It happened under a required class, to a required guarantee or an invariant. */
  readonly required: boolean;
}

export interface CampaignOptions {
  readonly configuration: TrialConfiguration;
  /** Classes that the campaign exercises: the columns of its table. */
  readonly classes: readonly FaultClass[];
  readonly requiredClasses: readonly FaultClass[];
  readonly requiredGuarantees: readonly GuaranteeName[];
}

/** Exit codes of a campaign: everything required held; something required was violated; something required was not shown. */
export type CampaignExitCode = 0 | 1 | 2;

/** What became of a result: `new`; `same`: this seed was known, with this hash; `different`: it was known with another hash, which stays. */
export type Added = 'new' | 'same' | 'different';

interface CellCounts {
  seeds: number;
  exercised: number;
  violated: number;
}

interface GroupCounts {
  readonly guarantee: string;
  readonly kind: string;
  readonly seedsByClass: Map<JudgedClass, number>;
  seeds: number;
  /** Of these, the ones that decide the exit code. */
  requiredSeeds: number;
  smallestSeed: string;
  example: FindingSummary;
}

export class Campaign {
  /** What the trials reached, together. */
  readonly coverage = new CoverageTally();
  /** Seeds tried, with their hashes. */
  readonly ledger = new SeedLedger();
  private hasFaultless = false;
  /** In a swarm, the guarantees that some shape concerned. */
  private readonly concernedShapes = new Set<GuaranteeName>();
  private readonly cells = new Map<string, CellCounts>();
  private readonly groups = new Map<string, GroupCounts>();
  private readonly premiseSums = noPremises();
  private readonly faultSums = new Map<FaultKindName, number>();
  private readonly sums = { events: 0, sends: 0, faults: 0, virtualUs: 0 };
  private readonly attributed = new Map<string, readonly FaultClass[]>();
  private knownFacts: ReturnType<typeof promiseFactsOf> | null = null;

  constructor(private readonly options: CampaignOptions) {}

  /** Adds one trial. A seed that comes twice counts once. @param attributions of its failures, where they were looked into. */
  add(summary: TrialSummary, attributions: readonly Attribution[] = []): Added {
    const before = this.ledger.hashOf(summary.seed);
    if (before !== undefined) return before === summary.hash ? 'same' : 'different';
    this.ledger.add(summary.seed, summary.hash);
    this.coverage.add(summary.seed, summary.probes);
    this.addSums(summary);
    this.addExercised(summary);
    this.addGroups(summary);
    this.countFailures({ summary, attributions }, 1);
    return 'new';
  }

  /** Shrinking showed that a failure of this seed, which was added before, needs only these classes: it counts for them and for no other. */
  attribute(added: SeedResult, { guarantee, kind, classes }: Attribution): void {
    this.countFailures(added, -1);
    this.attributed.set(failureKey(added.summary.seed, guarantee, kind), classes);
    this.countFailures(added, 1);
  }

  get seeds(): number {
    return this.ledger.size;
  }

  /** Guarantee by class, for those that the configuration can concern. A column `none` appears when some seed had no fault at all. */
  table(): CampaignRow[] {
    const columns: JudgedClass[] = [...this.options.classes];
    if (this.hasFaultless) columns.push('none');
    const concerned = guaranteeNames.filter((guarantee) => this.isConcerned(guarantee));
    return concerned.map((guarantee) => ({
      guarantee,
      required: this.options.requiredGuarantees.includes(guarantee),
      cells: columns.map((faultClass) => this.cell(guarantee, faultClass)),
    }));
  }

  /** Every way of failing, required ones first, then by guarantee and kind in the order of their names. */
  violations(): ViolationGroup[] {
    return [...this.groups.values()].map((group) => this.violationGroup(group)).sort(byImportance);
  }

  /** How often each premise happened, summed. */
  premises(): PremiseCounts {
    return { ...this.premiseSums };
  }

  /** Faults that began, by kind. */
  faults(): Map<FaultKindName, number> {
    return new Map(this.faultSums);
  }

  totals(): {
    readonly seeds: number;
    readonly events: number;
    readonly sends: number;
    readonly faults: number;
    readonly virtualUs: number;
  } {
    return { seeds: this.seeds, ...this.sums };
  }

  /** A required guarantee that is not even promised can be violated, but never be reported as held. */
  exitCode(): CampaignExitCode {
    if (this.violations().some(({ required }) => required)) return 1;
    const required = this.table()
      .flatMap(({ cells }) => cells)
      .filter((cell) => cell.required && cell.faultClass !== 'none');
    return required.length > 0 && required.every(({ status }) => status === 'held') ? 0 : 2;
  }

  // ---------------------------------------------------------------- adding up

  private addSums({ premises, faults, events, sends, virtualUs }: TrialSummary): void {
    for (const name of Object.keys(this.premiseSums) as (keyof PremiseCounts)[]) this.premiseSums[name] += premises[name];
    for (const kind of faults) this.faultSums.set(kind, (this.faultSums.get(kind) ?? 0) + 1);
    this.sums.events += events;
    this.sums.sends += sends;
    this.sums.faults += faults.length;
    this.sums.virtualUs += virtualUs;
  }

  private addExercised(summary: TrialSummary): void {
    const shown = new Set(summary.guarantees.filter(({ verdict }) => verdict !== 'unknown').map(({ name }) => name));
    if (summary.classes.length === 0) this.hasFaultless = true;
    for (const guarantee of summary.shape?.concerned ?? []) this.concernedShapes.add(guarantee);
    for (const faultClass of spokenFor(summary)) {
      for (const guarantee of guaranteeNames) {
        if (!this.speaks(summary, guarantee, faultClass)) continue;
        const counts = this.counts(guarantee, faultClass);
        counts.seeds++;
        if (shown.has(guarantee)) counts.exercised++;
      }
    }
  }

  private addGroups({ seed, findings }: TrialSummary): void {
    for (const finding of findings) {
      const { guarantee, kind } = finding;
      const key = `${guarantee} ${kind}`;
      const fresh = { guarantee, kind, seedsByClass: new Map(), seeds: 0, requiredSeeds: 0, smallestSeed: seed, example: finding };
      const group = this.groups.get(key) ?? fresh;
      this.groups.set(key, group);
      group.seeds++;
      if (compareSeeds(seed, group.smallestSeed) < 0) {
        group.smallestSeed = seed;
        group.example = finding;
      }
    }
  }

  /** Counts the seed's failures for the classes at whose door they are laid; with -1 takes that back. */
  private countFailures(result: SeedResult, sign: 1 | -1): void {
    const broken = new Map<string, Set<JudgedClass>>();
    for (const finding of result.summary.findings) {
      const classes = this.classesOf(result, finding);
      const group = this.groups.get(`${finding.guarantee} ${finding.kind}`) as GroupCounts;
      const { seedsByClass } = group;
      if (classes.some((name) => this.isRequired(finding.guarantee, name, result.summary))) group.requiredSeeds += sign;
      for (const name of classes) {
        const count = (seedsByClass.get(name) ?? 0) + sign;
        if (count === 0) seedsByClass.delete(name);
        else seedsByClass.set(name, count);
      }
      broken.set(finding.guarantee, new Set([...(broken.get(finding.guarantee) ?? []), ...classes]));
    }
    for (const [guarantee, classes] of broken) {
      for (const name of classes) {
        if (this.speaks(result.summary, guarantee as GuaranteeName, name)) this.counts(guarantee, name).violated += sign;
      }
    }
  }

  private counts(guarantee: string, faultClass: JudgedClass): CellCounts {
    const key = `${guarantee} ${faultClass}`;
    const known = this.cells.get(key);
    if (known !== undefined) return known;
    const counts = { seeds: 0, exercised: 0, violated: 0 };
    this.cells.set(key, counts);
    return counts;
  }

  // ---------------------------------------------------------------- one cell, one group

  private cell(guarantee: GuaranteeName, faultClass: JudgedClass): CampaignCell {
    const counts = { ...this.counts(guarantee, faultClass) };
    const promise = this.isSwarm ? promiseInSwarm(counts.seeds) : promiseUnder(guarantee, [faultClass], this.facts());
    const shown = counts.exercised > 0 ? 'held' : 'unknown';
    const status = counts.violated > 0 ? 'violated' : promise.promised ? shown : 'not promised';
    // In a swarm every promise is asked for, and some no shape that was drawn makes.
    const isAsked = !this.isSwarm || promise.promised;
    return { faultClass, status, promise, required: isAsked && this.isRequired(guarantee, faultClass), ...counts };
  }

  /** In a swarm a seed says something of what its own shape promises, and of nothing else. */
  private speaks({ shape }: TrialSummary, guarantee: GuaranteeName, faultClass: JudgedClass): boolean {
    return shape === undefined || shapePromises(shape, guarantee, faultClass);
  }

  private isConcerned(guarantee: GuaranteeName): boolean {
    if (this.isSwarm) return this.concernedShapes.has(guarantee);
    return concerns(guarantee, this.facts()) || this.options.requiredGuarantees.includes(guarantee);
  }

  private get isSwarm(): boolean {
    return this.options.configuration.swarm !== undefined;
  }

  private violationGroup({ guarantee, kind, seedsByClass, seeds, smallestSeed, example, requiredSeeds }: GroupCounts): ViolationGroup {
    return { guarantee, kind, seedsByClass: new Map(seedsByClass), seeds, smallestSeed, example, required: requiredSeeds > 0 };
  }

  /**
   * The classes that a failure counts for. One that needs several at once is laid at the door of those that need not be survived: a crash
   * that loses nothing unless the power fails as well is power loss's.
   */
  private classesOf({ summary, attributions }: SeedResult, { guarantee, kind }: FindingSummary): readonly JudgedClass[] {
    const shown =
      this.attributed.get(failureKey(summary.seed, guarantee, kind)) ??
      attributions.find((one) => one.guarantee === guarantee && one.kind === kind)?.classes;
    const needed: readonly JudgedClass[] = shown === undefined ? this.suspects(summary, guarantee) : shown.length === 0 ? ['none'] : shown;
    if (needed.includes('power-loss')) return ['power-loss'];
    const { requiredClasses } = this.options;
    const beyond = needed.filter((name) => name !== 'none' && !requiredClasses.includes(name));
    return beyond.length > 0 ? beyond : needed;
  }

  /** Until shrinking knows better: where some of a seed's classes take the promise away, it was these. */
  private suspects(summary: TrialSummary, guarantee: string): readonly JudgedClass[] {
    const classes = spokenFor(summary);
    if (guarantee.startsWith('invariant/')) return classes;
    const unpromised = classes.filter((name) => !this.isPromised(summary, guarantee as GuaranteeName, name));
    return unpromised.length > 0 ? unpromised : classes;
  }

  /** What fails without any fault is always asked for, and so is an invariant of a protocol that promises what rests on it. */
  private isRequired(guarantee: string, faultClass: JudgedClass, summary?: TrialSummary): boolean {
    const { requiredClasses, requiredGuarantees, configuration } = this.options;
    const shape = summary?.shape;
    const asked = guarantee.startsWith('invariant/')
      ? invariantsDecide(configuration, [faultClass], shape)
      : (requiredGuarantees as readonly string[]).includes(guarantee) &&
        (shape === undefined || shapePromises(shape, guarantee as GuaranteeName, faultClass));
    if (!asked) return false;
    return faultClass === 'none' || requiredClasses.includes(faultClass);
  }

  private isPromised(summary: TrialSummary, guarantee: GuaranteeName, faultClass: JudgedClass): boolean {
    const { shape } = summary;
    return shape === undefined ? promiseUnder(guarantee, [faultClass], this.facts()).promised : shapePromises(shape, guarantee, faultClass);
  }

  private facts(): ReturnType<typeof promiseFactsOf> {
    return (this.knownFacts ??= promiseFactsOf(this.options.configuration));
  }
}

/**
 * @param shape of the seed, in a swarm.
 *
 * Does a broken white-box invariant count by itself? Only where the protocol promises what rests on it: in a release that is known to lose and
 * diverge, the losses are the news.
 */
export function invariantsDecide(configuration: TrialConfiguration, classes: readonly JudgedClass[], shape?: ShapeSummary): boolean {
  const resting = ['consistent-offsets', 'no-divergence'] as const;
  if (shape !== undefined) return resting.every((guarantee) => classes.every((name) => shapePromises(shape, guarantee, name)));
  const facts = promiseFactsOf(configuration);
  return resting.every((guarantee) => promiseUnder(guarantee, classes, facts).promised);
}

function promiseInSwarm(seeds: number): Promised {
  return seeds > 0
    ? { promised: true, because: 'some of the shapes that were drawn promise it', source: 'docs/swarm.md', remedy: '' }
    : { promised: false, because: 'none of the shapes that were drawn promises it', source: 'docs/swarm.md', remedy: '' };
}

/** The classes that a seed says something about. */
function spokenFor({ classes }: TrialSummary): readonly JudgedClass[] {
  if (classes.length === 0) return ['none'];
  return classes.includes('power-loss') ? ['power-loss'] : classes;
}

function failureKey(seed: string, guarantee: string, kind: string): string {
  return JSON.stringify([seed, guarantee, kind]);
}

function byImportance(a: ViolationGroup, b: ViolationGroup): number {
  if (a.required !== b.required) return a.required ? -1 : 1;
  return compareText(a.guarantee, b.guarantee) || compareText(a.kind, b.kind);
}
