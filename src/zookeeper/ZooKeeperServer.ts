/**
 * One server of the ensemble: client connections, its own copy of the tree as far as it has applied it, and the watches.
 *
 * Models: reads from the applied prefix, which may be stale; a session's requests answered in order, its reads waiting for its own
 * writes; watch events sent before anything that shows the new state; refusal of clients that have seen a later transaction.
 * Leaves out: observers, throttling, and the disk (a server that comes back catches up from the ensemble's log).
 */
import type { Host, Process } from '../engine/Host.js';
import type { Socket } from '../engine/Network.js';
import type { Simulation } from '../engine/Simulation.js';
import { DataTree, parentOf, type Change, type CommittedStore } from './DataTree.js';
import { zookeeperProbes } from './probes.js';
import {
  ZOOKEEPER_SERVICE,
  type ClientMessage,
  type ConnectRequest,
  type ReadRequest,
  type LeaderMessage,
  type Reply,
  type SetWatchesRequest,
  type WatchEvent,
  type WatchEventType,
} from './protocol.js';
import { ServerConnection } from './ServerConnection.js';
import type { Transaction } from './transaction.js';

/** `syncing`: has found the leader and fetches what it missed. Only `following` and `leading` servers serve clients. */
export type ServerRole = 'looking' | 'syncing' | 'following' | 'leading';

/** What a server needs of the ensemble around it. */
export interface EnsembleMembership {
  /** Zxid of the last committed transaction. */
  readonly committed: number;
  readonly store: CommittedStore;
  transactionAt(zxid: number): Transaction;
  /** Passes what only the leader may decide on to the leader, in order. */
  forward(connection: ServerConnection, message: LeaderMessage): void;
  isOpen(session: number): boolean;
}

type Watches = Map<string, Set<ServerConnection>>;

export class ZooKeeperServer {
  role: ServerRole = 'looking';
  /** When contact with the leader was lost, or -1. */
  lostContactUs = -1;
  /** Transactions applied: the zxid of the last one. */
  applied = 0;
  readonly process: Process;
  readonly connections = new Set<ServerConnection>();

  private readonly tree = new DataTree();
  private dataWatches: Watches = new Map();
  private childWatches: Watches = new Map();

  constructor(
    private readonly simulation: Simulation,
    private readonly ensemble: EnsembleMembership,
    readonly index: number,
    readonly host: Host,
  ) {
    this.process = simulation.addProcess(host.name, host);
  }

  get serves(): boolean {
    return this.role === 'following' || this.role === 'leading';
  }

  /** Runs and is not paused. */
  get alive(): boolean {
    return this.process.running && !this.process.paused;
  }

  /** The body of a new incarnation. The applied prefix was on disk. */
  readonly main = (): void => {
    this.role = 'looking';
    this.lostContactUs = -1;
    this.forgetClients();
    this.process.listen(ZOOKEEPER_SERVICE, (socket) => this.accept(socket));
  };

  /** The process is gone, and its connections with it. */
  died(): void {
    this.role = 'looking';
    this.forgetClients();
  }

  /** No leader to follow any more: stops serving and closes every client connection. */
  giveUp(): void {
    if (this.role === 'looking') return;
    this.role = 'looking';
    this.lostContactUs = -1;
    // A paused server closes them once it runs again.
    this.simulation.scheduler.after(0, closeAll, this, this.process);
  }

  /** Applies every transaction up to and including `zxid` that it has not yet applied. */
  applyUpTo(zxid: number): void {
    while (this.applied < zxid) this.apply(this.ensemble.transactionAt(this.applied + 1));
  }

  private apply(transaction: Transaction): void {
    const zxid = transaction.zxid;
    this.applied = zxid;
    for (const change of transaction.changes) {
      this.tree.apply(change, zxid);
      this.fireFor(change, zxid);
    }
    const origin = transaction.origin;
    if (origin !== null && origin.server === this.index) this.completed(origin, transaction);
    if (transaction.closedSession !== 0) this.closeSession(transaction.closedSession);
  }

  private completed(connection: ServerConnection, transaction: Transaction): void {
    if (!this.connections.has(connection)) return;
    if (transaction.openedSession !== 0) {
      this.admit(connection, transaction.openedSession, transaction.timeoutUs);
      return;
    }
    const { zxid, xid, code, results, failedIndex } = transaction;
    const slot = connection.slots.find((each) => each.xid === xid);
    if (slot === undefined) return;
    slot.reply = { kind: 'reply', xid, zxid, code, results, failedIndex };
    this.answerInOrder(connection);
  }

  /** Tells the client that it has its session, or that the session ended while it asked. */
  admit(connection: ServerConnection, sessionId: number, timeoutUs: number): void {
    if (!this.connections.has(connection)) return;
    if (!this.ensemble.isOpen(sessionId)) {
      this.reject(connection);
      return;
    }
    connection.sessionId = sessionId;
    connection.send({ kind: 'connected', sessionId, timeoutUs });
  }

  /** Tells the client that its session is gone. */
  reject(connection: ServerConnection): void {
    if (!this.connections.has(connection)) return;
    connection.send({ kind: 'connected', sessionId: 0, timeoutUs: 0 });
    this.close(connection);
  }

  close(connection: ServerConnection): void {
    connection.socket.close();
    this.forget(connection);
  }

  private closeSession(sessionId: number): void {
    for (const connection of this.connections) if (connection.sessionId === sessionId) this.close(connection);
  }

  private accept(socket: Socket): void {
    const connection = new ServerConnection(this.index, socket);
    this.connections.add(connection);
    socket.onMessage = (message) => this.receive(connection, message as ClientMessage);
    socket.onClose = () => this.forget(connection);
  }

  private receive(connection: ServerConnection, message: ClientMessage): void {
    if (!this.serves) {
      this.close(connection);
      return;
    }
    connection.heard = true;
    switch (message.kind) {
      case 'connect':
        this.connect(connection, message);
        return;
      case 'ping':
        connection.send({ kind: 'pong' }, 0);
        return;
      case 'read':
        this.takeRead(connection, message);
        return;
      case 'set-watches':
        this.setWatches(connection, message);
        return;
      default:
        connection.slots.push({ xid: message.xid, read: null, reply: null });
        this.ensemble.forward(connection, message);
    }
  }

  private connect(connection: ServerConnection, request: ConnectRequest): void {
    // "Refusing session request as the client has seen a zxid that our last zxid is behind; client must try another server."
    if (request.lastZxid > this.applied) this.close(connection);
    else this.ensemble.forward(connection, request);
  }

  private takeRead(connection: ServerConnection, request: ReadRequest): void {
    if (connection.slots.length === 0) connection.send(this.answerRead(connection, request));
    else connection.slots.push({ xid: request.xid, read: request, reply: null });
  }

  private answerInOrder(connection: ServerConnection): void {
    for (;;) {
      const slot = connection.slots[0];
      if (slot === undefined) return;
      const reply = slot.read === null ? slot.reply : this.answerRead(connection, slot.read);
      if (reply === null) return;
      connection.slots.shift();
      connection.send(reply, reply.results?.length ?? 1);
    }
  }

  private answerRead(connection: ServerConnection, request: ReadRequest): Reply {
    const { xid, path, what, watch } = request;
    if (this.applied < this.ensemble.committed && this.isStale(request)) this.simulation.probes.hit(zookeeperProbes['zk-stale-read']);
    const zxid = this.applied;
    const found = this.tree.has(path);
    if (watch && (found || what === 'exists')) this.setWatch(connection, what === 'children', path);
    if (!found) return { kind: 'reply', xid, zxid, code: 'NoNode' };
    const stat = this.tree.stat(path);
    if (what === 'data') return { kind: 'reply', xid, zxid, code: 'OK', data: this.tree.getData(path), stat };
    if (what === 'exists') return { kind: 'reply', xid, zxid, code: 'OK', stat };
    return { kind: 'reply', xid, zxid, code: 'OK', children: this.tree.children(path) as string[] };
  }

  private isStale(request: ReadRequest): boolean {
    const { path, what } = request;
    const newest = this.ensemble.store;
    if (what === 'children') return this.tree.pzxid(path) !== newest.pzxid(path);
    return this.tree.mzxid(path) !== newest.mzxid(path);
  }

  private setWatch(connection: ServerConnection, children: boolean, path: string): void {
    const kind = watchKey(children, path);
    const firedAt = connection.firedAt.get(kind);
    if (firedAt !== undefined) {
      connection.firedAt.delete(kind);
      const changedAt = children ? this.tree.pzxid(path) : this.tree.mzxid(path);
      if (changedAt > firedAt) this.simulation.probes.hit(zookeeperProbes['zk-watch-coalesced']);
    }
    const watches = children ? this.childWatches : this.dataWatches;
    const watchers = watches.get(path);
    if (watchers === undefined) watches.set(path, new Set([connection]));
    else watchers.add(connection);
  }

  /** A client that moved here sets its watches again; those whose znode changed since it last looked fire at once. */
  private setWatches(connection: ServerConnection, request: SetWatchesRequest): void {
    const tree = this.tree;
    const { watches, lastZxid } = request;
    for (const path of watches.data) {
      if (!tree.has(path)) this.notify(connection, 'deleted', path);
      else if (tree.mzxid(path) > lastZxid) this.notify(connection, 'data-changed', path);
      else this.setWatch(connection, false, path);
    }
    for (const path of watches.exist) {
      if (tree.has(path)) this.notify(connection, 'created', path);
      else this.setWatch(connection, false, path);
    }
    for (const path of watches.children) {
      if (!tree.has(path)) this.notify(connection, 'deleted', path);
      else if (tree.pzxid(path) > lastZxid) this.notify(connection, 'children-changed', path);
      else this.setWatch(connection, true, path);
    }
  }

  private fireFor(change: Change, zxid: number): void {
    const path = change.path;
    if (change.type === 'set') {
      this.fire(this.dataWatches, false, 'data-changed', path, zxid, null);
      return;
    }
    if (change.type === 'create') this.fire(this.dataWatches, false, 'created', path, zxid, null);
    else {
      const told = this.fire(this.dataWatches, false, 'deleted', path, zxid, null);
      this.fire(this.childWatches, true, 'deleted', path, zxid, told);
    }
    this.fire(this.childWatches, true, 'children-changed', parentOf(path), zxid, null);
  }

  /** Tells the watchers of a path, except those told already, and forgets them. */
  private fire(
    watches: Watches,
    children: boolean,
    type: WatchEventType,
    path: string,
    zxid: number,
    told: ReadonlySet<ServerConnection> | null,
  ): ReadonlySet<ServerConnection> | null {
    const watchers = watches.get(path);
    if (watchers === undefined) return null;
    watches.delete(path);
    for (const connection of watchers) {
      connection.firedAt.set(watchKey(children, path), zxid);
      if (told === null || !told.has(connection)) this.notify(connection, type, path);
    }
    return watchers;
  }

  private notify(connection: ServerConnection, type: WatchEventType, path: string): void {
    const event: WatchEvent = { type, path };
    connection.send({ kind: 'watch', event });
  }

  private forget(connection: ServerConnection): void {
    this.connections.delete(connection);
    removeFrom(this.dataWatches, connection);
    removeFrom(this.childWatches, connection);
  }

  private forgetClients(): void {
    this.connections.clear();
    this.dataWatches = new Map();
    this.childWatches = new Map();
  }

  /** @internal */
  closeClients(): void {
    for (const connection of this.connections) connection.socket.close();
    this.forgetClients();
  }
}

function closeAll(server: ZooKeeperServer): void {
  server.closeClients();
}

function removeFrom(watches: Watches, connection: ServerConnection): void {
  for (const [path, watchers] of watches) if (watchers.delete(connection) && watchers.size === 0) watches.delete(path);
}

function watchKey(children: boolean, path: string): string {
  return children ? `children ${path}` : `data ${path}`;
}
