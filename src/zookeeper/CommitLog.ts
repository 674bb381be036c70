/**
 * What the ensemble has agreed on: the log of transactions, the tree they make, and the sessions.
 *
 * Atomic broadcast is not simulated: one log stands for what ZAB guarantees, and a committed transaction is never lost, because
 * ZooKeeper forces its log to disk before it acknowledges a proposal. Leaves out: snapshots, and dropping old transactions.
 */
import type { EventBus } from '../engine/events.js';
import type { Probes } from '../engine/probes.js';
import { DataTree, type Change } from './DataTree.js';
import { znodeChanged, znodeCreated, znodeDeleted, zkSessionClosed, zkSessionEstablished, zkSessionExpired } from './events.js';
import { zookeeperProbes } from './probes.js';
import type { Stat, ZkCode, ZkOp, ZkOpResult } from './protocol.js';
import type { ServerConnection } from './ServerConnection.js';
import type { Transaction } from './transaction.js';

export interface Session {
  readonly id: number;
  readonly clientName: string;
  readonly timeoutUs: number;
  /** When the leader last heard of it, by the leader's own clock. */
  heardUs: number;
  /** The connection it uses now; requests from any other are late (SessionMoved). */
  owner: ServerConnection | null;
  /** Its end is under way. */
  closing: boolean;
}

/** What the leader puts to the vote. */
export type ProposalBody =
  | { readonly kind: 'open-session'; readonly clientName: string; readonly timeoutUs: number }
  | { readonly kind: 'close-session'; readonly session: number; readonly expired: boolean }
  | { readonly kind: 'write'; readonly session: number; readonly ops: readonly ZkOp[] }
  | { readonly kind: 'sync'; readonly session: number };

type Decision = Pick<
  Transaction,
  'session' | 'code' | 'failedIndex' | 'results' | 'changes' | 'openedSession' | 'timeoutUs' | 'closedSession'
>;

/** How far back the log is searched for a write whose reply was lost. */
const RECENT_TRANSACTIONS = 256;

export class CommitLog {
  readonly store: DataTree;
  readonly sessions = new Map<number, Session>();

  private readonly transactions: Transaction[] = [];
  private lastSession = 0;
  /** Writes that their client gave up before they were committed, as `session/xid`. */
  private readonly abandoned = new Set<string>();

  constructor(
    private readonly bus: EventBus,
    private readonly probes: Probes,
    versionChecks: boolean,
  ) {
    this.store = new DataTree(versionChecks);
  }

  /** Zxid of the last committed transaction; 0 before the first. */
  get committed(): number {
    return this.transactions.length;
  }

  at(zxid: number): Transaction {
    return this.transactions[zxid - 1] as Transaction;
  }

  /** Decides a proposal at the next zxid. Failed writes take a zxid too, as in ZooKeeper. */
  commit(body: ProposalBody, origin: ServerConnection | null, xid: number, leaderUs: number): Transaction {
    const zxid = this.transactions.length + 1;
    const decision = this.decide(body, origin, leaderUs, zxid);
    const transaction: Transaction = { zxid, origin, xid, ...decision };
    this.transactions.push(transaction);
    if (this.abandoned.size > 0 && this.abandoned.delete(`${transaction.session}/${xid}`) && transaction.changes.length > 0) {
      this.probes.hit(zookeeperProbes['zk-connection-loss-on-applied-write']);
    }
    return transaction;
  }

  /** Makes persistent znodes, outside any session. */
  bootstrap(ops: readonly ZkOp[]): Transaction {
    return this.commit({ kind: 'write', session: 0, ops }, null, 0, 0);
  }

  /** A client lost its connection before it heard of this write: marks it if the write counts nevertheless. */
  noteLostReply(session: number, xid: number): void {
    const end = Math.max(0, this.transactions.length - RECENT_TRANSACTIONS);
    for (let i = this.transactions.length - 1; i >= end; i--) {
      const transaction = this.transactions[i] as Transaction;
      if (transaction.session !== session || transaction.xid !== xid) continue;
      if (transaction.changes.length > 0) this.probes.hit(zookeeperProbes['zk-connection-loss-on-applied-write']);
      return;
    }
    this.abandoned.add(`${session}/${xid}`);
  }

  private decide(body: ProposalBody, origin: ServerConnection | null, leaderUs: number, zxid: number): Decision {
    switch (body.kind) {
      case 'open-session':
        return this.openSession(body.clientName, body.timeoutUs, origin, leaderUs);
      case 'close-session':
        return this.closeSession(body.session, body.expired, zxid);
      case 'sync':
        return decided(body.session, this.isKnown(body.session) ? 'OK' : 'SessionExpired');
      default:
        return this.write(body.session, body.ops, zxid);
    }
  }

  private isKnown(session: number): boolean {
    return session === 0 || this.sessions.has(session);
  }

  private openSession(clientName: string, timeoutUs: number, origin: ServerConnection | null, leaderUs: number): Decision {
    const id = ++this.lastSession;
    this.sessions.set(id, { id, clientName, timeoutUs, heardUs: leaderUs, owner: origin, closing: false });
    this.bus.emit(zkSessionEstablished, id, this.bus.names.idOf(clientName), timeoutUs);
    return { ...decided(id, 'OK'), openedSession: id, timeoutUs };
  }

  private closeSession(id: number, expired: boolean, zxid: number): Decision {
    const session = this.sessions.get(id);
    if (session === undefined) return decided(id, 'OK');
    this.sessions.delete(id);
    if (expired) this.probes.hit(zookeeperProbes['zk-session-expired']);
    this.bus.emit(expired ? zkSessionExpired : zkSessionClosed, id, this.bus.names.idOf(session.clientName));
    const changes: Change[] = this.store.ephemeralsOf(id).map((path) => ({ type: 'delete', path }));
    this.apply(changes, id, zxid);
    return { ...decided(id, 'OK'), changes, closedSession: id };
  }

  private write(session: number, ops: readonly ZkOp[], zxid: number): Decision {
    if (!this.isKnown(session)) return decided(session, 'SessionExpired');
    const plan = this.store.plan(ops, session);
    this.apply(plan.changes, session, zxid);
    const results = plan.code === 'OK' ? plan.results.map((result, i) => this.withStat(result, ops[i] as ZkOp)) : plan.results;
    return { ...decided(session, plan.code), failedIndex: plan.failedIndex, results, changes: plan.changes };
  }

  private withStat(result: ZkOpResult, op: ZkOp): ZkOpResult {
    if (op.op === 'check' || op.op === 'delete') return result;
    const stat: Stat | undefined = this.store.stat(result.path ?? op.path);
    return stat === undefined ? result : { ...result, stat };
  }

  private apply(changes: readonly Change[], session: number, zxid: number): void {
    const { bus } = this;
    for (const change of changes) {
      this.store.apply(change, zxid);
      const path = bus.names.idOf(change.path);
      if (change.type === 'create') bus.emit(znodeCreated, path, zxid, session);
      else if (change.type === 'set') bus.emit(znodeChanged, path, change.version, zxid, session);
      else bus.emit(znodeDeleted, path, zxid, session);
    }
  }
}

function decided(session: number, code: ZkCode): Decision {
  return { session, code, failedIndex: -1, results: [], changes: [], openedSession: 0, timeoutUs: 0, closedSession: 0 };
}
