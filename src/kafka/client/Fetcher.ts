/**
 * Fetches records, after the Java consumer's Fetcher: one fetch in flight per broker, for all its partitions that have nothing buffered. Where a position is
 * missing or in doubt, {@link PositionFinder} asks for it first. A leader may send the consumer to a replica that is nearer (KIP-392).
 *
 * Leaves out: fetch sessions (KIP-227; every fetch names its partitions).
 */
import type { Timer } from '../../engine/Scheduler.js';
import { consumerFetchNoWait, consumerFetchOneBatch, pollOneRecord } from '../buggifySites.js';
import { NEVER } from '../config/Settings.js';
import { ErrorCode } from '../protocol/errors.js';
import type { FetchPartition, FetchPartitionResponse, FetchRequest, FetchResponse } from '../protocol/messages.js';
import type { RecordBatch } from '../protocol/records.js';
import type { PartitionMetadata } from './ClientMetadata.js';
import { CompletedFetch, type PolledBatch } from './CompletedFetch.js';
import { preferredReplicaChosen } from './events.js';
import { type NodeRequest, type PositionDeps, PositionFinder } from './PositionFinder.js';
import type { AssignedPartition } from './SubscriptionState.js';
import { consumerProbes } from './probes.js';

export interface FetcherDeps extends PositionDeps {
  readonly onRecords: () => void;
}

export class Fetcher {
  /** Nothing is handed out while this is set: the partitions are about to be given up (the pending revocation of KAFKA-14196). */
  held = false;
  readonly positions: PositionFinder;

  private completed: CompletedFetch[] = [];
  /** By broker id. */
  private readonly fetchPending: boolean[] = [];
  private wakeTimer: Timer = 0;
  private wakeAtUs = NEVER;
  private advancing = false;
  private advanceAgain = false;
  private closed = false;

  constructor(private readonly deps: FetcherDeps) {
    this.positions = new PositionFinder(deps);
    this.positions.onProgress = (): void => this.advance();
  }

  /** Are there records that `poll` would return? */
  get hasRecords(): boolean {
    return !this.held && this.completed.some((fetch) => !fetch.partition.paused);
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
    const { subscriptions, metadata, client, config, features } = this.deps;
    const nowUs = client.nowUs;
    let resets: NodeRequest[] | undefined;
    let validations: NodeRequest[] | undefined;
    let fetches: NodeRequest[] | undefined;
    let wakeAtUs = NEVER;
    for (const partition of subscriptions.partitions) {
      if (partition.requested || partition.buffered || partition.state === 'failed' || partition.state === 'initializing') continue;
      if (partition.state === 'await-reset' && partition.position === -1 && config.autoOffsetReset === 'none') {
        this.positions.withoutReset(partition, 'NO_OFFSET_FOR_PARTITION');
        continue;
      }
      if (partition.retryAtUs > nowUs) {
        wakeAtUs = Math.min(wakeAtUs, partition.retryAtUs);
        continue;
      }
      const known = this.positions.metadataOf(partition);
      if (known !== undefined && partition.state === 'fetching' && features.consumerEpochValidation)
        this.positions.checkLeader(partition, known);
      if (partition.state === 'fetching' && partition.paused) continue;
      const node = known === undefined ? -1 : this.nodeFor(partition, known, nowUs);
      if (node === -1) metadata.requestUpdate();
      else if (partition.state === 'fetching' && this.fetchPending[node] === true) continue;
      else if (!client.ready(node)) {
        const untilUs = client.backoffUntilUs(node);
        if (untilUs > nowUs) wakeAtUs = Math.min(wakeAtUs, untilUs);
      } else if (partition.state === 'fetching') addTo((fetches ??= []), node, partition);
      else if (partition.state === 'await-validation') addTo((validations ??= []), node, partition);
      else addTo((resets ??= []), node, partition);
    }
    if (resets !== undefined) for (const each of resets) this.positions.listOffsets(each);
    if (validations !== undefined) for (const each of validations) this.positions.validate(each);
    if (fetches !== undefined) for (const each of fetches) this.fetch(each);
    this.armWake(wakeAtUs, nowUs);
  }

  /** The leader, or the replica that it recommended, for as long as that holds (metadata.max.age.ms) and the broker is known to live. */
  private nodeFor(partition: AssignedPartition, known: PartitionMetadata, nowUs: number): number {
    if (partition.preferredReplica === -1 || partition.state !== 'fetching' || known.leader === -1) return known.leader;
    if (nowUs < partition.preferredUntilUs) {
      if (this.deps.metadata.brokers.includes(partition.preferredReplica)) return partition.preferredReplica;
      // The leader knows better than this metadata (Fetcher.selectReadReplica): as long as that is so, it would send us there again and again.
      this.deps.metadata.requestUpdate();
    }
    partition.preferredReplica = -1;
    return known.leader;
  }

  /** Up to max.poll.records records, in the order in which they arrived. */
  take(): PolledBatch[] {
    const out: PolledBatch[] = [];
    if (this.held) return out;
    const { config, simulation } = this.deps;
    let left = simulation.buggify.fires(pollOneRecord) ? 1 : config.maxPollRecords;
    let at = 0;
    while (left > 0 && at < this.completed.length) {
      const fetch = this.completed[at] as CompletedFetch;
      if (fetch.partition.paused) {
        at++;
        continue;
      }
      if (this.isCurrent(fetch)) left -= this.takeFrom(fetch, left, out);
      else fetch.abandon();
      if (!fetch.drained) break;
      this.completed.splice(at, 1);
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

  /** Ends a time of {@link held}. */
  release(): void {
    if (!this.held) return;
    this.held = false;
    if (this.hasRecords) this.deps.onRecords();
  }

  /** Forgets what was fetched for partitions that are no longer assigned. */
  discardUnassigned(): void {
    if (this.completed.length > 0) this.completed = this.completed.filter((fetch) => this.deps.subscriptions.holds(fetch.partition));
  }

  close(): void {
    this.closed = true;
    this.deps.process.cancel(this.wakeTimer);
  }

  private isCurrent(fetch: CompletedFetch): boolean {
    const { partition } = fetch;
    return this.deps.subscriptions.holds(partition) && partition.state === 'fetching' && partition.position === fetch.nextOffset;
  }

  /** Moves records to `out` and the position behind them; returns how many. */
  private takeFrom(fetch: CompletedFetch, limit: number, out: PolledBatch[]): number {
    const { partition } = fetch;
    const taken = fetch.take(limit, out);
    if (partition.position !== fetch.nextOffset) {
      partition.position = fetch.nextOffset;
      partition.offsetEpoch = fetch.leaderEpoch;
    }
    if (taken < limit && fetch.corrupt) {
      this.deps.simulation.probes.hit(consumerProbes['corrupt-batch-met']);
      // What Java throws from every poll until the application seeks past the batch (check.crcs).
      this.positions.fail(partition, 'CORRUPT_MESSAGE');
      fetch.abandon();
    }
    return taken;
  }

  // ---------------------------------------------------------------- fetching

  private fetch(to: NodeRequest): void {
    const { config, client, features, simulation } = this.deps;
    const request: FetchRequest = {
      replicaId: -1,
      replicaEpoch: -1,
      maxWaitUs: simulation.buggify.fires(consumerFetchNoWait) ? 0 : config.fetchMaxWaitUs,
      minBytes: config.fetchMinBytes,
      maxBytes: config.fetchMaxBytes,
      isolationLevel: config.isolationLevel,
      partitions: to.partitions.map((partition) => this.askFor(partition)),
    };
    if (features.followerFetching && config.clientRack !== '') request.rackId = config.clientRack;
    this.fetchPending[to.node] = true;
    client.send(to.node, 'Fetch', request, 60 + 40 * to.partitions.length, (response) => this.fetched(to, request, response));
  }

  private askFor(partition: AssignedPartition): FetchPartition {
    const { config, simulation } = this.deps;
    partition.requested = true;
    return {
      partition: partition.id,
      currentLeaderEpoch: this.positions.currentLeaderEpoch(partition),
      fetchOffset: partition.position,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      maxBytes: simulation.buggify.fires(consumerFetchOneBatch) ? 1 : config.maxPartitionFetchBytes,
    };
  }

  private fetched(to: NodeRequest, request: FetchRequest, response: FetchResponse | null): void {
    this.fetchPending[to.node] = false;
    for (const partition of to.partitions) partition.requested = false;
    let arrived = false;
    if (response === null) for (const partition of to.partitions) partition.preferredReplica = -1;
    else {
      for (let i = 0; i < response.partitions.length; i++) {
        const answer = response.partitions[i] as FetchPartitionResponse;
        const at = to.partitions[i]?.id === answer.partition ? i : to.partitions.findIndex((each) => each.id === answer.partition);
        const partition = to.partitions[at];
        const asked = request.partitions[at];
        if (partition !== undefined && asked !== undefined && this.accept(partition, asked.fetchOffset, answer)) arrived = true;
      }
    }
    if (this.closed) return;
    if (arrived && this.hasRecords) this.deps.onRecords();
    this.deps.metadata.poll();
    this.advance();
  }

  /** True when the answer brought records. One for a position that the consumer has left is ignored. */
  private accept(partition: AssignedPartition, fetchOffset: number, answer: FetchPartitionResponse): boolean {
    const { subscriptions, simulation } = this.deps;
    if (!subscriptions.holds(partition) || partition.state !== 'fetching' || partition.position !== fetchOffset) {
      simulation.probes.hit(consumerProbes['late-fetch-answer-ignored']);
      return false;
    }
    if (answer.errorCode !== ErrorCode.NONE) {
      this.fetchFailed(partition, answer.errorCode);
      return false;
    }
    if (answer.preferredReadReplica >= 0) this.prefer(partition, answer.preferredReadReplica);
    if (answer.batches.length === 0) return false;
    if ((answer.batches[answer.batches.length - 1] as RecordBatch).lastOffset < fetchOffset) return false;
    partition.buffered = true;
    const { features } = this.deps;
    const fetch = new CompletedFetch(
      partition,
      answer.batches,
      fetchOffset,
      features.abortedRecordsFiltered ? answer.abortedTransactions : null,
      simulation.probes,
    );
    partition.fetchedTo = fetch.endOffset;
    this.completed.push(fetch);
    return true;
  }

  private prefer(partition: AssignedPartition, broker: number): void {
    const { simulation, clientName, client, config } = this.deps;
    if (partition.preferredReplica !== broker) simulation.bus.emit(preferredReplicaChosen, clientName, partition.id, broker);
    partition.preferredReplica = broker;
    partition.preferredUntilUs = client.nowUs + config.metadataMaxAgeUs;
  }

  private fetchFailed(partition: AssignedPartition, errorCode: number): void {
    const { metadata } = this.deps;
    const fromFollower = partition.preferredReplica !== -1;
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      // A follower may be behind, or have less: only the leader's word counts.
      if (fromFollower) partition.preferredReplica = -1;
      else this.positions.reset(partition, 'OFFSET_OUT_OF_RANGE');
    } else if (errorCode === ErrorCode.CORRUPT_MESSAGE) this.positions.fail(partition, 'CORRUPT_MESSAGE');
    else {
      // An unknown leader epoch means that the broker is behind, not the client: only waiting helps.
      if (errorCode !== ErrorCode.UNKNOWN_LEADER_EPOCH) {
        partition.preferredReplica = -1;
        metadata.requestUpdate();
      }
      this.positions.backOff(partition);
    }
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
