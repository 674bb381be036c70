/**
 * consistent-offsets, as a whole: do the records that the log kept lie in an order which the clients' times allow? A record whose send began when another was
 * acknowledged lies behind it, whoever sent them, and nobody was given a record before it was sent.
 *
 * Judged over what the leader's log holds at the end. Records that it lost, and acknowledged offsets that hold something else now, are the business of other
 * checks. A record that nobody acknowledged, or a second copy of one, was appended at some time after its send.
 */
import type { Finding } from '../Finding.js';
import type { FinalLog } from '../finalLogs.js';
import type { PollRecord, SendRecord } from '../history.js';
import { checkLinearizability } from '../linearizability/linearizability.js';
import type { Operation } from '../linearizability/Model.js';
import { type LogOp, PARTITION_LOG } from '../linearizability/models/partitionLog.js';
import type { EndOfRun, Tally } from './Guarantee.js';

type LogOperation = Operation<LogOp, 'done'>;

/** Adds what it finds to the tally. */
export function checkLinearizableAppends(end: EndOfRun, tally: Tally): void {
  const polls = pollsByPartition(end);
  for (const { partition, leader } of end.partitions) {
    if (leader === null) continue;
    const ofPartition = polls.get(partition) ?? [];
    if (hasEarliestMoments(end, leader, ofPartition)) continue;
    const checked = checkLinearizability(PARTITION_LOG, operationsOf(end, leader, ofPartition));
    if (checked.verdict === 'not-linearizable') tally.violated(() => findingOf(end, partition, checked.message, checked.stuck));
  }
}

function pollsByPartition(end: EndOfRun): ReadonlyMap<number, readonly PollRecord[]> {
  const polls = new Map<number, PollRecord[]>();
  for (const poll of end.history.polls) {
    const ofPartition = polls.get(poll.partition);
    if (ofPartition === undefined) polls.set(poll.partition, [poll]);
    else ofPartition.push(poll);
  }
  return polls;
}

/**
 * Places are known, so that an order exists just when each append can have the earliest moment that its send and the appends before it leave, and each fetch a
 * moment after its last record. True shows that no search is needed; it is the search that tells what is wrong.
 */
function hasEarliestMoments(end: EndOfRun, log: FinalLog, polls: readonly PollRecord[]): boolean {
  const earliestUs = new Map<number, number>();
  let nowUs = 0;
  for (let offset = log.start; offset < log.end; offset++) {
    const send = sendAt(end, log, offset);
    if (send === undefined) continue;
    nowUs = Math.max(nowUs, send.invokedUs);
    if (isAcknowledgedAt(send, offset) && nowUs > send.completedUs) return false;
    earliestUs.set(offset, nowUs);
  }
  return polls.every((poll) => {
    const { offset, value } = lastOf(poll);
    return log.valueAt(offset) !== value || (earliestUs.get(offset) ?? 0) <= poll.timeUs;
  });
}

/** An append for every record of a client that the log holds, and a fetch for every poll whose last record it holds. */
function operationsOf(end: EndOfRun, log: FinalLog, polls: readonly PollRecord[]): LogOperation[] {
  const operations: LogOperation[] = [];
  const places = new Map<number, number>();
  for (let offset = log.start; offset < log.end; offset++) {
    const send = sendAt(end, log, offset);
    if (send === undefined) continue;
    const { client, value, invokedUs: invoked, completedUs } = send;
    const op = { f: 'append' as const, place: places.size, offset, value };
    places.set(offset, op.place);
    operations.push({ client, op, invoked, completed: isAcknowledgedAt(send, offset) ? completedUs : end.nowUs, result: 'done' });
  }
  for (const poll of polls) {
    const { offset, value } = lastOf(poll);
    const place = places.get(offset);
    if (place === undefined || log.valueAt(offset) !== value) continue;
    const invoked = Math.min(end.history.send(value).invokedUs, poll.timeUs);
    operations.push({ client: poll.client, op: { f: 'fetch', place, offset }, invoked, completed: poll.timeUs, result: 'done' });
  }
  return operations;
}

/** The send of a client whose record lies there. */
function sendAt(end: EndOfRun, log: FinalLog, offset: number): SendRecord | undefined {
  const value = log.valueAt(offset);
  return value < 0 ? undefined : end.history.sends[value];
}

function lastOf({ offsets, values }: PollRecord): { readonly offset: number; readonly value: number } {
  return { offset: offsets[offsets.length - 1] as number, value: values[values.length - 1] as number };
}

function isAcknowledgedAt({ outcome, offset: acknowledged }: SendRecord, offset: number): boolean {
  return outcome === 'ok' && acknowledged === offset;
}

function findingOf(end: EndOfRun, partition: number, message: string, stuck: readonly LogOperation[]): Finding {
  const { client, op, completed } = stuck[0] as LogOperation;
  return {
    guarantee: 'consistent-offsets',
    kind: 'appends-not-linearizable',
    partition,
    offset: op.offset,
    value: op.f === 'append' ? op.value : -1,
    timeUs: completed as number,
    eventIndex: -1,
    message: `no order of the appends to ${end.names.text(partition)} explains where they lie. ${message}`,
    witness: { client },
  };
}
