/**
 * How consumers went from one record to the next: from the end of one operation to the beginning of the next (*external*), and within one (*internal*). Positions are places in
 * the order of the slots that hold something, so that holes, as markers leave them, are nothing to step over; and they go by the offsets that the consumer was given, where
 * Jepsen goes by values and must choose when one has several offsets.
 *
 * A consumer's position moves with operations that are `ok`. After another it is expected where the last `ok` one left it: the application goes back (KAFKA-17582: the
 * Java client does not do it by itself).
 *
 * Differs from Jepsen: it never looks at the rebalance log here, and allows everything to everybody who subscribes. Here a callback that names a key excuses the step of that
 * consumer over it in that key, and nothing else; a position that was set by a seek or a reset is where the next poll must begin. Only where a history with subscriptions has no rebalance
 * log at all is there nothing to go by, and everything is excused, as there.
 */
import type { Analysis } from './Analysis.js';
import { ASSIGN, FAIL, OK, opText, SUBSCRIBE, type RebalanceRow } from './JepsenHistory.js';
import { placeFrom } from './Versions.js';

export interface PollStep {
  readonly op: number;
  /** The operation that left the position; the same for an internal step. */
  readonly before: number;
  readonly key: number;
  /** Place at which reading was to go on. */
  readonly expected: number;
  /** Where it did. */
  readonly place: number;
  /** Why it may be anywhere; empty: nothing explains another place. */
  readonly excuse: string;
}

type Visit = (step: PollStep) => void;

/** Visits the steps that did not end where they were expected. @returns how many steps there were. */
export function unexpectedExternalSteps(analysis: Analysis, visit: Visit): number {
  const walk = new ExternalWalk(analysis, visit);
  const { bySession, history } = analysis;
  for (let session = 0; session < history.sessions.length; session++) {
    walk.begin();
    for (let i = bySession.starts[session] as number; i < (bySession.starts[session + 1] as number); i++)
      walk.step(bySession.rows[i] as number);
  }
  return walk.steps;
}

const NO_LOG = 'it subscribed, and the history has no rebalance log that tells when it was assigned anew';

class ExternalWalk {
  steps = 0;
  /** By key: where reading goes on; -1: anywhere. */
  private readonly expected: Int32Array;
  private readonly before: Int32Array;
  /** By key: the last operation that was judged in it. */
  private readonly judged: Int32Array;
  private readonly excuses = new Map<number, string>();
  private readonly hasLog: boolean;
  private subscribed = false;
  /** Keys with an expectation. */
  private readonly touched = new Set<number>();

  constructor(
    private readonly analysis: Analysis,
    private readonly visit: Visit,
  ) {
    const keys = analysis.history.keys.length;
    this.expected = new Int32Array(keys).fill(-1);
    this.before = new Int32Array(keys);
    this.judged = new Int32Array(keys).fill(-1);
    this.hasLog = analysis.history.rebalances.size > 0;
  }

  begin(): void {
    this.forget(() => true);
    this.excuses.clear();
    this.subscribed = false;
  }

  step(op: number): void {
    const { history } = this.analysis;
    const { opFunction, opType, opRuns, runKey, runPairs, rebalances } = history;
    if (opFunction[op] === ASSIGN || opFunction[op] === SUBSCRIBE) {
      if (opType[op] !== FAIL) this.placed(op);
      return;
    }
    const log = rebalances.get(op);
    const from = opRuns[op] as number;
    const to = opRuns[op + 1] as number;
    if (log !== undefined) this.rebalanced(op, log, from, to);
    for (let run = from; run < to; run++) this.judge(op, runKey[run] as number, runPairs[run] as number);
    if (opType[op] !== OK) return;
    for (let run = from; run < to; run++) this.advance(op, runKey[run] as number, (runPairs[run + 1] as number) - 1);
    // Which came first, the callback or the poll, one operation does not tell.
    if (log !== undefined && from < to) this.rebalanced(op, log, from, to);
  }

  private judge(op: number, key: number, pair: number): void {
    if (this.judged[key] === op) return;
    this.judged[key] = op;
    const expected = this.expected[key] as number;
    if (expected < 0) return;
    this.steps++;
    const { versions, history } = this.analysis;
    const place = versions.rank[history.pairSlot[pair] as number] as number;
    if (place === expected) return;
    const excuse = this.excuses.get(key) ?? (this.subscribed && !this.hasLog ? NO_LOG : '');
    this.visit({ op, before: this.before[key] as number, key, expected, place, excuse });
  }

  private advance(op: number, key: number, lastPair: number): void {
    const { versions, history } = this.analysis;
    this.expect(op, key, (versions.rank[history.pairSlot[lastPair] as number] as number) + 1);
  }

  private expect(op: number, key: number, place: number): void {
    this.expected[key] = place;
    this.before[key] = op;
    this.touched.add(key);
    this.excuses.delete(key);
  }

  /** Keys that stay keep their position. */
  private placed(op: number): void {
    const { placements, opFunction } = this.analysis.history;
    this.subscribed = opFunction[op] === SUBSCRIBE;
    const { keys, seekToBeginning } = placements.get(op) ?? { keys: [], seekToBeginning: false };
    const kept = new Set(keys);
    this.forget((key) => seekToBeginning || !kept.has(key));
  }

  private rebalanced(op: number, log: readonly RebalanceRow[], from: number, to: number): void {
    const { runKey, keys: names } = this.analysis.history;
    const polled = new Set(runKey.subarray(from, to));
    for (const { type, keys, to: offset } of log) {
      for (const key of keys) {
        const name = names[key] as string;
        if (type === 'reset' && offset >= 0 && !polled.has(key)) {
          this.expect(op, key, placeFrom(this.analysis.versions, this.analysis.history, key, offset));
        } else if (type === 'reset') this.excuses.set(key, `its position in ${name} was set in ${opText(this.analysis.history, op)}`);
        else this.excuses.set(key, `${name} was ${type} in ${opText(this.analysis.history, op)}`);
      }
    }
  }

  private forget(which: (key: number) => boolean): void {
    for (const key of this.touched) {
      if (!which(key)) continue;
      this.expected[key] = -1;
      this.excuses.delete(key);
      this.touched.delete(key);
    }
  }
}

/** Visits the steps within one operation that did not go to the very next place. @returns how many steps there were. */
export function unexpectedInternalSteps(analysis: Analysis, visit: Visit): number {
  const { history, versions } = analysis;
  const { opRuns, runKey, runPairs, pairSlot } = history;
  const { rank } = versions;
  const lastPlace = new Int32Array(history.keys.length);
  const lastOp = new Int32Array(history.keys.length).fill(-1);
  const moved = new MovedWithin(analysis);
  let steps = 0;
  for (let op = 0; op < history.opCount; op++) {
    for (let run = opRuns[op] as number; run < (opRuns[op + 1] as number); run++) {
      const key = runKey[run] as number;
      const to = runPairs[run + 1] as number;
      let pair = runPairs[run] as number;
      let last = lastOp[key] === op ? (lastPlace[key] as number) : (rank[pairSlot[pair++] as number] as number);
      steps += to - pair;
      for (; pair < to; pair++) {
        const place = rank[pairSlot[pair] as number] as number;
        if (place !== last + 1) visit({ op, before: op, key, expected: last + 1, place, excuse: moved.why(op, key) });
        last = place;
      }
      lastOp[key] = op;
      lastPlace[key] = last;
    }
  }
  return steps;
}

/** Keys that an operation's own rebalance log names. */
class MovedWithin {
  private op = -1;
  private readonly types = new Map<number, RebalanceRow['type']>();

  constructor(private readonly analysis: Analysis) {}

  /** Empty: its log does not name the key. */
  why(op: number, key: number): string {
    const { rebalances, keys: names } = this.analysis.history;
    if (op !== this.op) {
      this.op = op;
      this.types.clear();
      for (const { type, keys } of rebalances.get(op) ?? []) for (const named of keys) this.types.set(named, type);
    }
    const type = this.types.get(key);
    return type === undefined ? '' : `${names[key] as string} was ${type === 'reset' ? 'repositioned' : type} in it`;
  }
}

/** How many records a consumer was to be shown between two places; those that it was not may be of aborted transactions. */
export function shownBetween({ versions, readsCommitted, history }: Analysis, op: number, from: number, to: number): number {
  if (readsCommitted[history.opSession[op] as number] === 0) return to - from;
  return (versions.committedBefore[to] as number) - (versions.committedBefore[from] as number);
}
