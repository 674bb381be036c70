/**
 * P12: within one leader epoch the leader's high watermark never goes back (TrueHwmMonotonic). A follower's may, and so may the one that
 * a new leader starts from.
 */
import type { EventBus } from '../../engine/events.js';
import { becameLeader, highWatermarkAdvanced } from '../../kafka/events.js';
import { Invariant } from './Invariant.js';

interface Reign {
  broker: number;
  leaderEpoch: number;
  highWatermark: number;
}

export class HighWatermarkMonotonic extends Invariant {
  readonly id = 'P12';
  readonly name = 'TrueHwmMonotonic';
  readonly statement = "a leader's high watermark never goes back within its leader epoch";
  /** The newest reign of each partition: a deposed leader has its own high watermark and is not compared. */
  private readonly reigns = new Map<number, Reign>();

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, _timeUs, broker, partition, leaderEpoch, _startOffset, highWatermark) => {
        const reign = this.reigns.get(partition);
        if (reign === undefined || leaderEpoch >= reign.leaderEpoch) this.reigns.set(partition, { broker, leaderEpoch, highWatermark });
      },
      [becameLeader],
    );
    bus.subscribe(
      (_type, timeUs, broker, partition, from, to, epoch) => this.advanced(timeUs, broker, partition, from, to, epoch),
      [highWatermarkAdvanced],
    );
  }

  private advanced(timeUs: number, broker: number, partition: number, from: number, to: number, leaderEpoch: number): void {
    const reign = this.reigns.get(partition);
    if (reign === undefined || reign.broker !== broker || reign.leaderEpoch !== leaderEpoch) return;
    this.checks++;
    if (to < reign.highWatermark || to < from) {
      const message = `the high watermark of ${this.text(partition)} on leader ${broker} (epoch ${leaderEpoch}) went from ${Math.max(from, reign.highWatermark)} back to ${to}.`;
      this.violated(timeUs, partition, to, message, { broker, leaderEpoch, from: reign.highWatermark, to });
    }
    reign.highWatermark = to;
  }
}
