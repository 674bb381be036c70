/**
 * The requests by which a producer gets its identity and runs its transactions, and what their answers do: the request handlers of Kafka's TransactionManager.
 * Protocol version 1 adds partitions and groups to the transaction explicitly; with version 2 (KIP-890) their leaders do, and the answer to EndTxn
 * brings the next epoch.
 */
import { ErrorCode } from '../protocol/errors.js';
import type {
  AddOffsetsToTxnResponse,
  AddPartitionsToTxnResponse,
  ApiName,
  EndTxnResponse,
  InitProducerIdResponse,
  PartitionErrors,
} from '../protocol/messages.js';
import { commitCompleted, commitSent, producerIdReceived } from './events.js';
import type { GroupMetadata } from './Membership.js';
import { BEING_ADDED, IN_TRANSACTION, type PartitionSequences } from './PartitionSequences.js';
import { CALL_OK, type PendingCall } from './PendingCall.js';
import type { ProducerError } from './producerRecord.js';
import type { PartitionQueue, PendingBatch } from './PendingBatch.js';
import type { TransactionHost } from './TransactionHost.js';
import { reactionTo } from './transactionErrors.js';
import { Priority, TransactionalRequest } from './TransactionRequests.js';

/** The member on whose behalf offsets are committed (KIP-447). */
export type GroupMember = Pick<GroupMetadata, 'generationId' | 'memberId' | 'groupInstanceId'>;

/** An offset of a group, to be committed with a transaction. */
export interface TransactionalOffset {
  /** Interned `topic-partition`. */
  readonly partition: number;
  /** Of the next record to be read. */
  readonly offset: number;
  /** KIP-320; unknown when absent. */
  readonly leaderEpoch?: number;
}

/** The previous transaction is still being completed: the next one's first AddPartitionsToTxn does not wait long (KAFKA-5482). */
const FIRST_ADD_BACKOFF_US = 20_000;

/** An error that may be gone next time: sends the request again, after finding the coordinator again where that is the trouble. False for other errors. */
function retried<A extends ApiName>(
  manager: TransactionHost,
  request: TransactionalRequest<A>,
  errorCode: number,
  backoffUs?: number,
): boolean {
  const reaction = reactionTo(request.api, errorCode);
  if (reaction === 'coordinator' && request.coordinator !== null) manager.requests.findCoordinator(request.coordinator, request.key);
  if (reaction !== 'retry' && reaction !== 'coordinator') return false;
  manager.requests.retry(request, backoffUs);
  return true;
}

function identified(manager: TransactionHost, producerId: number, producerEpoch: number): void {
  const { simulation, clientName } = manager.deps;
  manager.sequences.identify(producerId, producerEpoch);
  simulation.bus.emit(producerIdReceived, clientName, producerId, producerEpoch);
}

/** @param bumps the producer names what it has and asks for the next epoch (KIP-360) */
export function initProducerIdRequest(manager: TransactionHost, bumps: boolean): TransactionalRequest<'InitProducerId'> {
  const { transactionalId, transactionTimeoutUs } = manager.deps.config;
  const { producerId, producerEpoch } = manager.sequences;
  const body = {
    transactionalId,
    transactionTimeoutUs,
    producerId: bumps ? producerId : -1,
    producerEpoch: bumps ? producerEpoch : -1,
  };
  const answered = (response: InitProducerIdResponse, request: TransactionalRequest<'InitProducerId'>): void => {
    if (response.errorCode !== ErrorCode.NONE) {
      if (!retried(manager, request, response.errorCode)) {
        manager.giveUp('InitProducerId', response.errorCode);
      }
      return;
    }
    identified(manager, response.producerId, response.producerEpoch);
    if (bumps) manager.sequences.reset();
    else manager.sequences.rewrite();
    if (manager.state === 'ABORTING_TRANSACTION') manager.leaveTransaction();
    else manager.transitionTo('READY');
    manager.succeed();
  };
  const priority = bumps ? Priority.EPOCH_BUMP : Priority.INIT_PRODUCER_ID;
  const coordinator = transactionalId === null ? null : 'transaction';
  return new TransactionalRequest('InitProducerId', priority, coordinator, transactionalId ?? '', body, 60, answered, () => {});
}

export function addPartitionsRequest(
  manager: TransactionHost,
  queues: readonly PartitionQueue[],
): TransactionalRequest<'AddPartitionsToTxn'> {
  const { producerId, producerEpoch } = manager.sequences;
  const transactionalId = manager.deps.config.transactionalId as string;
  const partitions = queues.map(({ metadata }) => metadata.id);
  const body = { transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly: false, partitions }] };
  const answered = (response: AddPartitionsToTxnResponse, request: TransactionalRequest<'AddPartitionsToTxn'>): void => {
    for (const { errorCode } of response.transactions[0]?.partitions ?? []) {
      // Told for a partition that would have been added, had the others no error.
      if (errorCode === ErrorCode.NONE || errorCode === ErrorCode.OPERATION_NOT_ATTEMPTED) continue;
      const first = errorCode === ErrorCode.CONCURRENT_TRANSACTIONS && !manager.started;
      const backoffUs = first ? Math.min(FIRST_ADD_BACKOFF_US, manager.deps.config.retryBackoffUs) : undefined;
      if (!retried(manager, request, errorCode, backoffUs)) manager.giveUp('AddPartitionsToTxn', errorCode);
      return;
    }
    for (const { sequences } of queues) {
      if (sequences?.membership === BEING_ADDED) (sequences as PartitionSequences<PendingBatch>).membership = IN_TRANSACTION;
    }
    manager.started = true;
  };
  const sizeBytes = 60 + 12 * partitions.length;
  return new TransactionalRequest(
    'AddPartitionsToTxn',
    Priority.ADD_TO_TRANSACTION,
    'transaction',
    transactionalId,
    body,
    sizeBytes,
    answered,
    () => {},
  );
}

/** Brings offsets into the transaction: AddOffsetsToTxn, which the commit follows, or with version 2 the commit alone. */
export function enqueueOffsets(
  manager: TransactionHost,
  groupId: string,
  group: GroupMember | null,
  offsets: readonly TransactionalOffset[],
  call: PendingCall,
): void {
  const commit = txnOffsetCommitRequest(manager, groupId, group, offsets, call);
  if (manager.deps.features.transactionV2) {
    manager.started = true;
    manager.requests.enqueue(commit);
    return;
  }
  const { producerId, producerEpoch } = manager.sequences;
  const transactionalId = manager.deps.config.transactionalId as string;
  const body = { transactionalId, producerId, producerEpoch, groupId };
  const failed = (): void => call.complete(manager.errorResult(false));
  const answered = (response: AddOffsetsToTxnResponse, request: TransactionalRequest<'AddOffsetsToTxn'>): void => {
    if (response.errorCode === ErrorCode.NONE) {
      manager.started = true;
      manager.requests.enqueue(commit);
    } else if (!retried(manager, request, response.errorCode)) {
      manager.giveUp('AddOffsetsToTxn', response.errorCode);
      failed();
    }
  };
  const priority = Priority.ADD_TO_TRANSACTION;
  manager.requests.enqueue(
    new TransactionalRequest('AddOffsetsToTxn', priority, 'transaction', transactionalId, body, 80, answered, failed),
  );
}

function txnOffsetCommitRequest(
  manager: TransactionHost,
  groupId: string,
  group: GroupMember | null,
  offsets: readonly TransactionalOffset[],
  call: PendingCall,
): TransactionalRequest<'TxnOffsetCommit'> {
  const { config, features, simulation, clientName } = manager.deps;
  // Before KIP-447 nobody was told on whose behalf (B-51).
  const member = features.txnOffsetGroupFencing ? group : null;
  const { bus } = simulation;
  const kind = bus.names.idOf('transaction');
  const generation = member?.generationId ?? -1;
  const body = {
    transactionalId: config.transactionalId as string,
    groupId,
    producerId: manager.sequences.producerId,
    producerEpoch: manager.sequences.producerEpoch,
    generationId: generation,
    memberId: member?.memberId ?? '',
    groupInstanceId: member?.groupInstanceId ?? null,
    partitions: offsets.map(({ partition, offset, leaderEpoch }) => ({ partition, offset, leaderEpoch: leaderEpoch ?? -1 })),
    transactionV2: features.transactionV2,
  };
  for (const { partition, offset } of offsets) bus.emit(commitSent, clientName, partition, offset, generation, kind);
  const completed = (error: string): void => {
    for (const { partition, offset } of offsets) {
      bus.emit(commitCompleted, clientName, partition, offset, generation, kind, bus.names.idOf(error));
    }
  };
  const failed = (error: ProducerError): void => {
    completed(error);
    call.complete(manager.errorResult(false));
  };
  const answered = (response: PartitionErrors, request: TransactionalRequest<'TxnOffsetCommit'>): void => {
    const refused = response.partitions.find(({ errorCode }) => errorCode !== ErrorCode.NONE);
    if (refused === undefined) {
      completed('NONE');
      call.complete(CALL_OK);
    } else if (!retried(manager, request, refused.errorCode)) {
      manager.giveUp('TxnOffsetCommit', refused.errorCode);
      failed(manager.nameOf(refused.errorCode));
    }
  };
  const sizeBytes = 100 + 20 * offsets.length;
  return new TransactionalRequest('TxnOffsetCommit', Priority.ADD_TO_TRANSACTION, 'group', groupId, body, sizeBytes, answered, failed);
}

/** Errors after which the decision may be in the transaction log all the same, or get there. */
const undecided: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_COORDINATOR,
]);

export function endTxnRequest(manager: TransactionHost, commit: boolean): TransactionalRequest<'EndTxn'> {
  const { config, features } = manager.deps;
  const { producerId, producerEpoch } = manager.sequences;
  const transactionalId = config.transactionalId as string;
  const { transactionV2 } = features;
  const body = { transactionalId, producerId, producerEpoch, commit, transactionV2 };
  const answered = (response: EndTxnResponse, request: TransactionalRequest<'EndTxn'>): void => {
    const { errorCode } = response;
    if (errorCode === ErrorCode.NONE) {
      if (response.producerId !== -1) {
        identified(manager, response.producerId, response.producerEpoch);
        manager.sequences.reset();
      }
      const bumps = manager.sequences.bumpReason !== '';
      manager.leaveTransaction();
      if (!bumps) manager.succeed();
      return;
    }
    const mayHaveCommitted = commit && request.lost;
    if (undecided.has(errorCode)) request.lost = true;
    if (!retried(manager, request, errorCode)) manager.giveUp('EndTxn', errorCode, mayHaveCommitted);
  };
  const failed = (): void => manager.failPending();
  return new TransactionalRequest('EndTxn', Priority.END_TRANSACTION, 'transaction', transactionalId, body, 60, answered, failed);
}
