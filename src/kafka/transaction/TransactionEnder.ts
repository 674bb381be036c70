/**
 * The end of transactions at their coordinator (TransactionCoordinator.endTransaction): decide, log the decision, answer, write the markers, log that they are
 * written. The same for a client's EndTxn, for timeouts, for InitProducerId over an open transaction, and for what a former coordinator had decided.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { TransactionValue } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { decideEndTxnV1, decideEndTxnV2, type EndTxnAsk } from './endTxn.js';
import { transactionTimedOut } from './events.js';
import type { ProducerIdManager } from './ProducerIdManager.js';
import type { TransactionMarkerChannel } from './TransactionMarkerChannel.js';
import type { TransactionMetadata } from './TransactionMetadata.js';
import type { HeldPartition, TransactionStateManager } from './TransactionStateManager.js';
import { transactionProbes } from './probes.js';

export interface TransactionEnderDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
}

export interface EndRequest extends EndTxnAsk {
  readonly transactionalId: string;
  readonly transactionVersion: number;
}

/** With NONE: the producer id and epoch of the next transaction, where version 2 is spoken. */
export type EndDone = (error: ErrorCode, producerId: number, producerEpoch: number) => void;

/** Guess: the log append of a finished transaction is tried again after 100 ms. */
const RETRY_US = 100_000;

export class TransactionEnder {
  constructor(
    private readonly deps: TransactionEnderDeps,
    private readonly states: TransactionStateManager,
    private readonly markers: TransactionMarkerChannel,
    private readonly producerIds: ProducerIdManager,
  ) {}

  end(request: EndRequest, done: EndDone, nextProducerId = -1): void {
    const found = this.states.find(request.transactionalId);
    if (typeof found === 'number') {
      done(found, -1, -1);
      return;
    }
    const { held, metadata } = found;
    if (metadata === undefined) done(ErrorCode.INVALID_PRODUCER_ID_MAPPING, -1, -1);
    else this.decide(held, metadata, request, done, nextProducerId);
  }

  private decide(held: HeldPartition, metadata: TransactionMetadata, request: EndRequest, done: EndDone, nextProducerId = -1): void {
    const v2 = request.transactionVersion >= 2;
    const verdict = (v2 ? decideEndTxnV2 : decideEndTxnV1)(metadata, request, this.deps.features);
    const fences = metadata.pendingState === 'PrepareEpochFence';
    if (verdict === 'done') {
      this.deps.simulation.probes.hit(transactionProbes['end-txn-repeated']);
      done(ErrorCode.NONE, metadata.producerId, metadata.producerEpoch);
    } else if (verdict !== 'end') done(verdict, -1, -1);
    else if (v2 && !fences && metadata.isEpochExhausted && nextProducerId < 0) {
      this.producerIds.generate((producerId) => this.end(request, done, producerId));
    } else {
      const options = { transactionVersion: request.transactionVersion, fenceEpoch: fences ? request.producerEpoch : -1, nextProducerId };
      this.carryOut(held, metadata, metadata.prepareEnd(request.commit, { ...options, nowMs: this.nowMs() }), fences, done);
    }
  }

  /** Aborts an open transaction on the coordinator's own account; `fence` raises the epoch, which shuts its producer out. */
  abort(held: HeldPartition, metadata: TransactionMetadata, fence: boolean, done: EndDone): void {
    const { transactionalId, producerId, state } = metadata;
    const producerEpoch = fence ? metadata.prepareFence() : metadata.producerEpoch;
    if (fence) this.states.stateChanged(held, { ...metadata.value, producerEpoch, state: 'PrepareEpochFence' }, state);
    const transactionVersion = this.deps.features.transactionV2 ? 2 : 1;
    // Not looked up again: a broker that has just started may not know yet how many partitions the topic has, and the fence would be left half done.
    this.decide(held, metadata, { transactionalId, producerId, producerEpoch, commit: false, fromClient: false, transactionVersion }, done);
  }

  abortTimedOut(): void {
    const { simulation, brokerId, features } = this.deps;
    const { bus, probes } = simulation;
    for (const { held, metadata } of this.states.timedOut(this.nowMs())) {
      if (metadata === undefined) continue;
      probes.hit(transactionProbes['transaction-timed-out']);
      bus.emit(transactionTimedOut, brokerId, bus.names.idOf(metadata.transactionalId), metadata.producerId, metadata.producerEpoch);
      this.abort(held, metadata, features.timeoutBumpsEpoch, () => {});
    }
  }

  /** A new coordinator finishes what its predecessors had decided. */
  resume(held: HeldPartition): void {
    if (!this.deps.features.decidedTransactionsResumed) return;
    for (const metadata of held.byId.values()) {
      if (metadata.state !== 'PrepareCommit' && metadata.state !== 'PrepareAbort') continue;
      this.deps.simulation.probes.hit(transactionProbes['decided-transaction-resumed']);
      // Perhaps news: the predecessor may have died before it knew that its decision was replicated.
      this.states.stateChanged(held, metadata.value, 'Ongoing');
      this.complete(held, metadata, metadata.prepareComplete(this.nowMs()), false);
    }
  }

  private carryOut(held: HeldPartition, metadata: TransactionMetadata, decision: TransactionValue, fences: boolean, done: EndDone): void {
    const first = !this.deps.features.decisionBeforeMarkers;
    if (first)
      this.writeMarkers(held, decision, metadata.value.partitions, () =>
        this.log(held, metadata, decision, { fences, marked: true }, done),
      );
    else this.log(held, metadata, decision, { fences, marked: false }, done);
  }

  private log(
    held: HeldPartition,
    metadata: TransactionMetadata,
    decision: TransactionValue,
    { fences, marked }: { readonly fences: boolean; readonly marked: boolean },
    done: EndDone,
  ): void {
    const { endAnsweredAfterDecision } = this.deps.features;
    if (!endAnsweredAfterDecision) done(ErrorCode.NONE, decision.producerId, decision.producerEpoch);
    this.states.append(held, metadata, decision, (error) => {
      if (error !== ErrorCode.NONE) {
        if (fences) {
          this.deps.simulation.probes.hit(transactionProbes['epoch-fence-not-written']);
          metadata.hasFailedEpochFence = true;
        }
        if (endAnsweredAfterDecision) done(error, -1, -1);
        return;
      }
      const completed = metadata.prepareComplete(this.nowMs());
      if (endAnsweredAfterDecision) done(ErrorCode.NONE, completed.producerId, completed.producerEpoch);
      this.complete(held, metadata, completed, marked);
    });
  }

  private complete(held: HeldPartition, metadata: TransactionMetadata, completed: TransactionValue, marked: boolean): void {
    const finish = (): void => this.logCompletion(held, metadata, completed);
    const { completionAwaitsMarkers } = this.deps.features;
    if (marked) finish();
    else if (!completionAwaitsMarkers) {
      this.writeMarkers(held, metadata.value, metadata.value.partitions, () => {});
      finish();
    } else this.writeMarkers(held, metadata.value, metadata.value.partitions, finish);
  }

  private writeMarkers(held: HeldPartition, decision: TransactionValue, partitions: readonly number[], done: () => void): void {
    const { producerId, producerEpoch, state, transactionVersion } = decision;
    const { coordinatorEpoch } = held;
    const commit = state === 'PrepareCommit';
    const isCurrent = (): boolean => this.states.isCurrent(held);
    this.markers.send({ producerId, producerEpoch, coordinatorEpoch, commit, partitions, transactionVersion, isCurrent, done });
  }

  private logCompletion(held: HeldPartition, metadata: TransactionMetadata, completed: TransactionValue): void {
    if (!this.states.isCurrent(held)) return;
    const again = (error: ErrorCode): void => {
      if (error !== ErrorCode.COORDINATOR_NOT_AVAILABLE) return;
      this.deps.simulation.probes.hit(transactionProbes['completion-written-again']);
      this.deps.process.after(RETRY_US, () => this.logCompletion(held, metadata, completed), undefined);
    };
    this.states.append(held, metadata, completed, again, true);
  }

  private nowMs(): number {
    return this.deps.process.host.clock.wallMs();
  }
}
