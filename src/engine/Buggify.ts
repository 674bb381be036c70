/**
 * Legal but nasty behaviour inside the systems under test, after FoundationDB's BUGGIFY: a site in the code asks whether to behave in the rare way now.
 *
 * Two phases. First a run decides which sites are enabled at all (whoever writes the scenario does that), so that runs differ in kind and not only in degree;
 * then an enabled site fires with its own probability each time that it is passed. Each site has a random stream of its own, named by its id, so that leaving one
 * out changes the dice of no other. Ids are text, never places in the code: a scenario survives refactoring.
 *
 * A site may do only what a correct system might do by itself (answer late, send little, look too often): whatever it does, no promise may break.
 * It is off by default, and then costs one comparison.
 */
import { buggifyFired } from './engineEvents.js';
import type { EventBus } from './events.js';
import { defineProbes, type Probe, type Probes } from './probes.js';
import type { Random, Randomness } from './random.js';

export interface BuggifySite {
  /** `room/behaviour`, such as `replica-fetch/one-batch`. Part of scenarios: never re-used for another behaviour. */
  readonly id: string;
  /** One line for people. */
  readonly meaning: string;
  /** Hit whenever it fires. */
  readonly probe: Probe;
}

const registry = new Map<string, BuggifySite>();

/** Declares a site. @throws when the id is taken. */
export function defineBuggifySite(id: string, meaning: string): BuggifySite {
  if (registry.has(id)) throw new Error(`buggify site ${id} is declared twice`);
  const name = `buggify/${id}`;
  const site = { id, meaning, probe: defineProbes('buggify', { [name]: meaning })[name] as Probe };
  registry.set(id, site);
  return site;
}

/** Every declared site, by id. */
export function allBuggifySites(): BuggifySite[] {
  return [...registry.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface EnabledSite {
  readonly probability: number;
  readonly random: Random;
  readonly name: number;
}

export class Buggify {
  private enabled: ReadonlyMap<BuggifySite, EnabledSite> | null = null;

  constructor(
    private readonly randomness: Randomness,
    private readonly bus: EventBus,
    private readonly probes: Probes,
  ) {}

  /**
   * Enables these sites. Call before anything runs.
   * @param probabilities by id of the site, from 0 to 1: how often it fires when it is passed.
   * @throws when there is no site of such an id.
   */
  enable(probabilities: Readonly<Record<string, number>>): void {
    const enabled = new Map<BuggifySite, EnabledSite>();
    for (const [id, probability] of Object.entries(probabilities)) {
      const site = registry.get(id);
      if (site === undefined) throw new Error(`there is no buggify site ${id}`);
      const random = this.randomness.stream(`buggify/${id}`);
      enabled.set(site, { probability, random, name: this.bus.names.idOf(id) });
    }
    this.enabled = enabled.size === 0 ? null : enabled;
  }

  /** No site fires any more: the chaos is over. */
  disable(): void {
    this.enabled = null;
  }

  /** Behave in the rare way now? */
  fires(site: BuggifySite): boolean {
    return this.enabled !== null && this.roll(site) !== null;
  }

  /** How much of something (a delay, say): 0 unless the site fires, else 1 to `most`. */
  amount(site: BuggifySite, most: number): number {
    if (this.enabled === null) return 0;
    return this.roll(site)?.random.between(1, Math.max(1, most)) ?? 0;
  }

  private roll(site: BuggifySite): EnabledSite | null {
    const enabled = this.enabled?.get(site);
    if (enabled === undefined || !enabled.random.chance(enabled.probability)) return null;
    this.probes.hit(site.probe);
    this.bus.emit(buggifyFired, enabled.name);
    return enabled;
  }
}
