/** A group coordinator for tests, over an internal topic whose log is an array: replication takes as long as the test says, and the coordinator can be moved. */
import { EventRecorder, type RecordedEvent } from '../../engine/events.js';
import { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import { type BrokerConfig, resolveBrokerConfig } from '../config/index.js';
import { CONSUMER_OFFSETS_TOPIC } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type {
  JoinGroupRequest,
  JoinGroupResponse,
  OffsetFetchResponse,
  PartitionErrors,
  ProduceRequest,
  ProduceResponse,
  SyncGroupResponse,
} from '../protocol/messages.js';
import { placeBatch, type RecordBatch } from '../protocol/records.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { Partition } from '../replication/Partition.js';
import type { ReplicaManager } from '../replication/ReplicaManager.js';
import { GroupCoordinator, type GroupCoordinatorDeps } from './GroupCoordinator.js';

/** An answer that may come later. */
export interface Answer<T> {
  response: T | null;
  /** How often it came; more than once is a mistake. */
  count: number;
}

export interface RigOptions {
  readonly features?: Partial<KafkaFeatures>;
  readonly groups?: Partial<BrokerConfig['groups']>;
  readonly deps?: Partial<GroupCoordinatorDeps>;
}

export const SECOND = 1_000_000;

export class GroupRig {
  readonly simulation = new Simulation('groups');
  readonly recorder = new EventRecorder(this.simulation.bus);
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly log: RecordBatch[] = [];
  /** Acks that requests for appends asked for. */
  readonly acks: number[] = [];
  replicationUs = 1000;
  /** Refuses appends without a trace in the log. */
  appendError: number = ErrorCode.NONE;
  /** Error that replication ends in, the records being in the log. */
  replicationError: number = ErrorCode.NONE;
  /** Answer to the question (KIP-890) whether a producer's transaction is open here. */
  verdict: number = ErrorCode.NONE;
  coordinator: GroupCoordinator;
  /** Interned partition of `__consumer_offsets`. */
  readonly internal: number;

  private broker = 0;
  private epoch = 0;
  private values = 0;
  private partition: { id: number; isLeader: boolean; leaderEpoch: number; log: unknown };

  constructor(private readonly options: RigOptions = {}) {
    this.features = { ...PRESETS['3.9'], ...options.features };
    const base = resolveBrokerConfig('3.9', new Map());
    this.config = { ...base, groups: { ...base.groups, groupInitialRebalanceDelayUs: SECOND / 2, ...options.groups } };
    this.internal = topicPartition(this.simulation.bus.names, CONSUMER_OFFSETS_TOPIC, 0);
    const forEachBatch = (visit: (batch: RecordBatch) => void): void => this.log.forEach(visit);
    this.partition = { id: this.internal, isLeader: false, leaderEpoch: 0, log: { logStartOffset: 0, forEachBatch } };
    this.coordinator = this.elect();
  }

  /** Another broker becomes coordinator, having read the log. */
  failOver(): void {
    this.resign();
    this.coordinator = this.elect();
  }

  resign(): void {
    this.partition.isLeader = false;
    this.coordinator.leadershipChanged(this.partition as unknown as Partition);
  }

  /** Without waiting for the load. */
  beginElection(): GroupCoordinator {
    const { simulation, features, config } = this;
    this.broker++;
    const process = simulation.addProcess(`broker-${this.broker}`, simulation.addHost(`b${this.broker}`));
    simulation.start(process, () => {});
    const metadata = { partitionCount: () => 1, state: () => ({}) } as unknown as MetadataCache;
    const produceHandler = {
      produce: (request: ProduceRequest, done: (response: ProduceResponse) => void): void => this.append(request, done),
      verifyCoordinatorWrite: (_write: unknown, done: (errorCode: number) => void): void => done(this.verdict),
    };
    const replicas = { produceHandler } as unknown as ReplicaManager;
    const nextInternalValue = (): number => --this.values;
    const deps = { simulation, process, brokerId: this.broker, features, config, replicas, metadata, nextInternalValue };
    this.coordinator = new GroupCoordinator({ ...deps, consumerGroups: null, ...this.options.deps });
    this.partition.isLeader = true;
    this.partition.leaderEpoch = ++this.epoch;
    this.coordinator.leadershipChanged(this.partition as unknown as Partition);
    return this.coordinator;
  }

  run(us: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + us);
  }

  data(index: number): number {
    return topicPartition(this.simulation.bus.names, 'orders', index);
  }

  events(type: string): RecordedEvent['fields'][] {
    return this.recorder
      .slice()
      .filter((event) => event.type === type)
      .map(({ fields }) => fields);
  }

  /** The group's present state, as the events tell it. */
  state(): string {
    return String(this.events('group-state-changed').at(-1)?.['to'] ?? 'Empty');
  }

  // ------------------------------------------------------------ requests

  join(request: Partial<JoinGroupRequest> = {}): Answer<JoinGroupResponse> {
    const { answer, respond } = awaiting<JoinGroupResponse>();
    const subscription = { topics: ['orders'], ownedPartitions: [], generationId: -1, rackId: null };
    const defaults: JoinGroupRequest = {
      groupId: 'group',
      sessionTimeoutUs: 10 * SECOND,
      rebalanceTimeoutUs: 30 * SECOND,
      memberId: '',
      groupInstanceId: null,
      clientId: 'client',
      protocolType: 'consumer',
      protocols: [{ name: 'range', subscription }],
    };
    this.coordinator.joinGroup({ ...defaults, ...request }, respond);
    return answer;
  }

  /** Joins as a new dynamic member does: with the id from MEMBER_ID_REQUIRED. */
  enter(request: Partial<JoinGroupRequest> = {}): Answer<JoinGroupResponse> & { memberId: string } {
    const first = this.join(request);
    const memberId = first.response?.memberId ?? '';
    return Object.assign(this.join({ ...request, memberId }), { memberId });
  }

  sync(
    memberId: string,
    generationId: number,
    assignments: { memberId: string; partitions: number[] }[] = [],
    groupInstanceId: string | null = null,
  ): Answer<SyncGroupResponse> {
    const { answer, respond } = awaiting<SyncGroupResponse>();
    this.coordinator.syncGroup({ groupId: 'group', generationId, memberId, groupInstanceId, protocolName: 'range', assignments }, respond);
    return answer;
  }

  heartbeat(memberId: string, generationId: number, groupInstanceId: string | null = null): number {
    const { answer, respond } = awaiting<{ errorCode: number }>();
    this.coordinator.heartbeat({ groupId: 'group', generationId, memberId, groupInstanceId }, respond);
    return answer.response?.errorCode ?? -1;
  }

  leave(memberId: string, groupInstanceId: string | null = null): number {
    const { answer, respond } = awaiting<{ errorCode: number }>();
    this.coordinator.leaveGroup({ groupId: 'group', memberId, groupInstanceId }, respond);
    return answer.response?.errorCode ?? -1;
  }

  commit(
    memberId: string,
    generationId: number,
    offset: number,
    partition: number = this.data(0),
    groupInstanceId: string | null = null,
  ): Answer<PartitionErrors> {
    const { answer, respond } = awaiting<PartitionErrors>();
    const partitions = [{ partition, offset, leaderEpoch: 0 }];
    this.coordinator.offsetCommit({ groupId: 'group', generationId, memberId, groupInstanceId, partitions }, respond);
    return answer;
  }

  txnCommit(
    producerId: number,
    offset: number,
    memberId = '',
    generationId = -1,
    partition: number = this.data(0),
  ): Answer<PartitionErrors> {
    const { answer, respond } = awaiting<PartitionErrors>();
    const partitions = [{ partition, offset, leaderEpoch: 0 }];
    const ids = { transactionalId: 'txn', groupId: 'group', producerId, producerEpoch: 0 };
    const request = { ...ids, generationId, memberId, groupInstanceId: null, partitions, transactionV2: false };
    this.coordinator.txnOffsetCommit(request, respond);
    return answer;
  }

  /** Appends the marker to the log, and tells the coordinator. */
  marker(producerId: number, commit: boolean, tellCoordinator = true): void {
    const batch = { producerId, producerEpoch: 0, baseSequence: -1, isTransactional: true, sizeBytes: 1, records: [] };
    const placed = placeBatch(
      { ...batch, records: [{ key: null, value: -1, timestampMs: 0, sizeBytes: 1 }] },
      this.log.length * 10,
      this.epoch,
    );
    this.log.push({ ...placed, control: { commit, coordinatorEpoch: 1 } });
    if (tellCoordinator) this.coordinator.onOffsetsMarker(this.internal, producerId, commit, placed.baseOffset);
  }

  fetch(requireStable = false, partition: number = this.data(0)): OffsetFetchResponse['partitions'][number] {
    const { answer, respond } = awaiting<OffsetFetchResponse>();
    this.coordinator.offsetFetch({ groupId: 'group', partitions: [partition], requireStable, memberId: '', memberEpoch: -1 }, respond);
    return answer.response?.partitions[0] as OffsetFetchResponse['partitions'][number];
  }

  /** A stable group of new members; each is assigned the partition of its index. @returns their ids, the leader first. */
  stableGroup(size: number, request: (index: number) => Partial<JoinGroupRequest> = () => ({})): string[] {
    const answers = Array.from({ length: size }, (_, i) => {
      const wanted = request(i);
      return wanted.groupInstanceId === undefined || wanted.groupInstanceId === null ? this.enter(wanted) : this.join(wanted);
    });
    this.run(4 * SECOND);
    const joined = answers.map(({ response }) => response as JoinGroupResponse);
    const memberIds = joined.map(({ memberId }) => memberId);
    const assignments = memberIds.map((memberId, i) => ({ memberId, partitions: [this.data(i)] }));
    joined.forEach(({ memberId, generationId, leader }, i) => {
      const { groupInstanceId } = request(i);
      this.sync(memberId, generationId, leader === memberId ? assignments : [], groupInstanceId ?? null);
    });
    this.run(10_000);
    return memberIds;
  }

  private elect(): GroupCoordinator {
    const coordinator = this.beginElection();
    this.run(10_000);
    return coordinator;
  }

  private append(request: ProduceRequest, done: (response: ProduceResponse) => void): void {
    this.acks.push(request.acks);
    const { partition, batch } = request.partitions[0] as ProduceRequest['partitions'][number];
    const { appendError, replicationError } = this;
    const baseOffset = this.log.length * 10;
    if (appendError === ErrorCode.NONE) this.log.push(placeBatch(batch, baseOffset, this.epoch));
    const errorCode = appendError === ErrorCode.NONE ? replicationError : appendError;
    const part = { partition, errorCode, baseOffset, logStartOffset: 0, currentLeader: -1, currentLeaderEpoch: -1 };
    if (appendError !== ErrorCode.NONE || request.acks !== -1) done({ partitions: [part] });
    else this.simulation.scheduler.after(this.replicationUs, () => done({ partitions: [part] }), undefined);
  }
}

export function awaiting<T>(): { answer: Answer<T>; respond: (response: T) => void } {
  const answer: Answer<T> = { response: null, count: 0 };
  const respond = (response: T): void => {
    answer.response = response;
    answer.count++;
  };
  return { answer, respond };
}

/** The error of the only partition of an answer; -1: no answer yet. */
export function errorOf(answer: Answer<PartitionErrors>): number {
  return answer.response?.partitions[0]?.errorCode ?? -1;
}
