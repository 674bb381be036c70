/**
 * What clients asked of ZooKeeper and were told, znode by znode, as histories for the linearizability check. What certainly did nothing and says nothing
 * (requests of sessions that were gone) is not kept.
 */
import type { EventBus } from '../../engine/events.js';
import { zkSessionClosed, zkSessionExpired, znodeCreated } from '../../zookeeper/events.js';
import type { OperationObserver } from '../../zookeeper/OperationObserver.js';
import type { ReadRequest, Reply, WriteRequest, ZkCode, ZkOp } from '../../zookeeper/protocol.js';
import type { Operation } from './Model.js';
import type { ZnodeOp, ZnodeResult } from './models/znode.js';

export type ZnodeOperation = Operation<ZnodeOp, ZnodeResult> & {
  /** When its completion was told; for one that was not, when it was invoked. Simulated microseconds. */
  readonly timeUs: number;
};

interface Asked {
  readonly client: { readonly sessionId: number };
  readonly name: string;
  readonly request: WriteRequest | ReadRequest;
  /** Places in the history. */
  readonly invoked: number;
  /** From when on a read may take effect: the invocation of the last write of its session that was answered before. */
  readonly notBefore: number;
  completed: number | null;
  timeUs: number;
  code: ZkCode;
  reply: Reply | null;
}

interface SessionEnd {
  readonly session: number;
  readonly place: number;
  readonly timeUs: number;
}

/** The ensemble's own session, which makes the first znodes. */
const ENSEMBLE = 0;

export class ZooKeeperHistory implements OperationObserver {
  private readonly asked: Asked[] = [];
  private readonly ends: SessionEnd[] = [];
  /** Znodes that were there before any client came. */
  private readonly initial = new Set<string>();
  /** By client handle: where its last answered write was invoked. */
  private readonly lastWrite = new Map<object, number>();
  private places = 0;

  /** Subscribes at once: make it before the ensemble starts. */
  constructor(
    bus: EventBus,
    private readonly nowUs: () => number,
  ) {
    bus.subscribe(
      (_type, timeUs, session) => void this.ends.push({ session, place: this.places++, timeUs }),
      [zkSessionExpired, zkSessionClosed],
    );
    bus.subscribe(
      (_type, _timeUs, path, _zxid, session) => {
        if (session === ENSEMBLE) this.initial.add(bus.names.text(path));
      },
      [znodeCreated],
    );
  }

  invoked(client: { readonly sessionId: number }, name: string, request: WriteRequest | ReadRequest): number {
    const notBefore = this.lastWrite.get(client) ?? -1;
    const invoked = this.places++;
    this.asked.push({
      client,
      name,
      request,
      invoked,
      notBefore,
      completed: null,
      timeUs: this.nowUs(),
      code: 'ConnectionLoss',
      reply: null,
    });
    return this.asked.length - 1;
  }

  completed(operation: number, code: ZkCode, reply: Reply | null): void {
    const asked = this.asked[operation] as Asked;
    asked.code = code;
    if (code === 'ConnectionLoss') return;
    asked.completed = this.places++;
    asked.timeUs = this.nowUs();
    asked.reply = reply;
    if (asked.request.kind === 'write' && code !== 'SessionExpired') this.lastWrite.set(asked.client, asked.invoked);
  }

  /** Was the znode there from the beginning? */
  isInitial(path: string): boolean {
    return this.initial.has(path);
  }

  /** The histories of all znodes but the sequential ones, whose names a lost answer does not tell. */
  byZnode(): Map<string, ZnodeOperation[]> {
    const byPath = new Map<string, ZnodeOperation[]>();
    const prefixes = new Set<string>();
    const withEphemerals = new Set<string>();
    for (const { request } of this.asked) {
      if (request.kind === 'read') continue;
      for (const part of request.ops) if (part.op === 'create' && part.mode === 'persistent-sequential') prefixes.add(part.path);
    }
    for (const asked of this.asked) {
      if (asked.code === 'SessionExpired') continue;
      for (const [path, operation] of asked.request.kind === 'read' ? readOf(asked, asked.request) : writesOf(asked, asked.request)) {
        if (prefixes.has(path) || prefixes.has(path.replace(SEQUENCE, ''))) continue;
        operationsOf(byPath, path).push(operation);
        if (isEphemeral(operation)) withEphemerals.add(path);
      }
    }
    for (const path of withEphemerals) operationsOf(byPath, path).push(...this.ends.map(endOf));
    return byPath;
  }
}

const SEQUENCE = /\d{10}$/;

function operationsOf(byPath: Map<string, ZnodeOperation[]>, path: string): ZnodeOperation[] {
  let operations = byPath.get(path);
  if (operations === undefined) byPath.set(path, (operations = []));
  return operations;
}

function isEphemeral({ op }: ZnodeOperation): boolean {
  return op.f === 'write' && op.parts.some((part) => part.op === 'create' && part.mode === 'ephemeral');
}

function endOf({ session, place, timeUs }: SessionEnd): ZnodeOperation {
  return { client: 'ensemble', op: { f: 'end-session', session }, invoked: place, completed: place, result: 'ended', timeUs };
}

/** A read of data or of bare existence; children are not in the model, and neither is a read that was not answered. */
function readOf({ name, notBefore, completed, timeUs, reply }: Asked, { what, path }: ReadRequest): [string, ZnodeOperation][] {
  if (what === 'children' || completed === null || reply === null) return [];
  const { code, stat } = reply;
  if (code !== 'NoNode' && stat === undefined) return [];
  const result = stat === undefined ? { version: -1, owner: 0 } : { version: stat.version, owner: stat.ephemeralOwner };
  return [[path, { client: name, op: { f: 'read' }, invoked: notBefore, completed, result, timeUs }]];
}

/** The request's parts, by znode: all of them, or up to the one that failed, since the rest was not looked at. */
function writesOf({ client, name, invoked, completed, timeUs, reply }: Asked, { ops }: WriteRequest): Iterable<[string, ZnodeOperation]> {
  const applied = reply?.code === 'OK';
  const failedIndex = reply === null || applied ? ops.length : (reply.failedIndex ?? 0);
  const parts = new Map<string, ZkOp[]>();
  const results = new Map<string, { code: ZkCode; version?: number }[]>();
  ops.slice(0, failedIndex + 1).forEach((part, i) => {
    const result = reply?.results?.[i];
    const path = result?.path ?? part.path;
    parts.set(path, [...(parts.get(path) ?? []), part]);
    // A client asks for what it was told: the version after a multi is that after its last part on the znode.
    const version = part.op === 'set' && ops.filter((other) => other.path === part.path).length === 1 ? result?.stat?.version : undefined;
    const told = { code: result?.code ?? 'OK', ...(version === undefined ? {} : { version }) };
    results.set(path, [...(results.get(path) ?? []), told]);
  });
  return [...parts].map(([path, ofPath]) => {
    const op = { f: 'write', parts: ofPath, owner: client.sessionId } as const;
    const result = completed === null ? null : { applied, parts: results.get(path) ?? [] };
    return [path, { client: name, op, invoked, completed, result, timeUs }];
  });
}
