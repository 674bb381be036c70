/**
 * The ensemble: its servers, who leads them, and the way of a write from a server to the leader, to a majority, and back to every server.
 *
 * Models: one leader that can write only while it reaches a majority in both directions; detection of a lost leader (at once when its
 * process died, after `syncLimit` ticks of silence else), after which a server closes its clients' connections; elections that
 * take a while; proposals that may or may not survive their leader; followers that apply a little later, each at its own pace;
 * session expiry, which only the leader decides, with clocks that begin anew at a new leader.
 * Leaves out: ZAB's messages (their delays are drawn from the links between the servers), observers, dynamic reconfiguration, and
 * loss of the servers' disks. What servers know of each other is looked up four times a tick instead of by heartbeats.
 */
import type { Host } from '../engine/Host.js';
import { sampleLatencyUs, type LatencyDistribution } from '../engine/latency.js';
import type { Random } from '../engine/random.js';
import type { Simulation } from '../engine/Simulation.js';
import { expiryLate } from './buggifySites.js';
import { CommitLog, type ProposalBody, type Session } from './CommitLog.js';
import { parentOf, type CommittedStore } from './DataTree.js';
import { zkLeaderElected, zkQuorumLost } from './events.js';
import type { OperationObserver } from './OperationObserver.js';
import { zookeeperProbes } from './probes.js';
import type { ConnectRequest, LeaderMessage, ZkOp } from './protocol.js';
import type { ServerConnection } from './ServerConnection.js';
import type { Transaction } from './transaction.js';
import { ZooKeeperServer, type EnsembleMembership } from './ZooKeeperServer.js';

/** Names as in zoo.cfg; times in microseconds. */
export interface ZooKeeperEnsembleOptions {
  /** Default 3. */
  readonly servers?: number;
  /** `tickTime`; default 2 s. */
  readonly tickUs?: number;
  /** Ticks of silence after which leader and follower give each other up; default 2. */
  readonly syncLimit?: number;
  /** Bounds of the negotiated session timeout; default 2 and 20 ticks. */
  readonly minSessionTimeoutUs?: number;
  readonly maxSessionTimeoutUs?: number;
  /** How long an election takes, uniformly between the two; default 200 ms and 1 s. */
  readonly minElectionUs?: number;
  readonly maxElectionUs?: number;
  /** What a follower takes to apply a commit, beyond the link's latency; default up to 1 ms, now and then tens of milliseconds. */
  readonly applyLag?: LatencyDistribution;
  /** Default true; false lets conditional operations through whatever the version, to put the checkers on trial. */
  readonly versionChecks?: boolean;
}

const DEFAULT_APPLY_LAG: LatencyDistribution = { minUs: 0, maxUs: 1_000, spikeChance: 0.02, spikeMeanUs: 20_000 };

interface Proposal {
  readonly body: ProposalBody;
  readonly origin: ServerConnection | null;
  readonly xid: number;
  /** When a majority has acknowledged it. */
  readonly readyUs: number;
  /** Servers (bits by index) that could receive it, the leader among them. */
  readonly reached: number;
}

/** Something on its way between servers, worthless in another epoch. */
interface Forwarded {
  readonly connection: ServerConnection;
  readonly message: LeaderMessage;
  readonly epoch: number;
}

interface Commit {
  readonly server: ZooKeeperServer;
  readonly zxid: number;
  readonly epoch: number;
}

interface Verdict {
  readonly connection: ServerConnection;
  readonly session: Session | null;
}

export class ZooKeeperEnsemble implements EnsembleMembership {
  /** `zk1`, `zk2` and so on. */
  readonly hosts: readonly Host[];
  readonly servers: readonly ZooKeeperServer[];
  /** Hears of all that clients ask for and are told; null, and free, when nobody wants to know. */
  observer: OperationObserver | null = null;

  private readonly log: CommitLog;
  private readonly random: Random;
  private readonly majority: number;
  private readonly tickUs: number;
  private readonly graceUs: number;
  private readonly minSessionTimeoutUs: number;
  private readonly maxSessionTimeoutUs: number;
  private readonly minElectionUs: number;
  private readonly maxElectionUs: number;
  private readonly applyLag: LatencyDistribution;

  private leader: ZooKeeperServer | null = null;
  private currentEpoch = 0;
  private electing = false;
  private proposals: Proposal[] = [];
  /** By server: messages held up on the way to the leader, and when the last one of either direction arrives. */
  private stalled: Forwarded[][];
  private readonly lastForwardUs: number[];
  private readonly lastCommitUs: number[];

  constructor(
    private readonly simulation: Simulation,
    options: ZooKeeperEnsembleOptions = {},
  ) {
    const count = options.servers ?? 3;
    this.tickUs = options.tickUs ?? 2_000_000;
    this.graceUs = this.tickUs * (options.syncLimit ?? 2);
    this.minSessionTimeoutUs = options.minSessionTimeoutUs ?? this.tickUs * 2;
    this.maxSessionTimeoutUs = options.maxSessionTimeoutUs ?? this.tickUs * 20;
    this.minElectionUs = options.minElectionUs ?? 200_000;
    this.maxElectionUs = options.maxElectionUs ?? 1_000_000;
    this.applyLag = options.applyLag ?? DEFAULT_APPLY_LAG;
    this.majority = Math.floor(count / 2) + 1;
    this.random = simulation.randomness.stream('zookeeper/ensemble');
    this.log = new CommitLog(simulation.bus, simulation.probes, options.versionChecks ?? true);
    this.hosts = Array.from({ length: count }, (_, i) => simulation.addHost(`zk${i + 1}`));
    this.servers = this.hosts.map((host, i) => new ZooKeeperServer(simulation, this, i, host));
    this.stalled = this.servers.map(() => []);
    this.lastForwardUs = this.servers.map(() => 0);
    this.lastCommitUs = this.servers.map(() => 0);
  }

  /** The committed tree: for checkers and printers, never for the systems under test. */
  get store(): CommittedStore {
    return this.log.store;
  }

  get committed(): number {
    return this.log.committed;
  }

  /** Counts the leaders so far. */
  get epoch(): number {
    return this.currentEpoch;
  }

  /** Index of the leader, or -1. A leader that lost its majority counts until it notices. */
  get leaderIndex(): number {
    return this.leader?.index ?? -1;
  }

  /** Writes can be committed now. */
  hasQuorum(): boolean {
    return this.leader !== null && this.leader.role === 'leading' && this.reachable(this.leader) >= this.majority;
  }

  /** Begins with every server up and the last one leading. */
  start(): void {
    for (const server of this.servers) this.simulation.start(server.process, server.main);
    this.elect(this.servers[this.servers.length - 1] as ZooKeeperServer);
    for (const server of this.servers) if (server !== this.leader) this.joined({ server, zxid: 0, epoch: this.currentEpoch });
    this.simulation.scheduler.after(this.tickUs / 4, this.monitor, undefined);
  }

  /**
   * Makes persistent znodes, and the missing ones above them, before or at the start: nothing travels and no time passes.
   * A path may come with its data (default null). Existing znodes are left as they are.
   */
  bootstrap(paths: readonly (string | { readonly path: string; readonly data: unknown })[]): void {
    for (const entry of paths) {
      if (typeof entry === 'string') this.makeZnode(entry, null);
      else this.makeZnode(entry.path, entry.data);
    }
    for (const server of this.servers) server.applyUpTo(this.log.committed);
  }

  private makeZnode(path: string, data: unknown): void {
    if (path === '/' || this.log.store.has(path)) return;
    this.makeZnode(parentOf(path), null);
    const op: ZkOp = { op: 'create', path, data, mode: 'persistent' };
    this.log.bootstrap([op]);
  }

  /** Kills the server's process; its log stays. Nothing happens to one that is dead. */
  killServer(index: number): void {
    this.simulation.kill(this.serverAt(index).process);
  }

  /** Starts a dead server again, on its machine powered up if need be; it follows the leader once it has caught up. */
  startServer(index: number): void {
    const server = this.serverAt(index);
    if (server.process.running) return;
    this.simulation.boot(server.host);
    this.simulation.start(server.process, server.main);
  }

  /** Ends a session now, as if nothing had been heard of it for its timeout. False: no such session, or no leader to decide it. */
  expireSession(sessionId: number): boolean {
    const session = this.log.sessions.get(sessionId);
    if (session === undefined || !this.hasQuorum()) return false;
    this.expire(session);
    return true;
  }

  /** Ids of the sessions alive, with their clients' names, in order of creation. */
  sessions(): { readonly id: number; readonly clientName: string }[] {
    return [...this.log.sessions.values()].map(({ id, clientName }) => ({ id, clientName }));
  }

  isOpen(session: number): boolean {
    return this.log.sessions.has(session);
  }

  transactionAt(zxid: number): Transaction {
    return this.log.at(zxid);
  }

  /** Told by a client that lost the reply to a write: for the probes alone. */
  noteLostReply(session: number, xid: number): void {
    this.log.noteLostReply(session, xid);
  }

  forward(connection: ServerConnection, message: LeaderMessage): void {
    const leader = this.leader;
    if (leader === null || leader.role !== 'leading') return;
    const item: Forwarded = { connection, message, epoch: this.currentEpoch };
    if (connection.server === leader.index) {
      this.decide(item);
      return;
    }
    const server = this.servers[connection.server] as ZooKeeperServer;
    const atUs = Math.max(this.lastForwardUs[server.index] as number, this.simulation.nowUs + this.sampleUs(server, leader));
    this.lastForwardUs[server.index] = atUs;
    this.simulation.scheduler.at(atUs, this.arriveAtLeader, item, leader.process);
  }

  private serverAt(index: number): ZooKeeperServer {
    const server = this.servers[index];
    if (server === undefined) throw new Error(`no ZooKeeper server ${index}: the ensemble has 0 to ${this.servers.length - 1}`);
    return server;
  }

  // ---- the leader's work

  private readonly arriveAtLeader = (item: Forwarded): void => {
    if (item.epoch !== this.currentEpoch) return;
    const server = this.servers[item.connection.server] as ZooKeeperServer;
    const held = this.stalled[server.index] as Forwarded[];
    if (held.length > 0 || !this.linked(server, this.leader)) held.push(item);
    else this.decide(item);
  };

  private decide({ connection, message }: Forwarded): void {
    if (message.kind === 'connect') {
      this.decideConnect(connection, message);
      return;
    }
    const id = connection.sessionId;
    const session = this.log.sessions.get(id);
    if (session !== undefined && session.owner !== connection) {
      // SessionMoved: the client is at another server by now, and this request comes too late to be applied.
      this.afterHopFromLeader(connection, this.tellMoved, connection);
      return;
    }
    if (message.kind === 'write') this.propose({ kind: 'write', session: id, ops: message.ops }, connection, message.xid);
    else if (message.kind === 'sync') this.propose({ kind: 'sync', session: id }, connection, message.xid);
    else this.propose({ kind: 'close-session', session: id, expired: false }, connection, message.xid);
  }

  private decideConnect(connection: ServerConnection, request: ConnectRequest): void {
    if (request.sessionId === 0) {
      const timeoutUs = Math.min(this.maxSessionTimeoutUs, Math.max(this.minSessionTimeoutUs, request.timeoutUs));
      this.propose({ kind: 'open-session', clientName: request.clientName, timeoutUs }, connection, 0);
      return;
    }
    const session = this.log.sessions.get(request.sessionId) ?? null;
    if (session !== null) {
      session.owner = connection;
      session.heardUs = this.leaderUs();
    }
    this.afterHopFromLeader(connection, this.tellVerdict, { connection, session });
  }

  /** Runs `fn(arg)` at the connection's server once word from the leader can have reached it. */
  private afterHopFromLeader<A>(connection: ServerConnection, fn: (arg: A) => void, arg: A): void {
    const server = this.servers[connection.server] as ZooKeeperServer;
    this.simulation.scheduler.after(this.sampleUs(this.leader as ZooKeeperServer, server), fn, arg, server.process);
  }

  private readonly tellMoved = (connection: ServerConnection): void => {
    (this.servers[connection.server] as ZooKeeperServer).close(connection);
  };

  private readonly tellVerdict = ({ connection, session }: Verdict): void => {
    const server = this.servers[connection.server] as ZooKeeperServer;
    if (session === null) server.reject(connection);
    else server.admit(connection, session.id, session.timeoutUs);
  };

  private propose(body: ProposalBody, origin: ServerConnection | null, xid: number): void {
    const leader = this.leader as ZooKeeperServer;
    const nowUs = this.simulation.nowUs;
    const lastReadyUs = this.proposals[this.proposals.length - 1]?.readyUs ?? nowUs;
    const readyUs = Math.max(lastReadyUs, nowUs + this.acknowledgedAfterUs(leader));
    this.proposals.push({ body, origin, xid, readyUs, reached: this.reachMask(leader) });
    this.simulation.scheduler.at(readyUs, this.commitReady, this.currentEpoch, leader.process);
  }

  /** Time until the fastest majority has answered: round trips to the followers, of which the slower ones do not matter. */
  private acknowledgedAfterUs(leader: ZooKeeperServer): number {
    const roundTrips: number[] = [];
    for (const server of this.servers) {
      if (server !== leader && this.linked(server, leader)) roundTrips.push(this.sampleUs(leader, server) + this.sampleUs(server, leader));
    }
    roundTrips.sort((a, b) => a - b);
    return this.majority === 1 ? 0 : (roundTrips[this.majority - 2] ?? 0);
  }

  private readonly commitReady = (epoch: number): void => {
    if (epoch !== this.currentEpoch || !this.hasQuorum()) return;
    const nowUs = this.simulation.nowUs;
    while (this.proposals.length > 0 && (this.proposals[0] as Proposal).readyUs <= nowUs) this.commit(this.proposals.shift() as Proposal);
  };

  private commit({ body, origin, xid }: Proposal): void {
    const leader = this.leader as ZooKeeperServer;
    const { zxid } = this.log.commit(body, origin, xid, this.leaderUs());
    leader.applyUpTo(zxid);
    for (const server of this.servers) if (server.role === 'following') this.sendCommit(server, leader, zxid);
  }

  private sendCommit(server: ZooKeeperServer, leader: ZooKeeperServer, zxid: number): void {
    const { simulation, random } = this;
    const arrivesUs = simulation.nowUs + this.sampleUs(leader, server) + sampleLatencyUs(this.applyLag, random);
    const atUs = Math.max(this.lastCommitUs[server.index] as number, arrivesUs);
    this.lastCommitUs[server.index] = atUs;
    simulation.scheduler.at(atUs, this.commitArrived, { server, zxid, epoch: this.currentEpoch }, server.process);
  }

  private readonly commitArrived = ({ server, zxid, epoch }: Commit): void => {
    if (epoch === this.currentEpoch && server.role === 'following' && this.linked(server, this.leader)) server.applyUpTo(zxid);
  };

  private expire(session: Session): void {
    if (session.closing) return;
    session.closing = true;
    this.propose({ kind: 'close-session', session: session.id, expired: true }, null, 0);
  }

  /** Sessions are heard of through the servers that the leader hears of. */
  private superviseSessions(): void {
    const nowUs = this.leaderUs();
    for (const server of this.servers) {
      if (!server.serves || !this.linked(server, this.leader)) continue;
      for (const connection of server.connections) {
        if (!connection.heard) continue;
        connection.heard = false;
        const session = this.log.sessions.get(connection.sessionId);
        if (session?.owner === connection) session.heardUs = nowUs;
      }
    }
    const { buggify } = this.simulation;
    for (const session of this.log.sessions.values()) {
      if (nowUs - session.heardUs > session.timeoutUs && !buggify.fires(expiryLate)) this.expire(session);
    }
  }

  private leaderUs(): number {
    return (this.leader as ZooKeeperServer).host.clock.monotonicUs();
  }

  // ---- who reaches whom, and who leads

  private sampleUs(from: ZooKeeperServer, to: ZooKeeperServer): number {
    return sampleLatencyUs(this.simulation.network.link(from.host, to.host).latency, this.random);
  }

  private linked(a: ZooKeeperServer, b: ZooKeeperServer | null): boolean {
    if (b === null || !a.alive || !b.alive) return false;
    const network = this.simulation.network;
    return a === b || (network.passes(a.host, b.host) && network.passes(b.host, a.host));
  }

  private reachable(from: ZooKeeperServer): number {
    let count = 0;
    for (const server of this.servers) if (this.linked(server, from)) count++;
    return count;
  }

  private reachMask(from: ZooKeeperServer): number {
    let mask = 0;
    for (const server of this.servers) if (this.linked(server, from)) mask |= 1 << server.index;
    return mask;
  }

  /** Runs for ever, four times a tick. */
  private readonly monitor = (): void => {
    this.simulation.scheduler.after(this.tickUs / 4, this.monitor, undefined);
    for (const server of this.servers) if (!server.process.running) server.died();
    if (this.leader !== null) this.watchContacts(this.leader);
    if (this.leader !== null && this.hasQuorum()) this.lead(this.leader);
    if (this.leader === null) this.callElection();
  };

  private watchContacts(leader: ZooKeeperServer): void {
    let together = leader.role === 'leading' ? 1 : 0;
    for (const server of this.servers) {
      if (server === leader || server.role === 'looking') continue;
      if (this.keepsContact(server, leader)) together++;
      else server.giveUp();
    }
    if (together >= this.majority) return;
    this.simulation.bus.emit(zkQuorumLost, this.simulation.bus.names.idOf(leader.host.name), this.currentEpoch);
    leader.giveUp();
    this.leader = null;
    for (const server of this.servers) server.giveUp();
  }

  private keepsContact(server: ZooKeeperServer, leader: ZooKeeperServer): boolean {
    if (this.linked(server, leader) && leader.role === 'leading') {
      server.lostContactUs = -1;
      return true;
    }
    // A dead process on a live machine resets its connections; anything else is silence, which takes time to notice.
    const { network, nowUs } = this.simulation;
    const wasReset = leader.role !== 'leading' && leader.host.up && network.passes(leader.host, server.host);
    if (wasReset) return false;
    if (server.lostContactUs < 0) server.lostContactUs = nowUs;
    return nowUs - server.lostContactUs < this.graceUs;
  }

  private lead(leader: ZooKeeperServer): void {
    for (const server of this.servers) {
      if (server === leader || !this.linked(server, leader)) continue;
      if (server.role === 'looking') this.join(server, leader);
      else if (server.role === 'following') this.resume(server, leader);
    }
    this.commitReady(this.currentEpoch);
    this.superviseSessions();
  }

  /** What a cut between the two held up goes on its way. */
  private resume(server: ZooKeeperServer, leader: ZooKeeperServer): void {
    const held = this.stalled[server.index] as Forwarded[];
    if (held.length > 0) {
      this.stalled[server.index] = [];
      for (const item of held) this.decide(item);
    }
    const behind = server.applied < this.committed && this.simulation.nowUs >= (this.lastCommitUs[server.index] as number);
    if (behind) this.sendCommit(server, leader, this.committed);
  }

  private join(server: ZooKeeperServer, leader: ZooKeeperServer): void {
    server.role = 'syncing';
    const roundTripUs = this.sampleUs(server, leader) + this.sampleUs(leader, server);
    this.simulation.scheduler.after(roundTripUs, this.joined, { server, zxid: 0, epoch: this.currentEpoch }, server.process);
  }

  private readonly joined = ({ server, epoch }: Commit): void => {
    if (epoch !== this.currentEpoch || server.role !== 'syncing') return;
    if (!this.linked(server, this.leader)) {
      server.role = 'looking';
      return;
    }
    server.role = 'following';
    server.lostContactUs = -1;
    this.stalled[server.index] = [];
    server.applyUpTo(this.committed);
  };

  private callElection(): void {
    if (this.electing || this.bestCandidate() === null) return;
    this.electing = true;
    this.simulation.scheduler.after(this.random.between(this.minElectionUs, this.maxElectionUs), this.finishElection, undefined);
  }

  private readonly finishElection = (): void => {
    this.electing = false;
    const candidate = this.bestCandidate();
    if (candidate !== null) this.elect(candidate);
  };

  /** Of the servers that reach a majority the one with the longest log, then the highest id: ZooKeeper's rule. */
  private bestCandidate(): ZooKeeperServer | null {
    let best: ZooKeeperServer | null = null;
    for (const server of this.servers) {
      if (this.reachable(server) >= this.majority && (best === null || server.applied >= best.applied)) best = server;
    }
    return best;
  }

  private elect(leader: ZooKeeperServer): void {
    this.currentEpoch++;
    this.leader = leader;
    leader.role = 'leading';
    leader.lostContactUs = -1;
    this.simulation.bus.emit(zkLeaderElected, this.simulation.bus.names.idOf(leader.host.name), this.currentEpoch);
    if (this.currentEpoch > 1) this.simulation.probes.hit(zookeeperProbes['zk-leader-changed']);
    leader.applyUpTo(this.committed);
    for (const session of this.log.sessions.values()) {
      session.heardUs = this.leaderUs();
      session.owner = null;
      session.closing = false;
    }
    for (const server of this.servers) {
      this.stalled[server.index] = [];
      this.lastForwardUs[server.index] = 0;
      this.lastCommitUs[server.index] = 0;
    }
    this.inheritProposals(leader);
    for (const server of this.servers) if (server !== leader && this.linked(server, leader)) this.join(server, leader);
  }

  /** Proposals of the old leader survive in order as far as a server of the new quorum has them, which is a matter of luck. */
  private inheritProposals(leader: ZooKeeperServer): void {
    const orphans = this.proposals;
    this.proposals = [];
    const quorum = this.reachMask(leader);
    let possible = 0;
    while (possible < orphans.length && ((orphans[possible] as Proposal).reached & quorum) !== 0) possible++;
    const survivors = this.random.int(possible + 1);
    for (let i = 0; i < survivors; i++) this.commit(orphans[i] as Proposal);
  }
}
