/** What the controller's procedures work with; made once per broker incarnation. */
import type { Simulation } from '../../engine/Simulation.js';
import type { BrokerConfig } from '../config/BrokerConfig.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ControllerChannelManager } from './ControllerChannelManager.js';
import type { ControllerContext, PartitionContext } from './ControllerContext.js';
import type { ControllerRequestBatch } from './ControllerRequestBatch.js';
import type { ControllerZooKeeper } from './ControllerZooKeeper.js';
import type { PartitionStateMachine } from './PartitionStateMachine.js';
import type { PartitionStates } from './PartitionStates.js';
import type { ReplicaStateMachine } from './ReplicaStateMachine.js';

export interface ControllerParts {
  readonly simulation: Simulation;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly context: ControllerContext;
  readonly zooKeeper: ControllerZooKeeper;
  readonly channels: ControllerChannelManager;
  readonly batch: ControllerRequestBatch;
  readonly states: PartitionStates;
  readonly partitionStateMachine: PartitionStateMachine;
  readonly replicaStateMachine: ReplicaStateMachine;
}

/** Tells these brokers which brokers live and where these partitions are. */
export function sendUpdateMetadata(parts: ControllerParts, brokerIds: Iterable<number>, partitions: Iterable<PartitionContext>): void {
  parts.batch.begin();
  parts.batch.addUpdateMetadata(brokerIds, partitions);
  parts.batch.send();
}

/** The replicas that these brokers hold. */
export function replicasOn(context: ControllerContext, brokerIds: readonly number[]): Map<number, PartitionContext[]> {
  const replicas = new Map<number, PartitionContext[]>();
  for (const brokerId of brokerIds) replicas.set(brokerId, context.partitionsOn(new Set([brokerId])));
  return replicas;
}

/** Every replica of these partitions, or those on some brokers only. */
export function replicasOf(partitions: readonly PartitionContext[], brokerIds?: readonly number[]): Map<number, PartitionContext[]> {
  const replicas = new Map<number, PartitionContext[]>();
  for (const partition of partitions) {
    for (const brokerId of brokerIds ?? partition.assignment.replicas) {
      const held = replicas.get(brokerId);
      if (held === undefined) replicas.set(brokerId, [partition]);
      else held.push(partition);
    }
  }
  return replicas;
}
