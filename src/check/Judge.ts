/**
 * Watches one run from the inside and judges it at the end: white-box invariants at every event that can change them, guarantees from the
 * clients' history and the logs that remain. Knows which configuration promised what, so that a broken promise and an unkept hope are told
 * apart.
 */
import type { EventBus } from '../engine/events.js';
import type { FaultClass, FaultKindName } from '../faults/Fault.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import type { Finding, GuaranteeName, InvariantId, Verdict } from './Finding.js';
import { guaranteeNames } from './Finding.js';
import { Chronicle } from './Chronicle.js';
import { readFinalLogs } from './finalLogs.js';
import type { Checked, ConsumerTraits, EndOfRun } from './guarantees/Guarantee.js';
import { checkCommittedOffsetsHonest } from './guarantees/committedOffsetsHonest.js';
import { checkConsistentOffsets } from './guarantees/consistentOffsets.js';
import { checkEventuallyConverges } from './guarantees/eventuallyConverges.js';
import type { Obstacle } from './guarantees/eventuallyConverges.js';
import { checkGroupConverges } from './guarantees/groupConverges.js';
import type { GroupObstacle } from './guarantees/groupConverges.js';
import { GroupOffsets } from './guarantees/groupOffsets.js';
import { groupsOf } from './guarantees/groupWork.js';
import type { GroupWork } from './guarantees/groupWork.js';
import { checkKeyOrder } from './guarantees/keyOrder.js';
import { checkNoAbortedReads } from './guarantees/noAbortedReads.js';
import { checkNoAcknowledgedLoss } from './guarantees/noAcknowledgedLoss.js';
import { checkNoDivergence } from './guarantees/noDivergence.js';
import { checkNoDuplicates } from './guarantees/noDuplicates.js';
import { checkNoSkippedRecords } from './guarantees/noSkippedRecords.js';
import { partitionHistories } from './guarantees/ownerships.js';
import type { PartitionHistory } from './guarantees/ownerships.js';
import { checkProcessing } from './guarantees/processing.js';
import { checkProducerOrder } from './guarantees/producerOrder.js';
import { checkTransactionAtomicity } from './guarantees/transactionAtomicity.js';
import type { History } from './history.js';
import { allInvariants } from './invariants/allInvariants.js';
import { CommittedPrefix } from './invariants/CommittedPrefix.js';
import type { Invariant } from './invariants/Invariant.js';
import type { ZooKeeperHistory } from './linearizability/ZooKeeperHistory.js';
import type { PremiseCounts } from './premises.js';
import { premiseExercised, Premises } from './premises.js';
import type { PromiseFacts, Promised } from './promises.js';
import { promiseUnder } from './promises.js';
import { Setbacks } from './Setbacks.js';
import type { ClusterView, CommittedState } from './whiteBox.js';

export interface JudgeInput {
  readonly bus: EventBus;
  readonly cluster: ClusterView;
  readonly features: Readonly<KafkaFeatures>;
  readonly history: History;
  /** `acks` of a producer client: -1 all. */
  readonly acksOf: (client: string) => number;
  /** Undefined for a client that is not a consumer, and by default for all. */
  readonly consumerOf?: (client: string) => ConsumerTraits | undefined;
  /** min.insync.replicas as configured for the partition's topic. */
  readonly minIsr: (partition: number) => number;
  /** One for each pair of topic and producer that write to each other, and of topic and group member that reads it. */
  readonly facts: readonly PromiseFacts[];
  /** Classes and kinds of the faults in this run. */
  readonly faultClasses: readonly FaultClass[];
  readonly faultKinds: readonly FaultKindName[];
  /** What clients asked of ZooKeeper; by default nobody took it down. */
  readonly zookeeper?: ZooKeeperHistory;
}

/** How the groups stood when healing was over. */
export interface GroupsAtEnd {
  /** What still stood in their way. */
  readonly left: readonly GroupObstacle[];
  readonly groups: number;
}

export interface GuaranteeJudgement {
  readonly name: GuaranteeName;
  readonly verdict: Verdict;
  /** Does the configuration promise it under the faults of this run? */
  readonly promise: Promised;
  /** One sentence with numbers. */
  readonly detail: string;
  readonly violations: number;
  readonly judged: number;
  readonly excused: number;
  readonly unseen: number;
}

export interface InvariantJudgement {
  readonly id: InvariantId;
  readonly name: string;
  readonly statement: string;
  /** Not checked: it means nothing under the configured protocol. */
  readonly applies: boolean;
  readonly checks: number;
  readonly violations: number;
}

export interface Judgement {
  /** By guarantee, in the order of `guaranteeNames`, then invariants in order of time. */
  readonly findings: readonly Finding[];
  readonly guarantees: readonly GuaranteeJudgement[];
  readonly invariants: readonly InvariantJudgement[];
  readonly premises: PremiseCounts;
}

export class Judge {
  private readonly invariants: { readonly invariant: Invariant; readonly applies: boolean }[];
  private readonly insideFindings: Finding[] = [];
  private readonly premises: Premises;
  readonly setbacks: Setbacks;
  private readonly chronicle: Chronicle;

  /** Subscribes at once: make it before the cluster starts. @param checkInvariants false leaves the white-box invariants out. */
  constructor(
    private readonly input: JudgeInput,
    checkInvariants = true,
  ) {
    const { bus, features, minIsr } = input;
    const cluster = new StateMemo(input.cluster, bus);
    const committed = new CommittedPrefix(cluster);
    committed.watch(bus);
    const report = (finding: Finding): void => void this.insideFindings.push(finding);
    const context = { bus, cluster, features, committed, minIsr, report, zookeeper: input.zookeeper ?? null };
    this.invariants = allInvariants(context).map((invariant) => ({ invariant, applies: checkInvariants && invariant.applies(features) }));
    for (const { invariant, applies } of this.invariants) if (applies) invariant.watch(bus);
    this.premises = new Premises(bus, cluster);
    this.setbacks = new Setbacks(bus);
    this.chronicle = new Chronicle(bus, input.history);
  }

  /**
   * @param left what still kept the cluster from converging when healing was over; null when the run did not heal.
   * @param groups likewise for consumer groups; null when there are none, or the run did not heal.
   */
  finish(nowUs: number, left: readonly Obstacle[] | null, groups: GroupsAtEnd | null = null): Judgement {
    const { history } = this.input;
    const premises = this.premises.finish(history);
    for (const { invariant, applies } of this.invariants) if (applies) invariant.finish();
    const end = this.endOfRun(nowUs, left, groups);
    const checks = new Checks(end, left, groups, this.insideFindings);
    const findings: Finding[] = [];
    const guarantees = guaranteeNames.map((name) => {
      const checked = checks.of(name);
      findings.push(...checked.findings);
      return this.judge(name, checked, premises);
    });
    findings.push(...this.insideFindings.filter((finding) => finding.guarantee.startsWith('invariant/')));
    const invariants = this.invariants.map(({ invariant, applies }) => {
      const { id, name, statement, checks: looks, violations } = invariant;
      return { id, name, statement, applies, checks: looks, violations };
    });
    return { findings, guarantees, invariants, premises };
  }

  private endOfRun(nowUs: number, left: readonly Obstacle[] | null, groups: GroupsAtEnd | null): EndOfRun {
    const { bus, cluster, history, acksOf, consumerOf } = this.input;
    const { setbacks, chronicle } = this;
    const hasAlibi = ({ alibi }: { readonly alibi: string }): boolean => alibi !== '';
    return {
      ...{ names: bus.names, history, partitions: readFinalLogs(cluster), setbacks, chronicle, acksOf, nowUs },
      consumerOf: consumerOf ?? ((): undefined => undefined),
      stalled: left === null || left.some(hasAlibi) || (groups?.left.some(hasAlibi) ?? false),
    };
  }

  private judge(name: GuaranteeName, checked: Checked, premises: PremiseCounts): GuaranteeJudgement {
    const { faultClasses, facts, faultKinds } = this.input;
    const { violations, judged, excused, unseen } = checked;
    const promise = promiseUnder(name, faultClasses, facts, faultKinds);
    // What could not be seen at the end shows nothing.
    const shown = judged > unseen && premiseExercised(name, premises);
    const verdict = violations > 0 ? 'violated' : shown ? 'held' : 'unknown';
    return { name, verdict, promise, detail: detailOf(name, verdict, checked), violations, judged, excused, unseen };
  }
}

const NOT_LOOKED_AT: Checked = { findings: [], violations: 0, judged: 0, excused: 0, unseen: 1 };

/** The checkers of one ended run, with what several of them need. */
class Checks {
  private groupWork: readonly GroupWork[] | null = null;
  private groupOffsets: GroupOffsets | null = null;
  private histories: readonly PartitionHistory[] | null = null;

  constructor(
    private readonly end: EndOfRun,
    private readonly left: readonly Obstacle[] | null,
    private readonly groups: GroupsAtEnd | null,
    private readonly inside: readonly Finding[],
  ) {}

  of(name: GuaranteeName): Checked {
    const { end, left, groups } = this;
    switch (name) {
      case 'no-acknowledged-loss':
        return checkNoAcknowledgedLoss(end);
      case 'no-divergence':
        return this.withInside(name, checkNoDivergence(end));
      case 'consistent-offsets':
        return checkConsistentOffsets(end);
      case 'producer-order':
        return checkProducerOrder(end);
      case 'key-order':
        return checkKeyOrder(end);
      case 'no-duplicates':
        return checkNoDuplicates(end);
      case 'no-aborted-reads':
        return checkNoAbortedReads(end);
      case 'transaction-atomicity':
        return checkTransactionAtomicity(end, this.offsets);
      case 'exactly-once':
      case 'at-least-once':
      case 'at-most-once':
        return checkProcessing(name, end, (this.groupWork ??= groupsOf(end)), this.offsets);
      case 'no-skipped-records':
        return checkNoSkippedRecords(end, (this.histories ??= partitionHistories(end)));
      case 'committed-offsets-honest':
        return checkCommittedOffsetsHonest(end, (this.histories ??= partitionHistories(end)));
      case 'single-owner':
        return this.withInside(name, { ...NOT_LOOKED_AT, judged: end.history.ownership.length, unseen: 0 });
      case 'eventually-converges':
        return left === null ? NOT_LOOKED_AT : checkEventuallyConverges(left, end.nowUs);
      case 'group-converges':
        return groups === null ? NOT_LOOKED_AT : checkGroupConverges(groups.left, groups.groups, end.nowUs);
    }
  }

  private readonly offsets = (): GroupOffsets => (this.groupOffsets ??= new GroupOffsets(this.end));

  /** What an invariant saw during the run counts, even if a later event covered it up. */
  private withInside(name: GuaranteeName, checked: Checked): Checked {
    const inside = this.inside.filter((finding) => finding.guarantee === name);
    return { ...checked, findings: [...inside, ...checked.findings], violations: checked.violations + inside.length };
  }
}

/** One and several. */
const judgedThings: { readonly [G in GuaranteeName]: readonly [string, string] } = {
  'no-acknowledged-loss': ['acknowledged send', 'acknowledged sends'],
  'no-divergence': ['pair of logs', 'pairs of logs'],
  'consistent-offsets': ['record read', 'records read'],
  'producer-order': ['acknowledged send', 'acknowledged sends'],
  'key-order': ['acknowledged send with a key', 'acknowledged sends with keys'],
  'no-duplicates': ['record', 'records'],
  'no-aborted-reads': ['read of a transactional record', 'reads of transactional records'],
  'transaction-atomicity': ['transaction', 'transactions'],
  'exactly-once': ['input record', 'input records'],
  'at-least-once': ['record', 'records'],
  'at-most-once': ['record', 'records'],
  'no-skipped-records': ['record read', 'records read'],
  'committed-offsets-honest': ['commit or first position', 'commits and first positions'],
  'single-owner': ['change of ownership', 'changes of ownership'],
  'eventually-converges': ['healing', 'healings'],
  'group-converges': ['group', 'groups'],
};

function detailOf(name: GuaranteeName, verdict: Verdict, { violations, judged, excused, kafkasOwn, unseen, findings }: Checked): string {
  const first = findings[0];
  if (first !== undefined) return violations === 1 ? first.message : `${violations} findings, the first: ${first.message}`;
  const own = [...(kafkasOwn ?? [])].map(([rule, times]) => ` (${times} for ${rule}, which is Kafka's own)`).join('');
  const left = (excused > 0 ? `, ${excused} excused${own}` : '') + (unseen > 0 ? `, ${unseen} not to be seen` : '');
  return `${judged} ${judgedThings[name][judged === 1 ? 0 : 1]} judged${left}${verdict === 'unknown' ? '; the premise was not exercised' : ''}`;
}

/** Reads a partition's committed state once per event, however many invariants ask. */
class StateMemo implements ClusterView {
  private atEvent = -1;
  private ofPartition = -1;
  private known: CommittedState | undefined;

  constructor(
    private readonly cluster: ClusterView,
    private readonly bus: EventBus,
  ) {}

  state(partition: number): CommittedState | undefined {
    if (this.atEvent !== this.bus.count || this.ofPartition !== partition) {
      this.atEvent = this.bus.count;
      this.ofPartition = partition;
      this.known = this.cluster.state(partition);
    }
    return this.known;
  }

  controllerId(): number {
    return this.cluster.controllerId();
  }

  partitions(): readonly number[] {
    return this.cluster.partitions();
  }

  assignment(partition: number): readonly number[] {
    return this.cluster.assignment(partition);
  }

  replica(brokerId: number, partition: number): ReturnType<ClusterView['replica']> {
    return this.cluster.replica(brokerId, partition);
  }
}
