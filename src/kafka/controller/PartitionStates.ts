/**
 * The state znodes of partitions: pipelined reads, and writes that are conditional on the version last read. Whatever is written is put into
 * the controller's context and announced on the event bus.
 */
import type { Simulation } from '../../engine/Simulation.js';
import type { ZkOp } from '../../zookeeper/ZooKeeperClient.js';
import { isrAltered, leaderElected } from '../events.js';
import { forAll } from './continuations.js';
import type { ControllerContext, Leadership, PartitionContext } from './ControllerContext.js';
import { sameMembers } from './ControllerContext.js';
import type { ControllerZooKeeper } from './ControllerZooKeeper.js';
import { controllerProbes } from './probes.js';
import { partitionPath, partitionsPath, partitionStatePath, type PartitionStateNode } from './znodes.js';

export interface StateChange {
  readonly partition: PartitionContext;
  readonly next: PartitionStateNode;
  readonly expectedVersion: number;
  /** How it is announced: as an election or as a change of the ISR or epoch under the same leader. */
  readonly kind: 'clean-election' | 'unclean-election' | 'isr-change';
}

/** `conflict`: somebody else wrote since, read again. `failed`: there is no such znode. */
export type WriteOutcome = 'written' | 'conflict' | 'failed';

export class PartitionStates {
  constructor(
    private readonly simulation: Simulation,
    private readonly brokerId: number,
    private readonly context: ControllerContext,
    private readonly zooKeeper: ControllerZooKeeper,
    /** Before KIP-497 the leaders write their ISR themselves: a reassignment then waits for a watch. */
    private readonly watchesReassigned: boolean,
  ) {}

  /** The states as ZooKeeper has them, in the order of `partitions`; null where there is none yet. The context stays as it is. */
  read(partitions: readonly PartitionContext[], done: (states: (Leadership | null)[]) => void): void {
    const states: (Leadership | null)[] = new Array<Leadership | null>(partitions.length).fill(null);
    const indexes = partitions.map((_, index) => index);
    forAll(
      indexes,
      (index, one) => {
        this.readOne(partitions[index] as PartitionContext, (state) => {
          states[index] = state;
          one();
        });
      },
      () => done(states),
    );
  }

  /** Reads the states into the context. */
  refresh(partitions: readonly PartitionContext[], done: () => void): void {
    this.read(partitions, (states) => {
      states.forEach((state, i) => {
        if (state !== null) (partitions[i] as PartitionContext).leadership = state;
      });
      done();
    });
  }

  /** Writes all, pipelined; outcomes are in the order of `changes`. */
  write(changes: readonly StateChange[], done: (outcomes: WriteOutcome[]) => void): void {
    const outcomes: WriteOutcome[] = changes.map(() => 'failed');
    const indexes = changes.map((_, index) => index);
    forAll(
      indexes,
      (index, one) => {
        this.writeOne(changes[index] as StateChange, (outcome) => {
          outcomes[index] = outcome;
          one();
        });
      },
      () => done(outcomes),
    );
  }

  /** Creates the state znodes of new partitions with their parents. One that exists already is taken over as it is. */
  create(changes: readonly StateChange[], done: () => void): void {
    const parents = new Set<string>();
    for (const { partition } of changes) parents.add(partitionsPath(partition.topic));
    for (const path of parents) this.zooKeeper.write([createOp(path, null)], () => {});
    forAll(changes, (change, one) => this.createOne(change, one), done);
  }

  private createOne(change: StateChange, done: () => void): void {
    const { topic, index } = change.partition;
    this.zooKeeper.write([createOp(partitionPath(topic, index), null)], () => {});
    this.zooKeeper.write([createOp(partitionStatePath(topic, index), change.next)], (code) => {
      if (code === 'OK') {
        this.adopt(change, 0);
        done();
        return;
      }
      this.readOne(change.partition, (state) => {
        if (state !== null && isSameState(state, change.next)) this.adopt(change, state.partitionEpoch);
        else if (state !== null) change.partition.leadership = state;
        done();
      });
    });
  }

  private readOne(partition: PartitionContext, done: (state: Leadership | null) => void): void {
    const watch = this.watchesReassigned && this.context.beingReassigned.has(partition.id);
    this.zooKeeper.getData(partitionStatePath(partition.topic, partition.index), watch, (data, stat) => {
      if (data === undefined || stat === undefined) done(null);
      else done({ ...(data as PartitionStateNode), partitionEpoch: stat.version });
    });
  }

  private writeOne(change: StateChange, done: (outcome: WriteOutcome) => void): void {
    const { topic, index } = change.partition;
    const op: ZkOp = { op: 'set', path: partitionStatePath(topic, index), data: change.next, version: change.expectedVersion };
    this.zooKeeper.write([op], (code, results, uncertain) => {
      if (code === 'OK') {
        this.adopt(change, results[0]?.stat?.version ?? change.expectedVersion + 1);
        done('written');
      } else if (code === 'BadVersion' && uncertain) this.settleUncertain(change, done);
      else done(code === 'BadVersion' ? 'conflict' : 'failed');
    });
  }

  /** The connection was lost after sending: the conflict may be with our own write. */
  private settleUncertain(change: StateChange, done: (outcome: WriteOutcome) => void): void {
    this.readOne(change.partition, (state) => {
      if (state === null || state.partitionEpoch !== change.expectedVersion + 1 || !isSameState(state, change.next)) {
        done('conflict');
        return;
      }
      this.simulation.probes.hit(controllerProbes['controller-own-write-recognised']);
      this.adopt(change, state.partitionEpoch);
      done('written');
    });
  }

  private adopt(change: StateChange, partitionEpoch: number): void {
    const { partition, next, kind } = change;
    const { leader, leaderEpoch, controllerEpoch } = next;
    partition.leadership = { leader, leaderEpoch, isr: next.isr, controllerEpoch, partitionEpoch };
    const { bus, probes } = this.simulation;
    const isr = bus.names.idOf(next.isr.join(','));
    if (kind === 'isr-change') {
      bus.emit(isrAltered, this.brokerId, partition.id, leader, leaderEpoch, isr, partitionEpoch);
      return;
    }
    const unclean = kind === 'unclean-election';
    bus.emit(leaderElected, this.brokerId, partition.id, leader, leaderEpoch, isr, controllerEpoch, unclean ? 1 : 0);
    if (leader === -1) probes.hit(controllerProbes['partition-offline']);
    else if (unclean) probes.hit(controllerProbes['unclean-leader-election']);
    else if (leaderEpoch > 0) probes.hit(controllerProbes['leader-election-clean']);
  }
}

function createOp(path: string, data: unknown): ZkOp {
  return { op: 'create', path, data, mode: 'persistent' };
}

function isSameState(a: PartitionStateNode, b: PartitionStateNode): boolean {
  return a.leader === b.leader && a.leaderEpoch === b.leaderEpoch && a.controllerEpoch === b.controllerEpoch && sameMembers(a.isr, b.isr);
}
