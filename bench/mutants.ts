/**
 * `npm run mutants`: the checkers on trial. Switches off one load-bearing condition of Kafka at a time, runs seeds of a configuration in which it matters until the
 * expected check fails, five times from different first seeds, and makes one counterexample of each mutant small. The same seeds as Kafka is must be silent. Then puts faults
 * into the checkers one by one: their own tests must turn red. docs/mutants.md says how to read it.
 *
 * Goes on where it was interrupted: results are kept in `.mutants/results.jsonl`. Processor time is what counts, so that a busy machine does not change the result.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { conditionNames, type ConditionName } from '../src/kafka/protocol/conditions.js';
import { mutants, type ConfigurationName } from '../properties/mutants.js';
import { faultyCheckers, tryFault } from './mutants/checkers.js';
import { firstSeed, hunt, listen, shrink, usedConfigurations } from './mutants/measure.js';
import { Results, trialOf } from './mutants/results.js';
import { lineOf, rowsOf, summaryOf, summaryText, terminalTable, writeDocument } from './mutants/table.js';

const USAGE = `npm run mutants -- [options]
  --only NAME      this condition (several times for several)
  --campaigns N    hunts for each mutant, from different first seeds (5)
  --cap SECONDS    processor time of a hunt (60)
  --shard I/N      every N-th mutant from the I-th on, for several machines or processes
  --part PART      mutants, shrink, quiet or checkers (several times; all of them)
  --fresh          forget former results
  --file FILE      where results are kept (.mutants/results.jsonl)
  --write          write the tables of docs/mutants.md`;

const PARTS = ['mutants', 'shrink', 'quiet', 'checkers'] as const;
type Part = (typeof PARTS)[number];
/** Seeds of a configuration that are run as one piece and remembered as one. */
const PIECE = 50;

interface Options {
  readonly conditions: readonly ConditionName[];
  readonly campaigns: number;
  readonly capSeconds: number;
  readonly parts: readonly Part[];
  readonly file: string;
  readonly fresh: boolean;
  readonly write: boolean;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      campaigns: { type: 'string', default: '5' },
      cap: { type: 'string', default: '60' },
      shard: { type: 'string', default: '1/1' },
      part: { type: 'string', multiple: true, default: [...PARTS] },
      fresh: { type: 'boolean', default: false },
      file: { type: 'string', default: '.mutants/results.jsonl' },
      write: { type: 'boolean', default: false },
    },
  });
  for (const name of values.only)
    if (!(name in mutants)) throw new Error(`--only ${name}: there is no such condition; src/kafka/protocol/conditions.ts has them`);
  for (const part of values.part) if (!PARTS.includes(part as Part)) throw new Error(`--part ${part}: one of ${PARTS.join(', ')}`);
  const shard = /^(\d+)\/(\d+)$/.exec(values.shard);
  const [index, of] = [Number(shard?.[1] ?? 0), Number(shard?.[2] ?? 0)];
  if (index < 1 || index > of) throw new Error(`--shard ${values.shard}: I/N with I from 1 to N`);
  const wanted = conditionNames.filter((name) => values.only.length === 0 || values.only.includes(name));
  return {
    conditions: wanted.filter((_, i) => i % of === index - 1),
    campaigns: positive('--campaigns', values.campaigns),
    capSeconds: positive('--cap', values.cap),
    parts: values.part as Part[],
    ...{ file: values.file, fresh: values.fresh, write: values.write },
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} ${text}: a whole number from 1`);
  return value;
}

function huntAll({ conditions, campaigns, capSeconds }: Options, results: Results): void {
  for (const condition of conditions) {
    const known = new Set(results.hunts(condition).map(({ first }) => first));
    for (let campaign = 0; campaign < campaigns; campaign++) {
      if (!known.has(firstSeed(campaign))) results.add(hunt(condition, firstSeed(campaign), capSeconds));
    }
    console.log(lineOf(rowsOf([condition], results)[0] ?? { condition, hunts: [], shrinking: undefined }).join('  '));
  }
}

function shrinkAll({ conditions }: Options, results: Results): void {
  for (const condition of conditions) {
    const caught = results.hunts(condition).find(({ check }) => check !== '');
    if (caught === undefined || results.shrinking(condition)?.trial === trialOf(condition)) continue;
    results.add(shrink(caught));
    const { faults, sends, reruns } = results.shrinking(condition) ?? { faults: 0, sends: 0, reruns: 0 };
    console.log(`${condition}  shrunk to ${faults} + ${sends} in ${reruns} re-runs`);
  }
}

/** Every configuration over the seeds that were run without some condition in it. */
function listenAll({ conditions }: Options, results: Results): void {
  for (const configuration of usedConfigurations(conditions)) {
    const done = new Set(
      results
        .quiet()
        .filter((each) => each.configuration === configuration)
        .map(({ first }) => first),
    );
    for (const [first, seeds] of seedsUsed(configuration, conditions, results)) {
      for (let from = first; from < first + seeds; from += PIECE) if (!done.has(from)) results.add(listen(configuration, from, PIECE));
    }
    console.log(`${configuration}  as Kafka is: done`);
  }
}

/** First seeds with the longest hunt from each. */
function seedsUsed(configuration: ConfigurationName, conditions: readonly ConditionName[], results: Results): Map<number, number> {
  const longest = new Map<number, number>();
  for (const condition of conditions) {
    if (mutants[condition].in !== configuration) continue;
    for (const { first, seeds } of results.hunts(condition)) longest.set(first, Math.max(longest.get(first) ?? 0, seeds));
  }
  return longest;
}

function tryCheckers(results: Results): void {
  const known = new Set(results.checkers().map(({ fault, module }) => `${fault} ${module}`));
  for (const checker of faultyCheckers()) {
    const { fault, module } = checker;
    if (known.has(`${fault} ${module}`)) continue;
    const result = tryFault(checker);
    results.add(result);
    console.log(`${module}  ${fault}: ${result.failed} of ${result.failed + result.passed} tests red`);
  }
}

function main(): void {
  const chosen = options();
  if (chosen.fresh) rmSync(chosen.file, { force: true });
  const results = new Results(chosen.file);
  if (chosen.parts.includes('mutants')) huntAll(chosen, results);
  if (chosen.parts.includes('shrink')) shrinkAll(chosen, results);
  if (chosen.parts.includes('quiet')) listenAll(chosen, results);
  if (chosen.parts.includes('checkers')) tryCheckers(results);
  const checkers = results.checkers();
  const rows = rowsOf(chosen.conditions, results);
  const summary = summaryOf(rows, results.quiet());
  const unmoved = checkers.filter(({ failed }) => failed === 0);
  console.log(`\n${terminalTable(rows)}\n\n${summaryText(summary)}`);
  if (checkers.length > 0)
    console.log(`${checkers.length - unmoved.length} of ${checkers.length} faults put into checkers turned their own tests red.`);
  if (chosen.write) writeDocument('docs/mutants.md', rows, results.quiet(), checkers);
  const bad = summary.missed.length > 0 || summary.alarms.length > 0 || summary.notReplayed.length > 0 || unmoved.length > 0;
  if (bad) process.exitCode = 1;
}

try {
  main();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 64;
}
