/**
 * group-converges (L8, L10): once the faults are over, and within a bound, every group is stable, every partition that it subscribes to is owned by
 * one running member, and every owner has read to the end of its partitions.
 *
 * Alibis: a group without a running member owes nothing; nobody coordinates while too few brokers are alive to make `__consumer_offsets`; a partition that has none to lead it excuses whoever reads it; a client that knows only
 * brokers that are gone never comes back (KIP-899), and as long as its connection to the coordinator lasts it keeps what it was assigned; members that write what they
 * make of records wait for a partition of the output that has no way out, are thrown out over it (max.poll.interval.ms) and come back; a leader overlooks what was added at the wrong moment ({@link Oversight}); a consumer that stopped with an error which its application must decide (auto.offset.reset=none)
 * stands still by order.
 */
import type { Names } from '../../engine/events.js';
import type { AnomalyKind, Finding } from '../Finding.js';
import { CONSUMER_OFFSETS_TOPIC } from '../../kafka/protocol/coordinatorRecords.js';
import { rightfulLeader } from '../whiteBox.js';
import type { ConvergenceView } from './eventuallyConverges.js';
import { alibiOf, creationAlibi, readableEnd, STRANDED, transactionAlibi } from './eventuallyConverges.js';
import type { Checked } from './Guarantee.js';
import { Tally } from './Guarantee.js';
import { misledTransactionAlibi } from './staleMetadata.js';

export interface GroupMemberView {
  readonly client: string;
  /** Its process runs (after healing every process that may come back does). */
  readonly running: boolean;
  /** It left for good, in order. */
  readonly left: boolean;
  /** See ConsumerPosition. */
  readonly stranded: boolean;
  /** The coordinator counts it among the group's members. */
  readonly counted: boolean;
  /** Partitions that stand still because the consumer reported an error, with the error; -1 for one that concerns no partition (fatal, fenced). */
  readonly errors: ReadonlyMap<number, string>;
}

export interface GroupView {
  readonly id: string;
  readonly members: readonly GroupMemberView[];
  /** Every partition of the topics that its members subscribe to. */
  readonly partitions: readonly number[];
  /** Every partition of the topics that its members write to what they make of records. */
  readonly outputPartitions: readonly number[];
  /** Partition of `__consumer_offsets` that holds the group; -1 while there is no such topic. */
  readonly coordinatorPartition: number;
  /** At its coordinator: `Stable`, … (KIP-848: `Stable`, `Reconciling`, …, any case); null: no broker answers for the group. */
  readonly state: string | null;
  readonly readCommitted: boolean;
  /** Its members commit in transactions, so that they stand still without a transaction coordinator. Default: no. */
  readonly transactional?: boolean;
  /** Why the partition may be nobody's until the next rebalance, such as that its leader need not have noticed that it was added to its topic; null: it may not. Default: null. */
  readonly overlooked?: (partition: number) => Oversight | null;
  /** Partitions that the member believes it owns. */
  owned(client: string): readonly number[];
  /** Offset of the next record that the member will read; -1 unknown. */
  position(client: string, partition: number): number;
}

export type GroupObstacleKind =
  'group-without-coordinator' | 'group-not-stable' | 'partition-without-owner' | 'partition-with-two-owners' | 'member-behind';

export interface GroupObstacle {
  readonly what: GroupObstacleKind;
  readonly group: string;
  /** -1 where it concerns none. */
  readonly partition: number;
  readonly offset: number;
  readonly message: string;
  /** Why the configured rules allow it; empty when nothing does. */
  readonly alibi: string;
}

/**
 * `static-leader`: one that comes back goes on with the assignment there is, and takes the topics as it finds them (KIP-814).
 *
 * `static-revoker`: under the cooperative protocol a partition that changes hands is first given up, and who gave it up asks for the rebalance that gives it away (KIP-429). A
 * static member that is replaced before it has asked takes up the generation as it is (KIP-345). Derived; no JIRA is known that names it.
 *
 * `assigned-twice`: the leader's first SyncGroup got no answer in time, it joined the same generation again and assigned anew. An assignment takes effect only while
 * its group is CompletingRebalance (GroupCoordinator.doSyncGroup), so the one that is stored first counts; the leader watches the topics as of its last assignment
 * (ConsumerCoordinator, assignmentSnapshot); the next coordinator loads whichever stands last in the log. No JIRA is known that names it.
 */
export type Oversight = 'static-leader' | 'static-revoker' | 'assigned-twice';

const OVERLOOKED: Readonly<Record<Oversight, string>> = {
  'static-leader': 'the partition was added, and a static leader that comes back takes the topics as it finds them (KIP-814)',
  'static-revoker':
    'it was given up to change hands, and the static member that gave it up came back before it had asked for the next rebalance (KIP-345, KIP-429)',
  'assigned-twice':
    'the partition was added while the leader assigned twice in one generation: the first assignment counts, and the leader watches the topics as of the second',
};

/** What keeps the groups from having converged at this moment; empty: they have. */
export function groupObstacles(view: ConvergenceView, groups: readonly GroupView[], names: Names): GroupObstacle[] {
  return groups.flatMap((group) => obstaclesOf(view, group, names));
}

function obstaclesOf(view: ConvergenceView, group: GroupView, names: Names): GroupObstacle[] {
  const able = group.members.filter((member) => member.running && !member.left && !member.stranded && !member.errors.has(-1));
  if (able.length === 0) return [];
  const found: GroupObstacle[] = [];
  const { id, coordinatorPartition, state } = group;
  const groupAlibi = coordinatorPartition < 0 ? creationAlibi(view, names, CONSUMER_OFFSETS_TOPIC) : alibiOf(view, coordinatorPartition);
  const groupWideAlibi =
    groupAlibi || (group.transactional === true ? transactionsAlibi(view, group, names) : '') || outputAlibi(view, group, names);
  const add = (what: GroupObstacleKind, partition: number, offset: number, message: string, alibi: string): void =>
    void found.push({ what, group: id, partition, offset, message, alibi });
  if (state === null) add('group-without-coordinator', -1, -1, `no broker answers for group ${id}`, groupWideAlibi);
  else if (state.toLowerCase() !== 'stable') add('group-not-stable', -1, -1, `group ${id} is ${state}`, groupWideAlibi);
  const owners = ownersIn(group, able);
  for (const partition of group.partitions) {
    const of = owners.get(partition) ?? [];
    const text = names.text(partition);
    if (of.length === 0) {
      const oversight = group.overlooked?.(partition) ?? null;
      const alibi =
        groupWideAlibi || alibiOf(view, partition) || keptByStranded(group, partition) || (oversight === null ? '' : OVERLOOKED[oversight]);
      add('partition-without-owner', partition, -1, `no member of group ${id} owns ${text}`, alibi);
    } else if (of.length > 1) {
      const clients = of.map(({ client }) => client).join(' and ');
      add('partition-with-two-owners', partition, -1, `${clients} of group ${id} both own ${text}`, groupWideAlibi);
    } else {
      const behind = behindText(view, group, of[0] as GroupMemberView, partition, names);
      if (behind !== null) add('member-behind', partition, behind.offset, behind.message, behind.alibi || groupWideAlibi);
    }
  }
  return found;
}

/** Which partition of the output a record needs, its key tells: members may need the one that has no way out. */
function outputAlibi(view: ConvergenceView, { outputPartitions }: GroupView, names: Names): string {
  for (const partition of outputPartitions) {
    const alibi = alibiOf(view, partition);
    if (alibi !== '') return `members write to ${names.text(partition)}: ${alibi}`;
  }
  return '';
}

/** Its members' transactions need a coordinator, and brokers that find each other: their markers go to the output and to the group's offsets. */
function transactionsAlibi(view: ConvergenceView, { outputPartitions, coordinatorPartition }: GroupView, names: Names): string {
  const misled = misledTransactionAlibi(view, names, [coordinatorPartition, ...outputPartitions]);
  return misled === '' ? transactionAlibi(view, names) : `members commit in transactions: ${misled}`;
}

/** A stranded member keeps its partitions for as long as the coordinator hears of it: the connection to the coordinator needs no metadata. */
function keptByStranded({ members, owned }: GroupView, partition: number): string {
  const keeper = members.find(
    ({ client, running, left, stranded, counted }) => running && !left && stranded && counted && owned(client).includes(partition),
  );
  return keeper === undefined ? '' : `${keeper.client} keeps it: ${STRANDED}`;
}

function ownersIn(group: GroupView, able: readonly GroupMemberView[]): Map<number, GroupMemberView[]> {
  const owners = new Map<number, GroupMemberView[]>();
  for (const member of able) {
    for (const partition of group.owned(member.client)) {
      const of = owners.get(partition);
      if (of === undefined) owners.set(partition, [member]);
      else of.push(member);
    }
  }
  return owners;
}

function behindText(
  view: ConvergenceView,
  group: GroupView,
  { client, errors }: GroupMemberView,
  partition: number,
  names: Names,
): { readonly offset: number; readonly message: string; readonly alibi: string } | null {
  const leader = rightfulLeader(view.cluster, partition);
  if (leader === undefined) return null;
  const offset = group.position(client, partition);
  const end = readableEnd(leader.log, offset, group.readCommitted);
  if (offset >= end) return null;
  const error = errors.get(partition);
  const alibi = error === undefined ? alibiOf(view, partition) : `the consumer stopped with ${error}, which its application must decide`;
  const where = offset < 0 ? `has no position in ${names.text(partition)}` : `is at ${offset} of ${names.text(partition)}`;
  return { offset, message: `${client} of group ${group.id} ${where}, which can be read up to ${end}`, alibi };
}

/** Turns what still stands in the groups' way at the end of healing into findings. */
export function checkGroupConverges(left: readonly GroupObstacle[], groups: number, nowUs: number): Checked {
  const tally = new Tally();
  tally.judged = groups;
  for (const obstacle of left) {
    if (obstacle.alibi !== '') tally.excused++;
    else tally.violated(() => stuck(obstacle, nowUs));
  }
  return tally;
}

function stuck({ what, group, partition, offset, message }: GroupObstacle, nowUs: number): Finding {
  const kind: AnomalyKind = `not-converged/${what}`;
  const text = `after healing, ${message}.`;
  const place = { partition, offset, value: -1, timeUs: nowUs, eventIndex: -1 };
  return { guarantee: 'group-converges', kind, ...place, message: text, witness: { what, group } };
}
