/**
 * Timeouts, intervals and sizes in odd ranges: properties that the user did not set and on which no guarantee depends, drawn so that 30
 * virtual seconds exercise what takes production minutes. A value that was set is always kept, and Kafka's rules between properties hold.
 *
 * Leaves alone whatever decides a promise: acks, retries, max.in.flight, idempotence, min.insync.replicas, elections, flushing, retention.
 */
import type { Random } from '../../engine/random.js';
import type { ConfigKind } from '../../kafka/config/definition.js';
import { Settings } from '../../kafka/config/Settings.js';
import { compareReleases } from '../../kafka/protocol/release.js';
import type { KafkaRelease } from '../../kafka/protocol/release.js';
import type { Properties } from '../../scenario/Scenario.js';
import type { SetProperties, TrialConfiguration } from '../configuration.js';

/** What was set, and what is drawn for the rest. */
export class Knobs {
  readonly properties: Properties;
  readonly settings: Settings;

  constructor(
    kind: ConfigKind,
    release: KafkaRelease,
    private readonly set: SetProperties,
    private readonly random: Random,
  ) {
    this.settings = new Settings(kind, release, set);
    this.properties = Object.fromEntries(set);
  }

  /** One of the values, within bounds, unless the property was set or the release lacks it. Always draws, so that setting one shifts no other. */
  draw(name: string, values: readonly number[], atLeast = 0, atMost: number = Number.MAX_SAFE_INTEGER): void {
    const value = this.random.pick(values);
    if (this.set.has(name) || !this.settings.has(name)) return;
    this.properties[name] = Math.max(atLeast, Math.min(atMost, value));
  }

  /** The same for text. */
  drawText(name: string, values: readonly string[]): void {
    const value = this.random.pick(values);
    if (!this.set.has(name) && this.settings.has(name)) this.properties[name] = value;
  }

  /** What holds: set, drawn, or the release's default. */
  number(name: string): number {
    const value = this.properties[name];
    return typeof value === 'number' ? value : this.settings.number(name);
  }

  /** The value that was set, or `otherwise`. */
  setOr(name: string, otherwise: number): number {
    return this.settings.isSet(name) ? this.settings.number(name) : otherwise;
  }
}

/** The cluster-wide broker properties of a seed. */
export function drawBrokerProperties(configuration: TrialConfiguration, random: Random): Properties {
  const knobs = new Knobs('broker', configuration.release, configuration.brokerProperties, random);
  const never = Number.MAX_SAFE_INTEGER;
  const longestWait = Math.min(knobs.setOr('replica.lag.time.max.ms', never), knobs.setOr('replica.socket.timeout.ms', never));
  knobs.draw('replica.fetch.wait.max.ms', [50, 100, 200, 500], 0, longestWait);
  const waitMs = knobs.number('replica.fetch.wait.max.ms');
  knobs.draw('replica.lag.time.max.ms', [1000, 1500, 2000, 3000, 5000, 10_000], waitMs);
  knobs.draw('replica.socket.timeout.ms', [1000, 2000, 3000, 6000], waitMs);
  knobs.draw('replica.fetch.backoff.ms', [20, 100, 300, 1000]);
  knobs.draw('replica.fetch.max.bytes', [1_048_576, 1_048_576, 1_048_576, 20_000, 2000], smallestFetch(knobs, configuration.release));
  knobs.draw('replica.high.watermark.checkpoint.interval.ms', [100, 500, 1000, 5000]);
  knobs.draw('zookeeper.session.timeout.ms', [1000, 1500, 2000, 3000, 6000]);
  knobs.draw('controller.socket.timeout.ms', [1000, 2000, 5000]);
  knobs.draw('request.timeout.ms', [500, 1000, 2000, 5000]);
  knobs.draw('controlled.shutdown.retry.backoff.ms', [200, 1000, 3000]);
  knobs.draw('leader.imbalance.check.interval.seconds', [2, 5, 10, 300]);
  knobs.draw('log.flush.offset.checkpoint.interval.ms', [500, 5000, 60_000]);
  knobs.draw('log.flush.start.offset.checkpoint.interval.ms', [500, 5000, 60_000]);
  knobs.draw('log.segment.bytes', [1_073_741_824, 1_073_741_824, 1_073_741_824, 200_000, 40_000], smallestSegment(configuration));
  return knobs.properties;
}

/** Before KIP-74 (0.10.1) a follower whose fetch is smaller than a batch never gets past it. */
function smallestFetch(knobs: Knobs, release: KafkaRelease): number {
  return compareReleases(release, '0.10.1') < 0 ? knobs.number('message.max.bytes') : 0;
}

/** A segment takes at least two full batches, so that only its rolling is exercised and no produce request is refused. */
function smallestSegment(configuration: TrialConfiguration): number {
  const producer = new Settings('producer', configuration.release, configuration.producerProperties);
  return 2 * producer.number('batch.size');
}

/** The properties of one producer. */
export function drawProducerProperties(configuration: TrialConfiguration, random: Random): Properties {
  const knobs = new Knobs('producer', configuration.release, configuration.producerProperties, random);
  const deliveryMs = knobs.setOr('delivery.timeout.ms', Number.MAX_SAFE_INTEGER);
  knobs.draw('linger.ms', [0, 0, 0, 5, 20], 0, Math.max(0, deliveryMs - knobs.setOr('request.timeout.ms', 0)));
  const lingerMs = knobs.number('linger.ms');
  knobs.draw('request.timeout.ms', [500, 1000, 1500, 3000, 6000], 0, Math.max(0, deliveryMs - lingerMs));
  const leastMs = lingerMs + knobs.number('request.timeout.ms');
  knobs.draw('delivery.timeout.ms', [1000, 2000, 5000, 10_000, 20_000], leastMs);
  knobs.draw('retry.backoff.ms', [10, 50, 100, 300]);
  knobs.draw('retry.backoff.max.ms', [300, 1000]);
  knobs.draw('max.block.ms', [1000, 3000, 10_000]);
  knobs.draw('batch.size', [16_384, 16_384, 16_384, 2000, 300]);
  drawClientTimes(knobs);
  return knobs.properties;
}

/** The properties of one consumer. It reads from the beginning more often than not, to see as much as it can. */
export function drawConsumerProperties(configuration: TrialConfiguration, random: Random): Properties {
  const { release } = configuration;
  const knobs = new Knobs('consumer', release, configuration.consumerProperties, random);
  knobs.draw('fetch.max.wait.ms', [50, 100, 500]);
  // Before 2.0 it must exceed session.timeout.ms too, and that is the business of groups.
  if (compareReleases(release, '2.0') >= 0) {
    knobs.draw('request.timeout.ms', [1000, 3000, 6000], 2 * knobs.number('fetch.max.wait.ms'));
  }
  knobs.draw('retry.backoff.ms', [10, 50, 100, 300]);
  knobs.drawText('auto.offset.reset', ['earliest', 'earliest', 'earliest', 'latest']);
  drawClientTimes(knobs);
  return knobs.properties;
}

/** What only a member of a group has a use for; some of it Kafka refuses without group.id. */
const OF_MEMBERS = ['group.id', 'group.instance.id', 'group.protocol', 'group.remote.assignor', 'partition.assignment.strategy'];
const OF_COMMITS = ['enable.auto.commit', 'auto.commit.interval.ms'];
const OF_SESSIONS = ['session.timeout.ms', 'heartbeat.interval.ms', 'max.poll.interval.ms'];

/** The properties of one consumer that belongs to no group: what was set for members is not its own. */
export function drawWatcherProperties(configuration: TrialConfiguration, random: Random): Properties {
  // Before 2.0 request.timeout.ms, which may be set too, has to fit session.timeout.ms with or without a group.
  const sessions = compareReleases(configuration.release, '2.0') >= 0 ? OF_SESSIONS : [];
  const foreign = new Set([...OF_MEMBERS, ...OF_COMMITS, ...sessions]);
  return Object.fromEntries(Object.entries(drawConsumerProperties(configuration, random)).filter(([name]) => !foreign.has(name)));
}

function drawClientTimes(knobs: Knobs): void {
  knobs.draw('metadata.max.age.ms', [500, 1000, 3000, 10_000, 300_000]);
  knobs.draw('reconnect.backoff.ms', [10, 50, 200]);
  knobs.draw('reconnect.backoff.max.ms', [200, 1000]);
}
