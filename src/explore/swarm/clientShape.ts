/** Odd clients: few or many, some that wait for one replica or none, some without idempotence, with odd batches, back-offs and timeouts; groups and transactions or not. */
import type { Random } from '../../engine/random.js';
import { Settings } from '../../kafka/config/Settings.js';
import { PRESETS } from '../../kafka/protocol/features.js';
import type { KafkaFeatures } from '../../kafka/protocol/features.js';
import type { KafkaRelease } from '../../kafka/protocol/release.js';
import { applicationKinds, applicationNames } from '../applications.js';
import type { GroupConfiguration, SetProperties } from '../configuration.js';
import { OddProperties } from './OddProperties.js';
import type { SwarmPins } from './pins.js';

const IN_FLIGHT = 'max.in.flight.requests.per.connection';

/** For every producer, what it has set. @param transactional the first so many of them send in transactions, which need acks=all and idempotence. */
export function drawProducers(
  pins: SwarmPins,
  release: KafkaRelease,
  count: number,
  transactional: number,
  random: Random,
): SetProperties[] {
  // Where one producer waits for less than all replicas, a loss is nobody's fault: most seeds have none such.
  const mixedAcks = random.chance(0.25);
  return Array.from({ length: count }, (_, i) => {
    const odd = new OddProperties('producer', release, pins.producer, random);
    const acks = random.pick(['all', 'all', '1', '0'] as const);
    const idempotence = random.pick([true, true, false] as const);
    if (!pins.files.producer && i >= transactional) {
      odd.set('acks', mixedAcks ? acks : 'all');
      odd.set('enable.idempotence', idempotence);
      odd.maybe(0.25, 'retries', [0, 1, 5, 1000]);
      odd.maybe(0.4, IN_FLIGHT, [1, 1, 2, 5, 20]);
      odd.maybe(0.1, 'partitioner.class', ['org.apache.kafka.clients.producer.RoundRobinPartitioner']);
    }
    odd.maybe(0.2, 'batch.size', [0, 1, 1000, 30_000]);
    odd.maybe(0.2, 'linger.ms', [1, 50, 500]);
    odd.maybe(0.2, 'buffer.memory', [50_000, 200_000]);
    odd.maybe(0.2, 'max.request.size', [30_000, 100_000]);
    odd.maybe(0.2, 'request.timeout.ms', [200, 10_000, 30_000]);
    odd.maybe(0.2, 'delivery.timeout.ms', [500, 30_000, 120_000]);
    odd.maybe(0.2, 'max.block.ms', [200, 30_000]);
    odd.maybe(0.2, 'retry.backoff.ms', [1, 1000]);
    odd.maybe(0.2, 'metadata.max.age.ms', [100, 60_000]);
    return odd.settled();
  });
}

/** For watchers and members alike. */
export function drawConsumerProperties(pins: SwarmPins, release: KafkaRelease, transactions: boolean, random: Random): SetProperties {
  const odd = new OddProperties('consumer', release, pins.consumer, random);
  if (!pins.files.consumer) {
    odd.maybe(transactions ? 0.8 : 0.3, 'isolation.level', ['read_committed']);
    odd.maybe(0.8, 'auto.offset.reset', ['earliest', 'earliest', 'earliest', 'latest']);
  }
  odd.maybe(0.2, 'fetch.min.bytes', [1, 1000, 50_000]);
  odd.maybe(0.2, 'fetch.max.wait.ms', [1, 100, 1000]);
  odd.maybe(0.2, 'fetch.max.bytes', [10_000]);
  odd.maybe(0.2, 'max.partition.fetch.bytes', [1, 1000, 10_000]);
  odd.maybe(0.2, 'retry.backoff.ms', [1, 1000]);
  odd.maybe(0.2, 'metadata.max.age.ms', [100, 60_000]);
  return odd.settled();
}

/** What only members have. */
export function drawMemberProperties(
  pins: SwarmPins,
  release: KafkaRelease,
  properties: SetProperties,
  features: Partial<KafkaFeatures>,
  random: Random,
): SetProperties {
  const odd = new OddProperties('consumer', release, properties, random);
  const protocol = features.consumerGroupProtocol ?? PRESETS[release].consumerGroupProtocol;
  const byBroker = random.chance(0.3);
  const range = 'org.apache.kafka.clients.consumer.RangeAssignor';
  const cooperative = 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor';
  const strategies = [range, cooperative, `${cooperative},${range}`, 'org.apache.kafka.clients.consumer.StickyAssignor'];
  const strategy = random.pick(strategies);
  if (protocol && byBroker && !pins.consumer.has('partition.assignment.strategy')) odd.set('group.protocol', 'consumer');
  else odd.set('partition.assignment.strategy', strategy);
  return odd.settled();
}

export function drawGroups(random: Random): GroupConfiguration[] {
  const count = random.pick([0, 0, 0, 1, 1, 2]);
  const groups = Array.from({ length: 2 }, (_, i) => ({
    id: `g${i + 1}`,
    members: random.pick([1, 2, 2, 3, 4]),
    application: random.pick(applicationNames),
  }));
  return groups.slice(0, count);
}

/** Groups and transactions as far as the release has them. */
export function possibleGroups(
  groups: readonly GroupConfiguration[],
  release: KafkaRelease,
  producer: SetProperties,
): readonly GroupConfiguration[] {
  const transactions = canSendInTransactions(release, producer);
  return new Settings('consumer', release, new Map()).has('partition.assignment.strategy')
    ? groups.filter(({ application }) => transactions || applicationKinds[application].commit !== 'transaction')
    : [];
}

/** What was set allows a transactional.id. */
export function canSendInTransactions(release: KafkaRelease, producer: SetProperties): boolean {
  const settings = new Settings('producer', release, producer);
  if (!settings.has('transactional.id')) return false;
  const acks = producer.get('acks');
  const waitsForAll = acks === undefined || acks === 'all' || acks === '-1';
  const most = release === '0.11' ? 1 : 5;
  const inFlight = producer.get(IN_FLIGHT);
  return (
    waitsForAll &&
    producer.get('enable.idempotence') !== false &&
    producer.get('retries') !== 0 &&
    (inFlight === undefined || Number(inFlight) <= most)
  );
}
