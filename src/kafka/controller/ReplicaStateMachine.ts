/**
 * States of replicas (kafka.controller.ZkReplicaStateMachine), and what brokers are told when they change. A replica that goes offline leaves
 * the ISR, with a new leader epoch; the last member stays (KAFKA-5083), so that only it can bring the partition back.
 */
import type { Probes } from '../../engine/probes.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { countTransition } from '../protocol/stateMachine.js';
import { inSequence } from './continuations.js';
import type { ControllerContext, Leadership, PartitionContext, ReplicaLifecycle } from './ControllerContext.js';
import type { ControllerRequestBatch } from './ControllerRequestBatch.js';
import type { PartitionStates, StateChange } from './PartitionStates.js';
import { controllerProbes, replicaStates } from './probes.js';

/** Partitions by the broker whose replica of them is meant. */
export type Replicas = ReadonlyMap<number, readonly PartitionContext[]>;

export class ReplicaStateMachine {
  constructor(
    private readonly context: ControllerContext,
    private readonly states: PartitionStates,
    private readonly batch: ControllerRequestBatch,
    private readonly features: KafkaFeatures,
    private readonly uncleanAllowed: (topic: string) => boolean,
    private readonly probes: Probes,
  ) {}

  /** Every replica is online or offline, as its broker is. */
  startup(done: () => void): void {
    const online = new Map<number, PartitionContext[]>();
    const offline = new Map<number, PartitionContext[]>();
    for (const partition of this.context.partitions.values()) {
      for (const brokerId of partition.assignment.replicas) {
        const live = this.context.isLive(brokerId);
        partition.replicaStates.set(brokerId, live ? 'Online' : 'Offline');
        const replicas = live ? online : offline;
        const partitions = replicas.get(brokerId);
        if (partitions === undefined) replicas.set(brokerId, [partition]);
        else partitions.push(partition);
      }
    }
    this.toOnline(online);
    this.toOffline(offline, done);
  }

  /** The replica is being created on its broker. */
  toNew(replicas: Replicas): void {
    this.batch.begin();
    for (const [brokerId, partitions] of replicas) {
      for (const partition of partitions) {
        this.enter(partition, brokerId, 'New');
        if (partition.leadership !== null && partition.leadership.leader !== brokerId) {
          this.batch.addLeaderAndIsr([brokerId], partition, true);
        }
      }
    }
    this.batch.send();
  }

  /** The broker is there: it gets the present leader and ISR, unless it got them as a new replica. */
  toOnline(replicas: Replicas): void {
    this.batch.begin();
    for (const [brokerId, partitions] of replicas) {
      for (const partition of partitions) {
        if (partition.replicaStates.get(brokerId) !== 'New') this.batch.addLeaderAndIsr([brokerId], partition, false);
        this.enter(partition, brokerId, 'Online');
      }
    }
    this.batch.send();
  }

  /** Stops the replica, takes it out of the ISR, and tells the other replicas. */
  toOffline(replicas: Replicas, done: () => void): void {
    this.batch.begin();
    inSequence(
      [...replicas],
      ([brokerId, partitions], one) => this.takeOffline(brokerId, partitions, one),
      () => {
        this.batch.send();
        done();
      },
    );
  }

  /** The replica is deleted from its broker. */
  toDeletionStarted(replicas: Replicas): void {
    this.batch.begin();
    for (const [brokerId, partitions] of replicas) {
      for (const partition of partitions) {
        this.batch.addStopReplica(brokerId, partition, true);
        this.enter(partition, brokerId, 'DeletionStarted');
      }
    }
    this.batch.send();
  }

  toNonExistent(replicas: Replicas): void {
    for (const [brokerId, partitions] of replicas) {
      for (const partition of partitions) {
        this.enter(partition, brokerId, 'NonExistent');
        partition.replicaStates.delete(brokerId);
      }
    }
  }

  private enter(partition: PartitionContext, brokerId: number, next: ReplicaLifecycle | 'NonExistent'): void {
    const from = partition.replicaStates.get(brokerId) ?? 'NonExistent';
    countTransition(this.probes, replicaStates, from, next);
    if (next !== 'NonExistent') partition.replicaStates.set(brokerId, next);
  }

  private takeOffline(brokerId: number, partitions: readonly PartitionContext[], done: () => void): void {
    const led: PartitionContext[] = [];
    for (const partition of partitions) {
      this.batch.addStopReplica(brokerId, partition, false);
      this.enter(partition, brokerId, 'Offline');
      if (partition.leadership !== null) led.push(partition);
    }
    this.removeFromIsr(brokerId, led, done);
  }

  private removeFromIsr(brokerId: number, partitions: readonly PartitionContext[], done: () => void): void {
    if (partitions.length === 0) {
      done();
      return;
    }
    this.states.read(partitions, (states) => {
      const changes: StateChange[] = [];
      partitions.forEach((partition, i) => {
        const state = states[i] ?? null;
        if (state === null || state.controllerEpoch > this.context.epoch) return;
        if (state.isr.includes(brokerId)) changes.push(this.removal(brokerId, partition, state));
        else {
          partition.leadership = state;
          this.tellOthers(brokerId, partition);
        }
      });
      this.writeRemovals(brokerId, changes, done);
    });
  }

  private removal(brokerId: number, partition: PartitionContext, state: Leadership): StateChange {
    const rest = state.isr.filter((id) => id !== brokerId);
    // Before KAFKA-5083 the ISR could become empty where unclean election was allowed (B-35).
    const keepsLast = this.features.keepsLastIsrMember || !this.uncleanAllowed(partition.topic);
    if (rest.length === 0) this.probes.hit(keepsLast ? controllerProbes['last-isr-member-kept'] : controllerProbes['isr-emptied']);
    const isr = rest.length === 0 && keepsLast ? state.isr : rest;
    const leader = state.leader === brokerId ? -1 : state.leader;
    return {
      partition,
      next: {
        leader,
        leaderEpoch: state.leaderEpoch + (this.features.removalRaisesEpoch ? 1 : 0),
        isr,
        controllerEpoch: this.context.epoch,
      },
      expectedVersion: state.partitionEpoch,
      kind: leader === state.leader ? 'isr-change' : 'clean-election',
    };
  }

  private writeRemovals(brokerId: number, changes: readonly StateChange[], done: () => void): void {
    this.states.write(changes, (outcomes) => {
      const again: PartitionContext[] = [];
      changes.forEach(({ partition }, i) => {
        if (outcomes[i] === 'conflict') again.push(partition);
        if (outcomes[i] !== 'written') return;
        this.probes.hit(controllerProbes['isr-change-by-controller']);
        this.tellOthers(brokerId, partition);
      });
      if (again.length > 0) this.probes.hit(controllerProbes['isr-removal-met-conflict'], again.length);
      this.removeFromIsr(brokerId, again, done);
    });
  }

  private tellOthers(brokerId: number, partition: PartitionContext): void {
    const others = partition.assignment.replicas.filter((id) => id !== brokerId);
    this.batch.addLeaderAndIsr(others, partition, false);
  }
}
