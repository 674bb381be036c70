/**
 * The shape of a seed, all of it from this one function: sizes, releases, clients, groups, odd properties, and which kinds of faults exist at all. After
 * TigerBeetle's VOPR: seeds that differ in kind find more than seeds that differ in degree. Each concern has a stream of its own.
 *
 * A shape is a configuration and a mix, from which the generator makes the scenario as it does for anybody's configuration; the scenario holds all of it,
 * so that a replay needs neither this module nor the version of it. What a shape promises follows from it (see promises.ts): seeds are judged one by one.
 */
import { Randomness } from '../engine/random.js';
import type { Random } from '../engine/random.js';
import type { FaultKindName } from '../faults/Fault.js';
import { faultKindNames } from '../faults/faultKinds.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import { compareReleases, kafkaReleases } from '../kafka/protocol/release.js';
import type { KafkaRelease } from '../kafka/protocol/release.js';
import { applicationKinds } from './applications.js';
import type { GroupConfiguration, TrialConfiguration } from './configuration.js';
import type { Mix } from './generate/mix.js';
import {
  canSendInTransactions,
  drawConsumerProperties,
  drawGroups,
  drawMemberProperties,
  drawProducers,
  possibleGroups,
} from './swarm/clientShape.js';
import { drawBrokerProperties, drawBrokers, drawTopics, drawZooKeeperServers } from './swarm/clusterShape.js';
import type { SwarmPins } from './swarm/pins.js';

export interface Shape {
  readonly configuration: TrialConfiguration;
  readonly mix: Mix;
}

const DURATIONS_US = [10_000_000, 20_000_000, 30_000_000, 30_000_000, 45_000_000] as const;
const BUGGIFY_CHANCE = 0.6;

/** The same arguments, the same shape. @param configuration what was asked for; its pins stay as they are. */
export function drawShape(configuration: TrialConfiguration, pins: SwarmPins, seed: string): Shape {
  const randomness = new Randomness(`swarm/${seed}`);
  const release = drawRelease(configuration, pins, randomness.stream('release'));
  const clients = drawClients(configuration, pins, release, randomness);
  const { groups, transactionalProducers, features } = clients;
  const brokers = drawBrokers(pins.brokers ? configuration.brokers : null, pins.topics, randomness.stream('brokers'));
  const applications = groups.length > 0 || transactionalProducers > 0;
  const transactions =
    transactionalProducers > 0 || groups.some(({ application }) => applicationKinds[application].commit === 'transaction');
  const consumer = drawConsumerProperties(pins, release, transactions, randomness.stream('consumers'));
  const chance = randomness.stream('chance');
  const durationUs = chance.pick(DURATIONS_US);
  const buggify = chance.chance(BUGGIFY_CHANCE);
  return {
    configuration: {
      release,
      features,
      brokers,
      zookeeperServers: drawZooKeeperServers(randomness.stream('zookeeper')),
      brokerProperties: drawBrokerProperties(pins, release, brokers, applications, randomness.stream('broker properties')),
      topics: drawTopics(pins, release, brokers, randomness.stream('topics')),
      // Outputs of applications are sent with these; each producer has its own besides.
      producerProperties: pins.files.producer || pins.producer.has('acks') ? pins.producer : new Map([['acks', 'all'], ...pins.producer]),
      consumerProperties:
        groups.length === 0 ? consumer : drawMemberProperties(pins, release, consumer, features, randomness.stream('members')),
      groups,
      transactionalProducers,
      durationUs: configuration.durationUs ?? durationUs,
      buggify: configuration.buggify ?? buggify,
    },
    mix: clients.mix,
  };
}

function drawRelease(configuration: TrialConfiguration, pins: SwarmPins, random: Random): KafkaRelease {
  const drawn = random.pick(kafkaReleases);
  return pins.release ? configuration.release : drawn;
}

interface Clients extends Pick<TrialConfiguration, 'groups' | 'transactionalProducers' | 'features'> {
  readonly mix: Mix;
}

function drawClients(configuration: TrialConfiguration, pins: SwarmPins, release: KafkaRelease, randomness: Randomness): Clients {
  const random = randomness.stream('clients');
  const count = pins.transactional ? Math.max(1, configuration.transactionalProducers, random.between(1, 6)) : random.between(1, 6);
  const sends = random.chance(0.3) ? random.between(1, count) : 0;
  const possible = canSendInTransactions(release, pins.producer) && !pins.files.producer;
  const transactionalProducers = pins.transactional ? configuration.transactionalProducers : possible ? sends : 0;
  const drawn: readonly GroupConfiguration[] = drawGroups(randomness.stream('groups'));
  const groups = pins.groups ? configuration.groups : possibleGroups(drawn, release, pins.producer);
  const features = drawFeatures(configuration, pins, release, randomness.stream('features'));
  const producers = drawProducers(pins, release, count, transactionalProducers, randomness.stream('producers'));
  const watchers = random.between(1, 3);
  const faults = randomness.stream('faults');
  const mix = { producers, watchers, kindsOff: drawKindsOff(faults), faultiness: faults.pick([0.25, 0.5, 1, 1, 2]) };
  return { groups, transactionalProducers, features, mix };
}

/** What the newest release can do and does not by itself: transactions of version 2 (KIP-890) and the consumer protocol (KIP-848). */
function drawFeatures({ features }: TrialConfiguration, pins: SwarmPins, release: KafkaRelease, random: Random): Partial<KafkaFeatures> {
  const transactionV2 = random.chance(0.6);
  const consumerGroupProtocol = random.chance(0.4);
  if (pins.features || compareReleases(release, '3.9') < 0) return features;
  return { ...features, ...(transactionV2 ? { transactionV2 } : {}), ...(consumerGroupProtocol ? { consumerGroupProtocol } : {}) };
}

/** Half of the kinds do not exist in a seed, so that the others come close together; never all of them. */
function drawKindsOff(random: Random): ReadonlySet<FaultKindName> {
  const off = faultKindNames.filter(() => random.chance(0.5));
  return new Set(off.length === faultKindNames.length ? [] : off);
}
