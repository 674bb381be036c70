/** What the parts of one broker's group coordinator share: the groups, their offsets, the internal topic, and how they say what happened. */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import type { BrokerConfig } from '../config/index.js';
import type { CoordinatorTopic, CoordinatorWrite } from '../coordinator/CoordinatorTopic.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { countTransition } from '../protocol/stateMachine.js';
import type { ReplicaManager } from '../replication/ReplicaManager.js';
import type { ConsumerGroups, ConsumerGroupsFactory } from './ConsumerGroups.js';
import { groupRequestRefused, groupStateChanged } from './events.js';
import type { GroupMetadata, GroupState } from './GroupMetadata.js';
import { OffsetStore } from './OffsetStore.js';
import { groupStates } from './probes.js';

export interface GroupCoordinatorDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly replicas: ReplicaManager;
  readonly metadata: MetadataCache;
  /** A fresh negative value for a record that a broker writes; unique in the run. */
  readonly nextInternalValue: () => number;
  /** KIP-848; null where the features do not have it. */
  readonly consumerGroups: ConsumerGroupsFactory | null;
}

/** APIs as the events name them. */
export type GroupApi = 'JoinGroup' | 'SyncGroup' | 'Heartbeat' | 'LeaveGroup' | 'OffsetCommit' | 'TxnOffsetCommit' | 'OffsetFetch';

export class GroupContext {
  /** Classic groups. */
  readonly groups = new Map<string, GroupMetadata>();
  /** Offsets of groups of either protocol, and of consumers without one. */
  readonly offsets = new Map<string, OffsetStore>();
  consumerGroups: ConsumerGroups | null = null;

  constructor(
    readonly deps: GroupCoordinatorDeps,
    readonly topic: CoordinatorTopic,
  ) {}

  get nowMs(): number {
    return this.deps.process.host.clock.wallMs();
  }

  nameId(text: string): number {
    return this.deps.simulation.bus.names.idOf(text);
  }

  /** What stops this broker from serving the group now; NONE: nothing. Offsets may be kept under an empty group id, memberships not. */
  errorFor(groupId: string, api: GroupApi): ErrorCode {
    if (groupId === '' && api !== 'OffsetCommit' && api !== 'OffsetFetch') return ErrorCode.INVALID_GROUP_ID;
    const partition = this.topic.partitionOf(groupId);
    return partition < 0 ? ErrorCode.NOT_COORDINATOR : this.topic.errorFor(partition);
  }

  /** Is this still the group that requests find, or has the coordinator moved (or the group gone) since? */
  isCurrent(group: GroupMetadata): boolean {
    return this.groups.get(group.groupId) === group;
  }

  offsetsOf(groupId: string, partition: number): OffsetStore {
    let store = this.offsets.get(groupId);
    if (store === undefined) {
      store = new OffsetStore(groupId, partition);
      this.offsets.set(groupId, store);
    }
    return store;
  }

  /** Appends to the group's partition, replicated as offsets.commit.required.acks says. */
  append(
    partition: number,
    writes: readonly CoordinatorWrite[],
    done: (errorCode: number, baseOffset: number) => void,
    options: { readonly acks?: number; readonly transaction?: { readonly producerId: number; readonly producerEpoch: number } } = {},
  ): void {
    const { offsetsCommitRequiredAcks, offsetsCommitTimeoutUs } = this.deps.config.groups;
    const base = { acks: options.acks ?? offsetsCommitRequiredAcks, timeoutUs: offsetsCommitTimeoutUs };
    const { transaction } = options;
    this.topic.append(partition, writes, transaction === undefined ? base : { ...base, transaction }, done);
  }

  refused(api: GroupApi, groupId: string, generation: number, memberId: string, errorCode: number): void {
    const { simulation, brokerId } = this.deps;
    const error = errorName(errorCode);
    simulation.bus.emit(
      groupRequestRefused,
      brokerId,
      this.nameId(groupId),
      generation,
      this.nameId(memberId),
      this.nameId(api),
      this.nameId(error),
    );
  }

  /** Moves the group to another state and says so. */
  transition(group: GroupMetadata, next: GroupState, reason: string): void {
    const from = group.state;
    group.transitionTo(next, this.nowMs);
    this.stateChanged(group, from, reason);
  }

  /** @param from the same as the group's state now when it was loaded from the log. */
  stateChanged(group: GroupMetadata, from: GroupState, reason: string): void {
    const { simulation, brokerId } = this.deps;
    if (from !== group.state) countTransition(simulation.probes, groupStates, from, group.state);
    simulation.bus.emit(
      groupStateChanged,
      brokerId,
      this.nameId(group.groupId),
      group.generation,
      this.nameId(from),
      this.nameId(group.state),
      this.nameId(reason),
    );
  }
}
