/**
 * How a campaign chooses what to try. A strategy turns seed numbers into scenarios; the same strategy, configuration and seed give the same
 * scenario, in any process and however a campaign is spread over workers and machines.
 *
 * A strategy that learns from runs does so within an island: a block of consecutive seeds, tried in order, with nothing known at its beginning.
 * So what a seed stands for depends on the few seeds before it in its island, never on who tried what and when. Islands of one seed are
 * strategies that learn nothing.
 */
import type { EventBus } from '../../engine/events.js';
import type { FaultClass } from '../../faults/Fault.js';
import type { GuaranteeName, Scenario } from '../../scenario/Scenario.js';
import type { TrialConfiguration } from '../configuration.js';

export const strategyNames = ['random', 'pct', 'novelty', 'exhaustive'] as const;
export type StrategyName = (typeof strategyNames)[number];

/** Which strategy, as plain data: it goes to worker processes and into reports. */
export interface StrategyChoice {
  readonly name: StrategyName;
  /** pct: its depth, one more than the changes of priority. exhaustive: faults at most. Null: the strategy's own default. */
  readonly depth: number | null;
}

export const DEFAULT_STRATEGY: StrategyChoice = { name: 'random', depth: null };

/** What a strategy makes scenarios for. */
export interface Subject {
  readonly configuration: TrialConfiguration;
  /** Fault classes that may take part. */
  readonly classes: readonly FaultClass[];
  /** Guarantees that the scenarios' own verdict follows. */
  readonly require: readonly GuaranteeName[];
}

export interface Strategy {
  /** Seeds of an island; the islands begin at 1, 1 + islandSeeds, … */
  readonly islandSeeds: number;
  /** How many scenarios there are at all, for the seeds from 1 to this; null: one for every seed. */
  readonly size: number | null;
  /** In words, for the head of a report. */
  readonly description: string;
  /** Forgets everything; called at the beginning of an island. */
  reset(): void;
  /**
   * The scenario of a seed, given what was observed of the seeds before it in its island. Undefined beyond the strategy's size.
   * @param seed any text where islands have one seed and the size is null; otherwise a whole number.
   */
  next(seed: string): Scenario | undefined;
  /** Listens to the run of the scenario that `next` gave last; null: it learns nothing. */
  listen: ((bus: EventBus) => void) | null;
  /** That run is over. */
  observe(): void;
}
