/**
 * Moving partitions to other brokers (KIP-455): the adding replicas join beside the old ones, and once all that is needed is in sync the removing
 * ones are stopped and deleted. Asked for through `/admin/reassign_partitions`; the state of each move is in the topic's znode, so
 * that the next controller carries on.
 *
 * Leaves out: the AlterPartitionReassignments API, and throttling.
 */
import { partitionCreated, reassignmentCompleted, reassignmentStarted } from '../events.js';
import type { ZkOp } from '../../zookeeper/ZooKeeperClient.js';
import { inSequence, runSteps } from './continuations.js';
import { isBeingReassigned, reassignTo, sameAssignment, sameOrder, targetReplicas, type PartitionContext } from './ControllerContext.js';
import { replicasOf, sendUpdateMetadata, type ControllerParts } from './controllerParts.js';
import { controllerProbes } from './probes.js';
import { REASSIGN_PARTITIONS_PATH, topicPath, type ReassignPartitionsNode, type ReplicaAssignment, type TopicNode } from './znodes.js';

export class PartitionReassignment {
  constructor(private readonly parts: ControllerParts) {}

  /** Takes up what `/admin/reassign_partitions` asks for and is not under way yet; leaves a watch, which our own changes to it trip too. */
  takeRequests(done: () => void): void {
    const { zooKeeper, context } = this.parts;
    zooKeeper.exists(REASSIGN_PARTITIONS_PATH, true, (stat) => {
      if (stat === undefined) {
        done();
        return;
      }
      zooKeeper.getData(REASSIGN_PARTITIONS_PATH, false, (data) => {
        const requests = (data as ReassignPartitionsNode | undefined)?.partitions ?? [];
        inSequence(
          requests,
          ({ topic, partition: index, replicas }, one) => {
            const partition = context.partitionNamed(topic, index);
            if (partition === undefined || replicas.length === 0 || this.isUnderWay(partition, replicas)) one();
            else this.advance(partition, reassignTo(partition.assignment, replicas), one);
          },
          () => this.forgetFinishedRequests(done),
        );
      });
    });
  }

  /** Goes on with these, as far as they are being reassigned. */
  resume(partitions: readonly PartitionContext[], done: () => void): void {
    inSequence(
      partitions,
      (partition, one) => {
        if (this.parts.context.beingReassigned.has(partition.id)) this.advance(partition, partition.assignment, one);
        else one();
      },
      done,
    );
  }

  /** All that are under way. */
  resumeAll(done: () => void): void {
    const found = this.underWay(() => true);
    if (found.length > 0) this.parts.simulation.probes.hit(controllerProbes['reassignment-resumed'], found.length);
    this.resume(found, done);
  }

  /** Those that move something to one of these brokers. */
  resumeOn(brokerIds: readonly number[], done: () => void): void {
    this.resume(
      this.underWay((partition) => targetReplicas(partition.assignment).some((id) => brokerIds.includes(id))),
      done,
    );
  }

  /** The ISR changed: completes the reassignment if that was what it waited for. */
  isrChanged(partition: PartitionContext, done: () => void): void {
    if (!this.parts.context.beingReassigned.has(partition.id)) {
      done();
      return;
    }
    this.whetherComplete(partition, (complete) => {
      if (complete) this.complete(partition, done);
      else done();
    });
  }

  private underWay(wanted: (partition: PartitionContext) => boolean): PartitionContext[] {
    const found: PartitionContext[] = [];
    for (const id of this.parts.context.beingReassigned) {
      const partition = this.parts.context.partitions.get(id);
      if (partition !== undefined && wanted(partition)) found.push(partition);
    }
    return found;
  }

  private isUnderWay(partition: PartitionContext, target: readonly number[]): boolean {
    return isBeingReassigned(partition.assignment) && sameOrder(targetReplicas(partition.assignment), target);
  }

  /** onPartitionReassignment of KafkaController, steps U, A and B. */
  private advance(partition: PartitionContext, reassignment: ReplicaAssignment, done: () => void): void {
    this.adopt(partition, reassignment, () =>
      this.whetherComplete(partition, (complete) => {
        if (complete) this.complete(partition, done);
        else this.begin(partition, done);
      }),
    );
  }

  /** U: the reassignment goes to ZooKeeper first, so that it survives this controller. */
  private adopt(partition: PartitionContext, reassignment: ReplicaAssignment, done: () => void): void {
    const { context, simulation, brokerId } = this.parts;
    context.beingReassigned.add(partition.id);
    const former = partition.assignment;
    if (sameAssignment(former, reassignment)) {
      done();
      return;
    }
    this.writeAssignment(partition, reassignment, () => {
      partition.assignment = reassignment;
      const names = simulation.bus.names;
      const listed = [reassignment.replicas, reassignment.addingReplicas, reassignment.removingReplicas].map((ids) =>
        names.idOf(ids.join(',')),
      );
      simulation.bus.emit(reassignmentStarted, brokerId, partition.id, listed[0] ?? 0, listed[1] ?? 0, listed[2] ?? 0);
      // A new target may make replicas of the former one superfluous.
      this.removeReplicas(
        partition,
        former.replicas.filter((id) => !reassignment.replicas.includes(id)),
        done,
      );
    });
  }

  /** A: old and new replicas learn of each other, the new ones start to copy. */
  private begin(partition: PartitionContext, done: () => void): void {
    this.raiseLeaderEpoch(partition, () => {
      this.parts.replicaStateMachine.toNew(replicasOf([partition], partition.assignment.addingReplicas));
      done();
    });
  }

  /** B: the target replicas take over, the others go. */
  private complete(partition: PartitionContext, done: () => void): void {
    const { context, replicaStateMachine } = this.parts;
    const { addingReplicas, removingReplicas } = partition.assignment;
    const completed: ReplicaAssignment = { replicas: targetReplicas(partition.assignment), addingReplicas: [], removingReplicas: [] };
    replicaStateMachine.toOnline(replicasOf([partition], addingReplicas));
    partition.assignment = completed;
    runSteps(
      [
        (next) => this.moveLeaderIfRequired(partition, next),
        (next) => this.removeReplicas(partition, removingReplicas, next),
        (next) => this.writeAssignment(partition, completed, next),
        (next) => {
          context.beingReassigned.delete(partition.id);
          this.announceCompletion(partition);
          this.forgetFinishedRequests(next);
        },
      ],
      () => {
        sendUpdateMetadata(this.parts, context.brokers.keys(), [partition]);
        done();
      },
    );
  }

  /** Removal of replicas always raises the leader epoch, so that the old ones are fenced. */
  private moveLeaderIfRequired(partition: PartitionContext, done: () => void): void {
    const leader = partition.leadership?.leader ?? -1;
    if (partition.assignment.replicas.includes(leader) && this.parts.context.isLive(leader)) {
      this.raiseLeaderEpoch(partition, done);
    } else {
      this.parts.simulation.probes.hit(controllerProbes['reassignment-moved-leader']);
      this.parts.partitionStateMachine.toOnline([partition], 'reassign', done);
    }
  }

  private removeReplicas(partition: PartitionContext, brokerIds: readonly number[], done: () => void): void {
    const replicas = replicasOf([partition], brokerIds);
    if (replicas.size === 0) {
      done();
      return;
    }
    const machine = this.parts.replicaStateMachine;
    machine.toOffline(replicas, () => {
      machine.toDeletionStarted(replicas);
      machine.toNonExistent(replicas);
      done();
    });
  }

  private whetherComplete(partition: PartitionContext, done: (complete: boolean) => void): void {
    const { assignment } = partition;
    if (!isBeingReassigned(assignment)) {
      done(true);
      return;
    }
    this.parts.states.read([partition], (states) => {
      const isr = states[0]?.isr ?? [];
      const needed = this.parts.features.reassignmentRequiresAllTargets ? targetReplicas(assignment) : assignment.addingReplicas;
      const staying = isr.some((id) => !assignment.removingReplicas.includes(id));
      done(staying && needed.every((id) => isr.includes(id)));
    });
  }

  /** Same leader and ISR, next epoch; then LeaderAndIsr with the present assignment. */
  private raiseLeaderEpoch(partition: PartitionContext, done: () => void): void {
    const { states, context, batch } = this.parts;
    states.read([partition], ([state]) => {
      if (state === undefined || state === null || state.controllerEpoch > context.epoch) {
        done();
        return;
      }
      const { leader, isr, leaderEpoch, partitionEpoch } = state;
      const next = { leader, isr, leaderEpoch: leaderEpoch + 1, controllerEpoch: context.epoch };
      states.write([{ partition, next, expectedVersion: partitionEpoch, kind: 'isr-change' }], ([outcome]) => {
        if (outcome === 'conflict') {
          this.raiseLeaderEpoch(partition, done);
          return;
        }
        batch.begin();
        if (outcome === 'written') batch.addLeaderAndIsr(partition.assignment.replicas, partition, false);
        batch.send();
        done();
      });
    });
  }

  /** Unconditional but for the controller's fence, as in Kafka: this is what a zombie without the fence can overwrite (B-30). */
  private writeAssignment(partition: PartitionContext, assignment: ReplicaAssignment, done: () => void): void {
    const partitions = this.parts.context.topics.get(partition.topic) ?? [];
    const node: TopicNode = { partitions: partitions.map((each) => (each === partition ? assignment : each.assignment)) };
    this.parts.zooKeeper.write([{ op: 'set', path: topicPath(partition.topic), data: node, version: -1 }], () => done());
  }

  /** Takes the requests that are done, or cannot be done, out of the znode; deletes it with the last. */
  private forgetFinishedRequests(done: () => void): void {
    const { zooKeeper, context } = this.parts;
    zooKeeper.getData(REASSIGN_PARTITIONS_PATH, false, (data) => {
      if (data === undefined) {
        done();
        return;
      }
      const requests = (data as ReassignPartitionsNode).partitions;
      const open = requests.filter(({ topic, partition, replicas }) => {
        const known = context.partitionNamed(topic, partition);
        return known !== undefined && context.beingReassigned.has(known.id) && sameOrder(targetReplicas(known.assignment), replicas);
      });
      if (open.length === requests.length && open.length > 0) {
        done();
        return;
      }
      const op: ZkOp =
        open.length === 0
          ? { op: 'delete', path: REASSIGN_PARTITIONS_PATH, version: -1 }
          : { op: 'set', path: REASSIGN_PARTITIONS_PATH, data: { partitions: open }, version: -1 };
      zooKeeper.write([op], () => done());
    });
  }

  private announceCompletion(partition: PartitionContext): void {
    const { bus, probes } = this.parts.simulation;
    probes.hit(controllerProbes['reassignment-completed']);
    const replicas = bus.names.idOf(partition.assignment.replicas.join(','));
    bus.emit(
      reassignmentCompleted,
      this.parts.brokerId,
      partition.id,
      replicas,
      bus.names.idOf((partition.leadership?.isr ?? []).join(',')),
    );
  }
}

/** A partition has been found in its topic's znode for the first time. */
export function announcePartition(parts: ControllerParts, partition: PartitionContext): void {
  const { bus } = parts.simulation;
  bus.emit(partitionCreated, parts.brokerId, partition.id, bus.names.idOf(partition.assignment.replicas.join(',')));
}
