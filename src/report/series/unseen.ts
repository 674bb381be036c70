/**
 * Records that were acknowledged and that nobody has read yet, by partition over time; what is left at the end was read by nobody.
 *
 * A record of a transaction counts from when its producer was told of the commit. As in the check of the same name, partitions that nobody ever asked for do not count, nor what lies
 * below where every reader was put by auto.offset.reset or a seek.
 */
import type { History, SendRecord } from '../../check/history.js';

export interface UnseenSteps {
  /** Interned. */
  readonly partition: number;
  /** In order of time; each holds until the next. */
  readonly steps: readonly { readonly timeUs: number; readonly value: number }[];
  readonly acknowledged: number;
  readonly most: { readonly value: number; readonly timeUs: number };
  /** Left at the end. */
  readonly left: number;
}

/** Partitions with acknowledged records that somebody asked for, in order of their first acknowledgement. @param idOf the number of a partition's name, -1 for none. */
export function unseenIn(history: History, idOf: (partition: string) => number): UnseenSteps[] {
  const asked = askedFor(history, idOf);
  const began = readingBegan(history);
  const seenUs = firstSeen(history);
  const changes = new Map<number, { timeUs: number; by: number }[]>();
  const acknowledged = new Map<number, number>();
  for (const send of history.sends) {
    const { partition, offset, value } = send;
    const sinceUs = acknowledgedUs(history, send);
    if (sinceUs < 0 || !asked.has(partition) || (offset >= 0 && offset < (began.get(partition) ?? 0))) continue;
    acknowledged.set(partition, (acknowledged.get(partition) ?? 0) + 1);
    const own = changes.get(partition) ?? [];
    changes.set(partition, own);
    const untilUs = seenUs[value] as number;
    if (untilUs >= 0 && untilUs <= sinceUs) continue;
    own.push({ timeUs: sinceUs, by: 1 });
    if (untilUs >= 0) own.push({ timeUs: untilUs, by: -1 });
  }
  return [...changes].map(([partition, own]) => ({ ...stepsOf(own), partition, acknowledged: acknowledged.get(partition) ?? 0 }));
}

/** -1: never. */
function acknowledgedUs(history: History, { outcome, completedUs, transaction }: SendRecord): number {
  if (outcome !== 'ok') return -1;
  if (transaction < 0) return completedUs;
  const { outcome: end, endedUs } = history.transaction(transaction);
  return end === 'committed' ? Math.max(endedUs, completedUs) : -1;
}

function firstSeen({ sends, polls }: History): Float64Array {
  const seenUs = new Float64Array(sends.length).fill(-1);
  for (const { values, timeUs } of polls) for (const value of values) if (seenUs[value] === -1) seenUs[value] = timeUs;
  return seenUs;
}

function askedFor({ polls, ownership, placements }: History, idOf: (partition: string) => number): Set<number> {
  const asked = new Set(polls.map(({ partition }) => partition));
  for (const { partitions } of ownership) for (const partition of partitions) asked.add(partition);
  for (const { partitions } of placements) for (const partition of partitions) asked.add(idOf(partition));
  return asked;
}

/** The lowest offset to which anybody was put, by partition. */
function readingBegan({ resets }: History): Map<number, number> {
  const began = new Map<number, number>();
  for (const { partition, to } of resets) if (to >= 0) began.set(partition, Math.min(began.get(partition) ?? to, to));
  return began;
}

function stepsOf(changes: { timeUs: number; by: number }[]): Pick<UnseenSteps, 'steps' | 'most' | 'left'> {
  changes.sort((a, b) => a.timeUs - b.timeUs);
  const steps: { timeUs: number; value: number }[] = [];
  let value = 0;
  let most = { value: 0, timeUs: 0 };
  changes.forEach(({ timeUs, by }, i) => {
    value += by;
    if (changes[i + 1]?.timeUs === timeUs) return;
    steps.push({ timeUs, value });
    if (value > most.value) most = { value, timeUs };
  });
  return { steps, most, left: value };
}
