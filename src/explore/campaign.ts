/**
 * Many trials added up: for every guarantee and class of faults whether it was held, violated, or never put to the test, with the numbers
 * behind it. Pure and independent of the order in which workers report.
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
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { FaultClass, FaultKindName } from '../faults/Fault.js';
import type { Scenario, Verdict } from '../scenario/Scenario.js';
import type { TrialConfiguration } from './configuration.js';
import { CoverageTally } from './CoverageTally.js';
import { promiseFactsOf, promiseFactsOfScenario } from './promiseFacts.js';
import { compareSeeds, compareText } from './seedOrder.js';
import { shapeText } from './swarm/shapeText.js';
import type { TrialResult } from './trial.js';

/** What a worker says of one trial: small, plain data, and enough to add up. */
export interface TrialSummary {
  readonly seed: string;
  readonly hash: string;
  readonly steps: number;
  readonly events: number;
  readonly virtualUs: number;
  /** Sends that were invoked. */
  readonly sends: number;
  /** Classes of the faults that began. */
  readonly classes: readonly FaultClass[];
  /** Kinds of the faults that began, one entry per fault. */
  readonly faults: readonly FaultKindName[];
  readonly premises: PremiseCounts;
  readonly guarantees: readonly { readonly name: GuaranteeName; readonly verdict: Verdict }[];
  /** The first of each guarantee (or invariant) and kind. */
  readonly findings: readonly FindingSummary[];
  /** What the run reached, counted; empty where nobody asked for coverage. */
  readonly probes: readonly (readonly [name: string, hits: number])[];
  /** Only where each seed has its own shape: what that shape is, and what it promises. */
  readonly shape?: ShapeSummary;
}

/** The shape of one seed of a swarm. */
export interface ShapeSummary {
  /** One line. */
  readonly text: string;
  /** Guarantees that say something about it. */
  readonly concerned: readonly GuaranteeName[];
  /** By guarantee, the classes of faults under which it is not promised. */
  readonly unpromised: Readonly<Partial<Record<GuaranteeName, readonly JudgedClass[]>>>;
}

/** What the shape of a scenario promises, class by class. */
export function shapeOf(scenario: Scenario): ShapeSummary {
  const facts = promiseFactsOfScenario(scenario);
  const classes: readonly JudgedClass[] = ['none', ...FAULT_CLASSES];
  const concerned = guaranteeNames.filter((guarantee) => concerns(guarantee, facts));
  const unpromised = concerned.flatMap((guarantee) => {
    const not = classes.filter((faultClass) => !promiseUnder(guarantee, [faultClass], facts).promised);
    return not.length === 0 ? [] : [[guarantee, not] as const];
  });
  return { text: shapeText(scenario), concerned, unpromised: Object.fromEntries(unpromised) };
}

export interface FindingSummary {
  readonly guarantee: string;
  readonly kind: string;
  readonly message: string;
  readonly timeUs: number;
}

/** The part of a trial's result that is summed up. */
export type SummarizedResult = Pick<TrialResult, 'hash' | 'steps' | 'events' | 'virtualUs' | 'probes'> & {
  readonly judgement: Pick<TrialResult['judgement'], 'premises'> & {
    readonly guarantees: readonly { readonly name: GuaranteeName; readonly verdict: Verdict }[];
    readonly findings: readonly FindingSummary[];
  };
  readonly history: { readonly sends: { readonly length: number } };
  readonly faultLog: readonly { readonly class: FaultClass; readonly kind: FaultKindName }[];
};

/** @param coverage keep what the run reached, some hundred numbers. */
export function summarize(scenario: Pick<Scenario, 'seed'>, result: SummarizedResult, coverage = false): TrialSummary {
  const { judgement, faultLog, hash, steps, events, virtualUs, probes, history } = result;
  const first = new Map<string, FindingSummary>();
  for (const { guarantee, kind, message, timeUs } of judgement.findings) {
    const name = `${guarantee} ${kind}`;
    if (!first.has(name)) first.set(name, { guarantee, kind, message, timeUs });
  }
  return {
    ...{ seed: scenario.seed, hash, steps, events, virtualUs },
    sends: history.sends.length,
    classes: [...new Set(faultLog.map((entry) => entry.class))],
    faults: faultLog.map(({ kind }) => kind),
    premises: judgement.premises,
    guarantees: judgement.guarantees.map(({ name, verdict }) => ({ name, verdict })),
    findings: [...first.values()],
    probes: coverage ? probes : [],
  };
}

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

export class Campaign {
  private readonly summaries = new Map<string, TrialSummary>();
  /** What the trials reached, together. */
  readonly coverage = new CoverageTally();
  private readonly attributed = new Map<string, readonly JudgedClass[]>();
  private knownFacts: ReturnType<typeof promiseFactsOf> | null = null;

  constructor(private readonly options: CampaignOptions) {}

  /** Adds one trial. A seed that comes twice counts once. */
  add(summary: TrialSummary): void {
    const { seed, probes } = summary;
    if (!this.summaries.has(seed)) this.coverage.add(seed, probes);
    // Added up, it need not be kept.
    this.summaries.set(seed, probes.length === 0 ? summary : { ...summary, probes: [] });
  }

  /** Shrinking showed that a failure of this seed needs only these classes: it counts for them and for no other. Empty: it needs no fault. */
  attribute(seed: string, guarantee: string, kind: string, classes: readonly FaultClass[]): void {
    this.attributed.set(failureKey(seed, guarantee, kind), classes.length === 0 ? ['none'] : classes);
  }

  get seeds(): number {
    return this.summaries.size;
  }

  /** Guarantee by class, for those that the configuration can concern. A column `none` appears when some seed had no fault at all. */
  table(): CampaignRow[] {
    const columns: JudgedClass[] = [...this.options.classes];
    if ([...this.summaries.values()].some((summary) => summary.classes.length === 0)) columns.push('none');
    const concerned = guaranteeNames.filter((guarantee) => this.isConcerned(guarantee));
    return concerned.map((guarantee) => ({
      guarantee,
      required: this.options.requiredGuarantees.includes(guarantee),
      cells: columns.map((faultClass) => this.cell(guarantee, faultClass)),
    }));
  }

  /** Every way of failing, required ones first, then by guarantee and kind in the order of their names. */
  violations(): ViolationGroup[] {
    const groups = new Map<string, { finding: FindingSummary; summary: TrialSummary }[]>();
    for (const summary of this.summaries.values()) {
      for (const finding of summary.findings) {
        const key = `${finding.guarantee} ${finding.kind}`;
        const group = groups.get(key) ?? [];
        group.push({ finding, summary });
        groups.set(key, group);
      }
    }
    return [...groups.values()].map((group) => this.violationGroup(group)).sort(byImportance);
  }

  /** How often each premise happened, summed. */
  premises(): PremiseCounts {
    const sums = noPremises();
    for (const { premises } of this.summaries.values()) {
      for (const name of Object.keys(sums) as (keyof PremiseCounts)[]) sums[name] += premises[name];
    }
    return sums;
  }

  /** Faults that began, by kind. */
  faults(): Map<FaultKindName, number> {
    const sums = new Map<FaultKindName, number>();
    for (const { faults } of this.summaries.values()) for (const kind of faults) sums.set(kind, (sums.get(kind) ?? 0) + 1);
    return sums;
  }

  totals(): {
    readonly seeds: number;
    readonly events: number;
    readonly sends: number;
    readonly faults: number;
    readonly virtualUs: number;
  } {
    const totals = { seeds: this.seeds, events: 0, sends: 0, faults: 0, virtualUs: 0 };
    for (const { events, sends, faults, virtualUs } of this.summaries.values()) {
      totals.events += events;
      totals.sends += sends;
      totals.faults += faults.length;
      totals.virtualUs += virtualUs;
    }
    return totals;
  }

  /** A required guarantee that is not even promised can be violated, but never be reported as held. */
  exitCode(): CampaignExitCode {
    if (this.violations().some(({ required }) => required)) return 1;
    const required = this.table()
      .flatMap(({ cells }) => cells)
      // In a swarm every promise is asked for, and some no shape that was drawn makes.
      .filter((cell) => cell.required && cell.faultClass !== 'none' && !(this.isSwarm && cell.status === 'not promised'));
    return required.length > 0 && required.every(({ status }) => status === 'held') ? 0 : 2;
  }

  // ---------------------------------------------------------------- one cell, one group

  private cell(guarantee: GuaranteeName, faultClass: JudgedClass): CampaignCell {
    const counts = { seeds: 0, exercised: 0, violated: 0 };
    for (const summary of this.summaries.values()) {
      if (spokenFor(summary).includes(faultClass) && this.speaks(summary, guarantee, faultClass)) {
        counts.seeds++;
        if (summary.guarantees.some(({ name, verdict }) => name === guarantee && verdict !== 'unknown')) counts.exercised++;
      }
      if (this.isViolated(summary, guarantee, faultClass)) counts.violated++;
    }
    const promise = this.isSwarm ? promiseInSwarm(counts.seeds) : promiseUnder(guarantee, [faultClass], this.facts());
    const shown = counts.exercised > 0 ? 'held' : 'unknown';
    const status = counts.violated > 0 ? 'violated' : promise.promised ? shown : 'not promised';
    return { faultClass, status, promise, required: this.isRequired(guarantee, faultClass), ...counts };
  }

  private isViolated(summary: TrialSummary, guarantee: GuaranteeName, faultClass: JudgedClass): boolean {
    if (!this.speaks(summary, guarantee, faultClass)) return false;
    return summary.findings.some((finding) => finding.guarantee === guarantee && this.classesOf(summary, finding).includes(faultClass));
  }

  /** In a swarm a seed says something of what its own shape promises, and of nothing else. */
  private speaks({ shape }: TrialSummary, guarantee: GuaranteeName, faultClass: JudgedClass): boolean {
    return shape === undefined || shapePromises(shape, guarantee, faultClass);
  }

  private isConcerned(guarantee: GuaranteeName): boolean {
    if (this.isSwarm) return [...this.summaries.values()].some(({ shape }) => shape?.concerned.includes(guarantee));
    return concerns(guarantee, this.facts()) || this.options.requiredGuarantees.includes(guarantee);
  }

  private get isSwarm(): boolean {
    return this.options.configuration.swarm !== undefined;
  }

  private violationGroup(group: readonly { finding: FindingSummary; summary: TrialSummary }[]): ViolationGroup {
    const seedsByClass = new Map<JudgedClass, number>();
    let smallest = group[0] as (typeof group)[number];
    for (const member of group) {
      if (compareSeeds(member.summary.seed, smallest.summary.seed) < 0) smallest = member;
      for (const name of this.classesOf(member.summary, member.finding)) seedsByClass.set(name, (seedsByClass.get(name) ?? 0) + 1);
    }
    const { guarantee, kind } = smallest.finding;
    return {
      guarantee,
      kind,
      seedsByClass,
      seeds: group.length,
      smallestSeed: smallest.summary.seed,
      example: smallest.finding,
      required: group.some((member) =>
        this.classesOf(member.summary, member.finding).some((name) => this.isRequired(guarantee, name, member.summary)),
      ),
    };
  }

  /**
   * The classes that a failure counts for. One that needs several at once is laid at the door of those that need not be survived: a crash
   * that loses nothing unless the power fails as well is power loss's.
   */
  private classesOf(summary: TrialSummary, { guarantee, kind }: FindingSummary): readonly JudgedClass[] {
    const needed = this.attributed.get(failureKey(summary.seed, guarantee, kind)) ?? this.suspects(summary, guarantee);
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

/** Does the shape of a seed promise the guarantee under this class of faults? */
export function shapePromises({ concerned, unpromised }: ShapeSummary, guarantee: GuaranteeName, faultClass: JudgedClass): boolean {
  return concerned.includes(guarantee) && unpromised[guarantee]?.includes(faultClass) !== true;
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
