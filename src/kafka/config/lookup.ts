/**
 * Finding a property: by its kind and name, and, for a name that nobody knows, the known one that was probably meant.
 */
import { brokerDefinitions } from './brokerDefinitions.js';
import { brokerSecurityDefinitions } from './brokerSecurityDefinitions.js';
import { consumerDefinitions } from './consumerDefinitions.js';
import { defaultIn } from './definition.js';
import type { ConfigDefinition, ConfigKind, ConfigValue } from './definition.js';
import { producerDefinitions } from './producerDefinitions.js';
import { topicDefinitions } from './topicDefinitions.js';

export const configKinds: readonly ConfigKind[] = ['broker', 'topic', 'producer', 'consumer'];

const definitions: Readonly<Record<ConfigKind, readonly ConfigDefinition[]>> = {
  broker: [...brokerDefinitions, ...brokerSecurityDefinitions],
  topic: topicDefinitions,
  producer: producerDefinitions,
  consumer: consumerDefinitions,
};

const byName: ReadonlyMap<ConfigKind, ReadonlyMap<string, ConfigDefinition>> = new Map(
  configKinds.map((kind) => [kind, new Map(definitions[kind].map((definition) => [definition.name, definition]))]),
);

/** Names that Kafka hands to somebody's plug-in under a prefix: known, and nobody's typing error. */
const passedOnPrefixes: Readonly<Record<ConfigKind, readonly string[]>> = {
  broker: ['listener.name.', 'config.providers', 'rsm.config.', 'rlmm.config.', 'confluent.'],
  topic: ['confluent.'],
  producer: ['config.providers', 'confluent.'],
  consumer: ['config.providers', 'confluent.'],
};

/** Every known property of this kind, modelled or not. */
export function definitionsOf(kind: ConfigKind): readonly ConfigDefinition[] {
  return definitions[kind];
}

export function lookup(kind: ConfigKind, name: string): ConfigDefinition | undefined {
  return byName.get(kind)?.get(name);
}

/** Whether a name without a definition belongs to a plug-in, a listener or another vendor. */
export function isPassedOn(kind: ConfigKind, name: string): boolean {
  return passedOnPrefixes[kind].some((prefix) => name.startsWith(prefix));
}

/** The other kinds that have a property of this name. */
export function otherKindsOf(kind: ConfigKind, name: string): ConfigKind[] {
  return configKinds.filter((other) => other !== kind && lookup(other, name) !== undefined);
}

/**
 * The known property of this kind that comes nearest to a name that is not known: fewest edits, upper case, `_` and `-` aside. At most
 * a third of the name may be wrong; else the shortest property that has all of its words, and else undefined.
 */
export function nearestName(kind: ConfigKind, name: string): string | undefined {
  const wanted = normalized(name);
  let best: string | undefined;
  let bestDistance = Math.floor(wanted.length / 3) + 1;
  for (const definition of definitions[kind]) {
    if (definition.internal === true) continue;
    const distance = editDistance(wanted, definition.name.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = definition.name;
      bestDistance = distance;
    }
  }
  return best ?? shortestWithWords(kind, wanted.split('.'));
}

function shortestWithWords(kind: ConfigKind, words: readonly string[]): string | undefined {
  let best: string | undefined;
  for (const definition of definitions[kind]) {
    if (definition.internal === true || (best !== undefined && definition.name.length >= best.length)) continue;
    const have = definition.name.split('.');
    if (words.every((word) => have.includes(word))) best = definition.name;
  }
  return best;
}

/** `minInsyncReplicas`, `MIN_INSYNC_REPLICAS` and `min-insync-replicas` are all `min.insync.replicas`. */
function normalized(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1.$2')
    .replace(/[_-]/g, '.')
    .toLowerCase();
}

/** Levenshtein distance with neighbouring letters swapped as one edit; `limit` or more once it cannot be below. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last: number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(changed, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit;
}

/** What Kafka takes in this release where nobody says otherwise; null for a property without a default, undefined for a name that is none. */
export function kafkaDefault(kind: ConfigKind, name: string, release: string): ConfigValue | null | undefined {
  const definition = lookup(kind, name);
  return definition === undefined ? undefined : defaultIn(definition, release);
}
