/**
 * P24 (NoDup, inside): a batch that a leader remembers of a producer is recognised when it comes again. Refused as out of order, it would make the producer begin a
 * new session and write the records once more (KIP-98, KIP-360). And what it remembers is in its log: else a batch that was cut off would be answered as a success.
 */
import type { EventBus } from '../../engine/events.js';
import { becameLeader } from '../../kafka/events.js';
import { sequenceRefused } from '../../kafka/log/events.js';
import { Invariant } from './Invariant.js';

export class RememberedBatches extends Invariant {
  readonly id = 'P24';
  readonly name = 'RepeatedBatchRecognised';
  readonly statement = 'a batch that the leader remembers is answered as a success, never refused for its sequence, and lies in its log';

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, timeUs, broker, partition, producerId, producerEpoch, baseSequence, error) => {
        if (bus.names.text(error) === 'OUT_OF_ORDER_SEQUENCE_NUMBER')
          this.refused(timeUs, broker, partition, producerId, producerEpoch, baseSequence);
      },
      [sequenceRefused],
    );
    bus.subscribe((_type, timeUs, broker, partition) => this.took(timeUs, broker, partition), [becameLeader]);
  }

  /** A new leader: its memory comes from its log, from snapshots, and from what has been cut off since. */
  private took(timeUs: number, broker: number, partition: number): void {
    const log = this.context.cluster.replica(broker, partition)?.log;
    if (log === undefined) return;
    this.checks++;
    log.forEachRemembered?.((producerId, lastOffset) => {
      if (lastOffset < log.logEndOffset) return;
      const message =
        `leader ${broker} of ${this.text(partition)} remembers a batch of producer ${producerId} at offset ${lastOffset}, though its log ends at ` +
        `${log.logEndOffset}.`;
      this.violated(timeUs, partition, lastOffset, message, { broker, producerId, logEndOffset: log.logEndOffset });
    });
  }

  private refused(timeUs: number, broker: number, partition: number, producerId: number, epoch: number, sequence: number): void {
    this.checks++;
    const log = this.context.cluster.replica(broker, partition)?.log;
    const offset = log?.rememberedOffset?.(producerId, epoch, sequence) ?? -1;
    if (offset < 0) return;
    const message =
      `leader ${broker} of ${this.text(partition)} refused a batch of producer ${producerId} in epoch ${epoch} with sequence ${sequence} as out of order, ` +
      `though it remembers it at offset ${offset}.`;
    this.violated(timeUs, partition, offset, message, { broker, producerId, epoch, sequence });
  }
}
