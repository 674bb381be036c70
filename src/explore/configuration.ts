/**
 * What is on trial: a Kafka release and the properties that somebody runs it with, apart from any one run. Properties are those that were set
 * explicitly; everything else keeps Kafka's default, or what a seed draws for it when no guarantee depends on it.
 */
import type { FaultClass } from '../faults/Fault.js';
import type { ConfigValue } from '../kafka/config/index.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import { defaultRelease } from '../kafka/protocol/release.js';
import type { KafkaRelease } from '../kafka/protocol/release.js';
import { guaranteeNames, type GuaranteeName } from '../check/Finding.js';
import { DEFAULT_REQUIRED } from '../scenario/Scenario.js';
import { applicationKinds, type ApplicationName } from './applications.js';
import type { SwarmPins } from './swarm/pins.js';

/** Properties that were set, under Kafka's own names, with their parsed values. */
export type SetProperties = ReadonlyMap<string, ConfigValue>;

export interface TopicConfiguration {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly properties: SetProperties;
}

/** One consumer group with its application. */
export interface GroupConfiguration {
  /** group.id */
  readonly id: string;
  readonly members: number;
  readonly application: ApplicationName;
}

export interface TrialConfiguration {
  readonly release: KafkaRelease;
  /** Differences from the release's preset. */
  readonly features: Partial<KafkaFeatures>;
  /** Ids 1 to this. */
  readonly brokers: number;
  readonly zookeeperServers: number;
  readonly brokerProperties: SetProperties;
  readonly topics: readonly TopicConfiguration[];
  readonly producerProperties: SetProperties;
  /** For members of groups and for the consumers that only watch. */
  readonly consumerProperties: SetProperties;
  /** Besides the two consumers that only watch. */
  readonly groups: readonly GroupConfiguration[];
  /** How many of the four producers send in transactions. */
  readonly transactionalProducers: number;
  /** Length of the chaos phase; null: {@link DEFAULT_DURATION_US}. */
  readonly durationUs: number | null;
  /** Each seed enables sites of legal but nasty behaviour (see the engine's Buggify). Default: none does. */
  readonly buggify?: boolean;
  /** Each seed draws its own shape (see swarm.ts); what is named here stays as it is. Default: every seed has this very shape. */
  readonly swarm?: SwarmPins;
}

/** Chaos phase of a trial when nobody says otherwise: 30 virtual seconds. */
export const DEFAULT_DURATION_US = 30_000_000;

/**
 * The configuration that Kafka's documentation recommends for durable data ("Replication": replication factor 3, min.insync.replicas 2,
 * acks=all): 3 brokers, one topic `orders` with 6 partitions.
 */
export function recommended(release: KafkaRelease = defaultRelease): TrialConfiguration {
  return {
    release,
    features: {},
    brokers: 3,
    zookeeperServers: 3,
    brokerProperties: new Map(),
    topics: [{ name: 'orders', partitions: 6, replicationFactor: 3, properties: new Map([['min.insync.replicas', 2]]) }],
    producerProperties: new Map([['acks', 'all']]),
    consumerProperties: new Map(),
    groups: [],
    transactionalProducers: 0,
    durationUs: null,
  };
}

/** Whether clients hold state in the cluster that their own death and return put to the test: groups or transactions. */
export function hasApplications({ groups, transactionalProducers }: TrialConfiguration): boolean {
  return groups.length > 0 || transactionalProducers > 0;
}

/** The classes of faults that mean something to a configuration: clients are killed and restarted only where groups or transactions are at stake. */
export function meaningfulClasses(configuration: TrialConfiguration, classes: readonly FaultClass[]): FaultClass[] {
  // The seeds of a swarm draw their own groups and transactions.
  return classes.filter((name) => name !== 'client' || configuration.swarm !== undefined || hasApplications(configuration));
}

/** What a check requires unless somebody says otherwise: the default, and what those who run such groups and transactions count on. */
export function requiredGuarantees(configuration: TrialConfiguration): GuaranteeName[] {
  const { groups, transactionalProducers } = configuration;
  const wanted = new Set<GuaranteeName>(DEFAULT_REQUIRED);
  for (const { application } of groups) {
    const { expects, commit } = applicationKinds[application];
    for (const name of ['committed-offsets-honest', 'single-owner', 'group-converges'] as const) wanted.add(name);
    if (expects !== null) wanted.add(expects);
    if (commit === 'transaction') wanted.add('transaction-atomicity');
  }
  if (transactionalProducers > 0) wanted.add('transaction-atomicity');
  return guaranteeNames.filter((name) => wanted.has(name));
}
