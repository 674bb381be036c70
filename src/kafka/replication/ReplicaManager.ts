/**
 * All replicas of one broker, after kafka.server.ReplicaManager: fetches and what they say of followers, the controller's LeaderAndIsr and
 * StopReplica, the fetchers of the followed partitions, and the periodic look at who fell behind. Producing and reading have files of their own.
 *
 * Leaves out: log directories, quotas, fetch sessions (KIP-227), topic ids.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import { expandLate, fetchAnsweredEarly, shrinkCheckExtra, shrinkCheckSkipped } from '../buggifySites.js';
import type { BrokerConfig, TopicConfig } from '../config/index.js';
import { isrChangeCommitted, isrChangeFailed, isrChangeProposed, leadershipEnded, logTruncated, replicaStopped } from '../events.js';
import type { LogManager } from '../log/LogManager.js';
import type { BrokerConnection } from '../network/BrokerConnection.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type {
  FetchPartition,
  FetchRequest,
  FetchResponse,
  LeaderAndIsrRequest,
  LeaderAndIsrResponse,
  PartitionState,
  StopReplicaRequest,
  StopReplicaResponse,
} from '../protocol/messages.js';
import { countTransition } from '../protocol/stateMachine.js';
import { topicOf } from '../protocol/topicPartition.js';
import { DelayedFetch } from './DelayedFetch.js';
import type { IsrChanger, IsrOutcomes } from './IsrChanger.js';
import { Partition, type PartitionDeps } from './Partition.js';
import { PartitionReader, type StableBounds } from './PartitionReader.js';
import { ProduceHandler } from './ProduceHandler.js';
import { Purgatory } from './Purgatory.js';
import { ReplicaFetcher } from './ReplicaFetcher.js';
import { replicaSelectorOf } from './ReplicaSelector.js';
import { brokerReplicaStates, replicationProbes } from './probes.js';

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
  /** broker.rack of a broker, empty without one (UpdateMetadata tells it in Kafka); absent: there are no racks. */
  readonly rackOf?: (brokerId: number) => string;
  /** A write failed: with its only log directory gone the broker halts. */
  readonly onStorageError: () => void;
}

/**
 * Guess: how long a request thread loses its processor between its two looks at the high watermark, before KAFKA-9807 made it one. Always, so that the race is
 * a matter of what else happens in that time and runs stay deterministic; only where transactions are.
 */
const SECOND_LOOK_US = 100;

/** Leader epoch of a StopReplica that deletes its topic whatever the replica's epoch (KIP-570). */
const EPOCH_DURING_DELETE = -2;

type BrokerReplicaState = (typeof brokerReplicaStates.states)[number];

export class ReplicaManager implements IsrOutcomes {
  /** Highest controller epoch heard of: requests of older controllers are refused. */
  controllerEpoch = -1;
  /** Set by the broker once its session exists. */
  isrChanger: IsrChanger | null = null;
  /** A replica began or ceased to lead, or leads in a new epoch; called after the fact, also when nothing changed. */
  onLeadership: (partition: Partition) => void = () => {};

  private readonly partitions = new Map<number, Partition>();
  private readonly fetchers = new Map<number, ReplicaFetcher>();
  private readonly states = new Map<number, BrokerReplicaState>();
  readonly produceHandler: ProduceHandler;
  readonly reader: PartitionReader;

  constructor(private readonly deps: ReplicaManagerDeps) {
    this.produceHandler = new ProduceHandler(deps, this.partitions);
    const { simulation, brokerId, features, metadata } = deps;
    const replicaSelector = replicaSelectorOf({ brokerId, features, config: deps.config, metadata, rackOf: deps.rackOf ?? noRacks });
    this.reader = new PartitionReader({ simulation, brokerId, features, metadata, replicaSelector }, this.partitions);
    deps.process.every(Math.max(1, Math.floor(deps.config.replicaLagTimeMaxUs / 2)), this.shrinkIsrs);
  }

  get(partition: number): Partition | undefined {
    return this.partitions.get(partition);
  }

  all(): Iterable<Partition> {
    return this.partitions.values();
  }

  // ------------------------------------------------------------ fetch

  /** Reads, counts the follower's progress, and answers now or when there is something to tell. */
  fetch(request: FetchRequest, respond: (response: FetchResponse) => void): void {
    const bounds = this.reader.stableBounds(request);
    if (bounds === null) this.readNow(request, respond, null);
    else this.deps.process.after(SECOND_LOOK_US, () => this.readNow(request, respond, bounds), undefined);
  }

  private readNow(request: FetchRequest, respond: (response: FetchResponse) => void, bounds: StableBounds | null): void {
    let bytes = 0;
    let answerNow = request.maxWaitUs <= 0 || request.partitions.length === 0;
    const partitions = request.partitions.map((asked) => {
      const answer = this.reader.read(asked, request, request.maxBytes - bytes, bytes === 0, bounds);
      if (answer.errorCode !== ErrorCode.NONE || answer.divergingEpoch !== null || answer.preferredReadReplica >= 0) answerNow = true;
      else if (request.replicaId >= 0) this.followerFetched(asked, request.replicaId);
      for (const batch of answer.batches) bytes += batch.sizeBytes;
      return answer;
    });
    if (answerNow || bytes >= request.minBytes) respond({ partitions });
    else this.delayFetch(request, respond);
  }

  private delayFetch(request: FetchRequest, respond: (response: FetchResponse) => void): void {
    const partitions = request.partitions.map((asked) => this.partitions.get(asked.partition) as Partition);
    const epochs = partitions.map((partition) => partition.leaderEpoch);
    const leading = partitions.map((partition) => partition.isLeader);
    const operation = new DelayedFetch(request, partitions, epochs, leading, respond, this.answerDelayed);
    // The follower's own progress may have answered somebody whose next request changed this very log.
    if (operation.tryComplete()) return;
    for (const partition of partitions) partition.purgatory.watchFetch(operation, request.replicaId >= 0);
    const earlyUs = this.deps.simulation.buggify.amount(fetchAnsweredEarly, request.maxWaitUs);
    operation.timer = this.deps.process.after(earlyUs || request.maxWaitUs, expireFetch, operation);
  }

  private readonly answerDelayed = ({ timer, request, respond }: DelayedFetch): void => {
    this.deps.process.cancel(timer);
    const bounds = this.reader.stableBounds(request);
    if (bounds === null) respond(this.reader.reread(request));
    else this.deps.process.after(SECOND_LOOK_US, () => respond(this.reader.reread(request, bounds)), undefined);
  };

  private followerFetched(asked: FetchPartition, replicaId: number): void {
    const partition = this.partitions.get(asked.partition) as Partition;
    partition.updateFollower(replicaId, asked.fetchOffset);
    if (partition.canJoinIsr(replicaId) && !this.deps.simulation.buggify.fires(expandLate)) {
      this.propose(partition, 'expand', [...partition.committedIsr, replicaId]);
      this.deps.simulation.probes.hit(replicationProbes['isr-expand-proposed']);
    }
    if (partition.maybeAdvanceHighWatermark()) partition.purgatory.highWatermarkAdvanced();
    else if (this.deps.features.legacyAcksN) partition.purgatory.followerAdvanced();
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
    if (!newer && features.staleLeaderAndIsrRefused) {
      if (state.leaderEpoch < partition.leaderEpoch) this.deps.simulation.probes.hit(replicationProbes['old-leader-and-isr-ignored']);
      return ErrorCode.NONE;
    }
    if (state.leader === brokerId) this.lead(partition, state);
    else this.follow(partition, state);
    return ErrorCode.NONE;
  }

  private lead(partition: Partition, state: PartitionState): void {
    for (const fetcher of this.fetchers.values()) fetcher.remove(partition.id);
    if (partition.isLeader && state.leaderEpoch > partition.leaderEpoch)
      this.deps.simulation.probes.hit(replicationProbes['led-on-in-new-epoch']);
    this.entered(partition, 'Leader');
    partition.makeLeader(state);
    partition.maybeAdvanceHighWatermark();
    partition.purgatory.everythingChanged();
    this.onLeadership(partition);
  }

  private follow(partition: Partition, state: PartitionState): void {
    const wasLeader = partition.isLeader;
    const { simulation, brokerId, features } = this.deps;
    const previousEpoch = partition.leaderEpoch;
    const previousLeader = partition.leaderId;
    this.entered(partition, 'Follower');
    const newEpoch = partition.makeFollower(state);
    if (wasLeader) {
      simulation.probes.hit(replicationProbes['leader-became-follower']);
      this.leadershipOver(partition, previousEpoch, 'became-follower');
    }
    partition.purgatory.everythingChanged();
    this.onLeadership(partition);
    const fetcher = state.leader >= 0 ? this.fetcherFor(state.leader) : null;
    if (!newEpoch && fetcher !== null && fetcher.has(partition.id)) return;
    for (const other of this.fetchers.values()) other.remove(partition.id);
    // The old rule cut only for a leader that is there, and another one than before: an ISR change with a new epoch left the log alone.
    if (features.truncation === 'high-watermark' && state.leader >= 0 && state.leader !== previousLeader) {
      const { log } = partition;
      const from = log.logEndOffset;
      log.truncateTo(log.highWatermark);
      if (log.logEndOffset < from) {
        simulation.probes.hit(replicationProbes['log-truncated']);
        simulation.probes.hit(replicationProbes['truncated-to-high-watermark']);
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

  private entered(partition: Partition, next: BrokerReplicaState): void {
    countTransition(this.deps.simulation.probes, brokerReplicaStates, this.states.get(partition.id) ?? 'None', next);
    if (next === 'None') this.states.delete(partition.id);
    else this.states.set(partition.id, next);
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
      this.deps.simulation.probes.hit(replicationProbes['stale-stop-replica-fenced']);
      return ErrorCode.FENCED_LEADER_EPOCH;
    }
    for (const fetcher of this.fetchers.values()) fetcher.remove(asked.partition);
    if (partition !== undefined) {
      const wasLeader = partition.isLeader;
      this.entered(partition, asked.deletePartition ? 'None' : 'Stopped');
      partition.isLeader = false;
      if (wasLeader) this.leadershipOver(partition, partition.leaderEpoch, 'replica-stopped');
      partition.purgatory.everythingChanged();
      this.onLeadership(partition);
      const { bus } = this.deps.simulation;
      bus.emit(replicaStopped, this.deps.brokerId, asked.partition, partition.leaderEpoch, asked.deletePartition ? 1 : 0);
    }
    if (asked.deletePartition) {
      this.deps.simulation.probes.hit(replicationProbes['replica-deleted']);
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
      probes: deps.simulation.probes,
      features: deps.features,
      nowUs: () => clock.wallUs(),
      nowMs: () => clock.wallMs(),
      minInsyncReplicas: topicConfig.minInsyncReplicas,
      maxMessageBytes: topicConfig.maxMessageBytes,
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
    const { simulation, process, config } = this.deps;
    if (simulation.buggify.fires(shrinkCheckSkipped)) return;
    const againUs = simulation.buggify.amount(shrinkCheckExtra, config.replicaLagTimeMaxUs);
    if (againUs > 0) process.after(againUs, this.proposeShrinking, undefined);
    this.proposeShrinking();
  };

  private readonly proposeShrinking = (): void => {
    for (const partition of this.partitions.values()) {
      if (!partition.isLeader || (partition.pendingIsr !== null && this.deps.features.oneIsrChangeAtATime)) continue;
      const lagging = partition.laggingMembers();
      if (lagging.length === 0) continue;
      this.deps.simulation.probes.hit(replicationProbes['isr-shrink-proposed']);
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
    probes.hit(shrunk ? replicationProbes['isr-shrunk'] : replicationProbes['isr-expanded']);
    bus.emit(isrChangeCommitted, this.deps.brokerId, partition.id, leaderEpoch, bus.names.idOf(isr.join(',')), partitionEpoch);
    // KAFKA-13091: a confirmed shrink can be all that the high watermark waited for.
    partition.maybeAdvanceHighWatermark();
    partition.purgatory.everythingChanged();
  }

  reverted(partition: Partition, leaderEpoch: number, error: string): void {
    this.deps.simulation.probes.hit(replicationProbes['isr-change-taken-back']);
    this.isrChangeFailed(partition, leaderEpoch, error);
    partition.pendingIsr = null;
  }

  superseded(partition: Partition, leaderEpoch: number, error: string): void {
    this.deps.simulation.probes.hit(replicationProbes['isr-change-superseded']);
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

function expireFetch(operation: DelayedFetch): void {
  operation.expire();
}

function noRacks(): string {
  return '';
}
