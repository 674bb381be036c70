/**
 * The controller that runs inside every broker and is active in one of them (kafka.controller.KafkaController, ZooKeeper mode): it decides who
 * leads each partition and who is in sync, writes that to ZooKeeper and tells the brokers.
 *
 * Being controller is a matter of belief: a broker that is paused or cut off goes on until it learns that it has been replaced, and what it sent
 * before still arrives. What stops it is ZooKeeper (writes conditional on the controller epoch, KAFKA-6082) and the brokers (which refuse
 * an older controller epoch).
 *
 * Leaves out: topic deletion, log-directory failures, changes of broker endpoints and of a topic's unclean.leader.election.enable
 * (read at each election instead), and KRaft.
 */
import type { Host, Process } from '../../engine/Host.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { WatchEvent, ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import { controllerPauses } from '../buggifySites.js';
import type { BrokerConfig } from '../config/BrokerConfig.js';
import { controllerElected, controllerResigned } from '../events.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type {
  AlterPartitionRequest,
  AlterPartitionResponse,
  ControlledShutdownRequest,
  ControlledShutdownResponse,
} from '../protocol/messages.js';
import { countTransition } from '../protocol/stateMachine.js';
import { alterPartitions, refusedAlterPartition } from './alterPartition.js';
import { runSteps, type Step } from './continuations.js';
import { refusedControlledShutdown, shutDownBroker } from './controlledShutdown.js';
import { ControllerChannelManager } from './ControllerChannelManager.js';
import { ControllerContext, type PartitionContext } from './ControllerContext.js';
import { registerController } from './controllerElection.js';
import { ControllerEventQueue } from './ControllerEventQueue.js';
import { ControllerMembership } from './ControllerMembership.js';
import { sendUpdateMetadata, type ControllerParts } from './controllerParts.js';
import { ControllerRequestBatch } from './ControllerRequestBatch.js';
import { ControllerZooKeeper, type Interruption } from './ControllerZooKeeper.js';
import { PartitionReassignment } from './PartitionReassignment.js';
import { PartitionStateMachine } from './PartitionStateMachine.js';
import { PartitionStates } from './PartitionStates.js';
import { electPreferredOnRequest, rebalanceLeaders } from './preferredElection.js';
import { ReplicaStateMachine } from './ReplicaStateMachine.js';
import { controllerProbes, controllerStates } from './probes.js';
import {
  BROKER_IDS_PATH,
  CONTROLLER_PATH,
  ISR_CHANGE_NOTIFICATION_PATH,
  PREFERRED_REPLICA_ELECTION_PATH,
  REASSIGN_PARTITIONS_PATH,
  TOPICS_PATH,
} from './znodes.js';

export interface ControllerDeps {
  readonly simulation: Simulation;
  /** The broker's process: the controller lives and dies with its incarnation. */
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  /** The handle of the present session. */
  readonly zk: () => ZooKeeperClient;
  readonly brokerHost: (brokerId: number) => Host;
  readonly topicConfig: (topic: string) => { readonly uncleanLeaderElectionEnable: boolean; readonly minInsyncReplicas: number };
}

/** Kafka's initial delay of the automatic leader rebalancing. */
const FIRST_REBALANCE_DELAY_US = 5_000_000;
const NOBODY = -1;
/** Of the event thread, when its site fires. */
const LONGEST_PAUSE_US = 200_000;

const topicZnode = /^\/brokers\/topics\/([^/]+)$/;
const stateZnode = /^\/brokers\/topics\/([^/]+)\/partitions\/(\d+)\/state$/;

export class KafkaController {
  private readonly context: ControllerContext;
  private readonly zooKeeper: ControllerZooKeeper;
  private readonly channels: ControllerChannelManager;
  private readonly queue = new ControllerEventQueue((begin) => this.startEvent(begin));
  private readonly parts: ControllerParts;
  private readonly reassignment: PartitionReassignment;
  private readonly membership: ControllerMembership;
  private active = false;
  private controllerId = NOBODY;
  private rebalanceTimer: Timer = 0;

  constructor(private readonly deps: ControllerDeps) {
    const { simulation, process, brokerId, features, config } = deps;
    const uncleanAllowed = (topic: string): boolean => deps.topicConfig(topic).uncleanLeaderElectionEnable;
    const context = new ControllerContext(simulation.bus.names, features);
    const zooKeeper = new ControllerZooKeeper(deps.zk, features.zkControllerFencing, (why) => this.interrupted(why));
    const channels = new ControllerChannelManager(simulation, process, brokerId, config.controllerSocketTimeoutUs, deps.brokerHost);
    const batch = new ControllerRequestBatch(brokerId, context, channels, features);
    const states = new PartitionStates(simulation, brokerId, context, zooKeeper, !features.alterPartition);
    const partitionStateMachine = new PartitionStateMachine(context, states, batch, features, uncleanAllowed, simulation.probes);
    const replicaStateMachine = new ReplicaStateMachine(context, states, batch, features, uncleanAllowed, simulation.probes);
    this.context = context;
    this.zooKeeper = zooKeeper;
    this.channels = channels;
    this.parts = {
      ...{ simulation, brokerId, features, config, context, zooKeeper, channels, batch, states },
      ...{ partitionStateMachine, replicaStateMachine },
    };
    this.reassignment = new PartitionReassignment(this.parts);
    this.membership = new ControllerMembership(this.parts, this.reassignment);
  }

  /** Does this broker believe to be the controller? */
  get isActive(): boolean {
    return this.active;
  }

  /** The epoch under which this controller acts; 0 while it is not active. */
  get controllerEpoch(): number {
    return this.context.epoch;
  }

  /** Whom this broker believes to be controller; -1 nobody. */
  get activeControllerId(): number {
    return this.controllerId;
  }

  /** The broker has its session and is registered: takes part in the election. */
  start(): void {
    this.put('Startup', (done) => this.elect(done));
  }

  /** Every watch event of the broker's session; those of others are ignored. */
  onWatch(event: WatchEvent): void {
    const { path, type } = event;
    if (path === CONTROLLER_PATH) {
      if (type === 'deleted') this.put('Reelect', (done) => this.reelect(done));
      else this.put('ControllerChange', (done) => this.maybeResign(done));
    } else if (this.active) this.onClusterChange(event);
  }

  /** The old session is gone. Since 2.1 the controller resigns at once; before, it goes on until it finds the next session's `Reelect`. */
  sessionExpired(): void {
    if (!this.deps.features.zkControllerFencing) return;
    this.zooKeeper.abandon();
    this.queue.clear();
    this.controllerId = NOBODY;
    this.resign('session-expired');
    this.queue.abortCurrent();
  }

  /** A new session, and the broker is registered in it: takes part in the election again. */
  sessionReestablished(): void {
    this.put('RegisterBrokerAndReelect', (done) => this.reelect(done));
    this.zooKeeper.resume();
  }

  /** AlterPartition (KIP-497); NOT_CONTROLLER while inactive. `respond` is called once. */
  alterPartition(request: AlterPartitionRequest, respond: (response: AlterPartitionResponse) => void): void {
    const answer = once(respond);
    this.put(
      'AlterPartitionReceived',
      (done) => {
        if (this.active) {
          alterPartitions(this.parts, request, answer, (altered) => {
            this.reviewReassignments(altered);
            done();
          });
          return;
        }
        answer(refusedAlterPartition(ErrorCode.NOT_CONTROLLER));
        done();
      },
      () => answer(refusedAlterPartition(ErrorCode.NOT_CONTROLLER)),
    );
  }

  /** ControlledShutdown; NOT_CONTROLLER while inactive. `respond` is called once. */
  controlledShutdown(request: ControlledShutdownRequest, respond: (response: ControlledShutdownResponse) => void): void {
    const answer = once(respond);
    this.put(
      'ControlledShutdown',
      (done) => {
        if (this.active) {
          shutDownBroker(this.parts, request, answer, done);
          return;
        }
        answer(refusedControlledShutdown(ErrorCode.NOT_CONTROLLER));
        done();
      },
      () => answer(refusedControlledShutdown(ErrorCode.NOT_CONTROLLER)),
    );
  }

  private startEvent(begin: () => void): void {
    const { simulation, process } = this.deps;
    const pauseUs = simulation.buggify.amount(controllerPauses, LONGEST_PAUSE_US);
    if (pauseUs === 0) begin();
    else process.after(pauseUs, begin, undefined);
  }

  private put(name: string, process: Step, preempt: () => void = () => {}): void {
    this.queue.put({ name, process, preempt });
  }

  /** An event that means nothing once the controller has resigned. */
  private putActive(name: string, process: Step): void {
    this.put(name, (done) => {
      if (this.active) process(done);
      else done();
    });
  }

  private onClusterChange({ path }: WatchEvent): void {
    if (path === BROKER_IDS_PATH) this.putActive('BrokerChange', (done) => this.membership.brokersChanged(done));
    else if (path === TOPICS_PATH) this.putActive('TopicChange', (done) => this.membership.topicsChanged(done));
    else if (path === ISR_CHANGE_NOTIFICATION_PATH) this.putActive('IsrChangeNotification', (done) => this.membership.isrsChanged(done));
    else if (path === REASSIGN_PARTITIONS_PATH) this.putActive('ZkPartitionReassignment', (done) => this.reassignment.takeRequests(done));
    else if (path === PREFERRED_REPLICA_ELECTION_PATH) {
      this.putActive('ReplicaLeaderElection', (done) => electPreferredOnRequest(this.parts, done));
    } else this.onTopicChange(path);
  }

  private onTopicChange(path: string): void {
    const topic = topicZnode.exec(path)?.[1];
    if (topic !== undefined) {
      this.putActive('PartitionModifications', (done) => this.membership.partitionsModified(topic, done));
      return;
    }
    const state = stateZnode.exec(path);
    if (state === null) return;
    const partition = this.context.partitionNamed(state[1] ?? '', Number(state[2]));
    if (partition !== undefined) this.reviewReassignments([partition]);
  }

  private reviewReassignments(partitions: readonly PartitionContext[]): void {
    for (const partition of partitions) {
      if (!this.context.beingReassigned.has(partition.id)) continue;
      this.putActive('PartitionReassignmentIsrChange', (done) => this.reassignment.isrChanged(partition, done));
    }
  }

  /** Becomes controller unless there is one. */
  private elect(done: () => void): void {
    this.zooKeeper.readController((current) => {
      this.controllerId = current ?? NOBODY;
      if (current !== undefined) {
        done();
        return;
      }
      const { brokerId, features } = this.deps;
      registerController(this.zooKeeper, brokerId, features.zkControllerFencing, (won) => {
        if (won === null) this.maybeResign(done);
        else this.onControllerFailover(won.epoch, won.version, done);
      });
    });
  }

  private reelect(done: () => void): void {
    this.maybeResign(() => this.elect(done));
  }

  /** Looks who is controller; resigns if it is somebody else. */
  private maybeResign(done: () => void): void {
    this.zooKeeper.readController((current) => {
      this.controllerId = current ?? NOBODY;
      if (this.active && current !== this.deps.brokerId) this.resign('controller-moved');
      done();
    });
  }

  private resign(reason: Interruption): void {
    if (!this.active) return;
    const { simulation, brokerId, process } = this.deps;
    this.active = false;
    simulation.probes.hit(controllerProbes['controller-resigned']);
    countTransition(simulation.probes, controllerStates, 'Active', 'Standby');
    simulation.bus.emit(controllerResigned, brokerId, this.context.epoch, simulation.bus.names.idOf(reason));
    process.cancel(this.rebalanceTimer);
    this.channels.shutdown();
    this.context.clear();
    this.context.epoch = 0;
    this.zooKeeper.epochVersion = -1;
  }

  /** An event met the end of its session, or the fence of a later controller. */
  private interrupted(why: Interruption): void {
    this.zooKeeper.abandon();
    if (why === 'session-expired') {
      this.queue.abortCurrent();
      return;
    }
    this.deps.simulation.probes.hit(controllerProbes['controller-fenced-by-zk']);
    this.queue.replaceCurrent({ name: 'ControllerMoved', process: (done) => this.maybeResign(done), preempt: () => {} });
  }

  private onControllerFailover(epoch: number, epochVersion: number, done: () => void): void {
    const { simulation, brokerId } = this.deps;
    const { context, membership, parts } = this;
    context.clear();
    context.epoch = epoch;
    this.zooKeeper.epochVersion = epochVersion;
    this.controllerId = brokerId;
    this.active = true;
    simulation.bus.emit(controllerElected, brokerId, epoch);
    simulation.probes.hit(controllerProbes['controller-failover']);
    countTransition(simulation.probes, controllerStates, 'Standby', 'Active');
    runSteps(
      [
        (next) => membership.deleteIsrNotifications(next),
        (next) => this.initialiseContext(next),
        // Brokers must know who lives before they are told whom to follow.
        (next) => {
          sendUpdateMetadata(parts, context.brokers.keys(), []);
          next();
        },
        (next) => parts.replicaStateMachine.startup(next),
        (next) => parts.partitionStateMachine.startup(next),
        (next) => this.reassignment.resumeAll(next),
        (next) => this.reassignment.takeRequests(next),
        (next) => electPreferredOnRequest(parts, next),
        (next) => {
          this.scheduleRebalance(FIRST_REBALANCE_DELAY_US);
          next();
        },
      ],
      done,
    );
  }

  /** Live brokers, topics, assignments and states; a channel to each broker. */
  private initialiseContext(done: () => void): void {
    const { context, membership, zooKeeper } = this;
    membership.readBrokers((brokers) => {
      for (const [id, epoch] of brokers) {
        context.brokers.set(id, epoch);
        this.channels.addBroker(id);
      }
      zooKeeper.getChildren(TOPICS_PATH, true, (topics) =>
        membership.readTopics(topics, (partitions) => this.parts.states.refresh(partitions, done)),
      );
    });
  }

  private scheduleRebalance(delayUs: number): void {
    const { config, process } = this.deps;
    process.cancel(this.rebalanceTimer);
    if (config.autoLeaderRebalanceEnable) this.rebalanceTimer = process.after(delayUs, this.rebalance, undefined);
  }

  private readonly rebalance = (): void => {
    this.putActive('AutoPreferredReplicaLeaderElection', (done) =>
      rebalanceLeaders(this.parts, () => {
        this.scheduleRebalance(this.deps.config.leaderImbalanceCheckIntervalUs);
        done();
      }),
    );
  };
}

/** A request is answered once, however its event ends. */
function once<T>(respond: (response: T) => void): (response: T) => void {
  let answered = false;
  return (response) => {
    if (answered) return;
    answered = true;
    respond(response);
  };
}
