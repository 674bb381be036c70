/**
 * Conditions that carry Kafka's guarantees for producers, transactions and groups, and that every release has. They are true in all presets. Each may be
 * switched off, one at a time, to put the checkers on trial: a check that cannot tell the difference is worth nothing.
 */
export interface KafkaConditions {
  // ------------------------------------------------------------ partition leader
  /** A batch that repeats one of a producer's last five is answered as a success and not appended (KIP-98). */
  duplicateDetection: boolean;
  /** A batch must continue its producer's sequence (KIP-98). */
  sequenceChecks: boolean;
  /** A batch, or marker, of an older producer epoch is refused (KIP-98). */
  producerEpochFencing: boolean;
  /** Producer state is rebuilt from the log after a restart and on followers (KIP-98). */
  producerStateRecovery: boolean;
  /** read_committed fetches end at the last stable offset (KIP-98). */
  lastStableOffsetBound: boolean;
  /** read_committed fetches name the aborted transactions in what they return (KIP-98). */
  abortedTransactionsListed: boolean;

  // ------------------------------------------------------------ transaction coordinator
  /** InitProducerId bumps the epoch of a transactional id, which fences its former holder (KIP-98). */
  initBumpsEpoch: boolean;
  /** AddPartitionsToTxn, AddOffsetsToTxn and EndTxn of another epoch are refused (KIP-98). */
  coordinatorEpochFencing: boolean;
  /** Markers are written only after the decision is in the transaction log (KIP-98). */
  decisionBeforeMarkers: boolean;
  /** A new coordinator finishes the transactions that its predecessor had decided (KIP-98). */
  decidedTransactionsResumed: boolean;
  /** Every partition of a transaction gets its marker, whoever leads it by then (KIP-98). */
  markersRetried: boolean;
  /** Transactions that outlive transaction.timeout.ms are aborted (KIP-98). */
  transactionTimeout: boolean;
  /** Offsets in a transaction take effect with its commit marker, not before (KIP-98). */
  txnOffsetsPend: boolean;

  // ------------------------------------------------------------ group coordinator
  /** Offset commits of a former generation are refused. */
  commitGenerationFencing: boolean;
  /** Members that do not heartbeat for session.timeout.ms are removed. */
  sessionExpiry: boolean;
  /** A rebalance waits for every member to join again or time out. */
  rebalanceAwaitsMembers: boolean;
  /** An offset commit is answered once it is replicated (offsets.commit.required.acks=-1). */
  offsetCommitReplicated: boolean;
  /** A new coordinator reads its partition's records before it answers. */
  coordinatorLoadsState: boolean;
  /** A group's assignment is in the log before members hear of it. */
  assignmentPersisted: boolean;
  /** KIP-345: the former holder of a group.instance.id is fenced. */
  staticMemberFencing: boolean;
  /** KIP-848: a partition goes to its next owner once the former has given it up. */
  partitionEpochExclusion: boolean;
  /** KIP-848: heartbeats and commits of another member epoch are refused. */
  memberEpochFencing: boolean;

  // ------------------------------------------------------------ clients
  /** A partition has at most five batches in flight, in sequence order; retries go back into that order (KIP-98). */
  retriesInSequence: boolean;
  /** A batch keeps its sequence when it is sent again (KIP-98). */
  sequenceKeptOnRetry: boolean;
  /** A read_committed consumer leaves out records of aborted transactions (KIP-98). */
  abortedRecordsFiltered: boolean;
  /** KIP-429: a cooperative member gives up what it lost before anybody else is given it. */
  cooperativeTwoPhase: boolean;
  /** A member stops working on partitions that it gave up (onPartitionsRevoked). */
  revokedPartitionsDropped: boolean;
  /** A consumer commits only positions of what it handed to the application. */
  commitsFollowPositions: boolean;

  // ------------------------------------------------------------ ZooKeeper
  /** A conditional set, delete or check of another version than the znode's is refused (ZooKeeper Programmer's Guide, Data Access). */
  znodeVersionChecks: boolean;
}

export const EVERY_CONDITION: Readonly<KafkaConditions> = {
  duplicateDetection: true,
  sequenceChecks: true,
  producerEpochFencing: true,
  producerStateRecovery: true,
  lastStableOffsetBound: true,
  abortedTransactionsListed: true,
  initBumpsEpoch: true,
  coordinatorEpochFencing: true,
  decisionBeforeMarkers: true,
  decidedTransactionsResumed: true,
  markersRetried: true,
  transactionTimeout: true,
  txnOffsetsPend: true,
  commitGenerationFencing: true,
  sessionExpiry: true,
  rebalanceAwaitsMembers: true,
  offsetCommitReplicated: true,
  coordinatorLoadsState: true,
  assignmentPersisted: true,
  staticMemberFencing: true,
  partitionEpochExclusion: true,
  memberEpochFencing: true,
  retriesInSequence: true,
  sequenceKeptOnRetry: true,
  abortedRecordsFiltered: true,
  cooperativeTwoPhase: true,
  revokedPartitionsDropped: true,
  commitsFollowPositions: true,
  znodeVersionChecks: true,
};
