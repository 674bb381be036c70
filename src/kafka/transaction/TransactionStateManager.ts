/**
 * Transactional ids of the `__transaction_state` partitions that this broker leads (kafka.coordinator.transaction.TransactionStateManager): loads them on
 * election, writes their steps to the log, and finds those that have been open, or unused, for too long.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { TransactionCoordinatorConfig } from '../config/BrokerConfig.js';
import type { Coordinator, CoordinatorWrite } from '../coordinator/CoordinatorTopic.js';
import type { TransactionState, TransactionValue } from '../protocol/coordinatorRecords.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { ErrorCode } from '../protocol/errors.js';
import type { RecordBatch } from '../protocol/records.js';
import { countTransition } from '../protocol/stateMachine.js';
import { transactionStateChanged } from './events.js';
import { TransactionMetadata } from './TransactionMetadata.js';
import { transactionProbes, transactionStates } from './probes.js';

/** What is needed of the transaction log: `CoordinatorTopic`. */
export interface TransactionLog {
  partitionOf(transactionalId: string): number;
  errorFor(partition: number): ErrorCode;
  append(
    partition: number,
    writes: readonly CoordinatorWrite[],
    options: { readonly acks: number; readonly timeoutUs: number },
    done: (errorCode: number, baseOffset: number) => void,
  ): void;
}

export interface TransactionStateDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: Pick<KafkaFeatures, 'decisionReplicated'>;
  readonly config: { readonly requestTimeoutUs: number; readonly transactions: TransactionCoordinatorConfig };
}

/** The ids of one partition during one leadership; another leadership has another object. */
export interface HeldPartition {
  readonly partition: number;
  readonly coordinatorEpoch: number;
  readonly byId: Map<string, TransactionMetadata>;
}

export interface Found {
  readonly held: HeldPartition;
  /** Undefined: nobody has used the id. */
  readonly metadata: TransactionMetadata | undefined;
}

export class TransactionStateManager implements Coordinator {
  /** A partition is loaded: its decided transactions want finishing. */
  onLoaded: (held: HeldPartition) => void = () => {};

  private readonly log: TransactionLog;
  private readonly held = new Map<number, HeldPartition>();

  constructor(
    private readonly deps: TransactionStateDeps,
    makeLog: (coordinator: Coordinator) => TransactionLog,
  ) {
    this.log = makeLog(this);
  }

  partitionFor(transactionalId: string): number {
    return this.log.partitionOf(transactionalId);
  }

  /** The id's state, or the error that says why this broker does not have it. */
  find(transactionalId: string): Found | ErrorCode {
    const partition = this.log.partitionOf(transactionalId);
    const error = partition < 0 ? ErrorCode.NOT_COORDINATOR : this.log.errorFor(partition);
    if (error !== ErrorCode.NONE) return error;
    const held = this.held.get(partition);
    return held === undefined ? ErrorCode.NOT_COORDINATOR : { held, metadata: held.byId.get(transactionalId) };
  }

  /** Still coordinator, in the same epoch? */
  isCurrent(held: HeldPartition): boolean {
    return this.held.get(held.partition) === held;
  }

  /**
   * Writes a prepared step and completes it, or takes it back when that fails; `done` gets the error for a client. A step whose write failed may be in the
   * log all the same: the next coordinator then believes it.
   * @param keepPending leave the step pending after COORDINATOR_NOT_AVAILABLE, to be written again
   */
  append(
    held: HeldPartition,
    metadata: TransactionMetadata,
    value: TransactionValue,
    done: (error: ErrorCode) => void,
    keepPending = false,
  ): void {
    const from = metadata.state;
    const dead = value.state === 'Dead';
    const write: CoordinatorWrite = { key: value.transactionalId, payload: dead ? null : value };
    const options = { acks: this.deps.features.decisionReplicated ? -1 : 1, timeoutUs: this.deps.config.requestTimeoutUs };
    this.log.append(held.partition, [write], options, (code) => {
      const error = this.isCurrent(held) ? clientError(code) : ErrorCode.NOT_COORDINATOR;
      if (error === ErrorCode.NONE) {
        metadata.complete(value);
        if (dead) held.byId.delete(value.transactionalId);
        this.stateChanged(held, value, from);
      } else if (this.isCurrent(held)) {
        this.deps.simulation.probes.hit(transactionProbes['transaction-step-not-written']);
        if (!keepPending || error !== ErrorCode.COORDINATOR_NOT_AVAILABLE) metadata.pendingState = null;
      }
      done(error);
    });
  }

  stateChanged(held: HeldPartition, value: TransactionValue, from: TransactionState): void {
    const { bus, probes } = this.deps.simulation;
    const { names } = bus;
    const id = names.idOf(value.transactionalId);
    countTransition(probes, transactionStates, from, value.state);
    const { producerId, producerEpoch, state } = value;
    bus.emit(
      transactionStateChanged,
      this.deps.brokerId,
      id,
      producerId,
      producerEpoch,
      names.idOf(from),
      names.idOf(state),
      held.coordinatorEpoch,
    );
  }

  /** Open for longer than their timeout, with no step pending. */
  timedOut(nowMs: number): Found[] {
    return this.select(({ state, startTimestampMs, timeoutUs }) => state === 'Ongoing' && nowMs > startTimestampMs + timeoutUs / 1000);
  }

  /** Unused for transactional.id.expiration.ms. */
  expired(nowMs: number): Found[] {
    const expirationMs = this.deps.config.transactions.transactionalIdExpirationUs / 1000;
    return this.select(({ state, lastUpdateTimestampMs }) => {
      return (
        (state === 'Empty' || state === 'CompleteCommit' || state === 'CompleteAbort') && nowMs >= lastUpdateTimestampMs + expirationMs
      );
    });
  }

  private select(matches: (value: TransactionValue) => boolean): Found[] {
    const found: Found[] = [];
    for (const held of this.held.values()) {
      for (const metadata of held.byId.values())
        if (metadata.pendingState === null && matches(metadata.value)) found.push({ held, metadata });
    }
    return found;
  }

  // ------------------------------------------------------------ leadership

  loadBegins(partition: number, coordinatorEpoch: number): void {
    this.held.set(partition, { partition, coordinatorEpoch, byId: new Map() });
  }

  replay(partition: number, batch: RecordBatch): void {
    const byId = this.held.get(partition)?.byId;
    if (byId === undefined || batch.control !== null) return;
    for (const { key, payload } of batch.records) {
      if (key === null) continue;
      if (payload === null) byId.delete(key);
      else if (payload?.kind === 'transaction') byId.set(key, new TransactionMetadata(payload));
    }
  }

  loadEnds(partition: number): void {
    const held = this.held.get(partition);
    if (held !== undefined) this.onLoaded(held);
  }

  unload(partition: number): void {
    this.held.delete(partition);
  }
}

/** What a client is told when the log does not take a record (TransactionStateManager.appendTransactionToLog). */
function clientError(code: number): ErrorCode {
  switch (code) {
    case ErrorCode.NONE:
      return ErrorCode.NONE;
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.KAFKA_STORAGE_ERROR:
    case ErrorCode.NOT_COORDINATOR:
      return ErrorCode.NOT_COORDINATOR;
    default:
      return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  }
}
