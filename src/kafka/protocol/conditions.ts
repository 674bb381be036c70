/**
 * Conditions that carry Kafka's guarantees and that every release has. They are true in all presets. Each may be switched off, one at a time, to put the
 * checkers on trial: a check that cannot tell the difference is worth nothing (docs/mutants.md). Each is asked at one place of the code, where it matters.
 *
 * What changed between releases is in `features.ts`.
 */

/** Whose condition it is. */
export type ConditionArea = 'zookeeper' | 'replication' | 'log' | 'controller' | 'idempotence' | 'transaction' | 'group' | 'client';

export interface Condition {
  readonly area: ConditionArea;
  /** What holds, in one sentence. */
  readonly says: string;
  /** KIP, JIRA, section of Kafka's documentation, or the class that has it. */
  readonly source: string;
}

export const CONDITIONS = {
  // ------------------------------------------------------------ replication
  highWatermarkAwaitsIsr: {
    area: 'replication',
    says: 'The high watermark passes a record once every in-sync replica has fetched beyond it.',
    source: 'Kafka documentation, Replication',
  },
  unknownFollowersBlock: {
    area: 'replication',
    says: "A new leader's high watermark stands still until every in-sync replica has fetched in the new epoch.",
    source: 'KIP-101; Partition.maybeIncrementLeaderHW',
  },
  highWatermarkMonotonic: {
    area: 'replication',
    says: "A leader's high watermark never goes back.",
    source: 'Partition.maybeIncrementLeaderHW',
  },
  highWatermarkWithinLog: {
    area: 'replication',
    says: "A follower takes over no more of the leader's high watermark than it has records.",
    source: 'AbstractFetcherThread, UnifiedLog.updateHighWatermark',
  },
  fetchAcknowledgesBelow: {
    area: 'replication',
    says: "A follower's fetch acknowledges what is below its offset, not what it is about to be given.",
    source: 'Partition.updateFollowerFetchState',
  },
  shrinkPendsUntilConfirmed: {
    area: 'replication',
    says: 'A member that is being removed from the ISR counts until its removal is confirmed.',
    source: 'KIP-497',
  },
  unansweredIsrChangePends: {
    area: 'replication',
    says: 'An ISR change without an answer counts as pending: the controller may have made it.',
    source: 'KIP-497',
  },
  oneIsrChangeAtATime: { area: 'replication', says: 'A leader proposes no other ISR change while one is pending.', source: 'KIP-497' },
  isrJoinRequiresHighWatermark: {
    area: 'replication',
    says: "A follower joins the ISR once it has everything below the leader's high watermark.",
    source: 'Partition.maybeExpandIsr',
  },
  consumersReadCommitted: {
    area: 'replication',
    says: 'Consumers are given records below the high watermark only.',
    source: 'Kafka documentation, Replication',
  },
  ackAwaitsHighWatermark: {
    area: 'replication',
    says: 'acks=all is answered once the high watermark has passed the record.',
    source: 'Kafka documentation, producer configuration acks',
  },
  duplicateAwaitsReplication: {
    area: 'replication',
    says: 'A batch that was there already is acknowledged once it is replicated, like any other.',
    source: 'KIP-98; ReplicaManager.appendRecords',
  },
  minIsrAfterAppend: {
    area: 'replication',
    says: 'acks=all is refused when the ISR has fallen below min.insync.replicas by the time the record is replicated.',
    source: 'KAFKA-1555; DelayedProduce',
  },
  divergenceAnswered: {
    area: 'replication',
    says: 'A leader tells a follower whose last epoch ended earlier here where the logs part.',
    source: 'KIP-595',
  },
  staleLeaderAndIsrRefused: {
    area: 'replication',
    says: 'A replica ignores a LeaderAndIsr that is not newer than what it knows.',
    source: 'ReplicaManager.becomeLeaderOrFollower',
  },

  // ------------------------------------------------------------ log
  truncationForgetsEpochs: {
    area: 'log',
    says: 'Truncation takes the epochs beyond the new end out of the leader epoch cache.',
    source: 'KIP-101, KAFKA-10706',
  },
  epochsPersisted: { area: 'log', says: 'The leader epoch cache survives a restart.', source: 'KIP-101' },
  flushBeforeAcknowledge: {
    area: 'log',
    says: 'With flush.messages=1 a leader has a batch on its disk before it acknowledges it.',
    source: 'Kafka documentation, topic configuration flush.messages',
  },
  recoveryScansTail: {
    area: 'log',
    says: 'After an unclean stop the log is cut at the first batch that fails its CRC.',
    source: 'LogLoader.recoverLog',
  },
  snapshotsFitLog: {
    area: 'log',
    says: 'Producer snapshots beyond the end of a log that was cut are dropped.',
    source: 'KIP-98; ProducerStateManager.truncateAndReload',
  },
  snapshotsKeepTransactions: {
    area: 'log',
    says: "A producer snapshot keeps where a producer's open transaction began.",
    source: 'KIP-98; ProducerStateManager',
  },
  compactionKeepsLatest: {
    area: 'log',
    says: 'Compaction keeps the last record of every key.',
    source: 'Kafka documentation, Log Compaction',
  },
  rebuildReplaysLog: {
    area: 'log',
    says: 'Producer state is a snapshot and every batch after it.',
    source: 'KIP-98; UnifiedLog.rebuildProducerState',
  },

  // ------------------------------------------------------------ controller
  electsFromIsr: {
    area: 'controller',
    says: 'Only an in-sync replica is elected, unless unclean election is allowed.',
    source: 'Kafka documentation, Replication',
  },
  electsTheLiving: {
    area: 'controller',
    says: 'Only a broker that is registered is elected.',
    source: 'PartitionLeaderElectionAlgorithms',
  },
  electionRaisesEpoch: { area: 'controller', says: 'Every election raises the leader epoch.', source: 'KIP-101; PartitionStateMachine' },
  removalRaisesEpoch: {
    area: 'controller',
    says: 'Taking a replica offline raises the leader epoch.',
    source: 'ReplicaStateMachine.doRemoveReplicasFromIsr',
  },
  leaderWritesConditional: {
    area: 'controller',
    says: 'A leader writes its ISR to ZooKeeper only over the version that it knows.',
    source: 'KAFKA-2729; ReplicationUtils',
  },
  isrChangesFenced: {
    area: 'controller',
    says: 'The controller refuses the ISR change of a leader whose epoch, or partition epoch, is over.',
    source: 'KIP-497',
  },
  shuttingDownStaysOut: {
    area: 'controller',
    says: 'A broker that is about to leave is not alive to its controller: not electable, not fit for an ISR.',
    source: 'KAFKA-14140; KafkaController.doControlledShutdown',
  },

  // ------------------------------------------------------------ idempotence
  duplicateDetection: {
    area: 'idempotence',
    says: "A batch that repeats one of a producer's last five is answered as a success and not appended.",
    source: 'KIP-98',
  },
  sequenceChecks: { area: 'idempotence', says: "A batch must continue its producer's sequence.", source: 'KIP-98' },
  producerEpochFencing: { area: 'idempotence', says: 'A batch, or marker, of an older producer epoch is refused.', source: 'KIP-98' },
  producerStateRecovery: {
    area: 'idempotence',
    says: 'Producer state is rebuilt from the log after a restart and on followers.',
    source: 'KIP-98',
  },

  // ------------------------------------------------------------ transaction
  lastStableOffsetBound: { area: 'transaction', says: 'read_committed fetches end at the last stable offset.', source: 'KIP-98' },
  stableOffsetAwaitsMarkers: {
    area: 'transaction',
    says: 'The last stable offset passes a transaction once its marker is below the high watermark.',
    source: 'KIP-98',
  },
  abortedTransactionsListed: {
    area: 'transaction',
    says: 'read_committed fetches name the aborted transactions in what they return.',
    source: 'KIP-98',
  },
  initBumpsEpoch: {
    area: 'transaction',
    says: 'InitProducerId bumps the epoch of a transactional id, which fences its former holder.',
    source: 'KIP-98',
  },
  coordinatorEpochFencing: {
    area: 'transaction',
    says: 'AddPartitionsToTxn, AddOffsetsToTxn and EndTxn of another epoch are refused.',
    source: 'KIP-98',
  },
  decisionBeforeMarkers: {
    area: 'transaction',
    says: 'Markers are written only after the decision is in the transaction log.',
    source: 'KIP-98',
  },
  decisionReplicated: {
    area: 'transaction',
    says: 'The steps of a transaction are in the log of every in-sync replica before they take effect.',
    source: 'KIP-98; TransactionStateManager.appendTransactionToLog',
  },
  endAnsweredAfterDecision: {
    area: 'transaction',
    says: 'EndTxn is answered once the decision is in the transaction log.',
    source: 'KIP-98',
  },
  decidedTransactionsResumed: {
    area: 'transaction',
    says: 'A new coordinator finishes the transactions that its predecessor had decided.',
    source: 'KIP-98',
  },
  markersRetried: {
    area: 'transaction',
    says: 'Every partition of a transaction gets its marker, whoever leads it by then.',
    source: 'KIP-98',
  },
  completionAwaitsMarkers: {
    area: 'transaction',
    says: 'A transaction is complete once every partition has its marker.',
    source: 'KIP-98',
  },
  transactionTimeout: { area: 'transaction', says: 'Transactions that outlive transaction.timeout.ms are aborted.', source: 'KIP-98' },
  txnOffsetsPend: {
    area: 'transaction',
    says: 'Offsets in a transaction take effect with its commit marker, not before.',
    source: 'KIP-98',
  },
  offsetsJoinTransaction: {
    area: 'transaction',
    says: "The group's partition of __consumer_offsets is part of the transaction that commits offsets.",
    source: 'KIP-98, KIP-890',
  },

  // ------------------------------------------------------------ group
  commitGenerationFencing: {
    area: 'group',
    says: 'Offset commits of a former generation are refused.',
    source: 'KafkaApis; ILLEGAL_GENERATION',
  },
  generationAdvances: { area: 'group', says: 'Every rebalance begins a new generation.', source: 'GroupMetadata.initNextGeneration' },
  sessionExpiry: { area: 'group', says: 'Members that do not heartbeat for session.timeout.ms are removed.', source: 'KIP-62' },
  rebalanceAwaitsMembers: {
    area: 'group',
    says: 'A rebalance waits for every member to join again or time out.',
    source: 'GroupCoordinator, DelayedJoin',
  },
  rebalanceAnnounced: { area: 'group', says: 'Heartbeats tell members of a rebalance.', source: 'KIP-62' },
  offsetCommitReplicated: {
    area: 'group',
    says: 'An offset commit is answered once it is replicated (offsets.commit.required.acks=-1).',
    source: 'GroupMetadataManager.storeOffsets',
  },
  coordinatorLoadsState: {
    area: 'group',
    says: "A new coordinator reads its partition's records before it answers.",
    source: 'GroupMetadataManager.loadGroupsAndOffsets',
  },
  assignmentPersisted: {
    area: 'group',
    says: "A group's assignment is in the log before members hear of it.",
    source: 'GroupMetadataManager.storeGroup',
  },
  staticMemberFencing: { area: 'group', says: 'The former holder of a group.instance.id is fenced.', source: 'KIP-345' },
  partitionEpochExclusion: {
    area: 'group',
    says: 'A partition goes to its next owner once the former has given it up.',
    source: 'KIP-848',
  },
  memberEpochFencing: { area: 'group', says: 'Heartbeats and commits of another member epoch are refused.', source: 'KIP-848' },

  // ------------------------------------------------------------ client
  retriesInSequence: {
    area: 'client',
    says: 'A partition has at most five batches in flight, in sequence order; retries go back into that order.',
    source: 'KIP-98',
  },
  sequenceKeptOnRetry: { area: 'client', says: 'A batch keeps its sequence when it is sent again.', source: 'KIP-98' },
  retriesGoFirst: {
    area: 'client',
    says: "Without sequences a batch that failed goes back to the front of its partition's queue.",
    source: 'RecordAccumulator.reenqueue',
  },
  endAwaitsBatches: {
    area: 'client',
    says: 'A transaction is ended once none of its records is without an answer.',
    source: 'KIP-98; TransactionManager.nextRequest',
  },
  failedBatchAborts: {
    area: 'client',
    says: 'A transaction in which a record failed cannot be committed.',
    source: 'KIP-98; TransactionManager',
  },
  abortedRecordsFiltered: {
    area: 'client',
    says: 'A read_committed consumer leaves out records of aborted transactions.',
    source: 'KIP-98',
  },
  cooperativeTwoPhase: {
    area: 'client',
    says: 'A cooperative member gives up what it lost before anybody else is given it.',
    source: 'KIP-429',
  },
  eagerGivesUpFirst: {
    area: 'client',
    says: 'An eager member gives up everything before it joins again.',
    source: 'KIP-429; ConsumerCoordinator.onJoinPrepare',
  },
  revokedPartitionsDropped: {
    area: 'client',
    says: 'A member stops working on partitions that it gave up (onPartitionsRevoked).',
    source: 'KIP-62',
  },
  commitsFollowPositions: {
    area: 'client',
    says: 'A consumer commits only positions of what it handed to the application.',
    source: 'KAFKA-2942',
  },
  beginsAtCommitted: {
    area: 'client',
    says: 'A consumer begins at the offset that its group has committed.',
    source: 'ConsumerCoordinator.refreshCommittedOffsetsIfNeeded',
  },
  resetFollowsPolicy: {
    area: 'client',
    says: 'Without a committed offset auto.offset.reset decides.',
    source: 'Kafka documentation, consumer configuration auto.offset.reset',
  },

  // ------------------------------------------------------------ zookeeper
  znodeVersionChecks: {
    area: 'zookeeper',
    says: "A conditional set, delete or check of another version than the znode's is refused.",
    source: "ZooKeeper Programmer's Guide, Data Access",
  },
} as const satisfies Record<string, Condition>;

export type ConditionName = keyof typeof CONDITIONS;

export type KafkaConditions = { [C in ConditionName]: boolean };

export const conditionNames = Object.keys(CONDITIONS) as ConditionName[];

export const EVERY_CONDITION: Readonly<KafkaConditions> = Object.fromEntries(conditionNames.map((name) => [name, true])) as KafkaConditions;
