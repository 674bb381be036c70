/**
 * Requests and responses, after Kafka's message definitions field by field (clients/src/main/resources/common/message), so that a
 * wire codec can later be mechanical. Versions are not negotiated: a field that an older protocol lacks is -1 or absent, decided by the
 * sender's features. Topic and partition are carried as one interned number (see `topicPartition.ts`).
 *
 * Leaves out: throttle times, authorisation, topic ids, log directories, tagged fields.
 */
import type { ProducerBatch, RecordBatch } from './records.js';
import type { Subscription } from './subscription.js';

export type { Subscription } from './subscription.js';

// ---------------------------------------------------------------- clients and brokers

export interface ProduceRequest {
  /** Of a transactional producer; absent or null otherwise. */
  transactionalId?: string | null;
  /** Produce v12 (KIP-890 part 2): the partition leader adds its partitions to the transaction itself. */
  transactionV2?: boolean;
  /** -1 all, 0, 1, or the legacy N of releases before 0.9. */
  acks: number;
  timeoutUs: number;
  /**
   * `leaderEpoch`, only in what a coordinator writes on its own broker: the epoch in which it speaks. A disk may have kept the write waiting until that was over, and
   * another coordinator, perhaps on this very broker, has read the log since.
   */
  partitions: { partition: number; batch: ProducerBatch; leaderEpoch?: number }[];
}

export interface ProduceResponse {
  partitions: {
    partition: number;
    errorCode: number;
    /** -1 on error. */
    baseOffset: number;
    logStartOffset: number;
    /** KIP-951: who leads now, when the error is NOT_LEADER_OR_FOLLOWER and the broker knows; otherwise -1. */
    currentLeader: number;
    currentLeaderEpoch: number;
  }[];
}

export interface FetchPartition {
  partition: number;
  /** -1 where the protocol carries none (before KIP-320). */
  currentLeaderEpoch: number;
  fetchOffset: number;
  /** -1 where the protocol carries none (before Fetch v12). */
  lastFetchedEpoch: number;
  /** The follower's own log start offset; -1 from consumers. */
  logStartOffset: number;
  maxBytes: number;
}

export interface FetchRequest {
  /** Broker id of a follower; -1 for a consumer. */
  replicaId: number;
  /** KIP-903; -1 when not carried (ZooKeeper mode). */
  replicaEpoch: number;
  maxWaitUs: number;
  minBytes: number;
  maxBytes: number;
  isolationLevel: 'read_uncommitted' | 'read_committed';
  partitions: FetchPartition[];
  /** KIP-392: rack of the consumer; absent or empty without one. */
  rackId?: string;
}

/** KIP-98: what a read_committed reader needs to leave out: records of this producer from this offset on, up to its abort marker. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface FetchPartitionResponse {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  /** KIP-595 style truncation: set when the follower's last epoch ends elsewhere in the leader's log. */
  readonly divergingEpoch: { epoch: number; endOffset: number } | null;
  readonly batches: readonly RecordBatch[];
  /** Ordered by first offset; null for read_uncommitted and for followers. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
  /** KIP-392: fetch from this replica instead (no records come along); -1: stay. */
  readonly preferredReadReplica: number;
}

export interface FetchResponse {
  partitions: FetchPartitionResponse[];
}

export interface ListOffsetsRequest {
  replicaId: number;
  isolationLevel: 'read_uncommitted' | 'read_committed';
  /** timestamp: -1 latest, -2 earliest, otherwise milliseconds. */
  partitions: { partition: number; currentLeaderEpoch: number; timestamp: number }[];
}

export interface ListOffsetsResponse {
  partitions: { partition: number; errorCode: number; timestamp: number; offset: number; leaderEpoch: number }[];
}

export interface OffsetForLeaderEpochRequest {
  replicaId: number;
  partitions: { partition: number; currentLeaderEpoch: number; leaderEpoch: number }[];
}

export interface OffsetForLeaderEpochResponse {
  /** leaderEpoch is -1 where the protocol does not report it (before KIP-279) or the epoch is undefined. */
  partitions: { partition: number; errorCode: number; leaderEpoch: number; endOffset: number }[];
}

export interface MetadataRequest {
  /** null: every topic. */
  topics: string[] | null;
}

export interface MetadataResponse {
  brokers: number[];
  controllerId: number;
  topics: {
    name: string;
    errorCode: number;
    partitions: {
      partition: number;
      partitionIndex: number;
      errorCode: number;
      leaderId: number;
      leaderEpoch: number;
      replicas: number[];
      isr: number[];
    }[];
  }[];
}

// ---------------------------------------------------------------- coordinators

export interface FindCoordinatorRequest {
  key: string;
  keyType: 'group' | 'transaction';
}

export interface FindCoordinatorResponse {
  errorCode: number;
  /** Broker id; -1 on error. */
  nodeId: number;
}

/** Without a transactional id any broker hands out a fresh producer id; with one its transaction coordinator does, and fences the id's former holders. */
export interface InitProducerIdRequest {
  transactionalId: string | null;
  transactionTimeoutUs: number;
  /** KIP-360: what the producer holds and wants bumped; -1 for none. */
  producerId: number;
  producerEpoch: number;
}

export interface InitProducerIdResponse {
  errorCode: number;
  producerId: number;
  producerEpoch: number;
}

export interface AddPartitionsToTxnRequest {
  transactions: {
    transactionalId: string;
    producerId: number;
    producerEpoch: number;
    /** KIP-890 part 1: a partition leader asks whether the partitions are in the ongoing transaction, and changes nothing. */
    verifyOnly: boolean;
    partitions: number[];
  }[];
}

export interface AddPartitionsToTxnResponse {
  transactions: { transactionalId: string; partitions: { partition: number; errorCode: number }[] }[];
}

/** Adds the group's partition of `__consumer_offsets` to the transaction. */
export interface AddOffsetsToTxnRequest {
  transactionalId: string;
  producerId: number;
  producerEpoch: number;
  groupId: string;
}

export interface AddOffsetsToTxnResponse {
  errorCode: number;
}

export interface EndTxnRequest {
  transactionalId: string;
  producerId: number;
  producerEpoch: number;
  commit: boolean;
  /** EndTxn v5 (KIP-890 part 2). */
  transactionV2: boolean;
}

/** With version 2 the id and epoch of the next transaction; otherwise -1. */
export interface EndTxnResponse {
  errorCode: number;
  producerId: number;
  producerEpoch: number;
}

export interface WriteTxnMarkersRequest {
  markers: {
    producerId: number;
    producerEpoch: number;
    coordinatorEpoch: number;
    commit: boolean;
    partitions: number[];
    transactionVersion: number;
  }[];
}

export interface WriteTxnMarkersResponse {
  markers: { producerId: number; partitions: { partition: number; errorCode: number }[] }[];
}

export interface CommittedOffset {
  partition: number;
  /** -1: none committed. */
  offset: number;
  /** KIP-320; -1 unknown. */
  leaderEpoch: number;
}

export interface TxnOffsetCommitRequest {
  transactionalId: string;
  groupId: string;
  producerId: number;
  producerEpoch: number;
  /** KIP-447: -1, '' and null where the application gave no group metadata. */
  generationId: number;
  memberId: string;
  groupInstanceId: string | null;
  partitions: CommittedOffset[];
  /** TxnOffsetCommit v5 (KIP-890 part 2): the group coordinator adds its partition to the transaction itself. */
  transactionV2: boolean;
}

export interface PartitionErrors {
  partitions: { partition: number; errorCode: number }[];
}

/** One assignor that a member offers, with its subscription as that assignor's metadata. */
export interface JoinGroupProtocol {
  name: string;
  subscription: Subscription;
}

export interface JoinGroupRequest {
  groupId: string;
  sessionTimeoutUs: number;
  rebalanceTimeoutUs: number;
  /** '' at first (KIP-394 answers MEMBER_ID_REQUIRED with one to come back with). */
  memberId: string;
  groupInstanceId: string | null;
  clientId: string;
  protocolType: string;
  protocols: JoinGroupProtocol[];
}

export interface JoinGroupResponse {
  errorCode: number;
  generationId: number;
  protocolName: string;
  leader: string;
  /** KIP-814. */
  skipAssignment: boolean;
  memberId: string;
  /** Only to the leader: every member with its subscription. */
  members: { memberId: string; groupInstanceId: string | null; subscription: Subscription }[];
}

export interface SyncGroupRequest {
  groupId: string;
  generationId: number;
  memberId: string;
  groupInstanceId: string | null;
  protocolName: string;
  /** Only from the leader. */
  assignments: { memberId: string; partitions: number[] }[];
}

export interface SyncGroupResponse {
  errorCode: number;
  protocolName: string;
  /** Interned partitions. */
  assignment: number[];
}

export interface HeartbeatRequest {
  groupId: string;
  generationId: number;
  memberId: string;
  groupInstanceId: string | null;
}

export interface HeartbeatResponse {
  errorCode: number;
}

export interface LeaveGroupRequest {
  groupId: string;
  memberId: string;
  groupInstanceId: string | null;
}

export interface LeaveGroupResponse {
  errorCode: number;
}

export interface OffsetCommitRequest {
  groupId: string;
  /** Generation, or member epoch of the consumer protocol; -1 from a consumer that manages its partitions itself. */
  generationId: number;
  memberId: string;
  groupInstanceId: string | null;
  partitions: CommittedOffset[];
}

export type OffsetCommitResponse = PartitionErrors;

export interface OffsetFetchRequest {
  groupId: string;
  /** null: all that the group committed. */
  partitions: number[] | null;
  /** KIP-447: UNSTABLE_OFFSET_COMMIT while a transaction has offsets pending. */
  requireStable: boolean;
  /** KIP-848: checked when given; '' and -1 otherwise. */
  memberId: string;
  memberEpoch: number;
}

export interface OffsetFetchResponse {
  errorCode: number;
  partitions: (CommittedOffset & { errorCode: number })[];
}

/** KIP-848. null: unchanged since the last heartbeat. */
export interface ConsumerGroupHeartbeatRequest {
  groupId: string;
  memberId: string;
  /** 0 joins, -1 leaves, -2 leaves for a while (static member). */
  memberEpoch: number;
  instanceId: string | null;
  clientId: string;
  rebalanceTimeoutUs: number;
  subscribedTopics: readonly string[] | null;
  serverAssignor: string | null;
  /** Interned partitions that the member owns. */
  ownedPartitions: readonly number[] | null;
}

export interface ConsumerGroupHeartbeatResponse {
  errorCode: number;
  memberId: string;
  memberEpoch: number;
  heartbeatIntervalUs: number;
  /** Interned partitions; null: unchanged. */
  assignment: number[] | null;
}

// ---------------------------------------------------------------- controller and brokers (ZooKeeper mode)

/** What the controller tells a broker about one partition. */
export interface PartitionState {
  partition: number;
  controllerEpoch: number;
  /** Broker id; -1 none. */
  leader: number;
  leaderEpoch: number;
  isr: number[];
  /** Version of the state znode ("zkVersion", later called partitionEpoch). */
  partitionEpoch: number;
  /** Assigned replicas in order, the preferred leader first. */
  replicas: number[];
  addingReplicas: number[];
  removingReplicas: number[];
  isNew: boolean;
}

export interface LeaderAndIsrRequest {
  controllerId: number;
  controllerEpoch: number;
  /** -1 before KIP-380. */
  brokerEpoch: number;
  partitions: PartitionState[];
  liveLeaders: number[];
}

export interface LeaderAndIsrResponse {
  errorCode: number;
  partitions: { partition: number; errorCode: number }[];
}

export interface UpdateMetadataRequest {
  controllerId: number;
  controllerEpoch: number;
  brokerEpoch: number;
  partitions: PartitionState[];
  liveBrokers: number[];
}

export interface UpdateMetadataResponse {
  errorCode: number;
}

export interface StopReplicaRequest {
  controllerId: number;
  controllerEpoch: number;
  brokerEpoch: number;
  /** leaderEpoch (KIP-570): -1 where the protocol carries none, -2 to force a deletion of the topic. */
  partitions: { partition: number; leaderEpoch: number; deletePartition: boolean }[];
}

export interface StopReplicaResponse {
  errorCode: number;
  partitions: { partition: number; errorCode: number }[];
}

/** KIP-497. */
export interface AlterPartitionRequest {
  brokerId: number;
  brokerEpoch: number;
  partitions: { partition: number; leaderEpoch: number; newIsr: number[]; partitionEpoch: number }[];
}

export interface AlterPartitionResponse {
  errorCode: number;
  partitions: { partition: number; errorCode: number; leaderId: number; leaderEpoch: number; isr: number[]; partitionEpoch: number }[];
}

export interface ControlledShutdownRequest {
  brokerId: number;
  /** -1 before KIP-380. */
  brokerEpoch: number;
}

export interface ControlledShutdownResponse {
  errorCode: number;
  /** Partitions that this broker still leads. */
  remainingPartitions: number[];
}

// ---------------------------------------------------------------- the table of APIs

export interface Apis {
  Produce: { request: ProduceRequest; response: ProduceResponse };
  Fetch: { request: FetchRequest; response: FetchResponse };
  ListOffsets: { request: ListOffsetsRequest; response: ListOffsetsResponse };
  OffsetForLeaderEpoch: { request: OffsetForLeaderEpochRequest; response: OffsetForLeaderEpochResponse };
  Metadata: { request: MetadataRequest; response: MetadataResponse };
  LeaderAndIsr: { request: LeaderAndIsrRequest; response: LeaderAndIsrResponse };
  UpdateMetadata: { request: UpdateMetadataRequest; response: UpdateMetadataResponse };
  StopReplica: { request: StopReplicaRequest; response: StopReplicaResponse };
  AlterPartition: { request: AlterPartitionRequest; response: AlterPartitionResponse };
  FindCoordinator: { request: FindCoordinatorRequest; response: FindCoordinatorResponse };
  InitProducerId: { request: InitProducerIdRequest; response: InitProducerIdResponse };
  AddPartitionsToTxn: { request: AddPartitionsToTxnRequest; response: AddPartitionsToTxnResponse };
  AddOffsetsToTxn: { request: AddOffsetsToTxnRequest; response: AddOffsetsToTxnResponse };
  EndTxn: { request: EndTxnRequest; response: EndTxnResponse };
  WriteTxnMarkers: { request: WriteTxnMarkersRequest; response: WriteTxnMarkersResponse };
  TxnOffsetCommit: { request: TxnOffsetCommitRequest; response: PartitionErrors };
  JoinGroup: { request: JoinGroupRequest; response: JoinGroupResponse };
  SyncGroup: { request: SyncGroupRequest; response: SyncGroupResponse };
  Heartbeat: { request: HeartbeatRequest; response: HeartbeatResponse };
  LeaveGroup: { request: LeaveGroupRequest; response: LeaveGroupResponse };
  OffsetCommit: { request: OffsetCommitRequest; response: OffsetCommitResponse };
  OffsetFetch: { request: OffsetFetchRequest; response: OffsetFetchResponse };
  ConsumerGroupHeartbeat: { request: ConsumerGroupHeartbeatRequest; response: ConsumerGroupHeartbeatResponse };
  ControlledShutdown: { request: ControlledShutdownRequest; response: ControlledShutdownResponse };
}

export type ApiName = keyof Apis;
export type RequestOf<A extends ApiName> = Apis[A]['request'];
export type ResponseOf<A extends ApiName> = Apis[A]['response'];

/** What travels from client to server. */
export interface RequestEnvelope {
  readonly correlationId: number;
  readonly api: ApiName;
  readonly clientId: string;
  readonly body: RequestOf<ApiName>;
  /** False for Produce with acks=0: the server answers nothing. */
  readonly expectsResponse: boolean;
}

/** What travels back. */
export interface ResponseEnvelope {
  readonly correlationId: number;
  readonly api: ApiName;
  readonly body: ResponseOf<ApiName>;
}
