import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockOf, countInShard, isInShard, nextInShard, SEEDS_PER_BLOCK, type Shard } from './seedBlocks.js';

const shardsOf = (of: number): Shard[] => Array.from({ length: of }, (_, i) => ({ index: i + 1, of }));
const seedsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

describe('the shards of a campaign', () => {
  it('give every seed to exactly one of them, however many they are and wherever the campaign begins', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(900), fc.integer({ min: 1, max: 9 }), (first, count, of) => {
        for (const seed of seedsFrom(first, count)) expect(shardsOf(of).filter((shard) => isInShard(seed, shard))).toHaveLength(1);
        const counts = shardsOf(of).map((shard) => countInShard({ first, seeds: count }, shard) ?? 0);
        expect(counts.reduce((sum, one) => sum + one, 0)).toBe(count);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('are walked seed by seed without leaving one out', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(600), fc.integer({ min: 1, max: 7 }), fc.nat(), (first, count, of, which) => {
        const shard = { index: (which % of) + 1, of };
        const walked: number[] = [];
        for (let seed = nextInShard(first, shard); seed < first + count; seed = nextInShard(seed + 1, shard)) walked.push(seed);
        expect(walked).toEqual(seedsFrom(first, count).filter((seed) => isInShard(seed, shard)));
        expect(countInShard({ first, seeds: count }, shard)).toBe(walked.length);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('never tear a block apart', () => {
    for (const shard of shardsOf(3)) {
      const blocks = seedsFrom(1, 20 * SEEDS_PER_BLOCK).map((seed) => [blockOf(seed), isInShard(seed, shard)] as const);
      expect(new Set(blocks.map(([block, inside]) => `${block} ${String(inside)}`)).size).toBe(20);
    }
  });

  it('of a campaign without an end have no number of seeds', () => {
    expect(countInShard({ first: 1, seeds: null }, { index: 1, of: 2 })).toBeNull();
  });
});
