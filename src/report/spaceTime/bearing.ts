/** The messages that bear on the record at the centre: what carried it, confirmed it, copied it, elected who leads its partition, or ended its transaction. */
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import type { FetchResponse, ProduceRequest, RequestEnvelope, ResponseEnvelope } from '../../kafka/protocol/messages.js';
import type { RecordedRun } from '../RecordedRun.js';
import { actorOfProcess } from '../traffic/actors.js';
import { causesIn } from '../traffic/causes.js';
import { familyOf, type MessageFamily } from '../traffic/messageFamily.js';
import { partitionsNamed } from '../traffic/messageText.js';
import type { SliceMark, SliceSubject } from './causalSlice.js';
import { isWithin, type TimeWindow } from './timeWindow.js';

/** Always worth drawing when they name the partition. */
const DECIDING: ReadonlySet<RecordedMessage['api']> = new Set([
  ...(['LeaderAndIsr', 'StopReplica', 'AlterPartition', 'OffsetForLeaderEpoch'] as const),
  ...(['OffsetCommit', 'TxnOffsetCommit', 'WriteTxnMarkers'] as const),
]);

/** Ids of the messages within the window that bear on the subject, with the answers or requests that belong to them. */
export function bearingMessages(
  run: RecordedRun,
  subject: SliceSubject | null,
  marks: readonly SliceMark[],
  window: TimeWindow,
): ReadonlySet<number> {
  const bearing = new Set<number>();
  if (subject === null) return bearing;
  const { messages } = run.traffic;
  const add = (message: RecordedMessage | undefined): void => {
    for (const one of [message, messages[(message?.counterpart ?? 0) - 1]])
      if (one !== undefined && isWithin(one, window)) bearing.add(one.id);
  };
  const causeOf = causesIn(messages);
  for (const { event } of marks) add(causeOf(event.index));
  const partition = run.result.simulation.bus.names.find(subject.partition);
  const readers = new Set<string>();
  for (const message of messages) {
    // Followers and consumers ask again for what they have; the first answer with the record is the one that counts.
    if (brings(message, subject, partition) && !readers.has(message.to)) {
      readers.add(message.to);
      add(message);
    }
    if (!isWithin(message, window)) continue;
    if (isDeciding(message, partition) || carries(message, subject, partition) || isOfTransaction(message, subject, messages)) add(message);
  }
  return bearing;
}

function isDeciding(message: RecordedMessage, partition: number): boolean {
  return DECIDING.has(message.api) && partitionsNamed(message).includes(partition);
}

function carries({ api, kind, content }: RecordedMessage, { value }: SliceSubject, partition: number): boolean {
  if (api !== 'Produce' || kind !== 'request' || value < 0) return false;
  const { partitions } = (content as RequestEnvelope).body as ProduceRequest;
  return partitions.some((one) => one.partition === partition && one.batch.records.some((record) => record.value === value));
}

function brings({ api, kind, content, fate }: RecordedMessage, { offset }: SliceSubject, partition: number): boolean {
  if (api !== 'Fetch' || kind !== 'response' || offset < 0 || fate !== 'delivered') return false;
  const { partitions } = (content as ResponseEnvelope).body as FetchResponse;
  return partitions.some(
    (one) => one.partition === partition && one.batches.some((batch) => batch.baseOffset <= offset && offset <= batch.lastOffset),
  );
}

/** A client's conversation with its transaction coordinator: how its transactions end decides what their records are worth. */
function isOfTransaction(message: RecordedMessage, { client }: SliceSubject, messages: readonly RecordedMessage[]): boolean {
  if (client === '' || (actorOfProcess(message.from) !== client && actorOfProcess(message.to) !== client)) return false;
  return familyOf(message, messages) === ('transactions' satisfies MessageFamily);
}
