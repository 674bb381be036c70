/**
 * What a configuration costs: how much of the time partitions accepted writes, how many sends were acknowledged and how long that took, and what was lost or
 * doubled all the same. Computed here and nowhere else, for every command that compares configurations.
 *
 * Broker's view, from events alone: the share of the partitions' time in which they accepted writes ({@link WriteAvailability} has the rule). Time counts from the
 * partition's first leader to the end of the chaos phase. Leaves out whether anybody can reach that leader: the client's view has that.
 *
 * Client's view: the share of sends that were acknowledged, and how long each of those took from `send` to its result, time in the producer's queue included.
 * With acks=0 the producer itself reports success, so that both say nothing there.
 */
import type { EventBus } from '../engine/events.js';
import { processDied, processPaused, processResumed } from '../engine/engineEvents.js';
import type { GuaranteeName } from '../check/Finding.js';
import type { History } from '../check/history.js';
import { becameFollower, becameLeader, isrChangeCommitted, leadershipEnded, replicaStopped } from '../kafka/events.js';
import { brokerOfProcess, isrSize, WriteAvailability, type WriteRule } from './writeAvailability.js';

const PROCESS_CHANGES = [
  [processDied, 'died'],
  [processPaused, 'paused'],
  [processResumed, 'resumed'],
] as const;

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

export class AvailabilityRecorder {
  private readonly availability: WriteAvailability<number>;

  /** Subscribes at once: make it before the cluster starts. @param ruleOf null for partitions that do not count. */
  constructor(
    private readonly bus: EventBus,
    ruleOf: (partition: number) => WriteRule | null,
  ) {
    const availability = new WriteAvailability(ruleOf);
    const sizeOf = (isr: number): number => isrSize(bus.names.text(isr));
    this.availability = availability;
    bus.subscribe(
      (_type, timeUs, broker, partition, _epoch, _start, _mark, isr) => availability.led(timeUs, broker, partition, sizeOf(isr)),
      [becameLeader],
    );
    bus.subscribe(
      (_type, timeUs, broker, partition, _epoch, isr) => availability.isrChanged(timeUs, broker, partition, sizeOf(isr)),
      [isrChangeCommitted],
    );
    bus.subscribe(
      (_type, timeUs, broker, partition) => availability.ended(timeUs, broker, partition),
      [becameFollower, leadershipEnded, replicaStopped],
    );
    for (const [type, what] of PROCESS_CHANGES)
      bus.subscribe((_type, timeUs, process) => this.processChanged(timeUs, process, what), [type]);
  }

  /** @param nowUs end of the time that counts. */
  finish(nowUs: number): Availability {
    let acceptingUs = 0;
    let totalUs = 0;
    for (const { sinceUs, spans } of this.availability.finish(nowUs).values()) {
      for (const { fromUs, toUs } of spans) acceptingUs += toUs - fromUs;
      totalUs += nowUs - sinceUs;
    }
    return { acceptingUs, totalUs };
  }

  private processChanged(timeUs: number, process: number, what: 'died' | 'paused' | 'resumed'): void {
    const broker = brokerOfProcess(this.bus.names.text(process));
    if (broker >= 0) this.availability.processChanged(timeUs, broker, what);
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
