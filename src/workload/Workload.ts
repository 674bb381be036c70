/**
 * The applications of a trial: producers that send at their pace and consumers that read everything, as a scenario lists them, with every
 * operation in the history.
 *
 * A producer's chance (jitter, keys) comes from its own stream, so that leaving one client out disturbs no other. Consumers read in
 * assign mode; partitions that are added later are assigned when the consumer's metadata shows them.
 *
 * Leaves out: consumer groups, and applications that react to what they read.
 */
import type { Host, Process } from '../engine/Host.js';
import type { Random } from '../engine/random.js';
import type { Simulation } from '../engine/Simulation.js';
import type { History } from '../check/history.js';
import { Consumer, type ConsumerDeps } from '../kafka/client/Consumer.js';
import { Producer, type SendResult } from '../kafka/client/Producer.js';
import type { ConsumerConfig, ProducerConfig } from '../kafka/config/index.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import type { ConsumerSection, ProducerSection } from '../scenario/Scenario.js';

/** What the applications need of a cluster. */
export interface WorkloadCluster {
  readonly features: KafkaFeatures;
  node(brokerId: number): { readonly host: Host };
  clientProcess(name: string): Process;
  partitionCount(topic: string): number;
}

export interface WorkloadOptions {
  readonly simulation: Simulation;
  readonly cluster: WorkloadCluster;
  readonly history: History;
  readonly bootstrapBrokers: readonly number[];
  readonly producers: readonly { readonly section: ProducerSection; readonly config: ProducerConfig }[];
  readonly consumers: readonly { readonly section: ConsumerSection; readonly config: ConsumerConfig }[];
}

/** How often a consumer looks whether its topics have grown. */
const NEW_PARTITION_CHECK_US = 1_000_000;

export class Workload {
  readonly producers: ProducingApplication[];
  readonly consumers: ConsumingApplication[];

  constructor(options: WorkloadOptions) {
    this.producers = options.producers.map(({ section, config }) => new ProducingApplication(options, section, config));
    this.consumers = options.consumers.map(({ section, config }) => new ConsumingApplication(options, section, config));
  }

  start(): void {
    for (const application of this.producers) application.start();
    for (const application of this.consumers) application.start();
  }

  /** No new sends from now on; what is under way completes. */
  stopSending(): void {
    for (const application of this.producers) application.stopped = true;
  }
}

/** What every client is given, besides its configuration. */
function clientDeps({ simulation, cluster, bootstrapBrokers }: WorkloadOptions, clientId: string): Omit<ConsumerDeps, 'config'> {
  const brokerHost = (id: number): Host => cluster.node(id).host;
  return { simulation, process: cluster.clientProcess(clientId), clientId, features: cluster.features, brokerHost, bootstrapBrokers };
}

class ProducingApplication {
  stopped = false;

  private readonly producer: Producer;
  private readonly process: Process;
  private readonly random: Random;
  private sent = 0;

  constructor(
    private readonly options: WorkloadOptions,
    private readonly section: ProducerSection,
    config: ProducerConfig,
  ) {
    const deps = clientDeps(options, section.id);
    const { randomness } = options.simulation;
    this.process = deps.process;
    this.random = randomness.stream(`workload/${section.id}`);
    this.producer = new Producer({ ...deps, config, partitionerRandom: randomness.stream(`client/${section.id}/partitioner`) });
  }

  start(): void {
    if (this.section.count > 0) this.process.after(this.section.startUs, this.sendNext, undefined);
  }

  private readonly sendNext = (): void => {
    if (this.stopped) return;
    const { section, random } = this;
    const { history, simulation } = this.options;
    const topic = section.topics.length === 1 ? (section.topics[0] as string) : random.pick(section.topics);
    const key = section.keys === 0 ? null : `k${random.int(section.keys)}`;
    const value = history.sendInvoked(section.id, topic, key, simulation.nowUs);
    this.sent++;
    const record = { topic, partition: section.partition, key, value, sizeBytes: section.recordBytes };
    this.producer.send(record, (result) => this.completed(value, result));
    if (section.mode === 'async') this.scheduleNext();
  };

  private completed(value: number, result: SendResult): void {
    const { history, simulation } = this.options;
    const nowUs = simulation.nowUs;
    if (result.outcome === 'ok') history.sendSucceeded(value, result.partition, result.offset, nowUs);
    else {
      if (result.partition > 0) history.sendPartitioned(value, result.partition);
      if (result.outcome === 'failed') history.sendFailed(value, result.error ?? '', nowUs);
      else history.sendUnknown(value, result.error ?? '', nowUs);
    }
    if (this.section.mode === 'sync') this.scheduleNext();
  }

  /** The next send after the period, give or take a tenth, so that clients do not march in step. */
  private scheduleNext(): void {
    if (this.sent >= this.section.count) return;
    const { everyUs } = this.section;
    const tenth = Math.floor(everyUs / 10);
    this.process.after(everyUs - tenth + this.random.int(2 * tenth + 1), this.sendNext, undefined);
  }
}

class ConsumingApplication {
  /** Partitions that stand still because the consumer reported an error, with the error. */
  readonly errors = new Map<number, string>();

  private readonly consumer: Consumer;
  private readonly process: Process;
  private assigned = 0;

  constructor(
    private readonly options: WorkloadOptions,
    readonly section: ConsumerSection,
    config: ConsumerConfig,
  ) {
    const deps = clientDeps(options, section.id);
    this.process = deps.process;
    this.consumer = new Consumer({ ...deps, config });
    this.consumer.onError = (error, partition): void => void this.errors.set(partition, error);
    if (section.pollEveryUs === 0) this.consumer.onRecords = this.poll;
  }

  start(): void {
    this.process.after(
      this.section.startUs,
      () => {
        this.assign();
        this.process.every(NEW_PARTITION_CHECK_US, this.assign);
        if (this.section.pollEveryUs > 0) this.process.every(this.section.pollEveryUs, this.poll);
      },
      undefined,
    );
  }

  /** Offset of the next record it will read; -1 when it has no position yet. */
  position(topic: string, index: number): number {
    return this.consumer.position(topic, index);
  }

  /** Brokers that its metadata names. */
  knownBrokers(): readonly number[] {
    return this.consumer.metadata.brokers;
  }

  private readonly assign = (): void => {
    const { cluster } = this.options;
    const { topics } = this.section;
    const count = topics.reduce((sum, topic) => sum + cluster.partitionCount(topic), 0);
    if (count === this.assigned) return;
    this.assigned = count;
    const partitions = topics.flatMap((topic) => Array.from({ length: cluster.partitionCount(topic) }, (_, index) => ({ topic, index })));
    this.consumer.assign(partitions);
  };

  private readonly poll = (): void => {
    const { history, simulation } = this.options;
    do {
      for (const { partition, firstOffset, records } of this.consumer.poll()) {
        const offsets = records.map((_, i) => firstOffset + i);
        const values = records.map((record) => record.value);
        history.polled(this.section.id, simulation.nowUs, partition, offsets, values);
      }
    } while (this.section.pollEveryUs === 0 && this.consumer.hasRecords);
  };
}
