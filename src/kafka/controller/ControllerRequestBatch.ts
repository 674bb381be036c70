/**
 * Gathers what one state change has to tell the brokers and sends it as one request of each kind per broker
 * (kafka.controller.AbstractControllerBrokerRequestBatch): first LeaderAndIsr, then UpdateMetadata, then StopReplica.
 */
import type { KafkaFeatures } from '../protocol/features.js';
import type { PartitionState } from '../protocol/messages.js';
import type { ControllerChannelManager } from './ControllerChannelManager.js';
import type { ControllerContext, PartitionContext } from './ControllerContext.js';

export class ControllerRequestBatch {
  private readonly leaderAndIsr = new Map<number, Map<number, PartitionState>>();
  private readonly stopReplica = new Map<number, Map<number, boolean>>();
  private readonly metadataBrokers = new Set<number>();
  private readonly metadataPartitions = new Map<number, PartitionContext>();

  constructor(
    private readonly brokerId: number,
    private readonly context: ControllerContext,
    private readonly channels: ControllerChannelManager,
    private readonly features: KafkaFeatures,
  ) {}

  /** Forgets what an interrupted event has left. */
  begin(): void {
    this.leaderAndIsr.clear();
    this.stopReplica.clear();
    this.metadataBrokers.clear();
    this.metadataPartitions.clear();
  }

  /** Tells these brokers to lead or follow the partition, and every broker where it now is. */
  addLeaderAndIsr(brokerIds: readonly number[], partition: PartitionContext, isNew: boolean): void {
    const leadership = partition.leadership;
    if (leadership === null) return;
    const state = partition.describe(leadership);
    for (const brokerId of brokerIds) {
      const states = entryOf(this.leaderAndIsr, brokerId);
      const alreadyNew = states.get(partition.id)?.isNew === true;
      states.set(partition.id, isNew || alreadyNew ? { ...state, isNew: true } : state);
    }
    this.addUpdateMetadata(this.context.brokers.keys(), [partition]);
  }

  addUpdateMetadata(brokerIds: Iterable<number>, partitions: Iterable<PartitionContext>): void {
    for (const brokerId of brokerIds) this.metadataBrokers.add(brokerId);
    for (const partition of partitions) this.metadataPartitions.set(partition.id, partition);
  }

  addStopReplica(brokerId: number, partition: PartitionContext, deletePartition: boolean): void {
    const stops = entryOf(this.stopReplica, brokerId);
    stops.set(partition.id, deletePartition || stops.get(partition.id) === true);
  }

  /** Queues the requests to every registered broker concerned. */
  send(): void {
    const brokerIds = this.context.brokerIds();
    const liveBrokers = brokerIds;
    const metadata = this.metadataStates();
    for (const brokerId of brokerIds) {
      const states = this.leaderAndIsr.get(brokerId);
      if (states !== undefined) this.sendLeaderAndIsr(brokerId, [...states.values()]);
      if (this.metadataBrokers.has(brokerId)) {
        this.channels.send(brokerId, 'UpdateMetadata', { ...this.head(brokerId), partitions: metadata, liveBrokers });
      }
      const stops = this.stopReplica.get(brokerId);
      if (stops !== undefined) this.sendStopReplica(brokerId, stops);
    }
    this.begin();
  }

  private metadataStates(): PartitionState[] {
    const states: PartitionState[] = [];
    for (const partition of this.metadataPartitions.values()) {
      if (partition.leadership !== null) states.push(partition.describe(partition.leadership));
    }
    return states;
  }

  private sendLeaderAndIsr(brokerId: number, partitions: PartitionState[]): void {
    const leaders = new Set<number>();
    for (const state of partitions) if (this.context.brokers.has(state.leader)) leaders.add(state.leader);
    this.channels.send(brokerId, 'LeaderAndIsr', { ...this.head(brokerId), partitions, liveLeaders: [...leaders] });
  }

  private sendStopReplica(brokerId: number, stops: ReadonlyMap<number, boolean>): void {
    const partitions = [...stops].map(([partition, deletePartition]) => ({
      partition,
      leaderEpoch: this.features.stopReplicaEpoch ? (this.context.partitions.get(partition)?.leadership?.leaderEpoch ?? -1) : -1,
      deletePartition,
    }));
    this.channels.send(brokerId, 'StopReplica', { ...this.head(brokerId), partitions });
  }

  private head(brokerId: number): { controllerId: number; controllerEpoch: number; brokerEpoch: number } {
    return {
      controllerId: this.brokerId,
      controllerEpoch: this.context.epoch,
      brokerEpoch: this.features.brokerEpochs ? (this.context.brokers.get(brokerId) ?? -1) : -1,
    };
  }
}

function entryOf<V>(map: Map<number, Map<number, V>>, brokerId: number): Map<number, V> {
  let entry = map.get(brokerId);
  if (entry === undefined) {
    entry = new Map();
    map.set(brokerId, entry);
  }
  return entry;
}
