/** Messages by what they are for, so that a reader can look at one purpose at a time. */
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import type { ApiName, FetchRequest, RequestEnvelope } from '../../kafka/protocol/messages.js';

export const messageFamilies = [
  'produce',
  'replication',
  'consume',
  'leadership',
  'groups',
  'transactions',
  'metadata',
  'zookeeper',
] as const;
export type MessageFamily = (typeof messageFamilies)[number];

export const familyTitles: Readonly<Record<MessageFamily, string>> = {
  produce: 'Produce',
  replication: 'Fetch by followers',
  consume: 'Fetch by consumers',
  leadership: 'Leaders and ISR',
  groups: 'Groups and offsets',
  transactions: 'Transactions',
  metadata: 'Metadata',
  zookeeper: 'ZooKeeper',
};

const families: Readonly<Record<Exclude<ApiName, 'Fetch'>, MessageFamily>> = {
  Produce: 'produce',
  ListOffsets: 'consume',
  OffsetForLeaderEpoch: 'replication',
  Metadata: 'metadata',
  FindCoordinator: 'metadata',
  UpdateMetadata: 'metadata',
  LeaderAndIsr: 'leadership',
  StopReplica: 'leadership',
  AlterPartition: 'leadership',
  ControlledShutdown: 'leadership',
  InitProducerId: 'transactions',
  AddPartitionsToTxn: 'transactions',
  AddOffsetsToTxn: 'transactions',
  EndTxn: 'transactions',
  WriteTxnMarkers: 'transactions',
  TxnOffsetCommit: 'transactions',
  JoinGroup: 'groups',
  SyncGroup: 'groups',
  Heartbeat: 'groups',
  LeaveGroup: 'groups',
  OffsetCommit: 'groups',
  OffsetFetch: 'groups',
  ConsumerGroupHeartbeat: 'groups',
};

/** @param all every message of the run, in the order of their ids: an answer belongs to the family of its request. */
export function familyOf(message: RecordedMessage, all: readonly RecordedMessage[]): MessageFamily {
  const { protocol, api, kind, counterpart, content } = message;
  if (protocol === 'zookeeper') return 'zookeeper';
  if (api !== 'Fetch') return families[api as keyof typeof families];
  const request = kind === 'request' ? content : all[counterpart - 1]?.content;
  const replica = ((request as RequestEnvelope | undefined)?.body as FetchRequest | undefined)?.replicaId ?? -1;
  return replica >= 0 ? 'replication' : 'consume';
}
