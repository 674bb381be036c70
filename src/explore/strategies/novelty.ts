/**
 * Novelty-guided search: runs that did something new are kept, and small changes of them are tried, since what is near the unusual is more often unusual
 * too. As in AFL (Zalewski), Mallory (Meng et al., CCS 2023: happens-before summaries of runs guide a Jepsen-style tester) and P's feedback
 * strategies (timelines, MinHash, a budget that follows novelty); ModelFuzz (OOPSLA 2025) shows that what guides matters more than that
 * something does.
 *
 * An island of 64 seeds begins with random ones; then each seed mutates a run of the corpus, or, one in five, is random again. So a campaign is many short
 * searches rather than one long one: that is the price of a seed that can be replayed by 63 runs at most and of workers that need not
 * talk to each other. Leaves out: learning across islands, and what a decision tape of every draw would add (Hypothesis, DEMi): mutations are of
 * faults, delays and the run's dice as a whole.
 */
import type { EventBus } from '../../engine/events.js';
import { Randomness } from '../../engine/random.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { generateScenario } from '../generate.js';
import { promisedIn } from '../promiseFacts.js';
import { SEEDS_PER_BLOCK } from '../seedBlocks.js';
import { Corpus } from './Corpus.js';
import { Fingerprint } from './fingerprint.js';
import { mutate } from './mutate.js';
import type { Strategy, Subject } from './Strategy.js';

/** The blocks in which a campaign is spread: none is ever torn apart. */
export const ISLAND_SEEDS = SEEDS_PER_BLOCK;
/** Seeds at the beginning of an island that are what the random strategy has for them. */
export const FOUNDERS = 12;
const RANDOM_AGAIN = 0.2;
/** A run nearer than this to one that was kept is nothing new. Guess: nearly all random runs are farther apart than this, and half of the mutated ones. */
const LEAST_NOVELTY = 0.5;

export class NoveltyStrategy implements Strategy {
  readonly islandSeeds = ISLAND_SEEDS;
  readonly size = null;
  readonly description = `novelty: in islands of ${ISLAND_SEEDS} seeds, changes of those seeds' runs that did something new`;
  /** What the island has found worth keeping so far. */
  readonly corpus = new Corpus(LEAST_NOVELTY);

  private tried = 0;
  private scenario: Scenario | undefined;
  private fingerprint: Fingerprint | undefined;

  constructor(private readonly subject: Subject) {}

  reset(): void {
    this.corpus.clear();
    this.tried = 0;
  }

  next(seed: string): Scenario {
    this.scenario = this.choose(seed);
    this.fingerprint = undefined;
    return this.scenario;
  }

  readonly listen = (bus: EventBus): void => {
    this.fingerprint = new Fingerprint(bus);
  };

  observe(): void {
    if (this.scenario === undefined || this.fingerprint === undefined) throw new Error('a run was observed that nobody listened to');
    this.corpus.offer(this.scenario, this.fingerprint.sketch());
    this.tried++;
  }

  private choose(seed: string): Scenario {
    const { configuration, classes, require } = this.subject;
    const fresh = generateScenario(configuration, seed, classes, require);
    const random = new Randomness(`novelty/${seed}`).stream('mutation');
    const again = random.chance(RANDOM_AGAIN);
    if (this.tried < FOUNDERS || again || this.corpus.entries.length === 0) return fresh;
    const parent = this.corpus.choose(random).scenario;
    const child = mutate(parent, fresh, random);
    const named = { ...child, name: fresh.name, title: `Seed ${seed}: changed from seed ${originOf(parent)}` };
    // In a swarm a scenario is judged by what it promises under its own faults.
    return configuration.swarm === undefined ? named : { ...named, require: promisedIn(named, require) };
  }
}

/** The seed that a kept scenario was drawn for or changed at. */
function originOf({ name }: Scenario): string {
  return name.replace(/^seed-/, '');
}
