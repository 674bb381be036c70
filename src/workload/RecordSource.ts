/** What a producing application sends, and how fast: topic, key and pause are drawn from the client's own stream, one record after the other. */
import type { Random } from '../engine/random.js';
import type { ProducerSection } from '../scenario/Scenario.js';

export class RecordSource {
  constructor(
    private readonly section: ProducerSection,
    private readonly random: Random,
  ) {}

  topic(): string {
    const { topics } = this.section;
    return topics.length === 1 ? (topics[0] as string) : this.random.pick(topics);
  }

  key(): string | null {
    const { keys } = this.section;
    return keys === 0 ? null : `k${this.random.int(keys)}`;
  }

  /** The period, give or take a tenth, so that clients do not march in step. */
  pauseUs(): number {
    const { everyUs } = this.section;
    const tenth = Math.floor(everyUs / 10);
    return everyUs - tenth + this.random.int(2 * tenth + 1);
  }
}
