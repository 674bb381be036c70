/** Runs to first failure as a table: the median of the campaigns and its 95 % interval, by order statistics. */
import type { StrategyName } from '../src/explore/strategies/Strategy.js';
import type { StrategyTarget } from './strategyTargets.js';

/** One campaign that was run. */
export interface CampaignOutcome {
  readonly target: string;
  readonly strategy: StrategyName;
  readonly campaign: number;
  /** Up to and with the first failure; all that were tried where there was none. */
  readonly runs: number;
  readonly found: boolean;
  readonly cpuMs: number;
  /** Of the exhaustive strategy's space; null for the others. */
  readonly size: number | null;
}

const SAMPLED: readonly StrategyName[] = ['random', 'pct', 'novelty'];

/** Markdown, one row per target that has campaigns. @param most runs after which a campaign gives up: it then counts as longer than any that found something. */
export function strategyTable(targets: readonly StrategyTarget[], outcomes: readonly CampaignOutcome[], most: number): string {
  const of = (target: string, strategy: StrategyName): CampaignOutcome[] =>
    outcomes.filter((outcome) => outcome.target === target && outcome.strategy === strategy);
  const measured = targets.filter(({ name }) => SAMPLED.every((strategy) => of(name, strategy).length > 0));
  const rows = measured.map(({ name, about, guarantee }) => [
    about,
    guarantee,
    String(Math.min(...SAMPLED.map((strategy) => of(name, strategy).length))),
    ...SAMPLED.map((strategy) => sampledCell(of(name, strategy), most)),
    exhaustiveCell(of(name, 'exhaustive')[0]),
  ]);
  const head = ['what is wrong', 'guarantee', 'campaigns', ...SAMPLED, 'exhaustive, depth 2'];
  const costs = SAMPLED.map((strategy) => `${strategy} ${costMs(outcomes.filter((outcome) => outcome.strategy === strategy))} ms`);
  return [
    row(head),
    row(head.map(() => '---')),
    ...rows.map(row),
    '',
    `CPU time of a run, on average over all of the above: ${costs.join(', ')}.`,
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** `7 (5–9)`, and how many campaigns found nothing. */
function sampledCell(outcomes: readonly CampaignOutcome[], most: number): string {
  if (outcomes.length === 0) return '';
  const runs = outcomes.map((outcome) => (outcome.found ? outcome.runs : Number.POSITIVE_INFINITY)).sort((a, b) => a - b);
  const text = (value: number | undefined): string => (Number.isFinite(value) ? String(value) : `>${most}`);
  const [low, high] = medianRanks(runs.length);
  const missed = outcomes.filter(({ found }) => !found).length;
  const missedText = missed === 0 ? '' : `; ${missed} found nothing`;
  return `${text(runs[Math.ceil(runs.length / 2) - 1])} (${text(runs[low - 1])}–${text(runs[high - 1])}${missedText})`;
}

function exhaustiveCell(outcome: CampaignOutcome | undefined): string {
  if (outcome === undefined) return 'not measured';
  const first = outcome.found ? String(outcome.runs) : `none in ${outcome.runs}`;
  return `${first} of ${outcome.size ?? '?'}`;
}

/**
 * The ranks, from 1, between which the median lies with a confidence of 95 % at least: the widest j and n + 1 - j with P(fewer than j of n below the median)
 * ≤ 2.5 %, binomial with 1/2. Without any assumption on the distribution.
 */
export function medianRanks(n: number): [low: number, high: number] {
  let probability = 0.5 ** n;
  let below = 0;
  let low = 0;
  while (low < n && below + probability <= 0.025) {
    below += probability;
    probability = (probability * (n - low)) / (low + 1);
    low++;
  }
  return [Math.max(1, low), Math.min(n, n + 1 - Math.max(1, low))];
}

function costMs(outcomes: readonly CampaignOutcome[]): string {
  const runs = outcomes.reduce((sum, outcome) => sum + outcome.runs, 0);
  return (outcomes.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / Math.max(1, runs)).toFixed(0);
}
