/**
 * What one replica knows of the producers that write to its log (KIP-98), after Kafka's ProducerStateManager: the state is derived from the log batch by
 * batch, on leaders and followers alike, and decides what a leader lets in. With it go the transactions of the log, and the guards of those whose
 * transaction is being verified (KIP-890).
 *
 * With transactions of version 2 a marker carries the epoch that the next transaction will have; one that comes again must not end that transaction
 * (KIP-1228, here part of `transactionV2`).
 */
import type { Probes } from '../../engine/probes.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { sequenceAfter, type ControlRecord, type RecordBatch } from '../protocol/records.js';
import { countTransition } from '../protocol/stateMachine.js';
import { LogTransactions } from './LogTransactions.js';
import type { ProducerSnapshot } from './ProducerSnapshots.js';
import { ProducerStateEntry, type BatchMetadata } from './ProducerStateEntry.js';
import { logProbes, logProducerStates } from './probes.js';

export type ProducerStateFeatures = Pick<
  KafkaFeatures,
  | 'duplicateDetection'
  | 'sequenceChecks'
  | 'producerEpochFencing'
  | 'producerStateRecovery'
  | 'producerEpochBump'
  | 'producerStateOutlivesRecords'
  | 'followersTrustSequences'
  | 'verificationKeepsSequence'
  | 'transactionV2'
  | 'stableOffsetAwaitsMarkers'
  | 'snapshotsKeepTransactions'
  | 'snapshotsFitLog'
  | 'rebuildReplaysLog'
>;

/** What is looked at of a batch before it is appended; the leader's and the stored form both have it. */
export interface CheckedBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly isTransactional?: boolean;
  readonly control?: ControlRecord | null;
}

/** Handed out for one verification; worthless once the transaction began, ended, or leadership changed. */
export class VerificationGuard {}

interface VerificationState {
  guard: VerificationGuard;
  producerEpoch: number;
  lowestSequence: number;
  readonly sinceMs: number;
}

export class ProducerStateManager {
  readonly transactions: LogTransactions;
  private readonly producers = new Map<number, ProducerStateEntry>();
  private readonly verifications = new Map<number, VerificationState>();

  constructor(
    readonly features: ProducerStateFeatures,
    /** producer.id.expiration.ms; `Number.MAX_SAFE_INTEGER`: never. */
    private readonly expirationMs: number,
    private readonly probes: Probes,
  ) {
    this.transactions = new LogTransactions(features.stableOffsetAwaitsMarkers);
  }

  get isEmpty(): boolean {
    return this.producers.size === 0;
  }

  get(producerId: number): ProducerStateEntry | undefined {
    return this.producers.get(producerId);
  }

  /** Every producer known, in order of first sight. */
  all(): Iterable<ProducerStateEntry> {
    return this.producers.values();
  }

  /** @param producerEpoch only a transaction of this epoch: with KIP-890 part 2 the next one may arrive before the marker of the last. */
  hasOngoingTransaction(producerId: number, producerEpoch = -1): boolean {
    const entry = this.producers.get(producerId);
    if (entry === undefined || entry.currentTxnFirstOffset < 0) return false;
    return producerEpoch < 0 || entry.producerEpoch === producerEpoch;
  }

  // ------------------------------------------------------------ checks before an append

  /** The batch that a producer sends again, if it is one of the last five. */
  findDuplicate(batch: CheckedBatch, records: number): BatchMetadata | null {
    if (!this.features.duplicateDetection || batch.baseSequence < 0) return null;
    const entry = this.producers.get(batch.producerId);
    return entry === undefined ? null : entry.find(batch.producerEpoch, batch.baseSequence, sequenceAfter(batch.baseSequence, records - 1));
  }

  /** Why a client's batch may not follow what the log has; NONE: it may. */
  checkData(batch: CheckedBatch): ErrorCode {
    const entry = this.producers.get(batch.producerId);
    if (entry !== undefined && batch.producerEpoch < entry.producerEpoch) {
      if (!this.features.producerEpochFencing) return ErrorCode.NONE;
      this.probes.hit(logProbes['old-producer-epoch-refused']);
      return ErrorCode.INVALID_PRODUCER_EPOCH;
    }
    const refusal = this.features.sequenceChecks ? this.checkSequence(entry, batch) : ErrorCode.NONE;
    if (refusal !== ErrorCode.NONE) return refusal;
    return this.checkKind(entry, batch);
  }

  /** Why a record that a coordinator writes under a producer id may not be appended; NONE: it may. Sequences are for clients. */
  checkCoordinatorData(batch: CheckedBatch): ErrorCode {
    const entry = this.producers.get(batch.producerId);
    const old = entry !== undefined && batch.producerEpoch < entry.producerEpoch;
    if (old && this.features.producerEpochFencing) {
      this.probes.hit(logProbes['coordinator-data-refused']);
      return ErrorCode.INVALID_PRODUCER_EPOCH;
    }
    return this.checkKind(entry, batch);
  }

  /** Why a marker may not be appended; NONE: it may, also when it ends nothing. */
  checkMarker(batch: CheckedBatch, control: ControlRecord): ErrorCode {
    const entry = this.producers.get(batch.producerId);
    if (entry === undefined || !this.features.producerEpochFencing) return ErrorCode.NONE;
    const { producerEpoch } = batch;
    const endsNext = this.features.transactionV2 && producerEpoch === entry.producerEpoch && entry.currentTxnFirstOffset >= 0;
    if (producerEpoch < entry.producerEpoch || endsNext) {
      this.probes.hit(logProbes['marker-of-old-epoch-refused']);
      return ErrorCode.INVALID_PRODUCER_EPOCH;
    }
    if (control.coordinatorEpoch >= entry.coordinatorEpoch) return ErrorCode.NONE;
    this.probes.hit(logProbes['marker-of-old-coordinator-refused']);
    return ErrorCode.TRANSACTION_COORDINATOR_FENCED;
  }

  private checkSequence(entry: ProducerStateEntry | undefined, batch: CheckedBatch): ErrorCode {
    const { producerEpoch, baseSequence } = batch;
    const verification = this.verifications.get(batch.producerId);
    if (verification !== undefined && this.features.verificationKeepsSequence) {
      // KAFKA-14920: a lower sequence is still on its way. KIP-890 part 2: without state a transaction begins at 0.
      if (baseSequence > verification.lowestSequence) {
        this.probes.hit(logProbes['lower-sequence-awaited']);
        return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
      }
      if (this.features.transactionV2 && entry === undefined && baseSequence !== 0) return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
    }
    if (entry === undefined) {
      // KIP-360: nothing is known of the producer (any more), so that any sequence may be the next.
      if (baseSequence === 0) return ErrorCode.NONE;
      const accepted = this.features.producerEpochBump;
      this.probes.hit(accepted ? logProbes['unknown-producer-accepted'] : logProbes['unknown-producer-refused']);
      return accepted ? ErrorCode.NONE : ErrorCode.UNKNOWN_PRODUCER_ID;
    }
    const expected = producerEpoch === entry.producerEpoch && entry.lastSequence >= 0 ? sequenceAfter(entry.lastSequence, 1) : 0;
    if (baseSequence === expected) return ErrorCode.NONE;
    this.probes.hit(logProbes['sequence-gap-refused']);
    return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
  }

  /** Inside a transaction every batch is transactional. */
  private checkKind(entry: ProducerStateEntry | undefined, batch: CheckedBatch): ErrorCode {
    const open = entry !== undefined && entry.currentTxnFirstOffset >= 0;
    return open && batch.isTransactional !== true ? ErrorCode.INVALID_TXN_STATE : ErrorCode.NONE;
  }

  // ------------------------------------------------------------ verification (KIP-890)

  /** Guard for a transactional batch that begins the producer's transaction here; null: its transaction is open already. */
  beginVerification(producerId: number, producerEpoch: number, sequence: number, nowMs: number): VerificationGuard | null {
    if (this.hasOngoingTransaction(producerId, producerEpoch)) return null;
    const state = this.verifications.get(producerId);
    if (state === undefined) {
      const guard = new VerificationGuard();
      this.verifications.set(producerId, { guard, producerEpoch, lowestSequence: sequence, sinceMs: nowMs });
      return guard;
    }
    if (producerEpoch > state.producerEpoch) {
      state.producerEpoch = producerEpoch;
      state.lowestSequence = sequence;
    } else if (producerEpoch === state.producerEpoch && sequence < state.lowestSequence) state.lowestSequence = sequence;
    return state.guard;
  }

  /** May a transactional batch begin or continue a transaction with this guard? */
  isVerified(producerId: number, producerEpoch: number, guard: VerificationGuard | null): boolean {
    return this.hasOngoingTransaction(producerId, producerEpoch) || (guard !== null && this.verifications.get(producerId)?.guard === guard);
  }

  /** Leadership begins or ends: answers to questions of before say nothing any more. */
  forgetVerifications(): void {
    this.verifications.clear();
  }

  // ------------------------------------------------------------ following the log

  /** A batch with a producer id was appended. */
  update(batch: RecordBatch): void {
    const { producerId, control } = batch;
    let entry = this.producers.get(producerId);
    if (entry === undefined) {
      entry = new ProducerStateEntry(producerId);
      this.producers.set(producerId, entry);
      countTransition(this.probes, logProducerStates, 'Unknown', 'Known');
    }
    if (control !== null) {
      if (batch.records.length > 0) this.markerAppended(entry, batch, control);
      // A marker that compaction emptied ends nothing; it is there for the producer's epoch.
      else entry.enterEpoch(batch.producerEpoch);
    } else {
      entry.addBatch(batch);
      if (batch.isTransactional && entry.currentTxnFirstOffset < 0) {
        entry.currentTxnFirstOffset = batch.baseOffset;
        countTransition(this.probes, logProducerStates, 'Known', 'InTransaction');
        this.transactions.began(producerId, batch.baseOffset);
      }
    }
    if (batch.isTransactional || control !== null) this.verifications.delete(producerId);
  }

  private markerAppended(entry: ProducerStateEntry, batch: RecordBatch, control: ControlRecord): void {
    entry.enterEpoch(batch.producerEpoch);
    entry.coordinatorEpoch = control.coordinatorEpoch;
    // KAFKA-9144: the end of a transaction is a sign of life too.
    entry.lastTimestampMs = batch.maxTimestampMs;
    const firstOffset = entry.currentTxnFirstOffset;
    entry.currentTxnFirstOffset = -1;
    if (firstOffset < 0) {
      this.probes.hit(logProbes['marker-ended-nothing']);
      return;
    }
    countTransition(this.probes, logProducerStates, 'InTransaction', 'Known');
    if (!control.commit) this.probes.hit(logProbes['transaction-aborted-in-log']);
    this.transactions.ended({ producerId: entry.producerId, firstOffset, lastOffset: batch.lastOffset }, !control.commit);
  }

  /** Drops producers idle for producer.id.expiration.ms, except inside a transaction, and returns their ids. */
  removeExpired(nowMs: number): number[] {
    const dropped: number[] = [];
    for (const entry of this.producers.values()) if (this.isExpired(entry, nowMs)) dropped.push(entry.producerId);
    for (const producerId of dropped) this.forget(producerId);
    for (const [producerId, { sinceMs }] of this.verifications) {
      if (nowMs - sinceMs >= this.expirationMs) this.verifications.delete(producerId);
    }
    return dropped;
  }

  /**
   * The log now begins at `offset`. Before KAFKA-7190 producers all of whose batches lay below were forgotten: their ids are returned.
   */
  logStartAdvanced(offset: number): number[] {
    this.transactions.replicatedTo(offset);
    if (this.features.producerStateOutlivesRecords) return [];
    const dropped: number[] = [];
    for (const entry of this.producers.values()) {
      entry.removeBatchesBelow(offset);
      if (entry.batches.length === 0 && entry.currentTxnFirstOffset < offset) dropped.push(entry.producerId);
    }
    for (const producerId of dropped) {
      this.forget(producerId);
      this.transactions.forgetOngoing(producerId);
    }
    return dropped;
  }

  // ------------------------------------------------------------ snapshots

  snapshot(): ProducerSnapshot {
    const producers = [...this.producers.values()].map((entry) => {
      const { producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, currentTxnFirstOffset, batches } = entry;
      const lastBatch = batches[batches.length - 1] ?? null;
      return { producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, currentTxnFirstOffset, lastBatch };
    });
    return { producers, aborted: [...this.transactions.aborted] };
  }

  /** Goes back to a snapshot of the state at `offset`, or to nothing. What has expired meanwhile stays away. */
  restore(snapshot: ProducerSnapshot | undefined, offset: number, nowMs: number): void {
    this.producers.clear();
    this.verifications.clear();
    this.transactions.resetTo(offset, snapshot?.aborted ?? []);
    if (snapshot === undefined) return;
    const open: ProducerStateEntry[] = [];
    for (const saved of snapshot.producers) {
      const entry = new ProducerStateEntry(saved.producerId);
      entry.producerEpoch = saved.producerEpoch;
      entry.coordinatorEpoch = saved.coordinatorEpoch;
      entry.lastTimestampMs = saved.lastTimestampMs;
      if (this.features.snapshotsKeepTransactions) entry.currentTxnFirstOffset = saved.currentTxnFirstOffset;
      if (saved.lastBatch !== null) entry.batches.push(saved.lastBatch);
      if (this.isExpired(entry, nowMs)) continue;
      this.producers.set(entry.producerId, entry);
      if (entry.currentTxnFirstOffset >= 0) open.push(entry);
    }
    open.sort((a, b) => a.currentTxnFirstOffset - b.currentTxnFirstOffset);
    for (const entry of open) this.transactions.began(entry.producerId, entry.currentTxnFirstOffset);
  }

  private forget(producerId: number): void {
    this.producers.delete(producerId);
    countTransition(this.probes, logProducerStates, 'Known', 'Unknown');
  }

  private isExpired(entry: ProducerStateEntry, nowMs: number): boolean {
    return entry.currentTxnFirstOffset < 0 && nowMs - entry.lastTimestampMs >= this.expirationMs;
  }
}
