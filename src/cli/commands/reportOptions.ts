/** The command line of `trialrun report`. */
import type { Command } from 'commander';
import { redrawRules } from '../../explore/redraw.js';
import { addConfigurationOptions } from '../configurationOptions.js';
import type { ExitCode } from '../exitCodes.js';
import { oneOf, timeSpan, wholeNumber } from '../optionValues.js';
import { addStrategyOptions } from '../strategyOption.js';

const HELP = `
Examples:
  trialrun report b02-acks-1                                  a lesson, with its page, plots and results
  trialrun report reports/no-acknowledged-loss-seed-8 --when  a saved failure, and from when on it could not be avoided
  trialrun report b02-acks-1 --analysis                       a document in the manner of a published analysis
  trialrun report 8 --set producer.acks=1                     seed 8 of: trialrun check --set producer.acks=1`;

/** @param done gets the exit code. */
export function addReport(root: Command, done: (code: ExitCode) => void): void {
  const command = root
    .command('report')
    .description('run a scenario, or one seed of a check, and write everything that is to be told of the run into a folder')
    .argument('<file|seed>', 'scenario file, folder of a saved run, a name that `trialrun scenarios` lists, or a seed')
    .option('--out <dir>', 'folder that gets the folder of the run', 'reports')
    .optionsGroup('What takes many runs:')
    .option('--when', 'compute the probability of the failure over time: from when on could it not be avoided?')
    .option(
      '--analysis',
      'write a published analysis, analysis.html and analysis.md: how often, by which faults, since which release, what prevents it',
    )
    .option('--runs <n>', 'futures drawn from each moment, schedules of each variant (default: 40)', wholeNumber(1, 10_000))
    .option('--faults <rule>', 'faults to come: anew (default), kept or none', oneOf(redrawRules))
    .option('--time <time>', 'stop computing after this much time, such as 90s', timeSpan)
    .option('--workers <n>', 'processes at work (default: one per core)', wholeNumber(1, 1_024))
    .addHelpText('after', HELP);
  addStrategyOptions(addConfigurationOptions(command).optionsGroup('What chose the seed:')).action(async (what: string, options) =>
    done(await (await import('./report.js')).report(what, options)),
  );
}
