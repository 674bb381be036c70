/** From a strategy and a seed to a scenario, in the parent as in its workers. */
import { runTrial } from '../explore/trial.js';
import { Explorer } from '../explore/strategies/Explorer.js';
import { SpaceTooLargeError } from '../explore/strategies/exhaustive.js';
import { asTried, depthsOf, makeStrategy } from '../explore/strategies/index.js';
import { DEFAULT_STRATEGY, type Strategy, type StrategyChoice } from '../explore/strategies/Strategy.js';
import type { Scenario } from '../scenario/Scenario.js';
import { usageError } from './CliError.js';
import type { StrategyOptions } from './strategyOption.js';
import type { CheckPayload } from './workerTasks.js';

/** @throws CliError for a depth that the strategy does not have. */
export function strategyFrom({ strategy, depth }: StrategyOptions): StrategyChoice {
  const name = strategy ?? DEFAULT_STRATEGY.name;
  const range = depthsOf(name);
  if (depth !== undefined && range === null) {
    throw usageError(`--depth means nothing to the strategy ${name}`, 'leave it out, or take --strategy pct or exhaustive');
  }
  if (depth !== undefined && range !== null && (depth < range.least || depth > range.most)) {
    throw usageError(`--depth ${depth} is no depth of the strategy ${name}`, `write a whole number from ${range.least} to ${range.most}`);
  }
  return { name, depth: depth ?? range?.usual ?? null };
}

/** What would choose it again, as arguments of a command: nothing for the default. */
export function strategyWords({ name, depth }: StrategyChoice): string[] {
  if (name === DEFAULT_STRATEGY.name) return [];
  return ['--strategy', name, ...(depth === null ? [] : ['--depth', String(depth)])];
}

/** What a strategy changes in what is to be tried: fault classes that it does not have, the length of a run. @throws CliError when nothing is left to require. */
export function payloadFor(choice: StrategyChoice, payload: CheckPayload): CheckPayload {
  if (choice.name === 'exhaustive' && payload.configuration.swarm !== undefined) {
    throw usageError('--strategy exhaustive tries one world, and a swarm has another for every seed', 'leave one of the two out');
  }
  const { configuration, classes } = asTried(choice, payload);
  const requiredClasses = payload.requiredClasses.filter((name) => classes.includes(name));
  if (requiredClasses.length === 0) {
    throw usageError(
      `--strategy ${choice.name} has no faults of the classes that --require names`,
      `name some of ${classes.join(', ')}, or take another strategy`,
    );
  }
  return { ...payload, configuration, classes, requiredClasses, strategy: choice };
}

/** The strategy of a check. @throws CliError when it would have more to try than is sensible. */
export function strategyOf({ configuration, classes, requiredGuarantees, strategy = DEFAULT_STRATEGY }: CheckPayload): Strategy {
  try {
    return makeStrategy(strategy, { configuration, classes, require: requiredGuarantees });
  } catch (error) {
    if (!(error instanceof SpaceTooLargeError)) throw error;
    throw usageError(`--strategy exhaustive: ${error.message}`, 'try fewer faults (--depth 1) or fewer brokers (--brokers 1)');
  }
}

/** The scenario that a seed stands for; a strategy that learns runs the seeds before it in its island first. @throws CliError when there is none. */
export function scenarioOfSeed(payload: CheckPayload, seed: string): Scenario {
  const strategy = strategyOf(payload);
  if (strategy.islandSeeds > 1 && !Number.isSafeInteger(Number(seed)))
    throw usageError(`there is no seed ${seed}`, 'write a smaller number');
  const scenario = new Explorer(strategy, runTrial).scenarioOf(seed);
  if (scenario === undefined) throw usageError(`there is no scenario ${seed}`, `write a number from 1 to ${strategy.size ?? 0}`);
  return scenario;
}
