/**
 * Brokers for tests of clients: they answer Metadata, Produce, Fetch and ListOffsets out of plain arrays, without replication, unless a
 * test's `script` answers first. Idempotent and transactional producers get what they ask for too: ids, checks of their sequences, and coordinators that
 * agree to everything.
 */
import type { Host, Process } from '../../engine/Host.js';
import { EventRecorder } from '../../engine/events.js';
import type { RecordedEvent } from '../../engine/events.js';
import { Simulation } from '../../engine/Simulation.js';
import { type RequestContext, serveRequests } from '../network/SocketServer.js';
import { ErrorCode } from '../protocol/errors.js';
import type {
  AddPartitionsToTxnRequest,
  EndTxnRequest,
  FetchRequest,
  ApiName,
  InitProducerIdRequest,
  ListOffsetsRequest,
  MetadataRequest,
  MetadataResponse,
  OffsetForLeaderEpochRequest,
  ProduceRequest,
  ProduceResponse,
  RequestOf,
  TxnOffsetCommitRequest,
} from '../protocol/messages.js';
import { lastSequenceOf, placeBatch, type ProducerBatch, type RecordBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';

export interface FakePartition {
  readonly id: number;
  readonly index: number;
  leader: number;
  leaderEpoch: number;
  logStartOffset: number;
  readonly log: RecordBatch[];
}

export interface ServedProduce {
  readonly atUs: number;
  readonly broker: number;
  /** Per partition of the request, its index and the values sent. */
  readonly batches: { partition: number; values: number[] }[];
}

export class FakeBrokers {
  readonly simulation: Simulation;
  readonly recorder: EventRecorder;
  readonly partitions: FakePartition[] = [];
  readonly hosts = new Map<number, Host>();
  readonly processes = new Map<number, Process>();
  readonly clientProcess: Process;
  readonly requests: { atUs: number; broker: number; api: string; body: unknown }[] = [];
  readonly produced: ServedProduce[] = [];
  /** A producer that a log knows nothing of may begin at any sequence (KIP-360), or only at 0 (before it, and while KAFKA-14920 keeps the lowest seen). */
  acceptsAnyFirstSequence = true;
  /** Broker that FindCoordinator names. */
  coordinator = 2;
  /** The id and epoch that each transactional id has now. */
  readonly transactionalIds = new Map<string, { producerId: number; producerEpoch: number }>();
  private nextProducerId = 1000;
  /** Answers a request itself (true), or leaves it to the default (false). */
  script: (context: RequestContext, broker: number) => boolean = () => false;

  /** @param leaders broker that leads each partition of the topic `orders` */
  constructor(leaders: readonly number[], brokers = 3, seed = 'fake-brokers') {
    const simulation = new Simulation(seed);
    this.simulation = simulation;
    this.recorder = new EventRecorder(simulation.bus);
    for (let id = 1; id <= brokers; id++) {
      const host = simulation.addHost(`b${id}`);
      this.hosts.set(id, host);
      this.processes.set(id, simulation.addProcess(`broker-${id}`, host));
      this.startBroker(id);
    }
    this.clientProcess = simulation.addProcess('client', simulation.addHost('c1'));
    for (const leader of leaders) this.addPartition(leader);
  }

  readonly brokerHost = (id: number): Host => this.hosts.get(id) as Host;

  addPartition(leader: number): void {
    const index = this.partitions.length;
    const id = topicPartition(this.simulation.bus.names, 'orders', index);
    this.partitions.push({ id, index, leader, leaderEpoch: 1, logStartOffset: 0, log: [] });
  }

  startBroker(id: number): void {
    const process = this.processes.get(id) as Process;
    this.simulation.start(process, () => serveRequests(process, (context) => this.serve(context, id)));
  }

  startClient(main: () => void): void {
    this.simulation.start(this.clientProcess, main);
  }

  /** Runs until this many milliseconds after the start. */
  runTo(ms: number): void {
    this.simulation.scheduler.runUntil(ms * 1000);
  }

  partition(index: number): FakePartition {
    return this.partitions[index] as FakePartition;
  }

  /** All values in a partition's log, in order. */
  values(index: number): number[] {
    return this.partition(index).log.flatMap((batch) => batch.records.map((record) => record.value));
  }

  append(index: number, values: readonly number[]): RecordBatch {
    const { log, leaderEpoch } = this.partition(index);
    const records = values.map((value) => ({ key: null, value, timestampMs: 0, sizeBytes: 100 }));
    const batch = placeBatch({ producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes: 100, records }, endOf(log), leaderEpoch);
    log.push(batch);
    return batch;
  }

  events(type: string): RecordedEvent['fields'][] {
    return this.recorder
      .slice()
      .filter((event) => event.type === type)
      .map((event) => event.fields);
  }

  requestsFor(api: string): number {
    return this.requests.filter((request) => request.api === api).length;
  }

  metadata(): MetadataResponse {
    const partitions = this.partitions.map(({ id, index, leader, leaderEpoch }) => ({
      partition: id,
      partitionIndex: index,
      errorCode: leader === -1 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE,
      leaderId: leader,
      leaderEpoch,
      replicas: [1, 2, 3],
      isr: [1, 2, 3],
    }));
    return { brokers: [...this.hosts.keys()], controllerId: 1, topics: [{ name: 'orders', errorCode: ErrorCode.NONE, partitions }] };
  }

  /** Refuses every partition of a Produce request with this error. */
  refuse(context: RequestContext, errorCode: number, currentLeader = -1, currentLeaderEpoch = -1, logStartOffset = -1): void {
    const body = context.envelope.body as ProduceRequest;
    const partitions = body.partitions.map(({ partition }) => ({
      partition,
      errorCode,
      baseOffset: -1,
      logStartOffset,
      currentLeader,
      currentLeaderEpoch,
    }));
    context.respond({ partitions }, 100);
  }

  /** Appends the batches of a Produce request as a leader would, without an answer. */
  appendRequest(request: ProduceRequest): number[] {
    return request.partitions.map(({ partition, batch }) => {
      const { log, leaderEpoch } = this.byId(partition);
      const baseOffset = endOf(log);
      log.push(placeBatch(batch, baseOffset, leaderEpoch));
      return baseOffset;
    });
  }

  /** The requests of one API so far. */
  bodies<A extends ApiName>(api: A): RequestOf<A>[] {
    return this.requests.filter((request) => request.api === api).map(({ body }) => body as RequestOf<A>);
  }

  /** As a leader would: the offset of the batch if it is a repetition, the error if it does not continue its producer's sequence, else -1. */
  private checkSequence(log: readonly RecordBatch[], batch: ProducerBatch): { errorCode: number; duplicateAt: number } {
    const fine = { errorCode: ErrorCode.NONE, duplicateAt: -1 };
    if (batch.producerId === -1) return fine;
    const own = log.filter(({ producerId }) => producerId === batch.producerId);
    const last = own[own.length - 1];
    const outOfOrder = { errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, duplicateAt: -1 };
    if (last === undefined) return this.acceptsAnyFirstSequence || batch.baseSequence === 0 ? fine : outOfOrder;
    const same = own.find(
      (each) =>
        each.producerEpoch === batch.producerEpoch &&
        each.baseSequence === batch.baseSequence &&
        each.records.length === batch.records.length,
    );
    if (same !== undefined) return { errorCode: ErrorCode.NONE, duplicateAt: same.baseOffset };
    if (batch.producerEpoch < last.producerEpoch) return { errorCode: ErrorCode.INVALID_PRODUCER_EPOCH, duplicateAt: -1 };
    const next = batch.producerEpoch > last.producerEpoch ? 0 : lastSequenceOf(last) + 1;
    return batch.baseSequence === next ? fine : outOfOrder;
  }

  private byId(id: number): FakePartition {
    return this.partitions.find((partition) => partition.id === id) as FakePartition;
  }

  private serve(context: RequestContext, broker: number): void {
    const { api, body } = context.envelope;
    const atUs = this.simulation.nowUs;
    this.requests.push({ atUs, broker, api, body });
    if (api === 'Produce') {
      const batches = (body as ProduceRequest).partitions.map(({ partition, batch }) => ({
        partition: this.byId(partition).index,
        values: batch.records.map((record) => record.value),
      }));
      this.produced.push({ atUs, broker, batches });
    }
    if (this.script(context, broker)) return;
    if (api === 'Metadata') this.serveMetadata(context, body as MetadataRequest);
    else if (api === 'Produce') this.serveProduce(context, body as ProduceRequest, broker);
    else if (api === 'Fetch') this.serveFetch(context, body as FetchRequest, broker);
    else if (api === 'ListOffsets') this.serveListOffsets(context, body as ListOffsetsRequest);
    else if (api === 'OffsetForLeaderEpoch') this.serveOffsetForLeaderEpoch(context, body as OffsetForLeaderEpochRequest);
    else this.serveTransactional(context);
  }

  private serveTransactional(context: RequestContext): void {
    const { api, body } = context.envelope;
    const errorCode = ErrorCode.NONE;
    if (api === 'FindCoordinator') context.respond({ errorCode, nodeId: this.coordinator }, 40);
    else if (api === 'InitProducerId') context.respond({ errorCode, ...this.initProducerId(body as InitProducerIdRequest) }, 40);
    else if (api === 'AddOffsetsToTxn') context.respond({ errorCode }, 40);
    else if (api === 'EndTxn') context.respond({ errorCode, ...this.endTransaction(body as EndTxnRequest) }, 40);
    else if (api === 'AddPartitionsToTxn') {
      const transactions = (body as AddPartitionsToTxnRequest).transactions.map(({ transactionalId, partitions }) => ({
        transactionalId,
        partitions: partitions.map((partition) => ({ partition, errorCode })),
      }));
      context.respond({ transactions }, 40);
    } else if (api === 'TxnOffsetCommit') {
      const partitions = (body as TxnOffsetCommitRequest).partitions.map(({ partition }) => ({ partition, errorCode }));
      context.respond({ partitions }, 40);
    }
  }

  private initProducerId({ transactionalId }: InitProducerIdRequest): { producerId: number; producerEpoch: number } {
    if (transactionalId === null) return { producerId: this.nextProducerId++, producerEpoch: 0 };
    const known = this.transactionalIds.get(transactionalId);
    const identity = known === undefined ? { producerId: this.nextProducerId++, producerEpoch: 0 } : { ...known };
    if (known !== undefined) identity.producerEpoch++;
    this.transactionalIds.set(transactionalId, identity);
    return identity;
  }

  private endTransaction({ transactionalId, transactionV2 }: EndTxnRequest): { producerId: number; producerEpoch: number } {
    const identity = this.transactionalIds.get(transactionalId);
    if (!transactionV2 || identity === undefined) return { producerId: -1, producerEpoch: -1 };
    identity.producerEpoch++;
    return { ...identity };
  }

  private serveMetadata(context: RequestContext, request: MetadataRequest): void {
    const answer = this.metadata();
    const unknown = (request.topics ?? []).filter((name) => name !== 'orders');
    for (const name of unknown) answer.topics.push({ name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, partitions: [] });
    context.respond(answer, 100);
  }

  private serveProduce(context: RequestContext, request: ProduceRequest, broker: number): void {
    if (request.partitions.some(({ partition }) => this.byId(partition).leader !== broker)) {
      this.refuse(context, ErrorCode.NOT_LEADER_OR_FOLLOWER);
      return;
    }
    const answer = this.appendChecked(request);
    if (context.envelope.expectsResponse) context.respond(answer, 100);
    else context.finishSilently();
  }

  /** Appends what continues its producer's sequences, and answers for the rest, as a leader would. */
  appendChecked(request: ProduceRequest): ProduceResponse {
    const partitions = request.partitions.map(({ partition, batch }) => {
      const { log, leaderEpoch } = this.byId(partition);
      const { errorCode, duplicateAt } = this.checkSequence(log, batch);
      let baseOffset = duplicateAt;
      if (errorCode === ErrorCode.NONE && duplicateAt === -1) {
        baseOffset = endOf(log);
        log.push(placeBatch(batch, baseOffset, leaderEpoch));
      }
      return { partition, errorCode, baseOffset, logStartOffset: 0, currentLeader: -1, currentLeaderEpoch: -1 };
    });
    return { partitions };
  }

  private serveFetch(context: RequestContext, request: FetchRequest, broker: number, waited = false): void {
    const partitions = request.partitions.map(({ partition, fetchOffset }) => {
      const { log, leader, logStartOffset } = this.byId(partition);
      const end = endOf(log);
      const outOfRange = fetchOffset < logStartOffset || fetchOffset > end;
      const errorCode = leader !== broker ? ErrorCode.NOT_LEADER_OR_FOLLOWER : outOfRange ? ErrorCode.OFFSET_OUT_OF_RANGE : ErrorCode.NONE;
      const batches = errorCode === ErrorCode.NONE ? log.filter((batch) => batch.lastOffset >= fetchOffset) : [];
      const marks = { highWatermark: end, lastStableOffset: end, logStartOffset, divergingEpoch: null };
      return { partition, errorCode, ...marks, batches, abortedTransactions: null, preferredReadReplica: -1 };
    });
    const nothing = partitions.every((each) => each.errorCode === ErrorCode.NONE && each.batches.length === 0);
    if (!nothing || waited) context.respond({ partitions }, 100);
    else {
      const process = this.processes.get(broker) as Process;
      process.after(request.maxWaitUs, () => this.serveFetch(context, request, broker, true), undefined);
    }
  }

  private serveOffsetForLeaderEpoch(context: RequestContext, request: OffsetForLeaderEpochRequest): void {
    const partitions = request.partitions.map(({ partition, leaderEpoch: asked }) => {
      const kept = this.byId(partition).log.filter((batch) => batch.leaderEpoch <= asked);
      const leaderEpoch = kept[kept.length - 1]?.leaderEpoch ?? -1;
      return { partition, errorCode: ErrorCode.NONE, leaderEpoch, endOffset: leaderEpoch === -1 ? -1 : endOf(kept) };
    });
    context.respond({ partitions }, 100);
  }

  private serveListOffsets(context: RequestContext, request: ListOffsetsRequest): void {
    const partitions = request.partitions.map(({ partition, timestamp }) => {
      const { log, logStartOffset, leaderEpoch } = this.byId(partition);
      return { partition, errorCode: ErrorCode.NONE, timestamp, offset: timestamp === -2 ? logStartOffset : endOf(log), leaderEpoch };
    });
    context.respond({ partitions }, 100);
  }
}

function endOf(log: readonly RecordBatch[]): number {
  const last = log[log.length - 1];
  return last === undefined ? 0 : last.lastOffset + 1;
}
