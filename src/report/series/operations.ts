/**
 * What clients asked for, and how each of it ended: the sends, the transactions, the commits of offsets and the deliveries of a history, all in one shape for charts of latency and
 * throughput.
 *
 * A delivery is a record's way from `send` to the first poll that returned it: polls have no beginning in our history, and this is how long a reader waits. Sends inside of
 * transactions are sends, too; commits in transactions are left to their transactions.
 */
import type { History, TransactionRecord } from '../../check/history.js';

/** `ok` happened, `failed` certainly did not, `unknown` may have. */
export type Outcome = 'ok' | 'unknown' | 'failed';
export const OUTCOMES: readonly Outcome[] = ['ok', 'unknown', 'failed'];

export interface Operation {
  readonly invokedUs: number;
  /** When its client learned how it ended; -1: never. */
  readonly completedUs: number;
  readonly outcome: Outcome;
}

export type OperationKind = 'send' | 'transaction' | 'commit' | 'delivery';

export interface OperationsOfKind {
  readonly kind: OperationKind;
  /** In the order of the history. */
  readonly operations: readonly Operation[];
}

/** Only the kinds that there were, sends first. */
export function operationsOf(history: History): OperationsOfKind[] {
  const all: OperationsOfKind[] = [
    {
      kind: 'send',
      operations: history.sends.map((send) =>
        operation(send.invokedUs, send.completedUs, send.outcome === 'pending' ? 'unknown' : send.outcome),
      ),
    },
    { kind: 'delivery', operations: deliveries(history) },
    { kind: 'transaction', operations: history.transactions.map((one) => operation(one.beganUs, one.endedUs, outcomeOf(one))) },
    {
      kind: 'commit',
      operations: history.commits
        .filter(({ kind }) => kind !== 'transaction')
        .map(({ invokedUs, completedUs, outcome }) => operation(invokedUs, completedUs, outcome === 'pending' ? 'unknown' : outcome)),
    },
  ];
  return all.filter(({ operations }) => operations.length > 0);
}

function operation(invokedUs: number, completedUs: number, outcome: Outcome): Operation {
  return { invokedUs, completedUs, outcome };
}

/** A transaction that nobody asked to commit has failed; one that was asked for and not confirmed, who knows. */
function outcomeOf({ outcome, asked }: TransactionRecord): Outcome {
  if (outcome === 'committed') return 'ok';
  if (outcome === 'aborted') return 'failed';
  return outcome === 'open' && asked !== 'commit' ? 'failed' : 'unknown';
}

function deliveries({ sends, polls }: History): Operation[] {
  const seen = new Set<number>();
  const found: Operation[] = [];
  for (const { values, timeUs } of polls) {
    for (const value of values) {
      const send = sends[value];
      if (send === undefined || seen.has(value)) continue;
      seen.add(value);
      found.push(operation(send.invokedUs, timeUs, 'ok'));
    }
  }
  return found;
}
