/**
 * What the active controller knows of the cluster (kafka.controller.ControllerContext): live brokers, assignments, leadership, and the states of
 * partitions and replicas. A cache of ZooKeeper as it was when last read; every write to ZooKeeper is checked against the real thing.
 *
 * Leaves out: offline log directories, topic deletion, topic ids.
 */
import type { Names } from '../../engine/events.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { PartitionState } from '../protocol/messages.js';
import type { PartitionStateNode, ReplicaAssignment, TopicNode } from './znodes.js';

/** NonExistent is the absence of the partition from the context. */
export type PartitionLifecycle = 'New' | 'Online' | 'Offline';

/** NonExistent is the absence of the replica from its partition's map. */
export type ReplicaLifecycle = 'New' | 'Online' | 'Offline' | 'DeletionStarted';

/** A partition's state znode with its version ("LeaderIsrAndControllerEpoch"). */
export interface Leadership extends PartitionStateNode {
  /** The znode's version, which guards the next write; brokers know it as partition epoch. */
  readonly partitionEpoch: number;
}

export class PartitionContext {
  lifecycle: PartitionLifecycle = 'New';
  leadership: Leadership | null = null;
  readonly replicaStates = new Map<number, ReplicaLifecycle>();
  private message: PartitionState | null = null;
  private messageLeadership: Leadership | null = null;
  private messageAssignment: ReplicaAssignment | null = null;

  constructor(
    /** Interned `topic-index` name. */
    readonly id: number,
    readonly topic: string,
    readonly index: number,
    public assignment: ReplicaAssignment,
  ) {}

  /** What brokers are told about this partition; the same object until something changes, so receivers must not alter it. */
  describe(leadership: Leadership): PartitionState {
    if (this.message !== null && this.messageLeadership === leadership && this.messageAssignment === this.assignment) return this.message;
    this.messageLeadership = leadership;
    this.messageAssignment = this.assignment;
    this.message = {
      partition: this.id,
      controllerEpoch: leadership.controllerEpoch,
      leader: leadership.leader,
      leaderEpoch: leadership.leaderEpoch,
      isr: leadership.isr.slice(),
      partitionEpoch: leadership.partitionEpoch,
      replicas: this.assignment.replicas.slice(),
      addingReplicas: this.assignment.addingReplicas.slice(),
      removingReplicas: this.assignment.removingReplicas.slice(),
      isNew: false,
    };
    return this.message;
  }
}

export class ControllerContext {
  /** Number of this controller among all that there have been; 0 when inactive. */
  epoch = 0;
  /** Version of `/controller_epoch` under this epoch: the guard of every fenced write. */
  epochVersion = -1;
  /** Registered brokers, those shutting down included, with their epochs (czxid). */
  readonly brokers = new Map<number, number>();
  readonly shuttingDown = new Set<number>();
  /** Partitions of each topic, by partition number. */
  readonly topics = new Map<string, PartitionContext[]>();
  readonly partitions = new Map<number, PartitionContext>();
  readonly beingReassigned = new Set<number>();

  constructor(
    private readonly names: Names,
    private readonly features: Pick<KafkaFeatures, 'shuttingDownStaysOut'>,
  ) {}

  clear(): void {
    this.brokers.clear();
    this.shuttingDown.clear();
    this.topics.clear();
    this.partitions.clear();
    this.beingReassigned.clear();
  }

  /** Ids of registered brokers, those shutting down included, ascending. */
  brokerIds(): number[] {
    return [...this.brokers.keys()].sort((a, b) => a - b);
  }

  /** Is the broker registered, and not about to leave? */
  isLive(brokerId: number): boolean {
    return this.brokers.has(brokerId) && !(this.features.shuttingDownStaysOut && this.shuttingDown.has(brokerId));
  }

  /** Takes in the partitions of a topic's znode that are not known yet, and returns those. */
  addPartitions(topic: string, node: TopicNode): PartitionContext[] {
    const known = this.topics.get(topic) ?? [];
    const added: PartitionContext[] = [];
    for (let index = known.length; index < node.partitions.length; index++) {
      const assignment = node.partitions[index] as ReplicaAssignment;
      const partition = new PartitionContext(topicPartition(this.names, topic, index), topic, index, assignment);
      known.push(partition);
      added.push(partition);
      this.partitions.set(partition.id, partition);
      if (isBeingReassigned(assignment)) this.beingReassigned.add(partition.id);
    }
    this.topics.set(topic, known);
    return added;
  }

  removeTopic(topic: string): void {
    for (const partition of this.topics.get(topic) ?? []) {
      this.partitions.delete(partition.id);
      this.beingReassigned.delete(partition.id);
    }
    this.topics.delete(topic);
  }

  partitionNamed(topic: string, index: number): PartitionContext | undefined {
    return this.topics.get(topic)?.[index];
  }

  /** Partitions that have a replica on one of these brokers, in order of discovery. */
  partitionsOn(brokerIds: ReadonlySet<number>): PartitionContext[] {
    const found: PartitionContext[] = [];
    for (const partition of this.partitions.values()) {
      if (partition.assignment.replicas.some((id) => brokerIds.has(id))) found.push(partition);
    }
    return found;
  }
}

export function isBeingReassigned(assignment: ReplicaAssignment): boolean {
  return assignment.addingReplicas.length > 0 || assignment.removingReplicas.length > 0;
}

/** The replicas that remain once the reassignment is done. */
export function targetReplicas(assignment: ReplicaAssignment): readonly number[] {
  return assignment.replicas.filter((id) => !assignment.removingReplicas.includes(id));
}

/** KIP-455: the assignment under way from the original replicas to `target`, whatever reassignment it replaces. */
export function reassignTo(current: ReplicaAssignment, target: readonly number[]): ReplicaAssignment {
  const original = current.replicas.filter((id) => !current.addingReplicas.includes(id));
  const all = [...target, ...original.filter((id) => !target.includes(id))];
  return {
    replicas: all,
    addingReplicas: all.filter((id) => !original.includes(id)),
    removingReplicas: all.filter((id) => !target.includes(id)),
  };
}

export function sameMembers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

export function sameAssignment(a: ReplicaAssignment, b: ReplicaAssignment): boolean {
  return (
    sameOrder(a.replicas, b.replicas) && sameOrder(a.addingReplicas, b.addingReplicas) && sameOrder(a.removingReplicas, b.removingReplicas)
  );
}

export function sameOrder(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => b[i] === id);
}
