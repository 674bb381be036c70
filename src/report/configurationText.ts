/** A configuration in a few short lines. */
import { applicationKinds } from '../explore/applications.js';
import type { SetProperties, TrialConfiguration } from '../explore/configuration.js';
import { DEFAULT_DURATION_US } from '../explore/configuration.js';
import type { SwarmPins } from '../explore/swarm/pins.js';
import { counted } from './numbers.js';
import { formatDuration } from '../scenario/durations.js';

/** Where what the user did not say comes from: Kafka's recommendation, or Kafka's defaults because a file of theirs speaks for that part. */
export interface DefaultsFrom {
  readonly topic: 'recommended' | 'kafka';
  readonly producer: 'recommended' | 'kafka';
}

/** Subject and description, line by line. */
export function configurationText(configuration: TrialConfiguration, defaults: DefaultsFrom): [string, string][] {
  if (configuration.swarm !== undefined) return swarmText(configuration, configuration.swarm);
  const { release, features, brokers, brokerProperties, topics, producerProperties, consumerProperties, durationUs } = configuration;
  const changed = Object.entries(features).map(([name, value]) => `${name}=${String(value)}`);
  const length = formatDuration(durationUs ?? DEFAULT_DURATION_US);
  return [
    ['Kafka', [`${release} with ZooKeeper, ${counted(brokers, 'broker')}, ${length} of faults per seed`, ...changed].join(', ')],
    ...topics.map(({ name, partitions, replicationFactor, properties }): [string, string] => [
      `topic ${name}`,
      [counted(partitions, 'partition'), `replication factor ${replicationFactor}`, ...listOf(properties)].join(', ') +
        because(defaults.topic, properties),
    ]),
    ['producers', described(producerProperties, defaults.producer) + inTransactions(configuration)],
    ...(brokerProperties.size === 0 ? [] : [['brokers', listOf(brokerProperties).join(', ')] as [string, string]]),
    ...configuration.groups.map(({ id, members, application }): [string, string] => [
      `group ${id}`,
      `${counted(members, 'member')}: ${applicationKinds[application].summary}`,
    ]),
    ...(consumerProperties.size === 0 ? [] : [['consumers', listOf(consumerProperties).join(', ')] as [string, string]]),
  ];
}

/** Each seed has its own shape; what they share is what somebody fixed. */
function swarmText(
  { release, brokers, groups, transactionalProducers, durationUs }: TrialConfiguration,
  pins: SwarmPins,
): [string, string][] {
  const { broker, topic, producer, consumer } = pins;
  const prefixed = (kind: string, set: SetProperties): string[] => listOf(set).map((setting) => `${kind}.${setting}`);
  const fixed = [
    ...(pins.release ? [`Kafka ${release}`] : []),
    ...(pins.brokers ? [counted(brokers, 'broker')] : []),
    ...(pins.topics ?? []).map(({ name, partitions, replicationFactor, properties }) =>
      [
        `topic ${name}`,
        ...(partitions === null ? [] : [counted(partitions, 'partition')]),
        ...(replicationFactor === null ? [] : [`replication factor ${replicationFactor}`]),
        ...listOf(properties),
      ].join(' '),
    ),
    ...(pins.groups ? groups.map(({ id, members, application }) => `group ${id} (${counted(members, 'member')}, ${application})`) : []),
    ...(pins.transactional ? [`${transactionalProducers} transactional producers`] : []),
    ...(durationUs === null ? [] : [`${formatDuration(durationUs)} of faults per seed`]),
    ...[...prefixed('broker', broker), ...prefixed('topic', topic), ...prefixed('producer', producer), ...prefixed('consumer', consumer)],
  ];
  return [
    ['swarm', 'every seed draws its own shape, and is judged by what that shape promises'],
    ['fixed', fixed.length === 0 ? 'nothing' : fixed.join(', ')],
  ];
}

function inTransactions({ transactionalProducers }: TrialConfiguration): string {
  return transactionalProducers === 0 ? '' : `; ${transactionalProducers} of 4 send in transactions`;
}

function listOf(properties: SetProperties): string[] {
  return [...properties].map(([name, value]) => `${name}=${String(value)}`);
}

function described(properties: SetProperties, from: 'recommended' | 'kafka'): string {
  return properties.size === 0 ? "Kafka's defaults" : listOf(properties).join(', ') + because(from, properties);
}

function because(from: 'recommended' | 'kafka', properties: SetProperties): string {
  return from === 'kafka' && properties.size === 0 ? " (Kafka's defaults where your file says nothing)" : '';
}
