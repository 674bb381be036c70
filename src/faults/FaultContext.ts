/**
 * The hands of one fault in force: finds its targets, does the damage, and remembers how to undo every piece. A piece knows which brokers
 * it concerns, so that the healing of a core can undo some pieces and leave others for ever.
 */
import type { LatencyDistribution } from '../engine/latency.js';
import type { Random } from '../engine/random.js';
import type { Simulation } from '../engine/Simulation.js';
import type { FaultCluster } from './FaultCluster.js';
import type { FaultNode, FaultWorld } from './FaultWorld.js';
import type { FieldSpec } from './FieldSpec.js';

interface Piece {
  /** The brokers that it concerns; none when it concerns only clients and ZooKeeper. */
  readonly brokers: readonly number[];
  readonly undo: () => void;
}

export class FaultContext {
  /** Names of the nodes, partitions or topics that the fault got hold of, in order. */
  readonly targets: string[] = [];
  /** True once the fault has ended: what goes on in steps must stop. */
  ended = false;

  private pieces: Piece[] = [];

  constructor(
    readonly world: FaultWorld,
    private readonly faultId: string,
  ) {}

  get simulation(): Simulation {
    return this.world.simulation;
  }

  get cluster(): FaultCluster {
    return this.world.cluster;
  }

  /** The fault's own stream of chance. */
  get random(): Random {
    return this.simulation.randomness.stream(`fault/${this.faultId}`);
  }

  // -------------------------------------------------------------- who

  /** The broker that a target means now; undefined when its role has no holder or the broker does not exist. */
  broker(target: number | string): FaultNode | undefined {
    return this.world.broker(target);
  }

  /** Several at once, each broker once; every broker when the list is empty. */
  brokers(targets: readonly (number | string)[]): FaultNode[] {
    if (targets.length === 0) return this.world.brokers();
    return unique(targets.flatMap((target) => this.world.broker(target) ?? []));
  }

  /** Brokers, clients, servers and groups of them, each node once. */
  nodes(targets: readonly (number | string)[]): FaultNode[] {
    return unique(targets.flatMap((target) => this.world.target(target)));
  }

  /** Records a name among the targets, once. */
  noteTarget(name: string): void {
    if (!this.targets.includes(name)) this.targets.push(name);
  }

  /** Notes what a field of the fault names now. */
  noteField(spec: FieldSpec, value: unknown): void {
    if (spec.spares === true) return;
    switch (spec.type) {
      case 'broker':
      case 'node':
      case 'client':
        this.noteNodes(this.nodes([value as number | string]));
        return;
      case 'brokers':
        this.noteNodes(this.brokers(value as (number | string)[]));
        return;
      case 'nodes':
      case 'clients':
        this.noteNodes(this.nodes(value as (number | string)[]));
        return;
      case 'servers':
        this.noteNodes(this.nodes((value as number[]).map((server) => `zookeeper-${server}`)));
        return;
      case 'group':
      case 'partition':
      case 'topic':
        if (value !== null) this.noteTarget(value as string);
        return;
      case 'partitions':
        for (const name of value as string[]) this.noteTarget(name);
        return;
      case 'broker-ids':
      case 'duration':
      case 'integer':
      case 'chance':
      case 'one-of':
      case 'some-of':
    }
  }

  private noteNodes(nodes: readonly FaultNode[]): void {
    for (const node of nodes) this.noteTarget(node.name);
  }

  // -------------------------------------------------------------- what

  /** Registers how to undo a piece of damage that concerns these nodes. */
  undoLater(nodes: readonly FaultNode[], undo: () => void): void {
    this.pieces.push({ brokers: nodes.filter((node) => node.brokerId > 0).map((node) => node.brokerId), undo });
  }

  /** Keeps a broker down until the end. */
  holdDown(node: FaultNode): void {
    this.world.supervisor.hold(node.brokerId);
    this.undoLater([node], () => this.world.supervisor.release(node.brokerId));
  }

  /** Starts the broker at the end if it halted by itself. */
  restartAtEnd(node: FaultNode): void {
    this.undoLater([node], () => this.world.supervisor.startIfFree(node.brokerId));
  }

  /** Keeps a client down until the end, when it comes back with the same identity. */
  holdClientDown(node: FaultNode): void {
    const { clientSupervisor } = this.world;
    clientSupervisor.hold(node.name);
    this.undoLater([], () => clientSupervisor.release(node.name));
  }

  /** What `from` has sent and sends to `to` over connections that are open now arrives at the end. */
  stallConnections(from: FaultNode, to: FaultNode): void {
    if (from.host === to.host) return;
    this.undoLater([from, to], this.simulation.network.stall(from.host, to.host));
  }

  /** Nothing that `from` sends reaches `to`. A node is never cut from itself. */
  cut(from: FaultNode, to: FaultNode): void {
    if (from.host === to.host) return;
    const network = this.simulation.network;
    network.cut(from.host, to.host);
    this.undoLater([from, to], () => network.heal(from.host, to.host));
  }

  /** Cuts both directions between each of one side and each of the other. */
  separate(left: readonly FaultNode[], right: readonly FaultNode[]): void {
    for (const a of left) {
      for (const b of right) {
        this.cut(a, b);
        this.cut(b, a);
      }
    }
  }

  /** Slows down or breaks one direction of a link, on top of the network's own latency. */
  trouble(from: FaultNode, to: FaultNode, latency: LatencyDistribution, resetChance: number): void {
    if (from.host === to.host) return;
    this.undoLater([from, to], this.world.links.add(from.host, to.host, { ...latency, resetChance }));
  }

  /** Stops a process without ending it, until the end. */
  pause(node: FaultNode): void {
    const { pauses } = this.world;
    const { process } = node;
    const simulation = this.simulation;
    pauses.add(process, () => simulation.pause(process));
    this.undoLater([node], () => pauses.remove(process, () => simulation.resume(process)));
  }

  // -------------------------------------------------------------- the end

  /** Brokers that what is not undone concerns. */
  heldBrokers(): number[] {
    return this.pieces.flatMap((piece) => piece.brokers);
  }

  /** Undoes everything that concerns only brokers in `core` (null: everything). True when nothing is left. */
  undo(core: readonly number[] | null): boolean {
    this.ended = true;
    const pieces = this.pieces.reverse();
    this.pieces = [];
    const kept: Piece[] = [];
    for (const piece of pieces) {
      if (core === null || piece.brokers.every((id) => core.includes(id))) piece.undo();
      else kept.push(piece);
    }
    this.pieces = kept.reverse();
    return kept.length === 0;
  }
}

function unique(nodes: readonly FaultNode[]): FaultNode[] {
  return nodes.filter((node, i) => nodes.findIndex((other) => other.name === node.name) === i);
}
