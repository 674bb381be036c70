/**
 * The thread of a follower that copies from one leader's broker, after kafka.server.AbstractFetcherThread: one request at a time on its own
 * connection, truncation before fetching where the protocol has a separate phase, back-off per partition.
 *
 * The act of fetching at an offset acknowledges everything below it, so a batch is in the local log (and flushed, if the topic says so)
 * before the next fetch leaves.
 *
 * Leaves out: fetch sessions (KIP-227; every fetch lists all its partitions), several fetcher threads per broker, throttling.
 */
import type { Simulation } from '../../engine/Simulation.js';
import type { Process } from '../../engine/Host.js';
import type { Timer } from '../../engine/Scheduler.js';
import { replicaFetchNoWait, replicaFetchOneBatch, replicaFetchPause } from '../buggifySites.js';
import type { BrokerConfig } from '../config/index.js';
import { followerHighWatermarkSet, batchReplicated, logTruncated } from '../events.js';
import type { BrokerConnection } from '../network/BrokerConnection.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type {
  FetchPartition,
  FetchPartitionResponse,
  FetchRequest,
  FetchResponse,
  OffsetForLeaderEpochResponse,
} from '../protocol/messages.js';
import { requestBytes } from '../protocol/sizes.js';
import type { Partition } from './Partition.js';
import { replicationProbes } from './probes.js';
import { divergingEpochTruncation, kip101Truncation, kip279Truncation, type TruncationStep } from './truncation.js';

/** Of the fetcher thread, when its site fires. */
const LONGEST_PAUSE_US = 300_000;

/** Where one followed partition stands. */
interface FetchState {
  readonly partition: Partition;
  readonly leaderEpoch: number;
  phase: 'truncating' | 'fetching' | 'resolving-offset';
  /** Not to be asked for before this time (monotonic clock). */
  delayUntilUs: number;
  /** Epoch to ask about next while truncating; -1: the log's latest. */
  truncationEpoch: number;
}

export interface FetcherDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly nowMs: () => number;
  /** The disk refused a write. */
  readonly onStorageError: () => void;
}

export class ReplicaFetcher {
  private readonly states = new Map<number, FetchState>();
  private lastDue: readonly FetchState[] = [];
  private busy = false;
  private wakeTimer: Timer = 0;
  private wakeAtUs = 0;
  private stopped = false;

  constructor(
    readonly leaderId: number,
    private readonly connection: BrokerConnection,
    private readonly deps: FetcherDeps,
  ) {}

  get isIdle(): boolean {
    return this.states.size === 0;
  }

  has(partitionId: number): boolean {
    return this.states.has(partitionId);
  }

  /** Begins to follow. With the fetch-time rule the first offset is the log's end; before, the replica truncates first. */
  add(partition: Partition): void {
    const truncatesFirst = this.deps.features.truncation !== 'fetch' && this.deps.features.truncation !== 'high-watermark';
    this.states.set(partition.id, {
      partition,
      leaderEpoch: partition.leaderEpoch,
      phase: truncatesFirst ? 'truncating' : 'fetching',
      delayUntilUs: 0,
      truncationEpoch: -1,
    });
    this.run();
  }

  remove(partitionId: number): void {
    this.states.delete(partitionId);
  }

  stop(): void {
    this.stopped = true;
    this.states.clear();
    this.deps.process.cancel(this.wakeTimer);
    this.connection.close();
  }

  private get nowUs(): number {
    return this.deps.process.host.clock.monotonicUs();
  }

  private readonly run = (): void => {
    if (this.busy || this.stopped || this.states.size === 0) return;
    if (this.truncateSome()) return;
    const { simulation, process } = this.deps;
    const pauseUs = simulation.buggify.amount(replicaFetchPause, LONGEST_PAUSE_US);
    if (pauseUs === 0) this.fetch();
    else {
      this.busy = true;
      process.after(pauseUs, this.paused, undefined);
    }
  };

  private readonly paused = (): void => {
    this.busy = false;
    if (!this.stopped && !this.truncateSome()) this.fetch();
  };

  // ------------------------------------------------------------ truncation phase (KIP-101 to KIP-320)

  private truncateSome(): boolean {
    const nowUs = this.nowUs;
    const asked: { state: FetchState; leaderEpoch: number }[] = [];
    for (const state of this.states.values()) {
      if (state.phase !== 'truncating' || state.delayUntilUs > nowUs) continue;
      const latest = state.partition.log.epochs.latestEpoch();
      if (latest < 0) {
        // Nothing known of epochs, as in logs older than KIP-101: the old rule.
        this.deps.simulation.probes.hit(replicationProbes['truncated-without-epochs']);
        this.truncate(state.partition, state.partition.log.highWatermark, 'no-epoch-known');
        state.phase = 'fetching';
      } else asked.push({ state, leaderEpoch: state.truncationEpoch >= 0 ? state.truncationEpoch : latest });
    }
    if (asked.length === 0) return false;
    this.busy = true;
    const fenced = this.deps.features.truncation === 'kip-320';
    const partitions = asked.map(({ state, leaderEpoch }) => ({
      partition: state.partition.id,
      currentLeaderEpoch: fenced ? state.leaderEpoch : -1,
      leaderEpoch,
    }));
    const request = { replicaId: this.deps.brokerId, partitions };
    this.connection.send('OffsetForLeaderEpoch', request, requestBytes(partitions.length), (response) => {
      this.busy = false;
      if (response === null) this.backOffAll();
      else for (let i = 0; i < asked.length; i++) this.onEpochEnd((asked[i] as { state: FetchState }).state, response.partitions[i]);
      this.run();
    });
    return true;
  }

  private onEpochEnd(state: FetchState, answer: OffsetForLeaderEpochResponse['partitions'][number] | undefined): void {
    // KAFKA-7786: an answer for a state that has been replaced meanwhile says nothing.
    const { probes } = this.deps.simulation;
    if (answer === undefined || this.states.get(state.partition.id) !== state) {
      probes.hit(replicationProbes['late-epoch-answer-dropped']);
      return;
    }
    if (answer.errorCode !== ErrorCode.NONE) {
      if (answer.errorCode === ErrorCode.FENCED_LEADER_EPOCH) this.fenced(state);
      else this.backOff(state);
      return;
    }
    const { partition } = state;
    const { log } = partition;
    const step: TruncationStep =
      this.deps.features.truncation === 'kip-101'
        ? kip101Truncation(answer.endOffset, log.logEndOffset, log.highWatermark)
        : kip279Truncation(log.epochs, answer.leaderEpoch, answer.endOffset, log.logEndOffset, log.highWatermark);
    const unknown = answer.endOffset < 0;
    if (unknown) probes.hit(replicationProbes['truncated-as-epoch-unknown-to-leader']);
    else if (step.offset < log.logEndOffset) probes.hit(replicationProbes['truncated-to-epoch-end']);
    this.truncate(partition, step.offset, unknown ? 'epoch-unknown-to-leader' : 'leader-epoch-end');
    if (step.done) state.phase = 'fetching';
    else {
      state.truncationEpoch = log.epochs.latestEpoch();
      probes.hit(replicationProbes['truncation-took-several-rounds']);
    }
  }

  private truncate(partition: Partition, offset: number, reason: string): void {
    const { log } = partition;
    const { bus, probes } = this.deps.simulation;
    const from = log.logEndOffset;
    const highWatermark = log.highWatermark;
    log.truncateTo(offset);
    if (log.logEndOffset >= from) return;
    probes.hit(replicationProbes['log-truncated']);
    if (log.logEndOffset < highWatermark) probes.hit(replicationProbes['truncated-below-high-watermark']);
    bus.emit(
      logTruncated,
      this.deps.brokerId,
      partition.id,
      from,
      log.logEndOffset,
      partition.leaderEpoch,
      highWatermark,
      bus.names.idOf(reason),
    );
  }

  // ------------------------------------------------------------ fetching

  private fetch(): void {
    const asked = this.due();
    if (asked.length === 0) {
      this.wakeForBackoff();
      return;
    }
    const { config, simulation } = this.deps;
    const partitions = asked.map((state) => this.askFor(state));
    const request: FetchRequest = {
      replicaId: this.deps.brokerId,
      replicaEpoch: -1,
      maxWaitUs: simulation.buggify.fires(replicaFetchNoWait) ? 0 : config.replicaFetchWaitMaxUs,
      minBytes: config.replicaFetchMinBytes,
      maxBytes: config.replicaFetchResponseMaxBytes,
      isolationLevel: 'read_uncommitted',
      partitions,
    };
    this.busy = true;
    this.connection.send('Fetch', request, requestBytes(partitions.length), (response) => this.answered(asked, request, response));
  }

  /** What is to be asked for now: nearly always the list of the last time. */
  private due(): readonly FetchState[] {
    const nowUs = this.nowUs;
    let count = 0;
    let same = true;
    for (const state of this.states.values()) {
      if (!isDue(state, nowUs)) continue;
      if (this.lastDue[count] !== state) same = false;
      count++;
    }
    if (!same || count !== this.lastDue.length) this.lastDue = [...this.states.values()].filter((state) => isDue(state, nowUs));
    return this.lastDue;
  }

  private wakeForBackoff(): void {
    let atUs = Number.MAX_SAFE_INTEGER;
    for (const { phase, delayUntilUs } of this.states.values()) {
      if (phase !== 'resolving-offset' && delayUntilUs < atUs) atUs = delayUntilUs;
    }
    if (atUs < Number.MAX_SAFE_INTEGER) this.wakeAt(atUs);
  }

  private askFor({ partition, leaderEpoch }: FetchState): FetchPartition {
    const { features, config, simulation } = this.deps;
    const { log } = partition;
    return {
      partition: partition.id,
      currentLeaderEpoch: features.fetchEpochFencing ? leaderEpoch : -1,
      fetchOffset: log.logEndOffset,
      lastFetchedEpoch: features.truncation === 'fetch' ? log.epochs.latestEpoch() : -1,
      logStartOffset: log.logStartOffset,
      maxBytes: simulation.buggify.fires(replicaFetchOneBatch) ? 1 : config.replicaFetchMaxBytes,
    };
  }

  private answered(asked: readonly FetchState[], request: FetchRequest, response: FetchResponse | null): void {
    if (response === null) {
      this.busy = false;
      this.backOffAll();
      this.run();
      return;
    }
    const { disk } = this.deps.process.host;
    let bytes = 0;
    if (disk.slowdown !== 1) for (const answer of response.partitions) for (const batch of answer.batches) bytes += batch.sizeBytes;
    if (bytes === 0) this.write(asked, request, response);
    // A slow disk holds the thread up before the batches are written.
    else this.deps.process.after(disk.writeCostUs(bytes), () => this.write(asked, request, response), undefined);
  }

  private write(asked: readonly FetchState[], request: FetchRequest, response: FetchResponse): void {
    let flushUs = 0;
    for (let i = 0; i < asked.length; i++) {
      const answer = response.partitions[i];
      if (answer !== undefined) flushUs += this.onFetched(asked[i] as FetchState, answer, request.partitions[i] as FetchPartition);
    }
    this.afterFlush(asked, flushUs);
  }

  /** flush.messages: what was appended is on disk before the next fetch acknowledges it. */
  private afterFlush(asked: readonly FetchState[], flushUs: number): void {
    if (flushUs === 0) {
      this.busy = false;
      this.run();
      return;
    }
    this.deps.process.after(
      flushUs,
      () => {
        for (const state of asked) if (state.partition.log.needsFlush && !state.partition.log.flush()) this.deps.onStorageError();
        this.busy = false;
        this.run();
      },
      undefined,
    );
  }

  /** Handles one partition's answer; returns how long the flush that it asks for takes. */
  private onFetched(state: FetchState, answer: FetchPartitionResponse, asked: FetchPartition): number {
    const { partition } = state;
    const { log } = partition;
    // The partition may have changed hands, or been cut, while the answer travelled (KAFKA-13207).
    if (this.states.get(partition.id) !== state || log.logEndOffset !== asked.fetchOffset) {
      this.deps.simulation.probes.hit(replicationProbes['late-fetch-answer-dropped']);
      return 0;
    }
    switch (answer.errorCode) {
      case ErrorCode.NONE:
        break;
      case ErrorCode.OFFSET_OUT_OF_RANGE:
        this.resolveOffset(state);
        return 0;
      case ErrorCode.FENCED_LEADER_EPOCH:
        this.fenced(state);
        return 0;
      default:
        this.backOff(state);
        return 0;
    }
    if (answer.divergingEpoch !== null) {
      this.deps.simulation.probes.hit(replicationProbes['truncated-on-diverging-epoch']);
      this.truncate(partition, divergingEpochTruncation(log.epochs, answer.divergingEpoch, log.logEndOffset), 'diverging-epoch');
      // KAFKA-14704: no high watermark over a tail that is about to go.
      return 0;
    }
    return this.append(state, answer);
  }

  private append(state: FetchState, answer: FetchPartitionResponse): number {
    const { partition } = state;
    const { log } = partition;
    const { bus } = this.deps.simulation;
    for (const batch of answer.batches) {
      if (batch.lastOffset < log.logEndOffset) continue;
      const result = log.appendAsFollower(batch, this.deps.nowMs());
      if (result === 'ok') {
        bus.emit(batchReplicated, this.deps.brokerId, partition.id, batch.baseOffset, batch.lastOffset, batch.leaderEpoch, this.leaderId);
        continue;
      }
      if (result === 'storage-error') this.deps.onStorageError();
      else {
        const { probes } = this.deps.simulation;
        if (result === 'corrupt') probes.hit(replicationProbes['follower-append-corrupt']);
        if (result === 'sequence-refused') probes.hit(replicationProbes['follower-append-sequence-refused']);
        this.backOff(state);
      }
      return 0;
    }
    const from = log.highWatermark;
    log.updateHighWatermark(answer.highWatermark);
    if (log.highWatermark !== from) {
      if (log.highWatermark < from) this.deps.simulation.probes.hit(replicationProbes['high-watermark-lowered']);
      bus.emit(followerHighWatermarkSet, this.deps.brokerId, partition.id, from, log.highWatermark, state.leaderEpoch);
      // Consumers may wait at a follower too (KIP-392).
      partition.purgatory.highWatermarkAdvanced();
    }
    if (answer.logStartOffset > log.logStartOffset) {
      this.deps.simulation.probes.hit(replicationProbes['follower-raised-log-start']);
      log.advanceLogStart(Math.min(answer.logStartOffset, log.highWatermark), 'leader-log-start');
    }
    return log.needsFlush ? this.deps.process.host.disk.flushCostUs() : 0;
  }

  /** OFFSET_OUT_OF_RANGE: the leader's log ends before ours (unclean election), or starts after it. */
  private resolveOffset(state: FetchState): void {
    state.phase = 'resolving-offset';
    this.listOffset(state, -1, (leaderEnd) => {
      const { log } = state.partition;
      if (leaderEnd < log.logEndOffset) {
        this.deps.simulation.probes.hit(replicationProbes['truncated-to-leader-end']);
        this.truncate(state.partition, leaderEnd, 'leader-log-ends-before');
        this.resume(state);
        return;
      }
      this.listOffset(state, -2, (leaderStart) => {
        if (leaderStart > log.logEndOffset) {
          this.deps.simulation.probes.hit(replicationProbes['follower-began-at-leader-start']);
          log.truncateFullyAndStartAt(leaderStart);
        }
        this.resume(state);
      });
    });
  }

  private resume(state: FetchState): void {
    state.phase = 'fetching';
    this.run();
  }

  private listOffset(state: FetchState, timestamp: number, use: (offset: number) => void): void {
    const currentLeaderEpoch = this.deps.features.fetchEpochFencing ? state.leaderEpoch : -1;
    const request = {
      replicaId: this.deps.brokerId,
      isolationLevel: 'read_uncommitted' as const,
      partitions: [{ partition: state.partition.id, currentLeaderEpoch, timestamp }],
    };
    this.connection.send('ListOffsets', request, requestBytes(1), (response) => {
      if (this.states.get(state.partition.id) !== state) return;
      const answer = response?.partitions[0];
      if (answer !== undefined && answer.errorCode === ErrorCode.NONE) {
        use(answer.offset);
        return;
      }
      if (answer?.errorCode === ErrorCode.FENCED_LEADER_EPOCH) this.fenced(state);
      else {
        state.phase = 'fetching';
        this.backOff(state);
        this.run();
      }
    });
  }

  /** The leader is in a newer epoch: what to do there comes with the next LeaderAndIsr. */
  private fenced(state: FetchState): void {
    this.deps.simulation.probes.hit(replicationProbes['follower-fenced']);
    this.states.delete(state.partition.id);
  }

  private backOff(state: FetchState): void {
    state.delayUntilUs = this.nowUs + this.deps.config.replicaFetchBackoffUs;
  }

  private backOffAll(): void {
    for (const state of this.states.values()) this.backOff(state);
  }

  private wakeAt(atUs: number): void {
    if (this.wakeTimer !== 0 && this.wakeAtUs <= atUs && this.wakeAtUs > this.nowUs) return;
    this.deps.process.cancel(this.wakeTimer);
    this.wakeAtUs = atUs;
    this.wakeTimer = this.deps.process.after(atUs - this.nowUs, this.wake, undefined);
  }

  private readonly wake = (): void => {
    this.wakeTimer = 0;
    this.run();
  };
}

function isDue(state: FetchState, nowUs: number): boolean {
  return state.phase !== 'resolving-offset' && state.delayUntilUs <= nowUs;
}
