import { describe, expect, it } from 'vitest';
import { configurationFrom } from './configurationOptions.js';
import { parseTopic, resolveSettings } from './propertyOptions.js';

describe('--set', () => {
  it('takes the kind from the prefix', () => {
    const { producer, consumer } = resolveSettings(['producer.acks=1', 'consumer.fetch.min.bytes=5']);
    expect(producer).toEqual([{ name: 'acks', value: '1', where: '--set producer.acks' }]);
    expect(consumer).toEqual([{ name: 'fetch.min.bytes', value: '5', where: '--set consumer.fetch.min.bytes' }]);
  });

  it('finds the only kind that knows a name without a prefix', () => {
    expect(resolveSettings(['acks=0']).producer).toHaveLength(1);
    expect(resolveSettings(['replica.lag.time.max.ms=10000']).broker).toHaveLength(1);
  });

  it('counts broker and topic as one and sets the topic, whose value decides', () => {
    const { broker, topic } = resolveSettings(['min.insync.replicas=1']);
    expect(broker).toEqual([]);
    expect(topic).toEqual([{ name: 'min.insync.replicas', value: '1', where: '--set min.insync.replicas' }]);
  });

  it('reads a whole known name before a prefix that leads nowhere', () => {
    expect(resolveSettings(['producer.purgatory.purge.interval.requests=9']).broker).toHaveLength(1);
  });

  it('keeps what follows the first equals sign', () => {
    expect(resolveSettings(['producer.client.id=a=b']).producer[0]?.value).toBe('a=b');
  });
});

describe('--topic', () => {
  it('reads sizes and properties, and lists inside a value', () => {
    const topic = parseTopic('orders:partitions=12,replication-factor=2,cleanup.policy=compact,delete');
    expect(topic).toMatchObject({ name: 'orders', partitions: 12, replicationFactor: 2 });
    expect(topic.properties).toEqual([{ name: 'cleanup.policy', value: 'compact,delete', where: '--topic orders:cleanup.policy' }]);
  });
});

describe('the configuration on trial', () => {
  it('is the recommended one when nothing is said', () => {
    const { configuration } = configurationFrom({});
    expect(configuration.producerProperties.get('acks')).toBe('all');
    expect(configuration.topics).toMatchObject([{ name: 'orders', partitions: 6, replicationFactor: 3 }]);
    expect(configuration.topics[0]?.properties.get('min.insync.replicas')).toBe(2);
  });

  it('lets --set win over the recommendation, for every topic', () => {
    const { configuration } = configurationFrom({ set: ['min.insync.replicas=1', 'acks=1'], topic: ['a', 'b:min.insync.replicas=3'] });
    expect(configuration.topics.map(({ properties }) => properties.get('min.insync.replicas'))).toEqual([1, 1]);
    expect(configuration.producerProperties.get('acks')).not.toBe('all');
  });

  it('lists what is set without effect instead of dropping it', () => {
    const { notModelled } = configurationFrom({ set: ['producer.compression.type=lz4'] });
    expect(notModelled.map(({ name }) => name)).toEqual(['compression.type']);
  });
});
