/** All that Kafka's part of a simulation can count: probes by area, state machines, and answered errors with the ones that nobody answers. */
import type { ProbeArea } from '../engine/probes.js';
import { consumerProbes, memberStates, producerProbes, producerStates } from './client/probes.js';
import { controllerProbes, controllerStates, partitionStates, replicaStates } from './controller/probes.js';
import { consumerMemberStates, groupProbes, groupStates } from './group/probes.js';
import { logProbes, logProducerStates } from './log/probes.js';
import type { ErrorName } from './protocol/errors.js';
import type { KafkaNeed } from './protocol/probeNeeds.js';
import type { StateMachine } from './protocol/stateMachine.js';
import { brokerReplicaStates, replicationProbes } from './replication/probes.js';
import { transactionProbes, transactionStates } from './transaction/probes.js';

/** In the order in which a report shows them. */
export const kafkaProbeAreas: readonly ProbeArea<string, KafkaNeed>[] = [
  logProbes,
  replicationProbes,
  controllerProbes,
  groupProbes,
  transactionProbes,
  producerProbes,
  consumerProbes,
];

export const kafkaStateMachines: readonly StateMachine[] = [
  brokerReplicaStates,
  partitionStates,
  replicaStates,
  controllerStates,
  logProducerStates,
  producerStates,
  transactionStates,
  groupStates,
  memberStates,
  consumerMemberStates,
].map((machine) => machine as unknown as StateMachine);

/** Errors that clients know what to do about and no simulated broker answers: why, and where they are mentioned all the same. */
export const neverAnswered: Partial<Readonly<Record<ErrorName, { readonly reason: string; readonly mentioned: readonly string[] }>>> = {
  CORRUPT_MESSAGE: {
    reason: 'what a producer sends has a good CRC; a batch that rotted on the disk is found by whoever reads it',
    mentioned: ['src/kafka/client/BatchResults.ts', 'src/kafka/client/Fetcher.ts'],
  },
  NETWORK_EXCEPTION: {
    reason: 'what clients, and brokers as clients of brokers, conclude when no answer comes',
    mentioned: [
      'src/kafka/client/ClassicMembership.ts',
      'src/kafka/client/ConsumerProtocolMembership.ts',
      'src/kafka/client/OffsetCommitter.ts',
      'src/kafka/client/Sender.ts',
      'src/kafka/group/appendErrors.ts',
      'src/kafka/transaction/VerificationClient.ts',
    ],
  },
  INVALID_TOPIC_EXCEPTION: { reason: 'scenarios have no topic with a forbidden name', mentioned: ['src/kafka/client/BatchResults.ts'] },
  DUPLICATE_SEQUENCE_NUMBER: {
    reason: 'a duplicate that a broker remembers is answered with its offset; an older one is out of order',
    mentioned: ['src/kafka/client/BatchResults.ts'],
  },
  OPERATION_NOT_ATTEMPTED: {
    reason: 'AddPartitionsToTxn adds all partitions or none, with one error for each; AlterPartition answers it in KRaft',
    mentioned: ['src/kafka/client/transactionCalls.ts', 'src/kafka/replication/AlterPartitionManager.ts'],
  },
  NEW_LEADER_ELECTED: { reason: 'only the KRaft controller answers it', mentioned: ['src/kafka/replication/AlterPartitionManager.ts'] },
  TRANSACTION_ABORTABLE: {
    reason: 'KIP-890 has brokers answer it to newer clients than those that are simulated',
    mentioned: ['src/kafka/client/BatchResults.ts', 'src/kafka/client/transactionErrors.ts'],
  },
};

const NOT_DRAWN = 'possible, and in no run of the campaign';
const AWAY = 'a static member is away for a moment only in the campaign, and comes back to what it had given up by then';
const REBALANCE_OF_MANY = 'takes several members that join or go within one heartbeat; the campaign has three';
const NO_IDENTITY_LOST = 'takes a fatal error before the first record; brokers answer none there to clients with manners';

/** Transitions that a machine has and the campaign of `properties/coverage.test.ts` does not take, each with the reason. */
export const unreachedTransitions: Readonly<Record<string, string>> = {
  'classic group: Dead→Dead': "Kafka's table has it; a group that is gone is not found again here",
  'member of a consumer group: Away→STABLE': AWAY,
  'member of a consumer group: Away→UNRELEASED_PARTITIONS': AWAY,
  'member of a consumer group: STABLE→UNRELEASED_PARTITIONS': REBALANCE_OF_MANY,
  'member of a consumer group: UNRELEASED_PARTITIONS→Absent': REBALANCE_OF_MANY,
  'member of a consumer group: UNRELEASED_PARTITIONS→Away': AWAY,
  'member of a consumer group: UNRELEASED_PARTITIONS→UNREVOKED_PARTITIONS': REBALANCE_OF_MANY,
  'member of a consumer group: UNREVOKED_PARTITIONS→Away': AWAY,
  'member of a consumer group: UNREVOKED_PARTITIONS→UNRELEASED_PARTITIONS': REBALANCE_OF_MANY,
  'member of a consumer group: UNREVOKED_PARTITIONS→UNREVOKED_PARTITIONS': REBALANCE_OF_MANY,
  'producer: ABORTABLE_ERROR→UNINITIALIZED': "Kafka's table has it; a transactional producer keeps its id",
  'producer: COMMITTING_TRANSACTION→INITIALIZING':
    'takes an epoch bump that is asked for while a commit is under way, which loses the transaction',
  'producer: FATAL_ERROR→FATAL_ERROR': 'the second fatal error is not looked at',
  'producer: INITIALIZING→ABORTABLE_ERROR': NO_IDENTITY_LOST,
  'producer: INITIALIZING→FATAL_ERROR': NO_IDENTITY_LOST,
  'producer: READY→FATAL_ERROR': NO_IDENTITY_LOST,
  'producer: UNINITIALIZED→FATAL_ERROR': NO_IDENTITY_LOST,
  'replica at the controller: New→New': NOT_DRAWN,
  'replica at the controller: New→Offline': NOT_DRAWN,
  'replica on its broker: Leader→None': 'the controller stops a replica before it has it deleted',
  'replica on its broker: None→Stopped': 'a replica that nobody heard of is not stopped',
  'replica on its broker: Stopped→Leader': NOT_DRAWN,
  'transaction: CompleteAbort→Dead': NOT_DRAWN,
  'transaction: Empty→Dead': NOT_DRAWN,
  'transaction: PrepareEpochFence→PrepareAbort': 'the fence is held in memory only, so that it counts as Ongoing→PrepareAbort',
};
