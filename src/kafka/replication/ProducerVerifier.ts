/**
 * Before the first record of a transaction enters a partition its leader asks the coordinator whether the partition belongs to it (KIP-890 part 1), or adds it
 * (part 2). While the answer is on its way the producer's guard stands; a marker, or a change of leadership, takes it away, and the batch is refused.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { BrokerConfig } from '../config/index.js';
import type { VerificationGuard } from '../log/ProducerStateManager.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ProduceRequest } from '../protocol/messages.js';
import type { ProducerBatch } from '../protocol/records.js';
import type { Partition } from './Partition.js';
import type { TransactionVerification } from './TransactionVerification.js';
import { replicationProbes } from './probes.js';

/** What came of asking. A partition in neither had its transaction open already. */
export interface Verified {
  readonly guards: ReadonlyMap<number, VerificationGuard>;
  readonly errors: ReadonlyMap<number, number>;
}

interface VerifierDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
}

interface CoordinatorWrite {
  readonly transactionalId: string;
  readonly partition: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly transactionV2: boolean;
}

const NO_ERRORS: ReadonlyMap<number, number> = new Map<number, number>();

export class ProducerVerifier {
  constructor(
    private readonly deps: VerifierDeps,
    private readonly partitions: ReadonlyMap<number, Partition>,
    private readonly verification: () => TransactionVerification | null,
  ) {}

  appliesTo(request: ProduceRequest): boolean {
    const { transactionalId } = request;
    return transactionalId !== undefined && transactionalId !== null && this.enabled(request.transactionV2 === true);
  }

  /** `done` is called at once when every transaction is open already. */
  verify(request: ProduceRequest, done: (verified: Verified) => void): void {
    const guards = new Map<number, VerificationGuard>();
    let batch: ProducerBatch | undefined;
    for (const { partition, batch: candidate } of request.partitions) {
      if (candidate.isTransactional !== true) continue;
      const guard = this.guardFor(partition, candidate.producerId, candidate.producerEpoch, candidate.baseSequence);
      if (guard === null) continue;
      guards.set(partition, guard);
      batch = candidate;
    }
    const verification = this.verification();
    if (batch === undefined || verification === null) {
      done({ guards, errors: NO_ERRORS });
      return;
    }
    const { producerId, producerEpoch } = batch;
    const asked = [...guards.keys()];
    this.deps.simulation.probes.hit(replicationProbes['transaction-verification-asked']);
    verification.verify(request.transactionalId as string, producerId, producerEpoch, asked, request.transactionV2 === true, (errors) =>
      done({ guards, errors }),
    );
  }

  verifyCoordinatorWrite(write: CoordinatorWrite, done: (errorCode: number) => void): void {
    const { transactionalId, partition: id, producerId, producerEpoch, transactionV2 } = write;
    const verification = this.verification();
    const guard = this.enabled(transactionV2) ? this.guardFor(id, producerId, producerEpoch, -1) : null;
    if (guard === null || verification === null) {
      done(ErrorCode.NONE);
      return;
    }
    verification.verify(transactionalId, producerId, producerEpoch, [id], transactionV2, (errors) => {
      const partition = this.partitions.get(id);
      const errorCode = errors.get(id) ?? ErrorCode.NONE;
      if (errorCode !== ErrorCode.NONE) done(errorCode);
      else if (partition === undefined || !partition.isLeader) done(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      else done(partition.log.producers.isVerified(producerId, producerEpoch, guard) ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE);
    });
  }

  /** With version 2 asking is how a partition gets into the transaction at all. */
  private enabled(transactionV2: boolean): boolean {
    if (this.verification() === null) return false;
    return transactionV2 || (this.deps.features.txnVerification && this.deps.config.transactions.partitionVerificationEnable);
  }

  /** null: there is nothing to ask, because the transaction is open here, or the partition is not ours to write to. */
  private guardFor(id: number, producerId: number, producerEpoch: number, sequence: number): VerificationGuard | null {
    const partition = this.partitions.get(id);
    if (partition === undefined || !partition.isLeader) return null;
    const nowMs = this.deps.process.host.clock.wallMs();
    return partition.log.producers.beginVerification(producerId, producerEpoch, sequence, nowMs);
  }
}
