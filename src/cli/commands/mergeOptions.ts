/** The command line of `trialrun merge`. */
import { reportFormats } from '../reportFormats.js';
import type { Command } from 'commander';
import type { ExitCode } from '../exitCodes.js';
import { oneOf } from '../optionValues.js';

const HELP = `
Files may overlap, come in any order and be given twice. Exit codes are those of check; 2 also where seeds are missing.

Examples:
  trialrun check --seeds 20000 --shard 1/2 --results shard-1.jsonl       on one machine
  trialrun check --seeds 20000 --shard 2/2 --results shard-2.jsonl       on another
  trialrun merge shard-1.jsonl shard-2.jsonl                             the report of all 20,000`;

export function addMerge(root: Command, end: (code: ExitCode) => void): void {
  root
    .command('merge')
    .description('put together what several commands wrote with --results, and report it like one check')
    .argument('<file...>', 'results files of one campaign')
    .option('--out <dir>', 'folder for failing runs', 'reports')
    .option('--format <format>', 'text, json, junit or github (annotations)', oneOf(reportFormats), 'text')
    .option('--no-shrink', 'tell failures as they were found, which takes no time and is the same on every machine')
    .option('--summary <file>', 'write a short summary, as JSON, to this file')
    .addHelpText('after', HELP)
    .action(async (paths: string[], options) => end(await (await import('./merge.js')).merge(paths, options)));
}
