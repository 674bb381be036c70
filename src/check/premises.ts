/**
 * Counts what a run put to the test. A guarantee that nothing contradicted is *held* only if its premise happened, such as records acknowledged
 * before a leader change; otherwise its verdict is *unknown*.
 */
import { diskWiped, powerLost } from '../engine/engineEvents.js';
import type { EventBus, EventType } from '../engine/events.js';
import { batchRetried } from '../kafka/client/events.js';
import {
  batchReplicated,
  brokerStarted,
  controllerElected,
  highWatermarkAdvanced,
  isrAltered,
  leaderElected,
  logTruncated,
  produceRefused,
} from '../kafka/events.js';
import { coordinatorLoaded, generationStarted, groupEpochBumped } from '../kafka/group/events.js';
import { transactionTimedOut } from '../kafka/transaction/events.js';
import type { GuaranteeName } from './Finding.js';
import type { History } from './history.js';
import type { ClusterView } from './whiteBox.js';

/** How often each thing happened in one run; sums over runs are meaningful. */
export interface PremiseCounts {
  acknowledgedSends: number;
  /** Acknowledged, and then the partition's leader changed. */
  acknowledgedBeforeLeaderChange: number;
  leaderChanges: number;
  uncleanElections: number;
  controllerElections: number;
  truncations: number;
  truncatedRecords: number;
  isrShrinks: number;
  isrExpansions: number;
  highWatermarkAdvances: number;
  batchesReplicated: number;
  brokerRestarts: number;
  powerLosses: number;
  diskWipes: number;
  refusedProduces: number;
  producerRetries: number;
  recordsRead: number;
  /** Read, and then the partition's leader changed. */
  readBeforeLeaderChange: number;
  /** Read at an offset that had been read before. */
  readAgain: number;
  /** Acknowledged sends with a key. */
  acknowledgedWithKey: number;
  /** As their applications were told. */
  transactionsCommitted: number;
  transactionsAborted: number;
  /** Aborted by their coordinators for transaction.timeout.ms. */
  transactionsTimedOut: number;
  /** Polled records that had been sent in a transaction. */
  transactionalRecordsRead: number;
  recordsProcessed: number;
  /** Commits of offsets, transactions' included. */
  commitsAcknowledged: number;
  partitionsAssigned: number;
  /** Partitions assigned to a group member after another member, or an earlier life of the same, had owned them. */
  partitionsTakenOver: number;
  generations: number;
  /** Group and transaction coordinators that took over from others. */
  coordinatorChanges: number;
}

export type PremiseName = keyof PremiseCounts;

/** What must have happened at least once for `held`: every one of `all`, and one of `any` when it names some. */
export const premisesOf: { readonly [G in GuaranteeName]: { readonly all: readonly PremiseName[]; readonly any: readonly PremiseName[] } } =
  {
    'no-acknowledged-loss': { all: ['acknowledgedBeforeLeaderChange'], any: [] },
    'no-divergence': { all: ['batchesReplicated', 'leaderChanges'], any: [] },
    'consistent-offsets': { all: ['readBeforeLeaderChange'], any: [] },
    'producer-order': { all: ['acknowledgedSends'], any: ['producerRetries', 'leaderChanges'] },
    'key-order': { all: ['acknowledgedWithKey'], any: ['producerRetries', 'leaderChanges'] },
    'no-duplicates': { all: ['acknowledgedSends'], any: ['producerRetries', 'leaderChanges'] },
    'no-aborted-reads': { all: ['transactionsAborted', 'transactionalRecordsRead'], any: [] },
    'transaction-atomicity': {
      all: ['transactionsCommitted'],
      any: ['transactionsAborted', 'transactionsTimedOut', 'leaderChanges', 'coordinatorChanges'],
    },
    'exactly-once': { all: ['recordsProcessed', 'commitsAcknowledged', 'partitionsTakenOver'], any: [] },
    'at-least-once': { all: ['recordsProcessed', 'commitsAcknowledged', 'partitionsTakenOver'], any: [] },
    'at-most-once': { all: ['recordsProcessed', 'commitsAcknowledged', 'partitionsTakenOver'], any: [] },
    'no-skipped-records': { all: ['recordsRead'], any: ['leaderChanges', 'truncations', 'partitionsTakenOver'] },
    'committed-offsets-honest': { all: ['commitsAcknowledged', 'partitionsTakenOver'], any: [] },
    'single-owner': { all: ['partitionsTakenOver'], any: [] },
    'eventually-converges': {
      all: ['highWatermarkAdvances'],
      // Readers of committed records wait for what is aborted, too.
      any: ['leaderChanges', 'isrShrinks', 'brokerRestarts', 'controllerElections', 'transactionsAborted', 'transactionsTimedOut'],
    },
    'group-converges': { all: ['partitionsAssigned'], any: ['partitionsTakenOver', 'coordinatorChanges', 'leaderChanges'] },
  };

/** Did these counts (of one run, or summed over many) exercise the guarantee's premise? */
export function premiseExercised(guarantee: GuaranteeName, counts: Readonly<Record<PremiseName, number>>): boolean {
  const { all, any } = premisesOf[guarantee];
  return all.every((name) => counts[name] > 0) && (any.length === 0 || any.some((name) => counts[name] > 0));
}

/** Zero of everything. */
export function noPremises(): PremiseCounts {
  return {
    ...{ acknowledgedSends: 0, acknowledgedBeforeLeaderChange: 0, leaderChanges: 0, uncleanElections: 0, controllerElections: 0 },
    ...{ truncations: 0, truncatedRecords: 0, isrShrinks: 0, isrExpansions: 0, highWatermarkAdvances: 0, batchesReplicated: 0 },
    ...{ brokerRestarts: 0, powerLosses: 0, diskWipes: 0, refusedProduces: 0, producerRetries: 0 },
    ...{ recordsRead: 0, readBeforeLeaderChange: 0, readAgain: 0, acknowledgedWithKey: 0 },
    ...{
      transactionsCommitted: 0,
      transactionsAborted: 0,
      transactionsTimedOut: 0,
      transactionalRecordsRead: 0,
      recordsProcessed: 0,
      commitsAcknowledged: 0,
    },
    ...{ partitionsAssigned: 0, partitionsTakenOver: 0, generations: 0, coordinatorChanges: 0 },
  };
}

export class Premises {
  private readonly counts = noPremises();
  private readonly leaders = new Map<number, number>();
  private readonly isrSizes = new Map<number, number>();
  /** By partition. */
  private readonly lastLeaderChangeUs: number[] = [];
  private readonly startedBrokers = new Set<number>();
  private readonly loadedPartitions = new Set<number>();

  constructor(
    bus: EventBus,
    private readonly cluster: ClusterView,
  ) {
    const count = (name: PremiseName, ...types: EventType[]): void => bus.subscribe(() => this.counts[name]++, types);
    count('highWatermarkAdvances', highWatermarkAdvanced);
    count('batchesReplicated', batchReplicated);
    count('powerLosses', powerLost);
    count('diskWipes', diskWiped);
    count('refusedProduces', produceRefused);
    count('producerRetries', batchRetried);
    count('transactionsTimedOut', transactionTimedOut);
    count('generations', generationStarted, groupEpochBumped);
    bus.subscribe((_type, _timeUs, _broker, partition) => this.loaded(partition), [coordinatorLoaded]);
    bus.subscribe((_type, _timeUs, _broker, epoch) => void (epoch > 1 && this.counts.controllerElections++), [controllerElected]);
    bus.subscribe((_type, _timeUs, broker) => this.started(broker), [brokerStarted]);
    bus.subscribe((_type, _timeUs, _broker, _partition, from, to) => this.truncated(from - to), [logTruncated]);
    bus.subscribe(
      (_type, timeUs, _controller, partition, leader, _epoch, _isr, _controllerEpoch, unclean) => {
        this.elected(timeUs, partition, leader, unclean);
        this.isrWritten(partition);
      },
      [leaderElected],
    );
    bus.subscribe((_type, _timeUs, _controller, partition) => this.isrWritten(partition), [isrAltered]);
  }

  /** The counts, with those that come from the clients' history. */
  finish(history: History): PremiseCounts {
    const counts = { ...this.counts };
    for (const send of history.sends) {
      if (send.outcome !== 'ok') continue;
      counts.acknowledgedSends++;
      if (send.key !== null) counts.acknowledgedWithKey++;
      if (send.completedUs < (this.lastLeaderChangeUs[send.partition] ?? Number.NEGATIVE_INFINITY)) counts.acknowledgedBeforeLeaderChange++;
    }
    const nextUnread: number[] = [];
    for (const poll of history.polls) {
      const records = poll.offsets.length;
      counts.recordsRead += records;
      if (history.transactions.length > 0) counts.transactionalRecordsRead += transactionalIn(history, poll.values);
      if (poll.timeUs < (this.lastLeaderChangeUs[poll.partition] ?? Number.NEGATIVE_INFINITY)) counts.readBeforeLeaderChange += records;
      const last = poll.offsets[records - 1] as number;
      const unread = nextUnread[poll.partition] ?? 0;
      if (last < unread) counts.readAgain += records;
      else nextUnread[poll.partition] = last + 1;
    }
    countApplications(history, counts);
    return counts;
  }

  private loaded(partition: number): void {
    if (this.loadedPartitions.has(partition)) this.counts.coordinatorChanges++;
    else this.loadedPartitions.add(partition);
  }

  private started(broker: number): void {
    if (this.startedBrokers.has(broker)) this.counts.brokerRestarts++;
    else this.startedBrokers.add(broker);
  }

  private truncated(records: number): void {
    this.counts.truncations++;
    this.counts.truncatedRecords += records;
  }

  private elected(timeUs: number, partition: number, leader: number, unclean: number): void {
    if (unclean !== 0) this.counts.uncleanElections++;
    if (leader < 0) return;
    const before = this.leaders.get(partition);
    this.leaders.set(partition, leader);
    if (before === undefined || before === leader) return;
    this.counts.leaderChanges++;
    this.lastLeaderChangeUs[partition] = timeUs;
  }

  private isrWritten(partition: number): void {
    const size = this.cluster.state(partition)?.isr.length ?? 0;
    const before = this.isrSizes.get(partition) ?? size;
    if (size < before) this.counts.isrShrinks++;
    else if (size > before) this.counts.isrExpansions++;
    this.isrSizes.set(partition, size);
  }
}

function transactionalIn(history: History, values: readonly number[]): number {
  let count = 0;
  for (const value of values) if ((history.sends[value]?.transaction ?? -1) >= 0) count++;
  return count;
}

/** What transactional producers and members of groups did. */
function countApplications(history: History, counts: PremiseCounts): void {
  for (const { outcome } of history.transactions) {
    if (outcome === 'committed') counts.transactionsCommitted++;
    else if (outcome === 'aborted') counts.transactionsAborted++;
  }
  for (const { endedUs } of history.processed) if (endedUs >= 0) counts.recordsProcessed++;
  for (const { outcome } of history.commits) if (outcome === 'ok') counts.commitsAcknowledged++;
  const owned = new Set<string>();
  for (const { kind, group, partitions } of history.ownership) {
    if (kind !== 'assigned') continue;
    for (const partition of partitions) {
      counts.partitionsAssigned++;
      const place = `${group}/${partition}`;
      if (owned.has(place)) counts.partitionsTakenOver++;
      else owned.add(place);
    }
  }
}
