import { expect, test } from 'vitest';
import { medianRanks, strategyTable, type CampaignOutcome } from '../bench/strategyTable.js';
import type { StrategyName } from '../src/explore/strategies/Strategy.js';
import { strategyTargets } from '../bench/strategyTargets.js';

test('the median of 100 lies between the 40th and the 61st with 95 % confidence', () => {
  // Binomial tables: P(X ≤ 39) = 0.0176, P(X ≤ 40) = 0.0284 for n = 100, p = 1/2.
  expect(medianRanks(100)).toEqual([40, 61]);
  expect(medianRanks(20)).toEqual([6, 15]);
  expect(medianRanks(3)).toEqual([1, 3]);
});

test('a campaign that found nothing counts as longer than any that did, and is told of', () => {
  const [target] = strategyTargets;
  if (target === undefined) throw new Error('there are no targets');
  const outcomes = (strategy: StrategyName, finding: number): CampaignOutcome[] =>
    Array.from({ length: 20 }, (_, campaign) => {
      const own = { found: campaign < finding, runs: campaign < finding ? campaign + 1 : 128, cpuMs: 10 };
      return { target: target.name, strategy, campaign, ...own, size: null };
    });
  const all = [...outcomes('random', 9), ...outcomes('pct', 20), ...outcomes('novelty', 14)];
  const table = strategyTable(strategyTargets, all, 128);
  expect(table).toContain('| 20 | >128 (6–>128; 11 found nothing) | 10 (6–15) | 10 (6–>128; 6 found nothing) |');
  expect(table.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
});
