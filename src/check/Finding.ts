/** The words of the judge: guarantees, verdicts, and a finding, which is one proof that something went wrong. */

/** What a configuration may promise its users, judged from the clients' history and the logs that remain. */
export const guaranteeNames = [
  'no-acknowledged-loss',
  'no-divergence',
  'consistent-offsets',
  'producer-order',
  'key-order',
  'no-duplicates',
  'no-aborted-reads',
  'transaction-atomicity',
  'exactly-once',
  'at-least-once',
  'at-most-once',
  'no-skipped-records',
  'committed-offsets-honest',
  'single-owner',
  'eventually-converges',
  'group-converges',
] as const;
/** What a configuration may promise: `guarantees` lists them. */
export type GuaranteeName = (typeof guaranteeNames)[number];

/** Every white-box invariant by its id in the catalogue of properties; `Z` for those of ZooKeeper. */
export const invariantIds = [
  ...(['P2', 'P3', 'P4', 'P5', 'P6', 'P8', 'P9', 'P10', 'P11', 'P12', 'P13', 'P14', 'P15', 'P16'] as const),
  ...(['P20', 'P22', 'P24', 'P27', 'P28', 'P29', 'P30'] as const),
  ...(['Z1'] as const),
  // Not in the catalogue.
  ...(['P32'] as const),
] as const;
export type InvariantId = (typeof invariantIds)[number];

/** `unknown`: nothing contradicts it, but its premise was not exercised or the end cannot be seen. Never to be read as held. */
export type Verdict = 'held' | 'violated' | 'unknown';

/** Stable names of what can be found. */
export type AnomalyKind =
  | 'acknowledged-record-lost'
  | 'replicas-diverged'
  | 'offset-value-changed'
  | 'appends-not-linearizable'
  | 'producer-order-violated'
  | 'key-order-violated'
  | 'key-moved'
  | 'duplicate-record'
  | 'aborted-record-read'
  | 'uncommitted-record-read'
  | 'transaction-torn'
  | 'transaction-incomplete'
  | 'aborted-transaction-visible'
  | 'record-not-processed'
  | 'record-processed-twice'
  | 'record-without-output'
  | 'record-with-two-outputs'
  | 'record-skipped'
  | 'position-went-back'
  | 'commit-beyond-read'
  | 'commit-beyond-processed'
  | 'commit-went-back'
  | 'commit-forgotten'
  | 'commits-not-linearizable'
  | 'two-owners'
  | 'fenced-commit-took-effect'
  | `not-converged/${string}`
  | `invariant/${InvariantId}`;

export interface Finding {
  /** The guarantee that is broken, or the invariant's own name (`invariant/P11`). */
  readonly guarantee: GuaranteeName | `invariant/${InvariantId}`;
  readonly kind: AnomalyKind;
  /** Interned `topic-partition`; -1 where it concerns none. */
  readonly partition: number;
  /** -1 where it concerns none. */
  readonly offset: number;
  /** Message id (index of the send); -1 where it concerns none. */
  readonly value: number;
  /** When it happened as far as that is known, otherwise the end of the run. Simulated microseconds. */
  readonly timeUs: number;
  /** Index in the run's event stream of the event that did it or showed it; -1 when it was found at the end. */
  readonly eventIndex: number;
  /** One sentence, with numbers. */
  readonly message: string;
  /** What proves it: broker ids, epochs, offsets, values. */
  readonly witness: Readonly<Record<string, number | string>>;
}
