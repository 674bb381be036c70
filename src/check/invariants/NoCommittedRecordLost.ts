/**
 * P6: every record that was ever committed still exists on at least one replica. Looked at when a replica truncates below the true high
 * watermark: somebody else must hold what it throws away. A broker that is down counts for what it last held, which its disk keeps
 * through a crash. Silent after an unclean election or lost storage.
 */
import type { EventBus } from '../../engine/events.js';
import { batchAppended, batchReplicated, logTruncated, replicaStopped } from '../../kafka/events.js';
import { reachesWith } from '../whiteBox.js';
import { Invariant } from './Invariant.js';

export class NoCommittedRecordLost extends Invariant {
  readonly id = 'P6';
  readonly name = 'NoCommittedRecordLostGlobally';
  readonly statement = 'every record that was ever committed exists on at least one replica';
  /** Per partition: broker to the log end it last had. */
  private readonly logEnds = new Map<number, Map<number, number>>();

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, _timeUs, broker, partition, _base, last) => this.endsOf(partition).set(broker, last + 1),
      [batchAppended, batchReplicated],
    );
    bus.subscribe(
      (_type, _timeUs, broker, partition, _leaderEpoch, deleted) => {
        if (deleted !== 0) this.endsOf(partition).delete(broker);
      },
      [replicaStopped],
    );
    bus.subscribe((_type, timeUs, broker, partition, _from, to) => this.truncated(timeUs, broker, partition, to), [logTruncated]);
  }

  private truncated(timeUs: number, broker: number, partition: number, to: number): void {
    const { cluster, committed } = this.context;
    const ends = this.endsOf(partition);
    ends.set(broker, to);
    const { trueHighWatermark, batchBelow, forfeit } = committed.of(partition);
    if (forfeit || to >= trueHighWatermark) return;
    this.checks++;
    for (const [holder, end] of ends) {
      const replica = cluster.replica(holder, partition);
      if (replica === undefined ? end >= trueHighWatermark : reachesWith(replica.log, trueHighWatermark, batchBelow)) return;
    }
    this.violated(
      timeUs,
      partition,
      to,
      `${this.text(partition)} was committed up to ${trueHighWatermark}; broker ${broker} truncated to ${to}, and no other replica holds offset ` +
        `${trueHighWatermark - 1} any more.`,
      { broker, truncatedTo: to, trueHighWatermark },
    );
  }

  private endsOf(partition: number): Map<number, number> {
    let ends = this.logEnds.get(partition);
    if (ends === undefined) this.logEnds.set(partition, (ends = new Map()));
    return ends;
  }
}
