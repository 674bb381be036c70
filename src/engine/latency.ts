/** How long a packet takes on a link: a uniform base with a rare long tail, in whole microseconds. */
import type { Random } from './random.js';

export interface LatencyDistribution {
  readonly minUs: number;
  readonly maxUs: number;
  /** Chance of an extra, exponentially distributed delay (a retransmission, a queue). */
  readonly spikeChance: number;
  readonly spikeMeanUs: number;
}

/** A quiet data-centre network. */
export const LAN: LatencyDistribution = { minUs: 150, maxUs: 450, spikeChance: 0, spikeMeanUs: 0 };

/** Within one machine. */
export const LOOPBACK: LatencyDistribution = { minUs: 20, maxUs: 40, spikeChance: 0, spikeMeanUs: 0 };

export function sampleLatencyUs(distribution: LatencyDistribution, random: Random): number {
  const baseUs = distribution.minUs + random.int(distribution.maxUs - distribution.minUs + 1);
  if (distribution.spikeChance === 0) return baseUs;
  return random.chance(distribution.spikeChance) ? baseUs + random.exponential(distribution.spikeMeanUs) : baseUs;
}
