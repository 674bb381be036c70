/** What a message says, in a few words for people: `orders-0: offsets 21–22`. Of many partitions the first few are named. */
import type { Names } from '../../engine/events.js';
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import { errorName } from '../../kafka/protocol/errors.js';
import type {
  ApiName,
  FetchPartitionResponse,
  PartitionState,
  RequestEnvelope,
  RequestOf,
  ResponseEnvelope,
  ResponseOf,
} from '../../kafka/protocol/messages.js';
import type { ClientMessage, ServerMessage, ZkOp } from '../../zookeeper/protocol.js';
import { counted } from '../numbers.js';

/** Empty where the name of the message says it all. @param names of the run, which tell what a partition's number stands for. */
export function messageText({ protocol, kind, content }: RecordedMessage, names: Names): string {
  if (protocol === 'zookeeper') return zooKeeperText(content as ClientMessage | ServerMessage);
  const words = new Words(names);
  if (kind === 'request') {
    const { api, body } = content as RequestEnvelope;
    return (requestTexts[api] as (body: unknown, words: Words) => string)(body, words);
  }
  const { api, body } = content as ResponseEnvelope;
  return (responseTexts[api] as (body: unknown, words: Words) => string)(body, words);
}

/** Interned partitions that it names; none for messages that are about the whole cluster or a group. */
export function partitionsNamed({ protocol, kind, content }: RecordedMessage): readonly number[] {
  if (protocol === 'zookeeper') return [];
  const { api, body } = content as RequestEnvelope | ResponseEnvelope;
  if (api === 'Metadata') return [];
  if (api === 'WriteTxnMarkers' && kind === 'request') return (body as RequestOf<'WriteTxnMarkers'>).markers.flatMap((m) => m.partitions);
  const { partitions } = body as { partitions?: readonly { readonly partition: number }[] };
  return (partitions ?? []).map(({ partition }) => partition);
}

const NAMED = 2;

class Words {
  constructor(private readonly names: Names) {}

  partition(partition: number): string {
    return this.names.text(partition);
  }

  /** The first few entries in full, the others counted. */
  list<T>(entries: readonly T[], text: (entry: T) => string): string {
    const told = entries.slice(0, NAMED).map(text);
    if (entries.length > NAMED) told.push(`${counted(entries.length - NAMED, 'partition')} more`);
    return told.join('; ');
  }

  partitions(entries: readonly { readonly partition: number }[], text: (entry: never) => string = (): string => ''): string {
    return this.list(entries, (entry) => {
      const words = text(entry as never);
      return words === '' ? this.partition(entry.partition) : `${this.partition(entry.partition)}: ${words}`;
    });
  }
}

type RequestTexts = { readonly [A in ApiName]: (body: RequestOf<A>, words: Words) => string };
type ResponseTexts = { readonly [A in ApiName]: (body: ResponseOf<A>, words: Words) => string };

const state = ({ leader, leaderEpoch, isr }: PartitionState): string =>
  `leader ${leader < 0 ? 'none' : leader}, epoch ${leaderEpoch}, ISR ${isr.join(',')}`;
const committed = ({ offset }: { readonly offset: number }): string => (offset < 0 ? 'none' : `offset ${offset}`);
const outcome = ({ errorCode }: { readonly errorCode: number }): string => (errorCode === 0 ? '' : errorName(errorCode));
const whole = (body: { readonly errorCode: number }): string => outcome(body);
const byPartition = (
  body: { readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[] },
  words: Words,
): string => words.partitions(body.partitions, outcome);
const member = (generation: number, id: string): string =>
  `${id === '' ? 'a new member' : id}${generation < 0 ? '' : `, generation ${generation}`}`;
const ending = (commit: boolean): string => (commit ? 'commit' : 'abort');

const requestTexts: RequestTexts = {
  Produce: ({ partitions, acks }, words) =>
    `${words.partitions(partitions, ({ batch }: RequestOf<'Produce'>['partitions'][number]) => {
      if (batch.control !== undefined) return `${ending(batch.control.commit)} marker`;
      const values = batch.records.map(({ value }) => value).filter((value) => value >= 0);
      const which =
        values.length === 0 ? '' : values.length === 1 ? ` (message ${values[0]})` : ` (messages ${values[0]} to ${values.at(-1)})`;
      return `${counted(batch.records.length, 'record')}${which}`;
    })}, acks=${acks === -1 ? 'all' : acks}`,
  Fetch: ({ partitions }, words) =>
    words.partitions(partitions, ({ fetchOffset }: { fetchOffset: number }) => `from offset ${fetchOffset}`),
  ListOffsets: ({ partitions }, words) =>
    words.partitions(partitions, ({ timestamp }: { timestamp: number }) =>
      timestamp === -1 ? 'latest' : timestamp === -2 ? 'earliest' : `at ${timestamp} ms`,
    ),
  OffsetForLeaderEpoch: ({ partitions }, words) =>
    words.partitions(partitions, ({ leaderEpoch }: { leaderEpoch: number }) => `where does epoch ${leaderEpoch} end?`),
  Metadata: ({ topics }) => (topics === null ? 'all topics' : topics.slice(0, NAMED).join(', ')),
  LeaderAndIsr: ({ partitions }, words) => words.partitions(partitions, state),
  UpdateMetadata: ({ partitions, liveBrokers }, words) =>
    `live brokers ${liveBrokers.join(',')}${partitions.length === 0 ? '' : `; ${words.partitions(partitions, state)}`}`,
  StopReplica: ({ partitions }, words) =>
    words.partitions(partitions, ({ deletePartition }: { deletePartition: boolean }) => (deletePartition ? 'delete' : '')),
  AlterPartition: ({ partitions }, words) =>
    words.partitions(partitions, ({ newIsr }: { newIsr: number[] }) => `ISR to ${newIsr.join(',')}`),
  FindCoordinator: ({ key, keyType }) => `of ${keyType} ${key}`,
  InitProducerId: ({ transactionalId }) => transactionalId ?? '',
  AddPartitionsToTxn: ({ transactions }, words) =>
    transactions
      .slice(0, NAMED)
      .map(({ transactionalId, partitions, verifyOnly }) => {
        const which = words.list(partitions, (partition) => words.partition(partition));
        return `${verifyOnly ? 'verify ' : ''}${transactionalId}: ${which}`;
      })
      .join('; '),
  AddOffsetsToTxn: ({ transactionalId, groupId }) => `${transactionalId}: offsets of group ${groupId}`,
  EndTxn: ({ transactionalId, commit }) => `${ending(commit)} ${transactionalId}`,
  WriteTxnMarkers: ({ markers }, words) =>
    markers
      .slice(0, NAMED)
      .map(
        ({ commit, producerId, partitions }) =>
          `${ending(commit)} of producer ${producerId}: ${words.list(partitions, (partition) => words.partition(partition))}`,
      )
      .join('; '),
  TxnOffsetCommit: ({ transactionalId, groupId, partitions }, words) =>
    `${transactionalId}, group ${groupId}: ${words.partitions(partitions, committed)}`,
  JoinGroup: ({ groupId, memberId }) => `${groupId}: ${member(-1, memberId)}`,
  SyncGroup: ({ groupId, generationId, memberId }) => `${groupId}: ${member(generationId, memberId)}`,
  Heartbeat: ({ groupId, generationId, memberId }) => `${groupId}: ${member(generationId, memberId)}`,
  LeaveGroup: ({ groupId, memberId }) => `${groupId}: ${memberId}`,
  OffsetCommit: ({ groupId, generationId, partitions }, words) =>
    `${groupId}${generationId < 0 ? '' : `, generation ${generationId}`}: ${words.partitions(partitions, committed)}`,
  OffsetFetch: ({ groupId }) => groupId,
  ConsumerGroupHeartbeat: ({ groupId, memberEpoch, memberId }) =>
    `${groupId}: ${memberId === '' ? 'a new member' : memberId}, epoch ${memberEpoch}`,
  ControlledShutdown: ({ brokerId }) => `broker ${brokerId}`,
};

const responseTexts: ResponseTexts = {
  Produce: ({ partitions }, words) =>
    words.partitions(partitions, ({ errorCode, baseOffset }: { errorCode: number; baseOffset: number }) =>
      errorCode === 0 ? `offset ${baseOffset}` : errorName(errorCode),
    ),
  Fetch: ({ partitions }, words) => {
    const news = partitions.filter(
      ({ errorCode, batches, divergingEpoch }) => errorCode !== 0 || batches.length > 0 || divergingEpoch !== null,
    );
    const told = news.length > 0 ? news : partitions.length === 1 ? partitions : [];
    return told.length === 0 ? 'nothing new' : words.partitions(told, fetched);
  },
  ListOffsets: ({ partitions }, words) =>
    words.partitions(partitions, ({ errorCode, offset }: { errorCode: number; offset: number }) =>
      errorCode === 0 ? `offset ${offset}` : errorName(errorCode),
    ),
  OffsetForLeaderEpoch: ({ partitions }, words) =>
    words.partitions(partitions, ({ errorCode, leaderEpoch, endOffset }: { errorCode: number; leaderEpoch: number; endOffset: number }) =>
      errorCode === 0 ? `${leaderEpoch < 0 ? 'it' : `epoch ${leaderEpoch}`} ends at ${endOffset}` : errorName(errorCode),
    ),
  Metadata: ({ topics }) =>
    topics
      .slice(0, NAMED)
      .map(
        ({ name, partitions }) =>
          `${name}: ${partitions
            .slice(0, NAMED)
            .map(({ leaderId }) => (leaderId < 0 ? 'no leader' : `leader ${leaderId}`))
            .join(', ')}`,
      )
      .join('; '),
  LeaderAndIsr: (body, words) =>
    [whole(body), byPartition({ partitions: body.partitions.filter(({ errorCode }) => errorCode !== 0) }, words)]
      .filter((text) => text !== '')
      .join('; '),
  UpdateMetadata: whole,
  StopReplica: (body, words) =>
    [whole(body), byPartition({ partitions: body.partitions.filter(({ errorCode }) => errorCode !== 0) }, words)]
      .filter((text) => text !== '')
      .join('; '),
  AlterPartition: ({ errorCode, partitions }, words) =>
    errorCode !== 0
      ? errorName(errorCode)
      : words.partitions(partitions, (one: ResponseOf<'AlterPartition'>['partitions'][number]) =>
          one.errorCode === 0 ? `leader ${one.leaderId}, epoch ${one.leaderEpoch}, ISR ${one.isr.join(',')}` : errorName(one.errorCode),
        ),
  FindCoordinator: ({ errorCode, nodeId }) => (errorCode === 0 ? `broker ${nodeId}` : errorName(errorCode)),
  InitProducerId: ({ errorCode, producerId, producerEpoch }) =>
    errorCode === 0 ? `producer ${producerId}, epoch ${producerEpoch}` : errorName(errorCode),
  AddPartitionsToTxn: ({ transactions }, words) =>
    transactions
      .slice(0, NAMED)
      .map((one) => byPartition(one, words))
      .join('; '),
  AddOffsetsToTxn: whole,
  EndTxn: whole,
  WriteTxnMarkers: ({ markers }, words) =>
    markers
      .slice(0, NAMED)
      .map((one) => byPartition(one, words))
      .join('; '),
  TxnOffsetCommit: byPartition,
  JoinGroup: ({ errorCode, generationId, leader, memberId }) =>
    errorCode === 0 ? `generation ${generationId}${leader === memberId ? ', leads' : ''}` : errorName(errorCode),
  SyncGroup: ({ errorCode, assignment }, words) =>
    errorCode !== 0
      ? errorName(errorCode)
      : assignment.length === 0
        ? 'no partitions'
        : words.list(assignment, (partition) => words.partition(partition)),
  Heartbeat: whole,
  LeaveGroup: whole,
  OffsetCommit: byPartition,
  OffsetFetch: ({ errorCode, partitions }, words) => (errorCode === 0 ? words.partitions(partitions, committed) : errorName(errorCode)),
  ConsumerGroupHeartbeat: ({ errorCode, memberEpoch, assignment }, words) =>
    errorCode !== 0
      ? errorName(errorCode)
      : `epoch ${memberEpoch}${assignment === null ? '' : `: ${assignment.length === 0 ? 'no partitions' : words.list(assignment, (partition) => words.partition(partition))}`}`,
  ControlledShutdown: ({ errorCode, remainingPartitions }) =>
    errorCode === 0 ? `${counted(remainingPartitions.length, 'partition')} left` : errorName(errorCode),
};

function fetched({ errorCode, batches, highWatermark, divergingEpoch }: FetchPartitionResponse): string {
  if (errorCode !== 0) return errorName(errorCode);
  if (divergingEpoch !== null) return `the logs part: epoch ${divergingEpoch.epoch} ends at ${divergingEpoch.endOffset}`;
  const [first, last] = [batches[0], batches.at(-1)];
  const what =
    first === undefined || last === undefined
      ? 'nothing new'
      : first.baseOffset === last.lastOffset
        ? `offset ${first.baseOffset}`
        : `offsets ${first.baseOffset} to ${last.lastOffset}`;
  return `${what}, high watermark ${highWatermark}`;
}

function zooKeeperText(message: ClientMessage | ServerMessage): string {
  switch (message.kind) {
    case 'read':
      return `${message.what} of ${message.path}${message.watch ? ', with a watch' : ''}`;
    case 'write':
      return `${message.ops.slice(0, NAMED).map(operationText).join('; ')}${message.ops.length > NAMED ? `; ${message.ops.length - NAMED} more` : ''}`;
    case 'reply':
      return message.code;
    case 'watch':
      return `${message.event.path} ${message.event.type.replace('-', ' ')}`;
    case 'connect':
      return message.sessionId === 0 ? 'a new session' : `session ${message.sessionId}`;
    case 'connected':
      return message.sessionId === 0 ? 'the session has expired' : `session ${message.sessionId}`;
    case 'sync':
    case 'close':
    case 'set-watches':
    case 'ping':
    case 'pong':
      return '';
  }
}

function operationText(op: ZkOp): string {
  return `${op.op} ${op.path}`;
}
