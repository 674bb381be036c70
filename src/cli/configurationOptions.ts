/**
 * The configuration on trial, from the command line: Kafka's recommended one, changed by what the user gave. Where the user gives a properties file, that file
 * speaks for its whole part: what it leaves out is Kafka's default, not the recommendation, because that is what their cluster would run with.
 */
import type { Command } from 'commander';
import {
  parseProperties,
  type ConfigKind,
  type ConfigProblem,
  type ConfigValue,
  type NotModelledProperty,
  type PropertyEntry,
} from '../kafka/config/index.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import { defaultRelease, type KafkaRelease } from '../kafka/protocol/release.js';
import { recommendedForApplications } from '../explore/applicationDefaults.js';
import { applicationNames, type ApplicationName } from '../explore/applications.js';
import { recommended, type TopicConfiguration, type TrialConfiguration } from '../explore/configuration.js';
import type { SwarmPins } from '../explore/swarm/pins.js';
import { CliError, usageError } from './CliError.js';
import type { DefaultsFrom } from '../report/configurationText.js';
import { remarksOn } from '../explore/configurationRemarks.js';
import { EXIT } from './exitCodes.js';
import { groupsFrom, checkGroups } from './groupOptions.js';
import { collect, feature, oneOf, release, timeSpan, wholeNumber } from './optionValues.js';
import { atMost, parseTopic, readPropertiesFile, resolveSettings, type TopicRequest } from './propertyOptions.js';

/** The options as commander hands them over. */
export interface ConfigurationOptions {
  serverProperties?: string;
  producerProperties?: string;
  consumerProperties?: string;
  topic?: string[];
  set?: string[];
  kafka?: KafkaRelease;
  feature?: Partial<KafkaFeatures>;
  brokers?: number;
  groups?: number;
  members?: number;
  application?: ApplicationName;
  transactional?: number;
  /** Milliseconds. */
  duration?: number;
  buggify?: boolean;
  swarm?: boolean;
  swarmReleases?: boolean;
}

export interface ConfigurationOnTrial {
  readonly configuration: TrialConfiguration;
  readonly notModelled: readonly NotModelledProperty[];
  readonly defaultsFrom: DefaultsFrom;
  /** What somebody who reads the verdict should know about the configuration, in sentences. */
  readonly remarks: readonly string[];
  /** What would repeat this configuration, as arguments of the command. */
  readonly commandLine: readonly string[];
}

/** Adds the options that describe a configuration to a command. */
export function addConfigurationOptions(command: Command): Command {
  return command
    .optionsGroup('What is on trial (unless given: replication factor 3, min.insync.replicas 2, acks=all):')
    .option('--server-properties <file>', "the brokers' server.properties")
    .option('--producer-properties <file>', "the producers' properties")
    .option('--consumer-properties <file>', "the consumers' properties")
    .option('--topic <spec>', 'such as orders:partitions=6,replication-factor=3,min.insync.replicas=2 (repeatable)', collect)
    .option(
      '--set <name=value>',
      'one property, such as producer.acks=1 or unclean.leader.election.enable=true (repeatable); begin with broker., topic., producer. or consumer. where several have it',
      collect,
    )
    .option('--brokers <n>', 'brokers in the cluster (default: 3)', wholeNumber(1, 1_000))
    .option('--application <name>', 'what the members of consumer groups do with records (see below)', oneOf(applicationNames))
    .option(
      '--groups <n>',
      'independent consumer groups (default: 1 with --application, --members or a group.id, else 0)',
      wholeNumber(1, 20),
    )
    .option('--members <n>', 'members of each group (default: 2)', wholeNumber(1, 500))
    .option(
      '--transactional <n>',
      'how many of the four producers send in transactions (default: 0; all with a transactional.id)',
      wholeNumber(0, 4),
    )
    .option('--kafka <version>', `Kafka release whose behaviour is simulated (default: ${defaultRelease})`, release)
    .option('--feature <name=value>', 'one behaviour of another release, such as truncation=kip-101 (repeatable)', feature)
    .option('--duration <time>', 'simulated time in which faults happen, per seed (default: 30s)', timeSpan)
    .option('--swarm', 'every seed draws its own shape: brokers, replicas, clients, timeouts, faults; what you set stays (docs/swarm.md)')
    .option('--swarm-releases', 'and its own Kafka release; implies --swarm')
    .option('--buggify', 'every seed enables sites of legal but nasty behaviour inside brokers and clients (docs/swarm.md)');
}

/** @throws CliError with every problem at once. */
export function configurationFrom(options: ConfigurationOptions): ConfigurationOnTrial {
  const base = recommended(options.kafka ?? defaultRelease);
  const settings = resolveSettings(options.set ?? []);
  const checker = new Checker(base.release);
  const fileOf = (path: string | undefined, what: string): PropertyEntry[] => (path === undefined ? [] : readPropertiesFile(path, what));

  const broker = checker.check('broker', [...fileOf(options.serverProperties, 'a server.properties'), ...settings.broker]);
  const producerEntries = [...fileOf(options.producerProperties, 'a producer.properties'), ...settings.producer];
  const producer = checker.check('producer', producerEntries);
  const consumer = checker.check('consumer', [...fileOf(options.consumerProperties, 'a consumer.properties'), ...settings.consumer]);
  const topics = topicRequests(options, broker).map((request) => checker.topic(request, settings.topic));
  checker.throwProblems();

  const swarm = swarmFrom(options, { broker, topic: checker.check('topic', settings.topic), producer, consumer }, topics);
  const widest = Math.max(...topics.map(({ replicationFactor }) => replicationFactor));
  const brokers = options.brokers ?? (swarm === undefined ? base.brokers : Math.max(base.brokers, widest));
  checkReplication(topics, brokers);
  const applications = groupsFrom(options, producer, consumer);
  checkGroups(applications, base.release, { brokers, features: options.feature ?? {}, broker, producer, consumer });
  const configuration: TrialConfiguration = {
    ...base,
    ...applications,
    features: options.feature ?? {},
    brokers,
    brokerProperties: broker,
    topics: withRecommended(topics, base, options, broker),
    producerProperties: options.producerProperties === undefined ? new Map([...base.producerProperties, ...producer]) : producer,
    consumerProperties: options.consumerProperties === undefined ? recommendedForApplications(applications, consumer) : consumer,
    durationUs: options.duration === undefined ? null : options.duration * 1_000,
    ...(options.buggify === true ? { buggify: true } : {}),
    ...(swarm === undefined ? {} : { swarm }),
  };
  const defaultsFrom: DefaultsFrom = {
    topic: options.serverProperties === undefined ? 'recommended' : 'kafka',
    producer: options.producerProperties === undefined ? 'recommended' : 'kafka',
  };
  const { notModelled } = checker;
  return { configuration, notModelled, defaultsFrom, remarks: remarksOn(configuration, notModelled), commandLine: commandLineOf(options) };
}

/** Collects what is wrong and what has no effect, so that the user sees all of it at once. */
class Checker {
  readonly notModelled: NotModelledProperty[] = [];
  private readonly problems: ConfigProblem[] = [];

  constructor(private readonly release: KafkaRelease) {}

  check(kind: ConfigKind, entries: readonly PropertyEntry[]): ReadonlyMap<string, ConfigValue> {
    const { values, problems, notModelled } = parseProperties(kind, entries, this.release);
    this.problems.push(...problems);
    this.notModelled.push(...notModelled);
    return values;
  }

  topic(
    request: TopicRequest & { readonly partitions: number; readonly replicationFactor: number },
    forAll: readonly PropertyEntry[],
  ): TopicConfiguration {
    const { name, partitions, replicationFactor } = request;
    return { name, partitions, replicationFactor, properties: this.check('topic', [...request.properties, ...forAll]) };
  }

  throwProblems(): void {
    if (this.problems.length === 0) return;
    const lines = [...new Set([...this.problems].sort(byPlace).map(problemText))];
    const inFile = this.problems.some(({ where }) => !where.startsWith('--'));
    throw new CliError(inFile ? EXIT.badFile : EXIT.usage, atMost(lines, MOST_PROBLEMS).join('\n'));
  }
}

const MOST_PROBLEMS = 12;

/** `server.properties:12` by file and line. */
function byPlace({ where: a }: ConfigProblem, { where: b }: ConfigProblem): number {
  const [fileA = '', fileB = ''] = [a, b].map((where) => where.replace(/:\d+$/, ''));
  return fileA === fileB ? Number(/\d+$/.exec(a)?.[0] ?? 0) - Number(/\d+$/.exec(b)?.[0] ?? 0) : 0;
}

function problemText({ name, where, message, remedy }: ConfigProblem): string {
  const subject = message.includes(name) || where.endsWith(name) ? '' : `${name}: `;
  return `${where}: ${subject}${message}\n  ${remedy}`;
}

type CompleteTopic = TopicRequest & { readonly partitions: number; readonly replicationFactor: number };

/** The topics asked for, or `orders`; sizes from the broker's own defaults where the user set those. */
function topicRequests(options: ConfigurationOptions, broker: ReadonlyMap<string, ConfigValue>): CompleteTopic[] {
  const requests = (options.topic ?? ['orders']).map(parseTopic);
  const twice = requests.find(({ name }, i) => requests.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) throw usageError(`--topic ${twice.name} is given twice`, 'describe each topic once, with all of its properties');
  return requests.map((request) => ({
    ...request,
    partitions: request.partitions ?? Number(broker.get('num.partitions') ?? 6),
    replicationFactor: request.replicationFactor ?? Number(broker.get('default.replication.factor') ?? Math.min(3, options.brokers ?? 3)),
  }));
}

/** What the seeds of a swarm may not draw; undefined without --swarm. */
function swarmFrom(
  options: ConfigurationOptions,
  set: Pick<SwarmPins, 'broker' | 'topic' | 'producer' | 'consumer'>,
  topics: readonly TopicConfiguration[],
): SwarmPins | undefined {
  if (options.swarm !== true && options.swarmReleases !== true) return undefined;
  const named = (options.topic ?? []).map(parseTopic);
  const pins = named.map(({ name, partitions, replicationFactor }) => ({
    name,
    partitions: partitions ?? null,
    replicationFactor: replicationFactor ?? null,
    properties: topics.find((topic) => topic.name === name)?.properties ?? new Map<string, ConfigValue>(),
  }));
  return {
    ...set,
    release: options.swarmReleases !== true || options.kafka !== undefined,
    features: options.feature !== undefined,
    brokers: options.brokers !== undefined,
    groups: (options.groups ?? options.members ?? options.application ?? set.consumer.get('group.id')) !== undefined,
    transactional: options.transactional !== undefined || set.producer.has('transactional.id'),
    topics: pins.length === 0 ? null : pins,
    files: {
      broker: options.serverProperties !== undefined,
      producer: options.producerProperties !== undefined,
      consumer: options.consumerProperties !== undefined,
    },
  };
}

function checkReplication(topics: readonly TopicConfiguration[], brokers: number): void {
  for (const { name, replicationFactor } of topics) {
    if (replicationFactor <= brokers) continue;
    throw usageError(
      `topic ${name}: replication factor ${replicationFactor} is above the number of brokers, ${brokers}`,
      `add --brokers ${replicationFactor}, or lower the replication factor to ${brokers}`,
    );
  }
}

/** The recommended topic properties, unless the user's server.properties speaks for them or the topic is too small for them. */
function withRecommended(
  topics: readonly TopicConfiguration[],
  base: TrialConfiguration,
  options: ConfigurationOptions,
  broker: ReadonlyMap<string, ConfigValue>,
): TopicConfiguration[] {
  if (options.serverProperties !== undefined) return [...topics];
  const [recommendation] = base.topics;
  return topics.map((topic) => {
    const properties = new Map(topic.properties);
    for (const [name, value] of recommendation?.properties ?? []) {
      if (!properties.has(name) && !broker.has(name) && topic.replicationFactor >= Number(value)) properties.set(name, value);
    }
    return { ...topic, properties };
  });
}

function commandLineOf(options: ConfigurationOptions): string[] {
  const words: string[] = [];
  const add = (option: string, value: string | number | undefined): void => {
    if (value !== undefined) words.push(option, String(value));
  };
  add('--server-properties', options.serverProperties);
  add('--producer-properties', options.producerProperties);
  add('--consumer-properties', options.consumerProperties);
  for (const topic of options.topic ?? []) add('--topic', topic);
  for (const setting of options.set ?? []) add('--set', setting);
  add('--brokers', options.brokers);
  add('--application', options.application);
  add('--groups', options.groups);
  add('--members', options.members);
  add('--transactional', options.transactional);
  add('--kafka', options.kafka);
  for (const [name, value] of Object.entries(options.feature ?? {})) add('--feature', `${name}=${value}`);
  add('--duration', options.duration === undefined ? undefined : `${options.duration}ms`);
  if (options.swarm === true) words.push('--swarm');
  if (options.swarmReleases === true) words.push('--swarm-releases');
  if (options.buggify === true) words.push('--buggify');
  return words;
}
