/** One broker's replicas without a cluster around them, for tests: what a controller, a follower or a client would send is passed in as is. */
import { Simulation } from '../../engine/Simulation.js';
import type { EventType } from '../../engine/events.js';
import { MetadataCache } from '../broker/MetadataCache.js';
import { resolveBrokerConfig, resolveTopicConfig, type BrokerConfig, type ConfigValue, type TopicConfig } from '../config/index.js';
import { LogManager } from '../log/LogManager.js';
import type { BrokerConnection } from '../network/BrokerConnection.js';
import { errorName } from '../protocol/errors.js';
import { PRESETS, type KafkaFeatures } from '../protocol/features.js';
import type { FetchPartitionResponse, FetchRequest, ProduceRequest } from '../protocol/messages.js';
import { offsetAt, type ProducerBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { Partition } from './Partition.js';
import type { AppendOrigin } from './ProduceHandler.js';
import { ReplicaManager } from './ReplicaManager.js';

export interface TestReplicaOptions {
  readonly features?: Partial<KafkaFeatures>;
  readonly topic?: Partial<TopicConfig>;
  readonly broker?: Partial<BrokerConfig>;
  readonly replicas?: readonly number[];
  readonly rackOf?: (brokerId: number) => string;
}

/** Broker 1 leads `orders-0`. */
export class TestReplica {
  readonly simulation = new Simulation('replica');
  readonly partitionId = topicPartition(this.simulation.bus.names, 'orders', 0);
  readonly metadata = new MetadataCache(this.simulation.bus.names);
  readonly replicas: ReplicaManager;
  readonly logs: LogManager;
  private leaderEpoch = -1;

  constructor(private readonly options: TestReplicaOptions = {}) {
    const features = { ...PRESETS['3.9'], ...options.features };
    const config = { ...resolveBrokerConfig('3.9', new Map<string, ConfigValue>()), ...options.broker };
    const topicConfig = { ...resolveTopicConfig(config, new Map<string, ConfigValue>()), ...options.topic };
    const host = this.simulation.addHost('b1');
    const process = this.simulation.addProcess('broker-1', host);
    let replicas: ReplicaManager | undefined;
    let logs: LogManager | undefined;
    this.simulation.start(process, () => {
      logs = new LogManager(this.simulation, host, 1, () => topicConfig, { features });
      logs.load();
      logs.startTasks(process);
      replicas = new ReplicaManager({
        simulation: this.simulation,
        process,
        brokerId: 1,
        features,
        config,
        topicConfig: () => topicConfig,
        logs,
        metadata: this.metadata,
        connectTo: () => ({ send: () => {}, close: () => {} }) as unknown as BrokerConnection,
        onStorageError: () => {},
        ...(options.rackOf === undefined ? {} : { rackOf: options.rackOf }),
      });
    });
    this.replicas = replicas as unknown as ReplicaManager;
    this.logs = logs as unknown as LogManager;
    this.lead();
  }

  get partition(): Partition {
    return this.replicas.get(this.partitionId) as Partition;
  }

  lead(): void {
    this.become(1);
  }

  follow(leader: number): void {
    this.become(leader);
  }

  /** Error name and base offset of the answer; undefined when there is none yet. */
  produce(
    batch: ProducerBatch,
    request: Partial<ProduceRequest> = {},
    origin: AppendOrigin = 'client',
  ): { error: string; baseOffset: number } | undefined {
    const answers = this.send(batch, request, origin);
    return answers[0];
  }

  /** The list that the answer will be put into. */
  send(
    batch: ProducerBatch,
    request: Partial<ProduceRequest> = {},
    origin: AppendOrigin = 'client',
  ): { error: string; baseOffset: number }[] {
    const answers: { error: string; baseOffset: number }[] = [];
    const whole: ProduceRequest = { acks: 1, timeoutUs: 1_000_000, partitions: [{ partition: this.partitionId, batch }], ...request };
    const respond = (response: { partitions: { errorCode: number; baseOffset: number }[] }): void => {
      for (const { errorCode, baseOffset } of response.partitions) answers.push({ error: errorName(errorCode), baseOffset });
    };
    this.replicas.produceHandler.produce(whole, respond, origin);
    return answers;
  }

  /** A fetch of a consumer that does not wait; undefined when the answer takes time. */
  fetch(fetchOffset: number, request: Partial<FetchRequest> = {}): FetchPartitionResponse | undefined {
    return this.startFetch(fetchOffset, request)[0];
  }

  startFetch(fetchOffset: number, request: Partial<FetchRequest> = {}): FetchPartitionResponse[] {
    const answers: FetchPartitionResponse[] = [];
    const asked = {
      partition: this.partitionId,
      currentLeaderEpoch: -1,
      fetchOffset,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      maxBytes: 1_000_000,
    };
    const whole: FetchRequest = {
      replicaId: -1,
      replicaEpoch: -1,
      maxWaitUs: 0,
      minBytes: 1,
      maxBytes: 1_000_000,
      isolationLevel: 'read_committed',
      partitions: [asked],
      ...request,
    };
    this.replicas.fetch(whole, (response) => answers.push(...response.partitions));
    return answers;
  }

  /** A follower's fetch: it holds everything below. */
  followerAt(replicaId: number, fetchOffset: number): void {
    this.startFetch(fetchOffset, { replicaId, isolationLevel: 'read_uncommitted' });
  }

  run(forUs: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + forUs);
  }

  /** Collects the values of events of this type from now on. */
  record(type: EventType): number[][] {
    const seen: number[][] = [];
    this.simulation.bus.subscribe((_type, _timeUs, a, b, c, d, e, f, g) => void seen.push([a, b, c, d, e, f, g]), [type]);
    return seen;
  }

  private become(leader: number): void {
    this.leaderEpoch++;
    const replicas = [...(this.options.replicas ?? [1])];
    this.replicas.leaderAndIsr({
      controllerId: 1,
      controllerEpoch: 1,
      brokerEpoch: -1,
      liveLeaders: replicas,
      partitions: [
        {
          partition: this.partitionId,
          controllerEpoch: 1,
          leader,
          leaderEpoch: this.leaderEpoch,
          isr: replicas,
          partitionEpoch: this.leaderEpoch,
          replicas,
          addingReplicas: [],
          removingReplicas: [],
          isNew: this.leaderEpoch === 0,
        },
      ],
    });
  }
}

/** A batch of `count` records of one idempotent producer. */
export function producerBatch(
  producerId: number,
  baseSequence: number,
  { epoch = 0, count = 1, txn = false, key = null }: { epoch?: number; count?: number; txn?: boolean; key?: string | null } = {},
): ProducerBatch {
  const records = Array.from({ length: count }, (_, value) => ({ key, value: baseSequence + value, timestampMs: 0, sizeBytes: 10 }));
  return { producerId, producerEpoch: epoch, baseSequence, isTransactional: txn, sizeBytes: 61 + 17 * count, records };
}

/** The end of a transaction, as a coordinator has it written. */
export function markerBatch(producerId: number, commit: boolean, { epoch = 0, coordinatorEpoch = 0 } = {}): ProducerBatch {
  const records = [{ key: null, value: -1, timestampMs: 0, sizeBytes: 10 }];
  return { producerId, producerEpoch: epoch, baseSequence: -1, control: { commit, coordinatorEpoch }, sizeBytes: 78, records };
}

/** Offsets of the data records of an answer. */
export function offsetsIn(answer: FetchPartitionResponse | undefined): number[] {
  return (answer?.batches ?? []).flatMap((batch) => (batch.control === null ? batch.records.map((_, i) => offsetAt(batch, i)) : []));
}
