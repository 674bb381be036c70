/**
 * Where a producer's records lie, in the order in which it sent them: from one operation to the next (*external*) and within one (*internal*). Operations are taken in the order
 * of their invocations, since a producer has several on their way; only those that may have happened and were told an offset count.
 *
 * Differs from Jepsen: subscriptions and assignments say nothing about a producer, so that nothing is forgotten at them; and the offsets that were acknowledged are compared, not the
 * ranks of values.
 */
import type { Analysis } from './Analysis.js';
import { FAIL } from './JepsenHistory.js';

export interface SendStep {
  readonly op: number;
  /** The operation that sent the record before; the same for an internal step. */
  readonly before: number;
  readonly key: number;
  /** Rows of sends. */
  readonly from: number;
  readonly to: number;
}

/** Visits every step. */
export function forEachSendStep(analysis: Analysis, visit: (step: SendStep) => void): void {
  const { history, byInvocation } = analysis;
  const { opSends, sendKey, sendSlot, opType } = history;
  const lastSend = new Int32Array(history.keys.length);
  const lastOp = new Int32Array(history.keys.length);
  const sessionOf = new Int32Array(history.keys.length).fill(-1);
  for (let session = 0; session < history.sessions.length; session++) {
    for (let i = byInvocation.starts[session] as number; i < (byInvocation.starts[session + 1] as number); i++) {
      const op = byInvocation.rows[i] as number;
      if (opType[op] === FAIL) continue;
      for (let send = opSends[op] as number; send < (opSends[op + 1] as number); send++) {
        if ((sendSlot[send] as number) < 0) continue;
        const key = sendKey[send] as number;
        if (sessionOf[key] === session) visit({ op, before: lastOp[key] as number, key, from: lastSend[key] as number, to: send });
        sessionOf[key] = session;
        lastSend[key] = send;
        lastOp[key] = op;
      }
    }
  }
}

/** Offset of a send. */
export function sentOffset({ history }: Analysis, send: number): number {
  return history.slotOffset[history.sendSlot[send] as number] as number;
}
