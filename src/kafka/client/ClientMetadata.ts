/**
 * What a client believes about the cluster, after org.apache.kafka.clients.Metadata and NetworkClient's metadata updater: which
 * brokers there are, how many partitions a topic has and who leads them.
 *
 * Refreshed on demand with back-off, at latest after metadata.max.age.ms, by one request at a time to the least loaded broker. From 2.1 an
 * answer with an older leader epoch than the one known is ignored per partition (KIP-320); before that a client believes whoever it
 * asked last. From 3.7 a refused request can name the new leader (KIP-951), and the back-off grows (KIP-580).
 *
 * Leaves out: topic ids, racks, offline replicas, topics that fall out of use (metadata.max.idle.ms), re-bootstrapping (KIP-899).
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { Simulation } from '../../engine/Simulation.js';
import { metadataAgain, metadataFromAnybody } from '../buggifySites.js';
import type { ConnectionConfig } from '../config/ConnectionConfig.js';
import { ErrorCode, impliesStaleMetadata } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { MetadataResponse } from '../protocol/messages.js';
import { leaderChangedInMetadata, metadataRefreshed, staleMetadataIgnored } from './events.js';
import type { NetworkClient } from './NetworkClient.js';
import { producerProbes } from './probes.js';
import { backoffGrows, retryBackoffUs } from './retryBackoff.js';

export interface PartitionMetadata {
  /** The interned name `topic-index`. */
  readonly id: number;
  readonly topic: string;
  readonly index: number;
  /** Broker id; -1 when nobody leads as far as the client knows. */
  leader: number;
  /** Highest epoch seen; -1 when none. */
  leaderEpoch: number;
}

export interface ClientMetadataDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly clientId: string;
  readonly client: NetworkClient;
  readonly bootstrapBrokers: readonly number[];
  readonly config: ConnectionConfig;
  readonly features: KafkaFeatures;
}

interface TopicMetadata {
  /** False until a broker that knows the topic has answered, and again when one says that there is no such topic. */
  known: boolean;
  readonly partitions: PartitionMetadata[];
}

/** A time that has not come yet. */
const NONE = -1;

export class ClientMetadata {
  /** Called after every answer and every hint that changed something. */
  onUpdate: () => void = () => {};
  /** Brokers that can be asked: those of the last answer, the bootstrap ones before it. */
  brokers: readonly number[];

  /** Raised whenever a partition or a leader changed, so that what was derived from them can be kept until then. */
  version = 0;

  private readonly topics = new Map<string, TopicMetadata>();
  private readonly partitions = new Map<number, PartitionMetadata>();
  private readonly random: Random;
  private readonly clientName: number;
  private needsUpdate = false;
  private inProgress = false;
  private closed = false;
  private lastRefreshUs = NONE;
  private lastSuccessUs = NONE;
  private allowedFromUs = 0;
  private failures = 0;
  private equivalentAnswers = 0;
  private timer: Timer = 0;
  private timerAtUs = 0;

  constructor(private readonly deps: ClientMetadataDeps) {
    this.brokers = deps.bootstrapBrokers;
    this.random = deps.simulation.randomness.stream(`client/${deps.clientId}/metadata`);
    this.clientName = deps.simulation.bus.names.idOf(deps.clientId);
  }

  /** Follows a topic from now on; a new one is asked about at once. */
  addTopic(topic: string): void {
    if (this.topics.has(topic)) return;
    this.topics.set(topic, { known: false, partitions: [] });
    // A new topic does not wait for the back-off (Metadata.requestUpdateForNewTopics).
    this.allowedFromUs = 0;
    this.requestUpdate();
  }

  /** 0 while the topic is not known. */
  partitionCount(topic: string): number {
    const known = this.topics.get(topic);
    return known === undefined || !known.known ? 0 : known.partitions.length;
  }

  /** The topic's partitions in order; grows when partitions are added. Empty while the topic is not known. */
  partitionsOf(topic: string): readonly PartitionMetadata[] {
    const known = this.topics.get(topic);
    return known === undefined || !known.known ? [] : known.partitions;
  }

  /** By interned id; undefined for a partition never heard of. */
  partition(id: number): PartitionMetadata | undefined {
    return this.partitions.get(id);
  }

  /** Broker id, or -1. */
  leaderOf(id: number): number {
    const partition = this.partitions.get(id);
    return partition === undefined ? -1 : partition.leader;
  }

  /** Wants fresh metadata, as soon as the back-off allows. */
  requestUpdate(): void {
    this.needsUpdate = true;
    this.poll();
  }

  /** KIP-951: a broker refused a request and named the leader. Believed when the epoch is newer; true when so. */
  learnLeader(id: number, leader: number, leaderEpoch: number): boolean {
    const partition = this.partitions.get(id);
    if (!this.deps.features.leaderInErrors || partition === undefined || leader < 0 || leaderEpoch <= partition.leaderEpoch) return false;
    if (!this.brokers.includes(leader)) this.brokers = [...this.brokers, leader];
    this.setLeader(partition, leader, leaderEpoch);
    this.deps.simulation.probes.hit(producerProbes['leader-learnt-from-error']);
    this.onUpdate();
    return true;
  }

  /** KIP-320: a newer epoch was seen elsewhere (in a ListOffsets answer), so the leader known is out of date. */
  sawEpoch(id: number, leaderEpoch: number): void {
    const partition = this.partitions.get(id);
    if (!this.deps.features.clientMetadataEpochs || partition === undefined || leaderEpoch <= partition.leaderEpoch) return;
    this.setLeader(partition, -1, leaderEpoch);
    this.requestUpdate();
  }

  /** Sends the request that is due, or arms the timer for it. Called again whenever a connection changed or got room. */
  poll(): void {
    if (this.inProgress || this.closed || this.topics.size === 0) return;
    const { client } = this.deps;
    const nowUs = client.nowUs;
    const agedUs = this.lastSuccessUs === NONE ? 0 : this.lastSuccessUs + this.deps.config.metadataMaxAgeUs;
    const dueUs = Math.max(this.needsUpdate ? 0 : agedUs, this.allowedFromUs);
    if (dueUs > nowUs) {
      this.wakeAt(dueUs, nowUs);
      return;
    }
    const broker = this.anybody() ?? client.leastLoadedNode(this.brokers, this.random);
    if (broker !== -1 && client.ready(broker)) this.ask(broker);
    else if (broker === -1) this.waitForBackoff(nowUs);
    // Otherwise the broker is being connected to, and the change of its connection calls again.
  }

  /** Whoever it is, if it can be asked now and the site fires. */
  private anybody(): number | undefined {
    const { client, simulation } = this.deps;
    const broker = this.brokers[simulation.buggify.amount(metadataFromAnybody, this.brokers.length) - 1];
    return broker !== undefined && client.isReady(broker) ? broker : undefined;
  }

  close(): void {
    this.closed = true;
    this.deps.process.cancel(this.timer);
    this.onUpdate = (): void => {};
  }

  private ask(broker: number): void {
    this.inProgress = true;
    const topics = [...this.topics.keys()];
    this.deps.client.send(broker, 'Metadata', { topics }, 40 + 20 * topics.length, (response) => {
      this.inProgress = false;
      this.lastRefreshUs = this.deps.client.nowUs;
      if (response === null || response.brokers.length === 0) this.failed();
      else this.succeeded(response, broker, topics.length);
      this.poll();
    });
  }

  private failed(): void {
    this.failures++;
    this.allowedFromUs = this.lastRefreshUs + retryBackoffUs(this.deps.config, this.failures - 1, this.random);
    this.needsUpdate = true;
  }

  private succeeded(response: MetadataResponse, broker: number, topicsAsked: number): void {
    this.failures = 0;
    this.lastSuccessUs = this.lastRefreshUs;
    // Topics that came into use since the request left need another one.
    this.needsUpdate = this.topics.size > topicsAsked || this.deps.simulation.buggify.fires(metadataAgain);
    this.brokers = response.brokers;
    let changed = false;
    for (const topic of response.topics) if (this.applyTopic(topic, broker)) changed = true;
    this.equivalentAnswers = changed ? 0 : this.equivalentAnswers + 1;
    this.allowedFromUs = this.needsUpdate && this.topics.size > topicsAsked ? 0 : this.lastRefreshUs + this.backoffAfterAnswerUs();
    this.deps.simulation.bus.emit(metadataRefreshed, this.clientName, broker);
    this.onUpdate();
  }

  /** KIP-580: from 3.7 only answers that brought nothing new make the client wait, longer each time. */
  private backoffAfterAnswerUs(): number {
    const { config } = this.deps;
    if (!backoffGrows(config)) return config.retryBackoffUs;
    return this.equivalentAnswers === 0 ? 0 : retryBackoffUs(config, this.equivalentAnswers - 1, this.random);
  }

  /** True when the answer changed what the client knew. */
  private applyTopic(answer: MetadataResponse['topics'][number], broker: number): boolean {
    const topic = this.topics.get(answer.name);
    if (topic === undefined) return false;
    if (answer.errorCode !== ErrorCode.NONE) {
      const wasKnown = topic.known;
      topic.known = false;
      // The answer replaces the cached topic; epochs seen stay.
      for (const partition of topic.partitions) if (partition.leader !== -1) this.setLeader(partition, -1, partition.leaderEpoch);
      if (impliesStaleMetadata(answer.errorCode)) this.needsUpdate = true;
      return wasKnown;
    }
    let changed = !topic.known;
    topic.known = true;
    for (const partition of answer.partitions) {
      if (this.applyPartition(topic, answer.name, partition, broker)) changed = true;
      if (impliesStaleMetadata(partition.errorCode)) this.needsUpdate = true;
    }
    return changed;
  }

  private applyPartition(
    topic: TopicMetadata,
    name: string,
    answer: MetadataResponse['topics'][number]['partitions'][number],
    broker: number,
  ): boolean {
    const known = topic.partitions[answer.partitionIndex];
    if (known === undefined) {
      // A broker that was told of partition 2 and not yet of 1: partitions count from 0 without gaps, so ask again.
      if (answer.partitionIndex > topic.partitions.length) {
        this.needsUpdate = true;
        return false;
      }
      const added: PartitionMetadata = {
        id: answer.partition,
        topic: name,
        index: answer.partitionIndex,
        leader: answer.leaderId,
        leaderEpoch: answer.leaderEpoch,
      };
      topic.partitions[answer.partitionIndex] = added;
      this.partitions.set(added.id, added);
      this.version++;
      return true;
    }
    if (this.deps.features.clientMetadataEpochs && answer.leaderEpoch >= 0 && answer.leaderEpoch < known.leaderEpoch) {
      this.deps.simulation.probes.hit(producerProbes['stale-metadata-ignored']);
      this.deps.simulation.bus.emit(staleMetadataIgnored, this.clientName, known.id, broker, answer.leaderEpoch, known.leaderEpoch);
      return false;
    }
    if (known.leader === answer.leaderId && known.leaderEpoch === answer.leaderEpoch) return false;
    this.setLeader(known, answer.leaderId, answer.leaderEpoch);
    return true;
  }

  private setLeader(partition: PartitionMetadata, leader: number, leaderEpoch: number): void {
    const from = partition.leader;
    partition.leader = leader;
    partition.leaderEpoch = leaderEpoch;
    this.version++;
    if (from !== leader) this.deps.simulation.bus.emit(leaderChangedInMetadata, this.clientName, partition.id, from, leader, leaderEpoch);
  }

  /** Every broker is in back-off or busy: the first back-off to end decides; a busy broker's answer calls anyway. */
  private waitForBackoff(nowUs: number): void {
    let atUs = 0;
    for (const broker of this.brokers) {
      const untilUs = this.deps.client.backoffUntilUs(broker);
      if (untilUs > nowUs && (atUs === 0 || untilUs < atUs)) atUs = untilUs;
    }
    if (atUs > 0) this.wakeAt(atUs, nowUs);
  }

  private wakeAt(atUs: number, nowUs: number): void {
    if (this.timer !== 0) {
      if (this.timerAtUs <= atUs) return;
      this.deps.process.cancel(this.timer);
    }
    this.timerAtUs = atUs;
    this.timer = this.deps.process.after(atUs - nowUs, this.wake, undefined);
  }

  private readonly wake = (): void => {
    this.timer = 0;
    this.poll();
  };
}
