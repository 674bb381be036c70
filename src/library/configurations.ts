/** From a configuration as its users write it to the one that seeds draw scenarios for, and back to what they should know of it. */
import { applicationNames, type ApplicationName } from '../explore/applications.js';
import { DEFAULT_MEMBERS, fittingApplication, PRODUCERS, recommendedForApplications } from '../explore/applicationDefaults.js';
import { recommended, type GroupConfiguration, type SetProperties, type TrialConfiguration } from '../explore/configuration.js';
import { remarksOn } from '../explore/configurationRemarks.js';
import { generateScenario } from '../explore/generate.js';
import {
  parseProperties,
  type ConfigKind,
  type ConfigProblem,
  type NotModelledProperty,
  type PropertyEntry,
} from '../kafka/config/index.js';
import { PRESETS, type KafkaFeatures } from '../kafka/protocol/features.js';
import { defaultRelease, isKafkaRelease, kafkaReleases, type KafkaRelease } from '../kafka/protocol/release.js';
import { configurationText } from '../report/configurationText.js';
import { parseDuration } from '../scenario/durations.js';
import { scenarioToFile } from '../scenario/format.js';
import { parseJavaProperties } from '../scenario/javaProperties.js';
import { suggestion } from '../scenario/nearest.js';
import { parseScenarioObject } from '../scenario/parse.js';
import type { PathStep } from '../scenario/Problem.js';
import type { Configuration, Group, PropertiesFile, TopicConfiguration } from './Configuration.js';
import type { Properties } from './Scenario.js';
import { TrialrunError } from './TrialrunError.js';

/** A configuration that was checked, and what its owner should know. */
export interface CheckedConfiguration {
  readonly configuration: TrialConfiguration;
  readonly description: readonly (readonly [subject: string, text: string])[];
  readonly remarks: readonly string[];
  readonly withoutEffect: readonly NotModelledProperty[];
}

/** Every field of a configuration. */
export const configurationFields: readonly (keyof Configuration)[] = [
  ...(['release', 'features', 'brokers', 'serverProperties', 'producerProperties', 'consumerProperties'] as const),
  ...(['topics', 'groups', 'transactionalProducers', 'duration'] as const),
];

/** @throws TrialrunError with every problem that was found. */
export function checkedConfiguration(written: Configuration): CheckedConfiguration {
  return new Reader(written).read();
}

type PropertiesField = 'serverProperties' | 'producerProperties' | 'consumerProperties';
const kindOf: Readonly<Record<PropertiesField, ConfigKind>> = {
  serverProperties: 'broker',
  producerProperties: 'producer',
  consumerProperties: 'consumer',
};

/** Reads one configuration; collects what is wrong, so that all of it is told at once. */
class Reader {
  private readonly problems: string[] = [];
  private readonly withoutEffect: NotModelledProperty[] = [];
  private readonly release: KafkaRelease;

  constructor(private readonly written: Configuration) {
    if (typeof written !== 'object' || written === null || Array.isArray(written))
      throw new TrialrunError([
        `configuration: expected an object, found ${shown(written)}. Write such as { producerProperties: { acks: 'all' } }`,
      ]);
    this.knownFields(written, configurationFields, 'configuration');
    const { release = defaultRelease } = written;
    if (!isKafkaRelease(release))
      this.problem('release', `there is no release ${shown(release)} to simulate`, `write one of ${kafkaReleases.join(', ')}`);
    this.release = isKafkaRelease(release) ? release : defaultRelease;
    // What follows reads these fields, and would only repeat that they are wrong.
    this.throwProblems();
  }

  read(): CheckedConfiguration {
    const { written } = this;
    const base = recommended(this.release);
    const broker = this.properties('serverProperties');
    const producer = this.properties('producerProperties');
    const consumer = this.properties('consumerProperties');
    const brokers = this.count('brokers', written.brokers, 1, 1_000) ?? base.brokers;
    const topics = this.topics(broker ?? new Map(), brokers);
    const groups = this.groups(consumer ?? new Map());
    const transactional = this.count('transactionalProducers', written.transactionalProducers, 0, PRODUCERS);
    const features = this.features();
    const durationUs = this.durationUs();
    this.throwProblems();
    const transactionalProducers = transactional ?? (producer?.has('transactional.id') === true ? PRODUCERS : 0);
    const configuration: TrialConfiguration = {
      ...base,
      ...{ features, brokers, topics, groups, transactionalProducers, durationUs },
      brokerProperties: broker ?? base.brokerProperties,
      producerProperties: producer ?? base.producerProperties,
      consumerProperties: consumer ?? recommendedForApplications({ groups, transactionalProducers }, base.consumerProperties),
    };
    this.checkWhole(configuration);
    const { withoutEffect } = this;
    const defaultsFrom = {
      topic: written.serverProperties === undefined && written.topics === undefined ? 'recommended' : 'kafka',
      producer: written.producerProperties === undefined ? 'recommended' : 'kafka',
    } as const;
    return {
      configuration,
      description: configurationText(configuration, defaultsFrom),
      remarks: remarksOn(configuration, withoutEffect),
      withoutEffect,
    };
  }

  // ---------------------------------------------------------------- properties

  /** Undefined where the part is not given. */
  private properties(field: PropertiesField): SetProperties | undefined {
    const given = this.written[field];
    if (given === undefined) return undefined;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      this.problem(
        field,
        `expected properties, found ${shown(given)}`,
        "write such as { acks: 'all' }, or { text } with the text of a .properties file",
      );
      return undefined;
    }
    return this.parsed(kindOf[field], isPropertiesFile(given) ? this.fileEntries(given, field) : this.objectEntries(given, field));
  }

  private fileEntries({ text, name }: PropertiesFile, field: string): PropertyEntry[] {
    const file = name ?? field;
    const { entries, problems } = parseJavaProperties(text);
    for (const { line, column, message, remedy } of problems) this.problem(`${file}:${line}:${column}`, message, remedy);
    return entries.map(({ name: key, value, line }) => ({ name: key, value, where: `${file}:${line}` }));
  }

  private objectEntries(properties: Properties, place: string): PropertyEntry[] {
    return Object.entries(properties).flatMap(([name, value]) => {
      if (['string', 'number', 'boolean'].includes(typeof value)) return [{ name, value: String(value), where: place }];
      this.problem(`${place}.${name}`, `expected a value, found ${shown(value)}`, 'write text, a number, true or false');
      return [];
    });
  }

  private parsed(kind: ConfigKind, entries: readonly PropertyEntry[]): SetProperties {
    const { values, problems, notModelled } = parseProperties(kind, entries, this.release);
    this.withoutEffect.push(...notModelled);
    for (const { where, name, message, remedy } of problems) this.problem(where, named({ name, message }), remedy);
    return values;
  }

  // ---------------------------------------------------------------- the other parts

  private topics(broker: SetProperties, brokers: number): TrialConfiguration['topics'] {
    const { topics, serverProperties } = this.written;
    if (topics !== undefined && (!Array.isArray(topics) || topics.length === 0)) {
      this.problem('topics', `expected a list of topics, found ${shown(topics)}`, "write such as [{ name: 'orders', partitions: 6 }]");
      return [];
    }
    if (topics === undefined && serverProperties === undefined) {
      return recommended(this.release).topics.map((topic) => smallEnough(topic, brokers));
    }
    const given: readonly TopicConfiguration[] = topics ?? [{ name: 'orders' }];
    return given.map((topic, i) => this.topic(topic, `topics.${i}`, broker, brokers));
  }

  private topic(topic: TopicConfiguration, place: string, broker: SetProperties, brokers: number): TrialConfiguration['topics'][number] {
    this.knownFields(topic, ['name', 'partitions', 'replicationFactor', 'properties'], place);
    const { name, properties = {} } = topic;
    if (typeof name !== 'string' || !/^[A-Za-z0-9._-]{1,249}$/.test(name))
      this.problem(`${place}.name`, `${shown(name)} is no topic name`, 'use letters, digits, dots, hyphens and underscores');
    const partitions = this.count(`${place}.partitions`, topic.partitions, 1, 100_000) ?? Number(broker.get('num.partitions') ?? 6);
    const replicationFactor =
      this.count(`${place}.replicationFactor`, topic.replicationFactor, 1, 1_000) ??
      Number(broker.get('default.replication.factor') ?? Math.min(3, brokers));
    if (replicationFactor > brokers) {
      const remedy = `set brokers to ${replicationFactor}, or lower the replication factor to ${brokers}`;
      this.problem(place, `replication factor ${replicationFactor} is above the number of brokers, ${brokers}`, remedy);
    }
    const set = this.parsed('topic', this.objectEntries(properties, `${place}.properties`));
    return { name, partitions, replicationFactor, properties: set };
  }

  private groups(consumer: SetProperties): GroupConfiguration[] {
    const ownId = String(consumer.get('group.id') ?? '');
    const groups: readonly Group[] = this.written.groups ?? (ownId === '' ? [] : [{}]);
    if (!Array.isArray(groups)) {
      this.problem(
        'groups',
        `expected a list of groups, found ${shown(groups)}`,
        "write such as [{ application: 'commit-after', members: 3 }]",
      );
      return [];
    }
    const usualId = (i: number): string => (ownId !== '' && groups.length === 1 ? ownId : `${ownId === '' ? 'g' : `${ownId}-`}${i + 1}`);
    return groups.map((group: Group, i) => {
      const place = `groups.${i}`;
      this.knownFields(group, ['id', 'members', 'application'], place);
      const { application = fittingApplication(consumer) } = group;
      this.checkApplication(application, consumer, place);
      return { id: group.id ?? usualId(i), members: this.count(`${place}.members`, group.members, 1, 500) ?? DEFAULT_MEMBERS, application };
    });
  }

  private checkApplication(application: ApplicationName, consumer: SetProperties, place: string): void {
    if (!applicationNames.includes(application)) {
      this.problem(
        `${place}.application`,
        `there is no application ${shown(application)}`,
        suggestion(String(application), applicationNames),
      );
    } else if (application.startsWith('auto') && consumer.get('enable.auto.commit') === false) {
      const remedy = 'write another application, such as commit-after, or leave enable.auto.commit out';
      this.problem(`${place}.application`, `with ${application} the client commits nothing: enable.auto.commit=false`, remedy);
    }
  }

  private features(): Partial<KafkaFeatures> {
    const { features = {} } = this.written;
    const known = PRESETS[this.release] as unknown as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(features)) {
      if (!(name in known)) this.problem(`features.${name}`, 'there is no such feature', suggestion(name, Object.keys(known)));
      else if (typeof value !== typeof known[name])
        this.problem(`features.${name}`, `expected ${typeof known[name]}, found ${shown(value)}`, `the release has ${String(known[name])}`);
    }
    return features as Partial<KafkaFeatures>;
  }

  private durationUs(): number | null {
    const { duration } = this.written;
    if (duration === undefined) return null;
    const us = typeof duration === 'string' || typeof duration === 'number' ? parseDuration(duration) : undefined;
    if (us !== undefined && us > 0) return us;
    this.problem('duration', `expected a duration, found ${shown(duration)}`, 'write such as 30s; a number alone is in milliseconds');
    return null;
  }

  private count(place: string, value: number | undefined, min: number, max: number): number | undefined {
    if (value === undefined || (Number.isSafeInteger(value) && value >= min && value <= max)) return value;
    this.problem(place, `${shown(value)} is out of range`, `write a whole number from ${min} to ${max}`);
    return undefined;
  }

  // ---------------------------------------------------------------- problems

  /** What only the whole can show to be wrong is found as in any scenario. */
  private checkWhole(configuration: TrialConfiguration): void {
    const parsed = parseScenarioObject(scenarioToFile(generateScenario(configuration, '1', [])), 'configuration');
    if (parsed.ok) return;
    const told = parsed.problems.map(({ path, message, remedy }) => `${placeIn(path)}: ${message}. ${capital(inOwnWords(remedy))}`);
    throw new TrialrunError([...new Set(told)]);
  }

  private knownFields(object: object, fields: readonly string[], place: string): void {
    for (const name of Object.keys(object)) {
      if (!fields.includes(name)) this.problem(place, `unknown field "${name}"`, suggestion(name, fields));
    }
  }

  private problem(place: string, message: string, remedy: string): void {
    this.problems.push(`${place}: ${message}. ${capital(remedy)}`);
  }

  private throwProblems(): void {
    if (this.problems.length > 0) throw new TrialrunError([...new Set(this.problems)]);
  }
}

function isPropertiesFile(given: Properties | PropertiesFile): given is PropertiesFile {
  return typeof given['text'] === 'string' && Object.keys(given).every((key) => key === 'text' || key === 'name');
}

/** The recommendation, as far as so few brokers can follow it. */
function smallEnough(topic: TrialConfiguration['topics'][number], brokers: number): TrialConfiguration['topics'][number] {
  const replicationFactor = Math.min(topic.replicationFactor, brokers);
  const properties = new Map([...topic.properties].filter(([, value]) => Number(value) <= replicationFactor));
  return { ...topic, replicationFactor, properties };
}

/** A message that names its property. */
function named({ name, message }: Pick<ConfigProblem, 'name' | 'message'>): string {
  return message.includes(name) ? message : `${name}: ${message}`;
}

/** Where in a configuration the part of a scenario comes from. */
function placeIn(path: readonly PathStep[]): string {
  const last = String(path.at(-1) ?? '');
  if (path.includes('producers') || path.includes('outputProperties')) return `producerProperties ${last}`;
  if (path.includes('consumers')) return `consumerProperties ${last}`;
  if (path[0] === 'cluster' && path[1] === 'properties') return `serverProperties ${last}`;
  return path[0] === 'cluster' ? path.slice(1).join('.') : path.join('.');
}

/** The remedy of a scenario in the words of a configuration. */
function inOwnWords(remedy: string): string {
  return remedy.replace('under cluster.properties', 'in serverProperties').replace('cluster.brokers', 'brokers');
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function shown(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : Array.isArray(value)
      ? `a list of ${value.length}`
      : typeof value === 'object' && value !== null
        ? 'an object'
        : String(value);
}
