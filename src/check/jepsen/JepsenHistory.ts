/**
 * A history as columns of numbers. *Operations* are rows in the order of their completions, and refer to their micro-operations by ranges of rows:
 *
 *     operation ──▶ runs (one poll of one key) ──▶ pairs (a slot and a record each)
 *               └─▶ sends (key, slot or -1, record)
 *
 * A *slot* is one offset of one key that anybody reported, a *record* is one value of one key. Keys, slots, records and sessions are small numbers. Ten million pairs take
 * 80 MB and no object at all.
 */
import type { RebalanceEntry } from './JepsenOp.js';
import type { Traits } from './Traits.js';

/** How an operation ended. */
export const OK = 0;
export const INFO = 1;
export const FAIL = 2;

/** What an operation was, as `opFunction` has it. */
export const SEND = 0;
export const POLL = 1;
export const TXN = 2;
export const ASSIGN = 3;
export const SUBSCRIBE = 4;
export const CRASH = 5;
export const DEBUG = 6;

/** A rebalance entry with its keys as numbers. */
export interface RebalanceRow {
  readonly type: RebalanceEntry['type'];
  readonly keys: readonly number[];
  /** Offset from which reading goes on; -1 unknown. */
  readonly to: number;
}

/** What an `assign` or a `subscribe` named. */
export interface Placement {
  readonly keys: readonly number[];
  readonly seekToBeginning: boolean;
}

/** One life of one client: what per-process rules are about. */
export interface Session {
  /** The client's name; empty where the history gives none. */
  readonly client: string;
  /** `p1`, or `process 3`. */
  readonly name: string;
}

export interface JepsenHistory {
  readonly keys: readonly string[];
  readonly sessions: readonly Session[];
  /** As the history says itself; null where it does not. */
  readonly traits: Traits | null;
  /** Invocations whose completion is missing: they count as `info`. */
  readonly synthesised: number;

  readonly opCount: number;
  readonly opSession: Int32Array;
  /** OK, INFO or FAIL. */
  readonly opType: Int32Array;
  readonly opFunction: Int32Array;
  /** Does it take effect as a whole, or not at all? */
  readonly opTransactional: Uint8Array;
  /** As the file has them. */
  readonly opInvokeIndex: Float64Array;
  /** -1: it never completed. */
  readonly opCompleteIndex: Float64Array;
  /** Positions in the whole history, dense: an operation happened before another if it completed at a lower position than the other was invoked. */
  readonly opInvoked: Int32Array;
  readonly opCompleted: Int32Array;
  /** Nanoseconds. */
  readonly opInvokeTime: Float64Array;
  readonly opCompleteTime: Float64Array;
  /** One more than operations. */
  readonly opRuns: Int32Array;
  readonly opSends: Int32Array;
  readonly rebalances: ReadonlyMap<number, readonly RebalanceRow[]>;
  readonly placements: ReadonlyMap<number, Placement>;

  readonly runKey: Int32Array;
  /** One more than runs. */
  readonly runPairs: Int32Array;
  readonly pairSlot: Int32Array;
  readonly pairRecord: Int32Array;

  readonly sendKey: Int32Array;
  /** -1: no offset was told. */
  readonly sendSlot: Int32Array;
  readonly sendRecord: Int32Array;

  readonly slotKey: Int32Array;
  readonly slotOffset: Float64Array;
  readonly recordKey: Int32Array;
  readonly recordValue: Float64Array;
  /** Operation that sent it; -1 nobody. */
  readonly recordWriter: Int32Array;
}

/** `op 12`: the index of the completion, or of the invocation where there is none. */
export function opText({ opCompleteIndex, opInvokeIndex }: JepsenHistory, op: number): string {
  return `op ${opIndex({ opCompleteIndex, opInvokeIndex }, op)}`;
}

export function opIndex({ opCompleteIndex, opInvokeIndex }: Pick<JepsenHistory, 'opCompleteIndex' | 'opInvokeIndex'>, op: number): number {
  const completed = opCompleteIndex[op] as number;
  return completed >= 0 ? completed : (opInvokeIndex[op] as number);
}

/** The client's or process's name. */
export function sessionText({ sessions, opSession }: JepsenHistory, op: number): string {
  return (sessions[opSession[op] as number] as Session).name;
}

export function clientOf({ sessions, opSession }: JepsenHistory, op: number): string {
  return (sessions[opSession[op] as number] as Session).client;
}
