/**
 * What decides, at the leader of a classic group, who reads which partition, after org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.
 *
 * Partitions are the interned numbers of `topicPartition(names, topic, index)`, as subscriptions and the protocol carry them; an assignor is given the
 * topics' partitions in order, so that it need not know how to name them.
 *
 * Leaves out: racks, user data of foreign assignors, versions of the subscription.
 */
import type { Subscription } from '../../protocol/messages.js';

/** How members pass through a rebalance: EAGER gives everything up first, COOPERATIVE (KIP-429) only what goes to somebody else. */
export type RebalanceProtocol = 'EAGER' | 'COOPERATIVE';

/** One member as the leader sees it. */
export interface AssignorMember {
  readonly memberId: string;
  /** KIP-345; null: a dynamic member. */
  readonly groupInstanceId: string | null;
  readonly subscription: Subscription;
}

/**
 * By topic name: the topic's partitions (interned) in order of their index, so the list's length is the partition count. Iterates in order of topic name.
 * Topics that somebody subscribed to and the leader's metadata does not know are absent.
 */
export type AssignorCluster = ReadonlyMap<string, readonly number[]>;

export interface Assignor {
  /** The protocol's name, as `partition.assignment.strategy` resolves to it: `range`, `roundrobin`, `sticky`, `cooperative-sticky`. */
  readonly name: string;
  readonly supports: readonly RebalanceProtocol[];
  /**
   * Every member has an entry in the answer, be it an empty list. A cooperative assignor has already taken out of the answer what another member must first
   * give up (condition `cooperativeTwoPhase`).
   *
   * Ownership (`subscription.ownedPartitions`, `generationId`) is what the members sent: eager members of a sticky assignor name what they had before the
   * rebalance, as Java's userData does; members whose assignors all support only EAGER and are not sticky send none.
   */
  assign(cluster: AssignorCluster, members: readonly AssignorMember[]): Map<string, number[]>;
}
