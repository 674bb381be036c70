/**
 * P15: when acks=all is acknowledged, the leader's high watermark had passed the record while its ISR had at least min.insync.replicas members.
 * Releases before 0.9 acknowledged by the followers' log ends, whatever the high watermark, and before 0.8.2 there was no minimum.
 *
 * One request may name several partitions and is answered when the last of them is satisfied. By then an earlier one may have shrunk its ISR or
 * lost its leadership, so what counts is that both were true together at some moment before.
 */
import type { EventBus } from '../../engine/events.js';
import { becameLeader, highWatermarkAdvanced, isrChangeCommitted, isrChangeProposed, produceAcknowledged } from '../../kafka/events.js';
import type { ReplicaView } from '../whiteBox.js';
import { Invariant } from './Invariant.js';

const ACKS_ALL = -1;

export class AckImpliesHighWatermark extends Invariant {
  readonly id = 'P15';
  readonly name = 'AckImpliesHw';
  readonly statement = 'an acks=all acknowledgement means that the high watermark passed the record with enough replicas in sync';
  /** Per broker, per partition: the highest high watermark that it had while enough replicas were in sync. */
  private readonly acknowledgeable = new Map<number, Map<number, number>>();

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, _timeUs, broker, partition) => this.observe(broker, partition),
      [highWatermarkAdvanced, isrChangeCommitted, isrChangeProposed, becameLeader],
    );
    bus.subscribe(
      (_type, timeUs, broker, partition, _base, last, acks, highWatermark, isrSize) => {
        if (acks === ACKS_ALL) this.check(timeUs, broker, partition, last, highWatermark, isrSize);
      },
      [produceAcknowledged],
    );
  }

  private observe(broker: number, partition: number): void {
    const replica = this.context.cluster.replica(broker, partition);
    if (replica === undefined || replica.maximalIsr.length < this.minIsrOf(partition, replica)) return;
    const known = this.of(broker);
    if (replica.log.highWatermark > (known.get(partition) ?? 0)) known.set(partition, replica.log.highWatermark);
  }

  private check(timeUs: number, broker: number, partition: number, last: number, highWatermark: number, isrSize: number): void {
    const { features, cluster } = this.context;
    this.checks++;
    const minIsr = this.minIsrOf(partition, cluster.replica(broker, partition));
    const passed = highWatermark > last || features.legacyAcksN;
    if (passed && isrSize >= minIsr) return;
    if ((this.of(broker).get(partition) ?? 0) > last || (features.legacyAcksN && isrSize >= minIsr)) return;
    const message =
      `leader ${broker} acknowledged ${this.text(partition)} up to offset ${last} with its high watermark at ${highWatermark} and ${isrSize} ` +
      `replicas in sync; min.insync.replicas is ${minIsr}.`;
    this.violated(timeUs, partition, last, message, { broker, lastOffset: last, highWatermark, isrSize, minIsr });
  }

  private minIsrOf(partition: number, replica: ReplicaView | undefined): number {
    const { features } = this.context;
    if (!features.minIsrChecks) return 0;
    const configured = this.context.minIsr(partition);
    return features.minIsrCappedByReplicationFactor && replica !== undefined ? Math.min(configured, replica.replicas.length) : configured;
  }

  private of(broker: number): Map<number, number> {
    let known = this.acknowledgeable.get(broker);
    if (known === undefined) this.acknowledgeable.set(broker, (known = new Map()));
    return known;
  }
}
