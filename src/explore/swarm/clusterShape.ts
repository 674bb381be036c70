/** Odd clusters: one broker to nine, one replica to five, any number of them needed for acks=all, and odd properties of brokers and topics. */
import type { Random } from '../../engine/random.js';
import { Settings } from '../../kafka/config/Settings.js';
import type { KafkaRelease } from '../../kafka/protocol/release.js';
import type { SetProperties, TopicConfiguration } from '../configuration.js';
import { OddProperties } from './OddProperties.js';
import type { SwarmPins, TopicPin } from './pins.js';

const BROKERS = [1, 2, 3, 3, 3, 4, 5, 5, 6, 7, 8, 9] as const;
const ZOOKEEPER_SERVERS = [1, 3, 3, 3, 5] as const;
const TOPICS = ['orders', 'payments', 'audit'] as const;
const MOST_REPLICAS = 5;
/** Replicas of all topics together, so that a seed of a large cluster takes no longer than ten of a small one. */
const MOST_LOGS = 48;

/** At least as many brokers as a pinned topic has replicas. */
export function drawBrokers(pinned: number | null, topics: SwarmPins['topics'], random: Random): number {
  const drawn = random.pick(BROKERS);
  return pinned ?? Math.max(drawn, ...(topics ?? []).map(({ replicationFactor }) => replicationFactor ?? 1));
}

export function drawZooKeeperServers(random: Random): number {
  return random.pick(ZOOKEEPER_SERVERS);
}

export function drawTopics(pins: SwarmPins, release: KafkaRelease, brokers: number, random: Random): TopicConfiguration[] {
  const count = random.pick([1, 1, 1, 2, 3]);
  const named: readonly TopicPin[] =
    pins.topics ?? TOPICS.slice(0, count).map((name) => ({ name, partitions: null, replicationFactor: null, properties: new Map() }));
  let logs = MOST_LOGS;
  return named.map((pin) => {
    const replicas = random.between(1, Math.min(MOST_REPLICAS, brokers));
    // Three replicas, where there are brokers for them, are what most clusters have.
    const usual = random.chance(0.4) ? Math.min(3, brokers) : replicas;
    const partitions = random.pick([1, 1, 2, 3, 4, 6, 8]);
    const replicationFactor = pin.replicationFactor ?? usual;
    const fitting = Math.max(1, Math.min(partitions, Math.floor(logs / replicationFactor)));
    logs -= fitting * replicationFactor;
    const properties = drawTopicProperties(pins, pin, release, replicationFactor, random);
    return { name: pin.name, partitions: pin.partitions ?? fitting, replicationFactor, properties };
  });
}

function drawTopicProperties(
  pins: SwarmPins,
  pin: TopicPin,
  release: KafkaRelease,
  replicationFactor: number,
  random: Random,
): SetProperties {
  const odd = new OddProperties('topic', release, new Map([...pins.topic, ...pin.properties]), random);
  const minIsr = random.between(1, replicationFactor);
  // A broker's setting that somebody pinned holds for topics that say nothing.
  const free = (name: string): boolean => !pins.files.broker && !pins.broker.has(name);
  if (free('min.insync.replicas')) odd.set('min.insync.replicas', minIsr);
  if (free('unclean.leader.election.enable')) odd.maybe(0.1, 'unclean.leader.election.enable', [true, false]);
  if (free('log.flush.interval.messages')) odd.maybe(0.15, 'flush.messages', [1, 1, 2, 10, 1000]);
  if (free('log.cleanup.policy')) odd.maybe(0.08, 'cleanup.policy', ['compact', 'compact,delete']);
  if (free('log.retention.bytes')) odd.maybe(0.06, 'retention.bytes', [50_000, 500_000]);
  // Room for two batches, or a produce request would be refused.
  odd.maybe(0.2, 'segment.bytes', [70_000, 150_000, 1_000_000]);
  odd.maybe(0.15, 'segment.ms', [500, 3000, 20_000]);
  odd.maybe(0.1, 'min.cleanable.dirty.ratio', [0, 0.1, 1]);
  odd.maybe(0.1, 'max.message.bytes', [20_000, 100_000]);
  return odd.settled();
}

/** Odd timeouts and sizes of brokers. @param applications groups or transactions need their internal topics. */
export function drawBrokerProperties(
  pins: SwarmPins,
  release: KafkaRelease,
  brokers: number,
  applications: boolean,
  random: Random,
): SetProperties {
  const odd = new OddProperties('broker', release, pins.broker, random);
  odd.maybe(0.3, 'replica.fetch.wait.max.ms', [1, 10, 500, 1000]);
  odd.maybe(0.3, 'replica.lag.time.max.ms', [500, 1000, 10_000, 30_000]);
  odd.maybe(0.2, 'replica.socket.timeout.ms', [1000, 10_000, 30_000]);
  odd.maybe(0.2, 'replica.fetch.backoff.ms', [1, 10, 2000]);
  // Followers that wait for more make every acknowledgement slow, and a transaction of many small batches longer than its timeout.
  if (!applications) odd.maybe(0.2, 'replica.fetch.min.bytes', [1, 500, 10_000]);
  odd.maybe(0.2, 'replica.fetch.max.bytes', [1, 1000, 10_000]);
  odd.maybe(0.2, 'replica.fetch.response.max.bytes', [50_000, 200_000]);
  odd.maybe(0.2, 'replica.high.watermark.checkpoint.interval.ms', [20, 10_000, 60_000]);
  odd.maybe(0.3, 'zookeeper.session.timeout.ms', [500, 1000, 10_000, 18_000]);
  odd.maybe(0.2, 'controller.socket.timeout.ms', [500, 10_000, 30_000]);
  odd.maybe(0.2, 'request.timeout.ms', [200, 10_000, 30_000]);
  odd.maybe(0.2, 'controlled.shutdown.enable', [false]);
  odd.maybe(0.1, 'controlled.shutdown.max.retries', [0, 1, 10]);
  odd.maybe(0.2, 'auto.leader.rebalance.enable', [false]);
  odd.maybe(0.1, 'leader.imbalance.per.broker.percentage', [0, 50]);
  odd.maybe(0.2, 'log.initial.task.delay.ms', [0, 1000]);
  odd.maybe(0.1, 'log.retention.check.interval.ms', [500, 5000]);
  odd.maybe(0.1, 'log.cleaner.backoff.ms', [100, 1000]);
  if (applications) drawInternalTopics(odd, pins, release, brokers, random);
  return odd.settled();
}

/** The internal topics fit the cluster, whose brokers would otherwise wait for ever for enough of them (KIP-115). */
function drawInternalTopics(odd: OddProperties, pins: SwarmPins, release: KafkaRelease, brokers: number, random: Random): void {
  const settings = new Settings('broker', release, pins.broker);
  for (const topic of ['offsets.topic', 'transaction.state.log']) {
    const name = `${topic}.replication.factor`;
    const replicas = random.between(1, Math.min(MOST_REPLICAS, brokers));
    const wanted = random.chance(0.5) ? Math.min(3, brokers) : replicas;
    if (!settings.has(name)) continue;
    odd.set(name, wanted);
    if (topic !== 'transaction.state.log') continue;
    const pinned = settings.isSet(name) ? settings.number(name) : wanted;
    odd.set('transaction.state.log.min.isr', Math.min(2, pinned));
  }
  odd.maybe(0.2, 'offsets.commit.timeout.ms', [200, 10_000]);
  odd.maybe(0.2, 'group.initial.rebalance.delay.ms', [0, 10, 6000]);
}
