/**
 * Alibis of brokers that were told the past. UpdateMetadata is not versioned: one that was held up on an old connection can overwrite a newer one, and what a broker
 * believes stays wrong until the controller speaks of it again (B-36). Clients ask another broker; what brokers do for each other goes by their own metadata:
 * a leader lets no replica into the ISR that it believes dead (KAFKA-14140), a transaction's coordinator sends the markers (TransactionMarkerChannelManager), and a
 * leader asks the coordinator whether a transaction is open (AddPartitionsToTxnManager, KIP-890).
 */
import type { Names } from '../../engine/events.js';
import { TRANSACTION_STATE_TOPIC } from '../../kafka/protocol/coordinatorRecords.js';
import { topicOf } from '../../kafka/protocol/topicPartition.js';
import { rightfulLeader } from '../whiteBox.js';
import type { AlibiView } from './alibis.js';

/** What brokers believe about each other and about partitions. */
export interface BeliefView extends AlibiView {
  /** Does this broker believe that the other is dead? */
  readonly believesDead: (broker: number, other: number) => boolean;
  /** Leader epoch of the partition as this broker was told; undefined: it was not. Default: the one that is committed. */
  readonly believedEpoch?: (broker: number, partition: number) => number | undefined;
  /** Do leaders ask the coordinator whether a transaction is open? Default: no. */
  readonly verification?: boolean;
}

/** Why the leader does not let the replica into the ISR. */
export function deafAlibi(view: BeliefView, leader: number, broker: number): string {
  return view.believesDead(leader, broker) ? 'a late UpdateMetadata made the leader believe that the replica is dead (B-36)' : '';
}

/** Why the markers of a transaction never get to the partition. Which coordinator has the transaction, no log but its own tells. */
export function markersAlibi(view: BeliefView, names: Names, partition: number): string {
  for (const coordinator of transactionLeaders(view, names).values()) {
    const misled = misledAbout(view, names, coordinator, partition);
    if (misled !== '') return misled;
  }
  return '';
}

/** Why transactions that write to these partitions need not come to an end: markers do not arrive, or a leader does not learn that the transaction is open. */
export function misledTransactionAlibi(view: BeliefView, names: Names, partitions: Iterable<number>): string {
  const coordinators = transactionLeaders(view, names);
  for (const partition of partitions) {
    const leader = rightfulLeader(view.cluster, partition)?.brokerId;
    for (const [asked, coordinator] of coordinators) {
      const unasked = leader === undefined || view.verification !== true ? '' : misledAbout(view, names, leader, asked);
      const misled = misledAbout(view, names, coordinator, partition) || unasked;
      if (misled !== '') return misled;
    }
  }
  return '';
}

/** The transaction coordinators: brokers by the partitions of `__transaction_state` that they lead. */
function transactionLeaders({ cluster }: BeliefView, names: Names): Map<number, number> {
  const leaders = new Map<number, number>();
  for (const partition of cluster.partitions()) {
    if (topicOf(names, partition) !== TRANSACTION_STATE_TOPIC) continue;
    const leader = rightfulLeader(cluster, partition);
    if (leader !== undefined) leaders.set(partition, leader.brokerId);
  }
  return leaders;
}

/** Where the broker was told the past about the partition, so that it asks the wrong broker or nobody. */
function misledAbout(view: BeliefView, names: Names, broker: number, partition: number): string {
  const state = view.cluster.state(partition);
  if (state === undefined || state.leader < 0) return '';
  const text = names.text(partition);
  if (view.believesDead(broker, state.leader)) {
    return `a late UpdateMetadata made broker ${broker} believe that broker ${state.leader}, the leader of ${text}, is dead (B-36)`;
  }
  const epoch = view.believedEpoch?.(broker, partition) ?? state.leaderEpoch;
  return epoch < state.leaderEpoch ? `a late UpdateMetadata made broker ${broker} believe in a former leader of ${text} (B-36)` : '';
}
