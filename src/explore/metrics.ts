/**
 * What a configuration costs: how much of the time partitions accepted writes, how many sends were acknowledged and how long that took, and what was lost or
 * doubled all the same. Computed here and nowhere else, for every command that compares configurations.
 *
 * Broker's view, from events alone. A partition accepts writes while some broker takes itself for its leader (from `became-leader` to `leadership-ended`, to
 * `became-follower`, to `replica-stopped`, or to its death), its process runs and is not paused, and that leader's committed ISR has as many members as the most
 * demanding producer of the topic needs: min.insync.replicas with acks=all where the release has that check, else one. A deposed leader that does not know it
 * counts: it does take writes, and with acks=1 it acknowledges them. Time counts from the partition's first leader to the end of the chaos phase. Leaves out
 * whether anybody can reach that leader: the client's view has that.
 *
 * Client's view: the share of sends that were acknowledged, and how long each of those took from `send` to its result, time in the producer's queue included.
 * With acks=0 the producer itself reports success, so that both say nothing there.
 */
import type { EventBus } from '../engine/events.js';
import { processDied, processPaused, processResumed } from '../engine/engineEvents.js';
import type { GuaranteeName } from '../check/Finding.js';
import type { History } from '../check/history.js';
import { becameFollower, becameLeader, isrChangeCommitted, leadershipEnded, replicaStopped } from '../kafka/events.js';

/** What a leader needs in order to accept a write. */
export interface WriteRule {
  /** Least size of its ISR. */
  readonly inSync: number;
}

/** Time of all partitions together, in virtual microseconds. */
export interface Availability {
  readonly acceptingUs: number;
  readonly totalUs: number;
}

export interface TrialMetrics extends Availability {
  readonly sends: number;
  readonly acknowledged: number;
  /** Of the acknowledged sends, in ascending order, whole microseconds. */
  readonly latenciesUs: readonly number[];
  /** Acknowledged records that are gone. */
  readonly lost: number;
  /** Records that are in their partition once more. */
  readonly duplicates: number;
}

/** One broker's leadership of one partition, as the broker sees it. */
interface Leadership {
  readonly broker: number;
  isrSize: number;
}

interface PartitionTime {
  readonly rule: WriteRule;
  readonly sinceUs: number;
  /** By broker: usually one, two while a deposed leader has not heard of it. */
  readonly leaderships: Map<number, Leadership>;
  acceptingUs: number;
  /** When it began to accept; -1 while it does not. */
  acceptingSinceUs: number;
}

export class AvailabilityRecorder {
  private readonly partitions = new Map<number, PartitionTime>();
  private readonly paused = new Set<number>();

  /** Subscribes at once: make it before the cluster starts. @param ruleOf null for partitions that do not count. */
  constructor(
    private readonly bus: EventBus,
    private readonly ruleOf: (partition: number) => WriteRule | null,
  ) {
    bus.subscribe(
      (_type, timeUs, broker, partition, _epoch, _start, _mark, isr) => this.led(timeUs, broker, partition, isr),
      [becameLeader],
    );
    bus.subscribe((_type, timeUs, broker, partition, _epoch, isr) => this.isrChanged(timeUs, broker, partition, isr), [isrChangeCommitted]);
    bus.subscribe(
      (_type, timeUs, broker, partition) => this.ended(timeUs, broker, partition),
      [becameFollower, leadershipEnded, replicaStopped],
    );
    bus.subscribe((type, timeUs, process) => this.processChanged(type.id, timeUs, process), [processDied, processPaused, processResumed]);
  }

  /** @param nowUs end of the time that counts. */
  finish(nowUs: number): Availability {
    let acceptingUs = 0;
    let totalUs = 0;
    for (const time of this.partitions.values()) {
      acceptingUs += time.acceptingUs + (time.acceptingSinceUs < 0 ? 0 : nowUs - time.acceptingSinceUs);
      totalUs += nowUs - time.sinceUs;
    }
    return { acceptingUs, totalUs };
  }

  private led(timeUs: number, broker: number, partition: number, isr: number): void {
    const known = this.partitions.get(partition);
    const rule = known?.rule ?? this.ruleOf(partition);
    if (rule === null) return;
    const time = known ?? { rule, sinceUs: timeUs, leaderships: new Map<number, Leadership>(), acceptingUs: 0, acceptingSinceUs: -1 };
    this.partitions.set(partition, time);
    time.leaderships.set(broker, { broker, isrSize: this.sizeOf(isr) });
    this.settle(time, timeUs);
  }

  private isrChanged(timeUs: number, broker: number, partition: number, isr: number): void {
    const time = this.partitions.get(partition);
    const leadership = time?.leaderships.get(broker);
    if (time === undefined || leadership === undefined) return;
    leadership.isrSize = this.sizeOf(isr);
    this.settle(time, timeUs);
  }

  private ended(timeUs: number, broker: number, partition: number): void {
    const time = this.partitions.get(partition);
    if (time?.leaderships.delete(broker) === true) this.settle(time, timeUs);
  }

  private processChanged(type: number, timeUs: number, process: number): void {
    const broker = Number(/^broker-(\d+)$/.exec(this.bus.names.text(process))?.[1] ?? -1);
    if (broker < 0) return;
    if (type === processPaused.id) this.paused.add(broker);
    else this.paused.delete(broker);
    for (const time of this.partitions.values()) {
      if (type === processDied.id) time.leaderships.delete(broker);
      this.settle(time, timeUs);
    }
  }

  /** Members of an ISR as events name them: `1,3`. */
  private sizeOf(isr: number): number {
    const text = this.bus.names.text(isr);
    return text === '' ? 0 : text.split(',').length;
  }

  private settle(time: PartitionTime, timeUs: number): void {
    const accepts = [...time.leaderships.values()].some(({ broker, isrSize }) => isrSize >= time.rule.inSync && !this.paused.has(broker));
    if (accepts === time.acceptingSinceUs >= 0) return;
    if (accepts) time.acceptingSinceUs = timeUs;
    else {
      time.acceptingUs += timeUs - time.acceptingSinceUs;
      time.acceptingSinceUs = -1;
    }
  }
}

/** As much of a judgement as the metrics read. */
interface JudgedCounts {
  readonly guarantees: readonly { readonly name: GuaranteeName; readonly violations: number }[];
}

export function metricsOf(availability: Availability, history: Pick<History, 'sends'>, { guarantees }: JudgedCounts): TrialMetrics {
  const acknowledged = history.sends.filter(({ outcome }) => outcome === 'ok');
  const violations = (name: GuaranteeName): number => guarantees.find((guarantee) => guarantee.name === name)?.violations ?? 0;
  return {
    ...availability,
    sends: history.sends.length,
    acknowledged: acknowledged.length,
    latenciesUs: acknowledged.map(({ completedUs, invokedUs }) => completedUs - invokedUs).sort((a, b) => a - b),
    lost: violations('no-acknowledged-loss'),
    duplicates: violations('no-duplicates'),
  };
}

/** Many runs of one configuration together. */
export interface CostSummary {
  readonly runs: number;
  /** Share of the partitions' time, 0 to 1; null where no partition ever had a leader. */
  readonly available: number | null;
  /** Share of sends, 0 to 1; null without sends. */
  readonly acknowledged: number | null;
  readonly sends: number;
  /** Null without an acknowledged send. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly lost: number;
  readonly duplicates: number;
}

/** Sums and shares over all runs; percentiles of all acknowledged sends together. */
export function costOf(runs: readonly TrialMetrics[]): CostSummary {
  const sum = (of: (metrics: TrialMetrics) => number): number => runs.reduce((total, metrics) => total + of(metrics), 0);
  const sends = sum((metrics) => metrics.sends);
  const latencies = Float64Array.from(runs.flatMap(({ latenciesUs }) => latenciesUs)).sort((a, b) => a - b);
  return {
    runs: runs.length,
    available: share(
      sum(({ acceptingUs }) => acceptingUs),
      sum(({ totalUs }) => totalUs),
    ),
    acknowledged: share(
      sum(({ acknowledged }) => acknowledged),
      sends,
    ),
    sends,
    p50Us: percentile(latencies, 50),
    p99Us: percentile(latencies, 99),
    lost: sum(({ lost }) => lost),
    duplicates: sum(({ duplicates }) => duplicates),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** The nearest rank: the smallest value that so many per cent do not exceed; null of none. @param ascending in ascending order. */
export function percentile(ascending: ArrayLike<number>, percent: number): number | null {
  if (ascending.length === 0) return null;
  return ascending[Math.max(0, Math.ceil((ascending.length * percent) / 100) - 1)] ?? null;
}
