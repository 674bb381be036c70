/**
 * A Kafka cluster in ZooKeeper mode on one simulation: machines, brokers, the ensemble, topics, and the hosts that clients run on; with the acts of an
 * operator (start, stop, kill, add a broker, reassign) and a white-box view of the truth, read from ZooKeeper's committed store.
 *
 * Leaves out: KRaft (no controller quorum yet), rack-aware placement, several log directories per broker, dynamic configuration.
 */
import type { TailSurvival } from '../../engine/Disk.js';
import type { EventReader } from '../../engine/events.js';
import type { Host, Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import { ZooKeeperEnsemble } from '../../zookeeper/ZooKeeperEnsemble.js';
import { Broker } from '../broker/Broker.js';
import { resolveBrokerConfig, resolveTopicConfig, type BrokerConfig, type ConfigValue, type TopicConfig } from '../config/index.js';
import {
  bootstrapPaths,
  CONTROLLER_PATH,
  partitionStatePath,
  topicPath,
  type ControllerNode,
  type PartitionStateNode,
  type TopicNode,
} from '../controller/znodes.js';
import { becameLeader, partitionCreated } from '../events.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { KafkaRelease } from '../protocol/release.js';
import { CONSUMER_OFFSETS_TOPIC, isInternalTopic, TRANSACTION_STATE_TOPIC } from '../protocol/coordinatorRecords.js';
import { partitionIndexOf, topicOf, topicPartition } from '../protocol/topicPartition.js';
import type { Partition } from '../replication/Partition.js';
import { AdminClient } from './AdminClient.js';

type Properties = ReadonlyMap<string, ConfigValue>;

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Replicas of each partition in order, the preferred leader first; default: round robin over the brokers. */
  readonly assignment?: readonly (readonly number[])[];
  /** Overrides under Kafka's topic property names. */
  readonly config: Properties;
}

export interface ClusterOptions {
  readonly release: KafkaRelease;
  readonly features: KafkaFeatures;
  /** Brokers 1 to n. */
  readonly brokers: number;
  readonly zookeeperServers: number;
  readonly brokerProperties: Properties;
  /** Properties of single brokers, on top. */
  readonly brokerOverrides: ReadonlyMap<number, Properties>;
  readonly topics: readonly TopicSpec[];
}

export interface BrokerNode {
  readonly id: number;
  readonly host: Host;
  readonly process: Process;
  /** The running incarnation, or null while the process is dead. */
  broker: Broker | null;
}

/** What the committed state znode of a partition says. */
export interface CommittedState {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly version: number;
}

/** What a partition's number stands for, spelled out once: the judge asks for each partition's state at nearly every event. */
interface RegisteredPartition {
  readonly topic: string;
  readonly index: number;
  readonly topicPath: string;
  readonly statePath: string;
}

/** tickTime of a stock zoo.cfg. */
const ZOOKEEPER_TICK_US = 2_000_000;

export class KafkaCluster {
  readonly ensemble: ZooKeeperEnsemble;
  readonly admin: AdminClient;
  readonly features: KafkaFeatures;
  readonly release: KafkaRelease;

  private readonly byId = new Map<number, BrokerNode>();
  private readonly topicProperties = new Map<string, Properties>();
  private readonly defaults: BrokerConfig;
  private readonly configOf: (topic: string) => TopicConfig;
  private readonly clients = new Map<string, Process>();
  private readonly registered = new Map<number, RegisteredPartition>();
  private readonly created: number[] = [];
  private lastInternalValue = 0;
  private readonly racks = new Map<number, string>();

  constructor(
    readonly simulation: Simulation,
    private readonly options: ClusterOptions,
  ) {
    this.features = options.features;
    this.release = options.release;
    this.defaults = resolveBrokerConfig(options.release, options.brokerProperties);
    this.configOf = this.topicConfigs(this.defaults);
    // ZooKeeper grants no session below two ticks; an ensemble for brokers with a shorter timeout would be set up with a shorter tick.
    const tickUs = Math.min(ZOOKEEPER_TICK_US, Math.floor(this.defaults.zookeeperSessionTimeoutUs / 2));
    const versionChecks = options.features.znodeVersionChecks;
    this.ensemble = new ZooKeeperEnsemble(simulation, { servers: options.zookeeperServers, tickUs, versionChecks });
    for (let id = 1; id <= options.brokers; id++) this.addNode(id);
    // Known before the topics exist: whoever judges the run asks what they promise.
    for (const { name, config } of options.topics) this.topicProperties.set(name, config);
    this.topicProperties.set(CONSUMER_OFFSETS_TOPIC, offsetsTopicProperties(this.defaults));
    this.topicProperties.set(TRANSACTION_STATE_TOPIC, transactionTopicProperties(this.defaults));
    simulation.bus.subscribe(this.partitionFound, [partitionCreated, becameLeader]);
    this.admin = new AdminClient(simulation, this.ensemble, this.clientProcess('admin'));
  }

  /** Starts ZooKeeper, the brokers and the creation of the topics; the cluster serves after about a virtual second. */
  start(): void {
    this.ensemble.bootstrap(bootstrapPaths());
    this.ensemble.start();
    for (const id of this.byId.keys()) this.startBroker(id);
    const { scheduler } = this.simulation;
    this.admin.start();
    const whenBrokersAreUp = (): void => {
      const up = [...this.byId.values()].filter((node) => node.broker !== null && node.broker.brokerEpoch >= 0);
      if (up.length < this.options.brokers || this.controllerId() < 0) scheduler.after(20_000, whenBrokersAreUp, undefined);
      else for (const spec of this.options.topics) this.createTopic(spec);
    };
    scheduler.after(20_000, whenBrokersAreUp, undefined);
  }

  nodes(): readonly BrokerNode[] {
    return [...this.byId.values()];
  }

  /** @throws when there is no such broker. */
  node(id: number): BrokerNode {
    const node = this.byId.get(id);
    if (node === undefined) throw new Error(`there is no broker ${id}`);
    return node;
  }

  // ------------------------------------------------------------ acts of an operator

  /** Boots the machine if need be and starts the broker; nothing happens while it runs. */
  startBroker(id: number): void {
    const node = this.node(id);
    if (node.process.running) return;
    this.simulation.boot(node.host);
    this.simulation.start(node.process, () => {
      node.broker = new Broker({
        simulation: this.simulation,
        process: node.process,
        brokerId: id,
        features: this.features,
        config: this.brokerConfig(id),
        topicConfig: this.topicConfigs(this.brokerConfig(id)),
        ensemble: this.ensemble,
        brokerHost: (brokerId) => this.node(brokerId).host,
        nextInternalValue: this.nextInternalValue,
        rackOf: this.rackOf,
      });
    });
  }

  /** Controlled shutdown; `done` runs when the process has ended. A dead or already stopping broker stays as it is. */
  shutDownBroker(id: number, done: () => void = () => {}): void {
    const { broker } = this.node(id);
    broker?.shutDown(() => {
      this.forgetDead();
      done();
    });
  }

  killBroker(id: number): void {
    this.simulation.kill(this.node(id).process);
    this.forgetDead();
  }

  losePower(id: number, tail: TailSurvival): void {
    this.simulation.losePower(this.node(id).host, tail);
    this.forgetDead();
  }

  /** @throws while the broker's process runs. */
  wipeDisk(id: number): void {
    const node = this.node(id);
    if (node.process.running) throw new Error(`broker ${id} still runs on the disk to be wiped`);
    this.simulation.wipeDisk(node.host);
  }

  /** A new broker with the next free id, started. */
  addBroker(): number {
    const id = Math.max(...this.byId.keys()) + 1;
    this.addNode(id);
    this.startBroker(id);
    return id;
  }

  createTopic(spec: TopicSpec): void {
    this.topicProperties.set(spec.name, spec.config);
    const assignment = spec.assignment ?? this.spread(spec.partitions, spec.replicationFactor, 0);
    assignment.forEach((_, index) => this.register(spec.name, index));
    this.admin.createTopic(spec.name, assignment);
  }

  /** Raises a topic's partition count to `total`; the new replicas are spread as a new topic's would be. */
  addPartitions(topic: string, total: number): void {
    const present = this.topicPartitions(topic);
    if (total <= present.length) return;
    const first = present[0];
    const replicationFactor = first === undefined ? 1 : this.assignment(first).length;
    const added = this.spread(total, replicationFactor, 0).slice(present.length);
    added.forEach((_, i) => this.register(topic, present.length + i));
    this.admin.addPartitions(topic, present.length, added);
  }

  /** Machine of a client; one each, made at its first mention. */
  clientHost(name: string): Host {
    return this.clientProcess(name).host;
  }

  /** Process of a client; runs from its first mention. */
  clientProcess(name: string): Process {
    let process = this.clients.get(name);
    if (process === undefined) {
      process = this.simulation.addProcess(name, this.simulation.addHost(name));
      this.clients.set(name, process);
      this.simulation.start(process, () => {});
    }
    return process;
  }

  /** The clients by name, in order of creation. */
  clientProcesses(): ReadonlyMap<string, Process> {
    return this.clients;
  }

  // ------------------------------------------------------------ the truth, as ZooKeeper's committed store has it

  /** Broker that holds /controller, or -1. */
  controllerId(): number {
    return (this.ensemble.store.getData(CONTROLLER_PATH) as ControllerNode | undefined)?.brokerId ?? -1;
  }

  /** Every partition that was asked for, in order of creation. */
  partitions(): readonly number[] {
    return this.created;
  }

  /** Partitions of the topic that were asked for. */
  partitionCount(topic: string): number {
    return this.topicPartitions(topic).length;
  }

  /** Replicas in order, the preferred leader first; empty before the topic exists. */
  assignment(partition: number): readonly number[] {
    const known = this.registered.get(partition);
    if (known === undefined) return [];
    const node = this.ensemble.store.getData(known.topicPath) as TopicNode | undefined;
    return node?.partitions[known.index]?.replicas ?? [];
  }

  state(partition: number): CommittedState | undefined {
    const path = this.registered.get(partition)?.statePath;
    if (path === undefined) return undefined;
    const node = this.ensemble.store.getData(path) as PartitionStateNode | undefined;
    if (node === undefined) return undefined;
    return { leader: node.leader, leaderEpoch: node.leaderEpoch, isr: node.isr, version: this.ensemble.store.stat(path)?.version ?? -1 };
  }

  /** The replica's running state, or undefined while its broker is dead or does not hold it. */
  replica(brokerId: number, partition: number): Partition | undefined {
    const node = this.byId.get(brokerId);
    return node !== undefined && node.process.running ? node.broker?.replicas.get(partition) : undefined;
  }

  /** The topic of a partition that was asked for. @throws when nobody did. */
  topicOf(partition: number): string {
    const known = this.registered.get(partition);
    if (known === undefined) throw new Error(`there is no partition ${this.simulation.bus.names.text(partition)}`);
    return known.topic;
  }

  /** What holds for the topic on a broker without properties of its own. */
  topicConfig(topic: string): TopicConfig {
    return this.configOf(topic);
  }

  brokerConfig(id: number): BrokerConfig {
    const overrides = this.options.brokerOverrides.get(id);
    if (overrides === undefined) return this.defaults;
    return resolveBrokerConfig(this.options.release, new Map([...this.options.brokerProperties, ...overrides]));
  }

  /** Topic configurations as one broker sees them: the topic's own properties, else the broker's. Resolved once each. */
  private topicConfigs(broker: BrokerConfig): (topic: string) => TopicConfig {
    const resolved = new Map<string, TopicConfig>();
    return (topic) => {
      let config = resolved.get(topic);
      if (config === undefined) {
        config = resolveTopicConfig(broker, this.topicProperties.get(topic) ?? new Map<string, ConfigValue>());
        resolved.set(topic, config);
      }
      return config;
    };
  }

  /** A process that ended by itself (halt, exit) leaves its node without a broker too. */
  private forgetDead(): void {
    for (const node of this.byId.values()) if (!node.process.running) node.broker = null;
  }

  private addNode(id: number): void {
    const host = this.simulation.addHost(`b${id}`);
    this.byId.set(id, { id, host, process: this.simulation.addProcess(`broker-${id}`, host), broker: null });
  }

  private topicPartitions(topic: string): number[] {
    return this.created.filter((partition) => this.registered.get(partition)?.topic === topic);
  }

  private readonly rackOf = (id: number): string => {
    let rack = this.racks.get(id);
    if (rack === undefined) {
      rack = this.brokerConfig(id).brokerRack;
      this.racks.set(id, rack);
    }
    return rack;
  };

  /** Coordinators and markers: what brokers write has values below 0, each once. */
  private readonly nextInternalValue = (): number => --this.lastInternalValue;

  /** Internal topics are made by brokers; the controller that finds one says so before anybody leads it. */
  private readonly partitionFound: EventReader = (_type, _timeUs, _controller, partition): void => {
    const { names } = this.simulation.bus;
    const topic = topicOf(names, partition);
    if (isInternalTopic(topic) && !this.registered.has(partition)) this.register(topic, partitionIndexOf(names, partition));
  };

  private register(topic: string, index: number): void {
    const partition = topicPartition(this.simulation.bus.names, topic, index);
    this.created.push(partition);
    this.registered.set(partition, { topic, index, topicPath: topicPath(topic), statePath: partitionStatePath(topic, index) });
  }

  private spread(partitions: number, replicationFactor: number, shift: number): number[][] {
    const ids = [...this.byId.keys()];
    return Array.from({ length: partitions }, (_, p) =>
      Array.from({ length: Math.min(replicationFactor, ids.length) }, (__, r) => ids[(p + r + shift) % ids.length] as number),
    );
  }
}

/** GroupMetadataManager's topic configuration: compacted, in small segments, otherwise as the broker has it. */
function offsetsTopicProperties({ groups }: BrokerConfig): Properties {
  return new Map<string, ConfigValue>([
    ['cleanup.policy', 'compact'],
    ['segment.bytes', groups.offsetsTopicSegmentBytes],
  ]);
}

/** TransactionLog's topic configuration. */
function transactionTopicProperties({ transactions }: BrokerConfig): Properties {
  return new Map<string, ConfigValue>([
    ['cleanup.policy', 'compact'],
    ['segment.bytes', transactions.stateLogSegmentBytes],
    ['min.insync.replicas', transactions.stateLogMinIsr],
    ['unclean.leader.election.enable', false],
  ]);
}
