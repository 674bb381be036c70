/** For tests: a whole cluster, and one transactional client that speaks the requests by hand, one after the other. */
import { Simulation } from '../../engine/Simulation.js';
import { KafkaCluster } from '../cluster/KafkaCluster.js';
import { parseProperties } from '../config/index.js';
import { BrokerConnection } from '../network/BrokerConnection.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { ApiName, EndTxnResponse, InitProducerIdResponse, RequestOf, ResponseOf } from '../protocol/messages.js';
import type { RecordBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';

const SECOND = 1_000_000;
const RETRIABLE: readonly number[] = [
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.NETWORK_EXCEPTION,
];

export interface Holder {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export class TransactionalCluster {
  readonly simulation: Simulation;
  readonly cluster: KafkaCluster;
  private readonly connections = new Map<number, BrokerConnection>();

  constructor(
    readonly transactionV2 = false,
    features: Partial<KafkaFeatures> = {},
    seed = 'transactions',
  ) {
    this.simulation = new Simulation(seed);
    const set = (name: string, value: string): { name: string; value: string; where: string } => ({ name, value, where: 'test' });
    const broker = [set('zookeeper.session.timeout.ms', '6000'), set('transaction.state.log.num.partitions', '3')];
    this.cluster = new KafkaCluster(this.simulation, {
      release: '3.9',
      features: { ...PRESETS['3.9'], transactionV2, ...features },
      brokers: 3,
      zookeeperServers: 3,
      brokerProperties: parseProperties('broker', broker, '3.9').values,
      brokerOverrides: new Map(),
      topics: [
        {
          name: 'orders',
          partitions: 3,
          replicationFactor: 3,
          config: parseProperties('topic', [set('min.insync.replicas', '2')], '3.9').values,
        },
      ],
    });
    this.cluster.start();
    this.run(2);
  }

  run(seconds: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + seconds * SECOND);
  }

  partition(index: number): number {
    return topicPartition(this.simulation.bus.names, 'orders', index);
  }

  /** null: no answer came, whatever became of the request. */
  private send<A extends ApiName>(brokerId: number, api: A, body: RequestOf<A>): ResponseOf<A> | null {
    const process = this.cluster.clientProcess('client');
    let connection = this.connections.get(brokerId);
    if (connection === undefined) {
      const options = { clientId: 'client', requestTimeoutUs: 5 * SECOND, connectionSetupTimeoutUs: SECOND };
      const backoff = { reconnectBackoffUs: 50_000, reconnectBackoffMaxUs: 50_000 };
      connection = new BrokerConnection(this.simulation.network, process, this.cluster.node(brokerId).host, { ...options, ...backoff });
      this.connections.set(brokerId, connection);
    }
    let answer: ResponseOf<A> | null | undefined;
    connection.send(api, body, 100, (response) => void (answer = response));
    for (let i = 0; i < 600 && answer === undefined; i++) this.run(0.01);
    return answer ?? null;
  }

  /** Broker that coordinates `app`. */
  coordinator(): number {
    for (let i = 0; i < 100; i++) {
      const running = this.cluster.nodes().filter(({ process }) => process.running);
      const broker = running[i % running.length]?.id ?? 1;
      const found = this.send(broker, 'FindCoordinator', { key: 'app', keyType: 'transaction' });
      if (found?.errorCode === ErrorCode.NONE) return found.nodeId;
      this.run(0.2);
    }
    throw new Error('no coordinator was found');
  }

  /** Asks the coordinator, again while the error is one to wait for. */
  private ask<A extends ApiName>(api: A, body: RequestOf<A>, errorOf: (response: ResponseOf<A>) => number): ResponseOf<A> {
    for (let i = 0; i < 200; i++) {
      const response = this.send(this.coordinator(), api, body);
      if (response !== null && !RETRIABLE.includes(errorOf(response))) return response;
      this.run(0.1);
    }
    throw new Error(`${api} was never answered`);
  }

  init(): InitProducerIdResponse {
    const request = { transactionalId: 'app', transactionTimeoutUs: 20 * SECOND, producerId: -1, producerEpoch: -1 };
    return this.ask('InitProducerId', request, ({ errorCode }) => errorCode);
  }

  add(holder: Holder, indices: readonly number[]): string {
    const partitions = indices.map((index) => this.partition(index));
    const { producerId, producerEpoch } = holder;
    const request = { transactions: [{ transactionalId: 'app', producerId, producerEpoch, verifyOnly: false, partitions }] };
    const response = this.ask('AddPartitionsToTxn', request, ({ transactions }) => transactions[0]?.partitions[0]?.errorCode ?? 0);
    return errorName(response.transactions[0]?.partitions[0]?.errorCode ?? 0);
  }

  end(holder: Holder, commit: boolean): EndTxnResponse {
    const { producerId, producerEpoch } = holder;
    const request = { transactionalId: 'app', producerId, producerEpoch, commit, transactionV2: this.transactionV2 };
    return this.ask('EndTxn', request, ({ errorCode }) => errorCode);
  }

  /** Sends one record until it is answered for good; the error's name. */
  produce(holder: Holder, index: number, baseSequence: number, value: number): string {
    const timestampMs = this.cluster.clientHost('client').clock.wallMs();
    const records = [{ key: null, value, timestampMs, sizeBytes: 50 }];
    const { producerId, producerEpoch } = holder;
    const batch = { producerId, producerEpoch, baseSequence, isTransactional: true, sizeBytes: 120, records };
    for (let i = 0; i < 50; i++) {
      const leader = Math.max(this.cluster.state(this.partition(index))?.leader ?? 1, 1);
      const request = { transactionalId: 'app', transactionV2: this.transactionV2, acks: -1, timeoutUs: 5 * SECOND };
      const response = this.send(leader, 'Produce', { ...request, partitions: [{ partition: this.partition(index), batch }] });
      const error = response?.partitions[0]?.errorCode ?? ErrorCode.NETWORK_EXCEPTION;
      if (!RETRIABLE.includes(error)) return errorName(error);
      this.run(0.1);
    }
    return 'NEVER_ANSWERED';
  }

  /** A partition's log as its leader has it. */
  batches(index: number): RecordBatch[] {
    const partition = this.partition(index);
    const batches: RecordBatch[] = [];
    this.cluster.replica(this.cluster.state(partition)?.leader ?? -1, partition)?.log.forEachBatch((batch) => void batches.push(batch));
    return batches;
  }

  /** The values in a partition's log, and C or A with the epoch of each marker. */
  log(index: number): string[] {
    return this.batches(index).flatMap(({ control, producerEpoch, records }) => {
      return control === null ? records.map(({ value }) => String(value)) : [`${control.commit ? 'C' : 'A'}${producerEpoch}`];
    });
  }

  lastStableOffset(index: number): number {
    const partition = this.partition(index);
    const request = {
      replicaId: -1,
      isolationLevel: 'read_committed' as const,
      partitions: [{ partition, currentLeaderEpoch: -1, timestamp: -1 }],
    };
    return this.send(this.cluster.state(partition)?.leader ?? -1, 'ListOffsets', request)?.partitions[0]?.offset ?? -1;
  }
}
