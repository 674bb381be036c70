/**
 * The load of a seed: four producers and two consumers, each with its own pace, keys, sizes and way of sending; about 1,300 sends asked for in
 * a trial of the default length (those of synchronous producers may not all fit in).
 */
import type { Random, Randomness } from '../../engine/random.js';
import type { ConsumerSection, ProducerSection, Scenario } from '../../scenario/Scenario.js';
import { DEFAULT_DURATION_US } from '../configuration.js';
import type { SetProperties, TrialConfiguration } from '../configuration.js';
import { drawTransactionProperties } from './applicationKnobs.js';
import { USUAL_MIX, type Mix } from './mix.js';
import { outputTopics } from './outputTopics.js';
import { drawProducerProperties, drawWatcherProperties } from './timingKnobs.js';

/** Nobody sends or breaks anything before: brokers start, topics are made. */
export const QUIET_US = 1_500_000;
const MILLISECOND_US = 1000;

export function drawWorkload(
  configuration: TrialConfiguration,
  durationUs: number,
  randomness: Randomness,
  { producers, watchers }: Pick<Mix, 'producers' | 'watchers'> = USUAL_MIX,
): Scenario['workload'] {
  const ids = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
  return {
    producers: ids('p', producers.length).map((id, i) => {
      const own = withOwn(configuration, producers[i]);
      const producer = drawProducer(own, id, durationUs, randomness.stream(`client/${id}`));
      if (i >= configuration.transactionalProducers) return producer;
      return inTransactions(own, producer, randomness.stream(`client/${id}/transactions`));
    }),
    consumers: ids('c', watchers).map((id) => drawConsumer(configuration, id, durationUs, randomness.stream(`client/${id}`))),
  };
}

/** The configuration as one producer has it. */
function withOwn(configuration: TrialConfiguration, own: SetProperties | undefined): TrialConfiguration {
  if (own === undefined || own.size === 0) return configuration;
  return { ...configuration, producerProperties: new Map([...configuration.producerProperties, ...own]) };
}

function drawProducer(configuration: TrialConfiguration, id: string, durationUs: number, random: Random): ProducerSection {
  const topics = drawTopics(configuration, random);
  const mode = random.chance(0.25) ? 'sync' : 'async';
  const partition = drawPartition(configuration, topics, random);
  return {
    id,
    topics,
    partition,
    keys: random.pick([0, 1, 5, 20, 100]),
    recordBytes: random.pick([20, 100, 100, 400, 1000, 5000]),
    ...drawPace(durationUs, random),
    mode,
    resends: 0,
    transaction: null,
    properties: drawProducerProperties(configuration, random),
  };
}

/** Small transactions and large ones; some are aborted on purpose. */
function inTransactions(configuration: TrialConfiguration, producer: ProducerSection, random: Random): ProducerSection {
  const records = random.pick([1, 2, 5, 5, 10, 20]);
  const abortEvery = random.pick([0, 0, 3, 7]);
  const own = configuration.producerProperties.get('transactional.id');
  return {
    ...producer,
    transaction: { records, abortEvery },
    properties: {
      ...producer.properties,
      ...drawTransactionProperties(configuration, random),
      'transactional.id': own === undefined ? producer.id : `${String(own)}-${producer.id}`,
    },
  };
}

/** Steady over the whole trial, or a burst somewhere in it. */
function drawPace(durationUs: number, random: Random): Pick<ProducerSection, 'startUs' | 'everyUs' | 'count'> {
  const count = Math.max(1, Math.floor((random.between(180, 480) * durationUs) / DEFAULT_DURATION_US));
  const longestUs = Math.max(MILLISECOND_US, durationUs - QUIET_US);
  const burst = random.chance(0.25);
  const spanUs = burst ? Math.floor(longestUs / random.between(3, 15)) : longestUs;
  const startUs = QUIET_US + (burst ? random.int(longestUs - spanUs) : random.int(Math.floor(longestUs / 20)));
  const everyUs = Math.floor(Math.min(spanUs, Math.max(0, durationUs - startUs)) / count);
  return { startUs: onMilliseconds(startUs), everyUs: Math.max(100, everyUs - (everyUs % 100)), count };
}

/** Mostly all topics; now and then one. */
function drawTopics(configuration: TrialConfiguration, random: Random): string[] {
  const names = configuration.topics.map((topic) => topic.name);
  const one = random.pick(names);
  return random.chance(0.3) ? [one] : names;
}

/** Mostly the partitioner's choice; now and then one partition that all of the client's topics have. */
function drawPartition(configuration: TrialConfiguration, topics: readonly string[], random: Random): number | null {
  const counts = configuration.topics.filter((topic) => topics.includes(topic.name)).map((topic) => topic.partitions);
  const partition = random.int(Math.min(...counts));
  return random.chance(0.15) ? partition : null;
}

function drawConsumer(configuration: TrialConfiguration, id: string, durationUs: number, random: Random): ConsumerSection {
  return {
    id,
    topics: [...configuration.topics, ...outputTopics(configuration)].map((topic) => topic.name),
    startUs: QUIET_US + onMilliseconds(random.chance(0.25) ? random.int(Math.floor(Math.max(0, durationUs - QUIET_US) / 2)) : 0),
    pollEveryUs: random.pick([0, 0, 50_000, 200_000]),
    application: null,
    properties: drawWatcherProperties(configuration, random),
  };
}

function onMilliseconds(us: number): number {
  return us - (us % MILLISECOND_US);
}
