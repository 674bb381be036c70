/**
 * All replicas of one broker, after kafka.server.ReplicaManager: produces and fetches, the controller's LeaderAndIsr and StopReplica, the fetchers
 * of the followed partitions, and the periodic look at who fell behind.
 *
 * Leaves out: log directories, quotas, preferred read replicas (KIP-392), fetch sessions (KIP-227), topic ids.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import type { BrokerConfig, TopicConfig } from '../config/index.js';
import {
  fetchFenced,
  isrChangeCommitted,
  isrChangeFailed,
  isrChangeProposed,
  leadershipEnded,
  logTruncated,
  produceAcknowledged,
  produceRefused,
  replicaStopped,
} from '../events.js';
import type { LogManager } from '../log/LogManager.js';
import type { BrokerConnection } from '../network/BrokerConnection.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type {
  FetchPartition,
  FetchPartitionResponse,
  FetchRequest,
  FetchResponse,
  LeaderAndIsrRequest,
  LeaderAndIsrResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
  PartitionState,
  ProduceRequest,
  ProduceResponse,
  StopReplicaRequest,
  StopReplicaResponse,
} from '../protocol/messages.js';
import { NO_BATCHES, type RecordBatch } from '../protocol/records.js';
import { topicOf } from '../protocol/topicPartition.js';
import { DelayedFetch } from './DelayedFetch.js';
import { DelayedProduce, type ProducePart } from './DelayedProduce.js';
import type { IsrChanger, IsrOutcomes } from './IsrChanger.js';
import { Partition, type PartitionDeps } from './Partition.js';
import { Purgatory } from './Purgatory.js';
import { ReplicaFetcher } from './ReplicaFetcher.js';

export interface ReplicaManagerDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly topicConfig: (topic: string) => TopicConfig;
  readonly logs: LogManager;
  readonly metadata: MetadataCache;
  readonly connectTo: (brokerId: number) => BrokerConnection;
  /** A write failed: with its only log directory gone the broker halts. */
  readonly onStorageError: () => void;
}

/** Leader epoch of a StopReplica that deletes its topic whatever the replica's epoch (KIP-570). */
const EPOCH_DURING_DELETE = -2;

export class ReplicaManager implements IsrOutcomes {
  /** Highest controller epoch heard of: requests of older controllers are refused. */
  controllerEpoch = -1;
  /** Set by the broker once its session exists. */
  isrChanger: IsrChanger | null = null;

  private readonly partitions = new Map<number, Partition>();
  private readonly fetchers = new Map<number, ReplicaFetcher>();

  constructor(private readonly deps: ReplicaManagerDeps) {
    deps.process.every(Math.max(1, Math.floor(deps.config.replicaLagTimeMaxUs / 2)), this.shrinkIsrs);
  }

  get(partition: number): Partition | undefined {
    return this.partitions.get(partition);
  }

  all(): Iterable<Partition> {
    return this.partitions.values();
  }

  // ------------------------------------------------------------ produce

  /** Appends and, when everything that `acks` asks for is true (or the deadline passed), answers. */
  produce(request: ProduceRequest, respond: (response: ProduceResponse) => void): void {
    const { disk } = this.deps.process.host;
    let bytes = 0;
    if (disk.slowdown !== 1) for (const { batch } of request.partitions) bytes += batch.sizeBytes;
    if (bytes === 0) this.appendAll(request, respond);
    else this.deps.process.after(disk.writeCostUs(bytes), () => this.appendAll(request, respond), undefined);
  }

  private appendAll(request: ProduceRequest, respond: (response: ProduceResponse) => void): void {
    const parts: ProducePart[] = [];
    let flushUs = 0;
    for (const { partition: id, batch } of request.partitions) {
      const part = this.appendOne(id, batch, request.acks);
      parts.push(part);
      if (part.batch !== null && (part.partition as Partition).log.needsFlush) flushUs += this.deps.process.host.disk.flushCostUs();
    }
    if (flushUs === 0) {
      this.appended(request, parts, respond);
      return;
    }
    // flush.messages: the append itself waits for the fsync; only then the high watermark is looked at and waiting fetches are answered.
    // A fetch that comes by meanwhile does see the new log end, as in UnifiedLog, where readers take no lock.
    this.deps.process.after(flushUs, () => this.flushThenAcknowledge(request, parts, respond), undefined);
  }

  private flushThenAcknowledge(request: ProduceRequest, parts: ProducePart[], respond: (response: ProduceResponse) => void): void {
    for (const { partition } of parts) {
      if (partition !== null && partition.log.needsFlush && !partition.log.flush()) {
        this.deps.onStorageError();
        return;
      }
    }
    this.appended(request, parts, respond);
  }

  private appended(request: ProduceRequest, parts: ProducePart[], respond: (response: ProduceResponse) => void): void {
    for (const part of parts) if (part.batch !== null) this.afterAppend(part.partition as Partition);
    this.acknowledge(request, parts, respond);
  }

  private appendOne(id: number, batch: ProduceRequest['partitions'][number]['batch'], acks: number): ProducePart {
    const partition = this.partitions.get(id);
    const refuse = (errorCode: number): ProducePart => {
      const { bus } = this.deps.simulation;
      bus.emit(produceRefused, this.deps.brokerId, id, bus.names.idOf(errorName(errorCode)), acks, batch.records[0]?.value ?? -1);
      return { partition: partition ?? null, id, batch: null, errorCode, pending: false };
    };
    if (acks < -1 || (acks > 1 && !this.deps.features.legacyAcksN)) return refuse(ErrorCode.INVALID_REQUIRED_ACKS);
    if (partition === undefined) {
      return refuse(this.deps.metadata.state(id) === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }
    if (!partition.isLeader) return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (acks === -1 && this.deps.features.minIsrChecks && partition.committedIsr.length < partition.effectiveMinIsr) {
      return refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
    }
    if (batch.sizeBytes > this.deps.topicConfig(topicOf(this.deps.simulation.bus.names, id)).maxMessageBytes) {
      return refuse(ErrorCode.MESSAGE_TOO_LARGE);
    }
    const appended = partition.append(batch);
    if (appended === null) {
      this.deps.onStorageError();
      return refuse(ErrorCode.KAFKA_STORAGE_ERROR);
    }
    return { partition, id, batch: appended, errorCode: ErrorCode.NONE, pending: acks === -1 || acks > 1 };
  }

  private afterAppend(partition: Partition): void {
    if (partition.maybeAdvanceHighWatermark()) partition.purgatory.highWatermarkAdvanced();
    partition.purgatory.logEndAdvanced();
  }

  private acknowledge(request: ProduceRequest, parts: readonly ProducePart[], respond: (response: ProduceResponse) => void): void {
    const finish = (): void => respond(this.produceResponse(request, parts));
    if (!parts.some((part) => part.pending)) {
      finish();
      return;
    }
    const operation = new DelayedProduce(parts, request.acks, this.deps.features.minIsrChecks, (done) => {
      this.deps.process.cancel(done.timer);
      finish();
    });
    if (operation.tryComplete()) return;
    for (const part of parts) if (part.pending) (part.partition as Partition).purgatory.watchProduce(operation);
    operation.timer = this.deps.process.after(request.timeoutUs, expireProduce, operation);
  }

  private produceResponse(request: ProduceRequest, parts: readonly ProducePart[]): ProduceResponse {
    const { simulation, brokerId } = this.deps;
    return {
      partitions: parts.map((part) => {
        const { partition, batch, errorCode } = part;
        if (batch !== null && errorCode === ErrorCode.NONE) {
          const { log, maximalIsr } = partition as Partition;
          simulation.bus.emit(
            produceAcknowledged,
            brokerId,
            part.id,
            batch.baseOffset,
            batch.lastOffset,
            request.acks,
            log.highWatermark,
            maximalIsr.length,
          );
        } else if (batch !== null) simulation.probes.hit(`produce-${errorName(errorCode)}-after-append`);
        else simulation.probes.hit(`produce-${errorName(errorCode)}`);
        return {
          partition: part.id,
          errorCode,
          baseOffset: batch !== null && errorCode === ErrorCode.NONE ? batch.baseOffset : -1,
          logStartOffset: partition === null ? -1 : partition.log.logStartOffset,
          ...this.leaderHint(part.id, errorCode),
        };
      }),
    };
  }

  /** KIP-951: NOT_LEADER_OR_FOLLOWER names the new leader. */
  private leaderHint(id: number, errorCode: number): { currentLeader: number; currentLeaderEpoch: number } {
    if (!this.deps.features.leaderInErrors || errorCode !== ErrorCode.NOT_LEADER_OR_FOLLOWER) {
      return { currentLeader: -1, currentLeaderEpoch: -1 };
    }
    const state = this.deps.metadata.state(id);
    return { currentLeader: state?.leader ?? -1, currentLeaderEpoch: state?.leaderEpoch ?? -1 };
  }

  // ------------------------------------------------------------ fetch

  /** Reads, counts the follower's progress, and answers now or when there is something to tell. */
  fetch(request: FetchRequest, respond: (response: FetchResponse) => void): void {
    const answers: FetchPartitionResponse[] = [];
    let bytes = 0;
    let answerNow = request.maxWaitUs <= 0 || request.partitions.length === 0;
    for (const asked of request.partitions) {
      const answer = this.read(asked, request, request.maxBytes - bytes, bytes === 0);
      if (answer.errorCode !== ErrorCode.NONE || answer.divergingEpoch !== null) answerNow = true;
      else if (request.replicaId >= 0) this.followerFetched(asked, request.replicaId);
      for (const batch of answer.batches) bytes += batch.sizeBytes;
      answers.push(answer);
    }
    if (answerNow || bytes >= request.minBytes) {
      respond({ partitions: answers });
      return;
    }
    this.delayFetch(request, respond);
  }

  private delayFetch(request: FetchRequest, respond: (response: FetchResponse) => void): void {
    const partitions = request.partitions.map((asked) => this.partitions.get(asked.partition) as Partition);
    const epochs = partitions.map((partition) => partition.leaderEpoch);
    const operation = new DelayedFetch(request, partitions, epochs, (done) => {
      this.deps.process.cancel(done.timer);
      respond(this.reread(request));
    });
    // The follower's own progress may have answered somebody whose next request changed this very log.
    if (operation.tryComplete()) return;
    for (const partition of partitions) partition.purgatory.watchFetch(operation, request.replicaId >= 0);
    operation.timer = this.deps.process.after(request.maxWaitUs, expireFetch, operation);
  }

  /** A delayed fetch reads again; the follower's state was counted when it arrived. */
  private reread(request: FetchRequest): FetchResponse {
    let bytes = 0;
    const partitions = request.partitions.map((asked) => {
      const answer = this.read(asked, request, request.maxBytes - bytes, bytes === 0);
      for (const batch of answer.batches) bytes += batch.sizeBytes;
      return answer;
    });
    return { partitions };
  }

  private read(asked: FetchPartition, request: FetchRequest, budgetBytes: number, first: boolean): FetchPartitionResponse {
    const partition = this.partitions.get(asked.partition);
    const fromFollower = request.replicaId >= 0;
    const errorCode = this.fetchError(partition, asked, request.replicaId);
    if (errorCode !== ErrorCode.NONE || partition === undefined) return failedFetch(asked.partition, errorCode);
    const { log } = partition;
    const logEndOffset = log.logEndOffset;
    if (asked.lastFetchedEpoch >= 0) {
      const end = log.epochs.endOffsetFor(asked.lastFetchedEpoch, logEndOffset);
      if (end.endOffset < 0) return failedFetch(asked.partition, ErrorCode.OFFSET_OUT_OF_RANGE);
      if (end.epoch < asked.lastFetchedEpoch || end.endOffset < asked.fetchOffset) {
        return answered(partition, { epoch: end.epoch, endOffset: end.endOffset }, NO_BATCHES);
      }
    }
    if (asked.fetchOffset < log.logStartOffset || asked.fetchOffset > logEndOffset) {
      return failedFetch(asked.partition, ErrorCode.OFFSET_OUT_OF_RANGE);
    }
    const maxBytes = Math.min(asked.maxBytes, budgetBytes);
    const end = fromFollower ? logEndOffset : log.highWatermark;
    const batches = asked.fetchOffset < end && (maxBytes > 0 || first) ? log.read(asked.fetchOffset, maxBytes, end) : NO_BATCHES;
    return answered(partition, null, batches);
  }

  private fetchError(partition: Partition | undefined, asked: FetchPartition, replicaId: number): number {
    if (partition === undefined) {
      return this.deps.metadata.state(asked.partition) === undefined
        ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    const errorCode = this.epochError(partition, asked.currentLeaderEpoch);
    if (errorCode !== ErrorCode.NONE) {
      const { bus, probes } = this.deps.simulation;
      if (replicaId >= 0 && errorCode === ErrorCode.FENCED_LEADER_EPOCH) probes.hit('stale-follower-fetch-fenced');
      bus.emit(
        fetchFenced,
        this.deps.brokerId,
        partition.id,
        replicaId,
        asked.currentLeaderEpoch,
        partition.leaderEpoch,
        bus.names.idOf(errorName(errorCode)),
      );
      return errorCode;
    }
    if (replicaId >= 0 && !partition.remotes.has(replicaId)) {
      return asked.currentLeaderEpoch >= 0 ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    return ErrorCode.NONE;
  }

  /** The checks that every request with a leader epoch goes through (KIP-320). -1 carries none. */
  private epochError(partition: Partition, currentLeaderEpoch: number): number {
    if (currentLeaderEpoch >= 0) {
      if (currentLeaderEpoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
      if (currentLeaderEpoch > partition.leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
    }
    return partition.isLeader ? ErrorCode.NONE : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  private followerFetched(asked: FetchPartition, replicaId: number): void {
    const partition = this.partitions.get(asked.partition) as Partition;
    partition.updateFollower(replicaId, asked.fetchOffset);
    if (partition.canJoinIsr(replicaId)) {
      this.propose(partition, 'expand', [...partition.committedIsr, replicaId]);
      this.deps.simulation.probes.hit('isr-expand-proposed');
    }
    if (partition.maybeAdvanceHighWatermark()) partition.purgatory.highWatermarkAdvanced();
    else if (this.deps.features.legacyAcksN) partition.purgatory.followerAdvanced();
  }

  // ------------------------------------------------------------ offsets

  listOffsets(request: ListOffsetsRequest): ListOffsetsResponse {
    return { partitions: request.partitions.map((asked) => this.listOffset(asked, request.replicaId)) };
  }

  private listOffset(asked: ListOffsetsRequest['partitions'][number], replicaId: number): ListOffsetsResponse['partitions'][number] {
    const partition = this.partitions.get(asked.partition);
    const failed = (errorCode: number): ListOffsetsResponse['partitions'][number] => {
      return { partition: asked.partition, errorCode, timestamp: -1, offset: -1, leaderEpoch: -1 };
    };
    if (partition === undefined) return failed(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const errorCode = this.epochError(partition, asked.currentLeaderEpoch);
    if (errorCode !== ErrorCode.NONE) return failed(errorCode);
    const { log, leaderEpoch } = partition;
    const found = (offset: number, timestamp = -1): ListOffsetsResponse['partitions'][number] => {
      return { partition: asked.partition, errorCode: ErrorCode.NONE, timestamp, offset, leaderEpoch };
    };
    if (asked.timestamp === -2) return found(log.logStartOffset);
    if (replicaId >= 0) return found(log.logEndOffset);
    // KIP-207: until the high watermark has caught up with this epoch, an answer could lie before one already given.
    if (this.deps.features.offsetNotAvailable && log.highWatermark < partition.epochStartOffset) {
      this.deps.simulation.probes.hit('offset-not-available');
      return failed(ErrorCode.OFFSET_NOT_AVAILABLE);
    }
    if (asked.timestamp === -1) return found(log.highWatermark);
    const entry = log.offsetForTimestamp(asked.timestamp);
    return entry === null || entry.offset >= log.highWatermark ? found(-1) : found(entry.offset, entry.timestamp);
  }

  offsetsForLeaderEpoch(request: OffsetForLeaderEpochRequest): OffsetForLeaderEpochResponse {
    return {
      partitions: request.partitions.map((asked) => {
        const partition = this.partitions.get(asked.partition);
        const errorCode = partition === undefined ? ErrorCode.NOT_LEADER_OR_FOLLOWER : this.epochError(partition, asked.currentLeaderEpoch);
        if (partition === undefined || errorCode !== ErrorCode.NONE) {
          return { partition: asked.partition, errorCode, leaderEpoch: -1, endOffset: -1 };
        }
        const end = partition.log.epochs.endOffsetFor(asked.leaderEpoch, partition.log.logEndOffset);
        // Before KIP-279 the answer did not say which epoch it speaks of.
        const leaderEpoch = this.deps.features.truncation === 'kip-101' ? -1 : end.epoch;
        return { partition: asked.partition, errorCode, leaderEpoch, endOffset: end.endOffset };
      }),
    };
  }

  // ------------------------------------------------------------ the controller's requests

  leaderAndIsr(request: LeaderAndIsrRequest): LeaderAndIsrResponse {
    if (request.controllerEpoch < this.controllerEpoch) return { errorCode: ErrorCode.STALE_CONTROLLER_EPOCH, partitions: [] };
    this.controllerEpoch = request.controllerEpoch;
    const answers = request.partitions.map((state) => ({ partition: state.partition, errorCode: this.applyState(state) }));
    this.dropIdleFetchers();
    return { errorCode: ErrorCode.NONE, partitions: answers };
  }

  private applyState(state: PartitionState): number {
    const { brokerId, features } = this.deps;
    if (!state.replicas.includes(brokerId)) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    const partition = this.partitions.get(state.partition) ?? this.create(state.partition);
    const newer =
      state.leaderEpoch > partition.leaderEpoch ||
      // From KIP-497 on an ISR can change without the leader epoch; the partition epoch orders those.
      (features.alterPartition && state.leaderEpoch === partition.leaderEpoch && state.partitionEpoch > partition.partitionEpoch);
    if (!newer) return ErrorCode.NONE;
    if (state.leader === brokerId) this.lead(partition, state);
    else this.follow(partition, state);
    return ErrorCode.NONE;
  }

  private lead(partition: Partition, state: PartitionState): void {
    for (const fetcher of this.fetchers.values()) fetcher.remove(partition.id);
    partition.makeLeader(state);
    partition.maybeAdvanceHighWatermark();
    partition.purgatory.everythingChanged();
  }

  private follow(partition: Partition, state: PartitionState): void {
    const wasLeader = partition.isLeader;
    const { simulation, brokerId, features } = this.deps;
    const previousEpoch = partition.leaderEpoch;
    const previousLeader = partition.leaderId;
    const newEpoch = partition.makeFollower(state);
    if (wasLeader) this.leadershipOver(partition, previousEpoch, 'became-follower');
    partition.purgatory.everythingChanged();
    const fetcher = state.leader >= 0 ? this.fetcherFor(state.leader) : null;
    if (!newEpoch && fetcher !== null && fetcher.has(partition.id)) return;
    for (const other of this.fetchers.values()) other.remove(partition.id);
    // The old rule cut only for a leader that is there, and another one than before: an ISR change with a new epoch left the log alone.
    if (features.truncation === 'high-watermark' && state.leader >= 0 && state.leader !== previousLeader) {
      const { log } = partition;
      const from = log.logEndOffset;
      log.truncateTo(log.highWatermark);
      if (log.logEndOffset < from) {
        simulation.probes.hit('log-truncated');
        simulation.bus.emit(
          logTruncated,
          brokerId,
          partition.id,
          from,
          log.logEndOffset,
          state.leaderEpoch,
          log.highWatermark,
          simulation.bus.names.idOf('high-watermark'),
        );
      }
    }
    fetcher?.add(partition);
  }

  private leadershipOver(partition: Partition, leaderEpoch: number, reason: string): void {
    const { bus } = this.deps.simulation;
    bus.emit(leadershipEnded, this.deps.brokerId, partition.id, leaderEpoch, partition.log.logEndOffset, bus.names.idOf(reason));
  }

  stopReplicas(request: StopReplicaRequest): StopReplicaResponse {
    if (request.controllerEpoch < this.controllerEpoch) return { errorCode: ErrorCode.STALE_CONTROLLER_EPOCH, partitions: [] };
    this.controllerEpoch = request.controllerEpoch;
    const answers = request.partitions.map((asked) => ({ partition: asked.partition, errorCode: this.stopReplica(asked) }));
    this.dropIdleFetchers();
    return { errorCode: ErrorCode.NONE, partitions: answers };
  }

  private stopReplica(asked: StopReplicaRequest['partitions'][number]): number {
    const partition = this.partitions.get(asked.partition);
    // KIP-570: a request older than the replica's own epoch was meant for its former life (KAFKA-9539).
    if (
      partition !== undefined &&
      asked.leaderEpoch !== -1 &&
      asked.leaderEpoch !== EPOCH_DURING_DELETE &&
      asked.leaderEpoch < partition.leaderEpoch
    ) {
      this.deps.simulation.probes.hit('stale-stop-replica-fenced');
      return ErrorCode.FENCED_LEADER_EPOCH;
    }
    for (const fetcher of this.fetchers.values()) fetcher.remove(asked.partition);
    if (partition !== undefined) {
      const wasLeader = partition.isLeader;
      partition.isLeader = false;
      if (wasLeader) this.leadershipOver(partition, partition.leaderEpoch, 'replica-stopped');
      partition.purgatory.everythingChanged();
      const { bus } = this.deps.simulation;
      bus.emit(replicaStopped, this.deps.brokerId, asked.partition, partition.leaderEpoch, asked.deletePartition ? 1 : 0);
    }
    if (asked.deletePartition) {
      this.partitions.delete(asked.partition);
      this.deps.logs.delete(asked.partition);
    }
    return ErrorCode.NONE;
  }

  private create(id: number): Partition {
    const { deps } = this;
    const topicConfig = deps.topicConfig(topicOf(deps.simulation.bus.names, id));
    const { clock } = deps.process.host;
    const partitionDeps: PartitionDeps = {
      bus: deps.simulation.bus,
      features: deps.features,
      nowUs: () => clock.wallUs(),
      nowMs: () => clock.wallMs(),
      minInsyncReplicas: topicConfig.minInsyncReplicas,
      replicaLagTimeMaxUs: deps.config.replicaLagTimeMaxUs,
      replicaLagMaxMessages: deps.config.replicaLagMaxMessages,
      isAlive: (brokerId) => deps.metadata.isAlive(brokerId),
    };
    const partition = new Partition(id, deps.brokerId, deps.logs.getOrCreate(id), new Purgatory(), partitionDeps);
    this.partitions.set(id, partition);
    return partition;
  }

  private fetcherFor(leaderId: number): ReplicaFetcher {
    let fetcher = this.fetchers.get(leaderId);
    if (fetcher === undefined) {
      const { simulation, process, brokerId, features, config, onStorageError } = this.deps;
      const nowMs = (): number => process.host.clock.wallMs();
      const fetcherDeps = { simulation, process, brokerId, features, config, onStorageError, nowMs };
      fetcher = new ReplicaFetcher(leaderId, this.deps.connectTo(leaderId), fetcherDeps);
      this.fetchers.set(leaderId, fetcher);
    }
    return fetcher;
  }

  private dropIdleFetchers(): void {
    for (const fetcher of [...this.fetchers.values()]) {
      if (!fetcher.isIdle) continue;
      fetcher.stop();
      this.fetchers.delete(fetcher.leaderId);
    }
  }

  // ------------------------------------------------------------ ISR changes

  private readonly shrinkIsrs = (): void => {
    for (const partition of this.partitions.values()) {
      if (!partition.isLeader || partition.pendingIsr !== null) continue;
      const lagging = partition.laggingMembers();
      if (lagging.length === 0) continue;
      this.deps.simulation.probes.hit('isr-shrink-proposed');
      this.propose(
        partition,
        'shrink',
        partition.committedIsr.filter((member) => !lagging.includes(member)),
      );
    }
  };

  private propose(partition: Partition, kind: 'expand' | 'shrink', isr: readonly number[]): void {
    if (this.isrChanger === null) return;
    partition.pendingIsr = { kind, isr };
    const { bus } = this.deps.simulation;
    bus.emit(
      isrChangeProposed,
      this.deps.brokerId,
      partition.id,
      partition.leaderEpoch,
      bus.names.idOf(isr.join(',')),
      bus.names.idOf(partition.committedIsr.join(',')),
    );
    this.isrChanger.submit(partition);
  }

  committed(partition: Partition, leaderEpoch: number, isr: readonly number[], partitionEpoch: number): void {
    const shrunk = isr.length < partition.committedIsr.length;
    partition.commitIsr(isr, partitionEpoch);
    const { bus, probes } = this.deps.simulation;
    probes.hit(shrunk ? 'isr-shrunk' : 'isr-expanded');
    bus.emit(isrChangeCommitted, this.deps.brokerId, partition.id, leaderEpoch, bus.names.idOf(isr.join(',')), partitionEpoch);
    // KAFKA-13091: a confirmed shrink can be all that the high watermark waited for.
    partition.maybeAdvanceHighWatermark();
    partition.purgatory.everythingChanged();
  }

  reverted(partition: Partition, leaderEpoch: number, error: string): void {
    this.isrChangeFailed(partition, leaderEpoch, error);
    partition.pendingIsr = null;
  }

  superseded(partition: Partition, leaderEpoch: number, error: string): void {
    this.isrChangeFailed(partition, leaderEpoch, error);
  }

  private isrChangeFailed(partition: Partition, leaderEpoch: number, error: string): void {
    const { bus } = this.deps.simulation;
    const isr = partition.pendingIsr?.isr.join(',') ?? '';
    bus.emit(isrChangeFailed, this.deps.brokerId, partition.id, leaderEpoch, bus.names.idOf(isr), bus.names.idOf(error));
  }

  /** The broker is shutting down: no more copying. */
  stopFetching(): void {
    for (const fetcher of this.fetchers.values()) fetcher.stop();
    this.fetchers.clear();
  }
}

function expireProduce(operation: DelayedProduce): void {
  operation.expire();
}

function expireFetch(operation: DelayedFetch): void {
  operation.expire();
}

function answered(
  partition: Partition,
  divergingEpoch: FetchPartitionResponse['divergingEpoch'],
  batches: readonly RecordBatch[],
): FetchPartitionResponse {
  const { highWatermark, logStartOffset } = partition.log;
  return {
    partition: partition.id,
    errorCode: ErrorCode.NONE,
    highWatermark,
    lastStableOffset: highWatermark,
    logStartOffset,
    divergingEpoch,
    batches,
  };
}

function failedFetch(partition: number, errorCode: number): FetchPartitionResponse {
  return {
    partition,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: null,
    batches: NO_BATCHES,
  };
}
