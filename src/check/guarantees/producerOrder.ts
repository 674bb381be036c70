/**
 * producer-order: the acknowledged records of one producer lie in a partition in the order in which they were sent. Sends that failed or whose
 * fate is unknown are left out, as are lost ones, which no-acknowledged-loss reports. A record that is there twice counts where it was
 * acknowledged. An application's resend is a new send, at its own place in the order (B-42).
 *
 * Holds across a producer's restarts too: what one incarnation had acknowledged is in the log before the next one sends. That is not so for sends which
 * nobody awaits, which are left out.
 *
 * Idempotence covers one session, which is a producer id with its epoch. A leader that does not know a producer takes any sequence from it first (KIP-360, KAFKA-14920):
 * batches that were on their way to the leader before then no longer fit, and come again in the producer's next session, behind what they had been sent before. A
 * pair in two sessions of a producer without transactions is excused.
 */
import type { Finding } from '../Finding.js';
import type { FinalPartition } from '../finalLogs.js';
import type { SendRecord } from '../history.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { byPartition, finalOffsetOf, isForgotten, Tally } from './Guarantee.js';

interface Latest {
  send: SendRecord;
  offset: number;
}

export function checkProducerOrder(end: EndOfRun): Checked {
  const tally = new Tally();
  const finals = byPartition(end);
  /** Per partition, per client: the send with the highest offset so far. */
  const latest = new Map<number, Map<string, Latest>>();
  for (const send of end.history.sends) {
    const final = finals.get(send.partition);
    if (send.outcome !== 'ok' || final === undefined || isForgotten(send)) continue;
    if (final.leader === null) tally.unseen++;
    else check(end, tally, latest, send, final);
  }
  return tally;
}

function check(end: EndOfRun, tally: Tally, latest: Map<number, Map<string, Latest>>, send: SendRecord, final: FinalPartition): void {
  const offset = final.leader === null ? -1 : finalOffsetOf(final.leader, send);
  if (offset < 0) return;
  tally.judged++;
  let clients = latest.get(send.partition);
  if (clients === undefined) latest.set(send.partition, (clients = new Map()));
  const before = clients.get(send.client);
  if (before === undefined) clients.set(send.client, { send, offset });
  else if (offset > before.offset) Object.assign(before, { send, offset });
  else if (final.leader?.isAcrossSessions(before.offset, offset) === true) tally.excused++;
  else tally.violated(() => reordered(end, before, send, offset));
}

function reordered(end: EndOfRun, before: Latest, send: SendRecord, offset: number): Finding {
  return {
    guarantee: 'producer-order',
    kind: 'producer-order-violated',
    partition: send.partition,
    offset,
    value: send.value,
    timeUs: send.completedUs,
    eventIndex: -1,
    message:
      `${send.client} sent message ${before.send.value} before message ${send.value} to ${end.names.text(send.partition)}, but they lie at offsets ` +
      `${before.offset} and ${offset}.`,
    witness: { client: send.client, earlierValue: before.send.value, earlierOffset: before.offset },
  };
}
