/**
 * What a transaction coordinator knows of one transactional id, and the steps that it may take (kafka.coordinator.transaction.TransactionMetadata, KIP-98).
 *
 * A step is prepared in memory (`pendingState`), written to the transaction log, and completed once it is replicated there. While one is pending, no other
 * may be prepared. A step that is not in the table is a fault of the coordinator and throws.
 *
 * An abort that fences (timeout, InitProducerId over an open transaction) raises the epoch once, under version 2 too (KAFKA-19367).
 */
import type { TransactionState, TransactionValue } from '../protocol/coordinatorRecords.js';

/** "None", for producer ids and epochs. */
export const NONE_YET = -1;
const MAX_EPOCH = 32_767;

export const VALID_PREVIOUS: Readonly<{ [S in TransactionState]: readonly TransactionState[] }> = {
  Empty: ['Empty', 'CompleteCommit', 'CompleteAbort'],
  Ongoing: ['Ongoing', 'Empty', 'CompleteCommit', 'CompleteAbort'],
  PrepareCommit: ['Ongoing'],
  PrepareAbort: ['Ongoing', 'PrepareEpochFence'],
  CompleteCommit: ['PrepareCommit'],
  CompleteAbort: ['PrepareAbort'],
  Dead: ['Empty', 'CompleteCommit', 'CompleteAbort'],
  PrepareEpochFence: ['Ongoing'],
};
/** KIP-890 part 2: an abort may come before anything was added to the transaction. */
export const ABORTS_NOTHING: readonly TransactionState[] = ['Empty', 'CompleteCommit', 'CompleteAbort'];

/** @param transactionVersion 1, or 2 from KIP-890 part 2. */
export function isLegalTransition(from: TransactionState, to: TransactionState, transactionVersion: number): boolean {
  return VALID_PREVIOUS[to].includes(from) || (to === 'PrepareAbort' && transactionVersion >= 2 && ABORTS_NOTHING.includes(from));
}

export class TransactionMetadata {
  /** The step that is being written; null: none. */
  pendingState: TransactionState | null = null;
  /**
   * KAFKA-9666: an epoch was raised in memory to fence the producer, and could not be written. The next attempt takes that same epoch, so that epochs do not
   * run out while the transaction log is unavailable. Nobody was ever given it.
   */
  hasFailedEpochFence = false;

  private readonly members: Set<number>;

  constructor(private current: TransactionValue) {
    this.members = new Set(current.partitions);
  }

  /** State of an id that nobody has used; in no log yet. */
  static fresh(transactionalId: string, producerId: number, timeoutUs: number, nowMs: number): TransactionMetadata {
    return new TransactionMetadata({
      kind: 'transaction',
      transactionalId,
      producerId,
      previousProducerId: NONE_YET,
      nextProducerId: NONE_YET,
      producerEpoch: NONE_YET,
      lastProducerEpoch: NONE_YET,
      timeoutUs,
      state: 'Empty',
      partitions: [],
      startTimestampMs: -1,
      lastUpdateTimestampMs: nowMs,
      transactionVersion: 1,
    });
  }

  /** What was last written (a failed fence apart). */
  get value(): TransactionValue {
    return this.current;
  }

  get transactionalId(): string {
    return this.current.transactionalId;
  }

  get producerId(): number {
    return this.current.producerId;
  }

  get producerEpoch(): number {
    return this.current.producerEpoch;
  }

  get state(): TransactionState {
    return this.current.state;
  }

  /** The last epoch is kept for fencing: no producer is given it. */
  get isEpochExhausted(): boolean {
    return isEpochExhausted(this.current.producerEpoch);
  }

  contains(partition: number): boolean {
    return this.members.has(partition);
  }

  containsAll(partitions: readonly number[]): boolean {
    return partitions.every((partition) => this.members.has(partition));
  }

  // ------------------------------------------------------------ steps

  /** InitProducerId: a new epoch for a new holder of the id; `lastEpoch` is what a retry of the same request may name (KIP-360). */
  prepareEpoch(epoch: number, lastEpoch: number, timeoutUs: number, nowMs: number): TransactionValue {
    return this.prepare('Empty', { ...fresh(timeoutUs, nowMs), producerEpoch: epoch, lastProducerEpoch: lastEpoch });
  }

  /** InitProducerId when the epochs of the producer id are used up. */
  prepareProducerIdRotation(producerId: number, lastEpoch: number, timeoutUs: number, nowMs: number): TransactionValue {
    const { producerId: previousProducerId } = this.current;
    const changes = { producerId, previousProducerId, producerEpoch: 0, lastProducerEpoch: lastEpoch };
    return this.prepare('Empty', { ...fresh(timeoutUs, nowMs), ...changes });
  }

  prepareAddPartitions(partitions: readonly number[], nowMs: number, transactionVersion: number): TransactionValue {
    const added = partitions.filter((partition, i) => !this.members.has(partition) && partitions.indexOf(partition) === i);
    return this.prepare('Ongoing', {
      partitions: [...this.current.partitions, ...added],
      startTimestampMs: this.current.state === 'Ongoing' ? this.current.startTimestampMs : nowMs,
      lastUpdateTimestampMs: nowMs,
      transactionVersion,
    });
  }

  /** First half of an abort that shuts the producer out: in memory only, with the epoch that the abort will carry. */
  prepareFence(): number {
    if (this.current.producerEpoch >= MAX_EPOCH && !this.hasFailedEpochFence) {
      throw new Error(`transaction ${this.transactionalId}: no epoch is left to fence producer ${this.producerId} with`);
    }
    const producerEpoch = this.hasFailedEpochFence ? this.current.producerEpoch : this.current.producerEpoch + 1;
    return this.prepare('PrepareEpochFence', { producerEpoch }).producerEpoch;
  }

  /** Second half: the raised epoch holds from now on, whether or not the abort can be written. */
  private takeFence(producerEpoch: number): void {
    this.pendingState = null;
    this.current = { ...this.current, producerEpoch, lastProducerEpoch: NONE_YET };
  }

  /**
   * The outcome is decided.
   * @param fenceEpoch epoch from `prepareFence`; -1: no fence
   * @param nextProducerId KIP-890 part 2, when the epochs of this producer id are used up: the id that the next transaction has; otherwise -1
   */
  prepareEnd(
    commit: boolean,
    options: { readonly transactionVersion: number; readonly fenceEpoch: number; readonly nextProducerId: number; readonly nowMs: number },
  ): TransactionValue {
    const { transactionVersion, fenceEpoch, nextProducerId, nowMs } = options;
    if (fenceEpoch >= 0) this.takeFence(fenceEpoch);
    const { state, producerEpoch, startTimestampMs } = this.current;
    const bump = transactionVersion >= 2 && fenceEpoch < 0;
    return this.prepare(commit ? 'PrepareCommit' : 'PrepareAbort', {
      ...(bump ? { producerEpoch: Math.min(producerEpoch + 1, MAX_EPOCH), lastProducerEpoch: producerEpoch, nextProducerId } : {}),
      startTimestampMs: state === 'Ongoing' ? startTimestampMs : nowMs,
      lastUpdateTimestampMs: nowMs,
      transactionVersion,
    });
  }

  /** All markers are written, or about to be: what the log will say then. */
  prepareComplete(nowMs: number): TransactionValue {
    const { producerId, nextProducerId } = this.current;
    this.hasFailedEpochFence = false;
    const rotates = nextProducerId !== NONE_YET;
    return this.prepare(this.current.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort', {
      ...(rotates ? { producerId: nextProducerId, previousProducerId: producerId, nextProducerId: NONE_YET, producerEpoch: 0 } : {}),
      partitions: [],
      lastUpdateTimestampMs: nowMs,
    });
  }

  /** The id is forgotten for want of use (transactional.id.expiration.ms). */
  prepareDead(): TransactionValue {
    return this.prepare('Dead', { partitions: [] });
  }

  /** The prepared step is in the log. */
  complete(value: TransactionValue): void {
    const { pendingState, current } = this;
    if (pendingState !== value.state) {
      throw new Error(`transaction ${this.transactionalId}: ${value.state} was written while ${pendingState ?? 'nothing'} was pending`);
    }
    const sameOrNextEpoch = value.producerEpoch === current.producerEpoch || value.producerEpoch === current.producerEpoch + 1;
    if (value.producerId === current.producerId ? !sameOrNextEpoch : value.producerEpoch !== 0) {
      throw new Error(
        `transaction ${this.transactionalId}: producer ${value.producerId} epoch ${value.producerEpoch} cannot follow ` +
          `producer ${current.producerId} epoch ${current.producerEpoch}`,
      );
    }
    this.pendingState = null;
    this.current = value;
    if (value.partitions.length === 0) this.members.clear();
    else for (const partition of value.partitions) this.members.add(partition);
  }

  private prepare(state: TransactionState, changes: Partial<TransactionValue>): TransactionValue {
    const { current } = this;
    if (this.pendingState !== null) {
      throw new Error(`transaction ${this.transactionalId}: ${state} was prepared while ${this.pendingState} is pending`);
    }
    const value: TransactionValue = { ...current, ...changes, state };
    if (!isLegalTransition(current.state, state, value.transactionVersion)) {
      throw new Error(`transaction ${this.transactionalId}: no step leads from ${current.state} to ${state}`);
    }
    this.pendingState = state;
    return value;
  }
}

export function isEpochExhausted(epoch: number): boolean {
  return epoch >= MAX_EPOCH - 1;
}

/** What every InitProducerId sets. */
function fresh(timeoutUs: number, nowMs: number): Partial<TransactionValue> {
  return { timeoutUs, partitions: [], startTimestampMs: -1, lastUpdateTimestampMs: nowMs, nextProducerId: NONE_YET };
}
