/**
 * What the clients saw, and nothing else: every send with its fate, every poll that returned records. Stored as flat records (a run
 * has thousands); `toJepsenOps` renders Jepsen's list of operations, where each is invoked and then completes as `ok` (it happened), `fail`
 * (it did not) or `info` (nobody knows).
 *
 * The black-box checkers read only this and the logs that remain. Consumers in groups add what they own, process and commit; transactional producers
 * add their transactions. Leaves out: seeks by the application.
 */
import type { Names } from '../engine/events.js';

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

/** One operation in Jepsen's shape; `value` is its list of micro-operations. */
export type JepsenOp = {
  readonly index: number;
  readonly process: string;
  readonly timeUs: number;
  readonly error?: string;
} & (
  | { readonly type: 'invoke' | 'ok' | 'fail' | 'info'; readonly f: 'send'; readonly value: readonly [SendMicroOp] }
  | { readonly type: 'invoke'; readonly f: 'poll'; readonly value: readonly [readonly ['poll']] }
  | { readonly type: 'ok'; readonly f: 'poll'; readonly value: readonly [PollMicroOp] }
);
/** `['send', 'orders-0', 17]` when invoked, `['send', 'orders-0', [41, 17]]` (offset, value) when completed; offset null when none was told. */
export type SendMicroOp = readonly ['send', string, number | readonly [number | null, number]];
/** `['poll', { 'orders-0': [[41, 17], …] }]`. */
export type PollMicroOp = readonly ['poll', Readonly<Record<string, readonly (readonly [number, number])[]>>];

const INVOKED = 0;
const COMPLETED = 1;
const POLLED = 2;

export class History {
  readonly sends: SendRecord[] = [];
  readonly polls: PollRecord[] = [];
  /** What happened in which order: index into sends or polls, times 4, plus the kind. */
  private readonly order: number[] = [];
  private pending = 0;
  readonly transactions: TransactionRecord[] = [];
  readonly processed: ProcessingRecord[] = [];
  readonly commits: CommitRecord[] = [];
  readonly ownership: OwnershipRecord[] = [];

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
    this.order.push(value * 4 + INVOKED);
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
    this.order.push(this.polls.length * 4 + POLLED);
    this.polls.push({ client, timeUs, partition, offsets, values });
  }

  /** Returns the transaction's id. */
  transactionBegan(client: string, transactionalId: string, timeUs: number): number {
    const id = this.transactions.length;
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
    this.ownership.push(record);
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

  /** The history as Jepsen would have recorded it. Sends still pending complete as `info` at the end, as Jepsen demands. */
  toJepsenOps(names: Names): JepsenOp[] {
    const ops: JepsenOp[] = [];
    for (const entry of this.order) {
      const kind = entry & 3;
      const id = (entry - kind) / 4;
      if (kind === INVOKED) ops.push(invokeOp(ops.length, this.send(id), names));
      else if (kind === COMPLETED) ops.push(completeOp(ops.length, this.send(id), names));
      else this.pushPoll(ops, this.polls[id] as PollRecord, names);
    }
    for (const send of this.sends) if (send.outcome === 'pending') ops.push(completeOp(ops.length, send, names));
    return ops;
  }

  private pushPoll(ops: JepsenOp[], poll: PollRecord, names: Names): void {
    const pairs = poll.offsets.map((offset, i) => [offset, poll.values[i] as number] as const);
    const common = { process: poll.client, f: 'poll' as const, timeUs: poll.timeUs };
    ops.push({ index: ops.length, type: 'invoke', ...common, value: [['poll']] });
    ops.push({ index: ops.length, type: 'ok', ...common, value: [['poll', { [names.text(poll.partition)]: pairs }]] });
  }

  private complete(value: number, outcome: SendOutcome, error: string, timeUs: number): SendRecord {
    const send = this.send(value);
    if (send.outcome !== 'pending') throw new Error(`send ${value} completes as ${outcome}, but it already completed as ${send.outcome}`);
    send.outcome = outcome;
    send.error = error;
    send.completedUs = timeUs;
    this.order.push(value * 4 + COMPLETED);
    this.pending--;
    return send;
  }
}

const jepsenType = { ok: 'ok', failed: 'fail', unknown: 'info', pending: 'info' } as const;

function whereTo(send: SendRecord, names: Names): string {
  return send.partition < 0 ? send.topic : names.text(send.partition);
}

function invokeOp(index: number, send: SendRecord, names: Names): JepsenOp {
  const value = [['send', whereTo(send, names), send.value]] as const;
  return { index, process: send.client, type: 'invoke', f: 'send', timeUs: send.invokedUs, value };
}

function completeOp(index: number, send: SendRecord, names: Names): JepsenOp {
  const offset = send.offset < 0 ? null : send.offset;
  const value = [['send', whereTo(send, names), [offset, send.value]]] as const;
  const timeUs = send.completedUs < 0 ? send.invokedUs : send.completedUs;
  const op = { index, process: send.client, type: jepsenType[send.outcome], f: 'send' as const, timeUs, value };
  return send.error === '' ? op : { ...op, error: send.error };
}
