/**
 * Runs seeds under a strategy. Asked for seeds in order it runs each once; asked for one in the middle of an island it first runs those before it,
 * so that a seed means the same however it is come by.
 */
import type { Scenario } from '../../scenario/Scenario.js';
import { runTrial, type TrialOptions, type TrialResult } from '../trial.js';
import type { Strategy } from './Strategy.js';

type Run = (scenario: Scenario, options?: TrialOptions) => TrialResult;

export class Explorer {
  /** First seed of the island that the strategy is in, and the next one that it has not seen. */
  private island = Number.NaN;
  private position = Number.NaN;
  /** What the strategy chose for that next seed, once it was asked: to choose may change what it would choose then. */
  private chosen: Scenario | undefined;

  constructor(
    private readonly strategy: Strategy,
    private readonly run: Run = runTrial,
  ) {}

  /** The scenario of a seed; undefined beyond the strategy's size. It may be asked for again. */
  scenarioOf(seed: string): Scenario | undefined {
    if (this.strategy.islandSeeds === 1) return this.strategy.next(seed);
    this.advanceTo(seed);
    return (this.chosen ??= this.strategy.next(seed));
  }

  /** The same, run. */
  try(seed: string): { readonly scenario: Scenario; readonly result: TrialResult } | undefined {
    const scenario = this.scenarioOf(seed);
    return scenario === undefined ? undefined : { scenario, result: this.observed(scenario) };
  }

  private advanceTo(seed: string): void {
    const number = Number(seed);
    const island = firstOfIsland(number, this.strategy.islandSeeds);
    if (island !== this.island || number < this.position) {
      this.strategy.reset();
      this.island = island;
      this.position = Math.max(0, island);
      this.chosen = undefined;
    }
    while (this.position < number) this.try(String(this.position));
  }

  private observed(scenario: Scenario): TrialResult {
    const { listen } = this.strategy;
    const result = this.run(scenario, listen === null ? {} : { listen });
    this.strategy.observe();
    this.position++;
    this.chosen = undefined;
    return result;
  }
}

/** The first seed of the island that a seed lies in: islands begin at 1, 1 + islandSeeds, … */
export function firstOfIsland(seed: number, islandSeeds: number): number {
  return Math.floor((seed - 1) / islandSeeds) * islandSeeds + 1;
}
