/**
 * From a failing scenario to the shortest one that still fails in the same way.
 *
 * The order of attempts is a fast-check arbitrary's shrink stream, so that a property test shrinks scenarios exactly as a campaign does.
 * {@link shrinkScenario} walks that stream itself instead of going through `fc.check`: it must stop at a budget of runs or when
 * somebody interrupts it, keep the result of the last failing run, feed what that run showed (who held a role, when a trigger came) into the
 * next candidates, and never run the same scenario twice. The walk is the same: the first candidate that fails is where the search goes on.
 */
import fc from 'fast-check';
import type { Random as FastCheckRandom } from 'fast-check';
import type { FaultClass } from '../faults/Fault.js';
import type { Scenario } from '../scenario/Scenario.js';
import type { TrialConfiguration } from './configuration.js';
import { generateScenario } from './generate.js';
import { candidatesOf, START } from './shrink/candidates.js';
import type { Place } from './shrink/candidates.js';
import type { ObservedFault } from './shrink/passes.js';

/** Scenarios of a configuration: generated as a campaign does, shrunk by {@link candidatesOf}. The run's own seed never shrinks. */
export class ScenarioArbitrary extends fc.Arbitrary<Scenario> {
  constructor(
    private readonly configuration: TrialConfiguration,
    private readonly classes: readonly FaultClass[],
  ) {
    super();
  }

  override generate(mrng: FastCheckRandom): fc.Value<Scenario> {
    return new fc.Value(generateScenario(this.configuration, String(mrng.nextInt(1, 0x7fff_ffff)), this.classes), START);
  }

  override canShrinkWithoutContext(value: unknown): value is Scenario {
    const scenario = value as Partial<Scenario> | null;
    return typeof scenario === 'object' && scenario?.formatVersion === 1 && Array.isArray(scenario.faults);
  }

  override shrink(value: Scenario, context: unknown): fc.Stream<fc.Value<Scenario>> {
    return new fc.Stream(valuesOf(value, (context as Place | undefined) ?? START));
  }
}

function* valuesOf(scenario: Scenario, place: Place): Generator<fc.Value<Scenario>, void> {
  for (const candidate of candidatesOf(scenario, place)) yield new fc.Value(candidate.scenario, candidate.place);
}

/** What must fail again: the same guarantee in the same way, or shrinking slides to another failure. */
export interface ShrinkTarget {
  readonly guarantee: string;
  readonly kind: string;
}

/** As much of a trial's result as shrinking reads. */
export interface ShrinkableResult {
  readonly judgement: { readonly findings: readonly ShrinkTarget[] };
  readonly faultLog?: readonly ObservedFault[];
}

export interface ShrinkProgress {
  readonly runs: number;
  /** The smallest failing scenario so far. */
  readonly scenario: Scenario;
  /** What is being made smaller: `faults`, `sends`, `times` … */
  readonly pass: string;
}

/** Whoever waits for a story has lost patience after so many runs; what it takes is mostly a fifth (docs/mutants.md). */
export const MOST_RUNS = 500;

export interface ShrinkOptions<R extends ShrinkableResult> {
  readonly run: (scenario: Scenario) => R;
  /** Runs at most, the first one included; 150 unless given, never more than {@link MOST_RUNS}. */
  readonly maxRuns?: number;
  /** Asked before every run: true ends the search with what it has. */
  readonly shouldStop?: () => boolean;
  /** Called after every run. */
  readonly onProgress?: (progress: ShrinkProgress) => void;
}

export interface Shrunk<R extends ShrinkableResult> {
  readonly scenario: Scenario;
  readonly runs: number;
  /** The result of the shrunk scenario's run. */
  readonly result: R;
  /** Nothing smaller fails: the search came to its end within the budget. */
  readonly minimal: boolean;
}

/** @throws when the scenario itself does not fail in the way of the target. */
export function shrinkScenario<R extends ShrinkableResult>(scenario: Scenario, target: ShrinkTarget, options: ShrinkOptions<R>): Shrunk<R> {
  const result = options.run(scenario);
  if (!fails(result, target)) {
    throw new Error(`scenario ${scenario.name} does not show ${target.kind} (${target.guarantee}), so that there is nothing to shrink`);
  }
  return new Search(scenario, result, target, options).finish();
}

function fails(result: ShrinkableResult, target: ShrinkTarget): boolean {
  return result.judgement.findings.some(({ guarantee, kind }) => guarantee === target.guarantee && kind === target.kind);
}

class Search<R extends ShrinkableResult> {
  private runs = 1;
  private readonly tried = new Set<string>();
  private place: Place = START;
  private readonly maxRuns: number;

  constructor(
    private scenario: Scenario,
    private result: R,
    private readonly target: ShrinkTarget,
    private readonly options: ShrinkOptions<R>,
  ) {
    this.maxRuns = Math.min(options.maxRuns ?? 150, MOST_RUNS);
    this.tried.add(JSON.stringify(scenario));
  }

  finish(): Shrunk<R> {
    let minimal = false;
    while (!minimal && !this.spent()) minimal = !this.step() && !this.spent();
    return { scenario: this.scenario, runs: this.runs, result: this.result, minimal };
  }

  /** Goes to the first candidate that fails; false when none does, or the budget is spent. */
  private step(): boolean {
    for (const candidate of candidatesOf(this.scenario, { ...this.place, observed: this.result.faultLog ?? [] })) {
      const text = JSON.stringify(candidate.scenario);
      if (this.tried.has(text)) continue;
      if (this.spent()) return false;
      this.tried.add(text);
      this.runs++;
      const result = this.options.run(candidate.scenario);
      const failed = fails(result, this.target);
      if (failed) {
        this.scenario = candidate.scenario;
        this.result = result;
        this.place = candidate.place;
      }
      this.options.onProgress?.({ runs: this.runs, scenario: this.scenario, pass: candidate.pass });
      if (failed) return true;
    }
    return false;
  }

  private spent(): boolean {
    return this.runs >= this.maxRuns || this.options.shouldStop?.() === true;
  }
}
