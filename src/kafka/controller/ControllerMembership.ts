/**
 * What the controller does when brokers come and go, topics appear and partitions are added (the handlers of kafka.controller.KafkaController).
 * A watch carries no data, so each handler reads ZooKeeper and compares with what it knew: what happened and was undone between is not
 * seen, unless broker epochs (KIP-380) betray it.
 */
import { brokerFailureSeen, brokerStartupSeen } from '../events.js';
import { forAll, runSteps } from './continuations.js';
import type { PartitionContext } from './ControllerContext.js';
import { replicasOf, replicasOn, sendUpdateMetadata, type ControllerParts } from './controllerParts.js';
import { announcePartition, type PartitionReassignment } from './PartitionReassignment.js';
import { controllerProbes } from './probes.js';
import {
  BROKER_IDS_PATH,
  brokerPath,
  ISR_CHANGE_NOTIFICATION_PATH,
  topicPath,
  TOPICS_PATH,
  type IsrChangeNotification,
  type TopicNode,
} from './znodes.js';

export class ControllerMembership {
  constructor(
    private readonly parts: ControllerParts,
    private readonly reassignment: PartitionReassignment,
  ) {}

  /** Registered brokers and their epochs, ascending by id; leaves a watch on the list. */
  readBrokers(done: (brokers: Map<number, number>) => void): void {
    const { zooKeeper } = this.parts;
    zooKeeper.getChildren(BROKER_IDS_PATH, true, (children) => {
      const ids = children.map(Number).sort((a, b) => a - b);
      const epochs = new Map<number, number>();
      forAll(
        ids,
        (id, one) =>
          zooKeeper.getData(brokerPath(id), false, (_, stat) => {
            if (stat !== undefined) epochs.set(id, stat.czxid);
            one();
          }),
        () => done(epochs),
      );
    });
  }

  /** Reads these topics, with a watch on each, and takes in partitions that are not known yet. */
  readTopics(topics: readonly string[], done: (added: PartitionContext[]) => void): void {
    const nodes: (TopicNode | undefined)[] = topics.map(() => undefined);
    forAll(
      topics.map((topic, index) => ({ topic, index })),
      ({ topic, index }, one) =>
        this.parts.zooKeeper.getData(topicPath(topic), true, (data) => {
          nodes[index] = data as TopicNode | undefined;
          one();
        }),
      () => {
        const added: PartitionContext[] = [];
        topics.forEach((topic, i) => {
          const node = nodes[i];
          if (node === undefined) return;
          for (const partition of this.parts.context.addPartitions(topic, node)) added.push(partition);
        });
        done(added);
      },
    );
  }

  brokersChanged(done: () => void): void {
    this.readBrokers((now) => {
      const { context, channels, features, simulation } = this.parts;
      const added = [...now.keys()].filter((id) => !context.brokers.has(id));
      const dead = context.brokerIds().filter((id) => !now.has(id));
      const bounced = features.brokerEpochs
        ? [...now.keys()].filter((id) => (now.get(id) as number) > (context.brokers.get(id) ?? Number.MAX_SAFE_INTEGER))
        : [];
      for (const id of added) channels.addBroker(id);
      for (const id of bounced) {
        channels.removeBroker(id);
        channels.addBroker(id);
      }
      for (const id of dead) channels.removeBroker(id);
      if (bounced.length > 0) simulation.probes.hit(controllerProbes['bounced-broker-detected'], bounced.length);
      runSteps(
        [
          (next) => this.started(added, now, next),
          (next) => this.failed(bounced, next),
          (next) => this.started(bounced, now, next),
          (next) => this.failed(dead, next),
        ],
        done,
      );
    });
  }

  topicsChanged(done: () => void): void {
    const { context, zooKeeper } = this.parts;
    zooKeeper.getChildren(TOPICS_PATH, true, (topics) => {
      for (const topic of [...context.topics.keys()]) if (!topics.includes(topic)) context.removeTopic(topic);
      this.readTopics(
        topics.filter((topic) => !context.topics.has(topic)),
        (added) => this.createPartitions(added, done),
      );
    });
  }

  partitionsModified(topic: string, done: () => void): void {
    if (!this.parts.context.topics.has(topic)) {
      done();
      return;
    }
    this.readTopics([topic], (added) => this.createPartitions(added, done));
  }

  /** Before KIP-497 leaders change the ISR in ZooKeeper and leave a note: read the states and tell every broker. */
  isrsChanged(done: () => void): void {
    const { context, zooKeeper, states } = this.parts;
    zooKeeper.getChildren(ISR_CHANGE_NOTIFICATION_PATH, true, (names) => {
      const changed = new Map<number, PartitionContext>();
      forAll(
        names,
        (name, one) =>
          zooKeeper.getData(`${ISR_CHANGE_NOTIFICATION_PATH}/${name}`, false, (data) => {
            for (const { topic, partition } of (data as IsrChangeNotification | undefined)?.partitions ?? []) {
              const known = context.partitionNamed(topic, partition);
              if (known !== undefined) changed.set(known.id, known);
            }
            one();
          }),
        () =>
          states.refresh([...changed.values()], () => {
            if (changed.size > 0) sendUpdateMetadata(this.parts, context.brokers.keys(), changed.values());
            this.deleteNotifications(names, done);
          }),
      );
    });
  }

  /** Those left from the time before this controller: the states are about to be read anyway. */
  deleteIsrNotifications(done: () => void): void {
    this.parts.zooKeeper.getChildren(ISR_CHANGE_NOTIFICATION_PATH, true, (names) => this.deleteNotifications(names, done));
  }

  private deleteNotifications(names: readonly string[], done: () => void): void {
    forAll(
      names,
      (name, one) =>
        this.parts.zooKeeper.write([{ op: 'delete', path: `${ISR_CHANGE_NOTIFICATION_PATH}/${name}`, version: -1 }], () => one()),
      done,
    );
  }

  /** onNewPartitionCreation */
  private createPartitions(partitions: readonly PartitionContext[], done: () => void): void {
    if (partitions.length === 0) {
      done();
      return;
    }
    for (const partition of partitions) announcePartition(this.parts, partition);
    const replicas = replicasOf(partitions);
    this.parts.replicaStateMachine.toNew(replicas);
    this.parts.partitionStateMachine.toOnline(partitions, 'offline', () => {
      this.parts.replicaStateMachine.toOnline(replicas);
      done();
    });
  }

  /** onBrokerStartup */
  private started(brokerIds: readonly number[], epochs: ReadonlyMap<number, number>, done: () => void): void {
    if (brokerIds.length === 0) {
      done();
      return;
    }
    const { context, simulation, brokerId: controller } = this.parts;
    const existing = context.brokerIds();
    for (const id of brokerIds) {
      const epoch = epochs.get(id) as number;
      context.brokers.set(id, epoch);
      simulation.bus.emit(brokerStartupSeen, controller, id, epoch);
    }
    sendUpdateMetadata(this.parts, existing, []);
    sendUpdateMetadata(this.parts, brokerIds, context.partitions.values());
    this.parts.replicaStateMachine.toOnline(replicasOn(context, brokerIds));
    this.parts.partitionStateMachine.triggerOnline(() => this.reassignment.resumeOn(brokerIds, done));
  }

  /** onBrokerFailure */
  private failed(brokerIds: readonly number[], done: () => void): void {
    if (brokerIds.length === 0) {
      done();
      return;
    }
    const { context, simulation, brokerId: controller, partitionStateMachine, replicaStateMachine } = this.parts;
    for (const id of brokerIds) {
      context.brokers.delete(id);
      context.shuttingDown.delete(id);
      simulation.bus.emit(brokerFailureSeen, controller, id);
    }
    const leaderless: PartitionContext[] = [];
    for (const partition of context.partitions.values()) {
      if (partition.leadership === null || context.isLive(partition.leadership.leader)) continue;
      partitionStateMachine.toOffline(partition);
      leaderless.push(partition);
    }
    partitionStateMachine.triggerOnline(() =>
      replicaStateMachine.toOffline(replicasOn(context, brokerIds), () => {
        if (leaderless.length === 0) sendUpdateMetadata(this.parts, context.brokers.keys(), []);
        done();
      }),
    );
  }
}
