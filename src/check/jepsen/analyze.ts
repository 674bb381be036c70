/**
 * Jepsen's Kafka analysis of one history, whole: every anomaly with its count and its first examples, each a violation, allowed by the configuration, or excused by
 * something on record; and what is told without being judged.
 *
 * All checks but the search for cycles are linear in the number of records read and sent.
 */
import { Analysis } from './Analysis.js';
import type { Anomaly, Tally } from './Anomaly.js';
import type { AnomalyType } from './AnomalyType.js';
import { consumeCounts, type ConsumeCounts } from './anomalies/consumeCounts.js';
import { duplicate } from './anomalies/duplicate.js';
import { g1a } from './anomalies/g1a.js';
import { inconsistentOffsets } from './anomalies/inconsistentOffsets.js';
import { intNonmonotonicPoll } from './anomalies/intNonmonotonicPoll.js';
import { intNonmonotonicSend } from './anomalies/intNonmonotonicSend.js';
import { intPollSkip } from './anomalies/intPollSkip.js';
import { intSendSkip } from './anomalies/intSendSkip.js';
import { lostWrite } from './anomalies/lostWrite.js';
import { nonmonotonicPoll } from './anomalies/nonmonotonicPoll.js';
import { nonmonotonicSend } from './anomalies/nonmonotonicSend.js';
import { pollSkip } from './anomalies/pollSkip.js';
import { precommittedRead } from './anomalies/precommittedRead.js';
import { realtimeLag, type RealtimeLag } from './anomalies/realtimeLag.js';
import { unseen } from './anomalies/unseen.js';
import { unwrittenRead } from './anomalies/unwrittenRead.js';
import { cycles } from './cycles.js';
import type { JepsenHistory } from './JepsenHistory.js';
import { NOBODY_IN_PARTICULAR, type Traits } from './Traits.js';

export interface AnomalyReport {
  readonly type: AnomalyType;
  /** Things looked at. */
  readonly judged: number;
  readonly violations: number;
  readonly allowed: number;
  readonly excused: number;
  /** Violations first. */
  readonly examples: readonly Anomaly[];
}

export interface HistoryReport {
  /** `unknown`: nothing is wrong, and nothing was written and read. */
  readonly verdict: 'valid' | 'invalid' | 'unknown';
  /** In the order of `anomalyTypes`; those that did not occur have zeros. */
  readonly anomalies: readonly AnomalyReport[];
  readonly realtimeLag: RealtimeLag;
  readonly consumeCounts: ConsumeCounts;
  readonly operations: number;
  readonly sessions: number;
  readonly keys: number;
  readonly recordsSent: number;
  readonly recordsPolled: number;
  /** Invocations without a completion, which count as `info`. */
  readonly synthesised: number;
}

/** @param traits what the configuration rules out; default: what the history says itself, or that of safe clients. */
export function analyze(history: JepsenHistory, traits: Traits = history.traits ?? NOBODY_IN_PARTICULAR): HistoryReport {
  const analysis = new Analysis(history, traits);
  const tallies = [...linearChecks(analysis), ...cycles(analysis)];
  const recordsSent = history.sendRecord.length;
  const recordsPolled = history.pairRecord.length;
  const wrong = tallies.some(({ violations }) => violations > 0);
  return {
    verdict: wrong ? 'invalid' : recordsSent > 0 && recordsPolled > 0 ? 'valid' : 'unknown',
    anomalies: tallies.map(({ type, judged, violations, allowed, excused, examples }) => ({
      type,
      judged,
      violations,
      allowed,
      excused,
      examples,
    })),
    realtimeLag: realtimeLag(analysis),
    consumeCounts: consumeCounts(analysis),
    ...{ operations: history.opCount, sessions: history.sessions.length, keys: history.keys.length, recordsSent, recordsPolled },
    synthesised: history.synthesised,
  };
}

/** Every check but the search for cycles, in the order of `anomalyTypes`. */
export function linearChecks(analysis: Analysis): Tally[] {
  return [
    lostWrite(analysis),
    unseen(analysis),
    duplicate(analysis),
    inconsistentOffsets(analysis),
    unwrittenRead(analysis),
    g1a(analysis),
    precommittedRead(analysis),
    pollSkip(analysis),
    nonmonotonicPoll(analysis),
    intPollSkip(analysis),
    intNonmonotonicPoll(analysis),
    nonmonotonicSend(analysis),
    intNonmonotonicSend(analysis),
    intSendSkip(analysis),
  ];
}
