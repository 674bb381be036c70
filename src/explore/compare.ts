/**
 * Several configurations under the same seeds: what each guarantees, how available it is, how quick, what it loses. A seed draws the same world for all of them
 * (faults, latencies, workload: each from a stream of its own), so that differences are taken seed by seed, and what a seed did to all of them cancels out.
 */
import { guaranteeNames, type GuaranteeName, type Verdict } from '../check/Finding.js';
import type { Scenario } from '../scenario/Scenario.js';
import type { Inquiry, TrialOutcome } from './inquiry.js';
import { costOf, percentile, type CostSummary, type TrialMetrics } from './metrics.js';

/** One of the things compared. @param index of the seed, from 0. */
export type ScenarioOf = (index: number) => Scenario;

export type VerdictCounts = Readonly<Record<Verdict, number>>;

export interface ComparedSubject {
  /** Of every guarantee that some subject put to the test. */
  readonly verdicts: Readonly<Partial<Record<GuaranteeName, VerdictCounts>>>;
  readonly cost: CostSummary;
  /** Against the first subject; null for itself, and without a seed that both came through. */
  readonly difference: PairedDifference | null;
}

/** One quantity, seed by seed: this one minus the first. */
export interface Paired {
  readonly mean: number;
  /** Seeds in which it is lower, and higher. */
  readonly lower: number;
  readonly higher: number;
  readonly seeds: number;
}

export interface PairedDifference {
  /** Shares, 0 to 1. */
  readonly available: Paired | null;
  readonly acknowledged: Paired | null;
  /** Microseconds: the median latency of a seed's acknowledged sends, and the 99th percentile. */
  readonly p50Us: Paired | null;
  readonly p99Us: Paired | null;
  readonly lost: Paired | null;
  readonly duplicates: Paired | null;
}

export interface CompareAnswer {
  readonly guarantees: readonly GuaranteeName[];
  readonly subjects: readonly ComparedSubject[];
  /** Seeds that every subject came through. */
  readonly seeds: number;
}

/** Seeds that are under way at once; when it is cut short, so many may be lost. */
const BATCH = 8;

export function* compareInquiry(subjects: readonly ScenarioOf[], seeds: number): Inquiry<CompareAnswer> {
  const rows: TrialOutcome[][] = [];
  for (let from = 0; from < seeds; from += BATCH) {
    const indexes = Array.from({ length: Math.min(BATCH, seeds - from) }, (_, i) => from + i);
    const outcomes = yield indexes.flatMap((index) => subjects.map((scenarioOf) => ({ scenario: scenarioOf(index), measure: true })));
    for (const i of indexes.keys()) {
      const row = outcomes.slice(i * subjects.length, (i + 1) * subjects.length).filter((outcome) => outcome !== null);
      // A seed that one of them did not come through says nothing about a difference.
      if (row.length === subjects.length) rows.push(row);
    }
    if (outcomes.every((outcome) => outcome === null)) break;
  }
  return compared(rows, subjects.length);
}

function compared(rows: readonly (readonly TrialOutcome[])[], subjects: number): CompareAnswer {
  const columns = Array.from({ length: subjects }, (_, i) => rows.map((row) => row[i] as TrialOutcome));
  const guarantees = guaranteeNames.filter((name) =>
    rows.some((row) => row.some(({ verdicts }) => (verdicts[name] ?? 'unknown') !== 'unknown')),
  );
  const metrics = columns.map((column) => column.flatMap((outcome) => outcome.metrics ?? []));
  return {
    guarantees,
    seeds: rows.length,
    subjects: columns.map((column, i) => ({
      verdicts: Object.fromEntries(guarantees.map((name) => [name, verdictCounts(column, name)])),
      cost: costOf(metrics[i] ?? []),
      difference: i === 0 || rows.length === 0 ? null : pairedDifference(metrics[0] ?? [], metrics[i] ?? []),
    })),
  };
}

export function verdictCounts(outcomes: readonly TrialOutcome[], name: GuaranteeName): VerdictCounts {
  const of = (verdict: Verdict): number => outcomes.filter(({ verdicts }) => (verdicts[name] ?? 'unknown') === verdict).length;
  return { held: of('held'), violated: of('violated'), unknown: of('unknown') };
}

/** Both in the order of the same seeds. */
export function pairedDifference(first: readonly TrialMetrics[], other: readonly TrialMetrics[]): PairedDifference {
  const by = (of: (metrics: TrialMetrics) => number | null): Paired | null =>
    paired(
      first.flatMap((metrics, i) => {
        const [a, b] = [of(metrics), of(other[i] as TrialMetrics)];
        return a === null || b === null ? [] : [b - a];
      }),
    );
  return {
    available: by(({ acceptingUs, totalUs }) => (totalUs === 0 ? null : acceptingUs / totalUs)),
    acknowledged: by(({ acknowledged, sends }) => (sends === 0 ? null : acknowledged / sends)),
    p50Us: by(({ latenciesUs }) => percentile(latenciesUs, 50)),
    p99Us: by(({ latenciesUs }) => percentile(latenciesUs, 99)),
    lost: by(({ lost }) => lost),
    duplicates: by(({ duplicates }) => duplicates),
  };
}

function paired(differences: readonly number[]): Paired | null {
  if (differences.length === 0) return null;
  return {
    mean: differences.reduce((sum, difference) => sum + difference, 0) / differences.length,
    lower: differences.filter((difference) => difference < 0).length,
    higher: differences.filter((difference) => difference > 0).length,
    seeds: differences.length,
  };
}
