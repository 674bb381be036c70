/**
 * Which partitions to show where there is no room for all: what the report is about, then those of which something was found, those that changed leaders, and the busiest.
 * Topics of the workload come before Kafka's own.
 */
import { grouped } from '../numbers.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { PartitionTimeline } from '../timeline.js';

const MOST = 24;

export interface ShownPartitions {
  /** Names: topic by topic, in order of their numbers. */
  readonly shown: readonly string[];
  /** A sentence that says how many are not shown, with a blank before it; empty when all are. */
  readonly leftOut: string;
}

/** @param focus what the report is about; null for nothing in particular. */
export function interestingPartitions(run: RecordedRun, focus: string | null, most = MOST): ShownPartitions {
  const found = foundIn(run);
  const own = new Set(run.scenario.topics.map(({ name }) => name));
  const ranked = [...run.timeline.partitions.values()]
    .filter(({ terms, logEnds }) => terms.length > 0 || logEnds.size > 0)
    .map((partition) => ({ partition, rank: rankOf(partition, partition.name === focus, own.has(topicOf(partition.name)), found) }));
  ranked.sort((a, b) => compareRanks(a.rank, b.rank) || compareNames(a.partition.name, b.partition.name));
  const shown = ranked.slice(0, most).map(({ partition }) => partition.name);
  shown.sort((a, b) => Number(own.has(topicOf(b))) - Number(own.has(topicOf(a))) || compareNames(a, b));
  const left = ranked.length - shown.length;
  if (left === 0) return { shown, leftOut: '' };
  const order = 'those that were found wrong, changed leaders most often or took most records come first';
  return {
    shown,
    leftOut: ` ${grouped(shown.length)} of ${grouped(ranked.length)} partitions are shown, ${grouped(left)} left out: ${order}.`,
  };
}

function foundIn({ result }: RecordedRun): ReadonlySet<string> {
  const { judgement, simulation } = result;
  return new Set(judgement.findings.filter(({ partition }) => partition >= 0).map(({ partition }) => simulation.bus.names.text(partition)));
}

function rankOf({ name, terms, logEnds }: PartitionTimeline, isFocus: boolean, isOwn: boolean, found: ReadonlySet<string>): number[] {
  const leaderless = terms.filter(({ leader }) => leader < 0).length;
  const records = [...logEnds.values()].reduce((most, steps) => Math.max(most, steps.at(-1)?.value ?? 0), 0);
  return [Number(isFocus), Number(found.has(name)), Number(isOwn), terms.length + leaderless, records];
}

/** The greater first. */
function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (b[i] as number) - (a[i] as number);
  return 0;
}

/** `orders` in `orders-12`. */
export function topicOf(partition: string): string {
  return partition.slice(0, Math.max(0, partition.lastIndexOf('-')));
}

/** By topic, then by number: `orders-2` before `orders-10`. */
export function compareNames(a: string, b: string): number {
  const [topicA, topicB] = [topicOf(a), topicOf(b)];
  if (topicA !== topicB) return topicA < topicB ? -1 : 1;
  return Number(a.slice(topicA.length + 1)) - Number(b.slice(topicB.length + 1)) || (a < b ? -1 : a > b ? 1 : 0);
}
