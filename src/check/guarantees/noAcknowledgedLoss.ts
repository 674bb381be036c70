/**
 * no-acknowledged-loss: a record whose send was reported as a success is in the log for good. With acks=0 a send "succeeds" when it leaves
 * the producer; it is judged all the same, and the finding says so.
 *
 * Excused: offsets below the log start, which retention raised. Without a leader at the end the logs of the running in-sync replicas stand in,
 * since one of them will lead next; without any the record is unseen, not lost.
 */
import type { Finding } from '../Finding.js';
import type { FinalPartition } from '../finalLogs.js';
import type { SendRecord } from '../history.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { acksText, byPartition, secondsText, Tally } from './Guarantee.js';

export function checkNoAcknowledgedLoss(end: EndOfRun): Checked {
  const tally = new Tally();
  const finals = byPartition(end);
  for (const send of end.history.sends) {
    if (send.outcome !== 'ok') continue;
    tally.judged++;
    const final = finals.get(send.partition);
    const logs = final === undefined ? [] : final.leader !== null ? [final.leader] : final.electable;
    if (final === undefined || logs.length === 0) tally.unseen++;
    else if (logs.some((log) => log.firstOffsetOf(send.value) >= 0)) continue;
    else if (logs.some((log) => log.start > Math.max(0, send.offset))) tally.excused++;
    else tally.violated(() => lost(end, send, final));
  }
  return tally;
}

function lost(end: EndOfRun, send: SendRecord, final: FinalPartition): Finding {
  const acks = end.acksOf(send.client);
  const cause = end.setbacks.causeOfLoss(send.partition, send.offset, send.invokedUs, send.completedUs);
  const where = `${end.names.text(send.partition)}${send.offset >= 0 ? ` at offset ${send.offset}` : ''}`;
  const { leader } = final;
  const now =
    leader === null
      ? 'the logs of the in-sync replicas'
      : `the log of leader ${leader.brokerId} (${leader.end > leader.start ? `offsets ${leader.start} to ${leader.end - 1}` : 'empty'})`;
  const why =
    cause === undefined
      ? ''
      : cause.kind === 'election'
        ? `; broker ${cause.broker} was elected in leader epoch ${cause.leaderEpoch} with a log that ends at ${cause.end} at ${secondsText(cause.timeUs)}`
        : `; broker ${cause.broker} truncated to ${cause.end} at ${secondsText(cause.timeUs)}`;
  const unacknowledged = acks === 0 ? ' (acks=0: reported by the producer itself, no broker confirmed it)' : '';
  return {
    guarantee: 'no-acknowledged-loss',
    kind: 'acknowledged-record-lost',
    partition: send.partition,
    offset: send.offset,
    value: send.value,
    timeUs: cause?.timeUs ?? end.nowUs,
    eventIndex: cause?.eventIndex ?? -1,
    message:
      `message ${send.value} of ${send.client} was acknowledged with ${acksText(acks)} in ${where} at ${secondsText(send.completedUs)}${unacknowledged}, ` +
      `but ${now} do${leader === null ? '' : 'es'} not hold it${why}.`,
    witness: { client: send.client, acks, acknowledgedUs: send.completedUs, finalLeader: leader?.brokerId ?? -1 },
  };
}
