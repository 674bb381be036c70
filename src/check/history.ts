/**
 * What the clients saw, and nothing else: every send with its fate, every poll that returned records. Stored as flat records (a run has
 * thousands), with the order in which they happened; jepsen/ renders it as Jepsen's list of operations.
 *
 * The black-box checkers read only this and the logs that remain. Consumers in groups add what they own, process and commit; transactional producers
 * add their transactions.
 */

/** `ok` happened, `failed` certainly did not, `unknown` may have or may still; `pending` has not completed yet. */
export type SendOutcome = 'pending' | 'ok' | 'failed' | 'unknown';

/** One send. Sends of one client are in the order in which the application called `send`. */
export interface SendRecord {
  /** The message's identity: its index in `History.sends`, and the value of the record in the log. */
  readonly value: number;
  readonly client: string;
  readonly topic: string;
  readonly key: string | null;
  /** Interned `topic-partition`; -1 until the producer chose one. */
  partition: number;
  readonly invokedUs: number;
  /** -1 while pending. */
  completedUs: number;
  outcome: SendOutcome;
  /** -1 where none was reported (not acknowledged, or acks=0). */
  offset: number;
  /** Kafka's error name; empty when there is none. */
  error: string;
  /** Index in `History.transactions`; -1 outside of transactions. */
  readonly transaction: number;
  /** The message that it was made from (consume-transform-produce); -1 for none. */
  readonly input: number;
  /** The message whose send had failed, which the application sends again by this one, as a new record; -1 for none. */
  readonly resendOf: number;
}

/** `committed` and `aborted`: the application was told so. `unknown`: an attempt to commit ended without an answer. `open`: it never got so far. */
export type TransactionOutcome = 'open' | 'committed' | 'aborted' | 'unknown';

/** One transaction of one transactional producer, as its application saw it. */
export interface TransactionRecord {
  /** Index in `History.transactions`. */
  readonly id: number;
  readonly client: string;
  readonly transactionalId: string;
  readonly beganUs: number;
  /** When the application asked to commit or abort; -1 never. */
  endingUs: number;
  /** When it was told the result; -1 never. */
  endedUs: number;
  /** What the application asked for; `none` when it never got so far. */
  asked: 'none' | 'commit' | 'abort';
  outcome: TransactionOutcome;
  error: string;
  /** Offsets that it committed for a group (sendOffsetsToTransaction). */
  readonly offsets: { readonly group: string; readonly partition: number; readonly offset: number }[];
}

/** An application dealt with one record. */
export interface ProcessingRecord {
  readonly client: string;
  readonly group: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: number;
  readonly beganUs: number;
  /** When its effect took place; -1: it never did (crash, or abandoned before). */
  endedUs: number;
  /** Transaction in which its effect lies; -1: the effect is outside Kafka and stays. */
  readonly transaction: number;
}

export type CommitKind = 'sync' | 'async' | 'auto' | 'transaction';

/** One commit of offsets by a consumer of a group. */
export interface CommitRecord {
  readonly client: string;
  readonly group: string;
  readonly kind: CommitKind;
  /** Generation, or member epoch; -1 outside the group protocol. */
  readonly generation: number;
  readonly invokedUs: number;
  completedUs: number;
  /** `unknown`: no answer. */
  outcome: 'pending' | 'ok' | 'failed' | 'unknown';
  error: string;
  readonly offsets: readonly { readonly partition: number; readonly offset: number }[];
  /** Transaction of a `transaction` commit; -1 otherwise. */
  readonly transaction: number;
}

/** A consumer was told that it has, or no longer has, these partitions. */
export interface OwnershipRecord {
  readonly client: string;
  readonly group: string;
  readonly memberId: string;
  readonly generation: number;
  readonly timeUs: number;
  readonly kind: 'assigned' | 'revoked' | 'lost';
  readonly partitions: readonly number[];
  /** For `assigned`: where reading begins in each (the group's committed offset, or the reset); -1 not known yet. */
  readonly positions: readonly number[];
}

/** One non-empty poll of one partition; `offsets[i]` held `values[i]`. */
export interface PollRecord {
  readonly client: string;
  readonly timeUs: number;
  readonly partition: number;
  readonly offsets: readonly number[];
  readonly values: readonly number[];
}

/** A consumer's position in a partition was set, other than by reading on: by a seek, by auto.offset.reset, or because the log was found truncated. */
export interface PositionReset {
  readonly client: string;
  readonly partition: number;
  readonly timeUs: number;
  /** -1: it had none. */
  readonly from: number;
  /** -1: the application must decide. */
  readonly to: number;
}

/** What a consumer reads from now on; replaces what it read before. Named by text, since nobody may have met all of them yet. */
export interface PlacementRecord {
  readonly client: string;
  readonly timeUs: number;
  /** `assign`: exactly these partitions. `subscribe`: what its group gives it of them. */
  readonly kind: 'assign' | 'subscribe';
  /** `orders-0`. */
  readonly partitions: readonly string[];
}

/** One life of a client ended; another may follow under the same name. What it had under way has completed before. */
export interface ClientEnd {
  readonly client: string;
  readonly timeUs: number;
}

/** Is told of everything in the order in which it happened. */
export interface HistoryReader {
  sendInvoked(send: SendRecord): void;
  sendCompleted(send: SendRecord): void;
  polled(poll: PollRecord): void;
  transactionBegan(transaction: TransactionRecord): void;
  transactionEnded(transaction: TransactionRecord): void;
  ownershipChanged(record: OwnershipRecord): void;
  positionReset(reset: PositionReset): void;
  placed(record: PlacementRecord): void;
  clientEnded(end: ClientEnd): void;
}

/** What an entry of the order speaks of. */
const INVOKED = 0;
const COMPLETED = 1;
const POLLED = 2;
const BEGAN = 3;
const ENDED = 4;
const OWNERSHIP = 5;
const RESET = 6;
const PLACED = 7;
const CLIENT_ENDED = 8;
const KINDS = 16;

export class History {
  readonly sends: SendRecord[] = [];
  readonly polls: PollRecord[] = [];
  /** What happened in which order: an index into the list of its kind, times {@link KINDS}, plus the kind. */
  private readonly order: number[] = [];
  private pending = 0;
  readonly transactions: TransactionRecord[] = [];
  readonly processed: ProcessingRecord[] = [];
  readonly commits: CommitRecord[] = [];
  readonly ownership: OwnershipRecord[] = [];
  /** Told by whoever watches the consumers: they do not tell their applications. */
  readonly resets: PositionReset[] = [];
  readonly placements: PlacementRecord[] = [];
  readonly ends: ClientEnd[] = [];

  /**
   * A client called send. Returns the value that the record must carry.
   * @param transaction as `transactionBegan` gave it. @param input the message that this one is made from. @param resendOf the message that failed.
   */
  sendInvoked(client: string, topic: string, key: string | null, timeUs: number, transaction = -1, input = -1, resendOf = -1): number {
    const value = this.sends.length;
    // Spelled out, not spread: one of these is made for every send of every run.
    this.sends.push({
      value,
      client,
      topic,
      key,
      partition: -1,
      invokedUs: timeUs,
      completedUs: -1,
      outcome: 'pending',
      offset: -1,
      error: '',
      transaction,
      input,
      resendOf,
    });
    this.order.push(value * KINDS + INVOKED);
    this.pending++;
    return value;
  }

  /** The producer chose a partition (optional to report; a completion may report it too). */
  sendPartitioned(value: number, partition: number): void {
    this.send(value).partition = partition;
  }

  /** Acknowledged: by Kafka with an offset, or with acks=0 by the producer itself (offset -1). */
  sendSucceeded(value: number, partition: number, offset: number, timeUs: number): void {
    const send = this.complete(value, 'ok', '', timeUs);
    send.partition = partition;
    send.offset = offset;
  }

  /** Certainly not written: never left the client, or every attempt was refused before the append. */
  sendFailed(value: number, error: string, timeUs: number): void {
    this.complete(value, 'failed', error, timeUs);
  }

  /** Nobody knows: timed out, disconnected, or refused after the append. The record may appear later. */
  sendUnknown(value: number, error: string, timeUs: number): void {
    this.complete(value, 'unknown', error, timeUs);
  }

  /** A poll returned these records of one partition. The arrays are kept: do not change them afterwards. */
  polled(client: string, timeUs: number, partition: number, offsets: readonly number[], values: readonly number[]): void {
    if (offsets.length !== values.length) throw new Error(`a poll with ${offsets.length} offsets and ${values.length} values`);
    if (offsets.length === 0) return;
    this.order.push(this.polls.length * KINDS + POLLED);
    this.polls.push({ client, timeUs, partition, offsets, values });
  }

  /** Returns the transaction's id. */
  transactionBegan(client: string, transactionalId: string, timeUs: number): number {
    const id = this.transactions.length;
    this.order.push(id * KINDS + BEGAN);
    this.transactions.push({
      id,
      client,
      transactionalId,
      beganUs: timeUs,
      endingUs: -1,
      endedUs: -1,
      asked: 'none',
      outcome: 'open',
      error: '',
      offsets: [],
    });
    return id;
  }

  transactionEnding(id: number, asked: 'commit' | 'abort', timeUs: number): void {
    const transaction = this.transaction(id);
    transaction.asked = asked;
    transaction.endingUs = timeUs;
  }

  transactionEnded(id: number, outcome: 'committed' | 'aborted' | 'unknown', error: string, timeUs: number): void {
    const transaction = this.transaction(id);
    transaction.outcome = outcome;
    transaction.error = error;
    transaction.endedUs = timeUs;
    this.order.push(id * KINDS + ENDED);
  }

  transaction(id: number): TransactionRecord {
    const transaction = this.transactions[id];
    if (transaction === undefined) throw new Error(`there is no transaction ${id}; the history has ${this.transactions.length}`);
    return transaction;
  }

  /** Returns the record, whose `endedUs` is set once the effect takes place. */
  processingBegan(record: Omit<ProcessingRecord, 'endedUs'>): ProcessingRecord {
    const kept = { ...record, endedUs: -1 };
    this.processed.push(kept);
    return kept;
  }

  /** Returns the record, to be completed by `commitCompleted`. */
  commitInvoked(record: Omit<CommitRecord, 'completedUs' | 'outcome' | 'error'>): CommitRecord {
    const kept: CommitRecord = { ...record, completedUs: -1, outcome: 'pending', error: '' };
    this.commits.push(kept);
    return kept;
  }

  commitCompleted(commit: CommitRecord, outcome: 'ok' | 'failed' | 'unknown', error: string, timeUs: number): void {
    commit.outcome = outcome;
    commit.error = error;
    commit.completedUs = timeUs;
  }

  ownershipChanged(record: OwnershipRecord): void {
    this.order.push(this.ownership.length * KINDS + OWNERSHIP);
    this.ownership.push(record);
  }

  positionReset(reset: PositionReset): void {
    this.order.push(this.resets.length * KINDS + RESET);
    this.resets.push(reset);
  }

  /** A consumer reads these from now on. */
  placed(record: PlacementRecord): void {
    this.order.push(this.placements.length * KINDS + PLACED);
    this.placements.push(record);
  }

  /** A life of the client is over, and what it had under way is completed. */
  clientEnded(client: string, timeUs: number): void {
    this.order.push(this.ends.length * KINDS + CLIENT_ENDED);
    this.ends.push({ client, timeUs });
  }

  /** Sends that have not completed. */
  get pendingSends(): number {
    return this.pending;
  }

  /** The send that carries this value. */
  send(value: number): SendRecord {
    const send = this.sends[value];
    if (send === undefined) throw new Error(`no send carries the value ${value}; the history has ${this.sends.length}`);
    return send;
  }

  /** Tells everything once more, in the order in which it happened, with what became of it. */
  retell(reader: HistoryReader): void {
    for (const entry of this.order) {
      const kind = entry % KINDS;
      const id = (entry - kind) / KINDS;
      switch (kind) {
        case INVOKED:
          reader.sendInvoked(this.sends[id] as SendRecord);
          break;
        case COMPLETED:
          reader.sendCompleted(this.sends[id] as SendRecord);
          break;
        case POLLED:
          reader.polled(this.polls[id] as PollRecord);
          break;
        case BEGAN:
          reader.transactionBegan(this.transactions[id] as TransactionRecord);
          break;
        case ENDED:
          reader.transactionEnded(this.transactions[id] as TransactionRecord);
          break;
        case OWNERSHIP:
          reader.ownershipChanged(this.ownership[id] as OwnershipRecord);
          break;
        case RESET:
          reader.positionReset(this.resets[id] as PositionReset);
          break;
        case PLACED:
          reader.placed(this.placements[id] as PlacementRecord);
          break;
        case CLIENT_ENDED:
          reader.clientEnded(this.ends[id] as ClientEnd);
      }
    }
  }

  private complete(value: number, outcome: SendOutcome, error: string, timeUs: number): SendRecord {
    const send = this.send(value);
    if (send.outcome !== 'pending') throw new Error(`send ${value} completes as ${outcome}, but it already completed as ${send.outcome}`);
    send.outcome = outcome;
    send.error = error;
    send.completedUs = timeUs;
    this.order.push(value * KINDS + COMPLETED);
    this.pending--;
    return send;
  }
}
