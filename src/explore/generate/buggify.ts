/**
 * The sites of legal but nasty behaviour that a seed enables: each decided by a stream of its own, so that a site that is added to the code changes nothing for
 * the others. A quarter of them, as FoundationDB does; how often one fires then differs widely.
 */
import type { Randomness } from '../../engine/random.js';
import { knownSites } from '../../scenario/knownSites.js';

const ENABLED_CHANCE = 0.25;
/** FoundationDB's is a quarter; most of these sites are passed so often that less does more. */
const PROBABILITIES = [0.001, 0.01, 0.05, 0.25] as const;

/** By id, the chance that the site fires when it is passed. */
export function drawBuggify(randomness: Randomness): Record<string, number> {
  const sites: Record<string, number> = {};
  for (const { id } of knownSites()) {
    const random = randomness.stream(`buggify/${id}`);
    const enabled = random.chance(ENABLED_CHANCE);
    const probability = random.pick(PROBABILITIES);
    if (enabled) sites[id] = probability;
  }
  return sites;
}
