/**
 * Timeouts and sizes of coordinators, group members and transactions in compressed ranges, drawn only where a configuration has groups or transactions: thirty
 * virtual seconds then see sessions expire, polls come too late and transactions time out. What was set is kept, and Kafka's rules between properties hold.
 */
import type { Random } from '../../engine/random.js';
import { Settings } from '../../kafka/config/Settings.js';
import type { Properties } from '../../scenario/Scenario.js';
import type { TrialConfiguration } from '../configuration.js';
import { hasApplications } from '../configuration.js';
import { Knobs } from './timingKnobs.js';

const NEVER = Number.MAX_SAFE_INTEGER;

/** Broker properties of the two coordinators: nothing without groups and transactions. */
export function drawCoordinatorProperties(configuration: TrialConfiguration, random: Random): Properties {
  if (!hasApplications(configuration)) return {};
  const knobs = new Knobs('broker', configuration.release, configuration.brokerProperties, random);
  knobs.draw('offsets.topic.num.partitions', [1, 2, 3, 4]);
  knobs.draw('offsets.commit.timeout.ms', [500, 1000, 5000]);
  knobs.draw('group.initial.rebalance.delay.ms', [0, 100, 500, 3000]);
  knobs.draw('group.min.session.timeout.ms', [500], 0, knobs.setOr('group.max.session.timeout.ms', NEVER));
  knobs.draw('group.consumer.session.timeout.ms', [1500, 3000, 6000]);
  knobs.draw('group.consumer.heartbeat.interval.ms', [100, 300, 500]);
  knobs.draw('transaction.state.log.num.partitions', [1, 2, 3, 4]);
  knobs.draw('transaction.abort.timed.out.transaction.cleanup.interval.ms', [200, 500, 2000]);
  return withoutWhatIsSet(knobs.properties, configuration);
}

function withoutWhatIsSet(properties: Properties, { brokerProperties }: TrialConfiguration): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !brokerProperties.has(name)));
}

/** Properties of one transactional producer, besides those that every producer has. */
export function drawTransactionProperties(configuration: TrialConfiguration, random: Random): Properties {
  const { release, producerProperties, brokerProperties } = configuration;
  const broker = new Settings('broker', release, brokerProperties);
  const knobs = new Knobs('producer', release, producerProperties, random);
  const most = broker.has('transaction.max.timeout.ms') ? broker.number('transaction.max.timeout.ms') : NEVER;
  knobs.draw('transaction.timeout.ms', [2000, 5000, 10_000], 0, most);
  const drawn = knobs.properties['transaction.timeout.ms'];
  return drawn === undefined ? {} : { 'transaction.timeout.ms': drawn };
}

/**
 * Properties of one group's members, besides those that every consumer has: the same for all of them.
 * @param broker the cluster's properties as drawn. @param slow processing exceeds max.poll.interval.ms now and then.
 */
export function drawMembershipProperties(configuration: TrialConfiguration, broker: Properties, slow: boolean, random: Random): Properties {
  const { release, consumerProperties } = configuration;
  const knobs = new Knobs('consumer', release, consumerProperties, random);
  const brokers = new Settings('broker', release, new Map(Object.entries(broker)));
  const bound = (name: string, otherwise: number): number => (brokers.has(name) ? brokers.number(name) : otherwise);
  if (consumerProperties.get('group.protocol') !== 'consumer') {
    const least = Math.max(bound('group.min.session.timeout.ms', 0), 3 * knobs.setOr('heartbeat.interval.ms', 0));
    knobs.draw('session.timeout.ms', [1500, 3000, 6000], least, bound('group.max.session.timeout.ms', NEVER));
    knobs.draw('heartbeat.interval.ms', [100, 300, 500, 1000], 1, Math.floor(knobs.number('session.timeout.ms') / 3));
  }
  knobs.draw('max.poll.interval.ms', slow ? [1000] : [3000, 6000, 30_000]);
  // What is drawn for other consumers would leave added partitions without an owner for longer than a run lasts.
  knobs.draw('metadata.max.age.ms', [500, 1000, 3000, 10_000]);
  knobs.draw('max.poll.records', [1, 10, 100, 500, 500]);
  knobs.draw('auto.commit.interval.ms', [100, 500, 1000, 5000]);
  knobs.draw('default.api.timeout.ms', [2000, 5000, 20_000]);
  return knobs.properties;
}
