/**
 * Makes a {@link JepsenHistory} of operations, one after the other, so that a file need not be held in memory. Refuses what is no history: indexes that do not ascend, a
 * process with two operations open, completions of what was never invoked, operations that it does not know, a value that is sent twice.
 *
 * An invocation without a completion counts as `info` at the end: a history that was cut short is judged by what it holds.
 */
import { FloatColumn, IntColumn } from './columns.js';
import { HistoryError } from './HistoryError.js';
import { IntIndex } from './IntIndex.js';
import { ASSIGN, CRASH, DEBUG, FAIL, INFO, OK, POLL, SEND, SUBSCRIBE, TXN } from './JepsenHistory.js';
import type { JepsenHistory, Placement, RebalanceRow, Session } from './JepsenHistory.js';
import type { ClientFunction, ClientOp, JepsenOp, MicroOp, NemesisOp, OpType, Pair } from './JepsenOp.js';
import { clientFunctions, CONFIGURATION, isClientOp } from './JepsenOp.js';
import { readTraits, type Traits } from './Traits.js';

const FUNCTIONS: { readonly [F in ClientFunction]: number } = {
  send: SEND,
  poll: POLL,
  txn: TXN,
  assign: ASSIGN,
  subscribe: SUBSCRIBE,
  crash: CRASH,
  'debug-topic-partitions': DEBUG,
};
const TYPES: { readonly [T in Exclude<OpType, 'invoke'>]: number } = { ok: OK, info: INFO, fail: FAIL };

/** A position behind all others: it never completed. */
const NEVER = 2_147_483_647;

interface OpenOp {
  readonly op: ClientOp;
  readonly position: number;
  readonly session: number;
}

export class HistoryBuilder {
  private readonly open = new Map<number, OpenOp>();
  private readonly sessionOf = new Map<string | number, number>();
  private readonly sessions: Session[] = [];
  private readonly keyOf = new Map<string, number>();
  private readonly keys: string[] = [];
  private readonly slotsOfKey: IntIndex[] = [];
  private readonly recordsOfKey: IntIndex[] = [];
  private traits: Traits | null = null;
  private lastIndex = -1;
  private position = 0;
  private synthesised = 0;

  private readonly opSession = new IntColumn();
  private readonly opType = new IntColumn();
  private readonly opFunction = new IntColumn();
  private readonly opMicroOps = new IntColumn();
  private readonly opInvokeIndex = new FloatColumn();
  private readonly opCompleteIndex = new FloatColumn();
  private readonly opInvoked = new IntColumn();
  private readonly opCompleted = new IntColumn();
  private readonly opInvokeTime = new FloatColumn();
  private readonly opCompleteTime = new FloatColumn();
  private readonly opRuns = new IntColumn();
  private readonly opSends = new IntColumn();
  private readonly rebalances = new Map<number, RebalanceRow[]>();
  private readonly placements = new Map<number, Placement>();
  private readonly runKey = new IntColumn();
  private readonly runPairs = new IntColumn();
  private readonly pairSlot = new IntColumn();
  private readonly pairRecord = new IntColumn();
  private readonly sendKey = new IntColumn();
  private readonly sendSlot = new IntColumn();
  private readonly sendRecord = new IntColumn();
  private readonly slotKey = new IntColumn();
  private readonly slotOffset = new FloatColumn();
  private readonly recordKey = new IntColumn();
  private readonly recordValue = new FloatColumn();
  private readonly recordWriter = new IntColumn();

  /** @throws HistoryError */
  add(op: JepsenOp): void {
    if (op.index <= this.lastIndex) {
      const what = op.index === this.lastIndex ? `op ${op.index} is there twice` : `op ${op.index} comes after op ${this.lastIndex}`;
      throw new HistoryError(what, 'indexes ascend, and each occurs once');
    }
    this.lastIndex = op.index;
    if (!isClientOp(op)) this.nemesis(op);
    else if (op.type === 'invoke') this.invoke(op);
    else this.complete(op);
    this.position++;
  }

  /** Nothing can be added any more. */
  finish(): JepsenHistory {
    for (const { op, position, session } of this.open.values()) {
      this.synthesised++;
      this.row(op, 'info', position, session, { index: -1, time: op.time, value: op.value });
    }
    this.open.clear();
    this.opRuns.push(this.runKey.length);
    this.opSends.push(this.sendKey.length);
    this.runPairs.push(this.pairSlot.length);
    const opFunction = this.opFunction.finish();
    return {
      ...{ keys: this.keys, sessions: this.sessions, traits: this.traits, synthesised: this.synthesised },
      ...{ opCount: this.opType.length, opSession: this.opSession.finish(), opType: this.opType.finish(), opFunction },
      opTransactional: transactionalOps(opFunction, this.opMicroOps.finish(), this.traits),
      ...{ opInvokeIndex: this.opInvokeIndex.finish(), opCompleteIndex: this.opCompleteIndex.finish() },
      ...{ opInvoked: this.opInvoked.finish(), opCompleted: this.opCompleted.finish() },
      ...{ opInvokeTime: this.opInvokeTime.finish(), opCompleteTime: this.opCompleteTime.finish() },
      ...{ opRuns: this.opRuns.finish(), opSends: this.opSends.finish(), rebalances: this.rebalances, placements: this.placements },
      ...{ runKey: this.runKey.finish(), runPairs: this.runPairs.finish() },
      ...{ pairSlot: this.pairSlot.finish(), pairRecord: this.pairRecord.finish() },
      ...{ sendKey: this.sendKey.finish(), sendSlot: this.sendSlot.finish(), sendRecord: this.sendRecord.finish() },
      ...{ slotKey: this.slotKey.finish(), slotOffset: this.slotOffset.finish() },
      ...{ recordKey: this.recordKey.finish(), recordValue: this.recordValue.finish(), recordWriter: this.recordWriter.finish() },
    };
  }

  private nemesis(op: NemesisOp): void {
    if (op.f !== CONFIGURATION) return;
    this.traits = readTraits(op.value, `op ${op.index}`);
  }

  private invoke(op: ClientOp): void {
    if (!Object.hasOwn(FUNCTIONS, op.f)) {
      throw new HistoryError(`op ${op.index} is an unknown operation, ${String(op.f)}`, `clients do ${clientFunctions.join(', ')}`);
    }
    const before = this.open.get(op.process);
    if (before !== undefined) {
      const problem = `process ${op.process} invokes op ${op.index} while its op ${before.op.index} is not completed`;
      throw new HistoryError(problem, 'a process does one thing at a time; one that got no answer goes on as another process');
    }
    this.open.set(op.process, { op, position: this.position, session: this.session(op) });
  }

  private complete(op: ClientOp): void {
    const open = this.open.get(op.process);
    if (open === undefined) {
      throw new HistoryError(
        `op ${op.index} completes what process ${op.process} never invoked`,
        'every completion has its invocation before it',
      );
    }
    const { op: invoked, session } = open;
    if (invoked.f !== op.f) {
      const problem = `op ${op.index} of process ${op.process} completes ${String(op.f)}, but op ${invoked.index} invoked ${invoked.f}`;
      throw new HistoryError(problem, 'a completion has the :f of its invocation');
    }
    this.open.delete(op.process);
    this.row(invoked, op.type, open.position, session, op);
    if (op.f === 'crash') this.sessionOf.delete(invoked.client ?? invoked.process);
  }

  private session({ client, process }: ClientOp): number {
    const who = client ?? process;
    let session = this.sessionOf.get(who);
    if (session === undefined) {
      session = this.sessions.push({ client: client ?? '', name: client ?? `process ${process}` }) - 1;
      this.sessionOf.set(who, session);
    }
    return session;
  }

  /** One operation with its end. */
  private row(
    invoked: ClientOp,
    type: OpType,
    position: number,
    session: number,
    end: Pick<ClientOp, 'index' | 'time' | 'rebalanceLog'> & { readonly value: unknown },
  ): void {
    const row = this.opType.push(TYPES[type as Exclude<OpType, 'invoke'>]);
    this.opSession.push(session);
    this.opFunction.push(FUNCTIONS[invoked.f]);
    this.opInvokeIndex.push(invoked.index);
    this.opCompleteIndex.push(end.index);
    this.opInvoked.push(position);
    this.opCompleted.push(end.index < 0 ? NEVER : this.position);
    this.opInvokeTime.push(invoked.time);
    this.opCompleteTime.push(end.time);
    this.opRuns.push(this.runKey.length);
    this.opSends.push(this.sendKey.length);
    if (end.rebalanceLog !== undefined && end.rebalanceLog.length > 0) {
      this.rebalances.set(
        row,
        end.rebalanceLog.map((entry) => ({ type: entry.type, keys: entry.keys.map((key) => this.key(key)), to: entry.to ?? -1 })),
      );
    }
    const value = end.value ?? invoked.value;
    let microOps = 0;
    if (invoked.f === 'send' || invoked.f === 'poll' || invoked.f === 'txn') {
      if (type === 'ok' && end.value === null) {
        throw new HistoryError(`op ${end.index} is ok and has no value`, 'what happened is the :value of an ok operation');
      }
      microOps = this.microOps((value ?? []) as readonly MicroOp[], row);
    } else if (invoked.f === 'assign' || invoked.f === 'subscribe') {
      const keys = ((value ?? []) as readonly string[]).map((key) => this.key(key));
      this.placements.set(row, { keys, seekToBeginning: invoked.seekToBeginning === true });
    }
    this.opMicroOps.push(microOps);
  }

  private microOps(microOps: readonly MicroOp[], row: number): number {
    for (const microOp of microOps) {
      if (microOp[0] === 'poll') {
        if (microOp[1] !== undefined) this.poll(microOp[1]);
        continue;
      }
      const [, key, sent] = microOp;
      if (typeof sent === 'number') this.send(this.key(key), null, sent, row);
      else this.send(this.key(key), sent[0], sent[1], row);
    }
    return microOps.length;
  }

  private poll(polled: Readonly<Record<string, readonly Pair[]>>): void {
    for (const [name, pairs] of Object.entries(polled)) {
      if (pairs.length === 0) continue;
      const key = this.key(name);
      const slots = this.slotsOfKey[key] as IntIndex;
      const records = this.recordsOfKey[key] as IntIndex;
      this.runKey.push(key);
      this.runPairs.push(this.pairSlot.length);
      for (let i = 0; i < pairs.length; i++) {
        const pair = pairs[i] as Pair;
        this.pairSlot.push(this.slot(slots, key, pair[0]));
        this.pairRecord.push(this.record(records, key, pair[1]));
      }
    }
  }

  private send(key: number, offset: number | null, value: number, row: number): void {
    const record = this.record(this.recordsOfKey[key] as IntIndex, key, value);
    const writer = this.recordWriter.at(record);
    if (writer >= 0) {
      const problem = `value ${value} of key ${this.keys[key] as string} is sent twice, by op ${this.opInvokeIndex.at(writer)} and by op ${this.opInvokeIndex.at(row)}`;
      throw new HistoryError(problem, 'a value is unique within its key');
    }
    this.recordWriter.set(record, row);
    this.sendKey.push(key);
    this.sendSlot.push(offset === null ? -1 : this.slot(this.slotsOfKey[key] as IntIndex, key, offset));
    this.sendRecord.push(record);
  }

  private key(name: string): number {
    let key = this.keyOf.get(name);
    if (key === undefined) {
      key = this.keys.push(name) - 1;
      this.keyOf.set(name, key);
      this.slotsOfKey.push(new IntIndex());
      this.recordsOfKey.push(new IntIndex());
    }
    return key;
  }

  private slot(slots: IntIndex, key: number, offset: number): number {
    const known = slots.get(offset);
    if (known >= 0) return known;
    const slot = this.slotKey.push(key);
    this.slotOffset.push(offset);
    slots.set(offset, slot);
    return slot;
  }

  private record(records: IntIndex, key: number, value: number): number {
    const known = records.get(value);
    if (known >= 0) return known;
    const record = this.recordKey.push(key);
    this.recordValue.push(value);
    this.recordWriter.push(-1);
    records.set(value, record);
    return record;
  }
}

/**
 * Our own histories say `txn` of every transaction. Jepsen's call a transaction that only sends a `send`; without transactions an operation has one micro-operation, so that
 * one with more shows that all of them are transactions.
 */
function transactionalOps(functions: Int32Array, microOps: Int32Array, traits: Traits | null): Uint8Array {
  const all = traits === null && functions.some((f, op) => f === TXN || (microOps[op] as number) > 1);
  return Uint8Array.from(functions, (f, op) => (f === TXN || (all && f <= TXN) || (microOps[op] as number) > 1 ? 1 : 0));
}
