/**
 * The produce path of a broker (ReplicaManager.appendRecords): checks, append, flush where the topic asks for it, and the answer when everything
 * that `acks` asks for is true or the deadline has passed.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import { produceAcknowledged, produceRefused } from '../events.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { PartitionState, ProduceRequest, ProduceResponse } from '../protocol/messages.js';
import type { ProducerBatch } from '../protocol/records.js';
import { DelayedProduce, type ProducePart } from './DelayedProduce.js';
import type { Partition } from './Partition.js';

export interface ProduceDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly metadata: MetadataCache;
  readonly onStorageError: () => void;
}

export class ProduceHandler {
  constructor(
    private readonly deps: ProduceDeps,
    private readonly partitions: ReadonlyMap<number, Partition>,
  ) {}

  /** Appends and, when everything that `acks` asks for is true (or the deadline passed), answers. */
  produce(request: ProduceRequest, respond: (response: ProduceResponse) => void): void {
    const { disk } = this.deps.process.host;
    let bytes = 0;
    if (disk.slowdown !== 1) for (const { batch } of request.partitions) bytes += batch.sizeBytes;
    if (bytes === 0) this.appendAll(request, respond);
    else this.deps.process.after(disk.writeCostUs(bytes), () => this.appendAll(request, respond), undefined);
  }

  private appendAll(request: ProduceRequest, respond: (response: ProduceResponse) => void): void {
    const parts: ProducePart[] = [];
    let flushUs = 0;
    for (const { partition: id, batch } of request.partitions) {
      const part = this.appendOne(id, batch, request.acks);
      parts.push(part);
      if (part.batch !== null && (part.partition as Partition).log.needsFlush) flushUs += this.deps.process.host.disk.flushCostUs();
    }
    if (flushUs === 0) {
      this.appended(request, parts, respond);
      return;
    }
    // flush.messages: the append itself waits for the fsync; only then the high watermark is looked at and waiting fetches are answered.
    // A fetch that comes by meanwhile does see the new log end, as in UnifiedLog, where readers take no lock.
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
    for (const part of parts) if (part.batch !== null) this.afterAppend(part.partition as Partition);
    this.acknowledge(request, parts, respond);
  }

  private appendOne(id: number, batch: ProducerBatch, acks: number): ProducePart {
    const partition = this.partitions.get(id);
    let errorCode = this.produceError(partition, id, batch, acks);
    if (errorCode === ErrorCode.NONE && partition !== undefined) {
      const appended = partition.append(batch);
      if (appended !== null) return { partition, id, batch: appended, errorCode, pending: acks === -1 || acks > 1 };
      this.deps.onStorageError();
      errorCode = ErrorCode.KAFKA_STORAGE_ERROR;
    }
    const { bus } = this.deps.simulation;
    bus.emit(produceRefused, this.deps.brokerId, id, bus.names.idOf(errorName(errorCode)), acks, batch.records[0]?.value ?? -1);
    return { partition: partition ?? null, id, batch: null, errorCode, pending: false };
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
    const operation = new DelayedProduce(parts, request.acks, this.deps.features.minIsrChecks, (done) => {
      this.deps.process.cancel(done.timer);
      finish();
    });
    if (operation.tryComplete()) return;
    for (const part of parts) if (part.pending) (part.partition as Partition).purgatory.watchProduce(operation);
    operation.timer = this.deps.process.after(request.timeoutUs, expireProduce, operation);
  }

  private produceResponse(request: ProduceRequest, parts: readonly ProducePart[]): ProduceResponse {
    const { simulation, brokerId } = this.deps;
    return {
      partitions: parts.map((part) => {
        const { partition, batch, errorCode } = part;
        if (batch !== null && errorCode === ErrorCode.NONE) {
          const { log, maximalIsr } = partition as Partition;
          simulation.bus.emit(
            produceAcknowledged,
            brokerId,
            part.id,
            batch.baseOffset,
            batch.lastOffset,
            request.acks,
            log.highWatermark,
            maximalIsr.length,
          );
        } else if (batch !== null) simulation.probes.hit(`produce-${errorName(errorCode)}-after-append`);
        else simulation.probes.hit(`produce-${errorName(errorCode)}`);
        const leader = this.leaderHint(part.id, errorCode);
        return {
          partition: part.id,
          errorCode,
          baseOffset: batch !== null && errorCode === ErrorCode.NONE ? batch.baseOffset : -1,
          logStartOffset: partition === null ? -1 : partition.log.logStartOffset,
          currentLeader: leader?.leader ?? -1,
          currentLeaderEpoch: leader?.leaderEpoch ?? -1,
        };
      }),
    };
  }

  /** KIP-951: NOT_LEADER_OR_FOLLOWER names the new leader. */
  private leaderHint(id: number, errorCode: number): PartitionState | undefined {
    const given = this.deps.features.leaderInErrors && errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER;
    return given ? this.deps.metadata.state(id) : undefined;
  }
}

function expireProduce(operation: DelayedProduce): void {
  operation.expire();
}
