/** Consumers of one group against a real cluster: what their coordinator, the logs and the network make of it. */
import { describe, expect, it } from 'vitest';
import { EventRecorder, type RecordedEvent } from '../../engine/events.js';
import { Simulation } from '../../engine/Simulation.js';
import { KafkaCluster } from '../cluster/KafkaCluster.js';
import { type ConsumerConfig, parseProperties, resolveConsumerConfig, resolveProducerConfig } from '../config/index.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import { Consumer } from './Consumer.js';
import { Producer } from './Producer.js';

const SECOND = 1_000_000;

class Group {
  readonly simulation = new Simulation('groups');
  readonly recorder = new EventRecorder(this.simulation.bus);
  readonly cluster: KafkaCluster;
  readonly read: { client: string; partition: string; offset: number; value: number }[] = [];
  readonly consumers = new Map<string, Consumer>();
  private value = 0;

  constructor(
    readonly config: Partial<ConsumerConfig> = {},
    partitions = 4,
    readonly features: KafkaFeatures = PRESETS['3.9'],
  ) {
    const set = (name: string, value: string): { name: string; value: string; where: string } => ({ name, value, where: 'test' });
    const broker = [
      set('zookeeper.session.timeout.ms', '6000'),
      set('group.initial.rebalance.delay.ms', '500'),
      set('offsets.topic.num.partitions', '3'),
    ];
    const assignment = Array.from({ length: partitions }, (_, i) => [(i % 3) + 1, ((i + 1) % 3) + 1, ((i + 2) % 3) + 1]);
    this.cluster = new KafkaCluster(this.simulation, {
      release: '3.9',
      features,
      brokers: 3,
      zookeeperServers: 3,
      brokerProperties: parseProperties('broker', broker, '3.9').values,
      brokerOverrides: new Map(),
      topics: [{ name: 'orders', partitions, replicationFactor: 3, assignment, config: new Map() }],
    });
    this.cluster.start();
    this.run(2);
  }

  run(seconds: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + seconds * SECOND);
  }

  /** Sends `count` records round robin over the partitions, 10 ms apart. */
  produce(count: number, partitions = 4): void {
    const { simulation, cluster } = this;
    const id = `p${simulation.nowUs}`;
    const process = cluster.clientProcess(id);
    const deps = { simulation, process, clientId: id, features: this.features, bootstrapBrokers: [1, 2, 3] };
    const config = { ...resolveProducerConfig('3.9', new Map()), enableIdempotence: false };
    const brokerHost = (broker: number) => cluster.node(broker).host;
    const producer = new Producer({ ...deps, config, brokerHost, partitionerRandom: simulation.randomness.stream(id) });
    for (let i = 0; i < count; i++) {
      const record = { topic: 'orders', partition: i % partitions, key: null, value: this.value++, sizeBytes: 100 };
      process.after(i * 10_000, () => producer.send(record, () => {}), undefined);
    }
  }

  join(id: string, config: Partial<ConsumerConfig> = {}): Consumer {
    const { simulation, cluster, features } = this;
    const process = cluster.clientProcess(id);
    const base = {
      ...resolveConsumerConfig('3.9', new Map()),
      groupId: 'g',
      autoOffsetReset: 'earliest' as const,
      autoCommitIntervalUs: 500_000,
    };
    const consumer = new Consumer({
      simulation,
      process,
      clientId: id,
      config: { ...base, ...this.config, ...config },
      features,
      brokerHost: (broker) => cluster.node(broker).host,
      bootstrapBrokers: [1, 2, 3],
    });
    this.consumers.set(id, consumer);
    consumer.onRecords = (): void => this.poll(id, consumer);
    consumer.subscribe(['orders']);
    this.poll(id, consumer);
    return consumer;
  }

  poll(id: string, consumer: Consumer): void {
    const { names } = this.simulation.bus;
    for (let batches = consumer.poll(); batches.length > 0; batches = consumer.poll()) {
      for (const { partition, firstOffset, records } of batches) {
        records.forEach(({ value }, i) => this.read.push({ client: id, partition: names.text(partition), offset: firstOffset + i, value }));
      }
    }
  }

  /** Partitions that each consumer owns by what it was told. */
  owners(): Record<string, string[]> {
    const owned = new Map<string, Set<string>>();
    for (const { type, fields } of this.recorder.slice()) {
      const client = String(fields.client);
      if (type === 'consumer-assigned') owned.set(client, (owned.get(client) ?? new Set()).add(String(fields.partition)));
      if (type === 'consumer-revoked') owned.get(client)?.delete(String(fields.partition));
    }
    return Object.fromEntries([...owned].map(([client, set]) => [client, [...set].sort((a, b) => (a < b ? -1 : 1))]));
  }

  values(): number[] {
    return this.read.map(({ value }) => value).sort((a, b) => a - b);
  }

  events(type: string): RecordedEvent['fields'][] {
    return this.recorder
      .slice()
      .filter((event) => event.type === type)
      .map(({ fields }) => fields);
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('a group of two consumers', () => {
  it('shares the partitions, reads everything once, and goes on with one when the other leaves', () => {
    const group = new Group();
    group.produce(200);
    group.join('c1');
    group.join('c2');
    group.run(10);
    expect(group.owners()).toEqual({ c1: ['orders-0', 'orders-1'], c2: ['orders-2', 'orders-3'] });
    expect(group.values()).toEqual(upTo(200));
    let left = false;
    group.consumers.get('c1')?.close(() => (left = true));
    group.run(10);
    expect(left).toBe(true);
    expect(group.owners()).toEqual({ c1: [], c2: ['orders-0', 'orders-1', 'orders-2', 'orders-3'] });
    group.produce(40);
    group.run(5);
    expect(group.values()).toEqual(upTo(240));
  });
});

describe('a group loses no record and gives no partition to two', () => {
  const sessions = { sessionTimeoutUs: 6_000_000, heartbeatIntervalUs: 2_000_000 };

  it('when a member dies: the session timeout hands its partitions over', () => {
    const group = new Group(sessions);
    group.join('c1');
    group.join('c2');
    group.run(5);
    group.simulation.kill(group.cluster.clientProcess('c1'));
    group.produce(100);
    group.run(15);
    expect(group.owners()['c2']).toEqual(['orders-0', 'orders-1', 'orders-2', 'orders-3']);
    expect(group.values()).toEqual(upTo(100));
  });

  it('when the coordinator dies: members find the next one and stay in their generation', () => {
    const group = new Group(sessions);
    group.join('c1');
    group.join('c2');
    group.run(5);
    const before = group.owners();
    const generations = group.events('group-joined').length;
    const coordinator = Number(group.events('generation-started').at(-1)?.broker);
    group.cluster.killBroker(coordinator);
    group.produce(100);
    group.run(20);
    expect(group.owners()).toEqual(before);
    expect(group.events('group-joined')).toHaveLength(generations);
    expect(group.values()).toEqual(upTo(100));
    expect(group.events('commit-completed').at(-1)).toMatchObject({ error: 'NONE' });
  });

  it('when a member was paused beyond its session: it comes back, has lost everything, and its commits are refused', () => {
    const group = new Group(sessions);
    group.join('c1');
    group.join('c2');
    group.run(5);
    const process = group.cluster.clientProcess('c1');
    process.pause();
    group.run(15);
    expect(group.owners()['c2']).toHaveLength(4);
    process.resume();
    group.run(10);
    expect(group.events('consumer-revoked').filter(({ client, lost }) => client === 'c1' && lost === 1)).toHaveLength(2);
    const owners = group.owners();
    expect([...(owners['c1'] ?? []), ...(owners['c2'] ?? [])].sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'orders-0',
      'orders-1',
      'orders-2',
      'orders-3',
    ]);
    expect(owners['c1']).toHaveLength(2);
  });

  it('when partitions are added: the leader calls for a rebalance', () => {
    const group = new Group({ metadataMaxAgeUs: 2_000_000 });
    group.join('c1');
    group.join('c2');
    group.run(5);
    group.cluster.addPartitions('orders', 6);
    group.run(10);
    const owners = group.owners();
    expect([owners['c1']?.length, owners['c2']?.length]).toEqual([3, 3]);
  });

  it('when a member joins under the cooperative protocol: what stays is never given up', () => {
    const group = new Group({ partitionAssignmentStrategy: ['cooperative-sticky'] });
    group.join('c1');
    group.run(5);
    group.produce(100);
    group.join('c2');
    group.run(10);
    const owners = group.owners();
    expect([owners['c1']?.length, owners['c2']?.length]).toEqual([2, 2]);
    expect(group.events('consumer-revoked')).toHaveLength(2);
    expect(new Set(group.values())).toEqual(new Set(upTo(100)));
  });

  it('when the application takes longer than max.poll.interval.ms: the member leaves, and joins again at its next poll', () => {
    const group = new Group({ maxPollIntervalUs: 4_000_000, heartbeatIntervalUs: 1_000_000 });
    const slow = group.join('c1');
    slow.onRecords = (): void => void slow.poll();
    group.join('c2');
    group.run(5);
    group.produce(40);
    group.run(10);
    expect(group.events('member-fenced')).toMatchObject([{ client: 'c1', error: 'MAX_POLL_INTERVAL' }]);
    expect(group.events('member-removed').at(-1)).toMatchObject({ reason: 'left' });
    group.poll('c1', slow);
    group.run(10);
    const owners = group.owners();
    expect([owners['c1']?.length, owners['c2']?.length]).toEqual([2, 2]);
  });
});

describe('a group of the consumer protocol', () => {
  const features = { ...PRESETS['3.9'], consumerGroupProtocol: true };
  const consumer = { groupProtocol: 'consumer' as const };

  it('moves partitions one by one to a member that joins, and back when it leaves', () => {
    const group = new Group(consumer, 4, features);
    group.join('c1');
    group.run(5);
    expect(group.owners()).toEqual({ c1: ['orders-0', 'orders-1', 'orders-2', 'orders-3'] });
    group.produce(100);
    const second = group.join('c2');
    group.run(15);
    const owners = group.owners();
    expect([owners['c1']?.length, owners['c2']?.length]).toEqual([2, 2]);
    expect(group.events('consumer-revoked')).toHaveLength(2);
    expect(group.values()).toEqual(upTo(100));
    second.close();
    group.run(15);
    expect(group.owners()['c1']).toHaveLength(4);
    expect(group.events('member-fenced')).toEqual([]);
  });

  it('throws out a member that was paused beyond its session; it has lost everything and joins again', () => {
    const group = new Group(consumer, 4, features);
    group.join('c1');
    group.join('c2');
    group.run(10);
    const process = group.cluster.clientProcess('c1');
    process.pause();
    group.run(60);
    expect(group.owners()['c2']).toHaveLength(4);
    process.resume();
    group.run(20);
    expect(group.events('member-fenced')).toMatchObject([{ client: 'c1', error: 'UNKNOWN_MEMBER_ID' }]);
    expect(group.events('consumer-revoked').filter(({ client, lost }) => client === 'c1' && lost === 1)).toHaveLength(2);
    expect(group.owners()['c1']).toHaveLength(2);
  });

  it('goes on in its epoch when the coordinator dies', () => {
    const group = new Group(consumer, 4, features);
    group.join('c1');
    group.join('c2');
    group.run(10);
    const before = group.owners();
    group.cluster.killBroker(Number(group.events('group-epoch-bumped').at(-1)?.broker));
    group.produce(100);
    group.run(30);
    expect(group.owners()).toEqual(before);
    expect(group.values()).toEqual(upTo(100));
    expect(group.events('commit-completed').at(-1)).toMatchObject({ error: 'NONE' });
  });

  it('loses a member whose application is too slow, until it polls again', () => {
    const group = new Group({ ...consumer, maxPollIntervalUs: 8_000_000 }, 4, features);
    const slow = group.join('c1');
    slow.onRecords = (): void => void slow.poll();
    group.join('c2');
    group.run(10);
    group.produce(40);
    group.run(30);
    expect(group.events('member-fenced')).toMatchObject([{ client: 'c1', error: 'MAX_POLL_INTERVAL' }]);
    expect(group.owners()['c2']).toHaveLength(4);
    group.poll('c1', slow);
    group.run(20);
    expect(group.owners()['c1']).toHaveLength(2);
  });
});

describe('a static member', () => {
  it('that restarts within its session comes back without a rebalance, and its former self is fenced', () => {
    const group = new Group({ sessionTimeoutUs: 10_000_000 });
    const errors: string[] = [];
    group.join('c1', { groupInstanceId: 'i1' }).onGroupError = (error): void => void errors.push(error);
    group.join('c2', { groupInstanceId: 'i2' });
    group.run(5);
    const generations = group.events('generation-started').length;
    group.join('c3', { groupInstanceId: 'i1' });
    group.run(5);
    expect(group.events('generation-started')).toHaveLength(generations);
    expect(errors).toEqual(['FENCED_INSTANCE_ID']);
    expect(group.owners()).toMatchObject({ c1: [], c2: ['orders-2', 'orders-3'], c3: ['orders-0', 'orders-1'] });
  });
});
