/** What a member of a group owns: takes partitions and gives them up, and tells the application, the fetcher and the event bus of it. */
import type { Simulation } from '../../engine/Simulation.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { partitionIndexOf, topicOf } from '../protocol/topicPartition.js';
import { consumerAssigned, consumerRevoked } from './events.js';
import type { Fetcher } from './Fetcher.js';
import type { GroupListener, GroupMetadata } from './Membership.js';
import type { SubscriptionState } from './SubscriptionState.js';
import { consumerProbes } from './probes.js';

export interface OwnedPartitionsDeps {
  readonly simulation: Simulation;
  readonly clientName: number;
  readonly features: KafkaFeatures;
  readonly subscriptions: SubscriptionState;
  readonly fetcher: Fetcher;
  readonly listener: GroupListener;
}

export class OwnedPartitions {
  /** Interned, in order of assignment. */
  ids: readonly number[] = [];

  /** Given up, and worked on all the same: only where the condition that forbids it is switched off. */
  private kept: readonly number[] = [];

  constructor(private readonly deps: OwnedPartitionsDeps) {}

  /** The application hears of it first, and may commit; then the partitions are gone. Tells nobody when there are none. */
  giveUp(ids: readonly number[], lost: boolean, member: GroupMetadata): void {
    if (ids.length === 0) return;
    const { simulation, clientName, listener, features, fetcher } = this.deps;
    if (lost) simulation.probes.hit(consumerProbes['partitions-lost']);
    const memberName = simulation.bus.names.idOf(member.memberId);
    for (const id of ids) simulation.bus.emit(consumerRevoked, clientName, id, member.generationId, memberName, lost ? 1 : 0);
    listener.onRevoked(ids, lost);
    const gone = new Set(ids);
    this.ids = this.ids.filter((id) => !gone.has(id));
    if (!features.revokedPartitionsDropped) this.kept = [...this.kept.filter((id) => !gone.has(id)), ...ids];
    this.apply();
    fetcher.discardUnassigned();
  }

  /** Adds what was assigned; called for every completed rebalance, with or without new partitions. */
  take(added: readonly number[], member: GroupMetadata): void {
    const { simulation, clientName, listener } = this.deps;
    const memberName = simulation.bus.names.idOf(member.memberId);
    this.ids = [...this.ids, ...added];
    const gained = new Set(added);
    this.kept = this.kept.filter((id) => !gained.has(id));
    this.apply();
    for (const id of added) simulation.bus.emit(consumerAssigned, clientName, id, member.generationId, memberName);
    listener.onAssigned(added, member.generationId);
  }

  private apply(): void {
    const { names } = this.deps.simulation.bus;
    const place = (id: number): { id: number; topic: string; index: number } => {
      return { id, topic: topicOf(names, id), index: partitionIndexOf(names, id) };
    };
    this.deps.subscriptions.assign([...this.ids, ...this.kept].map(place), 'initializing');
  }
}
