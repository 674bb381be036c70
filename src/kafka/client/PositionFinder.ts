/**
 * Finds and checks a consumer's positions, after the Java consumer's OffsetFetcher: ListOffsets where a position has to be reset, OffsetForLeaderEpoch
 * where the leader changed and may have less, or something else, than what was read (KIP-320).
 *
 * Leaves out: searching by timestamp, and reset policies by duration.
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import { ErrorCode, type ErrorName, errorName, isRetriable } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type {
  ListOffsetsRequest,
  ListOffsetsResponse,
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
} from '../protocol/messages.js';
import type { ClientMetadata, PartitionMetadata } from './ClientMetadata.js';
import { consumerFailed, consumerPositionReset, consumerTruncationDetected } from './events.js';
import type { NetworkClient } from './NetworkClient.js';
import { consumerProbes } from './probes.js';
import { retryBackoffUs } from './retryBackoff.js';
import { type AssignedPartition, EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, moveTo, type SubscriptionState } from './SubscriptionState.js';

/**
 * A broker's error by Kafka's name. `NO_OFFSET_FOR_PARTITION`: no position and auto.offset.reset=none. `LOG_TRUNCATION`: what was read before the position is no
 * longer in the log, and auto.offset.reset=none (KIP-320).
 */
export type ConsumerError = ErrorName | `UNKNOWN_${number}` | 'NO_OFFSET_FOR_PARTITION' | 'LOG_TRUNCATION';

export interface PositionDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly clientName: number;
  readonly config: ConsumerConfig;
  readonly features: KafkaFeatures;
  readonly client: NetworkClient;
  readonly metadata: ClientMetadata;
  readonly subscriptions: SubscriptionState;
  readonly random: Random;
  /** The application must know; see `Consumer.onError`. */
  readonly onError: (error: ConsumerError, partition: number, position: number) => void;
  /** A position was found for a partition that had none. */
  readonly onPosition: (partition: number, offset: number) => void;
}

/** The partitions of one request to one broker. */
export interface NodeRequest {
  readonly node: number;
  readonly partitions: AssignedPartition[];
}

export class PositionFinder {
  /** Called after answers, when more may be sent. */
  onProgress: () => void = () => {};

  constructor(private readonly deps: PositionDeps) {}

  metadataOf(partition: AssignedPartition): PartitionMetadata | undefined {
    return (partition.metadata ??= this.deps.metadata.partition(partition.id));
  }

  /** KIP-320: the epoch under which the client believes in this leader; -1 where the protocol carries none. */
  currentLeaderEpoch(partition: AssignedPartition): number {
    return this.deps.features.fetchEpochFencing ? (this.metadataOf(partition)?.leaderEpoch ?? -1) : -1;
  }

  fail(partition: AssignedPartition, error: ConsumerError): void {
    const { simulation, clientName, onError } = this.deps;
    partition.state = 'failed';
    simulation.bus.emit(consumerFailed, clientName, partition.id, partition.position, simulation.bus.names.idOf(error));
    onError(error, partition.id, partition.position);
  }

  /** Guess: Java asks again at once after most errors; here the partition waits retry.backoff.ms, which spares events only. */
  backOff(partition: AssignedPartition): void {
    const { client, config, random } = this.deps;
    partition.retryAtUs = client.nowUs + retryBackoffUs(config, 0, random);
  }

  /** auto.offset.reset, or the error of a consumer that has none. */
  reset(partition: AssignedPartition, error: ConsumerError): void {
    if (this.deps.config.autoOffsetReset === 'none') this.withoutReset(partition, error);
    else {
      partition.state = 'await-reset';
      partition.retryAtUs = 0;
    }
  }

  /** A position is missing, and `auto.offset.reset` is `none`. */
  withoutReset(partition: AssignedPartition, error: ConsumerError): void {
    this.deps.simulation.probes.hit(consumerProbes['position-has-no-reset']);
    this.fail(partition, error);
  }

  /** Takes a position found at the group's coordinator. */
  startAt(partition: AssignedPartition, offset: number, leaderEpoch: number): void {
    moveTo(partition, offset, leaderEpoch);
    this.deps.metadata.sawEpoch(partition.id, leaderEpoch);
    this.deps.onPosition(partition.id, offset);
  }

  /** KIP-320: a position that was good under another leader is checked first, if the epoch of what was read before it is known. */
  checkLeader(partition: AssignedPartition, metadata: PartitionMetadata): void {
    if (metadata.leader === -1 || metadata.leaderEpoch === partition.positionLeaderEpoch) return;
    partition.preferredReplica = -1;
    if (partition.offsetEpoch >= 0 && metadata.leaderEpoch >= 0) partition.state = 'await-validation';
    else partition.positionLeaderEpoch = metadata.leaderEpoch;
  }

  // ---------------------------------------------------------------- resets

  listOffsets(to: NodeRequest): void {
    const { config, client, features } = this.deps;
    const earliest = (config.autoOffsetReset === 'earliest') === features.resetFollowsPolicy;
    const timestamp = earliest ? EARLIEST_TIMESTAMP : LATEST_TIMESTAMP;
    const request: ListOffsetsRequest = { replicaId: -1, isolationLevel: config.isolationLevel, partitions: [] };
    for (const partition of to.partitions) {
      partition.requested = true;
      partition.resetTimestamp = timestamp;
      request.partitions.push({ partition: partition.id, currentLeaderEpoch: this.currentLeaderEpoch(partition), timestamp });
    }
    client.send(to.node, 'ListOffsets', request, 40 + 30 * to.partitions.length, (response) => this.offsetsListed(to, response));
  }

  private offsetsListed(to: NodeRequest, response: ListOffsetsResponse | null): void {
    for (const partition of to.partitions) {
      partition.requested = false;
      if (!this.deps.subscriptions.holds(partition) || partition.state !== 'await-reset') continue;
      const answer = response?.partitions.find((each) => each.partition === partition.id);
      if (answer === undefined) this.backOff(partition);
      else if (answer.errorCode === ErrorCode.NONE) this.resetTo(partition, answer.offset, answer.leaderEpoch);
      else this.refused(partition, answer.errorCode);
    }
    this.deps.metadata.poll();
    this.onProgress();
  }

  private refused(partition: AssignedPartition, errorCode: number): void {
    if (isRetriable(errorCode)) {
      this.deps.metadata.requestUpdate();
      this.backOff(partition);
    } else this.fail(partition, errorName(errorCode));
  }

  private resetTo(partition: AssignedPartition, offset: number, leaderEpoch: number): void {
    const { simulation, clientName, config, metadata } = this.deps;
    const from = partition.position;
    // Nothing was read before this position, so that there is nothing to validate.
    moveTo(partition, offset, -1);
    metadata.sawEpoch(partition.id, leaderEpoch);
    if (from !== -1) simulation.probes.hit(consumerProbes['consumer-offset-reset']);
    simulation.bus.emit(consumerPositionReset, clientName, partition.id, from, offset, simulation.bus.names.idOf(config.autoOffsetReset));
    if (from === -1) this.deps.onPosition(partition.id, offset);
  }

  // ---------------------------------------------------------------- validation (KIP-320)

  validate(to: NodeRequest): void {
    const request: OffsetForLeaderEpochRequest = { replicaId: -1, partitions: [] };
    const asked = to.partitions.map((partition) => {
      partition.requested = true;
      const currentLeaderEpoch = this.currentLeaderEpoch(partition);
      request.partitions.push({ partition: partition.id, currentLeaderEpoch, leaderEpoch: partition.offsetEpoch });
      return { position: partition.position, leaderEpoch: this.metadataOf(partition)?.leaderEpoch ?? -1 };
    });
    const bytes = 40 + 30 * to.partitions.length;
    this.deps.client.send(to.node, 'OffsetForLeaderEpoch', request, bytes, (response) => {
      to.partitions.forEach((partition, i) => this.validated(partition, asked[i] as ValidationAsked, response));
      this.deps.metadata.poll();
      this.onProgress();
    });
  }

  private validated(partition: AssignedPartition, asked: ValidationAsked, response: OffsetForLeaderEpochResponse | null): void {
    partition.requested = false;
    const stale = partition.state !== 'await-validation' || partition.position !== asked.position;
    if (!this.deps.subscriptions.holds(partition) || stale) return;
    const answer = response?.partitions.find((each) => each.partition === partition.id);
    if (answer === undefined) this.backOff(partition);
    else if (answer.errorCode !== ErrorCode.NONE) this.refused(partition, answer.errorCode);
    else {
      const undefinedEnd = answer.endOffset === -1 || answer.leaderEpoch === -1;
      if (undefinedEnd || answer.endOffset < partition.position)
        this.truncated(partition, undefinedEnd ? -1 : answer.endOffset, answer.leaderEpoch);
      else {
        this.deps.simulation.probes.hit(consumerProbes['position-validated']);
        partition.state = 'fetching';
      }
      partition.positionLeaderEpoch = asked.leaderEpoch;
    }
  }

  /** @param divergingOffset where the new leader's log leaves what was read; -1: it does not even know the epoch. */
  private truncated(partition: AssignedPartition, divergingOffset: number, leaderEpoch: number): void {
    const { simulation, clientName, config } = this.deps;
    const from = partition.position;
    const decides = config.autoOffsetReset === 'none';
    simulation.probes.hit(consumerProbes['consumer-truncation-detected']);
    simulation.bus.emit(consumerTruncationDetected, clientName, partition.id, from, decides ? -1 : divergingOffset, leaderEpoch);
    if (decides || divergingOffset === -1) this.reset(partition, 'LOG_TRUNCATION');
    else moveTo(partition, divergingOffset, leaderEpoch);
  }
}

interface ValidationAsked {
  readonly position: number;
  readonly leaderEpoch: number;
}
