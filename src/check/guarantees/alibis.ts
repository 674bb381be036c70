/**
 * Why a healed cluster may be stuck all the same: each alibi is one rule of Kafka's that leaves no way out, with the words for it, or empty text where it does not
 * hold. An alibi excuses what follows from it and nothing else: without this, every run that lost a majority would look like a livelock, and with too much of it a
 * livelock like a run that lost one.
 */
import type { ClusterView } from '../whiteBox.js';

/** What alibis look at. */
export interface AlibiView {
  readonly cluster: ClusterView;
  /** Is this broker among those that were healed and run? */
  readonly isHealed: (brokerId: number) => boolean;
  /** min.insync.replicas as it counts: already capped where the release caps it, 1 where it does not exist. */
  readonly minIsr: (partition: number) => number;
  readonly allowsUncleanElection: (partition: number) => boolean;
  /** Is this broker one of those that stay broken for good, though it may run? Default: none does. */
  readonly isOutside?: (brokerId: number) => boolean;
  /** Does ZooKeeper hold the broker's registration, whose session has not ended? */
  readonly hasSession?: (brokerId: number) => boolean;
}

/** Every broker that has a copy is dead. */
export function noReplicaAlive({ cluster, isHealed }: AlibiView, partition: number): string {
  return cluster.assignment(partition).some(isHealed) ? '' : 'none of its replicas is alive';
}

/** Only in-sync replicas may lead (KIP-106), and each of them is dead. */
export function noElectableLeader({ cluster, isHealed, allowsUncleanElection }: AlibiView, partition: number): string {
  const state = cluster.state(partition);
  if (state === undefined || state.isr.some(isHealed) || allowsUncleanElection(partition)) return '';
  return 'no in-sync replica is alive, and unclean election is off';
}

/** acks=all is refused, and from 3.7 on the high watermark stands still, below min.insync.replicas. */
export function tooFewReplicasAlive({ cluster, isHealed, minIsr }: AlibiView, partition: number): string {
  const alive = cluster.assignment(partition).filter(isHealed).length;
  const needed = minIsr(partition);
  return alive < needed ? `${alive} replicas are alive, fewer than min.insync.replicas=${needed}` : '';
}

/**
 * The leader is one of the brokers that stay broken, and ZooKeeper still hears of it: Kafka replaces a leader only when its session ends, however little others hear
 * of it (a grey failure; KIP-631, motivation).
 */
export function leaderOutsideCore(view: AlibiView, partition: number): string {
  const leader = view.cluster.state(partition)?.leader ?? -1;
  return staysInOffice(view, leader) ? `its leader, broker ${leader}, stays broken, and ZooKeeper still hears of it` : '';
}

/** Likewise the controller: nobody is elected, and no ISR changes, as long as its session lives. */
export function controllerOutsideCore(view: AlibiView): string {
  const controller = view.cluster.controllerId();
  return staysInOffice(view, controller) ? `the controller, broker ${controller}, stays broken, and ZooKeeper still hears of it` : '';
}

function staysInOffice({ isOutside, hasSession }: AlibiView, broker: number): boolean {
  return broker >= 0 && isOutside?.(broker) === true && hasSession?.(broker) === true;
}

/** What a follower's fetch takes when there is nothing to copy, and how long it waits for the answer. */
export interface FetchTimes {
  readonly replicaFetchWaitMaxUs: number;
  readonly replicaSocketTimeoutUs: number;
  /** Greatest time on the way, there and back. */
  readonly roundTripUs: number;
}

/**
 * Kafka accepts replica.socket.timeout.ms = replica.fetch.wait.max.ms (KafkaConfig.validateValues), and every fetch that finds nothing then times out before it
 * is answered: a follower never learns of a high watermark that moved after the last record.
 */
export function fetchesTimeOut({ replicaFetchWaitMaxUs, replicaSocketTimeoutUs, roundTripUs }: FetchTimes): string {
  if (replicaSocketTimeoutUs > replicaFetchWaitMaxUs + roundTripUs) return '';
  return 'replica.socket.timeout.ms is over before replica.fetch.wait.max.ms and the way back: fetches that find nothing are never answered';
}

/** With replica.fetch.min.bytes such a fetch finds too little as well: the last records are never copied. */
export function copyingTimesOut(times: FetchTimes & { readonly replicaFetchMinBytes: number }): string {
  return times.replicaFetchMinBytes > 1 ? fetchesTimeOut(times) : '';
}
