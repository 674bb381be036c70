/**
 * What a campaign has brought in so far, wherever it came from: workers at work, the results of an earlier session, or those of other machines. Each entry may
 * come twice, and in any order: the outcome is the same.
 */
import { Campaign, type Added } from '../explore/campaign.js';
import type { SeedResult } from '../explore/trialSummary.js';
import { SeedLedger } from '../explore/SeedLedger.js';
import { compareSeeds } from '../explore/seedOrder.js';
import { FailingSeeds } from './FailingSeeds.js';
import type { LostSeed as LostInPool } from './WorkerPool.js';
import type { CheckPayload } from './workerTasks.js';

/** A seed that gave two different hashes. */
export interface UnstableSeed {
  readonly seed: string;
  readonly hashes: readonly [string, string];
}

export interface LostSeed extends LostInPool {
  /** It had a result, and was lost when it was run once more. */
  readonly repeated: boolean;
}

export class Gathered {
  readonly campaign: Campaign;
  readonly failing: FailingSeeds;
  private readonly again = new SeedLedger();
  private readonly lostSeeds = new Map<string, LostSeed>();
  private readonly unstableSeeds = new Map<string, UnstableSeed>();

  constructor(payload: CheckPayload) {
    this.campaign = new Campaign(payload);
    this.failing = new FailingSeeds(payload);
  }

  /** The result of a seed. One that has another hash than the seed's first result shows that runs are not deterministic. */
  add(result: SeedResult): Added {
    const { seed, hash } = result.summary;
    const added = this.campaign.add(result.summary, result.attributions);
    if (added === 'different') this.unlike(seed, hash);
    if (added !== 'new') return added;
    if (this.lostSeeds.get(seed)?.repeated === false) this.lostSeeds.delete(seed);
    this.failing.add(result);
    return added;
  }

  /** The seed was run once more, in another process. @returns whether it was the same run. */
  repeat(seed: string, hash: string): boolean {
    if (this.campaign.ledger.hashOf(seed) === hash) {
      this.again.add(seed, hash);
      return true;
    }
    this.unlike(seed, hash);
    return false;
  }

  /** The seed has no result. One that it has from elsewhere, or gets later, counts more: a machine may have been the reason. */
  lose(lost: LostSeed): void {
    if (lost.repeated || !this.campaign.ledger.has(lost.seed)) this.lostSeeds.set(lost.seed, lost);
  }

  /** Whether the seed was dealt with. */
  knows(seed: string): boolean {
    return this.campaign.ledger.has(seed) || this.lostSeeds.has(seed);
  }

  wasRepeated(seed: string): boolean {
    return this.again.has(seed) || this.unstableSeeds.has(seed) || this.lostSeeds.has(seed);
  }

  /** Seeds with a result. */
  get tried(): number {
    return this.campaign.seeds;
  }

  /** Seeds run twice with the same hash. */
  get repeated(): number {
    return this.again.size;
  }

  get lost(): LostSeed[] {
    return [...this.lostSeeds.values()].sort((a, b) => compareSeeds(a.seed, b.seed));
  }

  get unstable(): UnstableSeed[] {
    return [...this.unstableSeeds.values()].sort((a, b) => compareSeeds(a.seed, b.seed));
  }

  private unlike(seed: string, hash: string): void {
    const first = this.campaign.ledger.hashOf(seed);
    if (first === undefined) return;
    // Two hashes are enough; the smaller ones, so that no order changes what is told.
    const [a, b] = [...new Set([first, hash, ...(this.unstableSeeds.get(seed)?.hashes ?? [])])].sort((x, y) => (x < y ? -1 : 1));
    this.unstableSeeds.set(seed, { seed, hashes: [a as string, b as string] });
  }
}
