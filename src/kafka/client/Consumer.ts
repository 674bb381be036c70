/**
 * The consumer in assign mode, after org.apache.kafka.clients.consumer.KafkaConsumer: it is told its partitions, finds a position in each by
 * auto.offset.reset, fetches ahead, and hands records over in `poll`.
 *
 * Java's consumer works inside `poll`; this one sends its next fetch as soon as an answer without records came, and after each `poll`, so
 * that an application can wait for `onRecords` instead of polling in a loop.
 *
 * Leaves out: groups and committed offsets (every position begins with a reset or a seek), KIP-320's position validation, interceptors.
 */
import type { Host, Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { topicPartition } from '../protocol/topicPartition.js';
import { ClientMetadata } from './ClientMetadata.js';
import { type ConsumerError, Fetcher, type PolledBatch } from './Fetcher.js';
import { NetworkClient } from './NetworkClient.js';
import { SubscriptionState } from './SubscriptionState.js';

export type { ConsumerError, PolledBatch } from './Fetcher.js';

export interface ConsumerDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  /** Unique in the run; names the client in events and its random streams. */
  readonly clientId: string;
  readonly config: ConsumerConfig;
  readonly features: KafkaFeatures;
  readonly brokerHost: (brokerId: number) => Host;
  readonly bootstrapBrokers: readonly number[];
}

/** Java's default for consumers, which no property changes. */
const MAX_IN_FLIGHT = 100;

export class Consumer {
  readonly metadata: ClientMetadata;
  /** Records arrived; `poll` returns them, at the latest when called until it returns none. Not called for what an earlier `poll` left over. */
  onRecords: () => void = () => {};
  /**
   * What Java throws from `poll`: the consumer does not get beyond `position` in this partition (interned name) until the application seeks.
   * `OFFSET_OUT_OF_RANGE` and `NO_OFFSET_FOR_PARTITION` under auto.offset.reset=none, `CORRUPT_MESSAGE` for a batch whose CRC is wrong.
   */
  onError: (error: ConsumerError, partition: number, position: number) => void = () => {};

  private readonly client: NetworkClient;
  private readonly subscriptions = new SubscriptionState();
  private readonly fetcher: Fetcher;

  constructor(private readonly deps: ConsumerDeps) {
    const { simulation, process, clientId, config, features, brokerHost, bootstrapBrokers } = deps;
    const random = simulation.randomness.stream(`client/${clientId}/backoff`);
    this.client = new NetworkClient(simulation.network, process, brokerHost, clientId, config, MAX_IN_FLIGHT, random);
    this.metadata = new ClientMetadata({ simulation, process, clientId, client: this.client, bootstrapBrokers, config, features });
    this.fetcher = new Fetcher({
      simulation,
      process,
      clientName: simulation.bus.names.idOf(clientId),
      config,
      features,
      client: this.client,
      metadata: this.metadata,
      subscriptions: this.subscriptions,
      random,
      onRecords: () => this.onRecords(),
      onError: (error, partition, position) => this.onError(error, partition, position),
    });
    this.metadata.onUpdate = (): void => this.fetcher.advance();
    this.client.onChange = this.connectionChanged;
  }

  /** Reads these partitions from now on, and no others; those that stay keep their position. */
  assign(partitions: readonly { readonly topic: string; readonly index: number }[]): void {
    const { names } = this.deps.simulation.bus;
    this.subscriptions.assign(partitions.map(({ topic, index }) => ({ id: topicPartition(names, topic, index), topic, index })));
    for (const { topic } of partitions) this.metadata.addTopic(topic);
    this.fetcher.advance();
  }

  /** Goes on from this offset in an assigned partition; gets over an error reported for it. */
  seek(topic: string, index: number, offset: number): void {
    const partition = this.subscriptions.get(topicPartition(this.deps.simulation.bus.names, topic, index));
    if (partition === undefined) throw new Error(`seek: ${topic}-${index} is not assigned to ${this.deps.clientId}`);
    this.fetcher.discard(partition);
    partition.position = offset;
    partition.offsetEpoch = -1;
    partition.state = 'fetching';
    partition.retryAtUs = 0;
    this.fetcher.advance();
  }

  /** At most max.poll.records of the records that have arrived, oldest arrival first; none when nothing has. */
  poll(): PolledBatch[] {
    const batches = this.fetcher.take();
    this.fetcher.advance();
    return batches;
  }

  /** Did the last `poll` leave records, or have some arrived since? */
  get hasRecords(): boolean {
    return this.fetcher.hasRecords;
  }

  /** Offset of the next record for the application; -1 when there is none yet, or the partition is not assigned. */
  position(topic: string, index: number): number {
    return this.subscriptions.get(topicPartition(this.deps.simulation.bus.names, topic, index))?.position ?? -1;
  }

  close(): void {
    this.fetcher.close();
    this.metadata.close();
    this.client.close();
  }

  private readonly connectionChanged = (_broker: number, up: boolean): void => {
    // A broken connection may mean a dead broker, whose partitions will have another leader (handleServerDisconnect).
    if (up) this.metadata.poll();
    else this.metadata.requestUpdate();
    this.fetcher.advance();
  };
}
