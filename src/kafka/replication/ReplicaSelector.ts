/**
 * Which replica a consumer should read from (KIP-392), after Kafka's RackAwareReplicaSelector: the leader tells a consumer of another rack to go to a replica in
 * the consumer's own, the most caught-up one if there are several; if the leader is there itself, or nobody is, the consumer stays.
 *
 * A candidate must hold the offset that is asked for, must be alive, and since KAFKA-14372 in sync: before, a consumer could be sent to a lagging replica
 * for good (B-70).
 */
import type { MetadataCache } from '../broker/MetadataCache.js';
import type { BrokerConfig } from '../config/index.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { Partition } from './Partition.js';

export interface ReplicaSelector {
  /** Broker to read from; -1: here. Only leaders ask. */
  select(partition: Partition, rackId: string, fetchOffset: number): number;
}

export interface ReplicaSelectorDeps {
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly metadata: MetadataCache;
  readonly rackOf: (brokerId: number) => string;
}

/** The one that `replica.selector.class` names; null: consumers read from leaders. */
export function replicaSelectorOf(deps: ReplicaSelectorDeps): ReplicaSelector | null {
  const rackAware = deps.config.replicaSelectorClass.endsWith('RackAwareReplicaSelector');
  return rackAware && deps.features.followerFetching ? new RackAwareReplicaSelector(deps) : null;
}

class RackAwareReplicaSelector implements ReplicaSelector {
  constructor(private readonly deps: ReplicaSelectorDeps) {}

  select(partition: Partition, rackId: string, fetchOffset: number): number {
    const { brokerId, features, metadata, rackOf } = this.deps;
    if (rackId === '' || rackOf(brokerId) === rackId) return -1;
    let chosen = -1;
    let reaches = -1;
    for (const remote of partition.remotes.values()) {
      if (rackOf(remote.brokerId) !== rackId || !metadata.isAlive(remote.brokerId)) continue;
      if (features.preferredReplicaInSync && !partition.committedIsr.includes(remote.brokerId)) continue;
      if (remote.logEndOffset < fetchOffset || remote.logEndOffset <= reaches) continue;
      chosen = remote.brokerId;
      reaches = remote.logEndOffset;
    }
    return chosen;
  }
}
