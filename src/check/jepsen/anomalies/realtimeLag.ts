/**
 * realtime-lag: how long a record had been known to be there when a consumer that stood before it polled. A lower bound, and told, not judged.
 *
 * For each key, the time at which an offset was known to exist is when it, or one beyond it, was first acknowledged or polled. A consumer stands behind what its last `ok` operation
 * read; an assignment sets new keys to their beginning, a subscription forgets all positions.
 */
import type { Analysis } from '../Analysis.js';
import { ASSIGN, FAIL, OK, opIndex, sessionText, SUBSCRIBE } from '../JepsenHistory.js';

export interface RealtimeLag {
  /** Nanoseconds; 0: nobody ever lagged. */
  readonly worst: number;
  /** Where that was; null when nobody lagged. */
  readonly at: { readonly op: number; readonly session: string; readonly key: string } | null;
  /** The worst of each key, nanoseconds, by key; keys that nobody lagged in are left out. */
  readonly byKey: Readonly<Record<string, number>>;
}

/** Is told of every key that a consumer stood in when it polled: by how many nanoseconds it lagged there, 0 where nothing was left to read. */
export type LagListener = (op: number, key: number, lag: number) => void;

export function realtimeLag(analysis: Analysis, listen: LagListener | null = null): RealtimeLag {
  const walk = new LagWalk(analysis, listen);
  for (let op = 0; op < analysis.history.opCount; op++) walk.step(op);
  return walk.result();
}

class LagWalk {
  /** By place: when a record there, or beyond it, was first known to be. */
  private readonly knownAt: Float64Array;
  /** By place: the first from there on whose record is committed; what is aborted nobody waits for. */
  private readonly nextCommitted: Int32Array;
  /** By key: the first place that nobody knows of yet. */
  private readonly unknown: Int32Array;
  /** By session, by key: the place at which it reads on. */
  private readonly positions: Map<number, number>[];
  private readonly worst: Float64Array;
  private readonly worstOp: Int32Array;

  constructor(
    private readonly analysis: Analysis,
    private readonly listen: LagListener | null,
  ) {
    const { history, versions } = analysis;
    this.knownAt = new Float64Array(versions.order.rows.length);
    this.nextCommitted = nextCommittedPlaces(versions.committedBefore);
    this.unknown = versions.order.starts.slice(0, -1);
    this.positions = history.sessions.map(() => new Map());
    this.worst = new Float64Array(history.keys.length);
    this.worstOp = new Int32Array(history.keys.length).fill(-1);
  }

  step(op: number): void {
    const { opType, opFunction, opSession } = this.analysis.history;
    const positions = this.positions[opSession[op] as number] as Map<number, number>;
    if (opType[op] === FAIL) return;
    if (opFunction[op] === ASSIGN) this.assign(op, positions);
    else if (opFunction[op] === SUBSCRIBE) positions.clear();
    else this.records(op, positions);
  }

  result(): RealtimeLag {
    const { history } = this.analysis;
    let worstKey = -1;
    const byKey: Record<string, number> = {};
    history.keys.forEach((name, key) => {
      const lag = this.worst[key] as number;
      if (lag > 0) byKey[name] = lag;
      if (lag > 0 && (worstKey < 0 || lag > (this.worst[worstKey] as number))) worstKey = key;
    });
    if (worstKey < 0) return { worst: 0, at: null, byKey };
    const op = this.worstOp[worstKey] as number;
    const at = { op: opIndex(history, op), session: sessionText(history, op), key: history.keys[worstKey] as string };
    return { worst: this.worst[worstKey] as number, at, byKey };
  }

  private assign(op: number, positions: Map<number, number>): void {
    const { placements } = this.analysis.history;
    const { keys, seekToBeginning } = placements.get(op) ?? { keys: [], seekToBeginning: false };
    const before = new Map(seekToBeginning ? [] : positions);
    positions.clear();
    for (const key of keys) positions.set(key, before.get(key) ?? (this.analysis.versions.order.starts[key] as number));
  }

  private records(op: number, positions: Map<number, number>): void {
    const { history, versions } = this.analysis;
    const { opRuns, runKey, runPairs, pairSlot, opSends, sendKey, sendSlot, opType, opInvokeTime, opCompleteTime } = history;
    if (opType[op] === OK && opRuns[op] !== opRuns[op + 1]) this.lag(op, positions, opInvokeTime[op] as number);
    const time = opCompleteTime[op] as number;
    for (let run = opRuns[op] as number; run < (opRuns[op + 1] as number); run++) {
      const key = runKey[run] as number;
      const last = versions.rank[pairSlot[(runPairs[run + 1] as number) - 1] as number] as number;
      this.know(key, last, time);
      if (opType[op] === OK) positions.set(key, last + 1);
    }
    for (let send = opSends[op] as number; send < (opSends[op + 1] as number); send++) {
      const slot = sendSlot[send] as number;
      if (slot >= 0) this.know(sendKey[send] as number, versions.rank[slot] as number, time);
    }
  }

  /** Every key of the consumer: those of which it got nothing lag, too. */
  private lag(op: number, positions: ReadonlyMap<number, number>, time: number): void {
    for (const [key, position] of positions) {
      const next = this.nextCommitted[position] as number;
      const isKnown = next < (this.unknown[key] as number);
      this.listen?.(op, key, isKnown ? time - (this.knownAt[next] as number) : 0);
      if (!isKnown) continue;
      const lag = time - (this.knownAt[next] as number);
      if (lag <= (this.worst[key] as number)) continue;
      this.worst[key] = lag;
      this.worstOp[key] = op;
    }
  }

  private know(key: number, place: number, time: number): void {
    for (let at = this.unknown[key] as number; at <= place; at++) this.knownAt[at] = time;
    if (place >= (this.unknown[key] as number)) this.unknown[key] = place + 1;
  }
}

/** One more entry than places; where none follows, the number of places. */
function nextCommittedPlaces(committedBefore: Int32Array): Int32Array {
  const next = new Int32Array(committedBefore.length).fill(committedBefore.length - 1);
  for (let place = committedBefore.length - 2; place >= 0; place--) {
    const isCommitted = committedBefore[place + 1] !== committedBefore[place];
    next[place] = isCommitted ? place : (next[place + 1] as number);
  }
  return next;
}
