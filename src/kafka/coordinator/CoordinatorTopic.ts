/**
 * A coordinator's hold on its internal topic: which partition an id belongs to, whether this broker is that partition's active coordinator, loading the state
 * on election, and appending to it with acks as asked for. Group and transaction coordinator are built on it alike (after kafka.coordinator's
 * GroupMetadataManager and TransactionStateManager, whose log handling is the same).
 *
 * The leader of the partition is coordinator; its leader epoch is the coordinator epoch. Leadership that ends and comes back in another epoch begins with
 * nothing: state is read from the log again.
 *
 * Guess: loading takes 2 ms, and 10 µs a batch more; meanwhile requests are answered COORDINATOR_LOAD_IN_PROGRESS.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import { coordinatorLoadLate } from '../buggifySites.js';
import { coordinatorLoaded, coordinatorUnloaded } from '../group/events.js';
import { groupProbes } from '../group/probes.js';
import { countCoordinatorAppend } from '../protocol/answeredErrors.js';
import type { CoordinatorRecord } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { BATCH_OVERHEAD_BYTES, type ProducerBatch, type Record, type RecordBatch, RECORD_OVERHEAD_BYTES } from '../protocol/records.js';
import { topicOf, topicPartition } from '../protocol/topicPartition.js';
import type { Partition } from '../replication/Partition.js';
import type { ReplicaManager } from '../replication/ReplicaManager.js';

/** State over one internal topic, kept partition by partition. */
export interface Coordinator {
  /** This broker leads the partition; its records follow, in the order of the log. */
  loadBegins(partition: number, coordinatorEpoch: number): void;
  /** One batch of the log. A control batch has one record without meaning; a tombstone's payload is null. */
  replay(partition: number, batch: RecordBatch): void;
  /** Requests are served from now on. */
  loadEnds(partition: number, coordinatorEpoch: number): void;
  /** Leadership is over: forget the partition's state and answer whatever waits with NOT_COORDINATOR. */
  unload(partition: number): void;
}

export interface CoordinatorTopicDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly replicas: ReplicaManager;
  readonly metadata: MetadataCache;
  /** A fresh negative value for a record that a broker writes; unique in the run. */
  readonly nextInternalValue: () => number;
}

/** What a coordinator writes: a key with its payload, or with null, a tombstone. */
export interface CoordinatorWrite {
  readonly key: string;
  readonly payload: CoordinatorRecord | null;
}

/** Offsets inside a transaction are written under its producer id, and end with its marker. */
export interface TransactionalWrite {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const LOAD_US = 2_000;
const LOAD_US_PER_BATCH = 10;
/** When its site fires. */
const LONGEST_LOAD_DELAY_US = 500_000;
const RECORD_BYTES = 120;

interface Held {
  readonly epoch: number;
  loaded: boolean;
}

export class CoordinatorTopic {
  private readonly held = new Map<number, Held>();

  constructor(
    readonly topic: string,
    private readonly coordinator: Coordinator,
    private readonly deps: CoordinatorTopicDeps,
  ) {}

  /** Interned partition of the internal topic that this id (group, transactional id) belongs to; -1 while the topic does not exist. */
  partitionOf(id: string): number {
    const { metadata, simulation } = this.deps;
    const count = metadata.partitionCount(this.topic);
    return count === 0 ? -1 : topicPartition(simulation.bus.names, this.topic, (javaHash(id) & 0x7fffffff) % count);
  }

  /** What stops this broker from serving the partition now; NONE: nothing. */
  errorFor(partition: number): ErrorCode {
    const held = this.held.get(partition);
    if (held === undefined) return ErrorCode.NOT_COORDINATOR;
    return held.loaded ? ErrorCode.NONE : ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
  }

  /** Coordinator epoch of a partition; -1 when this broker is not its coordinator. */
  epochOf(partition: number): number {
    return this.held.get(partition)?.epoch ?? -1;
  }

  /** Partitions that this broker coordinates and has loaded, in order of election. */
  loadedPartitions(): number[] {
    return [...this.held].filter(([, held]) => held.loaded).map(([partition]) => partition);
  }

  /** To be called for every change of leadership of every partition of the broker. */
  leadershipChanged(partition: Partition): void {
    if (topicOf(this.deps.simulation.bus.names, partition.id) !== this.topic) return;
    const held = this.held.get(partition.id);
    if (held !== undefined && partition.isLeader && held.epoch === partition.leaderEpoch) return;
    if (held !== undefined) this.drop(partition.id, held);
    if (held !== undefined && partition.isLeader) this.deps.simulation.probes.hit(groupProbes['coordinator-led-on']);
    if (partition.isLeader) this.load(partition);
  }

  /**
   * Appends records as one batch and reports once `acks` is satisfied (-1: replicated). `done` is called exactly once, with NONE and the offset of the first
   * record, or with the error of the append; not at all when the process dies.
   */
  append(
    partition: number,
    writes: readonly CoordinatorWrite[],
    options: { readonly acks: number; readonly timeoutUs: number; readonly transaction?: TransactionalWrite },
    done: (errorCode: number, baseOffset: number) => void,
  ): void {
    const timestampMs = this.deps.process.host.clock.wallMs();
    const records: Record[] = writes.map(({ key, payload }) => {
      return { key, value: this.deps.nextInternalValue(), timestampMs, sizeBytes: RECORD_BYTES, payload };
    });
    const { transaction } = options;
    const batch: ProducerBatch = {
      producerId: transaction?.producerId ?? -1,
      producerEpoch: transaction?.producerEpoch ?? -1,
      baseSequence: -1,
      isTransactional: transaction !== undefined,
      sizeBytes: BATCH_OVERHEAD_BYTES + (RECORD_BYTES + RECORD_OVERHEAD_BYTES) * records.length,
      records,
    };
    const leaderEpoch = this.epochOf(partition);
    const request = { acks: options.acks, timeoutUs: options.timeoutUs, partitions: [{ partition, batch, leaderEpoch }] };
    this.deps.replicas.produceHandler.produce(
      request,
      (response) => {
        const answer = response.partitions[0];
        countCoordinatorAppend(this.deps.simulation.probes, answer?.errorCode ?? ErrorCode.NOT_COORDINATOR);
        done(answer?.errorCode ?? ErrorCode.NOT_COORDINATOR, answer?.baseOffset ?? -1);
      },
      'coordinator',
    );
  }

  private load(partition: Partition): void {
    const { process, simulation } = this.deps;
    const held: Held = { epoch: partition.leaderEpoch, loaded: false };
    this.held.set(partition.id, held);
    let batches = 0;
    partition.log.forEachBatch(() => batches++);
    const lateUs = simulation.buggify.amount(coordinatorLoadLate, LONGEST_LOAD_DELAY_US);
    process.after(LOAD_US + LOAD_US_PER_BATCH * batches + lateUs, () => this.read(partition, held), undefined);
  }

  private read(partition: Partition, held: Held): void {
    if (this.held.get(partition.id) !== held) {
      this.deps.simulation.probes.hit(groupProbes['coordinator-load-abandoned']);
      return;
    }
    const { simulation, brokerId, features } = this.deps;
    this.coordinator.loadBegins(partition.id, held.epoch);
    let records = 0;
    if (features.coordinatorLoadsState) {
      partition.log.forEachBatch((batch) => {
        if (batch.lastOffset < partition.log.logStartOffset) return;
        records += batch.records.length;
        this.coordinator.replay(partition.id, batch);
      });
    }
    held.loaded = true;
    simulation.probes.hit(groupProbes['coordinator-loaded']);
    simulation.bus.emit(coordinatorLoaded, brokerId, partition.id, held.epoch, records);
    this.coordinator.loadEnds(partition.id, held.epoch);
  }

  private drop(partition: number, held: Held): void {
    this.held.delete(partition);
    this.deps.simulation.probes.hit(groupProbes['coordinator-unloaded']);
    this.deps.simulation.bus.emit(coordinatorUnloaded, this.deps.brokerId, partition, held.epoch);
    if (held.loaded) this.coordinator.unload(partition);
  }
}

/** String.hashCode of Java, by which ids find their partition (`Utils.abs(id.hashCode) % partitions`). */
export function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
