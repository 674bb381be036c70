/**
 * P13: log start <= high watermark <= log end on every replica, and since 3.7 (KAFKA-15583, B-07) a leader advances its high watermark only
 * while the committed ISR has at least min.insync.replicas members.
 */
import type { EventBus } from '../../engine/events.js';
import { followerHighWatermarkSet, highWatermarkAdvanced } from '../../kafka/events.js';
import type { ReplicaView } from '../whiteBox.js';
import { Invariant, setText } from './Invariant.js';

export class HighWatermarkBound extends Invariant {
  readonly id = 'P13';
  readonly name = 'HwBound';
  readonly statement = 'the high watermark lies within the log, and advances only with enough replicas in sync (since 3.7)';

  watch(bus: EventBus): void {
    const { cluster, features } = this.context;
    bus.subscribe(
      (type, timeUs, broker, partition, _from, to) => {
        const replica = cluster.replica(broker, partition);
        if (replica === undefined) return;
        this.checks++;
        const { logStartOffset, logEndOffset } = replica.log;
        if (to < logStartOffset || to > logEndOffset) {
          const message = `broker ${broker} set the high watermark of ${this.text(partition)} to ${to}; its log goes from ${logStartOffset} to ${logEndOffset}.`;
          this.violated(timeUs, partition, to, message, { broker, highWatermark: to, logStartOffset, logEndOffset });
        }
        if (type === highWatermarkAdvanced && features.highWatermarkRequiresMinIsr) this.checkMinIsr(timeUs, replica, partition, to);
      },
      [highWatermarkAdvanced, followerHighWatermarkSet],
    );
  }

  private checkMinIsr(timeUs: number, leader: ReplicaView, partition: number, to: number): void {
    const { features } = this.context;
    const configured = this.context.minIsr(partition);
    const minIsr = features.minIsrCappedByReplicationFactor ? Math.min(configured, leader.replicas.length) : configured;
    if (leader.committedIsr.length >= minIsr) return;
    const message =
      `leader ${leader.brokerId} advanced the high watermark of ${this.text(partition)} to ${to} with the ISR ${setText(leader.committedIsr)}, ` +
      `below min.insync.replicas=${minIsr}.`;
    this.violated(timeUs, partition, to, message, { leader: leader.brokerId, isr: setText(leader.committedIsr), minIsr });
  }
}
