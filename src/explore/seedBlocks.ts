/**
 * How the seeds of a campaign are divided: into blocks of consecutive seeds, which go to shards in turn. A block is never torn apart, so that whatever carries
 * something from one seed to the next may do so within a block and still give the same results however the campaign is spread.
 *
 * Blocks begin at seed 1, not at a campaign's first seed: which block a seed is in depends on nothing but the seed.
 */

/** Seeds of a block; the last and the first of a campaign may be cut. */
export const SEEDS_PER_BLOCK = 64;

/** One part of a campaign that is spread over several commands: number `index` (from 1) of `of`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Consecutive seeds from `first` on; `seeds` is null when nobody said how many. */
export interface SeedRange {
  readonly first: number;
  readonly seeds: number | null;
}

/** Number of the block that a seed lies in; seed 0 has one of its own before the others. */
export function blockOf(seed: number): number {
  return Math.floor((seed - 1) / SEEDS_PER_BLOCK);
}

/** The first seed behind the block that a seed lies in. */
function blockEnd(seed: number): number {
  return (blockOf(seed) + 1) * SEEDS_PER_BLOCK + 1;
}

/** Blocks until the next one of this shard, 0 when it is this one. */
function blocksToGo(seed: number, { index, of }: Shard): number {
  return (((index - 1 - blockOf(seed)) % of) + of) % of;
}

/** Whether the seed is this shard's; without a shard, every seed is. */
export function isInShard(seed: number, shard: Shard | null): boolean {
  return shard === null || blocksToGo(seed, shard) === 0;
}

/** The first seed from `seed` on that is this shard's. */
export function nextInShard(seed: number, shard: Shard | null): number {
  if (shard === null || isInShard(seed, shard)) return seed;
  return blockEnd(seed) + (blocksToGo(seed, shard) - 1) * SEEDS_PER_BLOCK;
}

/** How many seeds of the range are this shard's; null for a range without an end. */
export function countInShard({ first, seeds }: SeedRange, shard: Shard | null): number | null {
  if (seeds === null || shard === null) return seeds;
  const end = first + seeds;
  let count = 0;
  for (let seed = nextInShard(first, shard); seed < end; seed = nextInShard(blockEnd(seed), shard)) {
    count += Math.min(end, blockEnd(seed)) - seed;
  }
  return count;
}
