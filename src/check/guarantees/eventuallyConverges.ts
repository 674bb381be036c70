/**
 * eventually-converges: once the faults are over, and within a bound, every partition has a leader among the healed brokers, every healed
 * replica is in sync, everything is committed, every send has completed and every consumer is at the end.
 *
 * A stall has an alibi when the configured rules leave no way out: nobody who may be elected is alive, or fewer replicas are alive than
 * min.insync.replicas. It excuses what follows from it and no more.
 */
import type { Names } from '../../engine/events.js';
import { isInternalTopic, TRANSACTION_STATE_TOPIC } from '../../kafka/protocol/coordinatorRecords.js';
import { topicOf } from '../../kafka/protocol/topicPartition.js';
import type { AnomalyKind, Finding } from '../Finding.js';
import type { LogView } from '../whiteBox.js';
import { rightfulLeader } from '../whiteBox.js';
import { controllerOutsideCore, leaderOutsideCore, noElectableLeader, noReplicaAlive, tooFewReplicasAlive } from './alibis.js';
import { FORGOTTEN } from './forgottenTransactions.js';
import type { Checked } from './Guarantee.js';
import { Tally } from './Guarantee.js';
import type { BeliefView } from './staleMetadata.js';
import { deafAlibi, markersAlibi, misledTransactionAlibi } from './staleMetadata.js';

export interface ConsumerPosition {
  readonly client: string;
  readonly partition: number;
  readonly position: number;
  /**
   * The only brokers that the client still knows are gone. Java's client forgets its bootstrap list with the first metadata (KIP-899; the
   * default metadata.recovery.strategy=none of 3.9 leaves it at that), so it never comes back.
   */
  readonly stranded: boolean;
  /** isolation.level=read_committed: it reads up to the last stable offset. Default: up to the high watermark. */
  readonly readCommitted?: boolean;
}

export interface ConvergenceView extends BeliefView {
  /**
   * Where the leader's log ended a while ago: what was written since, as groups keep committing, need not be committed yet. Default: nothing was.
   */
  readonly earlierEnd?: (partition: number) => number | undefined;
  readonly pendingSends: number;
  /** Transactions that applications have begun and not ended: as long as there are some, the last stable offset may wait for them. */
  readonly openTransactions?: number;
  /** Has a transaction coordinator forgotten what it had served (see forgottenTransactions.ts)? Default: no. */
  readonly transactionsForgotten?: () => boolean;
  /** Where each consumer stands, and whether it should be at the end. */
  readonly positions: readonly ConsumerPosition[];
  /** A disk with silent damage stops its replica for good (B-83): the partitions of such a broker need not get it back. */
  readonly damagedDisks: boolean;
  /** Why followers' fetches that find nothing are never answered (see alibis.ts). Default: they are. */
  readonly fetchesTimeOut?: string;
  /** Likewise those that find a little. */
  readonly copyingTimesOut?: string;
  /** Brokers that run, and how many replicas each internal topic takes: while they are too few, the topic cannot be made. Default: there are enough. */
  readonly creation?: { readonly aliveBrokers: number; readonly replicationFactors: ReadonlyMap<string, number> };
}

export type ObstacleKind =
  | 'no-leader'
  | 'replica-not-in-sync'
  | 'high-watermark-behind'
  | 'sends-pending'
  | 'consumer-behind'
  /** L9: no application has a transaction open, and yet the last stable offset stands still. */
  | 'hanging-transaction';

export interface Obstacle {
  readonly what: ObstacleKind;
  /** -1 where it concerns none. */
  readonly partition: number;
  readonly offset: number;
  readonly message: string;
  /** Why the configured rules allow it; empty when nothing does. */
  readonly alibi: string;
}

export const STRANDED = 'the client knows only brokers that are gone, and never goes back to its bootstrap list (KIP-899)';

/** What keeps the cluster from having converged at this moment; empty: it has. */
export function obstacles(view: ConvergenceView, names: Names): Obstacle[] {
  const found: Obstacle[] = [];
  let anyAlibi = '';
  const stalled = new Map<number, string>();
  for (const partition of view.cluster.partitions()) {
    const before = found.length;
    const alibi = alibiOf(view, partition);
    if (alibi !== '') anyAlibi = alibi;
    partitionObstacles(view, names, partition, alibi, found);
    const last = found[found.length - 1];
    if (found.length > before && last !== undefined) stalled.set(partition, last.alibi);
  }
  if (view.pendingSends > 0) {
    found.push({
      what: 'sends-pending',
      partition: -1,
      offset: -1,
      message: `${view.pendingSends} sends have not completed`,
      alibi: anyAlibi || misledTransactionAlibi(view, names, view.cluster.partitions()),
    });
  }
  for (const { client, partition, position, stranded, readCommitted } of view.positions) {
    const leader = rightfulLeader(view.cluster, partition);
    const end = leader === undefined ? position : readableEnd(leader.log, position, readCommitted === true);
    if (position >= end) continue;
    const message = `consumer ${client} is at ${position} of ${names.text(partition)}, which is committed up to ${end}`;
    found.push({
      what: 'consumer-behind',
      partition,
      offset: position,
      message,
      alibi: stranded ? STRANDED : (stalled.get(partition) ?? ''),
    });
  }
  return found;
}

function partitionObstacles(view: ConvergenceView, names: Names, partition: number, alibi: string, found: Obstacle[]): void {
  const { cluster } = view;
  const text = names.text(partition);
  const state = cluster.state(partition);
  const leader = rightfulLeader(cluster, partition);
  if (leader === undefined || state === undefined || !view.isHealed(leader.brokerId)) {
    const named = state === undefined || state.leader < 0 ? 'no leader' : `no working leader (ZooKeeper names ${state.leader})`;
    found.push({ what: 'no-leader', partition, offset: -1, message: `${text} has ${named}`, alibi });
    return;
  }
  hanging(view, leader.log, partition, text, alibi || endlessAlibi(view, names, partition), found);
  const copyingStopped = view.damagedDisks ? 'damaged batches are never copied' : '';
  for (const broker of cluster.assignment(partition)) {
    if (!view.isHealed(broker) || state.isr.includes(broker)) continue;
    const message = `replica ${broker} of ${text} is not in the ISR {${state.isr.join(',')}}`;
    found.push({
      what: 'replica-not-in-sync',
      partition,
      offset: -1,
      message,
      alibi: copyingStopped || deafAlibi(view, leader.brokerId, broker) || controllerOutsideCore(view) || (view.copyingTimesOut ?? ''),
    });
  }
  // As long as members commit, an internal topic's last records are always on their way.
  if (isInternalTopic(topicOf(names, partition))) return;
  for (const broker of cluster.assignment(partition)) {
    const replica = cluster.replica(broker, partition);
    if (replica === undefined || !view.isHealed(broker) || !state.isr.includes(broker)) continue;
    const { highWatermark } = replica.log;
    const end = leader.log.logEndOffset;
    if (highWatermark === end || highWatermark >= (view.earlierEnd?.(partition) ?? end)) continue;
    const message = `the high watermark of ${text} on broker ${broker} is ${highWatermark}, the log of leader ${leader.brokerId} ends at ${end}`;
    const unheard = broker === leader.brokerId ? '' : (view.fetchesTimeOut ?? '');
    found.push({ what: 'high-watermark-behind', partition, offset: highWatermark, message, alibi: alibi || copyingStopped || unheard });
  }
}

/**
 * Why an internal topic that nobody had asked for before cannot be made any more: fewer brokers are alive than it has replicas, and Kafka refuses to make it smaller
 * (INVALID_REPLICATION_FACTOR, since KIP-115). Empty: it is there, or can be made.
 */
export function creationAlibi({ cluster, creation }: ConvergenceView, names: Names, topic: string): string {
  const replicas = creation?.replicationFactors.get(topic) ?? 0;
  const alive = creation?.aliveBrokers ?? replicas;
  if (alive >= replicas || cluster.partitions().some((partition) => topicOf(names, partition) === topic)) return '';
  return `${topic} was never made, and takes ${replicas} replicas where ${alive} brokers are alive (KIP-115)`;
}

/**
 * Why a transaction may have nobody to begin or end it: `__transaction_state` cannot be made, or a partition of it has no way out. Which one it needs, no log but
 * that one tells.
 */
export function transactionAlibi(view: ConvergenceView, names: Names): string {
  const missing = creationAlibi(view, names, TRANSACTION_STATE_TOPIC);
  if (missing !== '') return missing;
  for (const partition of view.cluster.partitions()) {
    if (topicOf(names, partition) !== TRANSACTION_STATE_TOPIC) continue;
    const alibi = alibiOf(view, partition);
    if (alibi !== '') return `${names.text(partition)}: ${alibi}`;
  }
  return '';
}

/** Why a transaction in the partition may never be ended. */
function endlessAlibi(view: ConvergenceView, names: Names, partition: number): string {
  const forgotten = view.transactionsForgotten?.() === true ? `its end may have been lost by ${FORGOTTEN}` : '';
  return transactionAlibi(view, names) || markersAlibi(view, names, partition) || forgotten;
}

/** L9: what keeps the last stable offset below the high watermark has ended, or never ends. */
function hanging(view: ConvergenceView, log: LogView, partition: number, text: string, alibi: string, found: Obstacle[]): void {
  const { lastStableOffset, highWatermark } = log;
  if (lastStableOffset === undefined || lastStableOffset >= highWatermark || (view.openTransactions ?? 0) > 0) return;
  const message = `the last stable offset of ${text} is ${lastStableOffset}, below the high watermark ${highWatermark}, though no application has a transaction open`;
  found.push({ what: 'hanging-transaction', partition, offset: lastStableOffset, message, alibi });
}

/**
 * How far a consumer at `position` can read: nothing is left to read where only control records, or records of transactions that are still open, follow.
 */
export function readableEnd(log: LogView, position: number, readCommitted: boolean): number {
  const end = readCommitted ? Math.min(log.lastStableOffset ?? log.highWatermark, log.highWatermark) : log.highWatermark;
  for (let offset = Math.max(position, log.logStartOffset); offset < end;) {
    const batch = log.batchAt(offset);
    if (batch !== undefined && batch.control === null) return end;
    offset = batch === undefined ? offset + 1 : batch.lastOffset + 1;
  }
  return Math.min(end, position);
}

/** Why the configured rules leave the partition no way out; empty: they do not. */
export function alibiOf(view: ConvergenceView, partition: number): string {
  return (
    noReplicaAlive(view, partition) ||
    noElectableLeader(view, partition) ||
    tooFewReplicasAlive(view, partition) ||
    leaderOutsideCore(view, partition) ||
    controllerOutsideCore(view)
  );
}

/** Turns what still stands in the way at the end of healing into findings. */
export function checkEventuallyConverges(left: readonly Obstacle[], nowUs: number): Checked {
  const tally = new Tally();
  tally.judged = 1;
  for (const obstacle of left) {
    if (obstacle.alibi !== '') tally.excused++;
    else tally.violated(() => stuck(obstacle, nowUs));
  }
  return tally;
}

function stuck({ what, partition, offset, message }: Obstacle, nowUs: number): Finding {
  const kind: AnomalyKind = `not-converged/${what}`;
  const text = `after healing, ${message}.`;
  return {
    guarantee: 'eventually-converges',
    kind,
    partition,
    offset,
    value: -1,
    timeUs: nowUs,
    eventIndex: -1,
    message: text,
    witness: { what },
  };
}
