/**
 * P2: whoever may be elected has everything that was ever committed (Vanlightly's LeaderCandidateCompleteness). Looked at when the
 * controller elects: a running member of the new ISR must reach the true high watermark. Silent after an unclean election or lost storage.
 */
import type { EventBus } from '../../engine/events.js';
import { leaderElected } from '../../kafka/events.js';
import { reachesWith } from '../whiteBox.js';
import { Invariant, setText } from './Invariant.js';

export class LeaderCandidateCompleteness extends Invariant {
  readonly id = 'P2';
  readonly name = 'LeaderCandidateCompleteness';
  readonly statement = 'every running member of the in-sync replicas holds every record that was ever committed';

  watch(bus: EventBus): void {
    bus.subscribe((_type, timeUs, _controller, partition) => this.check(timeUs, partition), [leaderElected]);
  }

  private check(timeUs: number, partition: number): void {
    const { cluster, committed } = this.context;
    const ghost = committed.of(partition);
    const state = cluster.state(partition);
    if (ghost.forfeit || state === undefined) return;
    this.checks++;
    for (const member of state.isr) {
      const log = cluster.replica(member, partition)?.log;
      if (log === undefined || reachesWith(log, ghost.trueHighWatermark, ghost.batchBelow)) continue;
      this.violated(
        timeUs,
        partition,
        Math.min(log.logEndOffset, ghost.trueHighWatermark - 1),
        `${this.text(partition)} was committed up to ${ghost.trueHighWatermark}, but broker ${member} in the ISR ${setText(state.isr)} of leader epoch ` +
          `${state.leaderEpoch} ends at ${log.logEndOffset} or holds other records.`,
        { broker: member, leader: state.leader, leaderEpoch: state.leaderEpoch, trueHighWatermark: ghost.trueHighWatermark },
      );
    }
  }
}
