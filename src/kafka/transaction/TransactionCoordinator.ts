/**
 * A broker's part as transaction coordinator: the requests about transactional ids (kafka.coordinator.transaction.TransactionCoordinator; KIP-98,
 * KIP-360, KIP-890), and the periodic ends of transactions that take too long and of ids that nobody uses.
 *
 * Coordinator of an id is the leader of the partition of `__transaction_state` that the id's hash names; its leader epoch is the coordinator epoch.
 * Leaves out: two-phase commit with external systems (KIP-939), listing and describing transactions (KIP-664).
 */
import type { ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import { transactionScanSkipped } from '../buggifySites.js';
import type { BrokerConfig } from '../config/BrokerConfig.js';
import { type Coordinator, CoordinatorTopic, type CoordinatorTopicDeps } from '../coordinator/CoordinatorTopic.js';
import type { BrokerConnection } from '../network/BrokerConnection.js';
import { TRANSACTION_STATE_TOPIC } from '../protocol/coordinatorRecords.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type {
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnResponse,
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnResponse,
  EndTxnRequest,
  EndTxnResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
} from '../protocol/messages.js';
import { partitionAddedToTransaction, transactionRequestRefused } from './events.js';
import { ProducerIdAssigner } from './ProducerIdAssigner.js';
import { ProducerIdManager } from './ProducerIdManager.js';
import { TransactionEnder } from './TransactionEnder.js';
import { TransactionMarkerChannel } from './TransactionMarkerChannel.js';
import type { TransactionMetadata } from './TransactionMetadata.js';
import { type HeldPartition, type TransactionLog, TransactionStateManager } from './TransactionStateManager.js';
import { transactionProbes } from './probes.js';

export interface TransactionCoordinatorDeps extends CoordinatorTopicDeps {
  readonly config: BrokerConfig;
  /** The broker's ZooKeeper session of the moment. */
  readonly zk: () => ZooKeeperClient;
  /** A new connection to a broker, this one included, with request.timeout.ms. */
  readonly connectTo: (brokerId: number) => BrokerConnection;
  /** Interned partition of `__consumer_offsets` that a group belongs to; -1 while that topic does not exist. */
  readonly offsetsPartitionOf: (groupId: string) => number;
}

type Transaction = AddPartitionsToTxnRequest['transactions'][number];
type Addition = Pick<Transaction, 'transactionalId' | 'producerId' | 'producerEpoch'> & { readonly partitions: readonly number[] };

export class TransactionCoordinator {
  readonly states: TransactionStateManager;
  private readonly ender: TransactionEnder;
  private readonly assigner: ProducerIdAssigner;
  private scanning = false;

  /** @param makeLog the transaction log; by default the topic `__transaction_state` */
  constructor(
    private readonly deps: TransactionCoordinatorDeps,
    makeLog: (coordinator: Coordinator) => TransactionLog,
  ) {
    const producerIds = new ProducerIdManager(deps);
    this.states = new TransactionStateManager(deps, makeLog);
    this.ender = new TransactionEnder(deps, this.states, new TransactionMarkerChannel(deps), producerIds);
    this.assigner = new ProducerIdAssigner(deps, this.states, this.ender, producerIds);
    this.states.onLoaded = (held) => this.loaded(held);
  }

  // ------------------------------------------------------------ requests

  /** InitProducerId, with a transactional id or without. */
  initProducerId(request: InitProducerIdRequest, respond: (response: InitProducerIdResponse) => void): void {
    this.assigner.assign(request, (error, producerId, producerEpoch) => {
      if (error !== ErrorCode.NONE) this.refused('InitProducerId', { ...request, transactionalId: request.transactionalId ?? '' }, error);
      respond({ errorCode: error, producerId, producerEpoch });
    });
  }

  /** AddPartitionsToTxn, from clients and (KIP-890) from partition leaders. */
  addPartitionsToTxn(request: AddPartitionsToTxnRequest, respond: (response: AddPartitionsToTxnResponse) => void): void {
    const answers: AddPartitionsToTxnResponse['transactions'] = [];
    let missing = request.transactions.length;
    request.transactions.forEach((transaction, i) => {
      const { transactionalId, partitions } = transaction;
      const answer = (errorOf: (partition: number) => ErrorCode): void => {
        answers[i] = { transactionalId, partitions: partitions.map((partition) => ({ partition, errorCode: errorOf(partition) })) };
        if (--missing === 0) respond({ transactions: answers });
      };
      if (transaction.verifyOnly) answer(this.verify(transaction));
      else this.add('AddPartitionsToTxn', transaction, (error) => answer(() => error));
    });
    if (request.transactions.length === 0) respond({ transactions: [] });
  }

  /** AddOffsetsToTxn: adds the group's partition of `__consumer_offsets`. */
  addOffsetsToTxn(request: AddOffsetsToTxnRequest, respond: (response: AddOffsetsToTxnResponse) => void): void {
    const partition = this.deps.offsetsPartitionOf(request.groupId);
    if (partition < 0) {
      this.refused('AddOffsetsToTxn', request, ErrorCode.COORDINATOR_NOT_AVAILABLE);
      respond({ errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE });
      return;
    }
    this.add('AddOffsetsToTxn', { ...request, partitions: [partition] }, (errorCode) => respond({ errorCode }));
  }

  /** EndTxn, version 1 or 2. */
  endTxn(request: EndTxnRequest, respond: (response: EndTxnResponse) => void): void {
    const v2 = request.transactionV2 && this.deps.features.transactionV2;
    this.ender.end({ ...request, fromClient: true, transactionVersion: v2 ? 2 : 1 }, (errorCode, producerId, producerEpoch) => {
      if (errorCode !== ErrorCode.NONE) this.refused('EndTxn', request, errorCode);
      const next = v2 && errorCode === ErrorCode.NONE;
      respond({ errorCode, producerId: next ? producerId : -1, producerEpoch: next ? producerEpoch : -1 });
    });
  }

  // ------------------------------------------------------------ partitions of a transaction

  private add(api: string, addition: Addition, done: (error: ErrorCode) => void): void {
    const answer = (error: ErrorCode): void => {
      if (error !== ErrorCode.NONE) this.refused(api, addition, error);
      done(error);
    };
    const found = this.states.find(addition.transactionalId);
    if (typeof found === 'number') {
      answer(found);
      return;
    }
    const { held, metadata } = found;
    const error = this.additionError(metadata, addition);
    if (metadata === undefined || error !== ErrorCode.NONE) {
      answer(error);
      return;
    }
    if (metadata.state === 'Ongoing' && metadata.containsAll(addition.partitions)) {
      answer(ErrorCode.NONE);
      return;
    }
    const added = addition.partitions.filter((partition) => !metadata.contains(partition));
    const transactionVersion = this.deps.features.transactionV2 ? 2 : 1;
    const value = metadata.prepareAddPartitions(added, this.deps.process.host.clock.wallMs(), transactionVersion);
    this.states.append(held, metadata, value, (code) => {
      if (code === ErrorCode.NONE) this.added(metadata, added);
      answer(code);
    });
  }

  private additionError(metadata: TransactionMetadata | undefined, addition: Addition): ErrorCode {
    const { features } = this.deps;
    if (metadata === undefined) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    const pending = metadata.pendingState !== null;
    // KAFKA-18575: with version 2 the producer may hold the id and epoch of the step that is pending.
    if (features.transactionV2 && pending) return ErrorCode.CONCURRENT_TRANSACTIONS;
    if (metadata.producerId !== addition.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    if (features.coordinatorEpochFencing && metadata.producerEpoch !== addition.producerEpoch) return ErrorCode.PRODUCER_FENCED;
    if (pending || isDecided(metadata)) return ErrorCode.CONCURRENT_TRANSACTIONS;
    return ErrorCode.NONE;
  }

  private added(metadata: TransactionMetadata, partitions: readonly number[]): void {
    const { simulation, brokerId } = this.deps;
    const id = simulation.bus.names.idOf(metadata.transactionalId);
    const { producerId, producerEpoch } = metadata;
    for (const partition of partitions)
      simulation.bus.emit(partitionAddedToTransaction, brokerId, id, producerId, producerEpoch, partition);
  }

  /**
   * KIP-890 part 1: changes nothing. A step that is pending does not matter: partitions are in the transaction once that is in the log, and the partition
   * leader looks again before it appends.
   */
  private verify(transaction: Transaction): (partition: number) => ErrorCode {
    const found = this.states.find(transaction.transactionalId);
    if (typeof found === 'number') return () => found;
    const { metadata } = found;
    if (metadata === undefined || metadata.producerId !== transaction.producerId) return () => ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    if (this.deps.features.coordinatorEpochFencing && metadata.producerEpoch !== transaction.producerEpoch) {
      return () => ErrorCode.PRODUCER_FENCED;
    }
    if (isDecided(metadata)) return () => ErrorCode.CONCURRENT_TRANSACTIONS;
    return (partition) => (metadata.contains(partition) ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE);
  }

  private refused(
    api: string,
    request: { readonly transactionalId: string; readonly producerId: number; readonly producerEpoch: number },
    error: ErrorCode,
  ): void {
    const { simulation, brokerId } = this.deps;
    const { bus } = simulation;
    const { names } = bus;
    const id = names.idOf(request.transactionalId);
    bus.emit(
      transactionRequestRefused,
      brokerId,
      id,
      request.producerId,
      request.producerEpoch,
      names.idOf(api),
      names.idOf(errorName(error)),
    );
  }

  // ------------------------------------------------------------ what happens by itself

  private loaded(held: HeldPartition): void {
    this.ender.resume(held);
    if (this.scanning) return;
    this.scanning = true;
    const { process, features, simulation } = this.deps;
    const { abortTimedOutCleanupIntervalUs, removeExpiredCleanupIntervalUs } = this.deps.config.transactions;
    const scan = (): void => {
      if (!simulation.buggify.fires(transactionScanSkipped)) this.ender.abortTimedOut();
    };
    if (features.transactionTimeout) process.every(abortTimedOutCleanupIntervalUs, scan);
    process.every(removeExpiredCleanupIntervalUs, () => this.removeExpired());
  }

  private removeExpired(): void {
    for (const { held, metadata } of this.states.expired(this.deps.process.host.clock.wallMs())) {
      if (metadata === undefined) continue;
      this.deps.simulation.probes.hit(transactionProbes['transactional-id-expired']);
      this.states.append(held, metadata, metadata.prepareDead(), () => {});
    }
  }
}

/** The transaction coordinator of a broker, over `__transaction_state`; `topic` wants to hear of every change of leadership. */
export function makeTransactionCoordinator(deps: TransactionCoordinatorDeps): {
  readonly coordinator: TransactionCoordinator;
  readonly topic: CoordinatorTopic;
} {
  let topic: CoordinatorTopic | undefined;
  const coordinator = new TransactionCoordinator(deps, (states) => {
    topic = new CoordinatorTopic(TRANSACTION_STATE_TOPIC, states, deps);
    return topic;
  });
  return { coordinator, topic: topic as CoordinatorTopic };
}

function isDecided(metadata: TransactionMetadata): boolean {
  return metadata.state === 'PrepareCommit' || metadata.state === 'PrepareAbort';
}
