/**
 * How a decided transaction reaches its partitions: WriteTxnMarkers to the leader of each, the coordinator's own broker included, again and again
 * until every partition has its marker, whoever leads it by then (kafka.coordinator.transaction.TransactionMarkerChannelManager).
 *
 * One request at a time goes to each broker, with everything that has gathered for it meanwhile, so markers for one broker keep their order. A partition that
 * nobody knows any more is left out. It ends without success when the coordinator's epoch is over.
 *
 * Guess: a failed marker is sent again after 100 ms.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import { markerAnswerLost, markersLate } from '../buggifySites.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import type { BrokerConnection } from '../network/BrokerConnection.js';
import { ErrorCode } from '../protocol/errors.js';
import type { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from '../protocol/messages.js';
import { requestBytes } from '../protocol/sizes.js';
import { transactionProbes } from './probes.js';

export interface MarkerChannelDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly metadata: MetadataCache;
  readonly features: { readonly markersRetried: boolean };
  /** A new connection of this broker to another, or to itself. */
  readonly connectTo: (brokerId: number) => BrokerConnection;
}

/** One decided transaction. */
export interface DecidedTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly commit: boolean;
  readonly partitions: readonly number[];
  readonly transactionVersion: number;
  /** False once this broker is not its coordinator any more, in that epoch. */
  readonly isCurrent: () => boolean;
  /** Every partition has its marker. Not called when the coordinator's epoch is over. */
  readonly done: () => void;
}

/** A decided transaction and the partitions whose markers are missing. */
interface Job {
  readonly decided: DecidedTransaction;
  readonly missing: Set<number>;
}

interface Portion {
  readonly job: Job;
  readonly partitions: readonly number[];
}

interface BrokerQueue {
  readonly connection: BrokerConnection;
  portions: Portion[];
  busy: boolean;
}

const RETRY_US = 100_000;
/** When its site fires. */
const LONGEST_DELAY_US = 200_000;

export class TransactionMarkerChannel {
  private readonly queues = new Map<number, BrokerQueue>();

  constructor(private readonly deps: MarkerChannelDeps) {}

  send(decided: DecidedTransaction): void {
    const job = { decided, missing: new Set(decided.partitions) };
    const { process, simulation } = this.deps;
    const lateUs = simulation.buggify.amount(markersLate, LONGEST_DELAY_US);
    if (lateUs === 0) this.enqueue(job, decided.partitions);
    else process.after(lateUs, () => this.enqueue(job, decided.partitions), undefined);
  }

  /** Hands the partitions to the queues of their leaders of now. */
  private enqueue(job: Job, partitions: readonly number[]): void {
    if (!job.decided.isCurrent()) return;
    const byLeader = new Map<number, number[]>();
    const leaderless: number[] = [];
    for (const partition of partitions) {
      const state = this.deps.metadata.state(partition);
      // A broker that has just started may not have heard of the partition yet. Kafka drops what its metadata does not know, as deleted; here no topic ever is.
      if (state === undefined || !this.deps.metadata.isAlive(state.leader)) leaderless.push(partition);
      else append(byLeader, state.leader, partition);
    }
    for (const [brokerId, ids] of byLeader) {
      const queue = this.queueOf(brokerId);
      queue.portions.push({ job, partitions: ids });
      this.transmit(queue);
    }
    if (leaderless.length > 0) {
      this.deps.simulation.probes.hit(transactionProbes['marker-to-leaderless-partition']);
      this.failed(job, leaderless);
    } else this.finishIfDone(job);
  }

  private queueOf(brokerId: number): BrokerQueue {
    let queue = this.queues.get(brokerId);
    if (queue === undefined) {
      queue = { connection: this.deps.connectTo(brokerId), portions: [], busy: false };
      this.queues.set(brokerId, queue);
    }
    return queue;
  }

  private transmit(queue: BrokerQueue): void {
    if (queue.busy) return;
    const portions = queue.portions.filter(({ job }) => job.decided.isCurrent());
    queue.portions = [];
    if (portions.length === 0) return;
    queue.busy = true;
    let count = 0;
    const markers: WriteTxnMarkersRequest['markers'] = portions.map(({ job, partitions }) => {
      const { producerId, producerEpoch, coordinatorEpoch, commit, transactionVersion } = job.decided;
      count += partitions.length;
      return { producerId, producerEpoch, coordinatorEpoch, commit, partitions: partitions.slice(), transactionVersion };
    });
    queue.connection.send('WriteTxnMarkers', { markers }, requestBytes(count), (response) => {
      queue.busy = false;
      const heard = this.deps.simulation.buggify.fires(markerAnswerLost) ? null : response;
      portions.forEach((portion, i) => this.answered(portion, heard?.markers[i]));
      this.transmit(queue);
    });
  }

  /** @param answer undefined: the connection broke, and the markers may or may not be there. */
  private answered({ job, partitions }: Portion, answer: WriteTxnMarkersResponse['markers'][number] | undefined): void {
    if (!job.decided.isCurrent()) return;
    if (answer === undefined) {
      this.failed(job, partitions);
      return;
    }
    const failed: number[] = [];
    for (const { partition, errorCode } of answer.partitions) {
      if (errorCode === ErrorCode.NONE) job.missing.delete(partition);
      else if (errorCode === ErrorCode.TRANSACTION_COORDINATOR_FENCED || errorCode === ErrorCode.INVALID_PRODUCER_EPOCH) {
        // Somebody newer decides. What this coordinator decided stays unfinished here.
        this.deps.simulation.probes.hit(transactionProbes['marker-given-up']);
        return;
      } else failed.push(partition);
    }
    if (failed.length > 0) this.failed(job, failed);
    else this.finishIfDone(job);
  }

  private failed(job: Job, partitions: readonly number[]): void {
    const { simulation, process, features } = this.deps;
    if (!features.markersRetried) {
      for (const partition of partitions) job.missing.delete(partition);
      this.finishIfDone(job);
      return;
    }
    simulation.probes.hit(transactionProbes['markers-sent-again']);
    process.after(RETRY_US, () => this.enqueue(job, partitions), undefined);
  }

  private finishIfDone(job: Job): void {
    if (job.missing.size === 0) job.decided.done();
  }
}

function append(lists: Map<number, number[]>, key: number, item: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
