/** For tests: a transaction coordinator over a log that does what the test says, with brokers that take markers. */
import type { Host, Process } from '../../engine/Host.js';
import { EventRecorder, type RecordedEvent } from '../../engine/events.js';
import { Simulation } from '../../engine/Simulation.js';
import type { Stat, ZkCode, ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import { MetadataCache } from '../broker/MetadataCache.js';
import { type BrokerConfig, resolveBrokerConfig } from '../config/BrokerConfig.js';
import type { CoordinatorWrite } from '../coordinator/CoordinatorTopic.js';
import { BrokerConnection } from '../network/BrokerConnection.js';
import { type RequestContext, serveRequests } from '../network/SocketServer.js';
import type { TransactionValue } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { EndTxnResponse, InitProducerIdResponse, WriteTxnMarkersRequest } from '../protocol/messages.js';
import { placeBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { ReplicaManager } from '../replication/ReplicaManager.js';
import { TransactionCoordinator } from './TransactionCoordinator.js';
import type { TransactionLog } from './TransactionStateManager.js';

/** The one znode that producer ids come from. */
export class FakeBlockNode {
  data: unknown = undefined;
  version = 0;
  /** Answers the next calls instead of the znode, first one first. */
  failures: ZkCode[] = [];

  client(process: Process): ZooKeeperClient {
    const answer = (fn: () => void): void => void process.after(1_000, fn, undefined);
    const client = {
      getData: (_path: string, _watch: boolean, done: (code: ZkCode, data?: unknown, stat?: Stat) => void) =>
        answer(() => {
          const failure = this.failures.shift();
          if (failure !== undefined) done(failure);
          else if (this.data === undefined) done('NoNode');
          else done('OK', this.data, { czxid: 0, mzxid: 0, pzxid: 0, version: this.version, cversion: 0, ephemeralOwner: 0 });
        }),
      create: (path: string, data: unknown, _mode: string, done: (code: ZkCode, path: string) => void) =>
        answer(() => {
          if (this.data === undefined) this.data = data;
          else return done('NodeExists', path);
          done('OK', path);
        }),
      setData: (_path: string, data: unknown, version: number, done: (code: ZkCode) => void) =>
        answer(() => {
          if (version !== this.version) return done('BadVersion');
          this.data = data;
          this.version++;
          done('OK');
        }),
    };
    return client as unknown as ZooKeeperClient;
  }
}

/** `error`: the append fails; `stored`: and is in the log all the same. */
export type AppendOutcome = { readonly error: ErrorCode; readonly stored: boolean };

/** Records that outlive coordinators, as a replicated log's do. */
export class FakeLog {
  readonly writes: CoordinatorWrite[] = [];
  /** False: the coordinator does not know how many partitions the topic has. */
  partitionsKnown = true;
  /** How long an append takes. */
  latencyUs = 2_000;
  /** Decides the fate of an append; default: it succeeds. */
  outcome: (write: CoordinatorWrite) => AppendOutcome = () => ({ error: ErrorCode.NONE, stored: true });

  states(): string[] {
    return this.writes.map(({ payload }) => (payload === null ? 'Dead' : (payload as TransactionValue).state));
  }
}

export interface TakenMarker {
  readonly broker: number;
  readonly partition: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly commit: boolean;
}

const STATE_PARTITION = 'transaction-log';

/** Broker 1 coordinates (until `failOver`), brokers 2 and 3 lead the partitions p0 to p3 in turn. */
export class CoordinatorFixture {
  readonly simulation = new Simulation('transactions');
  readonly recorder = new EventRecorder(this.simulation.bus);
  readonly log = new FakeLog();
  readonly block = new FakeBlockNode();
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig = resolveBrokerConfig('3.9', new Map());
  readonly metadata = new MetadataCache(this.simulation.bus.names);
  readonly markers: TakenMarker[] = [];
  /** Error that a broker answers a marker with; default: none, and the marker is taken. */
  markerError: (broker: number, partition: number) => ErrorCode = () => ErrorCode.NONE;
  /** Answers requests to the brokers 2 and 3; by default they take markers. */
  serve: (context: RequestContext, broker: number) => void = (context, broker) => this.takeMarkers(context, broker);
  readonly partitions: readonly number[];
  coordinator!: TransactionCoordinator;
  process!: Process;

  private readonly hosts = new Map<number, Host>();
  private readonly processes = new Map<number, Process>();
  private epoch = 0;
  private internalValue = 0;

  constructor(features: Partial<KafkaFeatures> = {}) {
    this.features = { ...PRESETS['3.9'], ...features };
    for (let id = 1; id <= 3; id++) {
      const host = this.simulation.addHost(`b${id}`);
      this.hosts.set(id, host);
      this.processes.set(id, this.simulation.addProcess(`broker-${id}`, host));
    }
    this.partitions = [0, 1, 2, 3].map((index) => topicPartition(this.simulation.bus.names, 'orders', index));
    this.lead(this.partitions.map((_, i) => 2 + (i % 2)));
    for (const id of [2, 3]) this.startBroker(id);
    this.failOver();
  }

  /** Tells the coordinator's broker who leads the partitions; -1: nobody. */
  lead(leaders: readonly number[]): void {
    const states = leaders.map((leader, i) => {
      const rest = { controllerEpoch: 1, leaderEpoch: 1, isr: [2, 3], partitionEpoch: 1, replicas: [2, 3], addingReplicas: [] };
      return { partition: this.partitions[i] as number, leader, ...rest, removingReplicas: [], isNew: false };
    });
    this.metadata.update({ controllerId: 1, controllerEpoch: 1, brokerEpoch: 1, partitions: states, liveBrokers: [1, 2, 3] });
  }

  startBroker(id: number): void {
    const process = this.processes.get(id) as Process;
    this.simulation.start(process, () => serveRequests(process, (context) => this.serve(context, id)));
  }

  killBroker(id: number): void {
    this.simulation.kill(this.processes.get(id) as Process);
  }

  /** The coordinator's process dies; the next reads the log. */
  failOver(): void {
    const process = this.processes.get(1) as Process;
    this.simulation.kill(process);
    this.process = process;
    this.simulation.start(process, () => {
      this.epoch++;
      this.coordinator = this.newCoordinator(process);
      this.loadInto(this.coordinator, this.epoch);
    });
  }

  private loadInto(coordinator: TransactionCoordinator, epoch: number): void {
    const { states } = coordinator;
    const partition = states.partitionFor('');
    states.loadBegins(partition, epoch);
    for (const { key, payload } of this.log.writes) {
      const record = { key, value: -1, timestampMs: 0, sizeBytes: 1, payload };
      states.replay(
        partition,
        placeBatch({ producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes: 1, records: [record] }, 0, epoch),
      );
    }
    states.loadEnds(partition);
  }

  private newCoordinator(process: Process): TransactionCoordinator {
    const { simulation, metadata, features, config } = this;
    const zk = this.block.client(process);
    return new TransactionCoordinator(
      {
        simulation,
        process,
        brokerId: 1,
        features,
        config,
        metadata,
        replicas: undefined as unknown as ReplicaManager,
        nextInternalValue: () => --this.internalValue,
        zk: () => zk,
        connectTo: (id) => this.connectTo(id),
        offsetsPartitionOf: () => this.partitions[3] as number,
      },
      () => this.transactionLog(process),
    );
  }

  connectTo(id: number): BrokerConnection {
    return new BrokerConnection(this.simulation.network, this.process, this.hosts.get(id) as Host, {
      clientId: 'broker-1',
      requestTimeoutUs: 30_000_000,
      connectionSetupTimeoutUs: 10_000_000,
      reconnectBackoffUs: 50_000,
      reconnectBackoffMaxUs: 1_000_000,
    });
  }

  private transactionLog(process: Process): TransactionLog {
    const partition = this.simulation.bus.names.idOf(STATE_PARTITION);
    return {
      partitionOf: () => (this.log.partitionsKnown ? partition : -1),
      errorFor: () => ErrorCode.NONE,
      append: (_partition, writes, _options, done) => {
        const write = writes[0] as CoordinatorWrite;
        const { error, stored } = this.log.outcome(write);
        // Replicated before the answer: a coordinator that dies in between has decided without knowing.
        if (stored) this.log.writes.push(write);
        process.after(this.log.latencyUs, () => done(error, 0), undefined);
      },
    };
  }

  private takeMarkers(context: RequestContext, broker: number): void {
    const request = context.envelope.body as WriteTxnMarkersRequest;
    const answers = request.markers.map(({ partitions, ...marker }) => {
      const answered = partitions.map((partition) => {
        const errorCode = this.markerError(broker, partition);
        if (errorCode === ErrorCode.NONE) this.markers.push({ ...pick(marker), broker, partition });
        return { partition, errorCode };
      });
      return { producerId: marker.producerId, partitions: answered };
    });
    context.respond({ markers: answers }, 100);
  }

  // ------------------------------------------------------------ asking

  run(ms: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + ms * 1000);
  }

  /** The answer to a request, after letting 20 ms pass. */
  ask<T>(call: (done: (response: T) => void) => void, ms = 20): T {
    let answer: T | undefined;
    call((response) => {
      answer = response;
    });
    this.run(ms);
    if (answer === undefined) throw new Error('no answer came');
    return answer;
  }

  init(
    transactionalId: string | null = 'app',
    expected: { producerId: number; producerEpoch: number } | null = null,
  ): InitProducerIdResponse {
    const { producerId, producerEpoch } = expected ?? { producerId: -1, producerEpoch: -1 };
    const request = { transactionalId, transactionTimeoutUs: 60_000_000, producerId, producerEpoch };
    return this.ask((done) => this.coordinator.initProducerId(request, done));
  }

  add(producer: { producerId: number; producerEpoch: number }, indices: readonly number[], verifyOnly = false): number {
    const { producerId, producerEpoch } = producer;
    const partitions = indices.map((i) => this.partitions[i] as number);
    const transactions = [{ transactionalId: 'app', producerId, producerEpoch, verifyOnly, partitions }];
    const answer = this.ask<{ transactions: { partitions: { errorCode: number }[] }[] }>((done) => {
      this.coordinator.addPartitionsToTxn({ transactions }, done);
    });
    return answer.transactions[0]?.partitions[0]?.errorCode ?? ErrorCode.NONE;
  }

  end(producer: { producerId: number; producerEpoch: number }, commit: boolean, ms = 20): EndTxnResponse {
    const { producerId, producerEpoch } = producer;
    const request = { transactionalId: 'app', producerId, producerEpoch, commit, transactionV2: this.features.transactionV2 };
    return this.ask((done) => this.coordinator.endTxn(request, done), ms);
  }

  events(type: string): RecordedEvent['fields'][] {
    return this.recorder
      .slice()
      .filter((event) => event.type === type)
      .map(({ fields }) => fields);
  }

  /** `From>To epoch` of every transition. */
  transitions(): string[] {
    return this.events('transaction-state-changed').map(({ from, to, producerEpoch }) => `${from}>${to} ${producerEpoch}`);
  }
}

function pick(marker: Omit<TakenMarker, 'broker' | 'partition'>): Omit<TakenMarker, 'broker' | 'partition'> {
  const { producerId, producerEpoch, coordinatorEpoch, commit } = marker;
  return { producerId, producerEpoch, coordinatorEpoch, commit };
}
