/**
 * Requests and responses, after Kafka's message definitions field by field (clients/src/main/resources/common/message), so that a
 * wire codec can later be mechanical. Versions are not negotiated: a field that an older protocol lacks is -1 or absent, decided by the
 * sender's features. Topic and partition are carried as one interned number (see `topicPartition.ts`).
 *
 * Leaves out: throttle times, authorisation, topic ids, log directories, tagged fields.
 */
import type { ProducerBatch, RecordBatch } from './records.js';

// ---------------------------------------------------------------- clients and brokers

export interface ProduceRequest {
  /** -1 all, 0, 1, or the legacy N of releases before 0.9. */
  acks: number;
  timeoutUs: number;
  partitions: { partition: number; batch: ProducerBatch }[];
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
