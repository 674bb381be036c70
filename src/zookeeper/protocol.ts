/**
 * What a ZooKeeper client and a server say to each other, and the words of the client API: result codes, stats, operations, watch events.
 * Shapes and names follow ZooKeeper's Programmer's Guide; data is any immutable value, passed by reference instead of as bytes.
 */

/** Result of an operation. `RuntimeInconsistency` marks the operations of a failed multi after the one that failed. */
export type ZkCode =
  | 'OK'
  | 'NoNode'
  | 'NodeExists'
  | 'BadVersion'
  | 'NotEmpty'
  | 'NoChildrenForEphemerals'
  | 'ConnectionLoss'
  | 'SessionExpired'
  | 'RuntimeInconsistency';

/** A znode's bookkeeping. Zxids are plain transaction numbers, counted from 1 without the leader's epoch in the upper half. */
export interface Stat {
  /** Transaction that created the znode. */
  readonly czxid: number;
  /** Transaction that last set its data. */
  readonly mzxid: number;
  /** Transaction that last changed its set of children. */
  readonly pzxid: number;
  /** Starts at 0, one more with each setData. */
  readonly version: number;
  /** Creations and deletions of children. */
  readonly cversion: number;
  /** Session that owns an ephemeral znode; 0 for a persistent one. */
  readonly ephemeralOwner: number;
}

export type CreateMode = 'persistent' | 'ephemeral' | 'persistent-sequential';

export type WatchEventType = 'created' | 'deleted' | 'data-changed' | 'children-changed';

/** Says that something changed, never what it is now. */
export interface WatchEvent {
  readonly type: WatchEventType;
  readonly path: string;
}

/** A write. Version -1 matches any version. */
/** Of a write that does not care what it overwrites. */
export const ANY_VERSION = -1;

export type ZkOp =
  | { readonly op: 'create'; readonly path: string; readonly data: unknown; readonly mode: CreateMode }
  | { readonly op: 'delete'; readonly path: string; readonly version: number }
  | { readonly op: 'set'; readonly path: string; readonly data: unknown; readonly version: number }
  | { readonly op: 'check'; readonly path: string; readonly version: number };

/** Outcome of one operation: `path` is the actual path of a create, `stat` the new stat of a set or create. */
export interface ZkOpResult {
  readonly code: ZkCode;
  readonly path?: string;
  readonly stat?: Stat;
}

/** Which watches a client still waits for, by kind. `exist` watches were left on missing znodes. */
export interface WatchList {
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly children: readonly string[];
}

export interface ConnectRequest {
  readonly kind: 'connect';
  /** 0 asks for a new session. */
  readonly sessionId: number;
  readonly lastZxid: number;
  readonly timeoutUs: number;
  readonly clientName: string;
}

export interface ReadRequest {
  readonly kind: 'read';
  readonly xid: number;
  readonly what: 'data' | 'exists' | 'children';
  readonly path: string;
  readonly watch: boolean;
}

export interface WriteRequest {
  readonly kind: 'write';
  readonly xid: number;
  readonly ops: readonly ZkOp[];
}

export interface SyncRequest {
  readonly kind: 'sync';
  readonly xid: number;
}

export interface CloseRequest {
  readonly kind: 'close';
  readonly xid: number;
}

export interface SetWatchesRequest {
  readonly kind: 'set-watches';
  readonly lastZxid: number;
  readonly watches: WatchList;
}

export type ClientMessage =
  ConnectRequest | ReadRequest | WriteRequest | SyncRequest | CloseRequest | SetWatchesRequest | { readonly kind: 'ping' };

/** What a server cannot decide alone. */
export type LeaderMessage = ConnectRequest | WriteRequest | SyncRequest | CloseRequest;

/** `sessionId` 0: the session that was asked for is gone. */
export interface ConnectResponse {
  readonly kind: 'connected';
  readonly sessionId: number;
  readonly timeoutUs: number;
}

export interface Reply {
  readonly kind: 'reply';
  readonly xid: number;
  /** The last transaction the server had applied. Only replies carry it: every watch event of an earlier transaction went before. */
  readonly zxid: number;
  readonly code: ZkCode;
  readonly data?: unknown;
  readonly stat?: Stat | undefined;
  readonly children?: readonly string[];
  readonly results?: readonly ZkOpResult[];
  readonly failedIndex?: number;
}

export type ServerMessage = ConnectResponse | Reply | { readonly kind: 'watch'; readonly event: WatchEvent } | { readonly kind: 'pong' };

/** Name of the network service that the servers listen on. */
export const ZOOKEEPER_SERVICE = 'zookeeper';

/** Bytes of a message on the wire, roughly: enough for links with bandwidth, and no more. */
export function messageBytes(operations: number): number {
  return 60 + 140 * operations;
}
