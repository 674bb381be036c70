/**
 * The produce path of a broker (ReplicaManager.appendRecords): checks, append, flush where the topic asks for it, and the answer when everything
 * that `acks` asks for is true or the deadline has passed.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import type { TopicConfig } from '../config/index.js';
import { produceAcknowledged, produceRefused } from '../events.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ProduceRequest, ProduceResponse } from '../protocol/messages.js';
import { topicOf } from '../protocol/topicPartition.js';
import { DelayedProduce, type ProducePart } from './DelayedProduce.js';
import type { Partition } from './Partition.js';

export interface ProduceDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly topicConfig: (topic: string) => TopicConfig;
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

  private appendOne(id: number, batch: ProduceRequest['partitions'][number]['batch'], acks: number): ProducePart {
    const partition = this.partitions.get(id);
    const refuse = (errorCode: number): ProducePart => {
      const { bus } = this.deps.simulation;
      bus.emit(produceRefused, this.deps.brokerId, id, bus.names.idOf(errorName(errorCode)), acks, batch.records[0]?.value ?? -1);
      return { partition: partition ?? null, id, batch: null, errorCode, pending: false };
    };
    if (acks < -1 || (acks > 1 && !this.deps.features.legacyAcksN)) return refuse(ErrorCode.INVALID_REQUIRED_ACKS);
    if (partition === undefined) {
      return refuse(this.deps.metadata.state(id) === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }
    if (!partition.isLeader) return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (acks === -1 && this.deps.features.minIsrChecks && partition.committedIsr.length < partition.effectiveMinIsr) {
      return refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
    }
    if (batch.sizeBytes > this.deps.topicConfig(topicOf(this.deps.simulation.bus.names, id)).maxMessageBytes) {
      return refuse(ErrorCode.MESSAGE_TOO_LARGE);
    }
    const appended = partition.append(batch);
    if (appended === null) {
      this.deps.onStorageError();
      return refuse(ErrorCode.KAFKA_STORAGE_ERROR);
    }
    return { partition, id, batch: appended, errorCode: ErrorCode.NONE, pending: acks === -1 || acks > 1 };
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
        return {
          partition: part.id,
          errorCode,
          baseOffset: batch !== null && errorCode === ErrorCode.NONE ? batch.baseOffset : -1,
          logStartOffset: partition === null ? -1 : partition.log.logStartOffset,
          ...this.leaderHint(part.id, errorCode),
        };
      }),
    };
  }

  /** KIP-951: NOT_LEADER_OR_FOLLOWER names the new leader. */
  private leaderHint(id: number, errorCode: number): { currentLeader: number; currentLeaderEpoch: number } {
    if (!this.deps.features.leaderInErrors || errorCode !== ErrorCode.NOT_LEADER_OR_FOLLOWER) {
      return { currentLeader: -1, currentLeaderEpoch: -1 };
    }
    const state = this.deps.metadata.state(id);
    return { currentLeader: state?.leader ?? -1, currentLeaderEpoch: state?.leaderEpoch ?? -1 };
  }
}

function expireProduce(operation: DelayedProduce): void {
  operation.expire();
}
