/**
 * Records on their way to be sent, after org.apache.kafka.clients.producer.internals.RecordAccumulator: a queue of batches per partition,
 * the rules by which a partition becomes ready, and the buffer memory.
 *
 * An idempotent producer's batches get their sequences here, when they are first drained; the rules are the SequenceTracker's.
 *
 * Leaves out: compression (so an estimate of a batch's size is its size), buffers being pooled.
 */
import type { Buggify } from '../../engine/Buggify.js';
import { batchClosedEarly, lingerCutShort, oneBatchRequest } from '../buggifySites.js';
import { NEVER } from '../config/Settings.js';
import type { ProducerConfig } from '../config/ProducerConfig.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { BATCH_OVERHEAD_BYTES, RECORD_OVERHEAD_BYTES, type Record } from '../protocol/records.js';
import type { PartitionMetadata } from './ClientMetadata.js';
import type { PartitionSequences } from './PartitionSequences.js';
import { PartitionQueue, PendingBatch } from './PendingBatch.js';
import type { SendCallback } from './producerRecord.js';
import type { SequenceTracker } from './SequenceTracker.js';

export class RecordAccumulator {
  readonly queues: PartitionQueue[] = [];
  /** Batches waiting in all queues. */
  queued = 0;
  /** Batches whose records have no answer, those in flight included. */
  incomplete = 0;
  /** A record waits for buffer memory: every batch counts as ready. */
  exhausted = false;
  /** A flush, or the producer's close, is under way: likewise. */
  flushing = false;
  /** A transaction is being ended: likewise. */
  completing = false;

  // Results of `ready`, kept here so that a look costs no allocation.
  readonly readyNodes: number[] = [];
  /** When the next batch that waits only for time will be ready; `NEVER` for none. */
  nextReadyUs = NEVER;
  /** Some partition with batches has no known leader. */
  unknownLeaders = false;

  private freeBytes: number;
  private readonly byId: (PartitionQueue | undefined)[] = [];
  private readonly drainIndex = new Map<number, number>();

  /**
   * @param features KIP-951 (`leaderInErrors`): a retry does not wait once the partition has another leader.
   * @param tracker of an idempotent producer; null otherwise
   */
  constructor(
    private readonly config: ProducerConfig,
    private readonly features: Pick<KafkaFeatures, 'leaderInErrors' | 'retriesGoFirst'>,
    private readonly tracker: SequenceTracker | null,
    private readonly buggify: Buggify,
  ) {
    this.freeBytes = config.bufferMemoryBytes;
  }

  queueOf(partition: PartitionMetadata): PartitionQueue {
    let queue = this.byId[partition.id];
    if (queue === undefined) {
      queue = new PartitionQueue(partition, this.tracker === null ? null : this.tracker.track());
      this.byId[partition.id] = queue;
      this.queues.push(queue);
    }
    return queue;
  }

  /** No batch of the queue can take any further record; so it is for an empty queue. */
  allBatchesFull(queue: PartitionQueue): boolean {
    const { last } = queue;
    return last === undefined || last.full;
  }

  /** Would this record begin a new batch? */
  needsNewBatch(queue: PartitionQueue, sizeBytes: number): boolean {
    const { last } = queue;
    return last === undefined || last.closed || last.sizeBytes + sizeBytes + RECORD_OVERHEAD_BYTES > last.limitBytes;
  }

  /** False when a new batch was needed and buffer.memory has no room for it. */
  append(queue: PartitionQueue, record: Record, callback: SendCallback, sequence: number, nowUs: number): boolean {
    const { last } = queue;
    const closesEarly = last !== undefined && this.buggify.fires(batchClosedEarly);
    if (closesEarly) last.closed = true;
    else if (last !== undefined && last.tryAppend(record, callback, sequence)) return true;
    const limitBytes = Math.max(this.config.batchSizeBytes, BATCH_OVERHEAD_BYTES + RECORD_OVERHEAD_BYTES + record.sizeBytes);
    if (limitBytes > this.freeBytes) return false;
    this.freeBytes -= limitBytes;
    const batch = new PendingBatch(queue, nowUs, limitBytes, limitBytes);
    batch.tryAppend(record, callback, sequence);
    queue.batches.push(batch);
    this.queued++;
    this.incomplete++;
    return true;
  }

  /** Finds the brokers that have something to be sent to them: `readyNodes`, `nextReadyUs`, `unknownLeaders`. */
  ready(nowUs: number): void {
    if (this.readyNodes.length > 0) this.readyNodes.length = 0;
    this.nextReadyUs = NEVER;
    this.unknownLeaders = false;
    const hurry = this.exhausted || this.flushing || this.completing || this.buggify.fires(lingerCutShort);
    for (const queue of this.queues) {
      const first = queue.batches[0];
      if (first === undefined) continue;
      const leader = queue.metadata.leader;
      if (leader === -1) {
        this.unknownLeaders = true;
        continue;
      }
      if (queue.muted) continue;
      // A batch in back-off is never ready, whatever else asks for haste.
      const dueUs = first.attempts > 0 ? first.retryAtUs : first.createdUs + this.config.lingerUs;
      if (dueUs > nowUs && (this.backsOff(first, nowUs) || !(hurry || queue.batches.length > 1 || first.full))) {
        if (dueUs < this.nextReadyUs) this.nextReadyUs = dueUs;
      } else if (!this.readyNodes.includes(leader)) this.readyNodes.push(leader);
    }
  }

  /** Takes the next request's batches for a broker, at most one per partition, up to max.request.size; appends them to `out`. */
  drain(node: number, nowUs: number, out: PendingBatch[]): void {
    const queues = this.queues;
    const start = (this.drainIndex.get(node) ?? 0) % queues.length;
    let sizeBytes = 0;
    for (let i = 0; i < queues.length; i++) {
      const index = (start + i) % queues.length;
      const queue = queues[index] as PartitionQueue;
      const first = queue.batches[0];
      if (first === undefined || queue.muted || queue.metadata.leader !== node || this.backsOff(first, nowUs)) continue;
      const { sequences } = queue;
      if (sequences !== null && !(this.tracker as SequenceTracker).mayDrain(first, sequences)) continue;
      if (sizeBytes > 0 && sizeBytes + first.sizeBytes > this.config.maxRequestSizeBytes) {
        this.drainIndex.set(node, index);
        return;
      }
      queue.batches.shift();
      this.queued--;
      first.closed = true;
      first.leaderEpoch = queue.metadata.leaderEpoch;
      if (sequences !== null) (this.tracker as SequenceTracker).drained(first, sequences);
      sizeBytes += first.sizeBytes;
      out.push(first);
      if (!this.buggify.fires(oneBatchRequest)) continue;
      this.drainIndex.set(node, (index + 1) % queues.length);
      return;
    }
    this.drainIndex.set(node, (start + 1) % queues.length);
  }

  /**
   * Puts a failed batch back: at the front, so that two that failed together end up in reverse, which is how retries reorder (B-40); with a sequence, in
   * its place.
   */
  reenqueue(batch: PendingBatch, retryAtUs: number): void {
    batch.attempts++;
    batch.retryAtUs = retryAtUs;
    if (this.tracker === null && this.features.retriesGoFirst) batch.queue.batches.unshift(batch);
    else if (this.tracker === null) batch.queue.batches.push(batch);
    else this.tracker.insert(batch, batch.queue);
    this.queued++;
  }

  /**
   * Replaces a batch that the broker found too large by smaller ones at the front (KIP-126); returns how many.
   *
   * Kafka splits at batch.size, and so re-sends a batch that was no larger unchanged until delivery.timeout.ms (KAFKA-8350). Here it is
   * halved: the same end without thousands of requests on the way.
   */
  split(batch: PendingBatch): number {
    const targetBytes = Math.min(this.config.batchSizeBytes, BATCH_OVERHEAD_BYTES + ((batch.sizeBytes - BATCH_OVERHEAD_BYTES) >> 1));
    const parts: PendingBatch[] = [];
    let part: PendingBatch | undefined;
    for (let i = 0; i < batch.records.length; i++) {
      const record = batch.records[i] as Record;
      if (part === undefined || !part.tryAppend(record, batch.callbacks[i] as SendCallback, batch.sequences[i] as number)) {
        part = new PendingBatch(batch.queue, batch.createdUs, targetBytes, 0);
        part.attempts = batch.attempts;
        part.retryAtUs = batch.retryAtUs;
        part.fateUnknown = batch.fateUnknown;
        part.tryAppend(record, batch.callbacks[i] as SendCallback, batch.sequences[i] as number);
        parts.push(part);
      }
    }
    for (const each of parts) each.closed = true;
    if (batch.baseSequence === -1) batch.queue.batches.unshift(...parts);
    else this.splitSequence(batch, parts);
    this.queued += parts.length;
    this.incomplete += parts.length;
    batch.done = true;
    this.release(batch);
    return parts.length;
  }

  private splitSequence(whole: PendingBatch, parts: readonly PendingBatch[]): void {
    const { queue } = whole;
    const tracker = this.tracker as SequenceTracker;
    tracker.splitInto(whole, parts, queue.sequences as PartitionSequences<PendingBatch>);
    for (const part of parts) tracker.insert(part, queue);
  }

  /** Takes every batch out of the queues that the transaction manager gives up: all of them, or only those that were never sent. */
  takeQueued(unsentOnly: boolean): PendingBatch[] {
    const taken: PendingBatch[] = [];
    for (const { batches } of this.queues) {
      let kept = 0;
      for (const batch of batches) {
        if (unsentOnly && batch.baseSequence !== -1) batches[kept++] = batch;
        else taken.push(batch);
      }
      batches.length = kept;
    }
    this.queued -= taken.length;
    return taken;
  }

  /** The batch is done: gives its memory back. */
  release(batch: PendingBatch): void {
    this.incomplete--;
    this.freeBytes += batch.memoryBytes;
    batch.memoryBytes = 0;
  }

  /** When a batch that waits in its queue is given up. */
  queueExpiryUs(batch: PendingBatch): number {
    const { deliveryTimeoutUs, lingerUs, requestTimeoutUs } = this.config;
    if (deliveryTimeoutUs !== NEVER) return batch.createdUs + deliveryTimeoutUs;
    // Before KIP-91 the request timeout bounded each stay in the queue, counted from the end of the linger or back-off (KIP-19).
    return (batch.attempts > 0 ? batch.retryAtUs : batch.createdUs + lingerUs) + requestTimeoutUs;
  }

  /** When a batch in flight is given up; `NEVER` before KIP-91. */
  inFlightExpiryUs(batch: PendingBatch): number {
    const { deliveryTimeoutUs } = this.config;
    return deliveryTimeoutUs === NEVER ? NEVER : batch.createdUs + deliveryTimeoutUs;
  }

  private backsOff(batch: PendingBatch, nowUs: number): boolean {
    if (batch.attempts === 0 || batch.retryAtUs <= nowUs) return false;
    return !(this.features.leaderInErrors && batch.queue.metadata.leaderEpoch > batch.leaderEpoch);
  }
}
