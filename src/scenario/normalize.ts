/** From the file form, already checked for shape and with units applied, to the normalized scenario: what is left out gets its default. */
import type { Fault } from '../faults/Fault.js';
import { faultKind } from '../faults/faultKinds.js';
import type { FaultKindName } from '../faults/Fault.js';
import type { FieldSpec } from '../faults/FieldSpec.js';
import type { MessageDelay } from '../faults/MessageDelay.js';
import { fileFieldName } from './faultSchema.js';
import type { ApplicationSection, ConsumerSection, Expectation, ProducerSection, Properties, Scenario, TopicSection } from './Scenario.js';
import type { ParsedFile } from './schema.js';

type ParsedTopic = NonNullable<ParsedFile['topics']>[number];
type ParsedProducer = NonNullable<ParsedFile['workload']['producers']>[number];
type ParsedConsumer = NonNullable<ParsedFile['workload']['consumers']>[number];

export const DEFAULT_TOPIC = 'orders';
const DEFAULT_PARTITIONS = 6;
const DEFAULT_REPLICATION_FACTOR = 3;
const DEFAULT_PRODUCERS = 4;
const DEFAULT_CONSUMERS = 2;
const DEFAULT_GROUP = 'g1';
const DEFAULT_PROCESS_US = 1_000;

/** @param parsed what the schema returned. @param blank one producer and one consumer with nothing but defaults. */
export function normalize(parsed: ParsedFile, blank: { producer: ParsedProducer; consumer: ParsedConsumer }): Scenario {
  const topics = topicsOf(parsed);
  const names = topics.map((topic) => topic.name);
  const producers = parsed.workload.producers ?? Array.from({ length: DEFAULT_PRODUCERS }, () => blank.producer);
  const consumers = parsed.workload.consumers ?? Array.from({ length: DEFAULT_CONSUMERS }, () => blank.consumer);
  return {
    formatVersion: 1,
    name: parsed.name ?? 'scenario',
    title: parsed.title,
    teaches: parsed.teaches,
    catalogue: parsed.catalogue,
    release: parsed.release,
    features: parsed.features as Scenario['features'],
    seed: parsed.seed,
    cluster: parsed.cluster,
    topics,
    workload: {
      producers: producers.map((producer, i) => producerOf(producer, i, names)),
      consumers: consumers.map((consumer, i) => consumerOf(consumer, i, names)),
    },
    network: {
      minUs: parsed.network.min,
      maxUs: parsed.network.max,
      spikeChance: parsed.network.spikeChance,
      spikeMeanUs: parsed.network.spikeMean,
    },
    faults: parsed.faults.map(faultOf),
    ...(parsed.buggify === undefined ? {} : { buggify: parsed.buggify }),
    ...(parsed.delays.length === 0 ? {} : { delays: parsed.delays.map(delayOf) }),
    durationUs: parsed.duration,
    core: parsed.core,
    ...(parsed.outsideCore === undefined ? {} : { outsideCore: parsed.outsideCore }),
    convergeWithinUs: parsed.convergeWithin,
    require: parsed.require,
    expect: parsed.expect as Expectation[],
  };
}

function topicsOf(parsed: ParsedFile): TopicSection[] {
  const given: ParsedTopic[] = parsed.topics ?? [{ name: DEFAULT_TOPIC, partitions: DEFAULT_PARTITIONS, properties: {} }];
  return given.map((topic) => {
    const { assignment } = topic;
    const section: TopicSection = {
      name: topic.name,
      partitions: topic.partitions ?? assignment?.length ?? 1,
      replicationFactor: topic.replicationFactor ?? assignment?.[0]?.length ?? Math.min(DEFAULT_REPLICATION_FACTOR, parsed.cluster.brokers),
      properties: topic.properties,
    };
    if (assignment !== undefined) section.assignment = assignment;
    return section;
  });
}

/** One that has a transactional.id sends in transactions, and the other way round. */
function producerOf(producer: ParsedProducer, index: number, topics: readonly string[]): ProducerSection {
  const id = producer.id ?? `p${index + 1}`;
  const properties = { ...producer.properties };
  const transactional = 'transactional.id' in properties;
  const transaction = producer.transaction === undefined && transactional ? { records: 5, abortEvery: 0 } : (producer.transaction ?? null);
  if (transaction !== null && !transactional) properties['transactional.id'] = id;
  return {
    id,
    topics: producer.topics ?? [...topics],
    partition: producer.partition,
    keys: producer.keys,
    recordBytes: producer.recordBytes,
    startUs: producer.start,
    everyUs: producer.every,
    count: producer.count,
    mode: producer.mode,
    resends: producer.resends,
    transaction,
    properties,
  };
}

function consumerOf(consumer: ParsedConsumer, index: number, topics: readonly string[]): ConsumerSection {
  const id = consumer.id ?? `c${index + 1}`;
  const properties = { ...consumer.properties };
  const application = applicationOf(id, consumer, properties);
  if (application !== null) {
    properties['group.id'] ??= DEFAULT_GROUP;
    // Kafka's default is true; an application that commits by itself switches it off, unless somebody wrote otherwise.
    if (application.commit !== 'auto') properties['enable.auto.commit'] ??= false;
  }
  return {
    id,
    topics: consumer.topics ?? [...topics],
    startUs: consumer.start,
    pollEveryUs: consumer.pollEvery,
    application,
    properties,
  };
}

/** A consumer with a group.id is a member, unless its application is null; without an application it commits as enable.auto.commit says. */
function applicationOf(id: string, consumer: ParsedConsumer, properties: Properties): ApplicationSection | null {
  const { application } = consumer;
  if (application === null || (application === undefined && (properties['group.id'] ?? '') === '')) return null;
  const otherwise = String(properties['enable.auto.commit'] ?? true) === 'true' ? 'auto' : 'after';
  const commit = application?.commit ?? otherwise;
  const outputProperties = { ...application?.outputProperties };
  if (commit === 'transaction') outputProperties['transactional.id'] ??= id;
  return {
    commit,
    commitMode: application?.commitMode ?? 'sync',
    processUs: application?.process ?? DEFAULT_PROCESS_US,
    workers: application?.workers ?? 0,
    output: application?.output ?? null,
    outputProperties,
  };
}

function delayOf({ from, to, at, count, by }: ParsedFile['delays'][number]): MessageDelay {
  return { from, to, atUs: at, count, byUs: by };
}

function faultOf(parsed: Record<string, unknown>, index: number): Fault {
  const kind = faultKind(parsed['kind'] as FaultKindName);
  const fault: Record<string, unknown> = {
    id: parsed['id'] ?? `f${index + 1}`,
    kind: kind.kind,
    atUs: parsed['at'] ?? 0,
    forUs: kind.instant ? 0 : (parsed['for'] ?? null),
  };
  for (const [name, spec] of Object.entries<FieldSpec>(kind.fields)) fault[name] = parsed[fileFieldName(name, spec)];
  const on = parsed['on'] as { event: string; where?: Record<string, number | string>; count?: number; after?: number } | undefined;
  if (on !== undefined) {
    const { after, ...trigger } = on;
    fault['on'] = after === undefined ? trigger : { ...trigger, afterUs: after };
  }
  // The schema has checked every field against the kind's own description of it.
  return fault as unknown as Fault;
}
