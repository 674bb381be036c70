/**
 * The state of an idempotent or transactional producer, after org.apache.kafka.clients.producer.internals.TransactionManager (KIP-98, KIP-360, KIP-447,
 * KIP-890): who the producer is, whether a transaction is under way, and what an error does to it. What it asks of the coordinators is built and answered in
 * `transactionCalls.ts`; sequences are the SequenceTracker's.
 *
 * Leaves out: two-phase commit (KIP-939), changing from protocol version 1 to 2 while running, authorisation.
 */
import { errorName } from '../protocol/errors.js';
import type { ApiName } from '../protocol/messages.js';
import { countTransition } from '../protocol/stateMachine.js';
import { producerEpochBumped, transactionBegan, transactionEnded, transactionEnding, transactionFailed } from './events.js';
import { NONE, type PartitionSequences } from './PartitionSequences.js';
import { CALL_OK, PendingCall, type TransactionCallback, type TransactionResult } from './PendingCall.js';
import { producerProbes, producerStates } from './probes.js';
import type { ProducerError } from './producerRecord.js';
import { mayEnter, type ProducerState } from './producerStates.js';
import type { PartitionQueue, PendingBatch } from './PendingBatch.js';
import type { RecordAccumulator } from './RecordAccumulator.js';
import { SequenceTracker } from './SequenceTracker.js';
import {
  addPartitionsRequest,
  endTxnRequest,
  enqueueOffsets,
  type GroupMember,
  initProducerIdRequest,
  type TransactionalOffset,
} from './transactionCalls.js';
import type { TransactionHost, TransactionManagerDeps } from './TransactionHost.js';
import { endsProducer, reactionTo } from './transactionErrors.js';
import { TransactionPartitions } from './TransactionPartitions.js';
import { type AnyRequest, TransactionRequests } from './TransactionRequests.js';

export class TransactionManager implements TransactionHost {
  readonly sequences: SequenceTracker;
  readonly requests: TransactionRequests;
  readonly transactional: boolean;
  state: ProducerState = 'UNINITIALIZED';
  /** What went wrong, in the two error states. */
  error: ProducerError | null = null;
  /** The coordinator has, or may have, something of the present transaction. */
  started = false;
  /** Set by the producer, before anything is sent. */
  accumulator!: RecordAccumulator;

  private readonly partitions: TransactionPartitions;
  private pending: PendingCall | null = null;
  /** Transactions begun. */
  private number = 0;

  constructor(readonly deps: TransactionManagerDeps) {
    const { config, features, process, client, metadata, random, wakeup } = deps;
    this.transactional = config.transactionalId !== null;
    this.partitions = new TransactionPartitions(features.transactionV2);
    this.sequences = new SequenceTracker(features, this.transactional, deps.simulation.probes);
    this.requests = new TransactionRequests({ process, client, metadata, config, random, wakeup, onFatal: (error) => this.fatal(error) });
  }

  // ------------------------------------------------------------ for the sender

  /** Nothing but batches has to be looked after. */
  get settled(): boolean {
    const { sequences, state } = this;
    if (state !== 'READY' && state !== 'IN_TRANSACTION') return false;
    return (
      this.requests.idle &&
      this.partitions.toBeAdded === 0 &&
      sequences.producerId !== NONE &&
      sequences.bumpReason === '' &&
      !sequences.hasUnresolved
    );
  }

  get failed(): boolean {
    return this.state === 'FATAL_ERROR' || this.state === 'ABORTABLE_ERROR';
  }

  /** Batches that were never sent are given up. */
  get dropsUnsent(): boolean {
    return this.state === 'ABORTABLE_ERROR' || this.state === 'ABORTING_TRANSACTION';
  }

  /** Does what has to come before batches. True when they may be sent now. */
  advance(): boolean {
    this.resolveSequences();
    if (this.state === 'FATAL_ERROR') return false;
    if (!this.transactional) this.keepIdentity();
    return !this.requests.advance(this.nextRequest);
  }

  batchFailed(batch: PendingBatch, errorCode: number, error: ProducerError, adjust: boolean): void {
    const { producerEpochBump, transactionV2, failedBatchAborts } = this.deps.features;
    if (endsProducer(errorCode, this.transactional, producerEpochBump, transactionV2)) {
      this.fatal(error);
      return;
    }
    if (this.transactional && failedBatchAborts) {
      if (!this.completing) this.needEpoch(error);
      this.abortable(error);
    }
    this.sequences.failed(batch, errorCode, adjust, batch.queue.sequences as PartitionSequences<PendingBatch>);
  }

  // ------------------------------------------------------------ for the application

  /** Why a record may not be sent now; null when it may. */
  get sendRefusal(): ProducerError | null {
    if (this.failed) return this.error;
    return this.transactional && this.state !== 'IN_TRANSACTION' ? 'ILLEGAL_STATE' : null;
  }

  init(done: TransactionCallback): void {
    if (this.joins('INITIALIZING', done)) return;
    if (!this.transactional || this.state !== 'UNINITIALIZED') return this.refuse(done);
    this.transitionTo('INITIALIZING');
    this.requests.enqueue(initProducerIdRequest(this, false));
    this.begin(done, false);
  }

  beginTransaction(): TransactionResult {
    if (this.failed) return this.errorResult(false);
    if (this.state !== 'READY' || !this.transactional) return this.illegal();
    this.transitionTo('IN_TRANSACTION');
    this.number++;
    const { producerId, producerEpoch } = this.sequences;
    this.deps.simulation.bus.emit(transactionBegan, this.deps.clientName, this.number, producerId, producerEpoch);
    return CALL_OK;
  }

  /** A record went into this partition. With protocol version 2 the partition's leader adds it to the transaction by itself. */
  addPartition(queue: PartitionQueue): void {
    if (!this.partitions.add(queue)) return;
    if (this.deps.features.transactionV2) this.started = true;
    else this.deps.wakeup();
  }

  sendOffsets(groupId: string, group: GroupMember | null, offsets: readonly TransactionalOffset[], done: TransactionCallback): void {
    if (this.state !== 'IN_TRANSACTION') return this.refuse(done);
    const call = this.call(false);
    call.wait(done);
    enqueueOffsets(this, groupId, group, offsets, call);
    this.deps.wakeup();
  }

  commit(done: TransactionCallback): void {
    const told = this.telling(true, done);
    if (this.joins('COMMITTING_TRANSACTION', told)) return;
    if (this.state !== 'IN_TRANSACTION') return this.refuse(told);
    this.transitionTo('COMMITTING_TRANSACTION');
    this.end(true, told);
  }

  abort(done: TransactionCallback): void {
    const told = this.telling(false, done);
    if (this.joins('ABORTING_TRANSACTION', told)) return;
    if (this.state !== 'IN_TRANSACTION' && this.state !== 'ABORTABLE_ERROR') return this.refuse(told);
    const idLost = this.state === 'ABORTABLE_ERROR' && this.error === 'INVALID_PRODUCER_ID_MAPPING';
    this.transitionTo('ABORTING_TRANSACTION');
    // What was to be added has nothing in it that was sent.
    this.partitions.takeNew();
    this.end(false, told, idLost);
  }

  /** Ends what is under way, for the producer's close. */
  finish(done: () => void): void {
    if (this.state === 'COMMITTING_TRANSACTION') this.commit(done);
    else if (this.state === 'IN_TRANSACTION' || this.dropsUnsent) this.abort(done);
    else done();
  }

  // ------------------------------------------------------------ for the answers to its requests

  get completing(): boolean {
    return this.state === 'COMMITTING_TRANSACTION' || this.state === 'ABORTING_TRANSACTION';
  }

  /** KIP-360: the coordinator has to bump the epoch once this transaction is over; with version 2 it always does. */
  needEpoch(reason: string): void {
    const { producerEpochBump, transactionV2 } = this.deps.features;
    if (producerEpochBump && !transactionV2) this.sequences.bumpReason = reason;
  }

  /** The transaction is lost; it can be aborted, and then the producer goes on. */
  abortable(error: ProducerError): void {
    if (this.state === 'ABORTING_TRANSACTION' || !mayEnter('ABORTABLE_ERROR', this.state)) return;
    const already = this.state === 'ABORTABLE_ERROR';
    this.transitionTo('ABORTABLE_ERROR', error);
    if (!already) this.emitFailure(false);
    // The commit that was asked for must not follow.
    for (const request of this.requests.remove(({ api }) => api === 'EndTxn')) request.failed(error);
    this.deps.wakeup();
  }

  /** A record of the transaction never reached a batch, so the transaction must not commit. */
  recordGivenUp(error: ProducerError): void {
    if (this.transactional && this.deps.features.failedBatchAborts) this.abortable(error);
  }

  /** The producer can only be closed. */
  fatal(error: ProducerError, mayHaveCommitted = false): void {
    if (this.state === 'FATAL_ERROR') return;
    this.transitionTo('FATAL_ERROR', error);
    this.emitFailure(true);
    this.failPending(mayHaveCommitted);
    for (const request of this.requests.remove(() => true)) request.failed(error);
    this.deps.wakeup();
  }

  /** A request failed with an error that no retry helps against. What is being aborted anyway is not lost twice. */
  giveUp(api: ApiName, errorCode: number, mayHaveCommitted = false): void {
    const { producerEpochBump, transactionV2 } = this.deps.features;
    const reaction = reactionTo(api, errorCode);
    const error = this.nameOf(errorCode);
    const bumps = reaction === 'identity' && producerEpochBump && !transactionV2;
    if (!bumps && reaction !== 'abortable') this.fatal(error, mayHaveCommitted);
    else if (this.state !== 'ABORTING_TRANSACTION') {
      if (bumps) this.needEpoch(error);
      this.abortable(error);
      this.failPending(mayHaveCommitted);
    } else if (api === 'EndTxn') {
      // There is nothing left to abort; what may be missing is the new epoch.
      if (!bumps) this.fatal(error);
      else this.requests.enqueue(initProducerIdRequest(this, true));
    }
  }

  /** The call that is pending has failed, in the state that is reached. */
  failPending(mayHaveCommitted = false): void {
    this.pending?.complete(this.errorResult(mayHaveCommitted));
  }

  /** The call that is pending has succeeded. */
  succeed(): void {
    this.pending?.complete(CALL_OK);
  }

  /** The transaction is over at the coordinator. */
  leaveTransaction(): void {
    this.transitionTo(this.sequences.bumpReason !== '' ? 'INITIALIZING' : 'READY');
    this.started = false;
    this.accumulator.completing = false;
    this.partitions.clear();
  }

  transitionTo(target: ProducerState, error: ProducerError | null = null): void {
    if (!mayEnter(target, this.state)) throw new Error(`a producer does not go from ${this.state} to ${target}`);
    countTransition(this.deps.simulation.probes, producerStates, this.state, target);
    this.state = target;
    this.error = error;
  }

  /** How an unsuccessful call ends, in the state that it left. */
  errorResult(mayHaveCommitted: boolean): TransactionResult {
    return { error: this.error ?? 'TRANSACTION_ABORTED', outcome: this.state === 'FATAL_ERROR' ? 'fatal' : 'abortable', mayHaveCommitted };
  }

  // ------------------------------------------------------------ within

  /** A producer without transactions has an id before it sends anything, and bumps its epoch by itself. */
  private keepIdentity(): void {
    const { sequences, deps } = this;
    const reason = sequences.bumpReason;
    if (sequences.bump()) {
      const { bus } = deps.simulation;
      deps.simulation.probes.hit(producerProbes['producer-epoch-bumped']);
      bus.emit(producerEpochBumped, deps.clientName, sequences.producerId, sequences.producerEpoch, bus.names.idOf(reason));
    }
    if (sequences.producerId !== NONE || this.state === 'INITIALIZING') return;
    if (this.state === 'READY') this.transitionTo('UNINITIALIZED');
    this.transitionTo('INITIALIZING');
    this.requests.enqueue(initProducerIdRequest(this, false));
  }

  private resolveSequences(): void {
    const verdict = this.sequences.resolve();
    if (verdict === 'none') return;
    if (verdict === 'fatal') return this.fatal('UNRESOLVED_SEQUENCE');
    if (!this.completing) this.needEpoch('UNRESOLVED_SEQUENCE');
    this.abortable('UNRESOLVED_SEQUENCE');
  }

  /** Takes the next request that may go; the end of a transaction waits until no record is without an answer. */
  private readonly nextRequest = (): AnyRequest | null => {
    if (this.partitions.toBeAdded > 0 && this.state !== 'ABORTABLE_ERROR') {
      this.requests.enqueue(addPartitionsRequest(this, this.partitions.takeNew()));
    }
    for (let request = this.requests.peek(); request !== undefined; request = this.requests.peek()) {
      const ends = request.api === 'EndTxn';
      if (ends && this.accumulator.incomplete > 0 && this.deps.features.endAwaitsBatches) return null;
      this.requests.take();
      if (this.failed && request.api !== 'FindCoordinator') request.failed(this.error as ProducerError);
      else if (ends && !this.started) this.endUnstarted();
      else return request;
    }
    return null;
  };

  /** The coordinator has heard nothing of this transaction, so there is nothing to end. */
  private endUnstarted(): void {
    const bumps = this.sequences.bumpReason !== '';
    this.leaveTransaction();
    // Otherwise the InitProducerId that follows ends the call.
    if (!bumps) this.succeed();
  }

  private end(commit: boolean, done: TransactionCallback, idLost = false): void {
    const { simulation, clientName } = this.deps;
    simulation.bus.emit(transactionEnding, clientName, this.number, commit ? 1 : 0);
    this.accumulator.completing = true;
    if (!idLost) this.requests.enqueue(endTxnRequest(this, commit));
    if (this.sequences.bumpReason !== '') this.requests.enqueue(initProducerIdRequest(this, true));
    this.begin(done, commit);
  }

  private begin(done: TransactionCallback, commits: boolean): void {
    this.pending = this.call(commits);
    this.pending.wait(done);
    this.deps.wakeup();
  }

  private call(commits: boolean): PendingCall {
    return new PendingCall(this.deps.process, this.deps.config.maxBlockUs, commits);
  }

  /** The same call again, after a timeout: waits for the same end. */
  private joins(state: ProducerState, done: TransactionCallback): boolean {
    if (this.pending === null || this.pending.completed || this.state !== state) return false;
    this.pending.wait(done);
    return true;
  }

  private refuse(done: TransactionCallback): void {
    this.deps.process.after(0, done, this.failed ? this.errorResult(false) : this.illegal());
  }

  private illegal(): TransactionResult {
    return { error: 'ILLEGAL_STATE', outcome: 'fatal', mayHaveCommitted: false };
  }

  private telling(commit: boolean, done: TransactionCallback): TransactionCallback {
    const { number } = this;
    return (result) => {
      const { bus } = this.deps.simulation;
      const told = result.error ?? (commit ? 'committed' : 'aborted');
      bus.emit(transactionEnded, this.deps.clientName, number, commit ? 1 : 0, bus.names.idOf(told));
      done(result);
    };
  }

  private emitFailure(fatal: boolean): void {
    const { simulation, clientName } = this.deps;
    const { bus } = simulation;
    simulation.probes.hit(fatal ? producerProbes['producer-fatal'] : producerProbes['transaction-abortable']);
    bus.emit(transactionFailed, clientName, this.number, bus.names.idOf(this.error as ProducerError), fatal ? 1 : 0);
  }

  /** For the error of a broker, by Kafka's name; fencing is told in one way, whichever of two codes the broker uses. */
  nameOf(errorCode: number): ProducerError {
    const name = errorName(errorCode);
    return name === 'INVALID_PRODUCER_EPOCH' ? 'PRODUCER_FENCED' : name;
  }
}
