import { controllerProbes } from './probes.js';
import { describe, expect, it } from 'vitest';
import type { Host, Process } from '../../engine/Host.js';
import { Simulation } from '../../engine/Simulation.js';
import { ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import { ZooKeeperEnsemble } from '../../zookeeper/ZooKeeperEnsemble.js';
import { resolveBrokerConfig, type BrokerConfig } from '../config/index.js';
import { brokerFailureSeen, isrAltered } from '../events.js';
import { serveRequests, type RequestContext } from '../network/SocketServer.js';
import { ErrorCode } from '../protocol/errors.js';
import { PRESETS, type KafkaFeatures } from '../protocol/features.js';
import type { AlterPartitionResponse, LeaderAndIsrRequest, PartitionState, StopReplicaRequest } from '../protocol/messages.js';
import type { KafkaRelease } from '../protocol/release.js';
import { topicPartition } from '../protocol/topicPartition.js';
import type { ControlRequest } from './ControllerChannelManager.js';
import { KafkaController } from './KafkaController.js';
import {
  bootstrapPaths,
  brokerPath,
  CONTROLLER_PATH,
  ISR_CHANGE_NOTIFICATION_PREFIX,
  partitionStatePath,
  PREFERRED_REPLICA_ELECTION_PATH,
  REASSIGN_PARTITIONS_PATH,
  topicNode,
  topicPath,
  type ControllerNode,
  type PartitionStateNode,
  type TopicNode,
} from './znodes.js';

const SECOND = 1_000_000;

interface Received {
  readonly api: string;
  readonly body: ControlRequest;
}

/** A broker without logs: it registers, runs a controller, and writes down what controllers tell it. */
class FakeBroker {
  readonly received: Received[] = [];
  readonly host: Host;
  readonly process: Process;
  controller!: KafkaController;
  zk!: ZooKeeperClient;
  /** Answers nothing while true. */
  mute = false;
  private sessions = 0;

  constructor(
    private readonly cluster: Cluster,
    readonly id: number,
  ) {
    this.host = cluster.simulation.addHost(`b${id}`);
    this.process = cluster.simulation.addProcess(`broker-${id}`, this.host);
  }

  start(): void {
    this.received.length = 0;
    this.cluster.simulation.start(this.process, () => {
      serveRequests(this.process, (context) => this.handle(context));
      const { simulation, features, config, unclean } = this.cluster;
      this.controller = new KafkaController({
        ...{ simulation, process: this.process, brokerId: this.id, features, config },
        zk: () => this.zk,
        brokerHost: (id) => this.cluster.broker(id).host,
        topicConfig: () => ({ uncleanLeaderElectionEnable: unclean, minInsyncReplicas: 2 }),
      });
      this.openSession(() => this.controller.start());
    });
  }

  kill(): void {
    this.cluster.simulation.kill(this.process);
  }

  /** The last LeaderAndIsr state of a partition under the highest epoch it was told. */
  told(partition: number): PartitionState | undefined {
    const states = this.of<LeaderAndIsrRequest>('LeaderAndIsr').flatMap((request) => request.partitions);
    return states.filter((state) => state.partition === partition).pop();
  }

  of<R extends ControlRequest>(api: string): R[] {
    return this.received.filter((each) => each.api === api).map((each) => each.body as R);
  }

  private openSession(registered: () => void): void {
    let connectedOnce = false;
    this.zk = new ZooKeeperClient(
      this.cluster.simulation,
      this.process,
      this.cluster.ensemble,
      {
        sessionTimeoutUs: this.cluster.config.zookeeperSessionTimeoutUs,
        name: `b${this.id}/${this.process.incarnation}/${this.sessions++}`,
      },
      {
        onConnected: () => {
          if (!connectedOnce) this.register(registered);
          connectedOnce = true;
        },
        onExpired: () => {
          this.controller.sessionExpired();
          this.openSession(() => this.controller.sessionReestablished());
        },
        onWatch: (event) => this.controller.onWatch(event),
      },
    );
    this.zk.start();
  }

  /** Waits for the ephemeral of a former session to go. */
  private register(registered: () => void): void {
    this.zk.create(brokerPath(this.id), { brokerId: this.id, host: this.host.name }, 'ephemeral', (code) => {
      if (code === 'OK') registered();
      else this.process.after(100_000, () => this.register(registered), undefined);
    });
  }

  private handle(context: RequestContext): void {
    this.received.push({ api: context.envelope.api, body: context.envelope.body as ControlRequest });
    if (!this.mute) context.respond({ errorCode: ErrorCode.NONE, partitions: [] }, 40);
  }
}

interface Options {
  readonly seed?: string;
  readonly features?: Partial<KafkaFeatures>;
  readonly brokers?: number;
  readonly unclean?: boolean;
  readonly config?: Partial<BrokerConfig>;
}

class Cluster {
  readonly simulation: Simulation;
  readonly ensemble: ZooKeeperEnsemble;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly unclean: boolean;
  readonly brokers: FakeBroker[] = [];
  readonly admin: ZooKeeperClient;

  constructor(options: Options = {}) {
    this.simulation = new Simulation(options.seed ?? 'controller');
    this.ensemble = new ZooKeeperEnsemble(this.simulation);
    this.features = { ...PRESETS['3.9'], ...options.features };
    this.config = {
      ...resolveBrokerConfig('3.9', new Map()),
      ...{ zookeeperSessionTimeoutUs: 6 * SECOND, autoLeaderRebalanceEnable: false },
      ...options.config,
    };
    this.unclean = options.unclean ?? false;
    this.ensemble.bootstrap(bootstrapPaths());
    this.ensemble.start();
    const host = this.simulation.addHost('admin');
    const process = this.simulation.addProcess('admin', host);
    this.simulation.start(process, () => undefined);
    this.admin = new ZooKeeperClient(this.simulation, process, this.ensemble, { sessionTimeoutUs: 30 * SECOND, name: 'admin' }, {});
    this.admin.start();
    for (let id = 1; id <= (options.brokers ?? 3); id++) this.addBroker(id);
    this.run(1);
  }

  addBroker(id: number): FakeBroker {
    const broker = new FakeBroker(this, id);
    this.brokers.push(broker);
    broker.start();
    // One after the other, so that the lowest id becomes controller.
    this.run(0.5);
    return broker;
  }

  broker(id: number): FakeBroker {
    return this.brokers.find((each) => each.id === id) as FakeBroker;
  }

  get active(): FakeBroker[] {
    return this.brokers.filter((each) => each.process.running && each.controller.isActive);
  }

  run(seconds: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + Math.round(seconds * SECOND));
  }

  /** Until it holds, for at most a minute. */
  until(what: () => boolean): void {
    const endUs = this.simulation.nowUs + 60 * SECOND;
    while (!what()) {
      if (this.simulation.nowUs > endUs || !this.simulation.scheduler.step()) throw new Error('it never came true');
    }
  }

  createTopic(topic: string, replicas: number[][]): void {
    this.write(topicPath(topic), topicNode(replicas));
  }

  /** Creates the znode, or sets its data, as an administrator's tool would. */
  write(path: string, data: unknown): void {
    if (this.ensemble.store.has(path)) this.admin.setData(path, data, -1, () => undefined);
    else this.admin.create(path, data, 'persistent', () => undefined);
    this.run(0.5);
  }

  partition(topic: string, index = 0): number {
    return topicPartition(this.simulation.bus.names, topic, index);
  }

  state(topic: string, index = 0): PartitionStateNode {
    return this.ensemble.store.getData(partitionStatePath(topic, index)) as PartitionStateNode;
  }

  version(topic: string, index = 0): number {
    return this.ensemble.store.stat(partitionStatePath(topic, index))?.version ?? -1;
  }

  brokerEpoch(id: number): number {
    return this.ensemble.store.stat(brokerPath(id))?.czxid ?? -1;
  }

  /** One AlterPartition for `t-0` with everything right but what is overridden. */
  alter(
    newIsr: number[],
    overrides: { leaderEpoch?: number; partitionEpoch?: number; brokerId?: number; brokerEpoch?: number } = {},
  ): AlterPartitionResponse {
    const { leader, leaderEpoch } = this.state('t');
    const brokerId = overrides.brokerId ?? leader;
    const asked = { partition: this.partition('t'), newIsr, leaderEpoch, partitionEpoch: this.version('t'), ...overrides };
    const brokerEpoch = overrides.brokerEpoch ?? this.brokerEpoch(brokerId);
    let answer: AlterPartitionResponse | null = null;
    (this.active[0] as FakeBroker).controller.alterPartition(
      { brokerId, brokerEpoch, partitions: [asked] },
      (response) => (answer = response),
    );
    this.run(0.5);
    return answer as unknown as AlterPartitionResponse;
  }

  /** The error of the only partition. */
  alterError(...args: Parameters<Cluster['alter']>): number {
    return this.alter(...args).partitions[0]?.errorCode ?? -1;
  }

  probe(name: keyof typeof controllerProbes): number {
    return this.simulation.probes.count(controllerProbes[name]);
  }

  isolateFromZooKeeper(broker: FakeBroker, act: 'cut' | 'heal'): void {
    for (const host of this.ensemble.hosts) {
      this.simulation.network[act](broker.host, host);
      this.simulation.network[act](host, broker.host);
    }
  }

  isolateFromBrokers(broker: FakeBroker, act: 'cut' | 'heal'): void {
    for (const other of this.brokers) {
      if (other === broker) continue;
      this.simulation.network[act](broker.host, other.host);
      this.simulation.network[act](other.host, broker.host);
    }
  }
}

describe('controller election', () => {
  it('makes exactly one broker controller, with epoch 1, known to all', () => {
    const cluster = new Cluster();
    expect(cluster.active.map((each) => each.id)).toEqual([1]);
    expect(cluster.active[0]?.controller.controllerEpoch).toBe(1);
    expect(cluster.brokers.map((each) => each.controller.activeControllerId)).toEqual([1, 1, 1]);
  });

  it('elects another with the next epoch when the controller dies, and not before its session expired', () => {
    const cluster = new Cluster();
    cluster.broker(1).kill();
    cluster.run(3);
    expect(cluster.active).toEqual([]);
    cluster.run(10);
    expect(cluster.active.length).toBe(1);
    expect(cluster.active[0]?.controller.controllerEpoch).toBe(2);
  });

  it('works in two steps before 2.1', () => {
    const cluster = new Cluster({ features: PRESETS['0.10.2'] });
    expect(cluster.active.map((each) => each.id)).toEqual([1]);
    cluster.broker(1).kill();
    cluster.run(10);
    expect(cluster.active[0]?.controller.controllerEpoch).toBe(2);
  });

  it('makes a controller resign that finds another name in /controller', () => {
    const cluster = new Cluster();
    cluster.admin.delete(CONTROLLER_PATH, -1, () => undefined);
    cluster.run(2);
    expect(cluster.active.length).toBe(1);
    const holder = cluster.ensemble.store.getData(CONTROLLER_PATH) as ControllerNode;
    expect(cluster.active[0]?.id).toBe(holder.brokerId);
    expect(cluster.active[0]?.controller.controllerEpoch).toBe(2);
  });

  it('tells every broker who lives before it tells them anything else', () => {
    const cluster = new Cluster();
    for (const broker of cluster.brokers) expect(broker.received[0]?.api).toBe('UpdateMetadata');
  });
});

describe('topics', () => {
  it('begin with the first live replica as leader and the live ones as ISR', () => {
    const cluster = new Cluster();
    cluster.broker(2).kill();
    cluster.run(10);
    cluster.createTopic('t', [
      [2, 3, 1],
      [1, 2],
    ]);
    expect(cluster.state('t', 0)).toEqual({ leader: 3, leaderEpoch: 0, isr: [3, 1], controllerEpoch: 1 });
    expect(cluster.state('t', 1)).toEqual({ leader: 1, leaderEpoch: 0, isr: [1], controllerEpoch: 1 });
    expect(cluster.broker(3).told(cluster.partition('t', 0))).toMatchObject({ leader: 3, isr: [3, 1], replicas: [2, 3, 1], isNew: true });
  });

  it('get a leader once the first of their brokers appears', () => {
    const cluster = new Cluster();
    cluster.createTopic('t', [[4, 5]]);
    expect(cluster.state('t')).toBeUndefined();
    cluster.addBroker(4);
    cluster.run(1);
    expect(cluster.state('t')).toMatchObject({ leader: 4, isr: [4] });
    cluster.addBroker(5);
    cluster.run(1);
    expect(cluster.broker(5).told(cluster.partition('t'))).toMatchObject({ leader: 4, isr: [4], replicas: [4, 5] });
  });

  it('can grow partitions', () => {
    const cluster = new Cluster();
    cluster.createTopic('t', [[1, 2]]);
    cluster.write(
      topicPath('t'),
      topicNode([
        [1, 2],
        [3, 1],
      ]),
    );
    expect(cluster.state('t', 1)).toMatchObject({ leader: 3, isr: [3, 1], leaderEpoch: 0 });
    expect(cluster.state('t', 0).leaderEpoch).toBe(0);
  });
});

describe('a broker failure', () => {
  it('moves leadership to the next in-sync replica in assigned order and takes the dead out of the ISR', () => {
    const cluster = new Cluster();
    cluster.createTopic('t', [[2, 3, 1]]);
    cluster.alter([2, 1]);
    cluster.broker(2).kill();
    cluster.run(10);
    expect(cluster.state('t')).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 1 });
    expect(cluster.probe('leader-election-clean')).toBe(1);
  });

  it('leaves the partition without leader and its last member in the ISR while unclean election is off', () => {
    const cluster = new Cluster();
    cluster.createTopic('t', [[2, 3]]);
    cluster.alter([2]);
    cluster.broker(2).kill();
    cluster.run(10);
    expect(cluster.state('t')).toMatchObject({ leader: -1, isr: [2], leaderEpoch: 1 });
    expect(cluster.probe('partition-offline')).toBe(1);
    cluster.broker(2).start();
    cluster.run(2);
    expect(cluster.state('t')).toMatchObject({ leader: 2, isr: [2], leaderEpoch: 2 });
  });

  it('elects a replica outside the ISR when unclean election is on', () => {
    const cluster = new Cluster({ unclean: true });
    cluster.createTopic('t', [[2, 3]]);
    cluster.alter([2]);
    cluster.broker(2).kill();
    cluster.run(10);
    expect(cluster.state('t')).toMatchObject({ leader: 3, isr: [3] });
    expect(cluster.probe('unclean-leader-election')).toBe(1);
  });

  it('empties the ISR before KAFKA-5083 where unclean election is on and nobody is left', () => {
    const lastIsr = (keepsLastIsrMember: boolean): readonly number[] => {
      const cluster = new Cluster({ unclean: true, features: { keepsLastIsrMember } });
      cluster.createTopic('t', [[2]]);
      cluster.broker(2).kill();
      cluster.run(10);
      return cluster.state('t').isr;
    };
    expect(lastIsr(true)).toEqual([2]);
    expect(lastIsr(false)).toEqual([]);
  });

  it('that happens while there is no controller is found by the next one', () => {
    const cluster = new Cluster();
    cluster.createTopic('t', [[1, 2, 3]]);
    cluster.broker(1).kill();
    cluster.run(12);
    expect(cluster.state('t')).toMatchObject({ leader: 2, isr: [2, 3], controllerEpoch: 2 });
    expect(cluster.broker(3).told(cluster.partition('t'))).toMatchObject({ leader: 2, controllerEpoch: 2 });
  });
});

describe('a broker that bounces before the controller looks', () => {
  /** The old session ends and the new registration is there while the controller is paused. */
  function bounce(features: Partial<KafkaFeatures>): Cluster {
    const cluster = new Cluster({ features });
    cluster.createTopic('t', [[2, 3, 1]]);
    cluster.simulation.pause(cluster.broker(1).process);
    const old = cluster.broker(2).zk.sessionId;
    cluster.broker(2).kill();
    cluster.ensemble.expireSession(old);
    cluster.broker(2).received.length = 0;
    cluster.broker(2).start();
    cluster.run(1);
    cluster.simulation.resume(cluster.broker(1).process);
    cluster.run(2);
    return cluster;
  }

  it('is noticed by its broker epoch and gets its replicas again', () => {
    const cluster = bounce({});
    expect(cluster.probe('bounced-broker-detected')).toBe(1);
    expect(cluster.state('t')).toMatchObject({ leader: 3, isr: [3, 1] });
    expect(cluster.broker(2).told(cluster.partition('t'))).toMatchObject({ leader: 3 });
    expect(cluster.broker(2).of<LeaderAndIsrRequest>('LeaderAndIsr').pop()?.brokerEpoch).toBe(cluster.brokerEpoch(2));
  });

  it('is overlooked without broker epochs (KIP-380) and hears nothing (B-33)', () => {
    const cluster = bounce({ brokerEpochs: false });
    expect(cluster.state('t')).toMatchObject({ leader: 2, leaderEpoch: 0 });
    expect(cluster.broker(2).told(cluster.partition('t'))).toBeUndefined();
  });
});

describe('AlterPartition', () => {
  function withTopic(options: Options = {}): Cluster {
    const cluster = new Cluster(options);
    cluster.createTopic('t', [[2, 3, 1]]);
    return cluster;
  }

  it('writes the ISR conditional on the partition epoch and tells every broker', () => {
    const cluster = withTopic();
    const answer = cluster.alter([2, 3]);
    expect(answer.partitions[0]).toMatchObject({ errorCode: ErrorCode.NONE, leaderId: 2, leaderEpoch: 0, isr: [2, 3], partitionEpoch: 1 });
    expect(cluster.state('t').isr).toEqual([2, 3]);
    const metadata = cluster.broker(3).of<LeaderAndIsrRequest>('UpdateMetadata').pop();
    expect(metadata?.partitions[0]?.isr).toEqual([2, 3]);
  });

  it('refuses what is stale, foreign or senseless', () => {
    const cluster = withTopic();
    cluster.alter([2, 3]);
    expect(cluster.alterError([2], { leaderEpoch: 1 })).toBe(ErrorCode.NOT_CONTROLLER);
    expect(cluster.alterError([2], { partitionEpoch: 9 })).toBe(ErrorCode.NOT_CONTROLLER);
    expect(cluster.alterError([2], { leaderEpoch: -1 })).toBe(ErrorCode.FENCED_LEADER_EPOCH);
    expect(cluster.alterError([2], { partitionEpoch: 0 })).toBe(ErrorCode.INVALID_UPDATE_VERSION);
    expect(cluster.alterError([3], { brokerId: 3 })).toBe(ErrorCode.INVALID_REQUEST);
    expect(cluster.alterError([3])).toBe(ErrorCode.INVALID_REQUEST);
    expect(cluster.alterError([2, 9])).toBe(ErrorCode.INVALID_REQUEST);
    expect(cluster.alter([2], { brokerEpoch: 1 }).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
    expect(cluster.state('t').isr).toEqual([2, 3]);
  });

  it('answers success to a repeated request whose answer was lost (KAFKA-14144)', () => {
    const cluster = withTopic();
    cluster.alter([2, 3]);
    expect(cluster.alter([2, 3], { partitionEpoch: 0 }).partitions[0]).toMatchObject({ errorCode: ErrorCode.NONE, partitionEpoch: 1 });
    expect(cluster.version('t')).toBe(1);
  });

  it('refuses dead members since KAFKA-14140 only', () => {
    const errorFor = (isrMembersMustBeAlive: boolean): number => {
      const cluster = withTopic({ features: { isrMembersMustBeAlive } });
      cluster.broker(3).kill();
      cluster.run(10);
      return cluster.alterError([2, 1, 3]);
    };
    expect(errorFor(true)).toBe(ErrorCode.INELIGIBLE_REPLICA);
    expect(errorFor(false)).toBe(ErrorCode.NONE);
  });

  it('is refused by a broker that is not controller', () => {
    const cluster = withTopic();
    let errorCode = -1;
    cluster
      .broker(2)
      .controller.alterPartition({ brokerId: 2, brokerEpoch: -1, partitions: [] }, (answer) => (errorCode = answer.errorCode));
    cluster.run(0.1);
    expect(errorCode).toBe(ErrorCode.NOT_CONTROLLER);
  });

  it('recognises its own write when the connection to ZooKeeper broke before the answer', () => {
    const cluster = withTopic();
    const controller = cluster.broker(1);
    for (const host of cluster.ensemble.hosts) cluster.simulation.network.cut(host, controller.host);
    let answer: AlterPartitionResponse | null = null;
    const asked = { partition: cluster.partition('t'), leaderEpoch: 0, newIsr: [2, 3], partitionEpoch: 0 };
    controller.controller.alterPartition({ brokerId: 2, brokerEpoch: -1, partitions: [asked] }, (response) => (answer = response));
    // Past two thirds of the session timeout, when the client changes servers, but not past the whole of it.
    cluster.run(4.2);
    expect(cluster.state('t').isr).toEqual([2, 3]);
    expect(answer).toBeNull();
    for (const host of cluster.ensemble.hosts) cluster.simulation.network.heal(host, controller.host);
    cluster.run(3);
    expect((answer as AlterPartitionResponse | null)?.partitions[0]).toMatchObject({ errorCode: ErrorCode.NONE, partitionEpoch: 1 });
    expect(cluster.probe('controller-own-write-recognised')).toBe(1);
  });
});

describe('a controller that does not know that it was replaced', () => {
  /**
   * Broker 1 is cut off from ZooKeeper in the middle of handling the failure of broker 2, with its own leadership of `t` at stake; broker 3
   * becomes controller meanwhile.
   */
  function zombie(features: Partial<KafkaFeatures>): Cluster {
    const cluster = new Cluster({ features });
    cluster.createTopic('t', [[2, 1, 3]]);
    cluster.ensemble.expireSession(cluster.broker(2).zk.sessionId);
    cluster.broker(2).kill();
    let seen = false;
    cluster.simulation.bus.subscribe(() => (seen = true), [brokerFailureSeen]);
    cluster.until(() => seen);
    cluster.isolateFromZooKeeper(cluster.broker(1), 'cut');
    cluster.run(12);
    return cluster;
  }

  it('goes on believing while its session is gone, and its requests still arrive after those of the new one', () => {
    const cluster = new Cluster();
    cluster.createTopic('t', [[2, 3, 1]]);
    cluster.isolateFromBrokers(cluster.broker(1), 'cut');
    cluster.alter([2, 3]);
    cluster.isolateFromZooKeeper(cluster.broker(1), 'cut');
    cluster.run(12);
    expect(cluster.active.map((each) => each.controller.controllerEpoch).sort((a, b) => a - b)).toEqual([1, 2]);
    const successor = cluster.active.find((each) => each.id !== 1) as FakeBroker;
    cluster.isolateFromBrokers(cluster.broker(1), 'heal');
    cluster.run(2);
    const epochs = successor.received.map((each) => each.body.controllerEpoch);
    expect(epochs.lastIndexOf(1)).toBeGreaterThan(epochs.indexOf(2));
  });

  it('leaves a partition alone that the new one has changed', () => {
    const cluster = zombie({});
    expect(cluster.state('t')).toMatchObject({ leader: 3, isr: [3], controllerEpoch: 2 });
  });

  it('resigns when it learns of its session, without a further write', () => {
    const cluster = zombie({});
    cluster.isolateFromZooKeeper(cluster.broker(1), 'heal');
    cluster.run(3);
    expect(cluster.active.map((each) => each.id)).toEqual([3]);
    expect(cluster.state('t').controllerEpoch).toBe(2);
  });

  /** The next epoch is there, but word of it does not reach broker 1, whose session lives. */
  function replacedUnawares(features: Partial<KafkaFeatures>): Cluster {
    const cluster = new Cluster({ features });
    cluster.createTopic('t', [[2, 3, 1]]);
    for (const host of cluster.ensemble.hosts) cluster.simulation.network.cut(host, cluster.broker(1).host);
    cluster.admin.delete(CONTROLLER_PATH, -1, () => undefined);
    cluster.run(0.5);
    const request = { partition: cluster.partition('t'), leaderEpoch: 0, newIsr: [2], partitionEpoch: cluster.version('t') };
    cluster.broker(1).controller.alterPartition({ brokerId: 2, brokerEpoch: -1, partitions: [request] }, () => undefined);
    cluster.run(0.5);
    return cluster;
  }

  it('is stopped by ZooKeeper since KAFKA-6082', () => {
    const cluster = replacedUnawares({});
    expect(cluster.state('t').isr).toEqual([2, 3, 1]);
    for (const host of cluster.ensemble.hosts) cluster.simulation.network.heal(host, cluster.broker(1).host);
    cluster.run(2);
    expect(cluster.probe('controller-fenced-by-zk')).toBe(1);
    expect(cluster.active.length).toBe(1);
    expect(cluster.broker(1).controller.isActive).toBe(false);
  });

  it('overwrites what the new one decided before KAFKA-6082 (B-30)', () => {
    const cluster = replacedUnawares({ zkControllerFencing: false });
    expect(cluster.state('t')).toMatchObject({ isr: [2], controllerEpoch: 1 });
  });

  /** Broker 1 sleeps through its session with a request in its queue that asks for an unconditional write. */
  function sleeper(features: Partial<KafkaFeatures>): TopicNode {
    const cluster = new Cluster({ features, brokers: 4 });
    cluster.createTopic('t', [[2, 3]]);
    let changed = false;
    cluster.simulation.bus.subscribe(() => (changed = true), [isrAltered]);
    cluster.write(REASSIGN_PARTITIONS_PATH, { partitions: [{ topic: 't', partition: 0, replicas: [2, 3, 4] }] });
    cluster.until(() => changed);
    cluster.admin.setData(partitionStatePath('t', 0), { ...cluster.state('t'), isr: [2, 3, 4] }, -1, () => undefined);
    cluster.until(() => cluster.state('t').isr.length === 3);
    cluster.run(0.001);
    cluster.simulation.pause(cluster.broker(1).process);
    cluster.run(12);
    // The new controller has completed the move, and somebody has added a partition since.
    cluster.write(topicPath('t'), topicNode([[2, 3, 4], [1]]));
    cluster.simulation.resume(cluster.broker(1).process);
    cluster.run(5);
    expect(cluster.active.length).toBe(1);
    expect(cluster.active[0]?.id).not.toBe(1);
    return cluster.ensemble.store.getData(topicPath('t')) as TopicNode;
  }

  it('does nothing when it wakes up since KAFKA-6082', () => {
    expect(sleeper({ alterPartition: false }).partitions.length).toBe(2);
  });

  it('finishes in its next session what it had begun, over what others wrote, before KAFKA-6082 (B-30)', () => {
    expect(sleeper({ alterPartition: false, zkControllerFencing: false }).partitions.length).toBe(1);
  });
});

describe('requests to a broker', () => {
  it('wait for it in order, and are sent again when the connection broke', () => {
    const cluster = new Cluster();
    cluster.createTopic('t', [[2, 3]]);
    cluster.isolateFromBrokers(cluster.broker(3), 'cut');
    cluster.alter([2]);
    cluster.alter([2, 3]);
    expect(cluster.broker(3).of<LeaderAndIsrRequest>('UpdateMetadata').pop()?.partitions[0]?.isr).toEqual([2, 3]);
    cluster.run(1);
    cluster.isolateFromBrokers(cluster.broker(3), 'heal');
    cluster.run(2);
    const isrs = cluster.broker(3).of<LeaderAndIsrRequest>('UpdateMetadata').slice(-2);
    expect(isrs.map((request) => request.partitions[0]?.isr)).toEqual([[2], [2, 3]]);
  });

  it('are sent again when no answer comes within controller.socket.timeout.ms', () => {
    const cluster = new Cluster({ config: { controllerSocketTimeoutUs: 2 * SECOND } });
    cluster.broker(3).mute = true;
    cluster.createTopic('t', [[2, 3]]);
    cluster.run(4);
    const before = cluster.broker(3).of('LeaderAndIsr').length;
    expect(before).toBeGreaterThan(1);
    expect(new Set(cluster.broker(3).of<LeaderAndIsrRequest>('LeaderAndIsr')).size).toBe(1);
    cluster.broker(3).mute = false;
    cluster.run(4);
    expect(cluster.broker(3).told(cluster.partition('t'))).toMatchObject({ leader: 2 });
    expect(cluster.broker(3).received.at(-1)?.api).toBe('UpdateMetadata');
  });

  it('are one LeaderAndIsr and one UpdateMetadata per broker for a whole topic', () => {
    const cluster = new Cluster();
    for (const broker of cluster.brokers) broker.received.length = 0;
    cluster.createTopic(
      't',
      Array.from({ length: 20 }, () => [1, 2, 3]),
    );
    for (const broker of cluster.brokers) {
      expect(broker.received.map((each) => [each.api, each.body.partitions.length])).toEqual([
        ['LeaderAndIsr', 20],
        ['UpdateMetadata', 20],
      ]);
    }
  });
});

describe('controlled shutdown', () => {
  function shutDown(cluster: Cluster, brokerId: number): number[] {
    let remaining: number[] = [-1];
    const request = { brokerId, brokerEpoch: cluster.brokerEpoch(brokerId) };
    (cluster.active[0] as FakeBroker).controller.controlledShutdown(request, (answer) => (remaining = answer.remainingPartitions));
    cluster.run(1);
    return remaining;
  }

  it('moves leaderships, takes the broker out of every ISR and stops its replicas', () => {
    const cluster = new Cluster();
    cluster.createTopic('t', [
      [2, 3, 1],
      [3, 2, 1],
    ]);
    expect(shutDown(cluster, 2)).toEqual([]);
    expect(cluster.state('t', 0)).toMatchObject({ leader: 3, isr: [3, 1] });
    expect(cluster.state('t', 1)).toMatchObject({ leader: 3, isr: [3, 1], leaderEpoch: 1 });
    const stops = cluster
      .broker(2)
      .of<StopReplicaRequest>('StopReplica')
      .flatMap((request) => request.partitions);
    expect(stops.map((each) => [each.partition, each.deletePartition])).toContainEqual([cluster.partition('t', 1), false]);
    expect(cluster.probe('controlled-shutdown-moved-leader')).toBe(1);
  });

  it('names what nobody else can lead', () => {
    const cluster = new Cluster();
    cluster.createTopic('t', [[2, 3]]);
    cluster.alter([2]);
    expect(shutDown(cluster, 2)).toEqual([cluster.partition('t')]);
    expect(cluster.state('t')).toMatchObject({ leader: 2, isr: [2] });
  });
});

describe('preferred election', () => {
  function afterReturn(config: Partial<BrokerConfig> = {}): Cluster {
    const cluster = new Cluster({ config });
    cluster.createTopic('t', [[2, 3, 1]]);
    cluster.broker(2).kill();
    cluster.run(10);
    cluster.broker(2).start();
    cluster.run(2);
    cluster.alter([3, 1, 2]);
    return cluster;
  }

  it('follows the znode and deletes it, again and again', () => {
    const cluster = afterReturn();
    expect(cluster.state('t').leader).toBe(3);
    cluster.write(PREFERRED_REPLICA_ELECTION_PATH, { partitions: [{ topic: 't', partition: 0 }] });
    expect(cluster.state('t')).toMatchObject({ leader: 2, isr: [3, 1, 2] });
    expect(cluster.ensemble.store.has(PREFERRED_REPLICA_ELECTION_PATH)).toBe(false);
    expect(cluster.probe('preferred-election')).toBe(1);
    cluster.write(PREFERRED_REPLICA_ELECTION_PATH, { partitions: [] });
    expect(cluster.ensemble.store.has(PREFERRED_REPLICA_ELECTION_PATH)).toBe(false);
  });

  it('happens by itself with auto.leader.rebalance.enable', () => {
    const cluster = afterReturn({ autoLeaderRebalanceEnable: true, leaderImbalanceCheckIntervalUs: 5 * SECOND });
    cluster.run(6);
    expect(cluster.state('t').leader).toBe(2);
    expect(cluster.probe('preferred-election')).toBe(1);
  });
});

describe('reassignment', () => {
  function moving(features: Partial<KafkaFeatures> = {}): Cluster {
    const cluster = new Cluster({ brokers: 5, features });
    cluster.createTopic('t', [[1, 2, 3]]);
    cluster.write(REASSIGN_PARTITIONS_PATH, { partitions: [{ topic: 't', partition: 0, replicas: [4, 5, 1] }] });
    return cluster;
  }

  function assignment(cluster: Cluster): unknown {
    return (cluster.ensemble.store.getData(topicPath('t')) as TopicNode).partitions[0];
  }

  it('adds the new replicas beside the old ones and waits for them', () => {
    const cluster = moving();
    expect(assignment(cluster)).toEqual({ replicas: [4, 5, 1, 2, 3], addingReplicas: [4, 5], removingReplicas: [2, 3] });
    expect(cluster.broker(4).told(cluster.partition('t'))).toMatchObject({ leader: 1, addingReplicas: [4, 5], isNew: true });
    expect(cluster.state('t')).toMatchObject({ leader: 1, isr: [1, 2, 3] });
    cluster.alter([1, 2, 3, 4]);
    expect(cluster.ensemble.store.has(REASSIGN_PARTITIONS_PATH)).toBe(true);
  });

  it('completes once the target is in sync: fences, deletes the old replicas, and forgets the request', () => {
    const cluster = moving();
    const { leaderEpoch } = cluster.state('t');
    cluster.alter([1, 2, 3, 4, 5]);
    cluster.run(1);
    expect(assignment(cluster)).toEqual({ replicas: [4, 5, 1], addingReplicas: [], removingReplicas: [] });
    expect(cluster.state('t').leader).toBe(1);
    expect([...cluster.state('t').isr].sort((a, b) => a - b)).toEqual([1, 4, 5]);
    expect(cluster.state('t').leaderEpoch).toBeGreaterThan(leaderEpoch);
    const stops = cluster
      .broker(2)
      .of<StopReplicaRequest>('StopReplica')
      .flatMap((request) => request.partitions);
    expect(stops.pop()).toEqual({ partition: cluster.partition('t'), deletePartition: true, leaderEpoch: cluster.state('t').leaderEpoch });
    expect(cluster.ensemble.store.has(REASSIGN_PARTITIONS_PATH)).toBe(false);
    expect(cluster.probe('reassignment-completed')).toBe(1);
  });

  it('needs all targets in sync as of 3.9, and only the added ones before', () => {
    const completedWith = (reassignmentRequiresAllTargets: boolean): number => {
      const cluster = moving({ reassignmentRequiresAllTargets });
      cluster.broker(1).kill();
      cluster.run(12);
      cluster.alter([...cluster.state('t').isr, 4, 5]);
      cluster.run(1);
      return cluster.probe('reassignment-completed');
    };
    expect(completedWith(true)).toBe(0);
    expect(completedWith(false)).toBe(1);
  });

  it('is carried on by the next controller', () => {
    const cluster = moving();
    cluster.alter([1, 2, 3, 4]);
    cluster.admin.delete(CONTROLLER_PATH, -1, () => undefined);
    cluster.run(2);
    cluster.alter([1, 2, 3, 4, 5]);
    cluster.run(1);
    expect(cluster.probe('reassignment-completed')).toBe(1);
  });

  it('follows a leader that writes the ISR itself before KIP-497', () => {
    const cluster = moving({ alterPartition: false, stopReplicaEpoch: false });
    cluster.admin.setData(
      partitionStatePath('t', 0),
      { ...cluster.state('t'), isr: [1, 2, 3, 4, 5] },
      cluster.version('t'),
      () => undefined,
    );
    cluster.run(2);
    expect(cluster.probe('reassignment-completed')).toBe(1);
    const stops = cluster
      .broker(2)
      .of<StopReplicaRequest>('StopReplica')
      .flatMap((request) => request.partitions);
    expect(stops.pop()?.leaderEpoch).toBe(-1);
  });

  it('can be cancelled by asking for the original replicas', () => {
    const cluster = moving();
    cluster.write(REASSIGN_PARTITIONS_PATH, { partitions: [{ topic: 't', partition: 0, replicas: [1, 2, 3] }] });
    cluster.run(1);
    expect(assignment(cluster)).toEqual({ replicas: [1, 2, 3], addingReplicas: [], removingReplicas: [] });
    const stops = cluster
      .broker(4)
      .of<StopReplicaRequest>('StopReplica')
      .flatMap((request) => request.partitions);
    expect(stops.pop()?.deletePartition).toBe(true);
  });
});

describe('an ISR change notification', () => {
  it('makes the controller read the states, tell every broker and clear the notes', () => {
    const cluster = new Cluster({ features: { alterPartition: false } });
    cluster.createTopic('t', [[2, 3, 1]]);
    cluster.admin.setData(partitionStatePath('t', 0), { ...cluster.state('t'), isr: [2, 3] }, 0, () => undefined);
    cluster.admin.create(
      ISR_CHANGE_NOTIFICATION_PREFIX,
      { partitions: [{ topic: 't', partition: 0 }] },
      'persistent-sequential',
      () => undefined,
    );
    cluster.run(1);
    expect(cluster.broker(1).of<LeaderAndIsrRequest>('UpdateMetadata').pop()?.partitions[0]).toMatchObject({
      isr: [2, 3],
      partitionEpoch: 1,
    });
    expect(cluster.ensemble.store.stat('/isr_change_notification')?.cversion).toBe(2);
  });
});

describe('whatever happened', () => {
  /** Kills, pauses, cuts and expired sessions at random for a minute; then all is well again. */
  function survive(seed: string, release: KafkaRelease): Cluster {
    const cluster = new Cluster({ seed, features: PRESETS[release], brokers: 4 });
    cluster.createTopic('t', [
      [1, 2, 3],
      [2, 3, 4],
      [3, 4, 1],
    ]);
    const dice = cluster.simulation.randomness.stream('test');
    const network = cluster.simulation.network;
    for (let i = 0; i < 12; i++) {
      const broker = dice.pick(cluster.brokers);
      const other = dice.pick([...cluster.ensemble.hosts, ...cluster.brokers.map((each) => each.host)]);
      const seconds = dice.between(0, 12);
      switch (dice.int(5)) {
        case 0:
          broker.kill();
          cluster.run(seconds);
          broker.start();
          break;
        case 1:
          cluster.simulation.pause(broker.process);
          cluster.run(seconds);
          cluster.simulation.resume(broker.process);
          break;
        case 2:
          network.cut(other, broker.host);
          cluster.run(seconds);
          network.heal(other, broker.host);
          break;
        case 3:
          cluster.isolateFromZooKeeper(broker, 'cut');
          cluster.run(seconds);
          cluster.isolateFromZooKeeper(broker, 'heal');
          break;
        default:
          cluster.ensemble.expireSession(broker.zk.sessionId);
      }
      cluster.run(dice.between(0, 3) / 10);
    }
    cluster.run(40);
    return cluster;
  }

  it.each(['0.10.2', '2.0', '2.4', '3.9'] as const)(
    'there is one controller in the end, and every broker knows every leader (%s)',
    (release) => {
      for (let i = 0; i < 25; i++) {
        const cluster = survive(`${release}/${i}`, release);
        const where = `seed ${release}/${i}`;
        expect(cluster.active.length, where).toBe(1);
        for (let index = 0; index < 3; index++) {
          const { leader, leaderEpoch, isr } = cluster.state('t', index);
          expect(isr, where).toContain(leader);
          if (!cluster.features.brokerEpochs) continue;
          for (const id of (cluster.ensemble.store.getData(topicPath('t')) as TopicNode).partitions[index]?.replicas ?? []) {
            expect(cluster.broker(id).told(cluster.partition('t', index)), `${where}, broker ${id}`).toMatchObject({ leader, leaderEpoch });
          }
        }
      }
    },
  );
});

describe('a large cluster', () => {
  it('starts 1,000 partitions on 50 brokers with requests in proportion to the brokers', () => {
    const cluster = new Cluster({ brokers: 50 });
    const before = cluster.brokers.map((each) => each.received.length);
    cluster.createTopic(
      't',
      Array.from({ length: 1000 }, (_, i) => [(i % 50) + 1, ((i + 1) % 50) + 1, ((i + 7) % 50) + 1]),
    );
    cluster.run(1);
    cluster.brokers.forEach((each, i) => expect(each.received.length - (before[i] as number)).toBe(2));
    expect(cluster.state('t', 999)).toMatchObject({ leader: 50 });
  });
});
