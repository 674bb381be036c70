/**
 * P14: a replica that is in the committed ISR never truncates below what was ever committed (NoTruncationBelowTrueHwm). Truncation to the own
 * high watermark breaks it (KIP-101, B-10). Silent after an unclean election or lost storage.
 */
import type { EventBus } from '../../engine/events.js';
import { logTruncated } from '../../kafka/events.js';
import { Invariant, setText } from './Invariant.js';

export class NoTruncationBelowCommitted extends Invariant {
  readonly id = 'P14';
  readonly name = 'NoTruncationBelowTrueHwm';
  readonly statement = 'a member of the committed ISR never truncates committed records';

  watch(bus: EventBus): void {
    bus.subscribe((_type, timeUs, broker, partition, from, to) => this.check(timeUs, broker, partition, from, to), [logTruncated]);
  }

  private check(timeUs: number, broker: number, partition: number, from: number, to: number): void {
    const { cluster, committed } = this.context;
    const { trueHighWatermark, forfeit } = committed.of(partition);
    if (forfeit) return;
    this.checks++;
    // What lies above the log's former end is not lost by this truncation.
    if (to >= Math.min(trueHighWatermark, from)) return;
    const state = cluster.state(partition);
    if (state === undefined || !state.isr.includes(broker)) return;
    this.violated(
      timeUs,
      partition,
      to,
      `broker ${broker} of the ISR ${setText(state.isr)} truncated ${this.text(partition)} from ${from} to ${to}, but it was committed up to ` +
        `${trueHighWatermark}.`,
      { broker, from, to, trueHighWatermark, leader: state.leader, leaderEpoch: state.leaderEpoch },
    );
  }
}
