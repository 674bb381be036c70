/**
 * P10: whoever ZooKeeper counts as in sync, the rightful leader counts too: the committed ISR is a subset of the leader's maximal ISR
 * (Vanlightly's ReplicationQuorumSuperset, AsyncIsr's ValidHighWatermark), and each running member reaches the leader's high watermark.
 * Without it a replica could be elected that the high watermark never waited for (B-25). Looked at when the high watermark advances and
 * when the ISR is written.
 *
 * Holds since KIP-497; before, a leader may not know yet that its own write to ZooKeeper succeeded.
 */
import type { EventBus } from '../../engine/events.js';
import { highWatermarkAdvanced, isrAltered, leaderElected } from '../../kafka/events.js';
import type { KafkaFeatures } from '../../kafka/protocol/features.js';
import { countedMembers, rightfulLeader } from '../whiteBox.js';
import { Invariant, setText } from './Invariant.js';

export class ReplicationQuorumSuperset extends Invariant {
  readonly id = 'P10';
  readonly name = 'ReplicationQuorumSuperset';
  readonly statement = 'the committed ISR is a subset of the ISR that its leader counts, and every member reaches its high watermark';

  override applies(features: Readonly<KafkaFeatures>): boolean {
    return features.alterPartition;
  }

  watch(bus: EventBus): void {
    bus.subscribe((_type, timeUs, _broker, partition) => this.check(timeUs, partition), [highWatermarkAdvanced, isrAltered, leaderElected]);
  }

  private check(timeUs: number, partition: number): void {
    const { cluster, committed } = this.context;
    const leader = rightfulLeader(cluster, partition);
    const state = cluster.state(partition);
    if (leader === undefined || state === undefined) return;
    this.checks++;
    const { highWatermark } = leader.log;
    const forfeit = committed.of(partition).forfeit;
    for (const member of countedMembers(leader, state.isr)) {
      if (!leader.maximalIsr.includes(member)) {
        this.violated(
          timeUs,
          partition,
          -1,
          `broker ${member} is in the committed ISR ${setText(state.isr)} of ${this.text(partition)}, but its leader ${leader.brokerId} (epoch ` +
            `${leader.leaderEpoch}) counts only ${setText(leader.maximalIsr)}.`,
          { leader: leader.brokerId, leaderEpoch: leader.leaderEpoch, broker: member },
        );
      }
      const end = cluster.replica(member, partition)?.log.logEndOffset ?? highWatermark;
      if (end >= highWatermark || forfeit) continue;
      const message = `broker ${member} in the ISR ${setText(state.isr)} of ${this.text(partition)} ends at ${end}, below its leader's high watermark ${highWatermark}.`;
      this.violated(timeUs, partition, end, message, { leader: leader.brokerId, leaderEpoch: leader.leaderEpoch, broker: member });
    }
  }
}
