/**
 * Properties of one part of a configuration, some of them set to odd values: each decides by itself, from its own place in its part's stream, whether it is
 * set. What was pinned stays; what the release lacks, or Kafka would refuse beside the rest, is left out again.
 */
import type { Random } from '../../engine/random.js';
import { parseProperties, type ConfigKind, type ConfigValue } from '../../kafka/config/index.js';
import { Settings } from '../../kafka/config/Settings.js';
import type { KafkaRelease } from '../../kafka/protocol/release.js';
import type { SetProperties } from '../configuration.js';

export class OddProperties {
  private readonly drawn = new Map<string, ConfigValue>();
  private readonly settings: Settings;

  constructor(
    private readonly kind: ConfigKind,
    private readonly release: KafkaRelease,
    private readonly pinned: SetProperties,
    private readonly random: Random,
  ) {
    this.settings = new Settings(kind, release, pinned);
  }

  /** One of the values, with this chance. Draws in any case, so that pinning one property shifts no other. */
  maybe(chance: number, name: string, values: readonly ConfigValue[]): void {
    const wanted = this.random.chance(chance);
    const value = this.random.pick(values);
    if (wanted) this.set(name, value);
  }

  /** Sets what is free to be set. */
  set(name: string, value: ConfigValue): void {
    if (!this.pinned.has(name) && this.settings.has(name)) this.drawn.set(name, value);
  }

  /** What is pinned and what was drawn, as far as Kafka accepts it together. */
  settled(): SetProperties {
    for (;;) {
      const all = new Map([...this.pinned, ...this.drawn]);
      const entries = [...all].map(([name, value]) => ({ name, value: String(value), where: this.kind }));
      const problem = parseProperties(this.kind, entries, this.release).problems[0];
      if (problem === undefined) return all;
      // The one complained of was drawn, or else it is pinned and some drawn one stands in its way: the last goes first.
      const [last] = [...this.drawn.keys()].reverse();
      if (last === undefined) return all;
      this.drawn.delete(this.drawn.has(problem.name) ? problem.name : last);
    }
  }
}
