/**
 * Properties as the user wrote them, checked: an unknown name, a malformed value or a combination that Kafka refuses is a problem; a
 * known property without effect on the simulation is listed, never dropped in silence.
 */
import { defaultRelease } from '../protocol/release.js';
import type { KafkaRelease } from '../protocol/release.js';
import { existsIn } from './definition.js';
import type { ConfigDefinition, ConfigKind, ConfigValue } from './definition.js';
import { isPassedOn, lookup, nearestName, otherKindsOf } from './lookup.js';
import { parseValue } from './parseValue.js';
import { brokenRules } from './rules.js';

/** One property as written. `where` says the place to the user: `server.properties:12`, `--set producer.acks`. */
export interface PropertyEntry {
  readonly name: string;
  readonly value: string;
  readonly where: string;
}

/** What is wrong, where, and what would be right. */
export interface ConfigProblem {
  readonly name: string;
  readonly where: string;
  readonly message: string;
  readonly remedy: string;
}

/** A valid property that changes nothing, and why. */
export interface NotModelledProperty extends PropertyEntry {
  readonly reason: string;
}

export interface ParsedProperties {
  /** The valid values that have an effect, by name; an entry given twice counts as written last. */
  readonly values: ReadonlyMap<string, ConfigValue>;
  readonly problems: readonly ConfigProblem[];
  readonly notModelled: readonly NotModelledProperty[];
}

/** How a user calls the places that take properties. */
const placeOf: Readonly<Record<ConfigKind, string>> = {
  broker: 'server.properties',
  topic: '--topic',
  producer: 'producer.properties',
  consumer: 'consumer.properties',
};

export function parseProperties(
  kind: ConfigKind,
  entries: readonly PropertyEntry[],
  release: KafkaRelease = defaultRelease,
): ParsedProperties {
  const valid = new Map<string, ConfigValue>();
  const last = new Map<string, PropertyEntry>();
  const problems: ConfigProblem[] = [];
  const notModelled = new Map<string, NotModelledProperty>();
  for (const entry of entries) {
    const definition = lookup(kind, entry.name);
    last.set(entry.name, entry);
    if (definition === undefined) {
      if (isPassedOn(kind, entry.name))
        notModelled.set(entry.name, { ...entry, reason: 'belongs to a plug-in, a listener or another vendor' });
      else problems.push({ name: entry.name, where: entry.where, ...unknownName(kind, entry.name) });
      continue;
    }
    const parsed = parseValue(definition, entry.value);
    if ('message' in parsed) {
      problems.push({ name: entry.name, where: entry.where, message: parsed.message, remedy: remedyFor(entry, parsed.remedy) });
      continue;
    }
    valid.set(entry.name, parsed.value);
    notModelled.delete(entry.name);
    const reason = whyWithoutEffect(definition, parsed.value, release);
    if (reason !== undefined) notModelled.set(entry.name, { ...entry, reason });
  }
  for (const broken of brokenRules(kind, release, valid))
    problems.push({ where: last.get(broken.name)?.where ?? placeOf[kind], ...broken });
  const values = new Map([...valid].filter(([name]) => !notModelled.has(name)));
  return { values, problems, notModelled: [...notModelled.values()] };
}

function remedyFor(entry: PropertyEntry, remedy: string): string {
  return entry.value.includes('#') ? `${remedy}; a # after a value does not begin a comment, so give it a line of its own` : remedy;
}

function unknownName(kind: ConfigKind, name: string): { message: string; remedy: string } {
  const message = `unknown ${kind} property "${name}"`;
  const others = otherKindsOf(kind, name);
  if (others.length > 0) {
    return { message, remedy: `it is a property of ${others.map((other) => `a ${other} (${placeOf[other]})`).join(', ')}; set it there` };
  }
  const nearest = nearestName(kind, name);
  if (nearest === undefined) return { message, remedy: 'remove it, or look it up in the Kafka documentation' };
  return { message, remedy: `did you mean ${nearest}?` };
}

function whyWithoutEffect(definition: ConfigDefinition, value: ConfigValue, release: KafkaRelease): string | undefined {
  if (!existsIn(definition, release)) return `Kafka ${release} does not have it (${lifetimeOf(definition)})`;
  if (!definition.modelled) return definition.note ?? 'has no counterpart in the simulation';
  if (definition.modelledValues === undefined || definition.modelledValues.includes(String(value))) return undefined;
  return `only ${definition.modelledValues.join(', ')} is simulated; the default is used`;
}

function lifetimeOf(definition: ConfigDefinition): string {
  const since = definition.since === undefined ? '' : `since ${definition.since}`;
  const until = definition.until === undefined ? '' : `until ${definition.until}`;
  return [since, until].filter((text) => text !== '').join(', ');
}
