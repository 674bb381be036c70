/**
 * The produce path of a broker (ReplicaManager.appendRecords): verification of transactions (KIP-890), checks, append, flush where the topic asks for it, and
 * the answer when everything that `acks` asks for is true or the deadline has passed.
 *
 * A batch that the producer sent before is not appended; it is answered with the offset that it has, once that is replicated as `acks` asks.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import { produceCompletedLate } from '../buggifySites.js';
import type { BrokerConfig } from '../config/index.js';
import { produceAcknowledged, produceRefused } from '../events.js';
import { duplicateBatchAnswered, sequenceRefused } from '../log/events.js';
import type { BatchMetadata } from '../log/ProducerStateEntry.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { PartitionState, ProduceRequest, ProduceResponse } from '../protocol/messages.js';
import type { ControlRecord, ProducerBatch, RecordBatch } from '../protocol/records.js';
import { markerAppended } from '../transaction/events.js';
import { DelayedProduce, type ProducePart } from './DelayedProduce.js';
import type { Partition } from './Partition.js';
import { ProducerVerifier, type Verified } from './ProducerVerifier.js';
import type { TransactionVerification } from './TransactionVerification.js';
import { replicationProbes } from './probes.js';

/** When the site fires. */
const LONGEST_UNSEEN_US = 100_000;

export type AppendOrigin = 'client' | 'coordinator';

export interface ProduceDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly metadata: MetadataCache;
  readonly onStorageError: () => void;
}

export class ProduceHandler {
  /** Asks the coordinators of transactions; null: nobody is there to ask, and transactional batches are taken as they come. */
  verification: TransactionVerification | null = null;
  private readonly verifier: ProducerVerifier;

  constructor(
    private readonly deps: ProduceDeps,
    private readonly partitions: ReadonlyMap<number, Partition>,
  ) {
    this.verifier = new ProducerVerifier(deps, partitions, () => this.verification);
  }

  /**
   * Appends and, when everything that `acks` asks for is true (or the deadline passed), answers.
   * @param origin `coordinator`: records and markers that a broker writes itself (AppendOrigin).
   */
  produce(request: ProduceRequest, respond: (response: ProduceResponse) => void, origin: AppendOrigin = 'client'): void {
    if (origin === 'client' && this.verifier.appliesTo(request)) {
      this.verifier.verify(request, (verified) => this.write(request, respond, origin, verified));
    } else this.write(request, respond, origin, null);
  }

  /**
   * The same question on behalf of a group coordinator, before it appends offsets in a transaction: `done` gets NONE when the append may follow at once (in
   * the same step), and may be called before this returns.
   */
  verifyCoordinatorWrite(
    write: { transactionalId: string; partition: number; producerId: number; producerEpoch: number; transactionV2: boolean },
    done: (errorCode: number) => void,
  ): void {
    this.verifier.verifyCoordinatorWrite(write, done);
  }

  private write(
    request: ProduceRequest,
    respond: (response: ProduceResponse) => void,
    origin: AppendOrigin,
    verified: Verified | null,
  ): void {
    const { disk } = this.deps.process.host;
    let bytes = 0;
    if (disk.slowdown !== 1) for (const { batch } of request.partitions) bytes += batch.sizeBytes;
    if (bytes === 0) this.appendAll(request, respond, origin, verified);
    else this.deps.process.after(disk.writeCostUs(bytes), () => this.appendAll(request, respond, origin, verified), undefined);
  }

  private appendAll(
    request: ProduceRequest,
    respond: (response: ProduceResponse) => void,
    origin: AppendOrigin,
    verified: Verified | null,
  ): void {
    const { flushBeforeAcknowledge } = this.deps.features;
    const parts: ProducePart[] = [];
    let flushUs = 0;
    for (const { partition: id, batch, leaderEpoch } of request.partitions) {
      const late = leaderEpoch !== undefined && this.partitions.get(id)?.leaderEpoch !== leaderEpoch;
      if (late) this.deps.simulation.probes.hit(replicationProbes['late-coordinator-write-refused']);
      const part = late
        ? this.refused(id, batch, request.acks, ErrorCode.NOT_LEADER_OR_FOLLOWER)
        : this.appendOne(id, batch, request.acks, origin, verified);
      parts.push(part);
      if (part.appended && (part.partition as Partition).log.needsFlush) flushUs += this.deps.process.host.disk.flushCostUs();
    }
    if (flushUs === 0 || !flushBeforeAcknowledge) {
      this.appended(request, parts, respond);
      return;
    }
    // flush.messages: the append itself waits for the fsync; only then the high watermark is looked at and waiting fetches are answered.
    // A fetch that comes by meanwhile does see the new log end, as in UnifiedLog, where readers take no lock.
    this.deps.simulation.probes.hit(replicationProbes['append-awaited-flush']);
    this.deps.process.after(flushUs, () => this.flushThenAcknowledge(request, parts, respond), undefined);
  }

  private flushThenAcknowledge(request: ProduceRequest, parts: ProducePart[], respond: (response: ProduceResponse) => void): void {
    for (const { partition } of parts) {
      if (partition !== null && partition.log.needsFlush && !partition.log.flush()) {
        this.deps.onStorageError();
        return;
      }
    }
    this.appended(request, parts, respond);
  }

  private appended(request: ProduceRequest, parts: ProducePart[], respond: (response: ProduceResponse) => void): void {
    for (const part of parts) if (part.appended) this.afterAppend(part.partition as Partition);
    this.acknowledge(request, parts, respond);
  }

  private appendOne(id: number, batch: ProducerBatch, acks: number, origin: AppendOrigin, verified: Verified | null): ProducePart {
    const partition = this.partitions.get(id);
    let errorCode = this.produceError(partition, id, batch, acks);
    if (errorCode === ErrorCode.NONE && verified !== null) errorCode = verified.errors.get(id) ?? ErrorCode.NONE;
    if (errorCode === ErrorCode.NONE && partition !== undefined && batch.producerId >= 0) {
      const duplicate = origin === 'client' ? partition.log.producers.findDuplicate(batch, batch.records.length) : null;
      if (duplicate !== null) return this.duplicate(partition, batch, duplicate, acks);
      errorCode = this.producerError(partition, batch, origin, verified);
    }
    if (errorCode === ErrorCode.NONE && partition !== undefined) {
      const appended = partition.append(batch);
      if (appended !== null) {
        if (appended.control !== null) this.reportMarker(partition, appended, appended.control);
        const { baseOffset, lastOffset } = appended;
        return { partition, id, baseOffset, lastOffset, appended: true, errorCode, pending: this.awaitsReplication(acks) };
      }
      this.deps.onStorageError();
      errorCode = ErrorCode.KAFKA_STORAGE_ERROR;
    }
    return this.refused(id, batch, acks, errorCode);
  }

  private refused(id: number, batch: ProducerBatch, acks: number, errorCode: number): ProducePart {
    const { bus } = this.deps.simulation;
    bus.emit(produceRefused, this.deps.brokerId, id, bus.names.idOf(errorName(errorCode)), acks, batch.records[0]?.value ?? -1);
    const partition = this.partitions.get(id) ?? null;
    return { partition, id, baseOffset: -1, lastOffset: -1, appended: false, errorCode, pending: false };
  }

  /** Why a batch may not follow what the log knows of its producer; NONE: it may. */
  private producerError(partition: Partition, batch: ProducerBatch, origin: AppendOrigin, verified: Verified | null): number {
    const { producers } = partition.log;
    let errorCode: number;
    if (batch.control !== undefined) errorCode = producers.checkMarker(batch, batch.control);
    else if (origin === 'coordinator') errorCode = producers.checkCoordinatorData(batch);
    else {
      // Asked of the coordinator, and nothing changed since: no marker, no other leader.
      const guard = verified?.guards.get(partition.id) ?? null;
      const open =
        verified === null || batch.isTransactional !== true || producers.isVerified(batch.producerId, batch.producerEpoch, guard);
      if (!open) this.deps.simulation.probes.hit(replicationProbes['verification-overtaken']);
      errorCode = open ? producers.checkData(batch) : ErrorCode.INVALID_TXN_STATE;
    }
    if (errorCode === ErrorCode.NONE) return errorCode;
    const { bus } = this.deps.simulation;
    const error = bus.names.idOf(errorName(errorCode));
    const { producerId, producerEpoch, baseSequence } = batch;
    bus.emit(sequenceRefused, this.deps.brokerId, partition.id, producerId, producerEpoch, baseSequence, error);
    return errorCode;
  }

  private duplicate(partition: Partition, batch: ProducerBatch, found: BatchMetadata, acks: number): ProducePart {
    const { bus, probes } = this.deps.simulation;
    const { producerId, producerEpoch, baseSequence } = batch;
    probes.hit(replicationProbes['duplicate-batch-answered']);
    bus.emit(duplicateBatchAnswered, this.deps.brokerId, partition.id, producerId, producerEpoch, baseSequence, found.firstOffset);
    return {
      partition,
      id: partition.id,
      baseOffset: found.firstOffset,
      lastOffset: found.lastOffset,
      appended: false,
      errorCode: ErrorCode.NONE,
      pending: this.deps.features.duplicateAwaitsReplication && this.awaitsReplication(acks),
    };
  }

  private awaitsReplication(acks: number): boolean {
    return (acks === -1 && this.deps.features.ackAwaitsHighWatermark) || acks > 1;
  }

  private reportMarker(partition: Partition, batch: RecordBatch, control: ControlRecord): void {
    const { producerId, producerEpoch, baseOffset } = batch;
    this.deps.simulation.bus.emit(
      markerAppended,
      this.deps.brokerId,
      partition.id,
      baseOffset,
      producerId,
      producerEpoch,
      control.commit ? 1 : 0,
      control.coordinatorEpoch,
    );
  }

  /** Why a batch is refused before it is appended; NONE: it is not. */
  private produceError(partition: Partition | undefined, id: number, batch: ProducerBatch, acks: number): number {
    if (acks < -1 || (acks > 1 && !this.deps.features.legacyAcksN)) return ErrorCode.INVALID_REQUIRED_ACKS;
    if (partition === undefined) {
      return this.deps.metadata.state(id) === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    if (!partition.isLeader) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    if (acks === -1 && this.deps.features.minIsrChecks && partition.committedIsr.length < partition.effectiveMinIsr) {
      return ErrorCode.NOT_ENOUGH_REPLICAS;
    }
    // Compaction has no use for a record without a key.
    const { compaction } = partition.log.config;
    if (compaction !== null && batch.control === undefined && batch.records.some((record) => record.key === null))
      return ErrorCode.INVALID_RECORD;
    return batch.sizeBytes > partition.maxMessageBytes ? ErrorCode.MESSAGE_TOO_LARGE : ErrorCode.NONE;
  }

  private afterAppend(partition: Partition): void {
    if (partition.maybeAdvanceHighWatermark()) partition.purgatory.highWatermarkAdvanced();
    partition.purgatory.logEndAdvanced();
  }

  private acknowledge(request: ProduceRequest, parts: readonly ProducePart[], respond: (response: ProduceResponse) => void): void {
    const finish = (): void => respond(this.produceResponse(request, parts));
    if (!parts.some((part) => part.pending)) {
      finish();
      return;
    }
    const { minIsrChecks, minIsrAfterAppend } = this.deps.features;
    const operation = new DelayedProduce(parts, request.acks, minIsrChecks && minIsrAfterAppend, (done) => {
      this.deps.process.cancel(done.timer);
      finish();
    });
    const unseenUs = this.deps.simulation.buggify.amount(produceCompletedLate, LONGEST_UNSEEN_US);
    if (unseenUs > 0) {
      operation.unseen = true;
      this.deps.process.after(unseenUs, seen, operation);
    }
    if (operation.tryComplete()) return;
    for (const part of parts) if (part.pending) (part.partition as Partition).purgatory.watchProduce(operation);
    operation.timer = this.deps.process.after(request.timeoutUs, expireProduce, operation);
  }

  private produceResponse(request: ProduceRequest, parts: readonly ProducePart[]): ProduceResponse {
    const { simulation, brokerId } = this.deps;
    return {
      partitions: parts.map((part) => {
        const { partition, errorCode } = part;
        const found = part.baseOffset >= 0;
        if (found && errorCode === ErrorCode.NONE) {
          const { log, maximalIsr } = partition as Partition;
          simulation.bus.emit(
            produceAcknowledged,
            brokerId,
            part.id,
            part.baseOffset,
            part.lastOffset,
            request.acks,
            log.highWatermark,
            maximalIsr.length,
          );
          if (request.acks > 1) simulation.probes.hit(replicationProbes['acks-n-acknowledged']);
        } else if (found) this.countFailedWait(errorCode);
        const leader = this.leaderHint(part.id, errorCode);
        return {
          partition: part.id,
          errorCode,
          baseOffset: errorCode === ErrorCode.NONE ? part.baseOffset : -1,
          logStartOffset: partition === null ? -1 : partition.log.logStartOffset,
          currentLeader: leader?.leader ?? -1,
          currentLeaderEpoch: leader?.leaderEpoch ?? -1,
        };
      }),
    };
  }

  private countFailedWait(errorCode: number): void {
    const { probes } = this.deps.simulation;
    if (errorCode === ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND) probes.hit(replicationProbes['not-enough-replicas-after-append']);
    else if (errorCode === ErrorCode.REQUEST_TIMED_OUT) probes.hit(replicationProbes['produce-timed-out-after-append']);
    else probes.hit(replicationProbes['leadership-lost-while-produce-waited']);
  }

  /** KIP-951: NOT_LEADER_OR_FOLLOWER names the new leader. */
  private leaderHint(id: number, errorCode: number): PartitionState | undefined {
    const given = this.deps.features.leaderInErrors && errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER;
    return given ? this.deps.metadata.state(id) : undefined;
  }
}

function seen(operation: DelayedProduce): void {
  operation.unseen = false;
  if (!operation.completed) operation.tryComplete();
}

function expireProduce(operation: DelayedProduce): void {
  operation.expire();
}
