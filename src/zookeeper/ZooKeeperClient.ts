/**
 * A ZooKeeper client handle: one session, at most one connection, the behaviour of the Java client (ClientCnxn).
 *
 * Models: sessions that outlive connections; pings after a third of the session timeout; a server given up after two thirds without a word;
 * ConnectionLoss for everything outstanding (a write's fate is then unknown); servers tried in random order with a random wait between;
 * one-shot watches, set again on a new connection; expiry learned only by asking a server.
 * Leaves out: authentication, ACLs, chroot, read-only mode, and connection attempts that race each other.
 *
 * Callbacks never run inside the call that asked for them.
 */
import type { Host, Process } from '../engine/Host.js';
import type { Socket } from '../engine/Network.js';
import type { Random } from '../engine/random.js';
import type { Timer } from '../engine/Scheduler.js';
import type { Simulation } from '../engine/Simulation.js';
import { connectionDropped, pingEarly } from './buggifySites.js';
import { zkClientConnected, zkClientDisconnected, zkClientExpired } from './events.js';
import {
  messageBytes,
  ZOOKEEPER_SERVICE,
  type ClientMessage,
  type CloseRequest,
  type ConnectResponse,
  type CreateMode,
  type ReadRequest,
  type Reply,
  type ServerMessage,
  type Stat,
  type SyncRequest,
  type WatchEvent,
  type WriteRequest,
  type ZkCode,
  type ZkOp,
  type ZkOpResult,
} from './protocol.js';
import type { ZooKeeperEnsemble } from './ZooKeeperEnsemble.js';

export type { CreateMode, Stat, WatchEvent, ZkCode, ZkOp, ZkOpResult } from './protocol.js';

/** What the owner of a session hears about it. Disconnected is not expired: the session, and its ephemerals, may live on. */
export interface ZooKeeperClientListener {
  /** The session exists and a server serves it; called again after every reconnection. */
  onConnected?(): void;
  /** The connection is lost; everything outstanding has been answered with ConnectionLoss before. */
  onDisconnected?(): void;
  /** The ensemble says that the session is gone. This handle is of no more use: make a new one. */
  onExpired?(): void;
  /** A watch fired. It is gone with that: read again with `watch` to hear more. */
  onWatch?(event: WatchEvent): void;
}

export interface ZooKeeperClientOptions {
  /** Asked for; the ensemble may grant another (see `sessionTimeoutUs` of the client). */
  readonly sessionTimeoutUs: number;
  /** Names the client's random stream and its events; unique among the handles of a run that live at the same time. */
  readonly name: string;
}

export type ZooKeeperClientState = 'connecting' | 'connected' | 'disconnected' | 'expired' | 'closed';

type Request = ReadRequest | WriteRequest | SyncRequest | CloseRequest;

interface Outstanding {
  readonly request: Request;
  /** Called with the reply, or without one when the code is all there is. */
  readonly done: (code: ZkCode, reply: Reply | null) => void;
}

/** Wait before the next connection attempt, as the Java client sleeps a random time below one second. */
const MIN_BACKOFF_US = 100_000;
const MAX_BACKOFF_US = 1_000_000;

export class ZooKeeperClient {
  private currentSessionId = 0;
  private currentState: ZooKeeperClientState = 'connecting';
  private timeoutUs: number;
  private lastZxid = 0;
  private nextXid = 1;
  private started = false;

  private readonly random: Random;
  private servers: readonly Host[] = [];
  private nextServer = 0;
  private socket: Socket | null = null;
  private wakeTimer: Timer = 0;
  private lastHeardUs = 0;
  private lastSentUs = 0;

  /** Asked while no server served us; sent on the next connection. */
  private unsent: Outstanding[] = [];
  /** Sent and not answered, in order. */
  private outstanding: Outstanding[] = [];

  /** Data watches by path; an `exist` one was left on a missing znode. */
  private readonly dataWatches = new Map<string, 'data' | 'exist'>();
  private readonly childWatches = new Set<string>();

  constructor(
    private readonly simulation: Simulation,
    private readonly process: Process,
    private readonly ensemble: ZooKeeperEnsemble,
    private readonly options: ZooKeeperClientOptions,
    private readonly listener: ZooKeeperClientListener,
  ) {
    this.timeoutUs = options.sessionTimeoutUs;
    this.random = simulation.randomness.stream(`zookeeper/client/${options.name}`);
  }

  /** 0 before the first connection. Keeps its value after expiry. */
  get sessionId(): number {
    return this.currentSessionId;
  }

  get state(): ZooKeeperClientState {
    return this.currentState;
  }

  /** The session timeout as negotiated; what was asked for before the first connection. Microseconds. */
  get sessionTimeoutUs(): number {
    return this.timeoutUs;
  }

  /** Begins connecting; `onConnected` follows when the session exists. */
  start(): void {
    if (this.started) throw new Error(`ZooKeeper client ${this.options.name} was started twice`);
    this.started = true;
    this.servers = this.random.shuffled(this.ensemble.hosts);
    this.attempt();
  }

  /**
   * `actualPath` has the sequence number of a sequential znode; it is the path asked for when the code is not OK.
   * `stat` comes with OK; its czxid is the broker epoch of KIP-380.
   */
  create(path: string, data: unknown, mode: CreateMode, done: (code: ZkCode, actualPath: string, stat?: Stat) => void): void {
    this.write([{ op: 'create', path, data, mode }], (code, reply) => {
      const result = reply?.results?.[0];
      done(code, result?.path ?? path, result?.stat);
    });
  }

  /** @param version expected version of the znode, -1 for any. */
  delete(path: string, version: number, done: (code: ZkCode) => void): void {
    this.write([{ op: 'delete', path, version }], done);
  }

  /** @param version expected version of the znode, -1 for any. `stat` is the new one. */
  setData(path: string, data: unknown, version: number, done: (code: ZkCode, stat?: Stat) => void): void {
    this.write([{ op: 'set', path, data, version }], (code, reply) => done(code, reply?.results?.[0]?.stat));
  }

  /** Served by the connected server from what it has applied: perhaps stale. NoNode leaves no watch. */
  getData(path: string, watch: boolean, done: (code: ZkCode, data?: unknown, stat?: Stat) => void): void {
    this.read('data', path, watch, (code, reply) => done(code, reply?.data, reply?.stat));
  }

  /** A watch is left on a missing znode too. */
  exists(path: string, watch: boolean, done: (code: ZkCode, stat?: Stat) => void): void {
    this.read('exists', path, watch, (code, reply) => done(code, reply?.stat));
  }

  /** Names of the children, sorted. NoNode leaves no watch. */
  getChildren(path: string, watch: boolean, done: (code: ZkCode, children?: string[]) => void): void {
    this.read('children', path, watch, (code, reply) => done(code, reply?.children as string[] | undefined));
  }

  /**
   * All operations or none. `code` is that of the first operation that failed and `failedIndex` its position (-1: none, or the
   * whole request was lost). Results before it are OK though nothing was done, those after it RuntimeInconsistency.
   */
  multi(ops: readonly ZkOp[], done: (code: ZkCode, results: readonly ZkOpResult[], failedIndex: number) => void): void {
    this.write(ops, (code, reply) => done(code, reply?.results ?? [], reply?.failedIndex ?? -1));
  }

  /** Lets the connected server catch up with every write committed before this call. */
  sync(path: string, done: (code: ZkCode, path: string) => void): void {
    this.submit({ kind: 'sync', xid: this.nextXid++ }, (code) => done(code, path));
  }

  /** Ends the session: its ephemerals are deleted at once if a server can be told, else when it expires. Nothing is reported after that. */
  close(): void {
    if (this.currentState === 'closed') return;
    const connected = this.currentState === 'connected';
    if (connected) this.submit({ kind: 'close', xid: this.nextXid++ }, ignore);
    this.currentState = 'closed';
    this.cancelWake();
    if (connected) return;
    this.socket?.close();
    this.socket = null;
    this.failAll('ConnectionLoss');
  }

  private write(ops: readonly ZkOp[], done: Outstanding['done']): void {
    this.submitObserved({ kind: 'write', xid: this.nextXid++, ops }, done);
  }

  private read(what: ReadRequest['what'], path: string, watch: boolean, done: Outstanding['done']): void {
    this.submitObserved({ kind: 'read', xid: this.nextXid++, what, path, watch }, done);
  }

  private submitObserved(request: ReadRequest | WriteRequest, done: Outstanding['done']): void {
    const { observer } = this.ensemble;
    if (observer === null) {
      this.submit(request, done);
      return;
    }
    const operation = observer.invoked(this, this.options.name, request);
    this.submit(request, (code, reply) => {
      observer.completed(operation, code, reply);
      done(code, reply);
    });
  }

  private submit(request: Request, done: Outstanding['done']): void {
    const entry: Outstanding = { request, done };
    if (this.currentState === 'expired' || this.currentState === 'closed') this.process.after(0, answerExpired, entry);
    else if (this.currentState === 'connected') this.sendRequest(entry);
    else this.unsent.push(entry);
  }

  private sendRequest(entry: Outstanding): void {
    this.outstanding.push(entry);
    this.send(entry.request, entry.request.kind === 'write' ? entry.request.ops.length : 1);
  }

  private send(message: ClientMessage, operations: number): void {
    this.lastSentUs = this.localUs();
    this.socket?.send(message, messageBytes(operations));
  }

  private localUs(): number {
    return this.process.host.clock.monotonicUs();
  }

  private attempt(): void {
    const server = this.servers[this.nextServer % this.servers.length] as Host;
    this.nextServer++;
    const socket = this.simulation.network.connect(this.process, server, ZOOKEEPER_SERVICE);
    this.socket = socket;
    this.lastHeardUs = this.localUs();
    socket.onOpen = () =>
      this.send(
        {
          kind: 'connect',
          sessionId: this.currentSessionId,
          lastZxid: this.lastZxid,
          timeoutUs: this.options.sessionTimeoutUs,
          clientName: this.options.name,
        },
        1,
      );
    socket.onMessage = (message) => this.receive(message as ServerMessage);
    socket.onClose = () => this.connectionLost();
    this.armWake(this.connectTimeoutUs());
  }

  /** As ClientCnxn: the session timeout shared out among the servers. */
  private connectTimeoutUs(): number {
    return Math.floor(this.timeoutUs / this.servers.length);
  }

  private armWake(delayUs: number): void {
    this.cancelWake();
    this.wakeTimer = this.process.after(Math.max(1, delayUs), this.wake, undefined);
  }

  private cancelWake(): void {
    this.process.cancel(this.wakeTimer);
    this.wakeTimer = 0;
  }

  /** The one timer: connect timeout, read timeout, ping, and the wait before another attempt. */
  private readonly wake = (): void => {
    this.wakeTimer = 0;
    if (this.socket === null) {
      this.attempt();
      return;
    }
    const nowUs = this.localUs();
    if (this.currentState !== 'connected') {
      this.connectionLost();
      return;
    }
    const silenceLeftUs = this.lastHeardUs + Math.floor((this.timeoutUs * 2) / 3) - nowUs;
    const { buggify } = this.simulation;
    if (silenceLeftUs <= 0 || buggify.fires(connectionDropped)) {
      this.connectionLost();
      return;
    }
    const pingUs = Math.floor(this.timeoutUs / 3);
    if (nowUs - this.lastSentUs >= pingUs || buggify.fires(pingEarly)) this.send({ kind: 'ping' }, 0);
    this.armWake(Math.min(silenceLeftUs, this.lastSentUs + pingUs - nowUs));
  };

  private receive(message: ServerMessage): void {
    this.lastHeardUs = this.localUs();
    switch (message.kind) {
      case 'connected':
        this.sessionAnswered(message);
        return;
      case 'reply':
        this.replied(message);
        return;
      case 'watch':
        this.watchFired(message.event);
        return;
      default:
    }
  }

  private sessionAnswered(response: ConnectResponse): void {
    if (this.currentState === 'closed') return;
    if (response.sessionId === 0) {
      this.sessionGone();
      return;
    }
    this.currentSessionId = response.sessionId;
    this.timeoutUs = response.timeoutUs;
    this.currentState = 'connected';
    this.emitWithServer(zkClientConnected);
    this.armWake(Math.floor(this.timeoutUs / 3));
    this.renewWatches();
    const waiting = this.unsent;
    this.unsent = [];
    for (const entry of waiting) this.sendRequest(entry);
    this.listener.onConnected?.();
  }

  private sessionGone(): void {
    this.cancelWake();
    this.socket?.close();
    this.socket = null;
    this.currentState = 'expired';
    const names = this.simulation.bus.names;
    this.simulation.bus.emit(zkClientExpired, this.currentSessionId, names.idOf(this.options.name));
    this.failAll('SessionExpired');
    if (this.state !== 'closed') this.listener.onExpired?.();
  }

  private emitWithServer(type: typeof zkClientConnected | typeof zkClientDisconnected): void {
    const bus = this.simulation.bus;
    bus.emit(type, this.currentSessionId, bus.names.idOf(this.options.name), bus.names.idOf(this.socket?.remote.name ?? ''));
  }

  /** The server may have died, closed on us, or gone silent: fail what is outstanding and try the next server. */
  private connectionLost(): void {
    const wasConnected = this.currentState === 'connected';
    if (wasConnected) this.emitWithServer(zkClientDisconnected);
    this.socket?.close();
    this.socket = null;
    if (this.currentState === 'closed') {
      this.failAll('ConnectionLoss');
      return;
    }
    if (wasConnected) this.currentState = 'disconnected';
    this.armWake(this.random.between(MIN_BACKOFF_US, MAX_BACKOFF_US));
    this.failAll('ConnectionLoss');
    if (wasConnected && this.state !== 'closed') this.listener.onDisconnected?.();
  }

  private failAll(code: ZkCode): void {
    const sent = this.outstanding;
    const unsent = this.unsent;
    this.outstanding = [];
    this.unsent = [];
    for (const entry of sent) {
      if (code === 'ConnectionLoss' && entry.request.kind === 'write')
        this.ensemble.noteLostReply(this.currentSessionId, entry.request.xid);
      entry.done(code, null);
    }
    for (const entry of unsent) entry.done(code, null);
  }

  private replied(reply: Reply): void {
    if (reply.zxid > this.lastZxid) this.lastZxid = reply.zxid;
    const entry = this.outstanding.shift();
    if (entry === undefined || entry.request.xid !== reply.xid) {
      throw new Error(`ZooKeeper client ${this.options.name} got reply ${reply.xid} while waiting for ${entry?.request.xid ?? 'nothing'}`);
    }
    if (entry.request.kind === 'read' && entry.request.watch) this.rememberWatch(entry.request, reply.code);
    entry.done(reply.code, reply);
  }

  private rememberWatch(request: ReadRequest, code: ZkCode): void {
    if (code === 'OK' && request.what === 'children') this.childWatches.add(request.path);
    else if (code === 'OK') this.dataWatches.set(request.path, 'data');
    else if (code === 'NoNode' && request.what === 'exists') this.dataWatches.set(request.path, 'exist');
  }

  private watchFired(event: WatchEvent): void {
    if (event.type !== 'children-changed') this.dataWatches.delete(event.path);
    if (event.type === 'children-changed' || event.type === 'deleted') this.childWatches.delete(event.path);
    if (this.currentState !== 'closed') this.listener.onWatch?.(event);
  }

  private renewWatches(): void {
    const data: string[] = [];
    const exist: string[] = [];
    for (const [path, kind] of this.dataWatches) (kind === 'data' ? data : exist).push(path);
    const children = [...this.childWatches];
    const count = data.length + exist.length + children.length;
    if (count > 0) this.send({ kind: 'set-watches', lastZxid: this.lastZxid, watches: { data, exist, children } }, count);
  }
}

function ignore(): void {}

function answerExpired(entry: Outstanding): void {
  entry.done('SessionExpired', null);
}
