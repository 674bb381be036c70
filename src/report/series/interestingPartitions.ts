/**
 * Which partitions to show where there is no room for all: what the report is about, then those of which something was found, those that changed leaders, that
 * were unavailable, and the busiest.
 * Topics of the workload come before Kafka's own, of which only those partitions count that a record went to.
 */
import { counted, grouped } from '../numbers.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { PartitionTimeline } from '../timeline.js';
import type { PartitionAvailability } from './availability.js';

const MOST = 24;

export interface ShownPartitions {
  /** The most interesting of all; undefined where there is none. */
  readonly first: string | undefined;
  /** Names: topic by topic, in order of their numbers. */
  readonly shown: readonly string[];
  /** A sentence that says how many are not shown, with a blank before it; empty when all are. */
  readonly leftOut: string;
}

/** @param focus what the report is about; null for nothing in particular. */
export function interestingPartitions(
  run: RecordedRun,
  focus: string | null,
  availability: ReadonlyMap<string, PartitionAvailability>,
): ShownPartitions {
  const found = foundIn(run);
  const own = new Set(run.scenario.topics.map(({ name }) => name));
  const all = [...run.timeline.partitions.values()].filter(({ terms, logEnds }) => terms.length > 0 || logEnds.size > 0);
  const ranked = all
    .filter((partition) => own.has(topicOf(partition.name)) || partition.name === focus || recordsIn(partition) > 0)
    .map((partition) => ({
      partition,
      rank: [
        Number(partition.name === focus),
        Number(found.has(partition.name)),
        Number(own.has(topicOf(partition.name))),
        ...interest(partition, availability.get(partition.name)?.share ?? 1),
      ],
    }));
  ranked.sort((a, b) => compareRanks(a.rank, b.rank) || compareNames(a.partition.name, b.partition.name));
  const shown = ranked.slice(0, MOST).map(({ partition }) => partition.name);
  shown.sort((a, b) => Number(own.has(topicOf(b))) - Number(own.has(topicOf(a))) || compareNames(a, b));
  const first = ranked[0]?.partition.name;
  if (shown.length === all.length) return { first, shown, leftOut: '' };
  const which =
    shown.length === ranked.length
      ? 'Kafka’s own only where a record went to them'
      : 'those found wrong, with most changes of leader, unavailable longest, or busiest';
  return { first, shown, leftOut: ` Shown are ${grouped(shown.length)} of ${counted(all.length, 'partition')}: ${which}.` };
}

function foundIn({ result }: RecordedRun): ReadonlySet<string> {
  const { judgement, simulation } = result;
  return new Set(judgement.findings.filter(({ partition }) => partition >= 0).map(({ partition }) => simulation.bus.names.text(partition)));
}

function interest(partition: PartitionTimeline, available: number): number[] {
  const { terms } = partition;
  const leaderless = terms.filter(({ leader }) => leader < 0).length;
  return [terms.length + leaderless, 1 - available, recordsIn(partition)];
}

function recordsIn({ logEnds }: PartitionTimeline): number {
  return [...logEnds.values()].reduce((most, steps) => Math.max(most, steps.at(-1)?.value ?? 0), 0);
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
