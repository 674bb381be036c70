/**
 * InitProducerId: who gets which producer id and epoch (TransactionCoordinator.handleInitProducerId). With a transactional id the new epoch shuts out
 * whoever held the id before, and an open transaction of that one is aborted first (KIP-98); a producer that names what it holds has its epoch raised
 * only while it is the holder (KIP-360).
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { TransactionCoordinatorConfig } from '../config/BrokerConfig.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { InitProducerIdRequest } from '../protocol/messages.js';
import { producerIdAssigned } from './events.js';
import type { ProducerIdManager } from './ProducerIdManager.js';
import type { TransactionEnder } from './TransactionEnder.js';
import { isEpochExhausted, NONE_YET, TransactionMetadata } from './TransactionMetadata.js';
import type { HeldPartition, TransactionStateManager } from './TransactionStateManager.js';
import { transactionProbes } from './probes.js';

export interface ProducerIdAssignerDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: { readonly transactions: TransactionCoordinatorConfig };
}

type Assigned = (error: ErrorCode, producerId: number, producerEpoch: number) => void;
type TransactionalRequest = InitProducerIdRequest & { readonly transactionalId: string };
/** What the requester holds (KIP-360); null: it did not say. */
type Expected = { readonly producerId: number; readonly producerEpoch: number } | null;

export class ProducerIdAssigner {
  constructor(
    private readonly deps: ProducerIdAssignerDeps,
    private readonly states: TransactionStateManager,
    private readonly ender: TransactionEnder,
    private readonly producerIds: ProducerIdManager,
  ) {}

  assign(request: InitProducerIdRequest, done: Assigned): void {
    const { transactionalId, transactionTimeoutUs } = request;
    if (transactionalId === null) this.producerIds.generate((producerId) => this.assigned('', producerId, 0, done));
    else if (transactionalId === '') done(ErrorCode.INVALID_REQUEST, -1, -1);
    else if (transactionTimeoutUs <= 0 || transactionTimeoutUs > this.deps.config.transactions.transactionMaxTimeoutUs) {
      done(ErrorCode.INVALID_TRANSACTION_TIMEOUT, -1, -1);
    } else this.assignTo({ ...request, transactionalId }, done, -1);
  }

  /** @param fresh producer id that nobody has yet, or -1 until one turns out to be needed */
  private assignTo(request: TransactionalRequest, done: Assigned, fresh: number): void {
    const found = this.states.find(request.transactionalId);
    if (typeof found === 'number') {
      done(found, -1, -1);
      return;
    }
    const { held } = found;
    let { metadata } = found;
    if (fresh < 0 && (metadata === undefined || this.mustRotate(metadata, this.expected(request)))) {
      this.producerIds.generate((producerId) => this.assignTo(request, done, producerId));
      return;
    }
    if (metadata === undefined) {
      metadata = TransactionMetadata.fresh(request.transactionalId, fresh, request.transactionTimeoutUs, this.nowMs());
      held.byId.set(request.transactionalId, metadata);
    }
    this.assignKnown(held, metadata, request, done, fresh);
  }

  private assignKnown(
    held: HeldPartition,
    metadata: TransactionMetadata,
    request: TransactionalRequest,
    done: Assigned,
    fresh: number,
  ): void {
    const expected = this.expected(request);
    if (metadata.pendingState !== null) done(ErrorCode.CONCURRENT_TRANSACTIONS, -1, -1);
    else if (expected !== null && !mayHold(metadata, expected)) done(ErrorCode.PRODUCER_FENCED, -1, -1);
    else if (metadata.state === 'PrepareCommit' || metadata.state === 'PrepareAbort') done(ErrorCode.CONCURRENT_TRANSACTIONS, -1, -1);
    else if (metadata.state === 'Ongoing') {
      this.deps.simulation.probes.hit(transactionProbes['transaction-aborted-by-init']);
      // That epoch is given to nobody: the client comes again, and gets the one after it.
      this.ender.abort(held, metadata, this.deps.features.initBumpsEpoch, (error) => {
        done(error === ErrorCode.NONE ? ErrorCode.CONCURRENT_TRANSACTIONS : error, -1, -1);
      });
    } else this.renew(held, metadata, request, done, fresh);
  }

  private renew(held: HeldPartition, metadata: TransactionMetadata, request: TransactionalRequest, done: Assigned, fresh: number): void {
    const expected = this.expected(request);
    const { transactionTimeoutUs } = request;
    const { producerEpoch } = metadata;
    let value;
    if (this.mustRotate(metadata, expected)) {
      value = metadata.prepareProducerIdRotation(fresh, expected === null ? NONE_YET : producerEpoch, transactionTimeoutUs, this.nowMs());
    } else {
      const epochs = this.nextEpochs(metadata, expected);
      if (epochs === null) {
        done(ErrorCode.PRODUCER_FENCED, -1, -1);
        return;
      }
      value = metadata.prepareEpoch(epochs.epoch, epochs.last, transactionTimeoutUs, this.nowMs());
    }
    const { transactionalId, producerId: newId, producerEpoch: newEpoch } = value;
    this.states.append(held, metadata, value, (error) => {
      if (error === ErrorCode.NONE) this.assigned(transactionalId, newId, newEpoch, done);
      else done(error, -1, -1);
    });
  }

  /** Epoch to give, and the one that a retry of this request may name; null: the requester is not the holder any more. */
  private nextEpochs(metadata: TransactionMetadata, expected: Expected): { readonly epoch: number; readonly last: number } | null {
    const { producerEpoch } = metadata;
    const { lastProducerEpoch } = metadata.value;
    if (!this.deps.features.initBumpsEpoch) return { epoch: Math.max(producerEpoch, 0), last: lastProducerEpoch };
    if (expected === null) return { epoch: producerEpoch + 1, last: NONE_YET };
    if (producerEpoch === NONE_YET || expected.producerEpoch === producerEpoch) return { epoch: producerEpoch + 1, last: producerEpoch };
    if (expected.producerEpoch !== lastProducerEpoch) return null;
    this.deps.simulation.probes.hit(transactionProbes['init-producer-id-repeated']);
    return { epoch: producerEpoch, last: lastProducerEpoch };
  }

  /** The epochs of the producer id are used up, and the requester may have the next. */
  private mustRotate(metadata: TransactionMetadata, expected: Expected): boolean {
    const { pendingState, state, producerEpoch, isEpochExhausted } = metadata;
    if (!isEpochExhausted || pendingState !== null || state === 'Ongoing' || state === 'PrepareCommit' || state === 'PrepareAbort')
      return false;
    return expected === null || expected.producerEpoch === producerEpoch;
  }

  private expected(request: InitProducerIdRequest): Expected {
    return this.deps.features.producerEpochBump && request.producerId >= 0 ? request : null;
  }

  private assigned(transactionalId: string, producerId: number, producerEpoch: number, done: Assigned): void {
    const { simulation, brokerId } = this.deps;
    const { bus } = simulation;
    bus.emit(producerIdAssigned, brokerId, bus.names.idOf(transactionalId), producerId, producerEpoch);
    done(ErrorCode.NONE, producerId, producerEpoch);
  }

  private nowMs(): number {
    return this.deps.process.host.clock.wallMs();
  }
}

/**
 * May the requester still be the holder? Yes if the id is new here (the coordinator forgot it), if it names the current producer id (the epoch is looked at
 * later), or the one before, used up: then this repeats the request that replaced it.
 */
function mayHold(metadata: TransactionMetadata, expected: { readonly producerId: number; readonly producerEpoch: number }): boolean {
  return (
    metadata.producerEpoch === NONE_YET ||
    expected.producerId === metadata.producerId ||
    (expected.producerId === metadata.value.previousProducerId && isEpochExhausted(expected.producerEpoch))
  );
}
