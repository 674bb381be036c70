/**
 * One replica of one partition on one broker, after kafka.cluster.Partition: who leads, in which epoch, what the leader knows of its followers,
 * the in-sync replicas in their three senses, and the high watermark.
 *
 * The three ISRs (KIP-497): the controller's is the truth and not here; `committedIsr` is the last one this leader saw confirmed; `maximalIsr` adds a
 * member whose addition is in flight, since the controller may elect it before this leader hears of it.
 *
 * Leaves out: log directories and moves between them, observers, tiered storage. What to do about a change (proposing it, answering waiting
 * requests) is the replica manager's part.
 */
import type { FetchPartitionResponse, PartitionState } from '../protocol/messages.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ProducerBatch, RecordBatch } from '../protocol/records.js';
import { lastStableOffsetAdvanced } from '../log/events.js';
import type { Log } from '../log/Log.js';
import { batchAppended, becameFollower, becameLeader, highWatermarkAdvanced } from '../events.js';
import type { EventBus } from '../../engine/events.js';
import type { Probes } from '../../engine/probes.js';
import type { Purgatory } from './Purgatory.js';
import { replicationProbes } from './probes.js';

/** What a leader knows of one follower (kafka.cluster.Replica); all unknown again in every new leader epoch. */
export interface RemoteReplica {
  readonly brokerId: number;
  /** Offset of its last fetch, which acknowledges everything below; -1 unknown. */
  logEndOffset: number;
  lastFetchLeaderLogEndOffset: number;
  lastFetchUs: number;
  lastCaughtUpUs: number;
}

/** An ISR change proposed and not yet confirmed. */
export interface PendingIsr {
  readonly kind: 'expand' | 'shrink';
  readonly isr: readonly number[];
}

export interface PartitionDeps {
  readonly bus: EventBus;
  readonly probes: Probes;
  readonly features: KafkaFeatures;
  /** Wall clock of the broker, as Kafka measures replica lag, microseconds. */
  readonly nowUs: () => number;
  readonly nowMs: () => number;
  readonly minInsyncReplicas: number;
  readonly maxMessageBytes: number;
  readonly replicaLagTimeMaxUs: number;
  readonly replicaLagMaxMessages: number;
  /** Is this broker alive as far as the metadata cache knows? */
  readonly isAlive: (brokerId: number) => boolean;
}

export class Partition {
  isLeader = false;
  leaderId = -1;
  leaderEpoch = -1;
  /** Log end offset at the moment this replica became leader in this epoch; -1 when not leader. */
  epochStartOffset = -1;
  /** Version of the state znode as this broker knows it. */
  partitionEpoch = -1;
  controllerEpoch = -1;
  replicas: readonly number[] = [];
  committedIsr: readonly number[] = [];
  pendingIsr: PendingIsr | null = null;
  /** Before KIP-497 the leader holds its lock while it writes ZooKeeper: nothing moves the high watermark meanwhile. */
  isrWriteBlocks = false;
  readonly remotes = new Map<number, RemoteReplica>();
  /** The last answer to a fetch that brought no records, kept to be given again. */
  lastEmptyAnswer: FetchPartitionResponse | null = null;

  constructor(
    readonly id: number,
    readonly brokerId: number,
    readonly log: Log,
    readonly purgatory: Purgatory,
    private readonly deps: PartitionDeps,
  ) {}

  /** Largest batch that a producer may append (max.message.bytes). */
  get maxMessageBytes(): number {
    return this.deps.maxMessageBytes;
  }

  get isrChangePending(): boolean {
    return this.pendingIsr !== null;
  }

  /** Committed members and those being added. A member being removed counts until its removal is confirmed. */
  get maximalIsr(): readonly number[] {
    const { pendingIsr } = this;
    if (pendingIsr === null) return this.committedIsr;
    return pendingIsr.kind === 'expand' || !this.deps.features.shrinkPendsUntilConfirmed ? pendingIsr.isr : this.committedIsr;
  }

  /** min.insync.replicas as it counts here (KAFKA-15583 caps it at the replication factor). */
  get effectiveMinIsr(): number {
    const { features, minInsyncReplicas } = this.deps;
    if (!features.minIsrChecks) return 1;
    return features.minIsrCappedByReplicationFactor ? Math.min(minInsyncReplicas, this.replicas.length) : minInsyncReplicas;
  }

  /** LeaderAndIsr names this broker leader. True when the epoch is new. */
  makeLeader(state: PartitionState): boolean {
    const { deps, log } = this;
    const newEpoch = state.leaderEpoch > this.leaderEpoch;
    this.adopt(state);
    this.committedIsr = state.isr;
    if (newEpoch) {
      if (!this.isLeader) log.producers.forgetVerifications();
      this.isLeader = true;
      this.epochStartOffset = log.logEndOffset;
      if (deps.features.epochOnElection) log.epochs.assign(state.leaderEpoch, log.logEndOffset);
      this.resetRemotes();
      const names = deps.bus.names;
      deps.bus.emit(
        becameLeader,
        this.brokerId,
        this.id,
        state.leaderEpoch,
        log.logEndOffset,
        log.highWatermark,
        names.idOf(this.committedIsr.join(',')),
      );
    } else this.addMissingRemotes();
    return newEpoch;
  }

  /** LeaderAndIsr names another leader (or none, -1). True when the epoch is new. */
  makeFollower(state: PartitionState): boolean {
    const newEpoch = state.leaderEpoch > this.leaderEpoch;
    this.adopt(state);
    this.isLeader = false;
    this.epochStartOffset = -1;
    this.committedIsr = [];
    this.remotes.clear();
    const { log, deps } = this;
    deps.bus.emit(becameFollower, this.brokerId, this.id, state.leaderEpoch, state.leader, log.logEndOffset, log.highWatermark);
    return newEpoch;
  }

  /** Appends on the leader; null when the disk refused. The caller has checked leadership and min.insync.replicas. */
  append(batch: ProducerBatch): RecordBatch | null {
    const placed = this.log.appendAsLeader(batch, this.leaderEpoch, this.deps.nowMs());
    if (placed === null) return null;
    this.deps.bus.emit(
      batchAppended,
      this.brokerId,
      this.id,
      placed.baseOffset,
      placed.lastOffset,
      placed.leaderEpoch,
      placed.records[0]?.value ?? -1,
    );
    return placed;
  }

  /** A follower's fetch at `fetchOffset`: it holds everything below. */
  updateFollower(brokerId: number, fetchOffset: number): void {
    const remote = this.remotes.get(brokerId);
    if (remote === undefined) return;
    const nowUs = this.deps.nowUs();
    const leaderEnd = this.log.logEndOffset;
    if (fetchOffset >= leaderEnd) remote.lastCaughtUpUs = Math.max(remote.lastCaughtUpUs, nowUs);
    else if (fetchOffset >= remote.lastFetchLeaderLogEndOffset) {
      remote.lastCaughtUpUs = Math.max(remote.lastCaughtUpUs, remote.lastFetchUs);
    }
    remote.logEndOffset = this.deps.features.fetchAcknowledgesBelow ? fetchOffset : leaderEnd;
    remote.lastFetchLeaderLogEndOffset = leaderEnd;
    remote.lastFetchUs = nowUs;
  }

  /** May this follower join the ISR now? */
  canJoinIsr(brokerId: number): boolean {
    const { features } = this.deps;
    if ((this.pendingIsr !== null && features.oneIsrChangeAtATime) || this.maximalIsr.includes(brokerId)) return false;
    const remote = this.remotes.get(brokerId);
    if (remote === undefined || remote.logEndOffset < 0) return false;
    if (features.isrJoinRequiresHighWatermark && remote.logEndOffset < this.log.highWatermark) return false;
    if (features.isrJoinRequiresEpochStart && remote.logEndOffset < this.epochStartOffset) {
      this.deps.probes.hit(replicationProbes['isr-join-waits-for-epoch-start']);
      return false;
    }
    if (!features.isrMembersMustBeAlive || this.deps.isAlive(brokerId)) return true;
    this.deps.probes.hit(replicationProbes['isr-join-refused-to-the-dead']);
    return false;
  }

  /** Members that fell behind by replica.lag.time.max.ms (and, in 0.8, by replica.lag.max.messages). */
  laggingMembers(): number[] {
    const { features, replicaLagTimeMaxUs, replicaLagMaxMessages } = this.deps;
    const nowUs = this.deps.nowUs();
    const leaderEnd = this.log.logEndOffset;
    const lagging: number[] = [];
    for (const member of this.maximalIsr) {
      const remote = this.remotes.get(member);
      if (remote === undefined || remote.logEndOffset === leaderEnd) continue;
      const slow = features.lagByMessages && leaderEnd - remote.logEndOffset > replicaLagMaxMessages;
      const stuckSinceUs = features.lagByMessages ? remote.lastFetchUs : remote.lastCaughtUpUs;
      if (slow || nowUs - stuckSinceUs > replicaLagTimeMaxUs) lagging.push(member);
    }
    return lagging;
  }

  /** Moves the high watermark as far as the in-sync replicas allow; true when it moved. */
  maybeAdvanceHighWatermark(): boolean {
    const { deps, log } = this;
    const { features } = deps;
    const from = log.highWatermark;
    let to = log.logEndOffset;
    const monotonic = features.highWatermarkMonotonic;
    if ((to <= from && monotonic) || this.highWatermarkIsHeld()) return false;
    const isr = features.maximalIsr ? this.maximalIsr : this.committedIsr;
    for (const remote of this.remotes.values()) {
      if (remote.logEndOffset < to && this.counts(remote) && (isr.includes(remote.brokerId) || this.holdsBack(remote)))
        to = remote.logEndOffset;
      if (to <= from && monotonic) return false;
    }
    if (to === from) return false;
    const { seen } = log.producers.transactions;
    const stableBefore = seen ? log.lastStableOffset : 0;
    log.updateHighWatermark(to);
    deps.bus.emit(highWatermarkAdvanced, this.brokerId, this.id, from, to, this.leaderEpoch);
    // It moves with the high watermark only, and is a matter of its own only where transactions are.
    if (seen && log.lastStableOffset > stableBefore) {
      deps.bus.emit(lastStableOffsetAdvanced, this.brokerId, this.id, stableBefore, log.lastStableOffset);
    }
    return true;
  }

  private highWatermarkIsHeld(): boolean {
    const { features, probes } = this.deps;
    if (this.isrWriteBlocks) {
      probes.hit(replicationProbes['high-watermark-held-by-isr-write']);
      return true;
    }
    if (!features.highWatermarkRequiresMinIsr || this.committedIsr.length >= this.effectiveMinIsr) return false;
    probes.hit(replicationProbes['high-watermark-held-by-min-isr']);
    return true;
  }

  /** In-sync replicas whose log reaches `offset`, the leader included: what acks=N counted before 0.9. */
  copiesReaching(offset: number): number {
    let copies = this.log.logEndOffset >= offset ? 1 : 0;
    for (const member of this.committedIsr) {
      const remote = this.remotes.get(member);
      if (remote !== undefined && remote.logEndOffset >= offset) copies++;
    }
    return copies;
  }

  /** The controller (or ZooKeeper) confirmed an ISR. */
  commitIsr(isr: readonly number[], partitionEpoch: number): void {
    this.committedIsr = isr;
    this.partitionEpoch = partitionEpoch;
    this.pendingIsr = null;
  }

  private adopt(state: PartitionState): void {
    this.leaderId = state.leader;
    this.leaderEpoch = state.leaderEpoch;
    this.controllerEpoch = state.controllerEpoch;
    this.partitionEpoch = state.partitionEpoch;
    this.replicas = state.replicas;
    this.pendingIsr = null;
    this.isrWriteBlocks = false;
  }

  private resetRemotes(): void {
    this.remotes.clear();
    const nowUs = this.deps.nowUs();
    for (const brokerId of this.replicas) {
      if (brokerId !== this.brokerId) this.addRemote(brokerId, this.committedIsr.includes(brokerId) ? nowUs : Number.MIN_SAFE_INTEGER);
    }
  }

  /** Same epoch, new assignment: followers that went are forgotten, new ones start unknown, the others keep their state. */
  private addMissingRemotes(): void {
    for (const brokerId of [...this.remotes.keys()]) if (!this.replicas.includes(brokerId)) this.remotes.delete(brokerId);
    for (const brokerId of this.replicas) {
      if (brokerId !== this.brokerId && !this.remotes.has(brokerId)) this.addRemote(brokerId, Number.MIN_SAFE_INTEGER);
    }
  }

  private addRemote(brokerId: number, lastCaughtUpUs: number): void {
    this.remotes.set(brokerId, {
      brokerId,
      logEndOffset: -1,
      lastFetchLeaderLogEndOffset: 0,
      lastFetchUs: lastCaughtUpUs,
      lastCaughtUpUs,
    });
  }

  /** Does the high watermark wait for followers at all, and for one that has not fetched in this epoch? Both are load-bearing conditions. */
  private counts({ logEndOffset }: RemoteReplica): boolean {
    const { highWatermarkAwaitsIsr, unknownFollowersBlock } = this.deps.features;
    return highWatermarkAwaitsIsr && (unknownFollowersBlock || logEndOffset >= 0);
  }

  /** KAFKA-4485: a caught-up replica about to join the ISR holds the high watermark back already. */
  private holdsBack(remote: RemoteReplica): boolean {
    if (!this.deps.features.highWatermarkWaitsForCaughtUp) return false;
    const caughtUp =
      remote.logEndOffset === this.log.logEndOffset || this.deps.nowUs() - remote.lastCaughtUpUs <= this.deps.replicaLagTimeMaxUs;
    const holds = caughtUp && (!this.deps.features.isrMembersMustBeAlive || this.deps.isAlive(remote.brokerId));
    if (holds) this.deps.probes.hit(replicationProbes['high-watermark-waits-for-joiner']);
    return holds;
  }
}
