/**
 * Latency and reset chance of links under overlapping faults: on each link the worst of what is in force counts, whatever the order in
 * which faults come and go; the link's own values return when none is left.
 */
import type { Host } from '../engine/Host.js';
import type { LatencyDistribution } from '../engine/latency.js';
import type { Link, Network } from '../engine/Network.js';

export interface LinkTrouble extends LatencyDistribution {
  readonly resetChance: number;
}

interface Tuned {
  readonly latency: LatencyDistribution;
  readonly resetChance: number;
  readonly troubles: LinkTrouble[];
}

export class LinkTuning {
  private readonly tuned = new Map<Link, Tuned>();

  constructor(private readonly network: Network) {}

  /** Adds a trouble to one direction; call the returned function once to take it back. */
  add(from: Host, to: Host, trouble: LinkTrouble): () => void {
    const link = this.network.link(from, to);
    let entry = this.tuned.get(link);
    if (entry === undefined) {
      entry = { latency: link.latency, resetChance: link.resetChance, troubles: [] };
      this.tuned.set(link, entry);
    }
    const { troubles } = entry;
    troubles.push(trouble);
    this.apply(link, entry);
    return () => {
      troubles.splice(troubles.indexOf(trouble), 1);
      this.apply(link, entry);
    };
  }

  private apply(link: Link, entry: Tuned): void {
    const worst = { ...entry.latency };
    let resetChance = entry.resetChance;
    for (const trouble of entry.troubles) {
      worst.minUs = Math.max(worst.minUs, trouble.minUs);
      worst.maxUs = Math.max(worst.maxUs, trouble.maxUs, worst.minUs);
      worst.spikeChance = Math.max(worst.spikeChance, trouble.spikeChance);
      worst.spikeMeanUs = Math.max(worst.spikeMeanUs, trouble.spikeMeanUs);
      resetChance = Math.max(resetChance, trouble.resetChance);
    }
    link.latency = worst;
    link.resetChance = resetChance;
  }
}
