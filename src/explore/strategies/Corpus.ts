/**
 * The runs worth going on from: those unlike all that were kept before. Each is chosen as a parent in proportion to how unlike the others it
 * was, and less the more often it has been chosen (the energy of P's feedback strategies, and of AFL's power schedules).
 */
import type { Random } from '../../engine/random.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { similarity, type Sketch } from './MinHash.js';

export interface CorpusEntry {
  readonly scenario: Scenario;
  readonly sketch: Sketch;
  /** Distance to the nearest of the earlier entries, 1 for the first: from 0 to 1. */
  readonly novelty: number;
  chosen: number;
}

export class Corpus {
  private readonly kept: CorpusEntry[] = [];

  /** @param leastNovelty a run that is nearer than this to an entry is not kept. */
  constructor(private readonly leastNovelty: number) {}

  get entries(): readonly CorpusEntry[] {
    return this.kept;
  }

  clear(): void {
    this.kept.length = 0;
  }

  /** Keeps the run if it is new; tells whether it was. */
  offer(scenario: Scenario, sketch: Sketch): boolean {
    const novelty = 1 - this.kept.reduce((nearest, entry) => Math.max(nearest, similarity(entry.sketch, sketch)), 0);
    if (novelty < this.leastNovelty) return false;
    this.kept.push({ scenario, sketch, novelty, chosen: 0 });
    return true;
  }

  /** A parent. There must be an entry. */
  choose(random: Random): CorpusEntry {
    const weight = ({ novelty, chosen }: CorpusEntry): number => novelty / (1 + chosen);
    let left = random.float() * this.kept.reduce((sum, entry) => sum + weight(entry), 0);
    let choice = this.kept[this.kept.length - 1] as CorpusEntry;
    for (const entry of this.kept) {
      left -= weight(entry);
      if (left >= 0) continue;
      choice = entry;
      break;
    }
    choice.chosen++;
    return choice;
  }
}
