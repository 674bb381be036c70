/**
 * Operations in Jepsen's shape (jepsen.tests.kafka), as plain data: what a client asked for (`invoke`) and what became of it (`ok`: it happened,
 * `fail`: it did not, `info`: nobody knows). Files in EDN and JSON have the same fields.
 *
 * A *key* stands for one topic-partition, a *value* for one record; a value is unique within its key. Keys are texts here; Jepsen's own are small integers, and
 * those that look like integers are written as such.
 *
 * Beyond Jepsen: `client` names the client whose operations these are, where several processes share one (a producer with several sends in flight), or
 * one outlives an operation without an answer; an entry of the rebalance log may be a position that was set by a seek or a reset; and one operation of the nemesis,
 * `:configuration`, carries what decides which anomalies the configuration rules out.
 */

/** What EDN and JSON files can hold. Keywords are their names; sets are arrays. */
export type JepsenValue = null | boolean | number | string | readonly JepsenValue[] | { readonly [key: string]: JepsenValue };

export const opTypes = ['invoke', 'ok', 'fail', 'info'] as const;
export type OpType = (typeof opTypes)[number];

/** What clients do. */
export const clientFunctions = ['send', 'poll', 'txn', 'assign', 'subscribe', 'crash', 'debug-topic-partitions'] as const;
export type ClientFunction = (typeof clientFunctions)[number];

/** `['send', key, value]` when invoked, `['send', key, [offset, value]]` when completed; offset null where none was told. */
export type SendMicroOp = readonly ['send', string, number | readonly [number | null, number]];
/** One record that was read: offset and value. */
export type Pair = readonly [number, number];
/** `['poll']` when invoked, `['poll', { key: [[offset, value], …] }]` when completed; a key without records is absent. */
export type PollMicroOp = readonly ['poll'] | readonly ['poll', Readonly<Record<string, readonly Pair[]>>];
export type MicroOp = SendMicroOp | PollMicroOp;

/**
 * A callback of the consumer during the operation, before its polls returned. `reset`: the position was set, by the application or by auto.offset.reset; `from` and `to` are
 * offsets, -1 none.
 */
export interface RebalanceEntry {
  readonly type: 'assigned' | 'revoked' | 'lost' | 'reset';
  readonly keys: readonly string[];
  readonly from?: number;
  readonly to?: number;
}

interface OpBase {
  /** Position in the history: ascending, without repetition. */
  readonly index: number;
  /** Nanoseconds since the history began. */
  readonly time: number;
  readonly type: OpType;
  readonly error?: JepsenValue;
}

/** What a client does with records. Null where a completion says no more than its invocation. */
export interface RecordOp extends OpBase, ClientOpBase {
  readonly f: 'send' | 'poll' | 'txn';
  readonly value: readonly MicroOp[] | null;
}

/** What a client reads from now on; replaces what it read before. */
export interface PlaceOp extends OpBase, ClientOpBase {
  readonly f: 'assign' | 'subscribe';
  readonly value: readonly string[] | null;
  readonly seekToBeginning?: boolean;
}

/** What a client does that concerns no record. */
export interface OtherOp extends OpBase, ClientOpBase {
  readonly f: 'crash' | 'debug-topic-partitions';
  readonly value: JepsenValue;
}

interface ClientOpBase {
  /** One thread of one life of one client; has at most one operation open. */
  readonly process: number;
  readonly client?: string;
  readonly rebalanceLog?: readonly RebalanceEntry[];
}

/** What somebody else did, such as a fault. */
export interface NemesisOp extends OpBase {
  readonly process: string;
  readonly f: string;
  readonly value: JepsenValue;
}

export type ClientOp = RecordOp | PlaceOp | OtherOp;
export type JepsenOp = ClientOp | NemesisOp;

/** The process of operations that no client did. */
export const NEMESIS = 'nemesis';
/** The nemesis operation whose value is a {@link ./Traits.Traits}. */
export const CONFIGURATION = 'configuration';

export function isClientOp(op: JepsenOp): op is ClientOp {
  return typeof op.process === 'number';
}
