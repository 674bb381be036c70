/**
 * P4: all members of the *committed* ISR, the one in ZooKeeper, have identical records below the rightful leader's high watermark
 * (hachikuji's StrongIsr). Truncation to the high watermark, KIP-101 and KIP-279 break it; KIP-320 keeps it. Looked at when the leader's
 * high watermark advances, when the ISR is altered, and when a member truncates. Silent after an unclean election or lost storage.
 */
import type { EventBus } from '../../engine/events.js';
import { highWatermarkAdvanced, isrAltered, leaderElected, logTruncated } from '../../kafka/events.js';
import { countedMembers, reachesWith, rightfulLeader } from '../whiteBox.js';
import { Invariant, setText } from './Invariant.js';

export class StrongIsr extends Invariant {
  readonly id = 'P4';
  readonly name = 'StrongIsr';
  readonly statement = "the members of the committed ISR have identical records below the rightful leader's high watermark";

  watch(bus: EventBus): void {
    // Both kinds of event carry a broker or controller first and the partition second.
    bus.subscribe((_type, timeUs, _broker, partition) => this.check(timeUs, partition), [isrAltered, leaderElected, logTruncated]);
    bus.subscribe(
      (_type, timeUs, broker, partition) => {
        if (this.context.cluster.state(partition)?.leader === broker) this.check(timeUs, partition);
      },
      [highWatermarkAdvanced],
    );
  }

  private check(timeUs: number, partition: number): void {
    const { cluster, committed } = this.context;
    const leader = rightfulLeader(cluster, partition);
    const state = cluster.state(partition);
    if (leader === undefined || state === undefined || committed.of(partition).forfeit) return;
    this.checks++;
    const end = leader.log.highWatermark;
    const below = leader.log.batchAt(end - 1);
    for (const member of countedMembers(leader, state.isr)) {
      if (member === leader.brokerId) continue;
      const log = cluster.replica(member, partition)?.log;
      if (log === undefined || reachesWith(log, end, below)) continue;
      this.violated(
        timeUs,
        partition,
        Math.min(log.logEndOffset, end - 1),
        `${this.text(partition)} on leader ${leader.brokerId} (epoch ${leader.leaderEpoch}) has high watermark ${end}, but broker ${member} of the ` +
          `committed ISR ${setText(state.isr)} ends at ${log.logEndOffset} or holds other records below.`,
        { leader: leader.brokerId, leaderEpoch: leader.leaderEpoch, highWatermark: end, broker: member, logEndOffset: log.logEndOffset },
      );
    }
  }
}
