/**
 * Where the groups of the consumer protocol (KIP-848) and the rest of the group coordinator meet: both kinds live in `__consumer_offsets` and share the
 * committed offsets, but nothing else. The coordinator passes on what concerns such groups; they append through it.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import type { BrokerConfig } from '../config/index.js';
import type { CoordinatorTopic } from '../coordinator/CoordinatorTopic.js';
import type { CoordinatorRecord } from '../protocol/coordinatorRecords.js';
import type { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from '../protocol/messages.js';

/** All groups of the consumer protocol that one broker coordinates. */
export interface ConsumerGroups {
  /** Is there a group of this id that speaks the consumer protocol, with or without members? */
  owns(groupId: string): boolean;
  heartbeat(request: ConsumerGroupHeartbeatRequest, respond: (response: ConsumerGroupHeartbeatResponse) => void): void;
  /** Why a member may not commit: UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH; NONE: it may. Epoch -1: allowed while the group has no members. */
  commitError(groupId: string, memberId: string, memberEpoch: number): ErrorCode;
  /** Why a member may not read the group's offsets. Not asked when no member is given ('' and -1). */
  fetchError(groupId: string, memberId: string, memberEpoch: number): ErrorCode;
  hasMembers(groupId: string): boolean;
  /** By Kafka's name: Empty, Assigning, Reconciling, Stable; null for a group that is not known. */
  stateOf(groupId: string): string | null;
  /** Client ids of its members. */
  clientsOf(groupId: string): readonly string[];
  /** Offsets of topics that a member subscribes to do not expire. */
  isSubscribed(groupId: string, topic: string): boolean;
  /** The group has neither members nor offsets left: forget it and write its tombstones. */
  remove(groupId: string): void;

  loadBegins(partition: number, coordinatorEpoch: number): void;
  /** One record of the log whose key begins with `consumer-group/`; null: tombstone. */
  replay(partition: number, key: string, payload: CoordinatorRecord | null): void;
  loadEnds(partition: number, coordinatorEpoch: number): void;
  unload(partition: number): void;
}

/** What they are built on. */
export interface ConsumerGroupsHost {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  /** Topics and their partitions, for target assignments. */
  readonly metadata: MetadataCache;
  /** `__consumer_offsets`: partitions, epochs, appends. */
  readonly topic: CoordinatorTopic;
  /** What stops this broker from serving the group now (INVALID_GROUP_ID, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS); NONE: nothing. */
  errorFor(groupId: string): ErrorCode;
  /** Is there a classic group of this id that has members (or some on their way in)? It keeps the id. */
  hasClassicMembers(groupId: string): boolean;
  /** Forgets a classic group without members, so that the id may change protocol; its offsets stay. */
  dropClassicGroup(groupId: string): void;
  /** A fresh member id, `CLIENT-…`; never given out before in this run. */
  newMemberId(clientId: string): string;
}

/** Makes them; null where the release or the flag has none. */
export type ConsumerGroupsFactory = (host: ConsumerGroupsHost) => ConsumerGroups;
