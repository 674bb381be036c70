/** A cluster of a few brokers with one partition, `orders-0`, to look at single behaviours from close by. */
import { EventRecorder, type RecordedEvent } from '../src/engine/events.js';
import type { Host } from '../src/engine/Host.js';
import { Simulation } from '../src/engine/Simulation.js';
import { KafkaCluster } from '../src/kafka/cluster/KafkaCluster.js';
import { parseProperties, type ConfigKind, type ConfigValue } from '../src/kafka/config/index.js';
import type { KafkaFeatures } from '../src/kafka/protocol/features.js';
import type { ListOffsetsResponse, ProduceResponse } from '../src/kafka/protocol/messages.js';
import type { ProducerBatch } from '../src/kafka/protocol/records.js';
import type { Partition } from '../src/kafka/replication/Partition.js';

const MILLISECOND = 1_000;
const SECOND = 1_000_000;
const RELEASE = '3.9';

type Given = Record<string, string>;

export interface SmallClusterOptions {
  /** Default 4, of which the partition's replicas are 1, 2 and 3. */
  readonly brokers?: number;
  readonly replicas?: readonly number[];
  readonly broker?: Given;
  readonly topic?: Given;
}

function parsed(kind: ConfigKind, given: Given): ReadonlyMap<string, ConfigValue> {
  const entries = Object.entries(given).map(([name, value]) => ({ name, value, where: 'test' }));
  return parseProperties(kind, entries, RELEASE).values;
}

/** Running, with its leader elected, from the moment it is made. Its controller is broker 4 where there is one. */
export class SmallCluster {
  readonly simulation = new Simulation('9');
  readonly recorder = new EventRecorder(this.simulation.bus);
  readonly cluster: KafkaCluster;
  private nextValue = 0;

  constructor(features: KafkaFeatures, { brokers = 4, replicas = [1, 2, 3], broker = {}, topic = {} }: SmallClusterOptions = {}) {
    this.cluster = new KafkaCluster(this.simulation, {
      release: RELEASE,
      features,
      brokers,
      zookeeperServers: 3,
      brokerProperties: parsed('broker', { 'auto.leader.rebalance.enable': 'false', ...broker }),
      brokerOverrides: new Map(),
      topics: [
        {
          name: 'orders',
          partitions: 1,
          replicationFactor: replicas.length,
          assignment: [replicas],
          config: parsed('topic', { 'min.insync.replicas': '2', ...topic }),
        },
      ],
    });
    this.cluster.start();
    this.run(2);
  }

  get partition(): number {
    return this.cluster.partitions()[0] as number;
  }

  get isr(): readonly number[] {
    return this.cluster.state(this.partition)?.isr ?? [];
  }

  get leader(): number {
    return this.cluster.state(this.partition)?.leader ?? -1;
  }

  run(seconds: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + seconds * SECOND);
  }

  /** Runs until it is so, a millisecond at a time. @throws when that takes more than 30 seconds */
  until(what: string, isSo: () => boolean): void {
    const deadlineUs = this.simulation.nowUs + 30 * SECOND;
    while (!isSo()) {
      if (this.simulation.nowUs > deadlineUs) throw new Error(`it never came to pass that ${what}`);
      this.simulation.scheduler.runUntil(this.simulation.nowUs + MILLISECOND);
    }
  }

  replica(broker: number): Partition {
    const replica = this.cluster.replica(broker, this.partition);
    if (replica === undefined) throw new Error(`broker ${broker} has no replica`);
    return replica;
  }

  /** Sends a Produce request with one record to a broker. The answer arrives in the returned array. */
  produce(broker: number, acks: number): ProduceResponse['partitions'] {
    const answers: ProduceResponse['partitions'] = [];
    const request = { acks, timeoutUs: 30 * SECOND, partitions: [{ partition: this.partition, batch: this.batch() }] };
    this.cluster.node(broker).broker?.replicas.produceHandler.produce(request, (response) => void answers.push(...response.partitions));
    return answers;
  }

  /** A batch of one record. */
  batch(): ProducerBatch {
    const record = { key: null, value: this.nextValue++, timestampMs: 0, sizeBytes: 100 };
    return { producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes: 168, records: [record] };
  }

  /** What a consumer is told when it asks a broker for the end of the partition. */
  endForConsumers(broker: number): ListOffsetsResponse['partitions'][number] | undefined {
    const asked = { partition: this.partition, currentLeaderEpoch: -1, timestamp: -1 };
    const request = { replicaId: -1, isolationLevel: 'read_uncommitted' as const, partitions: [asked] };
    return this.cluster.node(broker).broker?.replicas.reader.listOffsets(request).partitions[0];
  }

  /** Nothing that one broker sends reaches the other. */
  cut(from: number, to: number): void {
    this.simulation.network.cut(this.host(from), this.host(to));
  }

  heal(from: number, to: number): void {
    this.simulation.network.heal(this.host(from), this.host(to));
  }

  cutFromZooKeeper(broker: number): void {
    const { network } = this.simulation;
    for (const server of this.cluster.ensemble.hosts) {
      network.cut(this.host(broker), server);
      network.cut(server, this.host(broker));
    }
  }

  /** Every message from one broker to the other takes this long from now on. */
  slowDown(from: number, to: number, milliseconds: number): void {
    const latencyUs = milliseconds * MILLISECOND;
    this.simulation.network.link(this.host(from), this.host(to)).latency = {
      minUs: latencyUs,
      maxUs: latencyUs,
      spikeChance: 0,
      spikeMeanUs: 0,
    };
  }

  /** Kills a broker, and ZooKeeper notices at once. */
  kill(broker: number): void {
    this.cluster.killBroker(broker);
    for (const { id, clientName } of this.cluster.ensemble.sessions()) {
      if (clientName.startsWith(`broker-${broker}/`)) this.cluster.ensemble.expireSession(id);
    }
  }

  events(type: string): RecordedEvent['fields'][] {
    return this.recorder
      .slice()
      .filter((event) => event.type === type)
      .map((event) => event.fields);
  }

  private host(broker: number): Host {
    return this.cluster.node(broker).host;
  }
}
