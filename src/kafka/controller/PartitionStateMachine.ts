/**
 * States of partitions and who leads them (kafka.controller.ZkPartitionStateMachine): New until there is a first leader, Online while there is
 * one, Offline when there is none.
 */
import type { Probes } from '../../engine/probes.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { countTransition } from '../protocol/stateMachine.js';
import type { ControllerContext, PartitionContext, PartitionLifecycle } from './ControllerContext.js';
import type { ControllerRequestBatch } from './ControllerRequestBatch.js';
import { electLeader, type ElectionFeatures, type ElectionStrategy } from './leaderElection.js';
import type { PartitionStates, StateChange } from './PartitionStates.js';
import { controllerProbes, partitionStates } from './probes.js';

export class PartitionStateMachine {
  constructor(
    private readonly context: ControllerContext,
    private readonly states: PartitionStates,
    private readonly batch: ControllerRequestBatch,
    private readonly features: ElectionFeatures & Pick<KafkaFeatures, 'electionRaisesEpoch'>,
    private readonly uncleanAllowed: (topic: string) => boolean,
    private readonly probes: Probes,
  ) {}

  /** Takes the states from what ZooKeeper holds, then elects where a leader is missing. */
  startup(done: () => void): void {
    for (const partition of this.context.partitions.values()) {
      const leadership = partition.leadership;
      if (leadership === null) partition.lifecycle = 'New';
      else partition.lifecycle = this.context.isLive(leadership.leader) ? 'Online' : 'Offline';
    }
    this.triggerOnline(done);
  }

  /** Its leader is gone. */
  toOffline(partition: PartitionContext): void {
    this.enter(partition, 'Offline');
  }

  private enter(partition: PartitionContext, next: PartitionLifecycle): void {
    countTransition(this.probes, partitionStates, partition.lifecycle, next);
    partition.lifecycle = next;
  }

  /** Tries to bring every New and Offline partition online. */
  triggerOnline(done: () => void): void {
    const leaderless: PartitionContext[] = [];
    for (const partition of this.context.partitions.values()) if (partition.lifecycle !== 'Online') leaderless.push(partition);
    if (leaderless.length === 0) done();
    else this.toOnline(leaderless, 'offline', done);
  }

  /** First leaders for New partitions, an election by `strategy` for the others; then tells the brokers. */
  toOnline(partitions: readonly PartitionContext[], strategy: ElectionStrategy, done: () => void): void {
    this.batch.begin();
    const fresh = partitions.filter((partition) => partition.lifecycle === 'New');
    const others = partitions.filter((partition) => partition.lifecycle !== 'New');
    this.initialise(fresh, () =>
      this.elect(others, strategy, () => {
        this.batch.send();
        done();
      }),
    );
  }

  /** Leader: the first live replica. ISR: every live one. A partition without any stays New. */
  private initialise(partitions: readonly PartitionContext[], done: () => void): void {
    const changes: StateChange[] = [];
    for (const partition of partitions) {
      const isr = partition.assignment.replicas.filter((id) => this.context.isLive(id));
      const leader = isr[0];
      if (leader === undefined) continue;
      const next = { leader, leaderEpoch: 0, isr, controllerEpoch: this.context.epoch };
      changes.push({ partition, next, expectedVersion: -1, kind: 'clean-election' });
    }
    this.states.create(changes, () => {
      for (const { partition } of changes) {
        if (partition.leadership === null) continue;
        this.enter(partition, 'Online');
        this.batch.addLeaderAndIsr(partition.leadership.isr, partition, true);
      }
      done();
    });
  }

  /** Reads the states, decides, writes; what somebody else wrote meanwhile is read and decided again. */
  private elect(partitions: readonly PartitionContext[], strategy: ElectionStrategy, done: () => void): void {
    if (partitions.length === 0) {
      done();
      return;
    }
    this.states.read(partitions, (states) => {
      const changes: StateChange[] = [];
      const recipients: (readonly number[])[] = [];
      partitions.forEach((partition, i) => {
        const state = states[i] ?? null;
        // A later controller has been here: this one is a zombie and must leave the partition alone.
        if (state === null) return;
        if (state.controllerEpoch > this.context.epoch) {
          this.probes.hit(controllerProbes['election-left-to-newer-controller']);
          return;
        }
        const result = electLeader(strategy, this.context, partition, state, this.features, () => this.uncleanAllowed(partition.topic));
        if (result.elected === null) {
          if (strategy === 'offline') this.probes.hit(controllerProbes['election-found-nobody']);
          return;
        }
        const { leader, isr, unclean } = result.elected;
        const leaderEpoch = state.leaderEpoch + (this.features.electionRaisesEpoch ? 1 : 0);
        const next = { leader, isr, leaderEpoch, controllerEpoch: this.context.epoch };
        const kind = unclean ? 'unclean-election' : 'clean-election';
        changes.push({ partition, next, expectedVersion: state.partitionEpoch, kind });
        recipients.push(result.recipients);
      });
      this.writeElections(changes, recipients, strategy, done);
    });
  }

  private writeElections(
    changes: readonly StateChange[],
    recipients: readonly (readonly number[])[],
    strategy: ElectionStrategy,
    done: () => void,
  ): void {
    this.states.write(changes, (outcomes) => {
      const again: PartitionContext[] = [];
      changes.forEach(({ partition }, i) => {
        if (outcomes[i] === 'conflict') again.push(partition);
        if (outcomes[i] !== 'written') return;
        this.enter(partition, 'Online');
        this.batch.addLeaderAndIsr(recipients[i] as readonly number[], partition, false);
      });
      if (again.length > 0) this.probes.hit(controllerProbes['election-met-conflict'], again.length);
      this.elect(again, strategy, done);
    });
  }
}
