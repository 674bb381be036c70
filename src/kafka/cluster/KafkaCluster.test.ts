import { beforeEach, describe, expect, it } from 'vitest';
import { Simulation } from '../../engine/Simulation.js';
import { EventRecorder, type RecordedEvent } from '../../engine/events.js';
import { Producer, type SendResult } from '../client/Producer.js';
import { parseProperties, resolveProducerConfig } from '../config/index.js';
import { PRESETS } from '../protocol/features.js';
import type { KafkaRelease } from '../protocol/release.js';
import { KafkaCluster } from './KafkaCluster.js';

const SECOND = 1_000_000;

class Fixture {
  readonly simulation = new Simulation('cluster');
  readonly recorder = new EventRecorder(this.simulation.bus);
  readonly cluster: KafkaCluster;
  private value = 0;

  constructor(readonly release: KafkaRelease = '3.9') {
    const set = (name: string, value: string): { name: string; value: string; where: string } => ({ name, value, where: 'test' });
    const broker = [set('zookeeper.session.timeout.ms', '6000'), set('replica.lag.time.max.ms', '4000')];
    const { values } = parseProperties('topic', [set('min.insync.replicas', '2')], release);
    this.cluster = new KafkaCluster(this.simulation, {
      release,
      features: PRESETS[release],
      brokers: 3,
      zookeeperServers: 3,
      brokerProperties: parseProperties('broker', broker, release).values,
      brokerOverrides: new Map(),
      topics: [{ name: 'orders', partitions: 1, replicationFactor: 3, assignment: [[1, 2, 3]], config: values }],
    });
    this.cluster.start();
    this.run(2);
  }

  get partition(): number {
    return this.cluster.partitions()[0] as number;
  }

  run(seconds: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + seconds * SECOND);
  }

  /** A producer that sends `count` records, 50 ms apart, from now on. */
  produce(count: number, acks: string): SendResult[] {
    const results: SendResult[] = [];
    const { release, simulation, cluster } = this;
    const id = `p${simulation.nowUs}`;
    const process = cluster.clientProcess(id);
    const { values } = parseProperties('producer', [{ name: 'acks', value: acks, where: 'test' }], release);
    const producer = new Producer({
      simulation,
      process,
      clientId: id,
      config: resolveProducerConfig(release, values),
      features: cluster.features,
      brokerHost: (broker) => cluster.node(broker).host,
      bootstrapBrokers: [1, 2, 3],
      partitionerRandom: simulation.randomness.stream(id),
    });
    for (let i = 0; i < count; i++) {
      const record = { topic: 'orders', partition: 0, key: null, value: this.value++, sizeBytes: 100 };
      process.after(i * 50_000, () => producer.send(record, (result) => void results.push(result)), undefined);
    }
    return results;
  }

  events(type: string): RecordedEvent[] {
    return this.recorder.slice().filter((event) => event.type === type);
  }

  values(broker: number): number[] {
    const values: number[] = [];
    this.cluster.replica(broker, this.partition)?.log.forEachBatch((batch) => values.push(...batch.records.map((record) => record.value)));
    return values;
  }
}

describe('KafkaCluster', () => {
  let kafka: Fixture;
  beforeEach(() => {
    kafka = new Fixture();
  });

  it('replicates acks=all records to every replica before it acknowledges them', () => {
    const results = kafka.produce(20, 'all');
    kafka.run(3);
    expect(results.map((result) => result.error)).toEqual(Array(20).fill(null));
    expect(results.map((result) => result.offset)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    for (const broker of [1, 2, 3]) expect(kafka.values(broker)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('elects a new leader after the old one was killed and keeps every acknowledged record', () => {
    const results = kafka.produce(100, 'all');
    kafka.run(1);
    kafka.cluster.killBroker(1);
    kafka.run(30);
    expect(results).toHaveLength(100);
    expect(results.every((result) => result.outcome === 'ok')).toBe(true);
    expect(kafka.cluster.state(kafka.partition)).toMatchObject({ leader: 2, isr: [2, 3] });
    expect(new Set(kafka.values(2))).toEqual(new Set(Array.from({ length: 100 }, (_, i) => i)));
  });

  it('takes a restarted broker back into the ISR and gives it its leadership back on a preferred election', () => {
    kafka.produce(20, 'all');
    kafka.run(1);
    kafka.cluster.killBroker(1);
    kafka.run(15);
    kafka.cluster.startBroker(1);
    kafka.run(10);
    const state = kafka.cluster.state(kafka.partition);
    expect(state?.leader).toBe(2);
    expect([...(state?.isr ?? [])].sort((a, b) => a - b)).toEqual([1, 2, 3]);
    kafka.cluster.admin.electPreferred([kafka.partition]);
    kafka.run(2);
    expect(kafka.cluster.state(kafka.partition)?.leader).toBe(1);
  });

  it('moves leadership within a moment when a broker shuts down in order', () => {
    kafka.produce(20, 'all');
    kafka.run(1);
    const before = kafka.simulation.nowUs;
    let ended = false;
    kafka.cluster.shutDownBroker(1, () => void (ended = true));
    kafka.run(1);
    expect(ended).toBe(true);
    expect(kafka.cluster.state(kafka.partition)).toMatchObject({ leader: 2, isr: [2, 3] });
    const elected = kafka.events('leader-elected').find((event) => event.fields['leader'] === 2);
    expect((elected?.timeUs ?? Infinity) - before).toBeLessThan(200_000);
    kafka.cluster.startBroker(1);
    kafka.run(5);
    expect(kafka.events('broker-started').at(-1)?.fields).toMatchObject({ broker: 1, cleanShutdown: 1 });
  });

  it('refuses acks=all while too few replicas are in sync, and takes acks=1', () => {
    kafka.cluster.killBroker(2);
    kafka.cluster.killBroker(3);
    kafka.run(12);
    const all = kafka.produce(3, 'all');
    const one = kafka.produce(3, '1');
    kafka.run(3);
    expect(one.map((result) => result.error)).toEqual([null, null, null]);
    expect(all).toEqual([]);
    expect(kafka.events('produce-refused').at(-1)?.fields['error']).toBe('NOT_ENOUGH_REPLICAS');
  });

  it('shrinks the ISR of a cut-off follower and expands it again after the cut', () => {
    const { network, hosts } = kafka.simulation;
    const [b1, b3] = ['b1', 'b3'].map((name) => hosts.find((host) => host.name === name));
    if (b1 === undefined || b3 === undefined) throw new Error('no hosts');
    network.cut(b3, b1);
    const results = kafka.produce(10, 'all');
    kafka.run(8);
    expect(kafka.cluster.state(kafka.partition)?.isr).toEqual([1, 2]);
    expect(results).toHaveLength(10);
    network.heal(b3, b1);
    kafka.run(8);
    expect(kafka.cluster.state(kafka.partition)?.isr).toEqual([1, 2, 3]);
  });

  it('elects another controller when the present one dies', () => {
    const first = kafka.cluster.controllerId();
    kafka.cluster.killBroker(first);
    kafka.run(12);
    const second = kafka.cluster.controllerId();
    expect(second).toBeGreaterThan(0);
    expect(second).not.toBe(first);
    expect(kafka.events('controller-elected').at(-1)?.fields).toMatchObject({ broker: second, controllerEpoch: 2 });
  });

  it('serves no request before it is registered, so that none meant for its former life gets through (KIP-380)', () => {
    const { simulation, cluster } = kafka;
    const host = cluster.node(1).host;
    cluster.killBroker(1);
    for (const zookeeper of cluster.ensemble.hosts) simulation.network.cut(host, zookeeper);
    cluster.startBroker(1);
    kafka.run(3);
    const closes: string[] = [];
    simulation.network.connect(cluster.clientProcess('curious'), host, 'kafka').onClose = (reason): void => void closes.push(reason);
    kafka.run(1);
    expect(closes).toEqual(['refused']);
    for (const zookeeper of cluster.ensemble.hosts) simulation.network.heal(host, zookeeper);
    kafka.run(10);
    expect(cluster.node(1).broker?.brokerEpoch).toBeGreaterThan(0);
    expect(cluster.state(kafka.partition)?.isr).toContain(1);
  });

  it('gives a topic as many partitions as were asked for last, though two ask at once', () => {
    const fixture = new Fixture();
    fixture.cluster.addPartitions('orders', 3);
    fixture.cluster.addPartitions('orders', 6);
    fixture.run(5);
    const partitions = fixture.cluster.partitions();
    expect(partitions).toHaveLength(6);
    expect(partitions.map((partition) => fixture.cluster.state(partition)?.isr.length)).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it('reassigns a partition to a broker that was added', () => {
    kafka.produce(20, 'all');
    kafka.run(2);
    const added = kafka.cluster.addBroker();
    kafka.run(2);
    kafka.cluster.admin.reassign(kafka.partition, [added, 2, 3]);
    kafka.run(10);
    expect(kafka.cluster.assignment(kafka.partition)).toEqual([added, 2, 3]);
    expect(kafka.cluster.state(kafka.partition)?.leader).not.toBe(1);
    expect(kafka.values(added)).toHaveLength(20);
    expect(kafka.cluster.replica(1, kafka.partition)).toBeUndefined();
  });

  it.each(['0.8.2', '0.10.2', '0.11', '1.1', '2.0', '2.1', '2.4', '2.7', '3.3', '3.7'] as const)(
    'survives a killed leader under the protocol of %s as well',
    (release) => {
      const old = new Fixture(release);
      const results = old.produce(40, 'all');
      old.run(0.5);
      old.cluster.killBroker(1);
      old.run(15);
      old.cluster.startBroker(1);
      old.run(20);
      const acknowledged = results.filter((result) => result.outcome === 'ok').length;
      expect(acknowledged).toBeGreaterThan(5);
      expect(old.cluster.state(old.partition)?.leader).toBe(2);
      expect(new Set(old.values(1))).toEqual(new Set(old.values(2)));
      expect(old.values(2).length).toBeGreaterThanOrEqual(acknowledged);
      expect(old.cluster.state(old.partition)?.isr).toHaveLength(3);
    },
  );
});
