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
    const { operations, places } = appendsOf(end, leader);
    if (operations.length === 0) continue;
    for (const { client, timeUs, offsets, values } of polls.get(partition) ?? []) {
      const [offset, value] = [offsets[offsets.length - 1] as number, values[values.length - 1] as number];
      const place = places.get(offset);
      if (place === undefined || leader.valueAt(offset) !== value) continue;
      const invoked = Math.min(end.history.send(value).invokedUs, timeUs);
      operations.push({ client, op: { f: 'fetch', place, offset }, invoked, completed: timeUs, result: 'done' });
    }
    const checked = checkLinearizability(PARTITION_LOG, operations);
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

/** An append for every record of a client that the log holds, and the places that they take. */
function appendsOf(end: EndOfRun, log: FinalLog): { readonly operations: LogOperation[]; readonly places: ReadonlyMap<number, number> } {
  const operations: LogOperation[] = [];
  const places = new Map<number, number>();
  for (let offset = log.start; offset < log.end; offset++) {
    const value = log.valueAt(offset);
    const send = value < 0 ? undefined : end.history.sends[value];
    if (send === undefined) continue;
    const place = places.size;
    places.set(offset, place);
    const completed = isAcknowledgedAt(send, offset) ? send.completedUs : end.nowUs;
    operations.push({ client: send.client, op: { f: 'append', place, offset, value }, invoked: send.invokedUs, completed, result: 'done' });
  }
  return { operations, places };
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
