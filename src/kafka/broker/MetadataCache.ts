/**
 * What one broker believes about the cluster, from the controller's UpdateMetadata requests (kafka.server.metadata.ZkMetadataCache). Overwritten by every
 * request, unversioned per partition: a broker that missed one serves the past.
 */
import type { Names } from '../../engine/events.js';
import { ErrorCode } from '../protocol/errors.js';
import type { MetadataResponse, PartitionState, UpdateMetadataRequest } from '../protocol/messages.js';
import { partitionIndexOf, topicOf } from '../protocol/topicPartition.js';

export class MetadataCache {
  controllerId = -1;

  private liveBrokers: readonly number[] = [];
  private readonly alive = new Set<number>();
  private readonly partitions = new Map<number, PartitionState>();
  private readonly topics = new Map<string, number[]>();

  constructor(private readonly names: Names) {}

  update(request: UpdateMetadataRequest): void {
    this.controllerId = request.controllerId;
    this.liveBrokers = request.liveBrokers;
    this.alive.clear();
    for (const broker of request.liveBrokers) this.alive.add(broker);
    for (const state of request.partitions) {
      if (!this.partitions.has(state.partition)) this.addToTopic(state.partition);
      this.partitions.set(state.partition, state);
    }
  }

  aliveBrokers(): readonly number[] {
    return this.liveBrokers;
  }

  isAlive(brokerId: number): boolean {
    return this.alive.has(brokerId);
  }

  state(partition: number): PartitionState | undefined {
    return this.partitions.get(partition);
  }

  /** Partitions of a topic that this broker was told about; 0: it knows no such topic. */
  partitionCount(topic: string): number {
    return this.topics.get(topic)?.length ?? 0;
  }

  /** Answer to a Metadata request; a topic nobody told this broker about is UNKNOWN_TOPIC_OR_PARTITION. */
  describe(topics: readonly string[] | null): MetadataResponse {
    const wanted = topics ?? [...this.topics.keys()];
    return {
      brokers: [...this.liveBrokers],
      controllerId: this.controllerId,
      topics: wanted.map((name) => this.describeTopic(name)),
    };
  }

  private addToTopic(partition: number): void {
    const topic = topicOf(this.names, partition);
    const known = this.topics.get(topic);
    if (known === undefined) this.topics.set(topic, [partition]);
    else known.push(partition);
  }

  private describeTopic(name: string): MetadataResponse['topics'][number] {
    const partitions = this.topics.get(name);
    if (partitions === undefined) return { name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, partitions: [] };
    const described = partitions.map((partition) => {
      const state = this.partitions.get(partition) as PartitionState;
      const led = state.leader >= 0 && this.alive.has(state.leader);
      return {
        partition,
        partitionIndex: partitionIndexOf(this.names, partition),
        errorCode: led ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE,
        leaderId: led ? state.leader : -1,
        leaderEpoch: state.leaderEpoch,
        replicas: state.replicas,
        isr: state.isr,
      };
    });
    described.sort((a, b) => a.partitionIndex - b.partitionIndex);
    return { name, errorCode: ErrorCode.NONE, partitions: described };
  }
}
