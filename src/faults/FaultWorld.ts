/** What all faults of a run share: who is there and who holds which role now, and the counts by which overlapping faults compose. */
import type { Disk } from '../engine/Disk.js';
import type { Host, Process } from '../engine/Host.js';
import type { Simulation } from '../engine/Simulation.js';
import { javaHash } from '../kafka/coordinator/CoordinatorTopic.js';
import { CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC } from '../kafka/protocol/coordinatorRecords.js';
import { BrokerSupervisor } from './BrokerSupervisor.js';
import { ClientSupervisor } from './ClientSupervisor.js';
import type { FaultClients, FaultCluster } from './FaultCluster.js';
import { HoldCounts } from './HoldCounts.js';
import { LinkTuning } from './LinkTuning.js';
import { parseTarget } from './targets.js';
import type { NodeGroup, PartitionRole } from './targets.js';

/** Something with a machine and a process: a broker, a client or a ZooKeeper server. */
export interface FaultNode {
  /** `broker-1`, `zookeeper-1`, or the client's id. */
  readonly name: string;
  /** Broker id; 0 for anything else. */
  readonly brokerId: number;
  readonly host: Host;
  readonly process: Process;
}

export class FaultWorld {
  readonly supervisor: BrokerSupervisor;
  readonly clientSupervisor: ClientSupervisor;
  readonly links: LinkTuning;
  readonly pauses = new HoldCounts<Process>();
  readonly zookeeperDown = new HoldCounts<Process>();
  readonly fullDisks = new HoldCounts<Disk>();
  readonly brokenDisks = new HoldCounts<Disk>();
  readonly lyingDisks = new HoldCounts<Disk>();
  /** Slowdown factors in force, per disk. */
  readonly slowdowns = new Map<Disk, number[]>();
  /** Sum of the drifts in force, parts per million. */
  readonly drifts = new Map<Host, number>();

  constructor(
    readonly simulation: Simulation,
    readonly cluster: FaultCluster,
    readonly clients: FaultClients,
  ) {
    this.supervisor = new BrokerSupervisor(cluster);
    this.clientSupervisor = new ClientSupervisor(clients, (id) => cluster.clientProcess(id));
    this.links = new LinkTuning(simulation.network);
  }

  brokers(): FaultNode[] {
    return this.cluster.nodes().map(({ id, host, process }) => ({ name: `broker-${id}`, brokerId: id, host, process }));
  }

  clientNodes(): FaultNode[] {
    return this.clients.ids().map((id) => this.client(id));
  }

  zookeeperServers(): FaultNode[] {
    return this.cluster.ensemble.servers.map(({ host, process }, i) => ({ name: `zookeeper-${i + 1}`, brokerId: 0, host, process }));
  }

  /** Every node there is now. */
  nodes(): FaultNode[] {
    return [...this.brokers(), ...this.zookeeperServers(), ...this.clientNodes()];
  }

  /** The broker that a target means now; undefined when its role has no holder or the broker does not exist. */
  broker(target: number | string): FaultNode | undefined {
    const id = this.brokerId(target);
    return this.brokers().find((node) => node.brokerId === id);
  }

  /** The nodes that one target means now: several for a group, none for a role without a holder. */
  target(target: number | string): FaultNode[] {
    const parsed = parseTarget(target);
    switch (parsed.type) {
      case 'client':
        return this.clients.ids().includes(parsed.id) ? [this.client(parsed.id)] : [];
      case 'zookeeper-server':
        return this.zookeeperServers().slice(parsed.server - 1, parsed.server);
      case 'group':
        return this.group(parsed.group);
      default: {
        const broker = this.broker(target);
        return broker === undefined ? [] : [broker];
      }
    }
  }

  /** The interned number of a partition; -1 when it does not exist. */
  partition(name: string): number {
    const partition = this.simulation.bus.names.find(name);
    return this.cluster.partitions().includes(partition) ? partition : -1;
  }

  private client(id: string): FaultNode {
    return { name: id, brokerId: 0, host: this.cluster.clientHost(id), process: this.cluster.clientProcess(id) };
  }

  private group(group: NodeGroup): FaultNode[] {
    if (group === 'brokers') return this.brokers();
    return group === 'clients' ? this.clientNodes() : this.zookeeperServers();
  }

  private brokerId(target: number | string): number {
    const parsed = parseTarget(target);
    if (parsed.type === 'broker') return parsed.id;
    if (parsed.type === 'controller') return this.cluster.controllerId();
    if (parsed.type === 'coordinator') return this.coordinator(parsed.of, parsed.id);
    return parsed.type === 'role' ? this.holder(parsed.role, `${parsed.topic}-${parsed.partition}`) : -1;
  }

  /** Leader of the partition of the internal topic that the id belongs to. */
  private coordinator(of: 'group' | 'transaction', id: string): number {
    const topic = of === 'group' ? CONSUMER_OFFSETS_TOPIC : TRANSACTION_STATE_TOPIC;
    const count = this.cluster.partitionCount(topic);
    return count === 0 ? -1 : this.holder('leader', `${topic}-${(javaHash(id) & 0x7fffffff) % count}`);
  }

  private holder(role: PartitionRole, partitionName: string): number {
    const partition = this.partition(partitionName);
    const state = partition < 0 ? undefined : this.cluster.state(partition);
    if (state === undefined) return -1;
    const assigned = this.cluster.assignment(partition);
    switch (role) {
      case 'leader':
        return state.leader;
      case 'preferred leader':
        return assigned[0] ?? -1;
      case 'follower':
        return assigned.find((id) => id !== state.leader) ?? -1;
      case 'last in ISR':
        return state.isr[state.isr.length - 1] ?? -1;
      case 'outside ISR':
        return assigned.find((id) => !state.isr.includes(id)) ?? -1;
    }
  }
}
