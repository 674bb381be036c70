/**
 * The values that somebody set, over the defaults of a Kafka release, read by type and in the units of the simulator.
 */
import type { KafkaRelease } from '../protocol/release.js';
import { defaultIn, existsIn, LONG_MAX } from './definition.js';
import type { ConfigKind, ConfigValue } from './definition.js';
import { lookup } from './lookup.js';

/** What stands for "never" and "no limit", in microseconds, bytes and records alike. */
export const NEVER: number = Number.MAX_SAFE_INTEGER;

export class Settings {
  constructor(
    private readonly kind: ConfigKind,
    readonly release: KafkaRelease,
    private readonly values: ReadonlyMap<string, ConfigValue>,
  ) {}

  /** Whether this release has the property; setting one that it lacks is no use. */
  has(name: string): boolean {
    const definition = lookup(this.kind, name);
    return definition !== undefined && existsIn(definition, this.release);
  }

  /** Whether somebody set it, in a release that has it. */
  isSet(name: string): boolean {
    return this.values.has(name) && this.has(name);
  }

  boolean(name: string): boolean {
    return this.value(name) === true;
  }

  text(name: string): string {
    return String(this.value(name) ?? '');
  }

  number(name: string): number {
    const value = this.value(name);
    if (typeof value !== 'number') throw new TypeError(`${this.kind} property ${name} has no number: ${String(value)}`);
    return value;
  }

  /** A number of milliseconds, in microseconds; `NEVER` for Long.MAX_VALUE and what does not fit. */
  microseconds(name: string): number {
    return microsecondsOf(this.number(name), 1000);
  }

  private value(name: string): ConfigValue | null {
    const set = this.isSet(name) ? this.values.get(name) : undefined;
    if (set !== undefined) return set;
    const definition = lookup(this.kind, name);
    if (definition === undefined) throw new TypeError(`there is no ${this.kind} property ${name}`);
    return defaultIn(definition, this.release);
  }
}

/** `amount` times `unitUs`, `NEVER` when that is too much to count. */
export function microsecondsOf(amount: number, unitUs: number): number {
  return amount >= LONG_MAX / unitUs ? NEVER : amount * unitUs;
}

/** Kafka's "-1 means no limit" as `NEVER`. */
export function orNever(value: number): number {
  return value < 0 ? NEVER : value;
}
