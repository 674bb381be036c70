/**
 * The neighbours of a configuration: what somebody could change when a guarantee does not hold, one thing at a time, with how big a change that is. Which of them
 * help is not decided here, but by trying. What a configuration has already is no candidate, and neither is a property that the release lacks.
 */
import type { ConfigKind, ConfigValue } from '../../kafka/config/index.js';
import { Settings } from '../../kafka/config/Settings.js';
import { PRESETS } from '../../kafka/protocol/features.js';
import { kafkaReleases } from '../../kafka/protocol/release.js';
import { applicationKinds, type ApplicationName } from '../applications.js';
import type { TrialConfiguration } from '../configuration.js';

/** Who has to do something: the smaller the circle, the smaller the change. */
export type RemedyKind = 'client' | 'topic' | 'application' | 'cluster' | 'upgrade';

/** Sizes: a property of a client, one of a topic, what an application does with its records, more replicas or a protocol switched on, another release. */
const sizes: Readonly<Record<RemedyKind, number>> = { client: 1, topic: 2, application: 3, cluster: 4, upgrade: 5 };

export interface Remedy {
  /** `producer acks=all`. */
  readonly text: string;
  readonly kind: RemedyKind;
  readonly size: number;
  /** Two remedies of one subject are alternatives. */
  readonly subject: string;
  readonly apply: (configuration: TrialConfiguration) => TrialConfiguration;
}

export function candidateRemedies(configuration: TrialConfiguration): Remedy[] {
  return [
    ...producerRemedies(configuration),
    ...consumerRemedies(configuration),
    ...topicRemedies(configuration),
    ...applicationRemedies(configuration),
    ...clusterRemedies(configuration),
    ...upgrades(configuration),
  ];
}

type Wanted = readonly (readonly [name: string, value: ConfigValue])[];

function producerRemedies({ release, producerProperties }: TrialConfiguration): Remedy[] {
  const wanted: Wanted = [
    ['acks', 'all'],
    ['acks', '1'],
    ['enable.idempotence', true],
    ['max.in.flight.requests.per.connection', 1],
    ['retries', 2_147_483_647],
    ['retries', 0],
    ['delivery.timeout.ms', 120_000],
  ];
  return setting('producer', new Settings('producer', release, producerProperties), wanted, (configuration, name, value) => ({
    ...configuration,
    producerProperties: new Map([...configuration.producerProperties, [name, value]]),
  }));
}

function consumerRemedies({ release, consumerProperties, groups, transactionalProducers }: TrialConfiguration): Remedy[] {
  if (groups.length === 0 && transactionalProducers === 0) return [];
  const wanted: Wanted = [
    ['isolation.level', 'read_committed'],
    ['auto.offset.reset', 'earliest'],
  ];
  return setting('consumer', new Settings('consumer', release, consumerProperties), wanted, (configuration, name, value) => ({
    ...configuration,
    consumerProperties: new Map([...configuration.consumerProperties, [name, value]]),
  }));
}

/** For all topics alike, where some topic has another value. */
function topicRemedies(configuration: TrialConfiguration): Remedy[] {
  const { release, topics, brokerProperties } = configuration;
  const wanted: Wanted = [
    ['min.insync.replicas', 2],
    ['min.insync.replicas', 3],
    ['unclean.leader.election.enable', false],
    ['flush.messages', 1],
    ['flush.ms', 1_000],
  ];
  const apply: Apply = (changed, name, value) => ({
    ...changed,
    topics: changed.topics.map((topic) => ({ ...topic, properties: new Map([...topic.properties, [name, value]]) })),
  });
  const fitting = wanted.filter(
    ([name, value]) => name !== 'min.insync.replicas' || topics.every(({ replicationFactor }) => replicationFactor >= Number(value)),
  );
  const all = topics.flatMap(({ properties }) => {
    const own = [...brokerProperties].filter(([name]) => !properties.has(name));
    return setting('topic', new Settings('topic', release, new Map([...own, ...properties])), fitting, apply);
  });
  return all.filter(({ text }, i) => all.findIndex((other) => other.text === text) === i);
}

type Apply = (configuration: TrialConfiguration, name: string, value: ConfigValue) => TrialConfiguration;

/** Properties that the release has, with another value. */
function setting(kind: Exclude<ConfigKind, 'broker'>, settings: Settings, wanted: Wanted, apply: Apply): Remedy[] {
  return wanted
    .filter(
      ([name, value]) =>
        settings.has(name) && settings.text(name) !== String(value) && !(name === 'acks' && isWeaker(settings, String(value))),
    )
    .map(([name, value]) => ({
      text: `${kind} ${name}=${String(value)}`,
      kind: kind === 'topic' ? 'topic' : 'client',
      size: sizes[kind === 'topic' ? 'topic' : 'client'],
      subject: `${kind} ${name}`,
      apply: (configuration) => apply(configuration, name, value),
    }));
}

/** acks=1 is a remedy for acks=0 only; -1 is another word for all. */
function isWeaker(settings: Settings, acks: string): boolean {
  const now = settings.text('acks');
  return now === 'all' || now === '-1' || (acks === '1' && now !== '0');
}

/** What to do instead, smallest step first. */
const otherWays: { readonly [A in ApplicationName]: readonly ApplicationName[] } = {
  auto: ['commit-after', 'commit-before'],
  'auto-workers': ['auto', 'commit-after-workers', 'commit-after'],
  'commit-before': ['commit-after'],
  'commit-after': ['commit-before'],
  'commit-async': ['commit-after'],
  'commit-after-workers': ['commit-after'],
  'slow-handler': ['commit-after'],
  'no-commit': ['commit-after'],
  transform: ['transform-transactional'],
  'transform-transactional': [],
};

function applicationRemedies({ groups }: TrialConfiguration): Remedy[] {
  const names = [...new Set(groups.map(({ application }) => application))];
  return names.flatMap((from) =>
    otherWays[from].map((to): Remedy => ({
      text: `application ${from} → ${to} (${applicationKinds[to].summary})`,
      kind: 'application',
      size: sizes.application,
      subject: `application ${from}`,
      apply: (configuration) => withApplication(configuration, from, to),
    })),
  );
}

/** A transactional output is read with read_committed, or it means nothing; and who commits by themselves does not let the client do it. */
function withApplication(configuration: TrialConfiguration, from: ApplicationName, to: ApplicationName): TrialConfiguration {
  const consumer = new Map(configuration.consumerProperties);
  const { commit } = applicationKinds[to];
  if (consumer.has('enable.auto.commit')) consumer.set('enable.auto.commit', commit === 'auto');
  if (commit === 'transaction') consumer.set('isolation.level', 'read_committed');
  const groups = configuration.groups.map((group) => (group.application === from ? { ...group, application: to } : group));
  return { ...configuration, consumerProperties: consumer, groups };
}

function clusterRemedies(configuration: TrialConfiguration): Remedy[] {
  const { topics, brokers, release, features, groups, transactionalProducers } = configuration;
  const least = Math.min(...topics.map(({ replicationFactor }) => replicationFactor));
  const factors = [2, 3, 4, 5].filter((factor) => factor > least && factor <= brokers);
  const replicas = factors.map((factor): Remedy => ({
    text: `replication factor ${factor}`,
    kind: 'cluster',
    // Each replica more is disk and traffic.
    size: sizes.cluster + (factor - least - 1) / 10,
    subject: 'replication factor',
    apply: (changed) => ({
      ...changed,
      topics: changed.topics.map((topic) => ({ ...topic, replicationFactor: Math.max(topic.replicationFactor, factor) })),
    }),
  }));
  const transactions =
    transactionalProducers > 0 || groups.some(({ application }) => applicationKinds[application].commit === 'transaction');
  const hasV2 = features.transactionV2 ?? PRESETS[release].transactionV2;
  if (!transactions || hasV2) return replicas;
  const protocol: Remedy = {
    text: 'transaction protocol V2 (transaction.version=2, KIP-890)',
    kind: 'cluster',
    size: sizes.cluster,
    subject: 'transactionV2',
    apply: (changed) => ({ ...changed, features: { ...changed.features, transactionV2: true } }),
  };
  return [...replicas, protocol];
}

/** Every newer release; what was different from the old one's preset by choice goes with it. */
function upgrades({ release }: TrialConfiguration): Remedy[] {
  return kafkaReleases.slice(kafkaReleases.indexOf(release) + 1).map((newer, i): Remedy => ({
    text: `upgrade to Kafka ${newer}`,
    kind: 'upgrade',
    size: sizes.upgrade + i / 100,
    subject: 'release',
    apply: (configuration) => ({ ...configuration, release: newer, features: {} }),
  }));
}
