/**
 * no-acknowledged-loss: a record whose send was reported as a success is in the log for good. With acks=0 a send "succeeds" when it leaves
 * the producer; it is judged all the same, and the finding says so.
 *
 * A send that nobody awaits "succeeds" when the application has called `send`; its partition may never be known, and then the record is looked for in
 * every partition of its topic.
 *
 * Excused: offsets below the log start, which retention raised, and records that compaction took out, those that a broker took for an
 * earlier one (see sequenceReuse.ts), and those of a transaction that cannot have been committed, whose records nobody is owed. Without a leader at the end the logs of the running in-sync replicas stand in,
 * since one of them will lead next; without any the record is unseen, not lost.
 */
import { topicOf } from '../../kafka/protocol/topicPartition.js';
import type { Finding } from '../Finding.js';
import type { FinalLog, FinalPartition } from '../finalLogs.js';
import type { SendRecord } from '../history.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { acksText, byPartition, isForgotten, secondsText, Tally } from './Guarantee.js';
import { SEQUENCE_REUSED, wasTakenForEarlier } from './sequenceReuse.js';

export function checkNoAcknowledgedLoss(end: EndOfRun): Checked {
  const tally = new Tally();
  const finals = byPartition(end);
  for (const send of end.history.sends) {
    if (send.outcome !== 'ok') continue;
    tally.judged++;
    if (send.partition < 0) {
      judgeUnplaced(end, tally, send);
      continue;
    }
    const final = finals.get(send.partition);
    const logs = final === undefined ? [] : final.leader !== null ? [final.leader] : final.electable;
    if (final === undefined || logs.length === 0) tally.unseen++;
    else if (logs.some((log) => log.firstOffsetOf(send.value) >= 0)) continue;
    else if (logs.some((log) => log.start > Math.max(0, send.offset) || wasCompacted(log, send.offset))) tally.excused++;
    else if (!isOwed(end, send)) tally.excused++;
    else if (logs.some((log) => wasTakenForEarlier(end, finals, send, log))) tally.excusedAs(SEQUENCE_REUSED);
    else tally.violated(() => lost(end, send, final));
  }
  return tally;
}

/**
 * An acknowledgement within a transaction says that the record is part of it, and only the commit that it lasts. It may even be false there: when a batch fails, its
 * sequence goes to the next one in flight (Sender.failBatch), and the transaction that then has to be aborted gets answers meant for the batch before.
 */
function isOwed(end: EndOfRun, { transaction }: SendRecord): boolean {
  if (transaction < 0) return true;
  const { asked, outcome } = end.history.transaction(transaction);
  return asked === 'commit' && outcome !== 'aborted';
}

function wasCompacted(log: FinalLog, offset: number): boolean {
  return offset >= log.start && offset < log.end && !log.holds(offset);
}

/** No broker ever told where the record is. */
function judgeUnplaced(end: EndOfRun, tally: Tally, send: SendRecord): void {
  let unseen = 0;
  for (const { partition, leader } of end.partitions) {
    if (topicOf(end.names, partition) !== send.topic) continue;
    if (leader === null) unseen++;
    else if (leader.firstOffsetOf(send.value) >= 0) return;
  }
  if (unseen > 0) tally.unseen++;
  else tally.violated(() => forgotten(end, send));
}

function forgotten(end: EndOfRun, { client, topic, value, invokedUs }: SendRecord): Finding {
  const place = { partition: -1, offset: -1, value, timeUs: end.nowUs, eventIndex: -1 };
  const message = `message ${value} of ${client} was sent to ${topic} at ${secondsText(invokedUs)}, the application took it for done, and no partition holds it.`;
  return { guarantee: 'no-acknowledged-loss', kind: 'acknowledged-record-lost', ...place, message, witness: { client, topic } };
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
  const unawaited = isForgotten(send) ? ' (its application did not wait for a result: no broker confirmed it)' : '';
  const unacknowledged = acks === 0 ? ' (acks=0: reported by the producer itself, no broker confirmed it)' : unawaited;
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
