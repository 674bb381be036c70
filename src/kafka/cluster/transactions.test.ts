import { describe, expect, it } from 'vitest';
import { EventRecorder } from '../../engine/events.js';
import { Simulation } from '../../engine/Simulation.js';
import { Producer } from '../client/Producer.js';
import { parseProperties, resolveProducerConfig } from '../config/index.js';
import { PRESETS, type KafkaFeatures } from '../protocol/features.js';
import { KafkaCluster } from './KafkaCluster.js';

const SECOND = 1_000_000;
const set = (name: string, value: string): { name: string; value: string; where: string } => ({ name, value, where: 'test' });

class Fixture {
  readonly simulation = new Simulation('transactions');
  readonly recorder = new EventRecorder(this.simulation.bus);
  readonly cluster: KafkaCluster;

  constructor(features: Partial<KafkaFeatures> = {}) {
    const { values } = parseProperties('topic', [set('min.insync.replicas', '2')], '3.9');
    const broker = [set('transaction.state.log.num.partitions', '2'), set('offsets.topic.num.partitions', '2')];
    this.cluster = new KafkaCluster(this.simulation, {
      release: '3.9',
      features: { ...PRESETS['3.9'], ...features },
      brokers: 3,
      zookeeperServers: 3,
      brokerProperties: parseProperties('broker', broker, '3.9').values,
      brokerOverrides: new Map(),
      topics: [{ name: 'orders', partitions: 2, replicationFactor: 3, config: values }],
    });
    this.cluster.start();
    this.run(2);
  }

  run(seconds: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + seconds * SECOND);
  }

  producer(id: string, properties: Record<string, string>): Producer {
    const { simulation, cluster } = this;
    const entries = Object.entries(properties).map(([name, value]) => set(name, value));
    return new Producer({
      simulation,
      process: cluster.clientProcess(id),
      clientId: id,
      config: resolveProducerConfig('3.9', parseProperties('producer', entries, '3.9').values),
      features: cluster.features,
      brokerHost: (broker) => cluster.node(broker).host,
      bootstrapBrokers: [1, 2, 3],
      partitionerRandom: simulation.randomness.stream(id),
    });
  }

  log(index: number): string[] {
    const partition = this.cluster.partitions()[index] as number;
    const leader = this.cluster.state(partition)?.leader ?? -1;
    const lines: string[] = [];
    const { log } = this.cluster.replica(leader, partition) ?? {};
    log?.forEachBatch((batch) => {
      const kind = batch.control === null ? batch.records.map(({ value }) => value).join(',') : batch.control.commit ? 'commit' : 'abort';
      lines.push(`${kind}@${batch.producerEpoch}`);
    });
    return lines;
  }
}

describe.each([
  ['V1', {}],
  ['V2', { transactionV2: true }],
] as const)('transactions on a real cluster, protocol %s', (name, features) => {
  it('commit and abort with markers in every partition, and move the last stable offset', () => {
    const fixture = new Fixture(features);
    const producer = fixture.producer('p1', { 'transactional.id': 't1' });
    const told: string[] = [];
    const send = (value: number, partition: number): void => {
      producer.send({ topic: 'orders', partition, key: null, value, sizeBytes: 100 }, ({ outcome }) => told.push(`${value} ${outcome}`));
    };
    producer.initTransactions(({ outcome }) => {
      told.push(`init ${outcome}`);
      producer.beginTransaction();
      send(1, 0);
      send(2, 1);
      producer.commitTransaction((committed) => {
        told.push(`commit ${committed.outcome}`);
        producer.beginTransaction();
        send(3, 0);
        producer.flush(() => producer.abortTransaction((aborted) => told.push(`abort ${aborted.outcome}${aborted.error ?? ''}`)));
      });
    });
    fixture.run(10);
    expect([...told.slice(0, 1), ...told.slice(1, 3).sort((a, b) => (a < b ? -1 : 1)), ...told.slice(3)]).toEqual([
      'init ok',
      '1 ok',
      '2 ok',
      'commit ok',
      '3 ok',
      'abort ok',
    ]);
    const next = name === 'V2' ? 1 : 0;
    expect(fixture.log(0)).toEqual(['1@0', `commit@${next}`, `3@${next}`, `abort@${2 * next}`]);
    expect(fixture.log(1)).toEqual(['2@0', `commit@${next}`]);
    const partition = fixture.cluster.partitions()[0] as number;
    const { log } = fixture.cluster.replica(fixture.cluster.state(partition)?.leader ?? -1, partition) ?? {};
    expect(log?.lastStableOffset).toBe(4);
    expect(log?.abortedTransactions(0, 4)).toEqual([{ producerId: expect.any(Number) as number, firstOffset: 2 }]);
  });

  it('fence the former holder of a transactional id', () => {
    const fixture = new Fixture(features);
    const first = fixture.producer('p1', { 'transactional.id': 't1' });
    const second = fixture.producer('p2', { 'transactional.id': 't1' });
    const told: string[] = [];
    first.initTransactions(() => {
      first.beginTransaction();
      first.send({ topic: 'orders', partition: 0, key: null, value: 1, sizeBytes: 100 }, () => {
        second.initTransactions(({ outcome }) => {
          told.push(`second ${outcome}`);
          first.commitTransaction((result) => told.push(`first ${result.outcome}`));
        });
      });
    });
    fixture.run(20);
    expect(told).toEqual(['second ok', 'first fatal']);
    expect(fixture.log(0).map((line) => line.replace(/@.*/, ''))).toEqual(['1', 'abort']);
  });
});
