/**
 * Fetches records and finds positions, after the Java consumer's Fetcher and OffsetFetcher: one fetch in flight per broker, for
 * all its partitions that have nothing buffered; ListOffsets where a position has to be reset.
 *
 * Leaves out: fetch sessions (KIP-227; every fetch names its partitions), follower fetching (KIP-392), aborted transactions being filtered.
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import { NEVER } from '../config/Settings.js';
import { ErrorCode, type ErrorName, errorName, isRetriable } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type {
  FetchPartition,
  FetchPartitionResponse,
  FetchRequest,
  FetchResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
} from '../protocol/messages.js';
import type { Record, RecordBatch } from '../protocol/records.js';
import type { ClientMetadata, PartitionMetadata } from './ClientMetadata.js';
import { consumerFailed, consumerPositionReset } from './events.js';
import type { NetworkClient } from './NetworkClient.js';
import { retryBackoffUs } from './retryBackoff.js';
import { type AssignedPartition, EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, type SubscriptionState } from './SubscriptionState.js';

/** A broker's error by Kafka's name; `NO_OFFSET_FOR_PARTITION`: no position and auto.offset.reset=none. */
export type ConsumerError = ErrorName | `UNKNOWN_${number}` | 'NO_OFFSET_FOR_PARTITION';

/** Consecutive records of one partition; the record at index i has offset `firstOffset + i`. */
export interface PolledBatch {
  readonly topic: string;
  /** Interned name `topic-index`. */
  readonly partition: number;
  readonly firstOffset: number;
  /** Epoch of the leader that appended them. */
  readonly leaderEpoch: number;
  readonly records: readonly Record[];
}

export interface FetcherDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly clientName: number;
  readonly config: ConsumerConfig;
  readonly features: KafkaFeatures;
  readonly client: NetworkClient;
  readonly metadata: ClientMetadata;
  readonly subscriptions: SubscriptionState;
  readonly random: Random;
  readonly onRecords: () => void;
  readonly onError: (error: ConsumerError, partition: number, position: number) => void;
}

/** Records of one partition out of one response. */
interface CompletedFetch {
  readonly partition: AssignedPartition;
  readonly batches: readonly RecordBatch[];
  batchIndex: number;
  nextOffset: number;
}

/** The partitions of one request to one broker. */
interface NodeRequest {
  readonly node: number;
  readonly partitions: AssignedPartition[];
}

export class Fetcher {
  private readonly completed: CompletedFetch[] = [];
  /** By broker id. */
  private readonly fetchPending: boolean[] = [];
  private wakeTimer: Timer = 0;
  private wakeAtUs = NEVER;
  private advancing = false;
  private advanceAgain = false;
  private closed = false;

  constructor(private readonly deps: FetcherDeps) {}

  /** Are there records that `poll` would return? */
  get hasRecords(): boolean {
    return this.completed.length > 0;
  }

  /** Sends whatever can be sent now, and arms the timer for what cannot yet. */
  advance(): void {
    // The application may seek while it is told of an error, in the middle of a pass.
    this.advanceAgain = true;
    if (this.advancing) return;
    this.advancing = true;
    while (this.advanceAgain && !this.closed) {
      this.advanceAgain = false;
      this.sendRequests();
    }
    this.advancing = false;
  }

  private sendRequests(): void {
    const { subscriptions, metadata, client, config } = this.deps;
    const nowUs = client.nowUs;
    let resets: NodeRequest[] | undefined;
    let fetches: NodeRequest[] | undefined;
    let wakeAtUs = NEVER;
    for (const partition of subscriptions.partitions) {
      if (partition.requested || partition.buffered || partition.state === 'failed') continue;
      if (partition.state === 'await-reset' && partition.position === -1 && config.autoOffsetReset === 'none') {
        this.fail(partition, 'NO_OFFSET_FOR_PARTITION');
        continue;
      }
      if (partition.retryAtUs > nowUs) {
        wakeAtUs = Math.min(wakeAtUs, partition.retryAtUs);
        continue;
      }
      const node = this.metadataOf(partition)?.leader ?? -1;
      if (node === -1) metadata.requestUpdate();
      else if (partition.state === 'fetching' && this.fetchPending[node] === true) continue;
      else if (!client.ready(node)) {
        const untilUs = client.backoffUntilUs(node);
        if (untilUs > nowUs) wakeAtUs = Math.min(wakeAtUs, untilUs);
      } else if (partition.state === 'fetching') addTo((fetches ??= []), node, partition);
      else addTo((resets ??= []), node, partition);
    }
    if (resets !== undefined) for (const each of resets) this.listOffsets(each);
    if (fetches !== undefined) for (const each of fetches) this.fetch(each);
    this.armWake(wakeAtUs, nowUs);
  }

  /** Up to max.poll.records records, in the order in which they arrived. */
  take(): PolledBatch[] {
    const out: PolledBatch[] = [];
    let left = this.deps.config.maxPollRecords;
    while (left > 0) {
      const fetch = this.completed[0];
      if (fetch === undefined) break;
      if (this.isCurrent(fetch)) left = this.takeFrom(fetch, left, out);
      else fetch.batchIndex = fetch.batches.length;
      if (fetch.batchIndex < fetch.batches.length && left === 0) break;
      this.completed.shift();
      fetch.partition.buffered = false;
    }
    return out;
  }

  /** Forgets what was fetched for a partition, as for a seek. */
  discard(partition: AssignedPartition): void {
    const index = this.completed.findIndex((fetch) => fetch.partition === partition);
    if (index >= 0) this.completed.splice(index, 1);
    partition.buffered = false;
  }

  close(): void {
    this.closed = true;
    this.deps.process.cancel(this.wakeTimer);
  }

  private isCurrent(fetch: CompletedFetch): boolean {
    const { partition } = fetch;
    return this.deps.subscriptions.holds(partition) && partition.state === 'fetching' && partition.position === fetch.nextOffset;
  }

  /** Moves records to `out`; returns how many more may follow. */
  private takeFrom(fetch: CompletedFetch, limit: number, out: PolledBatch[]): number {
    const { partition, batches } = fetch;
    let left = limit;
    while (left > 0 && fetch.batchIndex < batches.length) {
      const batch = batches[fetch.batchIndex] as RecordBatch;
      if (batch.lastOffset >= fetch.nextOffset) {
        if (!batch.crcValid) {
          // What Java throws from every poll until the application seeks past the batch (check.crcs).
          this.fail(partition, 'CORRUPT_MESSAGE');
          fetch.batchIndex = batches.length;
          return left;
        }
        left -= this.takeBatch(fetch, batch, left, out);
        if (batch.lastOffset >= fetch.nextOffset) return 0;
      }
      fetch.batchIndex++;
    }
    return left;
  }

  private takeBatch(fetch: CompletedFetch, batch: RecordBatch, limit: number, out: PolledBatch[]): number {
    const { partition } = fetch;
    // The first batch may begin below the position: brokers return whole batches.
    const from = Math.max(0, fetch.nextOffset - batch.baseOffset);
    const count = Math.min(limit, batch.records.length - from);
    const records = count === batch.records.length ? batch.records : batch.records.slice(from, from + count);
    const firstOffset = batch.baseOffset + from;
    out.push({ topic: partition.topic, partition: partition.id, firstOffset, leaderEpoch: batch.leaderEpoch, records });
    fetch.nextOffset = firstOffset + count;
    partition.position = fetch.nextOffset;
    partition.offsetEpoch = batch.leaderEpoch;
    return count;
  }

  // ---------------------------------------------------------------- fetching

  private fetch(to: NodeRequest): void {
    const { config, client } = this.deps;
    const request: FetchRequest = {
      replicaId: -1,
      replicaEpoch: -1,
      maxWaitUs: config.fetchMaxWaitUs,
      minBytes: config.fetchMinBytes,
      maxBytes: config.fetchMaxBytes,
      isolationLevel: config.isolationLevel,
      partitions: to.partitions.map((partition) => this.askFor(partition)),
    };
    this.fetchPending[to.node] = true;
    client.send(to.node, 'Fetch', request, 60 + 40 * to.partitions.length, (response) => this.fetched(to, request, response));
  }

  private askFor(partition: AssignedPartition): FetchPartition {
    partition.requested = true;
    return {
      partition: partition.id,
      currentLeaderEpoch: this.currentLeaderEpoch(partition),
      fetchOffset: partition.position,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      maxBytes: this.deps.config.maxPartitionFetchBytes,
    };
  }

  private fetched(to: NodeRequest, request: FetchRequest, response: FetchResponse | null): void {
    this.fetchPending[to.node] = false;
    for (const partition of to.partitions) partition.requested = false;
    let arrived = false;
    if (response !== null) {
      for (let i = 0; i < response.partitions.length; i++) {
        const answer = response.partitions[i] as FetchPartitionResponse;
        const at = to.partitions[i]?.id === answer.partition ? i : to.partitions.findIndex((each) => each.id === answer.partition);
        const partition = to.partitions[at];
        const asked = request.partitions[at];
        if (partition !== undefined && asked !== undefined && this.accept(partition, asked.fetchOffset, answer)) arrived = true;
      }
    }
    if (this.closed) return;
    if (arrived) this.deps.onRecords();
    this.deps.metadata.poll();
    this.advance();
  }

  /** True when the answer brought records. One for a position that the consumer has left is ignored. */
  private accept(partition: AssignedPartition, fetchOffset: number, answer: FetchPartitionResponse): boolean {
    if (!this.deps.subscriptions.holds(partition) || partition.state !== 'fetching' || partition.position !== fetchOffset) return false;
    if (answer.errorCode !== ErrorCode.NONE) {
      this.fetchFailed(partition, answer.errorCode);
      return false;
    }
    if (answer.batches.length === 0) return false;
    if ((answer.batches[answer.batches.length - 1] as RecordBatch).lastOffset < fetchOffset) return false;
    partition.buffered = true;
    this.completed.push({ partition, batches: answer.batches, batchIndex: 0, nextOffset: fetchOffset });
    return true;
  }

  private fetchFailed(partition: AssignedPartition, errorCode: number): void {
    const { metadata } = this.deps;
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      if (this.deps.config.autoOffsetReset === 'none') this.fail(partition, 'OFFSET_OUT_OF_RANGE');
      else this.requestReset(partition);
    } else if (errorCode === ErrorCode.CORRUPT_MESSAGE) this.fail(partition, 'CORRUPT_MESSAGE');
    else {
      // An unknown leader epoch means that the broker is behind, not the client: only waiting helps.
      if (errorCode !== ErrorCode.UNKNOWN_LEADER_EPOCH) metadata.requestUpdate();
      this.backOff(partition);
    }
  }

  private fail(partition: AssignedPartition, error: ConsumerError): void {
    const { simulation, clientName, onError } = this.deps;
    partition.state = 'failed';
    simulation.bus.emit(consumerFailed, clientName, partition.id, partition.position, simulation.bus.names.idOf(error));
    onError(error, partition.id, partition.position);
  }

  // ---------------------------------------------------------------- positions

  private requestReset(partition: AssignedPartition): void {
    partition.state = 'await-reset';
    partition.retryAtUs = 0;
  }

  private listOffsets(to: NodeRequest): void {
    const { config, client } = this.deps;
    const timestamp = config.autoOffsetReset === 'earliest' ? EARLIEST_TIMESTAMP : LATEST_TIMESTAMP;
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
      else if (isRetriable(answer.errorCode)) {
        this.deps.metadata.requestUpdate();
        this.backOff(partition);
      } else this.fail(partition, errorName(answer.errorCode));
    }
    this.deps.metadata.poll();
    this.advance();
  }

  private resetTo(partition: AssignedPartition, offset: number, leaderEpoch: number): void {
    const { simulation, clientName, config, metadata } = this.deps;
    const from = partition.position;
    partition.position = offset;
    partition.offsetEpoch = leaderEpoch;
    partition.state = 'fetching';
    metadata.sawEpoch(partition.id, leaderEpoch);
    if (from !== -1) simulation.probes.hit('consumer-offset-reset');
    simulation.bus.emit(consumerPositionReset, clientName, partition.id, from, offset, simulation.bus.names.idOf(config.autoOffsetReset));
  }

  /** KIP-320: the epoch under which the client believes in this leader; -1 where the protocol carries none. */
  private currentLeaderEpoch(partition: AssignedPartition): number {
    return this.deps.features.fetchEpochFencing ? (this.metadataOf(partition)?.leaderEpoch ?? -1) : -1;
  }

  private metadataOf(partition: AssignedPartition): PartitionMetadata | undefined {
    return (partition.metadata ??= this.deps.metadata.partition(partition.id));
  }

  /** Guess: Java fetches again at once after most errors; here the partition waits retry.backoff.ms, which spares events only. */
  private backOff(partition: AssignedPartition): void {
    const { client, config, random } = this.deps;
    partition.retryAtUs = client.nowUs + retryBackoffUs(config, 0, random);
  }

  private armWake(atUs: number, nowUs: number): void {
    if (atUs === NEVER) return;
    if (this.wakeTimer !== 0) {
      if (this.wakeAtUs <= atUs && this.wakeAtUs > nowUs) return;
      this.deps.process.cancel(this.wakeTimer);
    }
    this.wakeAtUs = atUs;
    this.wakeTimer = this.deps.process.after(atUs - nowUs, this.wake, undefined);
  }

  private readonly wake = (): void => {
    this.wakeTimer = 0;
    this.advance();
  };
}

function addTo(requests: NodeRequest[], node: number, partition: AssignedPartition): void {
  for (const request of requests) {
    if (request.node === node) {
      request.partitions.push(partition);
      return;
    }
  }
  requests.push({ node, partitions: [partition] });
}
