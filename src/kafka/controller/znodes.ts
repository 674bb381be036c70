/**
 * Where Kafka keeps what in ZooKeeper, and as which payload (kafka.zk.ZkData). Shared by the controller, the brokers and whoever administers
 * a cluster by writing znodes.
 *
 * Leaves out: JSON text (payloads are immutable objects; their fields are those of the JSON, in camel case), deletion of topics, ACLs,
 * log-directory notifications and client quotas.
 */

export const CONTROLLER_PATH = '/controller';
export const CONTROLLER_EPOCH_PATH = '/controller_epoch';
export const BROKER_IDS_PATH = '/brokers/ids';
export const TOPICS_PATH = '/brokers/topics';
export const ISR_CHANGE_NOTIFICATION_PATH = '/isr_change_notification';
/** Created sequentially below {@link ISR_CHANGE_NOTIFICATION_PATH}; payload {@link IsrChangeNotification}. */
export const ISR_CHANGE_NOTIFICATION_PREFIX = '/isr_change_notification/isr_change_';
export const REASSIGN_PARTITIONS_PATH = '/admin/reassign_partitions';
export const PREFERRED_REPLICA_ELECTION_PATH = '/admin/preferred_replica_election';
export const TOPIC_CONFIGS_PATH = '/config/topics';
/** Payload {@link ProducerIdBlockNode}; made by the first broker that needs a producer id. */
export const PRODUCER_ID_BLOCK_PATH = '/latest_producer_id_block';

export function brokerPath(brokerId: number): string {
  return `${BROKER_IDS_PATH}/${brokerId}`;
}

export function topicPath(topic: string): string {
  return `${TOPICS_PATH}/${topic}`;
}

export function partitionsPath(topic: string): string {
  return `${TOPICS_PATH}/${topic}/partitions`;
}

export function partitionPath(topic: string, partitionIndex: number): string {
  return `${TOPICS_PATH}/${topic}/partitions/${partitionIndex}`;
}

export function partitionStatePath(topic: string, partitionIndex: number): string {
  return `${TOPICS_PATH}/${topic}/partitions/${partitionIndex}/state`;
}

/** `/controller`, ephemeral: who is controller. */
export interface ControllerNode {
  readonly brokerId: number;
}

/** `/controller_epoch`, persistent: how many controllers there have been. Its znode version is what fences (KAFKA-6082). */
export interface ControllerEpochNode {
  readonly epoch: number;
}

/** `/brokers/ids/N`, ephemeral: the broker is alive. Its czxid is the broker epoch (KIP-380). */
export interface BrokerNode {
  readonly brokerId: number;
  /** Name of the machine to connect to. */
  readonly host: string;
}

/** Who holds one partition: `replicas` in order, the preferred leader first, and a reassignment under way (KIP-455). */
export interface ReplicaAssignment {
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

/** `/brokers/topics/T`. */
export interface TopicNode {
  /** By partition number. */
  readonly partitions: readonly ReplicaAssignment[];
}

/** `/brokers/topics/T/partitions/P/state`. */
export interface PartitionStateNode {
  /** Broker id; -1 none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  /** Epoch of the controller that elected the leader. */
  readonly controllerEpoch: number;
}

/** `/isr_change_notification/isr_change_N`, persistent sequential: partitions whose ISR their leaders changed (before KIP-497). */
export interface IsrChangeNotification {
  readonly partitions: readonly TopicPartitionName[];
}

export interface TopicPartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** `/admin/reassign_partitions`: what kafka-reassign-partitions.sh asks for; the controller deletes it when all is done. */
export interface ReassignPartitionsNode {
  readonly partitions: readonly (TopicPartitionName & { readonly replicas: readonly number[] })[];
}

/** `/admin/preferred_replica_election`: partitions to give back to their preferred leader; the controller deletes it when done. */
export interface PreferredReplicaElectionNode {
  readonly partitions: readonly TopicPartitionName[];
}

/** `/latest_producer_id_block`: the block of producer ids that was claimed last, and who claimed it (KIP-98). */
export interface ProducerIdBlockNode {
  readonly brokerId: number;
  readonly blockStart: number;
  /** Inclusive. */
  readonly blockEnd: number;
}

/** Payload of a topic's znode without a reassignment under way: one replica list per partition. */
export function topicNode(replicasByPartition: readonly (readonly number[])[]): TopicNode {
  return { partitions: replicasByPartition.map((replicas) => ({ replicas, addingReplicas: [], removingReplicas: [] })) };
}

/** The persistent parents that every cluster needs, in the order of creation (kafka.zk.ZkData.PersistentZkPaths). */
export function bootstrapPaths(): readonly string[] {
  return ['/brokers', BROKER_IDS_PATH, TOPICS_PATH, '/admin', ISR_CHANGE_NOTIFICATION_PATH, '/config', TOPIC_CONFIGS_PATH];
}
