/**
 * The consumer, after org.apache.kafka.clients.consumer.KafkaConsumer. It is told its partitions (`assign`), or shares topics with the other members of its
 * group (`subscribe`); finds a position in each by the group's committed offsets and auto.offset.reset, fetches ahead, and hands records over in `poll`.
 *
 * Java's consumer works inside `poll`; this one sends its next fetch as soon as an answer without records came, and after each `poll`, so that an application
 * can wait for `onRecords` instead of polling in a loop. An application whose `poll` returned nothing counts as waiting inside it, until `onRecords`: meanwhile
 * rebalances go on, and max.poll.interval.ms does not run. One that got records is busy until it polls again.
 *
 * Leaves out: interceptors, subscriptions by pattern, `unsubscribe`.
 */
import type { Host, Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { topicPartition } from '../protocol/topicPartition.js';
import { ClientMetadata } from './ClientMetadata.js';
import type { PolledBatch } from './CompletedFetch.js';
import { ConsumerCoordinator } from './ConsumerCoordinator.js';
import { consumerPositionReset } from './events.js';
import { Fetcher } from './Fetcher.js';
import type { GroupMetadata } from './Membership.js';
import { NetworkClient } from './NetworkClient.js';
import type { CommitDone, OffsetToCommit } from './OffsetCommitter.js';
import type { ConsumerError } from './PositionFinder.js';
import { type AssignedPartition, moveTo, SubscriptionState } from './SubscriptionState.js';

export { type PolledBatch, polledOffset } from './CompletedFetch.js';
export type { GroupMetadata } from './Membership.js';
export type { CommitDone, OffsetToCommit } from './OffsetCommitter.js';
export type { ConsumerError } from './PositionFinder.js';

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
   * `OFFSET_OUT_OF_RANGE`, `NO_OFFSET_FOR_PARTITION` and `LOG_TRUNCATION` under auto.offset.reset=none, `CORRUPT_MESSAGE` for a batch whose CRC is wrong.
   */
  onError: (error: ConsumerError, partition: number, position: number) => void = () => {};
  /** A rebalance ended; `partitions` (interned) came to what the member had, or were its all under an eager protocol. Their positions are not known yet. */
  onAssigned: (partitions: readonly number[], generation: number) => void = () => {};
  /**
   * The member gives these partitions up. Before it does, it waits for synchronous commits made in here. `lost`: somebody else may have them already, and commits
   * fail (onPartitionsLost).
   */
  onRevoked: (partitions: readonly number[], lost: boolean) => void = () => {};
  /** The consumer is out of its group for good, as when another one took its group.instance.id (FENCED_INSTANCE_ID); it can only be closed. */
  onGroupError: (error: string) => void = () => {};
  /** A partition without position (interned) has one now: the group's committed offset, or the reset. */
  onPosition: (partition: number, offset: number) => void = () => {};
  /** The client commits for itself (enable.auto.commit); what this returns is told the error, or the empty text. */
  onAutoCommit: (offsets: readonly OffsetToCommit[]) => CommitDone = () => ignore;

  private readonly client: NetworkClient;
  private readonly subscriptions = new SubscriptionState();
  private readonly fetcher: Fetcher;
  private readonly coordinator: ConsumerCoordinator | null;
  private waiting = false;
  /** Inside `poll`, which takes what there is. */
  private polling = false;
  private lastPollUs = 0;
  private closing = false;
  private closed = false;
  private readonly whenClosed: (() => void)[] = [];

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
      onRecords: this.recordsArrived,
      onError: (error, partition, position) => this.onError(error, partition, position),
      onPosition: (partition, offset) => this.onPosition(partition, offset),
    });
    this.coordinator = config.groupId === null ? null : this.createCoordinator(config.groupId);
    this.metadata.onUpdate = (): void => {
      this.coordinator?.metadataChanged();
      this.fetcher.advance();
    };
    this.client.onChange = this.connectionChanged;
  }

  /** Reads these partitions from now on, and no others; those that stay keep their position. */
  assign(partitions: readonly { readonly topic: string; readonly index: number }[]): void {
    const { names } = this.deps.simulation.bus;
    const placed = partitions.map(({ topic, index }) => ({ id: topicPartition(names, topic, index), topic, index }));
    this.subscriptions.assign(placed, this.coordinator === null ? 'await-reset' : 'initializing');
    for (const { topic } of partitions) this.metadata.addTopic(topic);
    this.coordinator?.partitionsAssigned();
    this.fetcher.advance();
  }

  /** Joins the group of group.id and reads what it is given there, from the next `poll` on. */
  subscribe(topics: readonly string[]): void {
    if (this.coordinator === null) throw new Error(`subscribe: ${this.deps.clientId} has no group.id`);
    this.lastPollUs = this.client.nowUs;
    this.coordinator.subscribe(topics);
  }

  /** Goes on from this offset in an assigned partition; gets over an error reported for it. */
  seek(topic: string, index: number, offset: number): void {
    const partition = this.assigned('seek', topic, index);
    const { bus } = this.deps.simulation;
    bus.emit(consumerPositionReset, bus.names.idOf(this.deps.clientId), partition.id, partition.position, offset, bus.names.idOf('seek'));
    this.fetcher.discard(partition);
    moveTo(partition, offset, -1);
    this.fetcher.advance();
  }

  /** Hands out no more records of the partition, until {@link resume}. */
  pause(topic: string, index: number): void {
    this.assigned('pause', topic, index).paused = true;
  }

  resume(topic: string, index: number): void {
    this.assigned('resume', topic, index).paused = false;
    this.fetcher.advance();
    if (this.fetcher.hasRecords) this.recordsArrived();
  }

  /** At most max.poll.records of the records that have arrived, oldest arrival first; none when nothing has. */
  poll(): PolledBatch[] {
    if (this.closing) return [];
    if (this.coordinator !== null) {
      this.lastPollUs = this.client.nowUs;
      this.waiting = true;
      this.polling = true;
      this.coordinator.progress();
      this.polling = false;
    }
    const batches = this.fetcher.take();
    this.waiting = batches.length === 0;
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

  /**
   * Commits these offsets, or (null) the positions behind all that `poll` returned; retries until default.api.timeout.ms. It would block in Java: until `done` is
   * told, the consumer takes no part in rebalances, and the application should not poll. Fails with `COMMIT_FAILED` when the member is no longer in its group and
   * `REBALANCE_IN_PROGRESS` while it joins.
   */
  commitSync(offsets: readonly OffsetToCommit[] | null, done: CommitDone): void {
    this.groupOnly('commitSync').commits.commitSync(offsets, done);
  }

  /** As {@link commitSync}, with one attempt. */
  commitAsync(offsets: readonly OffsetToCommit[] | null, done: CommitDone): void {
    this.groupOnly('commitAsync').commits.commitAsync(offsets, done);
  }

  /** The group's committed offsets of these partitions (interned), -1 where there is none; null after default.api.timeout.ms. */
  committed(partitions: readonly number[], done: (offsets: ReadonlyMap<number, number> | null) => void): void {
    this.groupOnly('committed').committed.ask(partitions, done);
  }

  /** For `sendOffsetsToTransaction` (KIP-447). */
  groupMetadata(): GroupMetadata {
    return this.coordinator?.groupMetadata() ?? { groupId: '', generationId: -1, memberId: '', groupInstanceId: null };
  }

  /**
   * Commits if the client does so for itself, leaves the group, and ends; `done` after at most 30 s. Without a group it is over at once. Who closes it again waits for
   * the same end, as in Java.
   */
  close(done: () => void = ignore): void {
    if (this.closed) {
      done();
      return;
    }
    this.whenClosed.push(done);
    if (this.closing) return;
    this.closing = true;
    if (this.coordinator === null) this.finishClose();
    else this.coordinator.close(this.finishClose);
  }

  private readonly finishClose = (): void => {
    this.fetcher.close();
    this.metadata.close();
    this.client.close();
    this.closed = true;
    for (const done of this.whenClosed) done();
  };

  private createCoordinator(groupId: string): ConsumerCoordinator {
    const { simulation, process, clientId, config, features, brokerHost } = this.deps;
    const random = simulation.randomness.stream(`client/${clientId}/group`);
    const { client, metadata, subscriptions, fetcher } = this;
    const clientName = simulation.bus.names.idOf(clientId);
    const coordinatorClient = new NetworkClient(simulation.network, process, brokerHost, clientId, config, MAX_IN_FLIGHT, random);
    const isInPoll = (): boolean => this.waiting && !this.closing;
    const pollDeadlineUs = (): number => this.lastPollUs + config.maxPollIntervalUs;
    const listener = {
      get inPoll(): boolean {
        return isInPoll();
      },
      get pollDeadlineUs(): number {
        return pollDeadlineUs();
      },
      onAssigned: (partitions: readonly number[], generation: number): void => {
        this.onAssigned(partitions, generation);
        this.coordinator?.partitionsAssigned();
      },
      onRevoked: (partitions: readonly number[], lost: boolean): void => this.onRevoked(partitions, lost),
      onGroupError: (error: string): void => this.onGroupError(error),
    };
    const onAutoCommit = (offsets: readonly OffsetToCommit[]): CommitDone => this.onAutoCommit(offsets);
    const identity = { simulation, process, clientId, clientName, groupId, config, features };
    return new ConsumerCoordinator({
      ...identity,
      client,
      coordinatorClient,
      metadata,
      subscriptions,
      fetcher,
      random,
      listener,
      onAutoCommit,
    });
  }

  private assigned(call: string, topic: string, index: number): AssignedPartition {
    const partition = this.subscriptions.get(topicPartition(this.deps.simulation.bus.names, topic, index));
    if (partition === undefined) throw new Error(`${call}: ${topic}-${index} is not assigned to ${this.deps.clientId}`);
    return partition;
  }

  private groupOnly(call: string): ConsumerCoordinator {
    if (this.coordinator === null) throw new Error(`${call}: ${this.deps.clientId} has no group.id`);
    return this.coordinator;
  }

  private readonly recordsArrived = (): void => {
    if (this.closing || this.polling) return;
    if (this.waiting) this.lastPollUs = this.client.nowUs;
    this.waiting = false;
    this.onRecords();
  };

  private readonly connectionChanged = (_broker: number, up: boolean): void => {
    // A broken connection may mean a dead broker, whose partitions will have another leader (handleServerDisconnect).
    if (up) this.metadata.poll();
    else this.metadata.requestUpdate();
    this.coordinator?.connectionChanged();
    this.fetcher.advance();
  };
}

function ignore(): void {}
