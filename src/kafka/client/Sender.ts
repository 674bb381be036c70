/**
 * Sends what the accumulator has ready and hands the answers on to BatchResults, after org.apache.kafka.clients.producer.internals.Sender. Kafka's polls
 * in a loop; this one runs when something became ready and keeps one timer for what becomes ready with time.
 *
 * With an idempotent producer the TransactionManager has its say first: while one of its requests is under way, no batch is sent.
 */
import type { Timer } from '../../engine/Scheduler.js';
import { senderPauses } from '../buggifySites.js';
import { NEVER } from '../config/Settings.js';
import { ErrorCode } from '../protocol/errors.js';
import type { ProduceRequest, ProduceResponse } from '../protocol/messages.js';
import { BatchResults } from './BatchResults.js';
import { batchSent } from './events.js';
import type { PartitionQueue, PendingBatch } from './PendingBatch.js';
import type { SenderDeps } from './SenderDeps.js';
import type { TransactionManager } from './TransactionManager.js';

/** Of the sender thread, when its site fires. */
const LONGEST_PAUSE_US = 100_000;

export class Sender {
  private wakeTimer: Timer = 0;
  private wakeAtUs = NEVER;
  private expiryTimer: Timer = 0;
  private scheduled = false;
  private readonly results: BatchResults;

  constructor(private readonly deps: SenderDeps) {
    this.results = new BatchResults(
      deps,
      (atUs) => this.armExpiry(atUs),
      () => this.wakeup(),
    );
  }

  /** Runs once the present event is over; several wake-ups make one run. */
  wakeup(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const { process, simulation } = this.deps;
    process.after(simulation.buggify.amount(senderPauses, LONGEST_PAUSE_US), this.run, undefined);
  }

  /** A batch was begun: sees to it that it expires. */
  batchCreated(batch: PendingBatch): void {
    if (this.expiryTimer === 0) this.armExpiry(this.deps.accumulator.queueExpiryUs(batch));
  }

  close(): void {
    this.deps.process.cancel(this.wakeTimer);
    this.deps.process.cancel(this.expiryTimer);
  }

  private readonly run = (): void => {
    this.scheduled = false;
    const { transactions, accumulator } = this.deps;
    if (transactions !== null && !transactions.settled && !this.advance(transactions)) return;
    while (accumulator.queued > 0 && this.sendReady());
  };

  /** What comes before batches. True when they may be sent now. */
  private advance(transactions: TransactionManager): boolean {
    // Before and after: a batch given up may be what a request waited for, and an error may come of a request.
    if (transactions.failed || transactions.dropsUnsent) this.giveUpBatches(transactions);
    const allowed = transactions.advance();
    if (transactions.failed) this.giveUpBatches(transactions);
    return allowed;
  }

  /** A transaction that cannot be committed sends nothing new, a producer that failed for good nothing at all. */
  private giveUpBatches(transactions: TransactionManager): void {
    const { accumulator } = this.deps;
    const fatal = transactions.state === 'FATAL_ERROR';
    const error = transactions.error ?? 'TRANSACTION_ABORTED';
    for (const batch of accumulator.takeQueued(!fatal)) this.results.tellFailure(batch, error);
    if (!fatal) return;
    for (let i = 0; i < accumulator.queues.length; i++) {
      for (const batch of (accumulator.queues[i] as PartitionQueue).inFlight.filter(({ done }) => !done)) {
        batch.fateUnknown = true;
        this.results.tellFailure(batch, error);
      }
    }
  }

  /** Anything to do besides waiting? */
  wakeupIfNeeded(): void {
    const { accumulator, transactions } = this.deps;
    if (accumulator.queued > 0 || (transactions !== null && !transactions.settled)) this.wakeup();
  }

  private readonly wakeForReady = (): void => {
    this.wakeTimer = 0;
    this.run();
  };

  /** One pass of the loop; true when it sent something, so that another may find more. */
  private sendReady(): boolean {
    const { accumulator, client, metadata } = this.deps;
    const nowUs = client.nowUs;
    accumulator.ready(nowUs);
    if (accumulator.unknownLeaders) metadata.requestUpdate();
    let wakeAtUs = accumulator.nextReadyUs;
    let sent = false;
    for (const node of accumulator.readyNodes) {
      if (client.ready(node)) {
        if (this.sendTo(node, nowUs)) sent = true;
      } else {
        const untilUs = client.backoffUntilUs(node);
        if (untilUs > nowUs && untilUs < wakeAtUs) wakeAtUs = untilUs;
      }
    }
    if (!sent) this.armWake(wakeAtUs, nowUs);
    return sent;
  }

  private sendTo(node: number, nowUs: number): boolean {
    const { accumulator, config } = this.deps;
    const batches: PendingBatch[] = [];
    accumulator.drain(node, nowUs, batches);
    if (batches.length === 0) return false;
    let sizeBytes = 60;
    const partitions = batches.map((batch) => {
      sizeBytes += batch.sizeBytes + 20;
      return this.sent(batch, node, nowUs);
    });
    const request: ProduceRequest = { acks: config.acks, timeoutUs: config.requestTimeoutUs, partitions };
    if (config.transactionalId !== null) {
      request.transactionalId = config.transactionalId;
      request.transactionV2 = this.deps.features.transactionV2;
    }
    const expectsResponse = config.acks !== 0;
    this.deps.client.send(
      node,
      'Produce',
      request,
      sizeBytes,
      (response) => this.answered(batches, response, expectsResponse),
      expectsResponse,
    );
    return true;
  }

  /** Notes that the batch goes out now; returns its share of the request. */
  private sent(batch: PendingBatch, node: number, nowUs: number): ProduceRequest['partitions'][number] {
    const { simulation, clientName, config } = this.deps;
    const { records, sizeBytes, queue } = batch;
    const partition = queue.metadata.id;
    simulation.bus.emit(batchSent, clientName, partition, batch.firstValue, records.length, batch.attempts, node);
    queue.inFlight.push(batch);
    // One request at a time means that nothing may overtake its retry (guaranteeMessageOrder).
    if (config.maxInFlightRequestsPerConnection === 1) queue.muted = true;
    if (batch.createdUs + config.deliveryTimeoutUs <= nowUs) this.results.expire(batch, true);
    const { producerId, producerEpoch, baseSequence } = batch;
    // One shape for every batch, or every reader of batches gets slower.
    const isTransactional = config.transactionalId !== null;
    return { partition, batch: { producerId, producerEpoch, baseSequence, isTransactional, sizeBytes, records } };
  }

  private answered(batches: readonly PendingBatch[], response: ProduceResponse | null, expectsResponse: boolean): void {
    const { metadata } = this.deps;
    if (response !== null) {
      for (const answer of response.partitions) {
        if (answer.currentLeader >= 0) metadata.learnLeader(answer.partition, answer.currentLeader, answer.currentLeaderEpoch);
      }
    }
    for (let i = 0; i < batches.length; i++) {
      const batch = batches[i] as PendingBatch;
      this.noLongerInFlight(batch);
      if (!expectsResponse) this.results.succeed(batch, -1);
      else if (response === null) this.results.complete(batch, ErrorCode.NETWORK_EXCEPTION, -1, -1);
      else {
        const answer = answerFor(response, batch.queue.metadata.id, i);
        if (answer === undefined) this.results.complete(batch, ErrorCode.NETWORK_EXCEPTION, -1, -1);
        else this.results.complete(batch, answer.errorCode, answer.baseOffset, answer.logStartOffset);
      }
      batch.queue.muted = false;
    }
    metadata.poll();
    this.wakeupIfNeeded();
  }

  private noLongerInFlight(batch: PendingBatch): void {
    const { inFlight } = batch.queue;
    const index = inFlight.indexOf(batch);
    if (index >= 0) inFlight.splice(index, 1);
  }

  private readonly expireBatches = (): void => {
    this.expiryTimer = 0;
    const { accumulator, client } = this.deps;
    // What is ready and can leave does so first, as in Kafka's loop: a producer that slept past the timeout still sends (B-42).
    this.run();
    const nowUs = client.nowUs;
    let nextUs = NEVER;
    // By index: a callback may send to a new partition.
    for (let i = 0; i < accumulator.queues.length; i++) {
      nextUs = Math.min(nextUs, this.expireOf(accumulator.queues[i] as PartitionQueue, nowUs));
    }
    if (nextUs !== NEVER) this.armExpiry(nextUs);
  };

  /** Gives up what is due in one queue; returns when the next is. */
  private expireOf(queue: PartitionQueue, nowUs: number): number {
    const { accumulator } = this.deps;
    let nextUs = NEVER;
    const inFlight = queue.inFlight.filter((batch) => !batch.done);
    for (const batch of inFlight) {
      const atUs = accumulator.inFlightExpiryUs(batch);
      if (atUs <= nowUs) this.results.expire(batch, true);
      else nextUs = Math.min(nextUs, atUs);
    }
    for (let first = queue.batches[0]; first !== undefined; first = queue.batches[0]) {
      const atUs = accumulator.queueExpiryUs(first);
      if (atUs > nowUs) {
        nextUs = Math.min(nextUs, atUs);
        break;
      }
      queue.batches.shift();
      accumulator.queued--;
      this.results.expire(first, false);
    }
    return nextUs;
  }

  private armExpiry(atUs: number): void {
    if (this.expiryTimer !== 0 || atUs === NEVER) return;
    const { process, client } = this.deps;
    this.expiryTimer = process.after(Math.max(0, atUs - client.nowUs), this.expireBatches, undefined);
  }

  private armWake(atUs: number, nowUs: number): void {
    if (atUs === NEVER) return;
    if (this.wakeTimer !== 0) {
      if (this.wakeAtUs <= atUs && this.wakeAtUs > nowUs) return;
      this.deps.process.cancel(this.wakeTimer);
    }
    this.wakeAtUs = atUs;
    this.wakeTimer = this.deps.process.after(atUs - nowUs, this.wakeForReady, undefined);
  }
}

function answerFor(response: ProduceResponse, partition: number, guess: number): ProduceResponse['partitions'][number] | undefined {
  const likely = response.partitions[guess];
  return likely !== undefined && likely.partition === partition
    ? likely
    : response.partitions.find((answer) => answer.partition === partition);
}
