/** A cluster and clients that only write down what is done to them, for tests of faults. */
import type { TailSurvival } from '../engine/Disk.js';
import { EventRecorder } from '../engine/events.js';
import type { Process } from '../engine/Host.js';
import { Simulation } from '../engine/Simulation.js';
import type { Fault, FaultKindName } from './Fault.js';
import type { FaultBroker, FaultClients, FaultCluster } from './FaultCluster.js';
import { FaultInjector } from './FaultInjector.js';
import { faultKind } from './faultKinds.js';
import type { FieldSpec } from './FieldSpec.js';

/** How long an orderly end takes. */
export const SHUTDOWN_US = 300_000;

/** Three brokers, three ZooKeeper servers and two clients that do nothing; every act is written down with its time. */
export class FakeCluster implements FaultCluster {
  readonly simulation = new Simulation('fake');
  readonly acts: string[] = [];
  leader = 1;
  isr = [1, 2];
  controller = 2;
  private readonly brokers: FaultBroker[] = [];
  private readonly clients = new Map<string, Process>();
  private readonly orders: number;
  private readonly coordinated: number;
  readonly ensemble = {
    servers: [1, 2, 3].map((n) => this.machine(`zk${n}`)),
    killServer: (index: number): void => this.act(`zookeeper ${index + 1} killed`),
    startServer: (index: number): void => this.act(`zookeeper ${index + 1} started`),
    sessions: (): { id: number; clientName: string }[] => [1, 2, 3].map((id) => ({ id: 100 + id, clientName: `broker-${id}/0.0` })),
    expireSession: (id: number): void => this.act(`session ${id} expired`),
  };
  readonly admin = {
    reassign: (partition: number, replicas: readonly number[]): void => this.act(`${this.text(partition)} to ${replicas.join(',')}`),
    electPreferred: (partitions: readonly number[]): void => this.act(`elect ${partitions.map((p) => this.text(p)).join(',')}`),
  };

  constructor() {
    for (let id = 1; id <= 3; id++) this.brokers.push({ id, ...this.machine(`b${id}`) });
    for (const name of ['p1', 'c1', 'c2']) this.addClient(name);
    this.orders = this.simulation.bus.names.idOf('orders-0');
    this.coordinated = this.simulation.bus.names.idOf('__consumer_offsets-0');
  }

  nodes(): readonly FaultBroker[] {
    return this.brokers;
  }
  node(id: number): FaultBroker {
    return this.brokers[id - 1] as FaultBroker;
  }
  startBroker(id: number): void {
    const { host, process } = this.node(id);
    if (process.running) return;
    this.simulation.boot(host);
    this.simulation.start(process, () => {});
    this.act(`${id} started`);
  }
  shutDownBroker(id: number, done?: () => void): void {
    this.act(`${id} stopping`);
    const { process } = this.node(id);
    process.after(
      SHUTDOWN_US,
      () => {
        this.simulation.kill(process, 'stopped');
        this.act(`${id} stopped`);
        done?.();
      },
      undefined,
    );
  }
  killBroker(id: number): void {
    this.simulation.kill(this.node(id).process);
    this.act(`${id} killed`);
  }
  losePower(id: number, tail: TailSurvival): void {
    this.simulation.losePower(this.node(id).host, tail);
    this.act(`${id} without power, tail ${tail}`);
  }
  wipeDisk(id: number): void {
    if (this.node(id).process.running) throw new Error('the process runs');
    this.act(`${id} wiped`);
  }
  addBroker(): number {
    this.brokers.push({ id: 4, ...this.machine('b4') });
    return 4;
  }
  addPartitions(topic: string, total: number): void {
    this.act(`${topic} grows to ${total}`);
  }
  clientHost(name: string): Process['host'] {
    return this.clientProcess(name).host;
  }
  clientProcess(name: string): Process {
    return this.clients.get(name) as Process;
  }
  controllerId(): number {
    return this.controller;
  }
  partitions(): readonly number[] {
    return [this.orders, this.coordinated];
  }
  partitionCount(topic: string): number {
    return topic === '__consumer_offsets' ? 1 : 0;
  }
  assignment(): readonly number[] {
    return [1, 2, 3];
  }
  state(): { leader: number; isr: readonly number[] } {
    return { leader: this.leader, isr: this.isr };
  }

  /** Who cannot send to whom, such as `b1>zk1`. */
  cuts(): string[] {
    const { hosts, network } = this.simulation;
    return hosts.flatMap((from) => hosts.filter((to) => network.link(from, to).cuts > 0).map((to) => `${from.name}>${to.name}`));
  }

  addClient(name: string): void {
    this.clients.set(name, this.machine(name).process);
  }

  act(text: string): void {
    this.acts.push(`${this.simulation.nowUs / 1_000_000} ${text}`);
  }
  private text(partition: number): string {
    return this.simulation.bus.names.text(partition);
  }
  private machine(name: string): { host: Process['host']; process: Process } {
    const host = this.simulation.addHost(name);
    const process = this.simulation.addProcess(name, host);
    this.simulation.start(process, () => {});
    return { host, process };
  }
}

/** Clients p1 (no group) and c1, c2 (group g1), whose orderly end takes {@link SHUTDOWN_US}. */
export class FakeClients implements FaultClients {
  private readonly all = ['p1', 'c1', 'c2'];
  private readonly retired = new Set<string>();
  private readonly onEnd = new Map<string, () => void>();

  constructor(private readonly cluster: FakeCluster) {}

  ids(): readonly string[] {
    return this.all;
  }
  membersOf(group: string): readonly string[] {
    return group === 'g1' ? this.all.filter((id) => id.startsWith('c') && !this.retired.has(id)) : [];
  }
  kill(id: string): void {
    this.end(id, 'killed');
  }
  shutDown(id: string, done: () => void): void {
    this.cluster.act(`${id} stopping`);
    this.onEnd.set(id, done);
    this.cluster.clientProcess(id).after(SHUTDOWN_US, () => this.end(id, 'closed'), undefined);
  }
  restart(id: string): void {
    const process = this.cluster.clientProcess(id);
    if (process.running || this.retired.has(id)) return;
    this.cluster.simulation.start(process, () => {});
    this.cluster.act(`${id} started`);
  }
  retire(id: string): void {
    this.retired.add(id);
    this.shutDown(id, () => {});
  }
  join(group: string): string {
    if (group !== 'g1') return '';
    const id = `c${this.all.length}`;
    this.all.push(id);
    this.cluster.addClient(id);
    this.cluster.act(`${id} joins`);
    return id;
  }

  private end(id: string, how: string): void {
    const process = this.cluster.clientProcess(id);
    if (!process.running) return;
    this.cluster.simulation.kill(process, how);
    this.cluster.act(`${id} ${how}`);
    this.onEnd.get(id)?.();
    this.onEnd.delete(id);
  }
}

/** A second. */
export const S = 1_000_000;

/** A fault with the defaults of its kind. */
export function fault<K extends FaultKindName>(kind: K, more: Partial<Extract<Fault, { kind: K }>>): Fault {
  const defaults = Object.entries<FieldSpec>(faultKind(kind).fields).map(([name, spec]) => [name, spec.default] as const);
  return {
    id: kind,
    kind,
    atUs: S,
    forUs: faultKind(kind).instant ? 0 : 2 * S,
    ...Object.fromEntries(defaults),
    ...more,
  } as unknown as Fault;
}

export function inject(...faults: Fault[]): {
  cluster: FakeCluster;
  injector: FaultInjector;
  runTo: (us: number) => void;
  events: EventRecorder;
} {
  const cluster = new FakeCluster();
  const events = new EventRecorder(cluster.simulation.bus);
  const injector = new FaultInjector({ simulation: cluster.simulation, cluster, faults, clients: new FakeClients(cluster) });
  injector.start();
  return { cluster, injector, events, runTo: (us) => cluster.simulation.scheduler.runUntil(us) };
}

/** What a single fault of this kind does between 1 s and 3 s, and after. */
export function acts(...faults: Fault[]): string[] {
  const { cluster, runTo } = inject(...faults);
  runTo(20 * S);
  return cluster.acts;
}
