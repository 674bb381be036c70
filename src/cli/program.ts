/**
 * The command `trialrun`: options and help here, the work in `commands/`, loaded when it is needed so that `--help` stays quick. Every way out goes through
 * one place, which turns what was thrown into a message and an exit code.
 */
import { Command, CommanderError } from 'commander';
import { guaranteeNames } from '../check/Finding.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import { applicationKinds, applicationNames } from '../explore/applications.js';
import { redrawRules } from '../explore/redraw.js';
import { wrapped } from '../report/textTable.js';
import { DEFAULT_REQUIRED } from '../scenario/Scenario.js';
import { CliError, messageOf } from './CliError.js';
import { addAnalyze } from './commands/analyze.js';
import { addConfigurationOptions } from './configurationOptions.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { addMerge } from './commands/mergeOptions.js';
import { addReport } from './commands/reportOptions.js';
import { collect, feature, oneOf, release, shard, share, timeSpan, wholeNumber } from './optionValues.js';
import { complaint, print } from './output.js';
import { reportFormats } from './reportFormats.js';
import { addStrategyOptions } from './strategyOption.js';
import { version } from './version.js';

const INTRODUCTION = `Puts a Kafka configuration on trial: simulates brokers, producers and consumers, breaks what can break,
and says which guarantees hold, which do not, and the shortest story that shows it.`;

const EXAMPLES = `
Examples:
  trialrun check                                    is the recommended configuration safe?
  trialrun check --set producer.acks=1              and what if acks=1?
  trialrun check --server-properties server.properties --producer-properties producer.properties
                                                    is mine?
  trialrun replay reports/…/scenario.yaml           the same failure again, event by event
  trialrun explain reports/…/scenario.yaml          what happened to the lost record
  trialrun scenarios                                lessons: how Kafka can lose data, and what prevents it

Exit codes:
  0 every required guarantee held    1 one was violated    2 inconclusive    3 a run was not deterministic
  64 wrong usage    65 bad file    70 internal error    130 interrupted`;

const CHECK_HELP = `
A properties file speaks for its whole part: what it leaves out is Kafka's default, not the recommendation.

Fault classes for --require (all: every one): ${wrapped(`${FAULT_CLASSES.join(', ')}.`, 110, '  ', '').join('\n')}
Guarantees for --require:
  ${guaranteeNames.join('\n  ')}
A list of classes only keeps the default guarantees (${DEFAULT_REQUIRED.join(', ')}),
and the other way round.

Applications for --application (a consumer.properties with a group.id alone means auto, or commit-after with enable.auto.commit=false):
${applicationNames.map((name) => `  ${name.padEnd(24)} ${applicationKinds[name].summary}`).join('\n')}

Examples:
  trialrun check --set producer.acks=1
  trialrun check --server-properties server.properties --producer-properties producer.properties
  trialrun check --brokers 5 --topic orders:partitions=12,replication-factor=5,min.insync.replicas=3 --time 90s
  trialrun check --require power-loss --set flush.messages=1
  trialrun check --application auto-workers          can I lose records with enable.auto.commit=true?
  trialrun check --application transform-transactional --members 3 --transactional 2
  trialrun check --strategy exhaustive --depth 1 --topic t:partitions=1   every single fault of a small set: what is left is proved
  trialrun check --kafka 0.10.2 --seeds 5000 --workers 8 --out /tmp/reports --format junit > trialrun.xml`;

const RUN_HELP = `
Examples:
  trialrun run b10-high-watermark-truncation-loss                 a lesson, and all that it claims
  trialrun run b10 --kafka 0.11                                   the same under another release
  trialrun run b02-acks-1.yaml --set producer.acks=all            or with another property
  trialrun run ./my-scenario.ts                                   export default { title: '…', faults: [ … ] }`;

const REPLAY_HELP = `
Examples:
  trialrun replay reports/no-acknowledged-loss-seed-8             a saved failure; exit 3 if it is not the same run
  trialrun replay 8 --set producer.acks=1                         seed 8 of: trialrun check --set producer.acks=1`;

let exitCode: ExitCode = EXIT.held;

/** The command with all of its options; parsing runs what was asked for. */
export function program(): Command {
  const root = new Command('trialrun')
    .description(INTRODUCTION)
    .version(version)
    .exitOverride()
    .configureHelp({ helpWidth: 110, showGlobalOptions: false })
    .configureOutput({ outputError: (text, write) => write(complaint(text)) })
    .showSuggestionAfterError()
    .addHelpText('after', EXAMPLES);
  addCheck(root);
  addRun(root);
  addReplay(root);
  addAnalyze(root, (code) => void (exitCode = code));
  addMerge(root, (code) => (exitCode = code));
  addExplain(root);
  addReport(root, (code) => (exitCode = code));
  addBisect(root);
  addCompare(root);
  root
    .command('scenarios')
    .description('list the lessons that come with Trialrun, or tell what one of them teaches')
    .argument('[name]', 'a name from the list, or its beginning, or the path of a file')
    .action(async (name: string | undefined) => void (exitCode = await (await import('./commands/scenarios.js')).scenarios(name)));
  return root;
}

function addCheck(root: Command): void {
  const check = root
    .command('check')
    .description('try a configuration under many seeds and report which guarantees hold under which faults');
  addStrategyOptions(addConfigurationOptions(check).optionsGroup('How hard to try:'))
    .option('--seeds <n>', 'seeds to try (default: 1200)', wholeNumber(1, 1_000_000_000))
    .option('--seed <first>', 'first seed; the others follow', wholeNumber(0), 1)
    .option('--time <time>', 'stop after this much time, such as 90s', timeSpan)
    .option('--workers <n>', 'processes at work (default: one per core)', wholeNumber(1, 1_024))
    .option('--keep-going', 'try every seed, however many have failed (implied by --results)')
    .option('--verify-determinism [share]', 'run every seed, or a share such as 10%, twice in different processes', share)
    .option('--seed-timeout <time>', 'a seed that takes longer has hung (default: 60s)', timeSpan)
    .option('--memory <MB>', 'most memory of one worker process (default: 2048)', wholeNumber(64, 1_000_000))
    .optionsGroup('Long campaigns (docs/campaigns.md):')
    .option('--results <file>', 'write one line of JSON per seed to this file as it is done')
    .option('--resume', 'go on with what the file of --results holds, if it exists')
    .option('--shard <i/n>', 'try only part i of n, for `trialrun merge`', shard)
    .optionsGroup('Verdict and output:')
    .option('--require <list>', 'fault classes and guarantees that decide the exit code (default: every class but power-loss)')
    .option('--coverage', 'say which rare paths, transitions and errors the seeds reached; also as coverage.html in --out')
    .option(
      '--suggest [n]',
      'after a violation, try which change would keep the guarantee, over so many seeds (default: 30)',
      wholeNumber(1, 100_000),
    )
    .option('--out <dir>', 'folder for failing runs', 'reports')
    .option('--format <format>', 'text, json, junit or github (annotations)', oneOf(reportFormats), 'text')
    .option('--no-shrink', 'tell failures as they were found, which takes no time and is the same on every machine')
    .option('--summary <file>', 'write a short summary, as JSON, to this file')
    .addHelpText('after', CHECK_HELP)
    .action(async (options) => void (exitCode = await (await import('./commands/check.js')).check(options)));
}

function addRun(root: Command): void {
  root
    .command('run')
    .description('run one scenario: a file, or one of those that come with Trialrun by its name')
    .argument('<scenario>', 'YAML, JSON or TypeScript file, or a name that `trialrun scenarios` lists')
    .option('--kafka <version>', 'another Kafka release', release)
    .option('--feature <name=value>', 'one behaviour of another release (repeatable)', feature)
    .option('--set <name=value>', 'another property, such as producer.acks=all (repeatable)', collect)
    .option('--seed <seed>', 'another seed')
    .option('--out <dir>', 'folder for the run if it violates what the scenario requires', 'reports')
    .option('--history <file>', "write what the clients saw, in Jepsen's shape, as .edn or .jsonl")
    .option('--trace <file>', 'write the run as Chrome trace events, for Perfetto or chrome://tracing')
    .option('--shiviz <file>', 'write the run as a log with vector clocks, for ShiViz')
    .option('--format <format>', 'text, json, junit or github (annotations)', oneOf(reportFormats), 'text')
    .addHelpText('after', RUN_HELP)
    .action(async (path: string, options) => void (exitCode = await (await import('./commands/run.js')).run(path, options)));
}

function addExplain(root: Command): void {
  root
    .command('explain')
    .description('run a scenario and tell, in sentences, what happened to what was lost')
    .argument('<file>', 'scenario file, the folder of a failing run, or a name that `trialrun scenarios` lists')
    .option('--when', 'from when on could it no longer be avoided? draws the future of the run anew from successive moments')
    .optionsGroup('With --when:')
    .option('--runs <n>', 'futures drawn from each moment (default: 40)', wholeNumber(1, 10_000))
    .option(
      '--faults <rule>',
      'faults to come: anew (default: each left out with a chance of one half, or at another moment), kept or none',
      oneOf(redrawRules),
    )
    .option('--time <time>', 'stop after this much time, such as 90s', timeSpan)
    .option('--workers <n>', 'processes at work (default: one per core)', wholeNumber(1, 1_024))
    .option('--format <format>', 'text (default) or json', oneOf(['text', 'json']))
    .action(async (file: string, options) => void (exitCode = await (await import('./commands/explain.js')).explain(file, options)));
}

function addBisect(root: Command): void {
  root
    .command('bisect')
    .description('run one failure under every Kafka release: which fail, which hold, and the flag that makes the difference')
    .argument('<file>', 'scenario file, the folder of a failing run, or a name that `trialrun scenarios` lists')
    .option(
      '--runs <n>',
      'runs of each variant: the scenario as written and the same faults under other schedules',
      wholeNumber(1, 10_000),
      20,
    )
    .option('--time <time>', 'stop after this much time, such as 90s', timeSpan)
    .option('--workers <n>', 'processes at work (default: one per core)', wholeNumber(1, 1_024))
    .option('--format <format>', 'text or json', oneOf(['text', 'json']), 'text')
    .action(async (file: string, options) => void (exitCode = await (await import('./commands/bisect.js')).bisect(file, options)));
}

const COMPARE_HELP = `
A configuration is [LABEL:]PART[,PART…]; what stands before the first colon is its label. A part is
  name=value                    a property as --set takes it, such as producer.acks=1
  server-properties=FILE        likewise producer-properties and consumer-properties
  kafka=2.0, feature.NAME=VALUE, brokers=5, partitions=12, replication-factor=2,
  application=auto, groups=1, members=3, transactional=2
  SCENARIO                      first and without =: a file, or a name that \`trialrun scenarios\` lists;
                                then properties, kafka and features may follow
The options hold for every configuration, unless its own parts say otherwise.

Examples:
  trialrun compare acks=0:producer.acks=0 acks=1:producer.acks=1 acks=all:producer.acks=all
  trialrun compare old:kafka=2.0 new:kafka=3.9 --seeds 500
  trialrun compare --scenario b02-acks-1 acks=1:producer.acks=1 acks=all:producer.acks=all
  trialrun compare mine:server-properties=server.properties,producer-properties=producer.properties recommended:producer.acks=all`;

function addCompare(root: Command): void {
  const command = root
    .command('compare')
    .description('try several configurations under the same seeds: guarantees, availability, latency, duplicates and loss side by side')
    .argument('<configuration...>', 'two or more, each such as acks=1:producer.acks=1 (see below)');
  addConfigurationOptions(command)
    .optionsGroup('How hard to try:')
    .option('--scenario <file>', 'vary this scenario under many schedules, instead of what each seed draws')
    .option('--faults <classes>', 'classes of faults that take part, all or none (default: every class but power-loss)')
    .option('--seeds <n>', 'seeds for each configuration', wholeNumber(1, 1_000_000), 60)
    .option('--seed <first>', 'first seed; the others follow', wholeNumber(1), 1)
    .option('--time <time>', 'stop after this much time, such as 90s', timeSpan)
    .option('--workers <n>', 'processes at work (default: one per core)', wholeNumber(1, 1_024))
    .optionsGroup('Output:')
    .option('--format <format>', 'text or json', oneOf(['text', 'json']), 'text')
    .addHelpText('after', COMPARE_HELP)
    .action(async (words: string[], options) => void (exitCode = await (await import('./commands/compare.js')).compare(words, options)));
}

function addReplay(root: Command): void {
  const replay = root
    .command('replay')
    .description('run a saved failure, or one seed of a check, again and compare the hash of its events')
    .argument('<file|seed>', 'scenario file, folder of a failing run, or a seed (then with the options that check had)')
    .option('--edited', 'run a counterexample although it was changed since it was saved')
    .option('--hash <hash>', 'the hash that the run must have')
    .option('--out <dir>', 'folder for the run of a seed if it violates a guarantee', 'reports')
    .option('--history <file>', "write what the clients saw, in Jepsen's shape, as .edn or .jsonl")
    .option('--trace <file>', 'write the run as Chrome trace events, for Perfetto or chrome://tracing')
    .option('--shiviz <file>', 'write the run as a log with vector clocks, for ShiViz')
    .addHelpText('after', REPLAY_HELP);
  addStrategyOptions(addConfigurationOptions(replay).optionsGroup('What chose the seed:')).action(
    async (what: string, options) => void (exitCode = await (await import('./commands/replay.js')).replay(what, options)),
  );
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.held : EXIT.usage;
  if (error instanceof CliError) {
    process.stderr.write(`${complaint('error:')} ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${complaint('internal error:')} ${messageOf(error)}\n`);
  process.stderr.write('This is a defect of Trialrun. Set TRIALRUN_DEBUG=1 to see where it happened, and please report it.\n');
  if (process.env['TRIALRUN_DEBUG'] !== undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return EXIT.internal;
}

/** @param words the arguments after the command's name. */
export async function runCommandLine(words: readonly string[]): Promise<ExitCode> {
  exitCode = EXIT.held;
  try {
    const root = program();
    if (words.length === 0) print(root.helpInformation().trimEnd(), EXAMPLES);
    else await root.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error);
  }
}
