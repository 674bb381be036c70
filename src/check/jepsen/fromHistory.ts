/**
 * Our own history in Jepsen's shape. A transaction is one `txn`, from the poll that it is made of to its end; polls and sends outside of transactions are operations of their own.
 * What happened to a consumer between polls (it was assigned, revoked or thrown out of partitions; its position was set) is an empty poll with a rebalance log, in its place.
 *
 * Jepsen's processes do one thing at a time and end with an operation whose outcome nobody knows. A client of ours has several processes therefore, one for each send that it may have on its way,
 * and each operation says whose it is (`client`). As in Jepsen, process mod (number of threads) is the thread.
 *
 * A transaction that was never asked to commit failed, for certain; one whose end was asked for and not confirmed is `info`. Commits of offsets outside of transactions are not in Jepsen's shape
 * and left out. Where nobody was told which partition a record went to, its key is where it was read, or the bare topic.
 */
import type { Names } from '../../engine/events.js';
import type {
  ClientEnd,
  History,
  HistoryReader,
  OwnershipRecord,
  PlacementRecord,
  PollRecord,
  PositionReset,
  SendRecord,
  TransactionRecord,
} from '../history.js';
import { HistoryBuilder } from './HistoryBuilder.js';
import type { JepsenHistory } from './JepsenHistory.js';
import type { ClientOp, JepsenOp, JepsenValue, MicroOp, OpType, Pair, PollMicroOp, RebalanceEntry, SendMicroOp } from './JepsenOp.js';
import { CONFIGURATION, NEMESIS } from './JepsenOp.js';
import { traitsValue, type Traits } from './Traits.js';

/** A fault as the run's log has it. */
export interface FaultSpan {
  readonly id: string;
  readonly kind: string;
  readonly beganUs: number;
  /** -1: it never ended. */
  readonly endedUs: number;
  readonly targets: readonly string[];
}

export interface RunToTell {
  readonly history: History;
  readonly names: Names;
  readonly traits: Traits;
  readonly faults: readonly FaultSpan[];
}

/** Every invocation has its completion, indexes are dense, times in nanoseconds. */
export function toJepsenOps(run: RunToTell): JepsenOp[] {
  const teller = new Teller(run);
  run.history.retell(teller);
  return teller.finish();
}

/** The run as the checks read it. */
export function toJepsenHistory(run: RunToTell): JepsenHistory {
  const builder = new HistoryBuilder();
  for (const op of toJepsenOps(run)) builder.add(op);
  return builder.finish();
}

/** One thing at a time. */
interface Thread {
  readonly number: number;
  /** Which of its processes it is. */
  life: number;
}

interface Client {
  readonly name: string;
  /** For polls, transactions and placements. */
  main: Thread | null;
  readonly threads: Thread[];
  readonly free: Thread[];
  transaction: OpenTransaction | null;
}

interface OpenTransaction {
  readonly record: TransactionRecord;
  readonly sends: readonly SendRecord[];
  readonly polls: readonly PollMicroOp[];
  readonly log: RebalanceEntry[];
}

/** What one consumer got or was told in one moment. */
interface Moment {
  readonly client: Client;
  readonly timeUs: number;
  readonly log: RebalanceEntry[];
  readonly polled: Record<string, readonly Pair[]>;
  polls: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<Omit<ClientOp, 'f' | 'value'>> & { f: ClientOp['f']; value: JepsenValue | readonly MicroOp[] };

const OUTCOMES = { ok: 'ok', failed: 'fail', unknown: 'info', pending: 'info' } as const;

class Teller implements HistoryReader {
  private readonly ops: JepsenOp[] = [];
  private readonly drafts: { readonly draft: Draft; readonly thread: number; readonly life: number }[] = [];
  private readonly clients = new Map<string, Client>();
  private readonly laneOf = new Map<number, Thread>();
  private readonly sendsOf = new Map<number, SendRecord[]>();
  private readonly readIn: ReadonlyMap<number, number>;
  private readonly faults: readonly { readonly timeUs: number; readonly fault: FaultSpan; readonly phase: 'begins' | 'ends' }[];
  private nextFault = 0;
  private threads = 0;
  private moment: Moment | null = null;
  private lastUs = 0;

  constructor(private readonly run: RunToTell) {
    const { history, traits, faults } = run;
    for (const send of history.sends) {
      if (send.transaction < 0) continue;
      const sends = this.sendsOf.get(send.transaction);
      if (sends === undefined) this.sendsOf.set(send.transaction, [send]);
      else sends.push(send);
    }
    this.readIn = whereRead(history);
    this.faults = faults
      .flatMap((fault) => [
        { timeUs: fault.beganUs, fault, phase: 'begins' as const },
        ...(fault.endedUs < 0 ? [] : [{ timeUs: fault.endedUs, fault, phase: 'ends' as const }]),
      ])
      .sort((a, b) => a.timeUs - b.timeUs);
    this.nemesis(CONFIGURATION, 0, traitsValue(traits));
  }

  finish(): JepsenOp[] {
    this.settle();
    this.faultsUntil(Infinity);
    for (const client of this.clients.values()) this.endTransaction(client, this.lastUs);
    for (const send of this.run.history.sends) if (this.laneOf.has(send.value)) this.sendEnded(send, this.lastUs);
    for (const { draft, thread, life } of this.drafts) draft.process = thread + life * this.threads;
    return this.ops;
  }

  // ------------------------------------------------------------ sends

  sendInvoked(send: SendRecord): void {
    this.settle();
    if (send.transaction >= 0) return;
    const client = this.client(send.client);
    const lane = client.free.pop() ?? this.newThread(client);
    this.laneOf.set(send.value, lane);
    this.op(client, lane, { type: 'invoke', f: 'send', timeUs: send.invokedUs, value: [this.intended(send)] });
  }

  sendCompleted(send: SendRecord): void {
    this.settle();
    if (send.transaction < 0) this.sendEnded(send, send.completedUs);
  }

  private sendEnded(send: SendRecord, timeUs: number): void {
    const client = this.client(send.client);
    const lane = this.laneOf.get(send.value) as Thread;
    this.laneOf.delete(send.value);
    const type = OUTCOMES[send.outcome];
    this.op(client, lane, { type, f: 'send', timeUs, value: [this.sent(send)], error: send.error });
    if (type === 'info') lane.life++;
    client.free.push(lane);
  }

  // ------------------------------------------------------------ transactions

  transactionBegan(record: TransactionRecord): void {
    const client = this.client(record.client);
    this.endTransaction(client, record.beganUs);
    const polls = this.takePolls(client, record.beganUs);
    this.settle();
    const sends = this.sendsOf.get(record.id) ?? [];
    client.transaction = { record, sends, polls, log: [] };
    const value = [...polls.map(() => ['poll'] as const), ...sends.map((send) => this.intended(send))];
    this.op(client, this.main(client), { type: 'invoke', f: 'txn', timeUs: record.beganUs, value });
  }

  transactionEnded(record: TransactionRecord): void {
    this.settle();
    const client = this.client(record.client);
    if (client.transaction?.record === record) this.endTransaction(client, record.endedUs);
  }

  /** The open one, if there is one. */
  private endTransaction(client: Client, timeUs: number): void {
    const { transaction } = client;
    if (transaction === null) return;
    client.transaction = null;
    const { record, sends, polls, log } = transaction;
    const thread = this.main(client);
    const type = endOf(record);
    const value = [...polls, ...sends.map((send) => this.sent(send))];
    this.op(client, thread, { type, f: 'txn', timeUs, value, error: record.error, log });
    if (type === 'info') thread.life++;
  }

  // ------------------------------------------------------------ consumers

  polled({ client: name, timeUs, partition, offsets, values }: PollRecord): void {
    const client = this.client(name);
    this.endTransaction(client, timeUs);
    const key = this.run.names.text(partition);
    // What was told before is an operation of its own, so that nobody need ask which of the two came first.
    const moment = this.momentOf(client, timeUs, ({ log, polled }) => log.length === 0 && polled[key] === undefined);
    moment.polled[key] = offsets.map((offset, i) => [offset, values[i] as number] as const);
    moment.polls++;
  }

  ownershipChanged({ client, timeUs, kind, partitions }: OwnershipRecord): void {
    this.told(client, timeUs, { type: kind, keys: partitions.map((partition) => this.run.names.text(partition)) });
  }

  positionReset({ client, timeUs, partition, from, to }: PositionReset): void {
    this.told(client, timeUs, { type: 'reset', keys: [this.run.names.text(partition)], from, to });
  }

  placed({ client: name, timeUs, kind, partitions }: PlacementRecord): void {
    this.settle();
    const client = this.client(name);
    this.endTransaction(client, timeUs);
    const thread = this.main(client);
    for (const type of ['invoke', 'ok'] as const) this.op(client, thread, { type, f: kind, timeUs, value: partitions });
  }

  clientEnded({ client: name, timeUs }: ClientEnd): void {
    this.settle();
    const client = this.client(name);
    this.endTransaction(client, timeUs);
    const thread = client.main ?? client.threads[0] ?? this.main(client);
    this.op(client, thread, { type: 'invoke', f: 'crash', timeUs, value: null });
    this.op(client, thread, { type: 'info', f: 'crash', timeUs, value: null });
    for (const own of client.threads) own.life++;
  }

  private told(name: string, timeUs: number, entry: RebalanceEntry): void {
    const client = this.client(name);
    if (client.transaction !== null) client.transaction.log.push(entry);
    else this.momentOf(client, timeUs, (known) => known.polls === 0).log.push(entry);
  }

  /** What the consumer gets now, if that fits to what it got so far in this moment. */
  private momentOf(client: Client, timeUs: number, fits: (moment: Moment) => boolean): Moment {
    const { moment } = this;
    if (moment !== null && moment.client === client && moment.timeUs === timeUs && fits(moment)) return moment;
    this.settle();
    return (this.moment = { client, timeUs, log: [], polled: Object.create(null) as Record<string, readonly Pair[]>, polls: 0 });
  }

  /** What the transaction that begins is made of. */
  private takePolls(client: Client, timeUs: number): PollMicroOp[] {
    const { moment } = this;
    if (moment === null || moment.client !== client || moment.timeUs !== timeUs || moment.polls === 0) return [];
    this.moment = null;
    return [['poll', moment.polled]];
  }

  /** What was got in a moment is an operation once something else happens. */
  private settle(): void {
    const { moment } = this;
    this.moment = null;
    if (moment !== null) this.poll(moment);
  }

  private poll({ client, timeUs, log, polled }: Moment): void {
    const thread = this.main(client);
    this.op(client, thread, { type: 'invoke', f: 'poll', timeUs, value: [['poll']] });
    this.op(client, thread, { type: 'ok', f: 'poll', timeUs, value: [['poll', polled]], log });
  }

  // ------------------------------------------------------------ operations

  private op(client: Client, thread: Thread, { type, f, timeUs, value, error = '', log = [] }: OpParts): void {
    this.faultsUntil(timeUs);
    this.lastUs = timeUs;
    const draft: Draft = { index: this.ops.length, time: timeUs * 1_000, process: -1, client: client.name, type, f, value };
    if (error !== '' && type !== 'invoke') draft.error = error;
    if (log.length > 0) draft.rebalanceLog = log;
    this.ops.push(draft as JepsenOp);
    this.drafts.push({ draft, thread: thread.number, life: thread.life });
  }

  private faultsUntil(timeUs: number): void {
    for (; this.nextFault < this.faults.length; this.nextFault++) {
      const next = this.faults[this.nextFault] as (typeof this.faults)[number];
      if (next.timeUs > timeUs) return;
      const { id, kind, targets } = next.fault;
      this.nemesis(kind, next.timeUs, { phase: next.phase, id, targets });
    }
  }

  private nemesis(f: string, timeUs: number, value: JepsenValue): void {
    this.ops.push({ index: this.ops.length, time: timeUs * 1_000, process: NEMESIS, type: 'info', f, value });
  }

  private client(name: string): Client {
    let client = this.clients.get(name);
    if (client === undefined) this.clients.set(name, (client = { name, main: null, threads: [], free: [], transaction: null }));
    return client;
  }

  private main(client: Client): Thread {
    return (client.main ??= this.newThread(client));
  }

  private newThread(client: Client): Thread {
    const thread = { number: this.threads++, life: 0 };
    client.threads.push(thread);
    return thread;
  }

  private intended(send: SendRecord): SendMicroOp {
    return ['send', this.keyOf(send), send.value];
  }

  private sent(send: SendRecord): SendMicroOp {
    return ['send', this.keyOf(send), [send.offset < 0 ? null : send.offset, send.value]];
  }

  private keyOf({ partition, value, topic }: SendRecord): string {
    const known = partition >= 0 ? partition : (this.readIn.get(value) ?? -1);
    return known >= 0 ? this.run.names.text(known) : topic;
  }
}

interface OpParts {
  readonly type: OpType;
  readonly f: ClientOp['f'];
  readonly timeUs: number;
  readonly value: Draft['value'];
  readonly error?: string;
  readonly log?: readonly RebalanceEntry[];
}

function endOf({ outcome, asked }: TransactionRecord): OpType {
  if (outcome === 'committed') return 'ok';
  if (outcome === 'aborted') return 'fail';
  return outcome === 'open' && asked !== 'commit' ? 'fail' : 'info';
}

/** Where records were read whose senders were not told their partition. */
function whereRead({ sends, polls }: History): ReadonlyMap<number, number> {
  const unknown = new Set(sends.filter(({ partition }) => partition < 0).map(({ value }) => value));
  const found = new Map<number, number>();
  if (unknown.size === 0) return found;
  for (const { partition, values } of polls) for (const value of values) if (unknown.has(value)) found.set(value, partition);
  return found;
}
