/**
 * What an idempotent producer knows of one partition, after TransactionManager's TxnPartitionEntry: the next sequence, the last one acknowledged
 * and the batches that have a sequence and no final answer yet.
 *
 * Leaves out: nothing that decides an order or a retry.
 */
import { sequenceAfter } from '../protocol/records.js';

/** A batch as far as its place in the sequence goes. */
export interface SequencedBatch {
  producerId: number;
  producerEpoch: number;
  baseSequence: number;
  /** It was renumbered, so that an error about its former sequence says nothing. */
  sequenceReset: boolean;
  readonly records: { readonly length: number };
}

/** No sequence, no producer id, no epoch. */
export const NONE = -1;

/** Where a partition stands in the present transaction. */
export const NOT_IN_TRANSACTION = 0;
export const TO_BE_ADDED = 1;
export const BEING_ADDED = 2;
export const IN_TRANSACTION = 3;

export class PartitionSequences<B extends SequencedBatch> {
  /** The producer id and epoch that its sequences belong to; they follow the producer's when a batch is drained. */
  producerId = NONE;
  producerEpoch = NONE;
  /** Sequence of the next batch's first record. */
  nextSequence = 0;
  /** Sequence of the last record acknowledged; -1 before the first. */
  lastAckedSequence = NONE;
  /** -1 before the first acknowledgement. */
  lastAckedOffset = NONE;
  /** Sequence behind a batch that was given up although it may be in the log; nothing new is sent until that is cleared up. -1: none. */
  unresolvedSequence = NONE;
  /** The next epoch bump renumbers the batches of this partition. */
  toBeRewritten = false;
  /** One of the constants above. */
  membership = NOT_IN_TRANSACTION;
  /** Batches drained at least once and without a final answer, the lowest sequence first. */
  readonly inFlight: B[] = [];

  /** @param ordered false: the batches lie in a heap, as before KAFKA-8483, so that only the first is in its place. */
  constructor(private readonly ordered: boolean) {}

  /** The batch with the lowest sequence. */
  get first(): B | undefined {
    return this.inFlight[0];
  }

  add(batch: B): void {
    const { inFlight } = this;
    let at = inFlight.length;
    inFlight.push(batch);
    if (this.ordered) {
      for (; at > 0 && (inFlight[at - 1] as B).baseSequence > batch.baseSequence; at--) inFlight[at] = inFlight[at - 1] as B;
      inFlight[at] = batch;
    } else this.siftUp(at, batch);
  }

  remove(batch: B): void {
    const { inFlight } = this;
    const at = inFlight.indexOf(batch);
    if (at === -1) return;
    if (this.ordered) {
      // By hand: splice makes an array of what it removes, for every batch of every producer.
      for (let i = at + 1; i < inFlight.length; i++) inFlight[i - 1] = inFlight[i] as B;
      inFlight.pop();
      return;
    }
    // As java.util.PriorityQueue does it: the last takes the place of the one removed.
    const moved = inFlight.pop() as B;
    if (moved === batch) return;
    this.siftDown(at, moved);
    if (inFlight[at] === moved) this.siftUp(at, moved);
  }

  /** Sequences begin at 0 under this id and epoch, and the batches in flight are renumbered, in the order in which they lie. */
  restart(producerId: number, producerEpoch: number): void {
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
    let sequence = 0;
    for (const batch of this.inFlight) {
      batch.producerId = producerId;
      batch.producerEpoch = producerEpoch;
      batch.baseSequence = sequence;
      batch.sequenceReset = true;
      sequence = sequenceAfter(sequence, batch.records.length);
    }
    this.nextSequence = sequence;
    this.lastAckedSequence = NONE;
  }

  /** Forgets everything, as under a producer id that begins. What was in flight keeps the id and sequence that it has. */
  forget(): void {
    this.producerId = NONE;
    this.producerEpoch = NONE;
    this.nextSequence = 0;
    this.lastAckedSequence = NONE;
    this.lastAckedOffset = NONE;
    this.unresolvedSequence = NONE;
    this.toBeRewritten = false;
    this.inFlight.length = 0;
  }

  /** Takes the sequences of a batch back that the broker refused for good; those behind it move up. */
  closeGap(batch: B): void {
    if (batch.producerEpoch !== this.producerEpoch) return;
    const count = batch.records.length;
    this.nextSequence -= count;
    for (const other of this.inFlight) if (other !== batch && other.baseSequence > batch.baseSequence) other.baseSequence -= count;
  }

  /** Would a batch with this sequence continue what was acknowledged? */
  isNext(sequence: number): boolean {
    return sequence === sequenceAfter(this.lastAckedSequence, 1);
  }

  private siftUp(from: number, batch: B): void {
    const { inFlight } = this;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = inFlight[parent] as B;
      if (batch.baseSequence >= above.baseSequence) break;
      inFlight[at] = above;
      at = parent;
    }
    inFlight[at] = batch;
  }

  private siftDown(from: number, batch: B): void {
    const { inFlight } = this;
    const half = inFlight.length >> 1;
    let at = from;
    while (at < half) {
      let child = 2 * at + 1;
      const right = inFlight[child + 1];
      if (right !== undefined && (inFlight[child] as B).baseSequence > right.baseSequence) child++;
      const below = inFlight[child] as B;
      if (batch.baseSequence <= below.baseSequence) break;
      inFlight[at] = below;
      at = child;
    }
    inFlight[at] = batch;
  }
}
