/**
 * The identity and the sequences of an idempotent producer (KIP-98), after the part of TransactionManager that deals with them: which batch may be
 * drained, which number it gets, what an error means for it and for those behind it, and when the epoch is bumped (KIP-360).
 *
 * Before KIP-360 a gap could not be closed: the batch fails with OUT_OF_ORDER_SEQUENCE_NUMBER, its application is told, and the producer goes on under
 * a new producer id.
 *
 * Leaves out: nothing of the rules. Two things differ from Kafka: an answer to a batch of a former epoch does not count as an acknowledgement under the
 * present one, and batches to be renumbered when the epoch is exhausted wait for the new producer id.
 */
import type { Probes } from '../../engine/probes.js';
import { ErrorCode, errorName, isRetriable } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { sequenceAfter } from '../protocol/records.js';
import { IN_TRANSACTION, NONE, PartitionSequences } from './PartitionSequences.js';
import type { PartitionQueue, PendingBatch } from './PendingBatch.js';
import { producerProbes } from './probes.js';

/** An epoch is 16 bits, signed. */
const LAST_EPOCH = 32_767;

/** What an unresolved batch does to a producer: the sequences can be begun anew, or its transaction is lost, or it is finished. */
export type Unresolvable = 'none' | 'transaction' | 'fatal';

export class SequenceTracker {
  /** -1 until a broker has handed one out. */
  producerId = NONE;
  producerEpoch = NONE;
  /** Why the epoch has to be bumped before anything new is sent; '' when it need not. Transactional producers ask the coordinator for it. */
  bumpReason = '';

  private readonly partitions: PartitionSequences<PendingBatch>[] = [];
  private unresolved = 0;

  constructor(
    private readonly features: KafkaFeatures,
    private readonly transactional: boolean,
    private readonly probes: Probes,
  ) {}

  /** Begins to keep the books of one more partition. */
  track(): PartitionSequences<PendingBatch> {
    const sequences = new PartitionSequences<PendingBatch>(this.features.sequenceResetInOrder);
    this.partitions.push(sequences);
    return sequences;
  }

  get hasUnresolved(): boolean {
    return this.unresolved > 0;
  }

  identify(producerId: number, producerEpoch: number): void {
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
  }

  /** May the first batch of this queue leave now? */
  mayDrain(batch: PendingBatch, sequences: PartitionSequences<PendingBatch>): boolean {
    if (this.producerId === NONE || (this.transactional && sequences.membership !== IN_TRANSACTION)) return false;
    if (!this.features.retriesInSequence) return true;
    if (batch.baseSequence === NONE) {
      // A batch of the new epoch must not overtake those of the old one (KAFKA-12152).
      if (sequences.inFlight.length > 0 && this.features.epochBumpReachesIdlePartitions && this.isStale(sequences)) return false;
      return sequences.unresolvedSequence === NONE;
    }
    // A retry waits until it is the oldest: one in flight at a time, until all is well again.
    const { first } = sequences;
    if (first === undefined || first.baseSequence === batch.baseSequence) return true;
    this.probes.hit(producerProbes['retry-waits-for-older']);
    return false;
  }

  /** A batch leaves for the first time, or again. Only the first time gives it a sequence. */
  drained(batch: PendingBatch, sequences: PartitionSequences<PendingBatch>): void {
    batch.sequenceReset = false;
    if (batch.baseSequence !== NONE) return;
    if (this.isStale(sequences)) this.renew(sequences);
    batch.producerId = this.producerId;
    batch.producerEpoch = this.producerEpoch;
    batch.baseSequence = sequences.nextSequence;
    sequences.nextSequence = sequenceAfter(sequences.nextSequence, batch.records.length);
    sequences.add(batch);
  }

  /** The parts of a batch that was too large continue its sequence. */
  splitInto(whole: PendingBatch, parts: readonly PendingBatch[], sequences: PartitionSequences<PendingBatch>): void {
    sequences.remove(whole);
    let sequence = whole.baseSequence;
    for (const part of parts) {
      part.producerId = whole.producerId;
      part.producerEpoch = whole.producerEpoch;
      part.baseSequence = sequence;
      sequence = sequenceAfter(sequence, part.records.length);
      sequences.add(part);
    }
  }

  /** Puts a batch back where its sequence belongs, before batches that were never sent. */
  insert(batch: PendingBatch, queue: PartitionQueue): void {
    const { batches } = queue;
    let at = 0;
    if (this.features.retriesInSequence) {
      for (; at < batches.length; at++) {
        const other = batches[at] as PendingBatch;
        if (other.baseSequence === NONE ? other.attempts === 0 : batch.baseSequence !== NONE && other.baseSequence >= batch.baseSequence)
          break;
      }
    }
    batches.splice(at, 0, batch);
  }

  /** The broker has the batch. */
  acknowledged(batch: PendingBatch, baseOffset: number, sequences: PartitionSequences<PendingBatch>): void {
    sequences.remove(batch);
    if (batch.producerId !== sequences.producerId || batch.producerEpoch !== sequences.producerEpoch) return;
    const last = sequenceAfter(batch.baseSequence, batch.records.length - 1);
    if (last > sequences.lastAckedSequence) sequences.lastAckedSequence = last;
    const lastOffset = baseOffset + batch.records.length - 1;
    if (baseOffset >= 0 && lastOffset > sequences.lastAckedOffset) sequences.lastAckedOffset = lastOffset;
  }

  /** May the batch be sent again after this error? Asks for a bump of the epoch where that is what makes the next attempt succeed. */
  canRetry(batch: PendingBatch, errorCode: number, logStartOffset: number, sequences: PartitionSequences<PendingBatch>): boolean {
    if (!this.features.producerEpochBump) return isRetriable(errorCode) || this.couldRetry(batch, errorCode, logStartOffset, sequences);
    if (errorCode === ErrorCode.UNKNOWN_PRODUCER_ID) {
      if (logStartOffset === -1 || batch.sequenceReset) return true;
      if (!this.transactional) return this.requestBump(sequences, 'UNKNOWN_PRODUCER_ID');
      if (sequences.lastAckedOffset >= logStartOffset) return false;
      sequences.restart(this.producerId, this.producerEpoch);
      return true;
    }
    if (errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) {
      const unresolved = sequences.unresolvedSequence !== NONE;
      // Not the oldest: it waits for those before it.
      if (!unresolved && (batch.sequenceReset || !sequences.isNext(batch.baseSequence))) return true;
      if (this.transactional) return false;
      const gap = !unresolved || batch.baseSequence === sequences.unresolvedSequence;
      return gap ? this.requestBump(sequences, 'OUT_OF_ORDER_SEQUENCE_NUMBER') : true;
    }
    return isRetriable(errorCode);
  }

  /**
   * What a batch that goes back into the queue keeps of its sequence: all of it, as the rules say. With a condition switched off, a batch that may be in the
   * log gets a new number, or one that was refused gets its number behind those that were in flight with it.
   */
  requeued(batch: PendingBatch, sequences: PartitionSequences<PendingBatch>): void {
    const { sequenceKeptOnRetry, retriesInSequence } = this.features;
    if (sequenceKeptOnRetry && retriesInSequence) return;
    if (batch.fateUnknown ? sequenceKeptOnRetry : retriesInSequence) return;
    if (batch.fateUnknown) sequences.lastAckedSequence = sequenceAfter(batch.baseSequence, batch.records.length - 1);
    else sequences.closeGap(batch);
    sequences.remove(batch);
    batch.baseSequence = NONE;
  }

  /**
   * The batch is given up for this error. @param adjust the broker refused it for good, so that its sequences are free; false when nobody knows, because
   * retries or time ran out
   */
  failed(batch: PendingBatch, errorCode: number, adjust: boolean, sequences: PartitionSequences<PendingBatch>): void {
    const { producerEpochBump } = this.features;
    sequences.remove(batch);
    if (batch.producerId !== this.producerId) return;
    if (errorCode === ErrorCode.UNKNOWN_PRODUCER_ID) {
      if (sequences.unresolvedSequence !== NONE) this.unresolved--;
      sequences.forget();
    } else if (this.transactional) {
      if (adjust) this.closeGap(batch, sequences);
    } else if (errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) {
      if (producerEpochBump) this.requestBump(sequences, errorName(errorCode));
      else this.forgetIdentity();
    } else if (adjust) {
      if (producerEpochBump) this.requestBump(sequences, errorName(errorCode));
      else this.closeGap(batch, sequences);
    }
  }

  private closeGap(batch: PendingBatch, sequences: PartitionSequences<PendingBatch>): void {
    this.probes.hit(producerProbes['sequence-gap-closed']);
    sequences.closeGap(batch);
  }

  /** A batch that had been sent was given up: whether the log has its sequences has to be found out. */
  lostSight(batch: PendingBatch, sequences: PartitionSequences<PendingBatch>): void {
    if (batch.producerId !== sequences.producerId || batch.producerEpoch !== sequences.producerEpoch) return;
    this.probes.hit(producerProbes['sequence-left-unresolved']);
    const next = sequenceAfter(batch.baseSequence, batch.records.length);
    if (sequences.unresolvedSequence === NONE) this.unresolved++;
    if (next > sequences.unresolvedSequence) sequences.unresolvedSequence = next;
  }

  /** Where nothing is in flight any more, what was acknowledged tells. */
  resolve(): Unresolvable {
    if (this.unresolved === 0) return 'none';
    const { producerEpochBump } = this.features;
    if (this.transactional && !producerEpochBump) return 'fatal';
    let verdict: Unresolvable = 'none';
    for (const sequences of this.partitions) {
      if (sequences.unresolvedSequence === NONE || sequences.inFlight.length > 0) continue;
      this.unresolved--;
      sequences.unresolvedSequence = NONE;
      if (sequences.isNext(sequences.nextSequence)) continue;
      if (this.transactional) verdict = 'transaction';
      else if (producerEpochBump) this.requestBump(sequences, 'UNRESOLVED_SEQUENCE');
      else {
        this.forgetIdentity();
        return 'none';
      }
    }
    return verdict;
  }

  /** Bumps the epoch without asking anybody (KIP-360), for producers without transactions. True when it changed. */
  bump(): boolean {
    if (this.bumpReason === '' || this.producerId === NONE) return false;
    const exhausted = this.producerEpoch === LAST_EPOCH;
    // The batches are renumbered once there is a new producer id.
    if (exhausted) this.identify(NONE, NONE);
    else this.identify(this.producerId, this.producerEpoch + 1);
    if (!exhausted) this.rewrite();
    return !exhausted;
  }

  /** Renumbers the batches of the partitions that asked for a new epoch, which is there now. */
  rewrite(): void {
    if (this.bumpReason === '') return;
    for (const sequences of this.partitions) {
      if (!sequences.toBeRewritten) continue;
      if (sequences.unresolvedSequence !== NONE) this.unresolved--;
      sequences.unresolvedSequence = NONE;
      sequences.toBeRewritten = false;
      if (sequences.inFlight.length > 0) this.probes.hit(producerProbes['batches-renumbered']);
      sequences.restart(this.producerId, this.producerEpoch);
    }
    this.bumpReason = '';
  }

  /** All sequences begin anew: the coordinator has given the producer another epoch. */
  reset(): void {
    for (const sequences of this.partitions) sequences.forget();
    this.unresolved = 0;
    this.bumpReason = '';
  }

  private isStale(sequences: PartitionSequences<PendingBatch>): boolean {
    return sequences.producerId !== this.producerId || sequences.producerEpoch !== this.producerEpoch;
  }

  /** The partition follows the producer's identity. Before KAFKA-12152 it went on counting in the new epoch (B-44). */
  private renew(sequences: PartitionSequences<PendingBatch>): void {
    const restarts = this.features.epochBumpReachesIdlePartitions || sequences.producerId !== this.producerId;
    if (!restarts) sequences.producerEpoch = this.producerEpoch;
    else if (sequences.inFlight.length === 0) sequences.restart(this.producerId, this.producerEpoch);
  }

  private requestBump(sequences: PartitionSequences<PendingBatch>, reason: string): boolean {
    sequences.toBeRewritten = true;
    this.bumpReason = reason;
    return true;
  }

  /** Before KIP-360: a new producer id, under which every partition begins anew. */
  private forgetIdentity(): void {
    this.probes.hit(producerProbes['producer-id-given-up']);
    this.identify(NONE, NONE);
    this.reset();
  }

  /** The rules before KIP-360, beside retriable errors. */
  private couldRetry(batch: PendingBatch, errorCode: number, logStartOffset: number, sequences: PartitionSequences<PendingBatch>): boolean {
    if (batch.producerId !== this.producerId) return false;
    if (errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) {
      return sequences.unresolvedSequence === NONE && (batch.sequenceReset || !sequences.isNext(batch.baseSequence));
    }
    if (errorCode !== ErrorCode.UNKNOWN_PRODUCER_ID) return false;
    if (logStartOffset === -1 || batch.sequenceReset) return true;
    // The records are gone from the log's start, and the broker's knowledge of the producer with them; nothing is missing.
    if (sequences.lastAckedOffset >= logStartOffset) return false;
    sequences.restart(this.producerId, this.producerEpoch);
    return true;
  }
}
