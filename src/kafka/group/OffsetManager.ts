/**
 * Committing and reading offsets (OffsetCommit, TxnOffsetCommit, OffsetFetch) of groups of either protocol and of consumers without a group's protection, after
 * GroupCoordinator and GroupMetadataManager. An offset takes effect, and its commit is answered, once its record is replicated.
 *
 * Leaves out: offset metadata, offset.metadata.max.bytes, OffsetDelete, deleted topics.
 */
import type { CoordinatorWrite } from '../coordinator/CoordinatorTopic.js';
import { type OffsetCommitValue, offsetKey } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import type {
  CommittedOffset,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  PartitionErrors,
  TxnOffsetCommitRequest,
} from '../protocol/messages.js';
import { offsetCommitError } from './appendErrors.js';
import { offsetCommitted, txnOffsetPending } from './events.js';
import type { GroupContext } from './GroupContext.js';
import type { MemberSessions } from './MemberSessions.js';
import type { OffsetStore, StoredOffset } from './OffsetStore.js';
import { groupProbes } from './probes.js';
import { validMember } from './validMember.js';

type CommitSender = Pick<OffsetCommitRequest, 'groupId' | 'generationId' | 'memberId' | 'groupInstanceId'>;

export class OffsetManager {
  constructor(
    private readonly context: GroupContext,
    private readonly sessions: MemberSessions,
  ) {}

  // ------------------------------------------------------------ OffsetCommit

  commit(request: OffsetCommitRequest, respond: (response: OffsetCommitResponse) => void): void {
    const { context } = this;
    const errorCode = this.commitError(request);
    if (errorCode !== ErrorCode.NONE) {
      context.refused('OffsetCommit', request.groupId, request.generationId, request.memberId, errorCode);
      respond(sameForAll(request.partitions, errorCode));
      return;
    }
    const values = this.valuesOf(request);
    const store = context.offsetsOf(request.groupId, context.topic.partitionOf(request.groupId));
    if (values.length === 0) {
      respond(this.perPartition(request.partitions, ErrorCode.NONE));
      return;
    }
    store.begin(values);
    const done = (appendError: number, baseOffset: number): void => {
      values.forEach((value, i) => {
        if (appendError !== ErrorCode.NONE) store.failed(value);
        else if (store.appended(value, baseOffset + i)) this.tookEffect(store, { value, logOffset: baseOffset + i });
      });
      respond(this.perPartition(request.partitions, offsetCommitError(appendError)));
    };
    context.append(store.partition, writesOf(values), done, context.deps.features.offsetCommitReplicated ? {} : { acks: 1 });
  }

  private commitError(request: OffsetCommitRequest): ErrorCode {
    const { context } = this;
    const { groupId, generationId, memberId, groupInstanceId } = request;
    const errorCode = context.errorFor(groupId, 'OffsetCommit');
    if (errorCode !== ErrorCode.NONE) return errorCode;
    if (context.consumerGroups?.owns(groupId) === true) return context.consumerGroups.commitError(groupId, memberId, generationId);
    const group = context.groups.get(groupId);
    const isMember = generationId >= 0 || memberId !== '' || groupInstanceId !== null;
    if (!isMember) return group === undefined || group.state === 'Empty' ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
    const refusal = this.memberError(request);
    if (refusal !== ErrorCode.NONE || group === undefined) return refusal;
    // The member knows this generation from its JoinGroup, and gets its assignment only now.
    if (group.state === 'CompletingRebalance') return ErrorCode.REBALANCE_IN_PROGRESS;
    const member = validMember(group, request, context.deps.features);
    if (typeof member !== 'number') this.sessions.touch(group, member);
    return ErrorCode.NONE;
  }

  /** Does somebody who claims to be a member of a classic group belong to its present generation? */
  private memberError(sender: CommitSender): ErrorCode {
    const { features } = this.context.deps;
    if (!features.commitGenerationFencing) return ErrorCode.NONE;
    const group = this.context.groups.get(sender.groupId);
    if (group === undefined) return sender.generationId >= 0 ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.UNKNOWN_MEMBER_ID;
    const member = validMember(group, sender, features);
    if (typeof member === 'number') return member;
    return sender.generationId === group.generation ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
  }

  // ------------------------------------------------------------ TxnOffsetCommit

  txnCommit(request: TxnOffsetCommitRequest, respond: (response: PartitionErrors) => void): void {
    const { context } = this;
    const { groupId, producerId, producerEpoch, transactionalId, transactionV2 } = request;
    if (this.txnCommitError(request) !== ErrorCode.NONE || !context.deps.features.offsetsJoinTransaction) {
      this.appendTransactional(request, respond);
      return;
    }
    // KIP-890: is (or, with version 2, becomes) the group's partition part of the transaction?
    const partition = context.topic.partitionOf(groupId);
    const write = { transactionalId, partition, producerId, producerEpoch, transactionV2 };
    context.deps.replicas.produceHandler.verifyCoordinatorWrite(write, (errorCode) => {
      if (errorCode === ErrorCode.NONE) this.appendTransactional(request, respond);
      else this.refuseTransactional(request, offsetCommitError(errorCode), respond);
    });
  }

  private appendTransactional(request: TxnOffsetCommitRequest, respond: (response: PartitionErrors) => void): void {
    const { context } = this;
    const { groupId, producerId, producerEpoch } = request;
    const errorCode = this.txnCommitError(request);
    if (errorCode !== ErrorCode.NONE) {
      this.refuseTransactional(request, errorCode, respond);
      return;
    }
    const values = this.valuesOf(request);
    const store = context.offsetsOf(groupId, context.topic.partitionOf(groupId));
    if (values.length === 0) {
      respond(this.perPartition(request.partitions, ErrorCode.NONE));
      return;
    }
    const pends = context.deps.features.txnOffsetsPend;
    if (pends) store.beginTransactional(producerId, values);
    const done = (appendError: number, baseOffset: number): void => {
      values.forEach((value, i) => {
        const logOffset = baseOffset + i;
        if (appendError !== ErrorCode.NONE) store.failedTransactional(producerId, value);
        else if (!pends) this.putNow(store, value, logOffset);
        else {
          this.announcePending(value, producerId, producerEpoch);
          if (store.appendedTransactional(producerId, value, logOffset)) this.tookEffect(store, { value, logOffset });
        }
      });
      respond(this.perPartition(request.partitions, offsetCommitError(appendError)));
    };
    context.append(store.partition, writesOf(values), done, { transaction: { producerId, producerEpoch } });
  }

  private txnCommitError(request: TxnOffsetCommitRequest): ErrorCode {
    const { context } = this;
    const { groupId, generationId, memberId, groupInstanceId } = request;
    const errorCode = context.errorFor(groupId, 'TxnOffsetCommit');
    if (errorCode !== ErrorCode.NONE) return errorCode;
    // Before KIP-447 nobody looked who sent it; after it, applications may still leave the group metadata out.
    const isMember = generationId >= 0 || memberId !== '' || groupInstanceId !== null;
    if (!isMember || !context.deps.features.txnOffsetGroupFencing) return ErrorCode.NONE;
    if (context.consumerGroups?.owns(groupId) === true) return context.consumerGroups.commitError(groupId, memberId, generationId);
    return this.memberError(request);
  }

  private refuseTransactional(request: TxnOffsetCommitRequest, errorCode: number, respond: (response: PartitionErrors) => void): void {
    this.context.refused('TxnOffsetCommit', request.groupId, request.generationId, request.memberId, errorCode);
    respond(sameForAll(request.partitions, errorCode));
  }

  /** The condition `txnOffsetsPend` is off: the offset does not wait for its transaction's end. */
  private putNow(store: OffsetStore, value: OffsetCommitValue, logOffset: number): void {
    if (store.appended(value, logOffset)) this.tookEffect(store, { value, logOffset });
  }

  private announcePending(value: OffsetCommitValue, producerId: number, producerEpoch: number): void {
    const { simulation, brokerId } = this.context.deps;
    const group = this.context.nameId(value.group);
    simulation.bus.emit(txnOffsetPending, brokerId, group, value.partition, value.offset, producerId, producerEpoch);
  }

  /** The marker of a producer's transaction is replicated in one of the partitions of `__consumer_offsets`. */
  markerWritten(partition: number, producerId: number, commit: boolean, markerOffset: number): void {
    const { context } = this;
    for (const store of context.offsets.values()) {
      if (store.partition !== partition || !store.hasTransactional(producerId)) continue;
      context.deps.simulation.probes.hit(commit ? groupProbes['txn-offsets-committed'] : groupProbes['txn-offsets-aborted']);
      for (const stored of store.complete(producerId, commit, markerOffset)) this.tookEffect(store, stored);
      if (store.isEmpty) context.offsets.delete(store.group);
    }
  }

  // ------------------------------------------------------------ OffsetFetch

  fetch(request: OffsetFetchRequest, respond: (response: OffsetFetchResponse) => void): void {
    const { context } = this;
    const { groupId, memberId, memberEpoch } = request;
    const errorCode = this.fetchError(request);
    if (errorCode !== ErrorCode.NONE) {
      context.refused('OffsetFetch', groupId, memberEpoch, memberId, errorCode);
      const partitions = (request.partitions ?? []).map((partition) => ({ partition, offset: -1, leaderEpoch: -1, errorCode }));
      respond({ errorCode, partitions });
      return;
    }
    const store = context.offsets.get(groupId);
    const stableOnly = request.requireStable && context.deps.features.requireStableOffsets;
    const wanted = request.partitions ?? [...(store?.committed.keys() ?? [])];
    respond({ errorCode, partitions: wanted.map((partition) => this.committedOffset(store, partition, stableOnly)) });
  }

  private fetchError(request: OffsetFetchRequest): ErrorCode {
    const { consumerGroups } = this.context;
    const { groupId, memberId, memberEpoch } = request;
    const errorCode = this.context.errorFor(groupId, 'OffsetFetch');
    if (errorCode !== ErrorCode.NONE || (memberId === '' && memberEpoch < 0)) return errorCode;
    return consumerGroups?.owns(groupId) === true ? consumerGroups.fetchError(groupId, memberId, memberEpoch) : ErrorCode.NONE;
  }

  private committedOffset(
    store: OffsetStore | undefined,
    partition: number,
    stableOnly: boolean,
  ): OffsetFetchResponse['partitions'][number] {
    if (stableOnly && store?.isUnstable(partition) === true) {
      this.context.deps.simulation.probes.hit(groupProbes['unstable-offset-commit']);
      return { partition, offset: -1, leaderEpoch: -1, errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT };
    }
    const value = store?.committed.get(partition)?.value;
    return { partition, offset: value?.offset ?? -1, leaderEpoch: value?.leaderEpoch ?? -1, errorCode: ErrorCode.NONE };
  }

  // ------------------------------------------------------------ common

  private valuesOf(request: CommitSender & { readonly partitions: readonly CommittedOffset[] }): OffsetCommitValue[] {
    const { deps, nowMs } = this.context;
    const expireTimestampMs = deps.features.offsetsExpireWithGroup ? -1 : nowMs + Math.floor(deps.config.groups.offsetsRetentionUs / 1000);
    return request.partitions
      .filter(({ partition }) => this.exists(partition))
      .map(({ partition, offset, leaderEpoch }) => ({
        kind: 'offset-commit',
        group: request.groupId,
        partition,
        offset,
        leaderEpoch,
        commitTimestampMs: nowMs,
        expireTimestampMs,
        generation: request.generationId,
        memberId: request.memberId,
      }));
  }

  private exists(partition: number): boolean {
    return this.context.deps.metadata.state(partition) !== undefined;
  }

  private perPartition(partitions: readonly CommittedOffset[], errorCode: number): PartitionErrors {
    return {
      partitions: partitions.map(({ partition }) => {
        return { partition, errorCode: this.exists(partition) ? errorCode : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
      }),
    };
  }

  /** The offset is what the group resumes from, from now on. */
  tookEffect(store: OffsetStore, { value, logOffset }: StoredOffset): void {
    const { context } = this;
    // A store that was unloaded meanwhile speaks for nobody.
    if (context.offsets.get(store.group) !== store) return;
    const { simulation, brokerId } = context.deps;
    simulation.bus.emit(
      offsetCommitted,
      brokerId,
      context.nameId(value.group),
      value.partition,
      value.offset,
      value.generation,
      context.nameId(value.memberId),
      logOffset,
    );
  }
}

function writesOf(values: readonly OffsetCommitValue[]): CoordinatorWrite[] {
  return values.map((payload) => ({ key: offsetKey(payload.group, payload.partition), payload }));
}

function sameForAll(partitions: readonly CommittedOffset[], errorCode: number): PartitionErrors {
  return { partitions: partitions.map(({ partition }) => ({ partition, errorCode })) };
}
