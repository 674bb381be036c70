/**
 * committed-offsets-honest, as a whole: do all commits of a group for a partition and all first positions of its members have an order that explains them? The
 * rules in committedOffsetsHonest.ts look from one owner to the next; this sees what only several together contradict.
 *
 * Judged for groups without transactions' offsets (they take effect with their marker), and where nothing has expired and no coordinator's log was cut back.
 */
import type { Finding } from '../Finding.js';
import type { CommitRecord } from '../history.js';
import { checkLinearizability } from '../linearizability/linearizability.js';
import type { Operation } from '../linearizability/Model.js';
import { COMMITTED_OFFSET, type OffsetOp, type OffsetResult } from '../linearizability/models/committedOffset.js';
import type { EndOfRun, Tally } from './Guarantee.js';
import { mayArriveLate } from './lateCommits.js';
import type { PartitionHistory } from './ownerships.js';

type OffsetOperation = Operation<OffsetOp, OffsetResult>;

/** Steps for one group and partition: some ten milliseconds. */
const STEPS = 20_000;

interface Register {
  readonly group: string;
  readonly partition: number;
  readonly operations: OffsetOperation[];
}

/** Adds what it finds to the tally. */
export function checkLinearizableCommits(end: EndOfRun, histories: readonly PartitionHistory[], tally: Tally): void {
  for (const register of registersOf(end, histories)) {
    const checked = checkLinearizability(COMMITTED_OFFSET, register.operations, { steps: STEPS });
    if (checked.verdict === 'not-linearizable') tally.violated(() => findingOf(end, register, checked.message, checked.stuck));
  }
}

function registersOf(end: EndOfRun, histories: readonly PartitionHistory[]): Register[] {
  const registers = new Map<string, Register>();
  const left = new Set<string>();
  const registerOf = (group: string, partition: number): Register => {
    const key = `${group}/${partition}`;
    const register = registers.get(key) ?? { group, partition, operations: [] };
    registers.set(key, register);
    return register;
  };
  for (const commit of end.history.commits) {
    for (const { partition, offset } of commit.offsets) {
      if (commit.kind === 'transaction') left.add(`${commit.group}/${partition}`);
      else registerOf(commit.group, partition).operations.push(...writesOf(end, commit, partition, offset));
    }
  }
  for (const history of histories) {
    for (const { group, operation } of fetchesOf(end, history)) registerOf(group, history.partition).operations.push(operation);
  }
  return [...registers]
    .filter(([key, { group, partition }]) => !left.has(key) && !end.chronicle.hasExpired(group, partition))
    .map(([, r]) => r);
}

/** The commit, and once more as pending if an attempt of it may be written later. Of one that failed, some attempt may have been written. */
function writesOf(end: EndOfRun, commit: CommitRecord, partition: number, offset: number): OffsetOperation[] {
  const { client, invokedUs: invoked, completedUs, outcome } = commit;
  const op = { f: 'commit', offset } as const;
  const pending = { client, op, invoked, completed: null, result: null };
  if (outcome !== 'ok') return [pending];
  const acknowledged: OffsetOperation = { client, op, invoked, completed: completedUs, result: 'done' };
  return mayArriveLate(end, commit, partition, offset) ? [acknowledged, pending] : [acknowledged];
}

/** Where each owner began: told between the beginning of its generation and the next thing that it did there. */
function fetchesOf(end: EndOfRun, { client, events }: PartitionHistory): { readonly group: string; readonly operation: OffsetOperation }[] {
  return events.flatMap((event, i) => {
    if (event.kind !== 'owned') return [];
    const next = events[i + 1];
    const { group, generation } = event.record;
    const isReset = next?.kind === 'reset' && next.reset.from < 0;
    if (!isReset && (event.position < 0 || next?.kind === 'reset')) return [];
    const invoked = Math.min(event.timeUs, end.chronicle.generationBeganUs(group, generation));
    // What the owner does next comes after, even within the same microsecond.
    const completed = Math.max(invoked, (next?.timeUs ?? end.nowUs) - 0.5);
    return [{ group, operation: { client, op: { f: 'fetch' as const }, invoked, completed, result: isReset ? -1 : event.position } }];
  });
}

function findingOf(end: EndOfRun, { group, partition }: Register, message: string, stuck: readonly OffsetOperation[]): Finding {
  const first = stuck[0] as OffsetOperation;
  return {
    guarantee: 'committed-offsets-honest',
    kind: 'commits-not-linearizable',
    partition,
    offset: typeof first.result === 'number' ? first.result : -1,
    value: -1,
    timeUs: first.completed as number,
    eventIndex: -1,
    message: `no order of group ${group}'s commits and first positions in ${end.names.text(partition)} explains them. ${message}`,
    witness: { group, client: first.client },
  };
}
