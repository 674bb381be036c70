/** `--strategy NAME --depth N`: how a check chooses what to try. */
import { Option, type Command } from 'commander';
import { strategyNames, type StrategyName } from '../explore/strategies/Strategy.js';
import { oneOf, wholeNumber } from './optionValues.js';

export interface StrategyOptions {
  strategy?: StrategyName;
  depth?: number;
}

/** Adds the options to a command that tries or repeats seeds. */
export function addStrategyOptions(command: Command): Command {
  return command
    .option('--strategy <name>', `how seeds are chosen: ${strategyNames.join(', ')} (default: random)`, oneOf(strategyNames))
    .addOption(
      new Option(
        '--depth <n>',
        'pct: ordering constraints that a bug may need (default: 3); exhaustive: faults at most (default: 2)',
      ).argParser(wholeNumber(0, 50)),
    );
}
