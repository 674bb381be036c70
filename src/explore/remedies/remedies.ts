/**
 * What to change so that a violated guarantee holds: the neighbouring configurations are tried under the very seeds that failed, one change at a time, and those that come
 * through under a batch of further seeds, the same for all. If no single change suffices, pairs are tried. What a change costs is the difference in
 * availability and latency over that batch, seed by seed.
 *
 * "Holds" means that no seed broke it: so many seeds stand behind it, and no proof. Whether Kafka promises it under the changed configuration is said beside it.
 */
import type { GuaranteeName } from '../../check/Finding.js';
import { promiseUnder, type Promised } from '../../check/promises.js';
import type { FaultClass } from '../../faults/Fault.js';
import { crossChecks } from '../../scenario/crossChecks.js';
import { pairedDifference, type PairedDifference } from '../compare.js';
import type { TrialConfiguration } from '../configuration.js';
import { generateScenario } from '../generate.js';
import type { Count, Inquiry, TrialJob, TrialOutcome } from '../inquiry.js';
import { costOf, type CostSummary } from '../metrics.js';
import { promiseFactsOf } from '../promiseFacts.js';
import { candidateRemedies, type Remedy } from './candidates.js';

export interface RemediesQuestion {
  readonly configuration: TrialConfiguration;
  /** What has to hold. */
  readonly guarantee: GuaranteeName;
  /** What must not break instead. */
  readonly requiredGuarantees: readonly GuaranteeName[];
  /** Classes of faults that the failing seeds drew from. */
  readonly classes: readonly FaultClass[];
  /** Classes that have to be survived: the batch draws from these. */
  readonly requiredClasses: readonly FaultClass[];
  readonly failingSeeds: readonly string[];
  readonly firstSeed: number;
  /** Seeds of the batch. */
  readonly seeds: number;
}

export interface TriedRemedy {
  /** One change, or two. */
  readonly changes: readonly Pick<Remedy, 'text' | 'kind'>[];
  readonly size: number;
  readonly promised: Promised;
  /** Over the failing seeds and the batch. */
  readonly count: Count;
  /** Other required guarantees that broke in the batch, with the number of seeds. */
  readonly alsoBroken: readonly (readonly [name: GuaranteeName, seeds: number])[];
  readonly cost: CostSummary;
  /** Against the configuration as it is, over the batch. */
  readonly difference: PairedDifference;
}

export interface RemediesAnswer {
  readonly guarantee: GuaranteeName;
  /** The configuration as it is, over the batch. */
  readonly base: Count;
  readonly baseCost: CostSummary;
  /** In order: no other guarantee broken, then the smaller change, then the better availability. */
  readonly held: readonly TriedRemedy[];
  /** Single changes, and pairs, that were tried; pairs only where no single one held. */
  readonly singles: number;
  readonly pairs: number;
  /** Changes that Kafka refuses, with what it says. */
  readonly refused: readonly { readonly text: string; readonly refusal: string }[];
}

/** So many that came through the failing seeds go on to the batch. */
const MOST_IN_BATCH = 5;
const MOST_PAIRS = 60;

interface Option {
  readonly remedies: readonly Remedy[];
  readonly configuration: TrialConfiguration;
}

export function* remediesInquiry(question: RemediesQuestion): Inquiry<RemediesAnswer> {
  const { configuration } = question;
  const trials = new Trials(question);
  const candidates = candidateRemedies(configuration);
  const singles = candidates.map((remedy): Option => ({ remedies: [remedy], configuration: remedy.apply(configuration) }));
  const refused = singles.flatMap(({ remedies, configuration: changed }) => {
    const refusal = trials.refusalOf(changed);
    return refusal === '' ? [] : [{ text: textOf(remedies), refusal }];
  });
  const base = yield* trials.batchOf([configuration]);
  const judgeOptions = function* (options: readonly Option[]): Inquiry<TriedRemedy[]> {
    const able = options.filter((option) => trials.refusalOf(option.configuration) === '');
    const survivors = (yield* trials.survivors(able)).slice(0, MOST_IN_BATCH);
    const outcomes = yield* trials.batchOf(survivors.map((option) => option.configuration));
    return survivors.map((option, i) => tried(question, option, base[0] ?? [], outcomes[i] ?? []));
  };
  const held = (list: readonly TriedRemedy[]): TriedRemedy[] =>
    list.filter(({ count }) => count.failures === 0 && count.runs > question.failingSeeds.length);
  const ordered = [...singles].sort(bySize);
  let good = held(yield* judgeOptions(ordered));
  let pairs = 0;
  if (good.length === 0) {
    const both = pairsOf(configuration, candidates).sort(bySize).slice(0, MOST_PAIRS);
    pairs = both.length;
    good = held(yield* judgeOptions(both));
  }
  const baseOutcomes = present(base[0] ?? []);
  return {
    guarantee: question.guarantee,
    base: { failures: baseOutcomes.filter((outcome) => broken(outcome, question.guarantee)).length, runs: baseOutcomes.length },
    baseCost: costOf(baseOutcomes.flatMap(({ metrics }) => metrics ?? [])),
    held: good.sort(byMerit),
    ...{ singles: singles.length, pairs, refused },
  };
}

function pairsOf(configuration: TrialConfiguration, candidates: readonly Remedy[]): Option[] {
  return candidates.flatMap((first, i) =>
    candidates
      .slice(i + 1)
      .filter((second) => second.subject !== first.subject)
      .map((second) => ({ remedies: [first, second], configuration: second.apply(first.apply(configuration)) })),
  );
}

function textOf(remedies: readonly Remedy[]): string {
  return remedies.map(({ text }) => text).join(' and ');
}

function sizeOf({ remedies }: Option): number {
  return remedies.reduce((sum, { size }) => sum + size, 0);
}

function bySize(a: Option, b: Option): number {
  return sizeOf(a) - sizeOf(b) || (textOf(a.remedies) < textOf(b.remedies) ? -1 : 1);
}

function byMerit(a: TriedRemedy, b: TriedRemedy): number {
  const availability = ({ cost }: TriedRemedy): number => cost.available ?? 0;
  return a.alsoBroken.length - b.alsoBroken.length || a.size - b.size || availability(b) - availability(a);
}

function broken({ verdicts }: TrialOutcome, guarantee: GuaranteeName): boolean {
  return verdicts[guarantee] === 'violated';
}

function present(outcomes: readonly (TrialOutcome | null)[]): TrialOutcome[] {
  return outcomes.filter((outcome) => outcome !== null);
}

class Trials {
  constructor(private readonly question: RemediesQuestion) {}

  /** Kafka's own refusal of a configuration, as its scenarios show it; empty when there is none. */
  refusalOf(configuration: TrialConfiguration): string {
    const { firstSeed, requiredClasses } = this.question;
    const [problem] = crossChecks(generateScenario(configuration, String(firstSeed), requiredClasses));
    return problem === undefined ? '' : problem.message;
  }

  /** Those that no failing seed breaks: one seed after the other, so that most are gone after the first. */
  *survivors(options: readonly Option[]): Inquiry<Option[]> {
    const { classes, failingSeeds, guarantee, requiredGuarantees } = this.question;
    let left = [...options];
    for (const seed of failingSeeds) {
      if (left.length === 0) break;
      const outcomes = yield left.map(({ configuration }): TrialJob => ({
        scenario: generateScenario(configuration, seed, classes, requiredGuarantees),
      }));
      left = left.filter((_, i) => {
        const outcome = outcomes[i];
        return outcome !== null && outcome !== undefined && !broken(outcome, guarantee);
      });
    }
    return left;
  }

  /** Outcomes by configuration, then by seed. */
  *batchOf(configurations: readonly TrialConfiguration[]): Inquiry<(TrialOutcome | null)[][]> {
    const { firstSeed, seeds, requiredClasses } = this.question;
    const jobs = configurations.flatMap((configuration) =>
      Array.from({ length: seeds }, (_, i): TrialJob => ({
        scenario: generateScenario(configuration, String(firstSeed + i), requiredClasses),
        measure: true,
      })),
    );
    const outcomes = jobs.length === 0 ? [] : yield jobs;
    return configurations.map((_, i) => outcomes.slice(i * seeds, (i + 1) * seeds));
  }
}

function tried(
  question: RemediesQuestion,
  option: Option,
  base: readonly (TrialOutcome | null)[],
  batch: readonly (TrialOutcome | null)[],
): TriedRemedy {
  const { guarantee, requiredGuarantees, requiredClasses, failingSeeds } = question;
  const outcomes = present(batch);
  const both = batch.flatMap((outcome, i) => {
    const before = base[i]?.metrics ?? null;
    const after = outcome?.metrics ?? null;
    return before === null || after === null ? [] : [{ before, after }];
  });
  const alsoBroken = requiredGuarantees
    .filter((name) => name !== guarantee)
    .map((name) => [name, outcomes.filter((outcome) => broken(outcome, name)).length] as const)
    .filter(([, seeds]) => seeds > 0);
  return {
    changes: option.remedies.map(({ text, kind }) => ({ text, kind })),
    size: sizeOf(option),
    promised: promiseUnder(guarantee, requiredClasses, promiseFactsOf(option.configuration)),
    // Whoever is here came through every failing seed.
    count: { failures: outcomes.filter((outcome) => broken(outcome, guarantee)).length, runs: failingSeeds.length + outcomes.length },
    alsoBroken,
    cost: costOf(outcomes.flatMap(({ metrics }) => metrics ?? [])),
    difference: pairedDifference(
      both.map(({ before }) => before),
      both.map(({ after }) => after),
    ),
  };
}
