/**
 * What of a configuration decides which guarantees it promises: one set of facts for each topic and producer that writes to it, and one for each topic and group
 * member that reads it.
 */
import type { ConsumerFacts, OutputFacts, PromiseFacts } from '../check/promises.js';
import { concerns, promiseUnder } from '../check/promises.js';
import { classesOf } from '../faults/classesOf.js';
import { NEVER, resolveBrokerConfig, resolveConsumerConfig, resolveProducerConfig, resolveTopicConfig } from '../kafka/config/index.js';
import type { BrokerConfig, ConsumerConfig, ProducerConfig, TopicConfig } from '../kafka/config/index.js';
import { Settings } from '../kafka/config/Settings.js';
import { PRESETS } from '../kafka/protocol/features.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import type { ApplicationSection, GuaranteeName, ProducerSection, Scenario } from '../scenario/Scenario.js';
import { applicationKinds } from './applications.js';
import type { GroupConfiguration, TrialConfiguration } from './configuration.js';
import { ClientConfigs, valuesOf } from './trialConfigs.js';

/** What all of a cluster's facts share. */
export interface PromiseGround {
  readonly features: Readonly<KafkaFeatures>;
  readonly broker: BrokerConfig;
}

/**
 * @param replicationFactor caps min.insync.replicas in the releases that cap it (KAFKA-15583).
 * @param mode how the application sends; default `async`.
 */
export function promiseFact(
  ground: PromiseGround,
  producer: ProducerConfig,
  topic: TopicConfig,
  replicationFactor: number,
  mode: ProducerSection['mode'] = 'async',
): PromiseFacts {
  const { partitioner, partitionerIgnoreKeys } = producer;
  return {
    ...storageFacts(ground, topic, replicationFactor),
    acks: producer.acks,
    retries: producer.retries,
    maxInFlight: producer.maxInFlightRequestsPerConnection,
    enableIdempotence: producer.enableIdempotence,
    transactional: producer.transactionalId !== null,
    awaited: mode !== 'forget',
    keysDecide: partitioner !== 'roundRobin' && partitioner !== 'uniformSticky' && !partitionerIgnoreKeys,
    producerStateMayVanish: producer.enableIdempotence && stateMayVanish(ground, producer, topic),
    consumer: null,
  };
}

/** Facts of a group member that reads the topic. @param output the producer of what it makes of records; null for none. */
export function groupFact(
  ground: PromiseGround,
  consumer: ConsumerConfig,
  application: Pick<ApplicationSection, 'commit' | 'commitMode' | 'workers'> & { readonly slow: boolean },
  output: ProducerConfig | null,
  topic: TopicConfig,
  replicationFactor: number,
): PromiseFacts {
  const { commit, commitMode, workers, slow } = application;
  const facts: ConsumerFacts = {
    ...{ commit, commitMode, workers, slow },
    readCommitted: consumer.isolationLevel === 'read_committed',
    autoOffsetReset: consumer.autoOffsetReset,
    isStatic: consumer.groupInstanceId !== null,
    cooperative: consumer.groupProtocol === 'classic' && consumer.partitionAssignmentStrategy.includes('cooperative-sticky'),
    readsByRack: consumer.clientRack !== '' && ground.broker.replicaSelectorClass.endsWith('RackAwareReplicaSelector'),
    offsetsAcks: ground.broker.groups.offsetsCommitRequiredAcks,
    output: output === null ? null : outputFacts(output),
  };
  return {
    ...storageFacts(ground, topic, replicationFactor),
    // It writes nothing to the topic that it reads.
    ...{ acks: -1, retries: 0, maxInFlight: 1, enableIdempotence: false, transactional: false, awaited: true },
    ...{ keysDecide: true, producerStateMayVanish: false, consumer: facts },
  };
}

type StorageFacts = Pick<PromiseFacts, 'features' | 'verification' | 'compacted' | 'minIsr' | 'uncleanElection' | 'flushMessages'>;

function storageFacts({ features, broker }: PromiseGround, topic: TopicConfig, replicationFactor: number): StorageFacts {
  const capped = features.minIsrCappedByReplicationFactor ? Math.min(topic.minInsyncReplicas, replicationFactor) : topic.minInsyncReplicas;
  return {
    features,
    verification: features.txnVerification && broker.transactions.partitionVerificationEnable,
    compacted: topic.compaction !== null,
    minIsr: features.minIsrChecks ? capped : 1,
    uncleanElection: topic.uncleanLeaderElectionEnable,
    flushMessages: topic.flushMessages,
  };
}

/** A batch may be retried when its leader no longer knows the producer. */
function stateMayVanish({ features, broker }: PromiseGround, { deliveryTimeoutUs }: ProducerConfig, topic: TopicConfig): boolean {
  if (broker.transactions.producerIdExpirationUs <= deliveryTimeoutUs && deliveryTimeoutUs !== NEVER) return true;
  if (features.producerStateOutlivesRecords || !topic.deletesOldSegments) return false;
  return topic.retentionBytes !== NEVER || (deliveryTimeoutUs !== NEVER && topic.retentionUs <= deliveryTimeoutUs);
}

function outputFacts({ acks, retries, enableIdempotence, transactionalId }: ProducerConfig): OutputFacts {
  return { acks, retries, idempotent: enableIdempotence, transactional: transactionalId !== null };
}

/** The facts of one scenario: each topic with everybody who writes it or reads it in a group. */
export function promiseFactsIn(
  ground: PromiseGround,
  { topics, workload }: Scenario,
  configs: ClientConfigs,
  topicConfig: (topic: string) => TopicConfig,
): PromiseFacts[] {
  const members = [...configs.consumers.values()];
  return topics.flatMap(({ name, replicationFactor }) => {
    const topic = topicConfig(name);
    const writers = workload.producers.filter((producer) => producer.topics.includes(name));
    const outputs = members.filter(({ section }) => section.application?.output === name);
    return [
      ...writers.map(({ id, mode }) => promiseFact(ground, configs.producer(id), topic, replicationFactor, mode)),
      ...outputs.map(({ section }) => promiseFact(ground, configs.producer(section.id), topic, replicationFactor)),
      ...members.flatMap(({ section, config, outputConfig }) =>
        section.application !== null && section.topics.includes(name)
          ? [
              groupFact(
                ground,
                config,
                { ...section.application, slow: isSlow(section.application, config, outputConfig ?? null) },
                outputConfig ?? null,
                topic,
                replicationFactor,
              ),
            ]
          : [],
      ),
    ];
  });
}

/** The facts of a scenario, without running it. */
export function promiseFactsOfScenario(scenario: Scenario): PromiseFacts[] {
  const { release, cluster, workload } = scenario;
  const features = { ...PRESETS[release], ...scenario.features };
  const broker = resolveBrokerConfig(release, valuesOf('broker', cluster.properties, release));
  return promiseFactsIn({ features, broker }, scenario, new ClientConfigs(release, workload), (topic) => topicConfigOf(scenario, topic));
}

/** A topic's configuration in a scenario, over its brokers'. */
export function topicConfigOf({ release, topics, cluster }: Scenario, name: string): TopicConfig {
  const broker = resolveBrokerConfig(release, valuesOf('broker', cluster.properties, release));
  const properties = topics.find((topic) => topic.name === name)?.properties ?? {};
  return resolveTopicConfig(broker, valuesOf('topic', properties, release));
}

/** Those of the guarantees that the scenario's own configuration promises under its own faults, and that concern it. */
export function promisedIn(scenario: Scenario, guarantees: readonly GuaranteeName[]): GuaranteeName[] {
  const facts = promiseFactsOfScenario(scenario);
  const kinds = [...new Set(scenario.faults.map(({ kind }) => kind))];
  return guarantees.filter((name) => concerns(name, facts) && promiseUnder(name, classesOf(scenario), facts, kinds).promised);
}

/** In the poll loop, which polls again when everything is done. */
function isSlow(
  { workers, processUs, commit }: ApplicationSection,
  { maxPollRecords, maxPollIntervalUs }: ConsumerConfig,
  output: ProducerConfig | null,
): boolean {
  const transactionUs = commit === 'transaction' && output !== null ? output.transactionTimeoutUs : maxPollIntervalUs;
  return workers === 0 && processUs * maxPollRecords >= Math.min(maxPollIntervalUs, transactionUs);
}

/** The facts of what a check puts on trial: each topic with its producers and group members. */
export function promiseFactsOf(configuration: TrialConfiguration): PromiseFacts[] {
  const { release, topics, groups, producerProperties, transactionalProducers } = configuration;
  const features = { ...PRESETS[release], ...configuration.features };
  const broker = resolveBrokerConfig(release, configuration.brokerProperties);
  const ground = { features, broker };
  const producer = resolveProducerConfig(release, producerProperties);
  const transactional = resolveProducerConfig(release, new Map([...producerProperties, ['transactional.id', 'p1']]));
  return topics.flatMap(({ replicationFactor, properties }) => {
    const topic = resolveTopicConfig(broker, properties);
    return [
      promiseFact(ground, producer, topic, replicationFactor),
      ...(transactionalProducers > 0 ? [promiseFact(ground, transactional, topic, replicationFactor)] : []),
      ...groups.flatMap((group) => factsOfGroup(configuration, ground, group, topic, replicationFactor)),
    ];
  });
}

/** What reads the topic, and the topic like it that the output goes to. */
function factsOfGroup(
  { release, consumerProperties, producerProperties }: TrialConfiguration,
  ground: PromiseGround,
  { application }: GroupConfiguration,
  topic: TopicConfig,
  replicationFactor: number,
): PromiseFacts[] {
  const kind = applicationKinds[application];
  const consumer = resolveConsumerConfig(release, consumerProperties);
  const identity = kind.commit === 'transaction' ? ([['transactional.id', 'c1']] as const) : [];
  const output = kind.transforms ? resolveProducerConfig(release, new Map([...producerProperties, ...identity])) : null;
  const fact = groupFact(
    ground,
    { ...consumer, groupInstanceId: instanceOf(release, consumerProperties) },
    kind,
    output,
    topic,
    replicationFactor,
  );
  return output === null ? [fact] : [fact, promiseFact(ground, output, topic, replicationFactor)];
}

/** Where nothing was said, some seeds use static membership: what it takes away counts. */
function instanceOf(release: TrialConfiguration['release'], properties: TrialConfiguration['consumerProperties']): string | null {
  return new Settings('consumer', release, properties).has('group.instance.id') ? 'c1' : null;
}
