/**
 * Kafka properties from the command line: `--set producer.acks=1`, `--topic orders:partitions=6,min.insync.replicas=2`, and the user's own
 * properties files. Which kind of property is meant is decided here; whether name and value are right, by Kafka's definitions later.
 */
import { basename } from 'node:path';
import { configKinds, lookup, nearestName, type ConfigKind, type PropertyEntry } from '../kafka/config/index.js';
import { parseJavaProperties } from '../scenario/javaProperties.js';
import { nearest } from '../scenario/nearest.js';
import { listed } from '../report/numbers.js';
import { badFile, usageError } from './CliError.js';
import { readUserFile } from './files.js';
import { splitOnce } from './optionValues.js';

/** What `--topic` said. */
export interface TopicRequest {
  readonly name: string;
  readonly partitions: number | undefined;
  readonly replicationFactor: number | undefined;
  readonly properties: readonly PropertyEntry[];
}

export type EntriesByKind = { readonly [K in ConfigKind]: PropertyEntry[] };

/** Entries of a Java properties file; every slip in it at once. */
export function readPropertiesFile(path: string, what: string): PropertyEntry[] {
  const { entries, problems } = parseJavaProperties(readUserFile(path, what));
  if (problems.length > 0) {
    const lines = problems.map((problem) => `${path}:${problem.line}:${problem.column}: ${problem.message}\n    ${problem.remedy}`);
    throw badFile(atMost(lines, MOST_PROBLEMS).join('\n'), 'a properties file has one key=value per line; # begins a comment line');
  }
  return entries.map(({ name, value, line }) => ({ name, value, where: `${basename(path)}:${line}` }));
}

const MOST_PROBLEMS = 12;

/** The first lines, and how many more there are. */
export function atMost(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `and ${lines.length - most} more`];
}

/** Sorts `--set` values by the kind of property. Topic properties given so hold for every topic. */
export function resolveSettings(settings: readonly string[]): EntriesByKind {
  const byKind: EntriesByKind = { broker: [], topic: [], producer: [], consumer: [] };
  for (const setting of settings) {
    const [name, value] = splitOnce(setting, '=');
    if (name === '' || value === undefined)
      throw usageError(`--set ${setting} has no value`, 'write --set name=value, such as --set producer.acks=1');
    const target = resolveName(name, value);
    byKind[target.kind].push({ name: target.name, value, where: `--set ${name}` });
  }
  return byKind;
}

interface NamedProperty {
  readonly kind: ConfigKind;
  readonly name: string;
}

function resolveName(name: string, value: string): NamedProperty {
  const prefixed = withPrefix(name);
  // `producer.purgatory.purge.interval.requests` is a broker's: a whole name that is known beats a prefix that leads nowhere.
  if (prefixed !== undefined && (lookup(prefixed.kind, prefixed.name) !== undefined || kindsOf(name).length === 0)) return prefixed;
  const kinds = kindsOf(name);
  const [only] = kinds;
  if (only === undefined) throw unknownSetting(name, value);
  if (kinds.length > 1) {
    const choices = kinds.map((kind) => `--set ${kind}.${name}=${value}`);
    throw usageError(`--set ${name} is a property of ${listed(kinds)} alike`, `say which: ${choices.join(' or ')}`);
  }
  return { kind: only, name };
}

function withPrefix(name: string): NamedProperty | undefined {
  const [prefix, rest] = splitOnce(name, '.');
  const kind = configKinds.find((candidate) => candidate === prefix);
  return kind === undefined || rest === undefined || rest === '' ? undefined : { kind, name: rest };
}

/** Kinds with a property of this name. Broker and topic count as one: the topic's value decides, so it is the one to set. */
function kindsOf(name: string): ConfigKind[] {
  const kinds = configKinds.filter((kind) => lookup(kind, name) !== undefined);
  return kinds.includes('topic') ? kinds.filter((kind) => kind !== 'broker') : kinds;
}

function unknownSetting(name: string, value: string): Error {
  const candidates = configKinds.flatMap((kind) => {
    const near = nearestName(kind, name);
    return near === undefined || (kind === 'broker' && near === nearestName('topic', name)) ? [] : [`--set ${kind}.${near}=${value}`];
  });
  const remedy =
    candidates.length === 0 ? 'write the property as Kafka names it, such as producer.acks' : `did you mean ${candidates.join(' or ')}?`;
  return usageError(`--set ${name}: no broker, topic, producer or consumer property has this name`, remedy);
}

const TOPIC_FORM = 'write such as --topic orders:partitions=6,replication-factor=3,min.insync.replicas=2';

/** `orders:partitions=6,replication-factor=3,min.insync.replicas=2`; a part without `=` belongs to the value before it (`cleanup.policy=compact,delete`). */
export function parseTopic(text: string): TopicRequest {
  const [name, rest] = splitOnce(text, ':');
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(name)) {
    throw usageError(`--topic ${text}: "${name}" is no topic name (letters, digits, dots, hyphens, underscores)`, TOPIC_FORM);
  }
  const parts: [string, string][] = [];
  for (const part of rest === undefined || rest === '' ? [] : rest.split(',')) {
    const [key, value] = splitOnce(part, '=');
    const last = parts.at(-1);
    if (value !== undefined) parts.push([key, value]);
    else if (last !== undefined && key !== '') last[1] += `,${key}`;
    else throw usageError(`--topic ${text}: "${part}" has no value`, TOPIC_FORM);
  }
  for (const [key] of parts) {
    const own = lookup('topic', key) === undefined && !OWN_KEYS.has(key) ? nearest(key, ['partitions', 'replication-factor']) : undefined;
    if (own !== undefined) throw usageError(`--topic ${text}: there is no topic property "${key}"`, `did you mean ${own}?`);
  }
  const where = (key: string): string => `--topic ${name}:${key}`;
  const properties = parts.filter(([key]) => !OWN_KEYS.has(key)).map(([key, value]) => ({ name: key, value, where: where(key) }));
  return { name, partitions: count(text, parts, 'partitions'), replicationFactor: count(text, parts, 'replication-factor'), properties };
}

const OWN_KEYS: ReadonlySet<string> = new Set(['partitions', 'replication-factor', 'replicationFactor', 'replication.factor']);

function count(text: string, parts: readonly [string, string][], key: 'partitions' | 'replication-factor'): number | undefined {
  const plain = key.replace('-', '').toLowerCase();
  const value = parts.find(([name]) => OWN_KEYS.has(name) && name.replace(/[-.]/, '').toLowerCase() === plain)?.[1];
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(value)) throw usageError(`--topic ${text}: ${key}=${value} is not a whole number of at least 1`, TOPIC_FORM);
  return Number(value);
}
