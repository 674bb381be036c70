/**
 * P3: for each replica that believes it leads, deposed or not, all members of *its* ISR have identical records below *its* high watermark
 * (hachikuji's WeakIsr). Looked at when its high watermark advances and when its ISR changes.
 *
 * A deposed leader's view may name a replica that has meanwhile been deleted and created anew by a reassignment: from then on only
 * rightful leaders are judged. Silent after an unclean election or lost storage.
 */
import type { EventBus } from '../../engine/events.js';
import { highWatermarkAdvanced, isrChangeCommitted, replicaStopped } from '../../kafka/events.js';
import { countedMembers, reachesWith, rightfulLeader } from '../whiteBox.js';
import { Invariant, setText } from './Invariant.js';

export class WeakIsr extends Invariant {
  readonly id = 'P3';
  readonly name = 'WeakIsr';
  readonly statement = "the members of a leader's own ISR have identical records below its high watermark";
  private readonly recreated = new Set<number>();

  watch(bus: EventBus): void {
    bus.subscribe((_type, timeUs, broker, partition) => this.check(timeUs, broker, partition), [highWatermarkAdvanced, isrChangeCommitted]);
    bus.subscribe(
      (_type, _timeUs, _broker, partition, _leaderEpoch, deleted) => {
        if (deleted !== 0) this.recreated.add(partition);
      },
      [replicaStopped],
    );
  }

  private check(timeUs: number, broker: number, partition: number): void {
    const { cluster, committed } = this.context;
    const leader = cluster.replica(broker, partition);
    if (leader === undefined || !leader.isLeader || committed.of(partition).forfeit) return;
    if (this.recreated.has(partition) && rightfulLeader(cluster, partition) !== leader) return;
    this.checks++;
    const end = leader.log.highWatermark;
    const below = leader.log.batchAt(end - 1);
    for (const member of countedMembers(leader, leader.committedIsr)) {
      if (member === broker) continue;
      const log = cluster.replica(member, partition)?.log;
      if (log === undefined || reachesWith(log, end, below)) continue;
      this.violated(
        timeUs,
        partition,
        Math.min(log.logEndOffset, end - 1),
        `${this.text(partition)} on leader ${broker} (epoch ${leader.leaderEpoch}) has high watermark ${end}, but broker ${member} of its ISR ` +
          `${setText(leader.committedIsr)} ends at ${log.logEndOffset} or holds other records below.`,
        { leader: broker, leaderEpoch: leader.leaderEpoch, highWatermark: end, broker: member, logEndOffset: log.logEndOffset },
      );
    }
  }
}
