/**
 * consume-counts: how often the members of groups were given a record by operations that are `ok`. Told, not judged: at-least-once delivery gives some of them twice, and what a
 * record was processed for is not in the history.
 */
import type { Analysis } from '../Analysis.js';
import { OK, SUBSCRIBE } from '../JepsenHistory.js';

export interface ConsumeCounts {
  /** Sessions that ever subscribed. */
  readonly sessions: number;
  /** Records by the number of times that they were given to sessions that subscribed, all together: `byTimes[2]` were given twice. */
  readonly byTimes: readonly number[];
  /** Records that one session was given more than once. */
  readonly againInOneSession: number;
}

/** Counts beyond this are one class. */
const MOST_TIMES = 16;

export function consumeCounts(analysis: Analysis): ConsumeCounts {
  const { history, bySession } = analysis;
  const times = new Int32Array(history.recordKey.length);
  const timesHere = new Int32Array(history.recordKey.length);
  let sessions = 0;
  let againInOneSession = 0;
  for (let session = 0; session < history.sessions.length; session++) {
    const ops = bySession.rows.subarray(bySession.starts[session], bySession.starts[session + 1]);
    if (!ops.some((op) => history.opFunction[op] === SUBSCRIBE)) continue;
    sessions++;
    forEachRecord(analysis, ops, (record) => {
      times[record] = (times[record] as number) + 1;
      timesHere[record] = (timesHere[record] as number) + 1;
      if (timesHere[record] === 2) againInOneSession++;
    });
    forEachRecord(analysis, ops, (record) => (timesHere[record] = 0));
  }
  const byTimes: number[] = [];
  if (sessions > 0) for (const count of times) byTimes[Math.min(count, MOST_TIMES)] = (byTimes[Math.min(count, MOST_TIMES)] ?? 0) + 1;
  return { sessions, byTimes: Array.from(byTimes, (count) => count ?? 0), againInOneSession };
}

function forEachRecord({ history }: Analysis, ops: Int32Array, visit: (record: number) => void): void {
  const { opRuns, runPairs, pairRecord, opType } = history;
  for (const op of ops) {
    if (opType[op] !== OK) continue;
    const to = runPairs[opRuns[op + 1] as number] as number;
    for (let pair = runPairs[opRuns[op] as number] as number; pair < to; pair++) visit(pairRecord[pair] as number);
  }
}
