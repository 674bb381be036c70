/**
 * key-order: the acknowledged records of one key lie in the order in which their producer sent them, which takes two things: that they lie in one
 * partition, and that they lie there in order. A key moves to another partition when partitions are added, or when the partitioner does not look at keys.
 *
 * Judged for each producer by itself: Kafka orders the records of several producers with one key as they arrive, and knows no better. Leaves out what
 * producer-order leaves out.
 */
import type { Finding } from '../Finding.js';
import type { SendRecord } from '../history.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { byPartition, finalOffsetOf, isForgotten, Tally } from './Guarantee.js';

interface Latest {
  send: SendRecord;
  offset: number;
}

export function checkKeyOrder(end: EndOfRun): Checked {
  const tally = new Tally();
  const finals = byPartition(end);
  /** By client, topic and key: the record furthest on. */
  const latest = new Map<string, Latest>();
  for (const send of end.history.sends) {
    if (send.outcome !== 'ok' || send.key === null || isForgotten(send)) continue;
    const final = finals.get(send.partition);
    if (final === undefined) continue;
    if (final.leader === null) {
      tally.unseen++;
      continue;
    }
    const offset = finalOffsetOf(final.leader, send);
    if (offset < 0) continue;
    tally.judged++;
    const of = `${send.client}/${send.topic}/${send.key}`;
    const before = latest.get(of);
    if (before === undefined) latest.set(of, { send, offset });
    else if (before.send.partition === send.partition && offset > before.offset) Object.assign(before, { send, offset });
    else if (before.send.partition === send.partition && final.leader.isAcrossSessions(before.offset, offset)) tally.excused++;
    else {
      const copy = { ...before };
      tally.violated(() => outOfOrder(end, copy, send, offset));
      // A key that has moved goes on where it is now.
      if (before.send.partition !== send.partition) Object.assign(before, { send, offset });
    }
  }
  return tally;
}

function outOfOrder(end: EndOfRun, before: Latest, send: SendRecord, offset: number): Finding {
  const moved = before.send.partition !== send.partition;
  const { client, key, partition, value } = send;
  const here = end.names.text(partition);
  const there = moved
    ? `${end.names.text(before.send.partition)} and ${here}, which are read apart`
    : `${here} at offsets ${before.offset} and ${offset}`;
  const producers = new Set(
    end.history.sends.filter((other) => other.key === key && other.topic === send.topic).map((other) => other.client),
  );
  const several = producers.size > 1 ? ` (${producers.size} producers write this key; each is judged by itself)` : '';
  return {
    guarantee: 'key-order',
    kind: moved ? 'key-moved' : 'key-order-violated',
    ...{ partition, offset, value, timeUs: send.completedUs, eventIndex: -1 },
    message: `${client} sent message ${before.send.value} before message ${value} with key ${key}, but they lie in ${there}${several}.`,
    witness: { client, key: key ?? '', earlierValue: before.send.value, earlierOffset: before.offset, producersOfKey: producers.size },
  };
}
