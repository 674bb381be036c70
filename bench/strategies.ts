/**
 * `npm run strategies [-- --campaigns N] [--batch N] [--targets a,b] [--results FILE] [--report-only]`: runs to first failure per strategy, over configurations that
 * fail (bench/strategyTargets.ts). A campaign tries consecutive seeds until one shows the failure, or MOST_RUNS; different campaigns have different seeds,
 * the same for every strategy. Each campaign is a line in the results file as soon as it is over: stopped, it goes on where it was. At the end, and
 * with --report-only, the table in docs/strategies.md is written anew from that file.
 *
 * The exhaustive strategy has no chance in it: one figure per target, the number of the first scenario that fails.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Explorer } from '../src/explore/strategies/Explorer.js';
import { asTried, makeStrategy } from '../src/explore/strategies/index.js';
import { FOUNDERS } from '../src/explore/strategies/novelty.js';
import type { StrategyName } from '../src/explore/strategies/Strategy.js';
import type { TrialResult } from '../src/explore/trial.js';
import { FAULT_CLASSES } from '../src/faults/Fault.js';
import { strategyTable, type CampaignOutcome } from './strategyTable.js';
import { strategyTargets, type StrategyTarget } from './strategyTargets.js';

/** Two islands of the novelty strategy. */
const MOST_RUNS = 128;
const MOST_EXHAUSTIVE_RUNS = 1_500;
/** Seeds from one campaign to the next: beyond MOST_RUNS, and at the beginning of an island. */
const STRIDE = 1_024;
const CLASSES = FAULT_CLASSES.filter((name) => name !== 'power-loss');
const DOCUMENT = 'docs/strategies.md';

const { values } = parseArgs({
  options: {
    campaigns: { type: 'string', default: '100' },
    batch: { type: 'string', default: '10' },
    targets: { type: 'string' },
    results: { type: 'string', default: '.bench/strategies.jsonl' },
    'report-only': { type: 'boolean', default: false },
  },
});

function runCampaign(target: StrategyTarget, strategy: StrategyName, campaign: number): CampaignOutcome {
  const exhaustive = strategy === 'exhaustive';
  const choice = { name: strategy, depth: null };
  const subject = asTried(choice, { configuration: target.configuration, classes: CLASSES, require: [target.guarantee] });
  const made = makeStrategy(choice, subject);
  const explorer = new Explorer(made);
  const most = exhaustive ? Math.min(made.size ?? 0, MOST_EXHAUSTIVE_RUNS) : MOST_RUNS;
  const first = exhaustive ? 1 : 1 + campaign * STRIDE;
  const began = process.cpuUsage();
  const outcome = (runs: number, found: boolean): CampaignOutcome => {
    const { user, system } = process.cpuUsage(began);
    return { target: target.name, strategy, campaign, runs, found, cpuMs: Math.round((user + system) / 1_000), size: made.size };
  };
  for (let run = 1; run <= most; run++) {
    const tried = explorer.try(String(first + run - 1));
    if (tried !== undefined && fails(tried.result, target)) return outcome(run, true);
  }
  return outcome(most, false);
}

function fails({ judgement }: TrialResult, { guarantee }: StrategyTarget): boolean {
  return judgement.findings.some((finding) => finding.guarantee === guarantee);
}

function readResults(path: string): CampaignOutcome[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  // The last line may have been cut short.
  return lines.flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as CampaignOutcome] : []));
}

const wanted = values.targets?.split(',');
const targets = strategyTargets.filter(({ name }) => wanted?.includes(name) ?? true);
const keyOf = ({ target, strategy, campaign }: Pick<CampaignOutcome, 'target' | 'strategy' | 'campaign'>): string =>
  `${target} ${strategy} ${campaign}`;
const done = new Map(readResults(values.results).map((outcome) => [keyOf(outcome), outcome]));

/** An island of the novelty strategy begins with the very scenarios of the random one: what random found among them need not be found again. */
function sameAsRandom(target: StrategyTarget, strategy: StrategyName, campaign: number): CampaignOutcome | undefined {
  const random = done.get(keyOf({ target: target.name, strategy: 'random', campaign }));
  if (strategy !== 'novelty' || random?.found !== true || random.runs > FOUNDERS) return undefined;
  return { ...random, strategy };
}

function run(target: StrategyTarget, strategy: StrategyName, campaign: number): void {
  if (done.has(keyOf({ target: target.name, strategy, campaign }))) return;
  const outcome = sameAsRandom(target, strategy, campaign) ?? runCampaign(target, strategy, campaign);
  done.set(keyOf(outcome), outcome);
  appendFileSync(values.results, `\n${JSON.stringify(outcome)}\n`);
}

if (!values['report-only']) {
  const campaigns = Number(values.campaigns);
  const batch = Number(values.batch);
  // In batches over all targets, so that what is there at any time is even.
  for (let from = 0; from < campaigns; from += batch) {
    for (const target of targets) {
      for (let campaign = from; campaign < Math.min(campaigns, from + batch); campaign++) {
        for (const strategy of ['random', 'pct', 'novelty'] as const) run(target, strategy, campaign);
      }
    }
    console.log(`${Math.min(campaigns, from + batch)} campaigns of each`);
  }
  for (const target of targets) run(target, 'exhaustive', 0);
}

const table = strategyTable(strategyTargets, [...done.values()], MOST_RUNS);
console.log(table);
const [before, , after] = readFileSync(DOCUMENT, 'utf8').split(/<!-- (?:table|end of table) -->/);
writeFileSync(DOCUMENT, `${before}<!-- table -->\n\n${table}\n\n<!-- end of table -->${after}`);
