/** What a producer has on its way to one partition: its queue, and a batch from its first record to the last callback (Kafka's producer-side ProducerBatch). */
import { BATCH_OVERHEAD_BYTES, RECORD_OVERHEAD_BYTES, type Record } from '../protocol/records.js';
import type { PartitionMetadata } from './ClientMetadata.js';
import type { PartitionSequences } from './PartitionSequences.js';
import type { SendCallback } from './producerRecord.js';

/** A batch from its first record to the last callback (Kafka's producer-side ProducerBatch). */
export class PendingBatch {
  readonly records: Record[] = [];
  readonly callbacks: SendCallback[] = [];
  /** Per record: how many sends the producer had seen, this one included. */
  readonly sequences: number[] = [];
  sizeBytes = BATCH_OVERHEAD_BYTES;
  /** Attempts that failed and were retried. */
  attempts = 0;
  /** End of the back-off that follows a failed attempt; 0 before the first. */
  retryAtUs = 0;
  /** Leader epoch known when the batch was last sent. */
  leaderEpoch = -1;
  /** Sent once, so that no record may be added any more. */
  closed = false;
  /** The application has its answer. */
  done = false;
  /** An earlier attempt may have been appended although its answer did not say so. */
  fateUnknown = false;
  /** Given when it is first drained and kept from then on (idempotent producers); -1 before, and without idempotence. */
  producerId = -1;
  producerEpoch = -1;
  baseSequence = -1;
  /** It was renumbered since it was last sent. */
  sequenceReset = false;

  constructor(
    readonly queue: PartitionQueue,
    readonly createdUs: number,
    /** batch.size, or more for one record that is larger. */
    readonly limitBytes: number,
    /** Bytes of buffer.memory that it holds; given back when it is done. */
    public memoryBytes: number,
  ) {}

  get firstValue(): number {
    return (this.records[0] as Record).value;
  }

  get full(): boolean {
    return this.closed || this.sizeBytes >= this.limitBytes;
  }

  /** False when the record does not fit. */
  tryAppend(record: Record, callback: SendCallback, sequence: number): boolean {
    const bytes = record.sizeBytes + RECORD_OVERHEAD_BYTES;
    if (this.closed || (this.records.length > 0 && this.sizeBytes + bytes > this.limitBytes)) return false;
    this.sizeBytes += bytes;
    this.records.push(record);
    this.callbacks.push(callback);
    this.sequences.push(sequence);
    return true;
  }
}

export class PartitionQueue {
  /** Waiting batches, the next to be sent first. */
  readonly batches: PendingBatch[] = [];
  /** Batches sent and neither answered nor expired, the oldest first. */
  readonly inFlight: PendingBatch[] = [];
  /** With max.in.flight.requests.per.connection=1: a request is outstanding, so nothing may overtake its retry. */
  muted = false;

  /** @param sequences of an idempotent producer; null otherwise */
  constructor(
    readonly metadata: PartitionMetadata,
    readonly sequences: PartitionSequences<PendingBatch> | null,
  ) {}

  /** The batch to be sent last; undefined while none waits. */
  get last(): PendingBatch | undefined {
    // Index -1 would be a look-up by name, and slow.
    return this.batches.length === 0 ? undefined : this.batches[this.batches.length - 1];
  }
}
