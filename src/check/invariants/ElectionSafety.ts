/**
 * P11: at most one broker ever leads or appends in one leader epoch of a partition, and the committed leader epoch never goes back and
 * grows with every change of leader (ElectionSafety, EpochStartUnique).
 */
import type { EventBus } from '../../engine/events.js';
import { batchAppended, becameLeader, isrAltered, leaderElected } from '../../kafka/events.js';
import { Invariant } from './Invariant.js';

interface Elections {
  /** Leader epoch to the broker that led it. */
  readonly leaders: Map<number, number>;
  committedLeader: number;
  committedEpoch: number;
}

export class ElectionSafety extends Invariant {
  readonly id = 'P11';
  readonly name = 'ElectionSafety';
  readonly statement = 'one leader epoch of a partition has one leader, and every change of leader has a higher epoch';
  private readonly byPartition = new Map<number, Elections>();

  watch(bus: EventBus): void {
    bus.subscribe((_type, timeUs, broker, partition, _base, _last, epoch) => this.led(timeUs, broker, partition, epoch), [batchAppended]);
    bus.subscribe((_type, timeUs, broker, partition, epoch) => this.led(timeUs, broker, partition, epoch), [becameLeader]);
    bus.subscribe((_type, timeUs, _controller, partition) => this.committed(timeUs, partition), [leaderElected, isrAltered]);
  }

  private led(timeUs: number, broker: number, partition: number, epoch: number): void {
    this.checks++;
    const { leaders } = this.of(partition);
    const leader = leaders.get(epoch);
    if (leader === undefined) leaders.set(epoch, broker);
    else if (leader !== broker) {
      const message = `brokers ${leader} and ${broker} both led ${this.text(partition)} in leader epoch ${epoch}.`;
      this.violated(timeUs, partition, -1, message, { brokerA: leader, brokerB: broker, leaderEpoch: epoch });
    }
  }

  private committed(timeUs: number, partition: number): void {
    const state = this.context.cluster.state(partition);
    if (state === undefined) return;
    this.checks++;
    const elections = this.of(partition);
    const { committedLeader: leader, committedEpoch: epoch } = elections;
    if (state.leaderEpoch < epoch || (state.leaderEpoch === epoch && state.leader !== leader)) {
      const message = `${this.text(partition)} went from leader ${leader} in epoch ${epoch} to leader ${state.leader} in epoch ${state.leaderEpoch}.`;
      this.violated(timeUs, partition, -1, message, { leader: state.leader, leaderEpoch: state.leaderEpoch, before: epoch });
    }
    elections.committedLeader = state.leader;
    elections.committedEpoch = state.leaderEpoch;
  }

  private of(partition: number): Elections {
    let elections = this.byPartition.get(partition);
    if (elections === undefined) {
      elections = { leaders: new Map(), committedLeader: -1, committedEpoch: -1 };
      this.byPartition.set(partition, elections);
    }
    return elections;
  }
}
