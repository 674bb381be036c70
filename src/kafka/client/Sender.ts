/**
 * Sends what the accumulator has ready and deals with the answers, after org.apache.kafka.clients.producer.internals.Sender. Kafka's polls
 * in a loop; this one runs when something became ready and keeps one timer for what becomes ready with time.
 *
 * Leaves out: transactional requests, and sequence numbers (with them retries are ordered and duplicates refused).
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ProducerConfig } from '../config/ProducerConfig.js';
import { NEVER } from '../config/Settings.js';
import { ErrorCode, errorName, impliesStaleMetadata, isRetriable } from '../protocol/errors.js';
import type { ProduceRequest, ProduceResponse } from '../protocol/messages.js';
import type { ClientMetadata } from './ClientMetadata.js';
import { batchExpired, batchFailed, batchRetried, batchSent, batchSplit } from './events.js';
import type { NetworkClient } from './NetworkClient.js';
import type { ProducerError, SendOutcome } from './producerRecord.js';
import type { PartitionQueue, PendingBatch, RecordAccumulator } from './RecordAccumulator.js';
import { retryBackoffUs } from './retryBackoff.js';

/** Errors by which a leader refuses a batch before it appends anything. After any other the batch may be in the log, or get there. */
const refusedUnappended: ReadonlySet<number> = new Set([
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.MESSAGE_TOO_LARGE,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.INVALID_REQUIRED_ACKS,
  ErrorCode.INVALID_TOPIC_EXCEPTION,
  ErrorCode.INVALID_REQUEST,
]);

export interface SenderDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly clientName: number;
  readonly config: ProducerConfig;
  readonly client: NetworkClient;
  readonly metadata: ClientMetadata;
  readonly accumulator: RecordAccumulator;
  readonly random: Random;
  /** One record's callback has been called. */
  readonly onRecordDone: (sequence: number) => void;
  /** Buffer memory was given back. */
  readonly onMemoryFreed: () => void;
}

export class Sender {
  private wakeTimer: Timer = 0;
  private wakeAtUs = NEVER;
  private expiryTimer: Timer = 0;
  private scheduled = false;

  constructor(private readonly deps: SenderDeps) {}

  /** Runs once the present event is over; several wake-ups make one run. */
  wakeup(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.deps.process.after(0, this.run, undefined);
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
    while (this.deps.accumulator.queued > 0 && this.sendReady());
  };

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
    if (batch.createdUs + config.deliveryTimeoutUs <= nowUs) this.expire(batch, true);
    return { partition, batch: { producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes, records } };
  }

  private answered(batches: readonly PendingBatch[], response: ProduceResponse | null, expectsResponse: boolean): void {
    const { metadata, accumulator } = this.deps;
    if (response !== null) {
      for (const answer of response.partitions) {
        if (answer.currentLeader >= 0) metadata.learnLeader(answer.partition, answer.currentLeader, answer.currentLeaderEpoch);
      }
    }
    for (let i = 0; i < batches.length; i++) {
      const batch = batches[i] as PendingBatch;
      this.noLongerInFlight(batch);
      if (!expectsResponse) this.succeed(batch, -1);
      else if (response === null) this.completeBatch(batch, ErrorCode.NETWORK_EXCEPTION, -1);
      else {
        const answer = answerFor(response, batch.queue.metadata.id, i);
        if (answer === undefined) this.completeBatch(batch, ErrorCode.NETWORK_EXCEPTION, -1);
        else this.completeBatch(batch, answer.errorCode, answer.baseOffset);
      }
      batch.queue.muted = false;
    }
    metadata.poll();
    if (accumulator.queued > 0) this.wakeup();
  }

  private noLongerInFlight(batch: PendingBatch): void {
    const { inFlight } = batch.queue;
    const index = inFlight.indexOf(batch);
    if (index >= 0) inFlight.splice(index, 1);
  }

  private completeBatch(batch: PendingBatch, errorCode: number, baseOffset: number): void {
    const { metadata } = this.deps;
    if (impliesStaleMetadata(errorCode)) metadata.requestUpdate();
    // An expired batch has been answered for; whatever became of it, the application is not told.
    if (batch.done) return;
    if (errorCode === ErrorCode.NONE) {
      this.succeed(batch, baseOffset);
      return;
    }
    if (!refusedUnappended.has(errorCode)) batch.fateUnknown = true;
    if (errorCode === ErrorCode.MESSAGE_TOO_LARGE && batch.records.length > 1) this.split(batch);
    else if (this.canRetry(batch, errorCode)) this.retry(batch, errorCode);
    else this.fail(batch, errorName(errorCode));
  }

  private canRetry(batch: PendingBatch, errorCode: number): boolean {
    const { config, client } = this.deps;
    return client.nowUs - batch.createdUs < config.deliveryTimeoutUs && batch.attempts < config.retries && isRetriable(errorCode);
  }

  private retry(batch: PendingBatch, errorCode: number): void {
    const { simulation, clientName, accumulator, client, config, random } = this.deps;
    accumulator.reenqueue(batch, client.nowUs + retryBackoffUs(config, batch.attempts, random));
    if (this.expiryTimer === 0) this.armExpiry(accumulator.queueExpiryUs(batch));
    simulation.probes.hit('produce-retried');
    const { names } = simulation.bus;
    simulation.bus.emit(
      batchRetried,
      clientName,
      batch.queue.metadata.id,
      batch.firstValue,
      names.idOf(errorName(errorCode)),
      batch.attempts,
    );
  }

  private split(batch: PendingBatch): void {
    const { simulation, clientName, accumulator } = this.deps;
    const parts = accumulator.split(batch);
    simulation.bus.emit(batchSplit, clientName, batch.queue.metadata.id, batch.firstValue, batch.records.length, parts);
    this.deps.onMemoryFreed();
  }

  private succeed(batch: PendingBatch, baseOffset: number): void {
    if (!batch.done) this.finish(batch, null, 'ok', baseOffset);
  }

  private fail(batch: PendingBatch, error: ProducerError): void {
    const { simulation, clientName } = this.deps;
    const outcome: SendOutcome = batch.fateUnknown ? 'unknown' : 'failed';
    const { bus } = simulation;
    const { records, queue } = batch;
    bus.emit(batchFailed, clientName, queue.metadata.id, batch.firstValue, records.length, bus.names.idOf(error), bus.names.idOf(outcome));
    this.finish(batch, error, outcome, -1);
  }

  /** KIP-91. A batch that is in flight is given up too; its request is not recalled and may still be served (B-42). */
  private expire(batch: PendingBatch, inFlight: boolean): void {
    const { simulation, clientName } = this.deps;
    if (inFlight) {
      batch.fateUnknown = true;
      simulation.probes.hit('batch-expired-in-flight');
    }
    const outcome: SendOutcome = batch.fateUnknown ? 'unknown' : 'failed';
    const { bus } = simulation;
    const { records, queue } = batch;
    bus.emit(batchExpired, clientName, queue.metadata.id, batch.firstValue, records.length, inFlight ? 1 : 0, bus.names.idOf(outcome));
    this.finish(batch, 'TIMEOUT', outcome, -1);
  }

  private finish(batch: PendingBatch, error: ProducerError | null, outcome: SendOutcome, baseOffset: number): void {
    const { accumulator, simulation, onRecordDone } = this.deps;
    batch.done = true;
    accumulator.release(batch);
    if (outcome === 'unknown') simulation.probes.hit('produce-unknown-fate');
    const partition = batch.queue.metadata.id;
    for (let i = 0; i < batch.callbacks.length; i++) {
      const callback = batch.callbacks[i] as PendingBatch['callbacks'][number];
      callback({ error, partition, offset: baseOffset < 0 ? -1 : baseOffset + i, outcome });
      onRecordDone(batch.sequences[i] as number);
    }
    this.deps.onMemoryFreed();
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
      if (atUs <= nowUs) this.expire(batch, true);
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
      this.expire(first, false);
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
