/**
 * The producer, after org.apache.kafka.clients.producer.KafkaProducer. The application calls `send`; a record is partitioned, put into a batch and
 * sent by the Sender; its callback is called exactly once, unless the producer's process dies first.
 *
 * Where Java's `send` would block (metadata missing, buffer.memory exhausted), the record waits in a queue, and those sent after it wait
 * behind it, so that nobody overtakes; after max.block.ms it fails. The result says what the application may conclude: a failed send whose
 * records may still be in the log is `unknown`, not `failed`.
 *
 * A transactional producer answers each of its calls through a callback, where Java's would block for up to max.block.ms. Calls and sends take
 * effect in the order in which they are made: a commit comes behind the records that wait to be taken in.
 *
 * Leaves out: serialisers, interceptors, headers.
 */
import type { Host, Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ProducerConfig } from '../config/ProducerConfig.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { BATCH_OVERHEAD_BYTES, RECORD_OVERHEAD_BYTES, type Record } from '../protocol/records.js';
import { ClientMetadata, type PartitionMetadata } from './ClientMetadata.js';
import { recordRefused } from './events.js';
import { NetworkClient } from './NetworkClient.js';
import { createPartitioner, type Partitioner } from './partitioners.js';
import type { TransactionCallback, TransactionResult } from './PendingCall.js';
import type { ProducerError, ProducerRecord, SendCallback } from './producerRecord.js';
import type { PartitionQueue } from './PendingBatch.js';
import { RecordAccumulator } from './RecordAccumulator.js';
import { Sender } from './Sender.js';
import type { GroupMember, TransactionalOffset } from './transactionCalls.js';
import { TransactionManager } from './TransactionManager.js';

export type { CallOutcome, TransactionCallback, TransactionResult } from './PendingCall.js';
export type { GroupMember, TransactionalOffset } from './transactionCalls.js';
export type { ProducerError, ProducerRecord, SendCallback, SendOutcome, SendResult } from './producerRecord.js';

export interface ProducerDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  /** Unique in the run; names the client in events and its random streams. */
  readonly clientId: string;
  readonly config: ProducerConfig;
  readonly features: KafkaFeatures;
  readonly brokerHost: (brokerId: number) => Host;
  readonly bootstrapBrokers: readonly number[];
  readonly partitionerRandom: Random;
}

/** A record that Java's `send` would still be blocked on. */
interface BlockedRecord {
  readonly record: ProducerRecord;
  readonly callback: SendCallback;
  readonly sequence: number;
  readonly deadlineUs: number;
  /** What the partitioner chose before buffer memory was found missing; -1 before that. */
  chosen: number;
}

interface Flush {
  readonly upToSequence: number;
  remaining: number;
  readonly done: () => void;
}

/** A topic's partitioner, with what it asks for kept as long as the metadata stays the same. */
interface TopicState {
  readonly partitioner: Partitioner;
  available: number[];
  metadataVersion: number;
}

export class Producer {
  readonly metadata: ClientMetadata;

  private readonly client: NetworkClient;
  private readonly accumulator: RecordAccumulator;
  private readonly sender: Sender;
  /** null without idempotence. */
  private readonly transactions: TransactionManager | null;
  /** Calls that wait behind records that are blocked. */
  private readonly calls: (() => void)[] = [];
  private readonly topics = new Map<string, TopicState>();
  private readonly blocked: BlockedRecord[] = [];
  private readonly flushes: Flush[] = [];
  private readonly clientName: number;
  private blockTimer: Timer = 0;
  private sends = 0;
  private incomplete = 0;
  private closed = false;

  constructor(private readonly deps: ProducerDeps) {
    const { simulation, process, clientId, config, features, brokerHost, bootstrapBrokers } = deps;
    const random = simulation.randomness.stream(`client/${clientId}/backoff`);
    const inFlightLimit = config.maxInFlightRequestsPerConnection;
    this.clientName = simulation.bus.names.idOf(clientId);
    this.client = new NetworkClient(simulation.network, process, brokerHost, clientId, config, inFlightLimit, random);
    this.metadata = new ClientMetadata({ simulation, process, clientId, client: this.client, bootstrapBrokers, config, features });
    this.transactions = config.enableIdempotence ? this.createTransactions() : null;
    this.accumulator = new RecordAccumulator(config, features, this.transactions?.sequences ?? null, simulation.buggify);
    if (this.transactions !== null) this.transactions.accumulator = this.accumulator;
    this.sender = new Sender({
      simulation,
      process,
      clientName: this.clientName,
      config,
      features,
      client: this.client,
      metadata: this.metadata,
      accumulator: this.accumulator,
      transactions: this.transactions,
      random,
      onRecordDone: this.recordDone,
      onMemoryFreed: this.appendBlocked,
    });
    this.metadata.onUpdate = this.metadataUpdated;
    this.client.onChange = this.connectionChanged;
  }

  /** Records whose callback has not been called. */
  get pendingRecords(): number {
    return this.incomplete;
  }

  /** Hands a record over. Never throws and never calls back before it returns. */
  send(record: ProducerRecord, callback: SendCallback): void {
    const sequence = ++this.sends;
    this.incomplete++;
    const { config, process } = this.deps;
    const sizeBytes = record.sizeBytes + BATCH_OVERHEAD_BYTES + RECORD_OVERHEAD_BYTES;
    const entry = { record, callback, sequence, deadlineUs: this.client.nowUs + config.maxBlockUs, chosen: -1 };
    if (this.closed) process.after(0, this.refuseClosed, entry);
    else if (this.transactions !== null && this.transactions.sendRefusal !== null) process.after(0, this.refuseInState, entry);
    else if (sizeBytes > config.maxRequestSizeBytes || sizeBytes > config.bufferMemoryBytes) process.after(0, this.refuseTooLarge, entry);
    else if (this.blocked.length > 0 || !this.tryAppend(entry)) this.block(entry);
  }

  /** Sends everything handed over so far without lingering; `done` once each of those records has had its callback. */
  flush(done: () => void): void {
    if (this.incomplete === 0) {
      this.deps.process.after(0, done, undefined);
      return;
    }
    this.flushes.push({ upToSequence: this.sends, remaining: this.incomplete, done });
    this.accumulator.flushing = true;
    this.sender.wakeup();
  }

  /** Gets the producer's identity and fences those who had its transactional.id before, whose open transaction is aborted. First of all calls, and once. */
  initTransactions(done: TransactionCallback): void {
    this.transactionsOrThrow().init(done);
  }

  /** Begins a transaction; the records sent from now on are in it. Only once initialised, and not while another one is under way. */
  beginTransaction(): TransactionResult {
    return this.transactionsOrThrow().beginTransaction();
  }

  /**
   * Makes the group's offsets part of the transaction (KIP-98): they count once it is committed.
   * @param group the member on whose behalf; null for none, which fences nobody (KIP-447)
   */
  sendOffsetsToTransaction(
    groupId: string,
    group: GroupMember | null,
    offsets: readonly TransactionalOffset[],
    done: TransactionCallback,
  ): void {
    const transactions = this.transactionsOrThrow();
    this.afterBlocked(() => transactions.sendOffsets(groupId, group, offsets, done));
  }

  /** Sends what is left of the transaction, then commits it. After `unknown` the same call waits on. */
  commitTransaction(done: TransactionCallback): void {
    const transactions = this.transactionsOrThrow();
    this.afterBlocked(() => transactions.commit(done));
  }

  /** Drops what was never sent, awaits what was, then aborts the transaction. */
  abortTransaction(done: TransactionCallback): void {
    const transactions = this.transactionsOrThrow();
    this.afterBlocked(() => transactions.abort(done));
  }

  /** Refuses further records, sends what is left, aborts a transaction that is open, then closes the connections. */
  close(done: () => void): void {
    this.closed = true;
    const end = (): void => {
      this.sender.close();
      this.transactions?.requests.close();
      this.metadata.close();
      this.client.close();
      done();
    };
    this.flush(() => {
      if (this.transactions === null || !this.transactions.transactional) end();
      else this.transactions.finish(end);
    });
  }

  private createTransactions(): TransactionManager {
    const { simulation, process, clientId, config, features } = this.deps;
    const { clientName, client, metadata } = this;
    const random = simulation.randomness.stream(`client/${clientId}/transactions`);
    const wakeup = (): void => this.sender.wakeup();
    return new TransactionManager({ simulation, process, clientName, config, features, client, metadata, random, wakeup });
  }

  private transactionsOrThrow(): TransactionManager {
    if (this.transactions === null || !this.transactions.transactional) {
      throw new Error(`the producer ${this.deps.clientId} has no transactional.id, so that it has no transactions`);
    }
    return this.transactions;
  }

  private afterBlocked(call: () => void): void {
    if (this.blocked.length === 0) call();
    else this.calls.push(call);
  }

  /** False while the record has to wait for metadata or memory. */
  private tryAppend(entry: BlockedRecord): boolean {
    const { record } = entry;
    const partitions = this.metadata.partitionsOf(record.topic);
    if (partitions.length === 0) {
      this.metadata.addTopic(record.topic);
      this.metadata.requestUpdate();
      return false;
    }
    if (record.partition === null) return this.appendPartitioned(entry, partitions);
    const partition = partitions[record.partition];
    if (partition !== undefined) return this.appendTo(this.accumulator.queueOf(partition), entry);
    this.metadata.requestUpdate();
    return false;
  }

  private appendPartitioned(entry: BlockedRecord, partitions: readonly PartitionMetadata[]): boolean {
    const { key, sizeBytes, topic } = entry.record;
    const { partitioner, available } = this.topicState(topic, partitions);
    const { accumulator } = this;
    const count = partitions.length;
    if (entry.chosen === -1) entry.chosen = this.choosePartition(partitioner, entry.record, partitions, available);
    const queue = accumulator.queueOf(partitions[entry.chosen] as PartitionMetadata);
    const opensBatch = accumulator.needsNewBatch(queue, sizeBytes);
    if (!this.appendTo(queue, entry)) return false;
    const appendedBytes = sizeBytes + RECORD_OVERHEAD_BYTES + (opensBatch ? BATCH_OVERHEAD_BYTES : 0);
    partitioner.onAppended(key, appendedBytes, accumulator.allBatchesFull(queue), count, available);
    return true;
  }

  /** In the order that KIP-480 and KIP-794 gave it (see `partitioners.ts`). */
  private choosePartition(
    partitioner: Partitioner,
    record: ProducerRecord,
    partitions: readonly PartitionMetadata[],
    available: readonly number[],
  ): number {
    const { accumulator } = this;
    const { key, sizeBytes } = record;
    const count = partitions.length;
    let index = partitioner.partition(key, count, available);
    let queue = accumulator.queueOf(partitions[index] as PartitionMetadata);
    if (accumulator.allBatchesFull(queue) && partitioner.movesOn(key, count, available)) {
      index = partitioner.partition(key, count, available);
      queue = accumulator.queueOf(partitions[index] as PartitionMetadata);
    }
    if (partitioner.repartitionsOnNewBatch && accumulator.needsNewBatch(queue, sizeBytes)) {
      partitioner.onNewBatch(index, count, available);
      index = partitioner.partition(key, count, available);
    }
    return index;
  }

  private appendTo(queue: PartitionQueue, entry: BlockedRecord): boolean {
    const { accumulator, sender } = this;
    const { key, value, sizeBytes } = entry.record;
    const record: Record = { key, value, timestampMs: this.deps.process.host.clock.wallMs(), sizeBytes };
    if (!accumulator.append(queue, record, entry.callback, entry.sequence, this.client.nowUs)) {
      accumulator.exhausted = true;
      sender.wakeup();
      return false;
    }
    if (this.transactions !== null && this.transactions.transactional) this.transactions.addPartition(queue);
    const last = queue.batches[queue.batches.length - 1];
    if (last === undefined) return true;
    const opened = last.records.length === 1;
    if (opened) sender.batchCreated(last);
    if (opened || last.full) sender.wakeup();
    return true;
  }

  private topicState(topic: string, partitions: readonly PartitionMetadata[]): TopicState {
    let state = this.topics.get(topic);
    if (state === undefined) {
      state = { partitioner: createPartitioner(this.deps.config, this.deps.partitionerRandom), available: [], metadataVersion: -1 };
      this.topics.set(topic, state);
    }
    if (state.metadataVersion !== this.metadata.version) {
      state.metadataVersion = this.metadata.version;
      state.available = [];
      for (const partition of partitions) if (partition.leader !== -1) state.available.push(partition.index);
    }
    return state;
  }

  private block(entry: BlockedRecord): void {
    this.blocked.push(entry);
    if (this.blockTimer === 0) this.armBlockTimer(entry);
  }

  private readonly appendBlocked = (): void => {
    const { blocked } = this;
    this.accumulator.exhausted = false;
    const refusal = blocked.length > 0 && this.transactions !== null ? this.transactions.sendRefusal : null;
    if (refusal !== null) for (const entry of blocked.splice(0)) this.refuse(entry, refusal);
    while (blocked.length > 0 && this.tryAppend(blocked[0] as BlockedRecord)) blocked.shift();
    while (blocked.length === 0 && this.calls.length > 0) (this.calls.shift() as () => void)();
  };

  private armBlockTimer(entry: BlockedRecord): void {
    this.blockTimer = this.deps.process.after(Math.max(0, entry.deadlineUs - this.client.nowUs), this.expireBlocked, undefined);
  }

  private readonly expireBlocked = (): void => {
    this.blockTimer = 0;
    const { blocked } = this;
    const nowUs = this.client.nowUs;
    for (let first = blocked[0]; first !== undefined && first.deadlineUs <= nowUs; first = blocked[0]) {
      blocked.shift();
      this.giveUp(first, 'TIMEOUT');
    }
    // Records behind the one that gave up may find what they need.
    this.appendBlocked();
    const next = blocked[0];
    if (next !== undefined && this.blockTimer === 0) this.armBlockTimer(next);
  };

  private readonly refuseClosed = (entry: BlockedRecord): void => this.refuse(entry, 'CLOSED');

  private readonly refuseInState = (entry: BlockedRecord): void => this.refuse(entry, this.transactions?.sendRefusal ?? 'ILLEGAL_STATE');

  private readonly refuseTooLarge = (entry: BlockedRecord): void => this.giveUp(entry, 'RECORD_TOO_LARGE');

  /** A send that fails before it reaches a batch loses its transaction like any other (KafkaProducer.doSend). */
  private giveUp(entry: BlockedRecord, error: ProducerError): void {
    this.transactions?.recordGivenUp(error);
    this.refuse(entry, error);
  }

  private refuse(entry: BlockedRecord, error: ProducerError): void {
    const { bus } = this.deps.simulation;
    bus.emit(recordRefused, this.clientName, bus.names.idOf(entry.record.topic), entry.record.value, bus.names.idOf(error));
    entry.callback({ error, partition: 0, offset: -1, outcome: 'failed' });
    this.recordDone(entry.sequence);
  }

  private readonly recordDone = (sequence: number): void => {
    this.incomplete--;
    const { flushes } = this;
    if (flushes.length === 0) return;
    for (let i = 0; i < flushes.length; i++) {
      const flush = flushes[i] as Flush;
      if (sequence <= flush.upToSequence) flush.remaining--;
    }
    // Flushes end in the order in which they began.
    while (flushes.length > 0 && (flushes[0] as Flush).remaining === 0) {
      const flush = flushes.shift() as Flush;
      this.accumulator.flushing = flushes.length > 0;
      this.deps.process.after(0, flush.done, undefined);
    }
  };

  private readonly metadataUpdated = (): void => {
    this.appendBlocked();
    // A topic that is still missing keeps the producer asking, as the loop in waitOnMetadata does.
    this.sender.wakeupIfNeeded();
  };

  private readonly connectionChanged = (_broker: number, up: boolean): void => {
    // A broken connection may mean a dead broker, whose partitions will have another leader (handleServerDisconnect).
    if (up) this.metadata.poll();
    else this.metadata.requestUpdate();
    this.sender.wakeupIfNeeded();
  };
}
