/** One entry of the ensemble's log: what was decided at one zxid, also when the decision was an error. */
import type { Change } from './DataTree.js';
import type { ZkCode, ZkOpResult } from './protocol.js';
import type { ServerConnection } from './ServerConnection.js';

export interface Transaction {
  /** Position in the log, counted from 1. */
  readonly zxid: number;
  /** Session that asked for it; 0: the ensemble. */
  readonly session: number;
  /** Connection that waits for the outcome, or null. */
  readonly origin: ServerConnection | null;
  readonly xid: number;
  readonly code: ZkCode;
  readonly failedIndex: number;
  readonly results: readonly ZkOpResult[];
  readonly changes: readonly Change[];
  /** Session that begins with this transaction, or 0. */
  readonly openedSession: number;
  readonly timeoutUs: number;
  /** Session that ends with it, or 0. */
  readonly closedSession: number;
}
