/**
 * What becomes of a batch once it has an answer, or none in time: success, another attempt, smaller batches, failure. After completeBatch, failBatch and
 * canRetry of org.apache.kafka.clients.producer.internals.Sender. Calls the application's callbacks, and says what it may conclude.
 */
import { ErrorCode, errorName, impliesStaleMetadata, isRetriable } from '../protocol/errors.js';
import { batchExpired, batchFailed, batchRetried, batchSplit } from './events.js';
import type { PartitionSequences } from './PartitionSequences.js';
import { producerProbes } from './probes.js';
import type { ProducerError, SendOutcome } from './producerRecord.js';
import type { PendingBatch } from './PendingBatch.js';
import { retryBackoffUs } from './retryBackoff.js';
import type { SenderDeps } from './SenderDeps.js';
import type { TransactionManager } from './TransactionManager.js';

/** Errors by which a leader refuses a batch before it appends anything. After any other the batch may be in the log, or get there. */
const refusedUnappended: ReadonlySet<number> = new Set([
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.MESSAGE_TOO_LARGE,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.INVALID_REQUIRED_ACKS,
  ErrorCode.INVALID_TOPIC_EXCEPTION,
  ErrorCode.INVALID_REQUEST,
  ErrorCode.INVALID_RECORD,
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.UNKNOWN_PRODUCER_ID,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  ErrorCode.INVALID_TXN_STATE,
  ErrorCode.TRANSACTION_ABORTABLE,
  ErrorCode.CONCURRENT_TRANSACTIONS,
]);

/** The client's own error, for which brokers have no code. */
const NO_CODE = -1;

export class BatchResults {
  /** @param expiresAt a batch waits again, and is to be given up at this time. @param wakeup the sender has something to look after */
  constructor(
    private readonly deps: SenderDeps,
    private readonly expiresAt: (atUs: number) => void,
    private readonly wakeup: () => void,
  ) {}

  /** The broker answered, or the connection broke (NETWORK_EXCEPTION). */
  complete(batch: PendingBatch, errorCode: number, baseOffset: number, logStartOffset: number): void {
    const { metadata, transactions } = this.deps;
    const { sequences } = batch.queue;
    if (impliesStaleMetadata(errorCode)) metadata.requestUpdate();
    if (errorCode === ErrorCode.NONE && sequences !== null) transactions?.sequences.acknowledged(batch, baseOffset, sequences);
    // An expired batch has been answered for; whatever became of it, the application is not told.
    if (batch.done) {
      this.deps.simulation.probes.hit(producerProbes['answer-to-given-up-batch']);
      return;
    }
    if (errorCode === ErrorCode.NONE) {
      this.succeed(batch, baseOffset);
      return;
    }
    if (!refusedUnappended.has(errorCode)) batch.fateUnknown = true;
    if (errorCode === ErrorCode.MESSAGE_TOO_LARGE && batch.records.length > 1) this.split(batch);
    else if (this.canRetry(batch, errorCode, logStartOffset)) this.retry(batch, errorCode);
    else if (errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER && sequences !== null) {
      // The broker has it and no longer knows where.
      transactions?.sequences.acknowledged(batch, -1, sequences);
      this.succeed(batch, -1);
    } else this.fail(batch, errorCode);
  }

  private canRetry(batch: PendingBatch, errorCode: number, logStartOffset: number): boolean {
    const { config, client, transactions } = this.deps;
    if (client.nowUs - batch.createdUs >= config.deliveryTimeoutUs || batch.attempts >= config.retries) return false;
    const { sequences } = batch.queue;
    if (transactions === null || sequences === null) return isRetriable(errorCode);
    return transactions.sequences.canRetry(batch, errorCode, logStartOffset, sequences);
  }

  private retry(batch: PendingBatch, errorCode: number): void {
    const { simulation, clientName, accumulator, client, config, random, transactions } = this.deps;
    if (transactions !== null) transactions.sequences.requeued(batch, batch.queue.sequences as PartitionSequences<PendingBatch>);
    accumulator.reenqueue(batch, client.nowUs + retryBackoffUs(config, batch.attempts, random));
    this.expiresAt(accumulator.queueExpiryUs(batch));
    simulation.probes.hit(producerProbes['produce-retried']);
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
    simulation.probes.hit(producerProbes['batch-split']);
    simulation.bus.emit(batchSplit, clientName, batch.queue.metadata.id, batch.firstValue, batch.records.length, parts);
    this.deps.onMemoryFreed();
  }

  /** The record is where `acks` asked for it to be. */
  succeed(batch: PendingBatch, baseOffset: number): void {
    if (!batch.done) this.finish(batch, null, 'ok', baseOffset);
  }

  private fail(batch: PendingBatch, errorCode: number): void {
    const { transactions, config } = this.deps;
    const error = errorName(errorCode);
    // When retries ran out nobody knows whether the sequence was taken.
    if (transactions !== null) transactions.batchFailed(batch, errorCode, error, batch.attempts < config.retries);
    this.tellFailure(batch, error);
  }

  /** The application hears that it failed, and whether that is certain. */
  tellFailure(batch: PendingBatch, error: ProducerError): void {
    const { simulation, clientName } = this.deps;
    const outcome: SendOutcome = batch.fateUnknown ? 'unknown' : 'failed';
    const { bus } = simulation;
    const { records, queue } = batch;
    bus.emit(batchFailed, clientName, queue.metadata.id, batch.firstValue, records.length, bus.names.idOf(error), bus.names.idOf(outcome));
    this.finish(batch, error, outcome, -1);
  }

  /** KIP-91. A batch that is in flight is given up too; its request is not recalled and may still be served (B-42). */
  expire(batch: PendingBatch, inFlight: boolean): void {
    const { simulation, clientName } = this.deps;
    simulation.probes.hit(inFlight ? producerProbes['batch-expired-in-flight'] : producerProbes['batch-expired-in-queue']);
    if (inFlight) batch.fateUnknown = true;
    const outcome: SendOutcome = batch.fateUnknown ? 'unknown' : 'failed';
    const { bus } = simulation;
    const { records, queue } = batch;
    if (this.deps.transactions !== null) this.loseSight(batch, this.deps.transactions);
    bus.emit(batchExpired, clientName, queue.metadata.id, batch.firstValue, records.length, inFlight ? 1 : 0, bus.names.idOf(outcome));
    this.finish(batch, 'TIMEOUT', outcome, -1);
  }

  /** No new batch of the partition is sent until it is clear whether the log has this one. */
  private loseSight(batch: PendingBatch, transactions: TransactionManager): void {
    transactions.batchFailed(batch, NO_CODE, 'TIMEOUT', false);
    if (batch.baseSequence !== -1) transactions.sequences.lostSight(batch, batch.queue.sequences as PartitionSequences<PendingBatch>);
    this.wakeup();
  }

  private finish(batch: PendingBatch, error: ProducerError | null, outcome: SendOutcome, baseOffset: number): void {
    const { accumulator, simulation, onRecordDone } = this.deps;
    batch.done = true;
    accumulator.release(batch);
    if (outcome === 'unknown') simulation.probes.hit(producerProbes['produce-unknown-fate']);
    const partition = batch.queue.metadata.id;
    for (let i = 0; i < batch.callbacks.length; i++) {
      const callback = batch.callbacks[i] as PendingBatch['callbacks'][number];
      callback({ error, partition, offset: baseOffset < 0 ? -1 : baseOffset + i, outcome });
      onRecordDone(batch.sequences[i] as number);
    }
    this.deps.onMemoryFreed();
  }
}
