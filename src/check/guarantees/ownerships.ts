/**
 * Cuts a consumer's history in one partition into stretches in which its position moves by reading alone: from an assignment to the end of the ownership,
 * or between two recorded resets of the position. Rules about positions and commits hold within one stretch and say nothing across two.
 */
import type { CommitRecord, OwnershipRecord, PollRecord, PositionReset } from '../history.js';
import type { EndOfRun } from './Guarantee.js';

export type PositionEvent =
  | { readonly kind: 'owned'; readonly timeUs: number; readonly record: OwnershipRecord; readonly position: number }
  | { readonly kind: 'given-up'; readonly timeUs: number; readonly record: OwnershipRecord }
  | { readonly kind: 'reset'; readonly timeUs: number; readonly reset: PositionReset }
  | { readonly kind: 'poll'; readonly timeUs: number; readonly poll: PollRecord }
  | { readonly kind: 'commit'; readonly timeUs: number; readonly commit: CommitRecord; readonly offset: number };

export interface PartitionHistory {
  readonly client: string;
  readonly partition: number;
  /** In order of time; at the same time ownership and resets come before reads, and reads before commits. */
  readonly events: readonly PositionEvent[];
}

const RANK: { readonly [K in PositionEvent['kind']]: number } = { 'given-up': 0, owned: 1, reset: 2, poll: 3, commit: 4 };

/** Everything that moved or used positions, for each consumer and partition. */
export function partitionHistories(end: EndOfRun): PartitionHistory[] {
  const { history } = end;
  const found = new Map<string, Map<number, PositionEvent[]>>();
  const add = (client: string, partition: number, event: PositionEvent): void => {
    let partitions = found.get(client);
    if (partitions === undefined) found.set(client, (partitions = new Map()));
    const events = partitions.get(partition);
    if (events === undefined) partitions.set(partition, [event]);
    else events.push(event);
  };
  for (const record of history.ownership) {
    const { client, timeUs, kind, partitions, positions } = record;
    for (let i = 0; i < partitions.length; i++) {
      const partition = partitions[i] as number;
      if (kind === 'assigned') add(client, partition, { kind: 'owned', timeUs, record, position: positions[i] ?? -1 });
      else add(client, partition, { kind: 'given-up', timeUs, record });
    }
  }
  for (const reset of history.resets) add(reset.client, reset.partition, { kind: 'reset', timeUs: reset.timeUs, reset });
  for (const poll of history.polls) add(poll.client, poll.partition, { kind: 'poll', timeUs: poll.timeUs, poll });
  for (const commit of history.commits) {
    for (const { partition, offset } of commit.offsets)
      add(commit.client, partition, { kind: 'commit', timeUs: commit.invokedUs, commit, offset });
  }
  const histories: PartitionHistory[] = [];
  for (const [client, partitions] of found) {
    for (const [partition, events] of partitions) {
      histories.push({ client, partition, events: events.sort((a, b) => a.timeUs - b.timeUs || RANK[a.kind] - RANK[b.kind]) });
    }
  }
  return histories;
}
