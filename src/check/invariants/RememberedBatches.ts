/**
 * P24 (NoDup, inside): a batch that a leader remembers of a producer is recognised when it comes again. Refused as out of order, it would make the producer begin a
 * new session and write the records once more (KIP-98, KIP-360).
 */
import type { EventBus } from '../../engine/events.js';
import { sequenceRefused } from '../../kafka/log/events.js';
import { Invariant } from './Invariant.js';

export class RememberedBatches extends Invariant {
  readonly id = 'P24';
  readonly name = 'RepeatedBatchRecognised';
  readonly statement = 'a batch that the leader remembers is answered as a success, never refused for its sequence';

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, timeUs, broker, partition, producerId, producerEpoch, baseSequence, error) => {
        if (bus.names.text(error) === 'OUT_OF_ORDER_SEQUENCE_NUMBER')
          this.refused(timeUs, broker, partition, producerId, producerEpoch, baseSequence);
      },
      [sequenceRefused],
    );
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
