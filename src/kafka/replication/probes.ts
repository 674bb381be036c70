/** Rare paths of replication: leaders and followers, in-sync replicas, truncation, producing and fetching. */
import { kafkaProbes } from '../protocol/probeNeeds.js';
import { stateMachine } from '../protocol/stateMachine.js';

export const replicationProbes = kafkaProbes('replication', {
  // ------------------------------------------------------------ in-sync replicas and the high watermark
  'isr-shrink-proposed': 'A leader wanted a follower that fell behind out of the ISR.',
  'isr-expand-proposed': 'A leader wanted a follower that caught up in the ISR.',
  'isr-shrunk': 'A shrunk ISR was confirmed to its leader.',
  'isr-expanded': 'A grown ISR was confirmed to its leader.',
  'isr-change-taken-back': 'An ISR change was refused for good, and its leader took it back.',
  'isr-change-superseded': {
    meaning: 'An ISR change was refused because the controller knows something newer; its leader waits for that.',
    needs: ['feature alterPartition'],
  },
  'alter-partition-retried': {
    meaning: 'AlterPartition had no answer, or no controller, and was sent again.',
    needs: ['feature alterPartition'],
  },
  'isr-write-answer-was-lost': {
    meaning: "A leader recognised its own write of the ISR in ZooKeeper, whose answer it never got (KAFKA-2729's trap).",
    needs: ['no alterPartition'],
  },
  'isr-join-waits-for-epoch-start': {
    meaning: 'A follower above the high watermark had to reach the start of the leader epoch before it joined the ISR (KAFKA-7128).',
    needs: ['feature isrJoinRequiresEpochStart'],
  },
  'isr-join-refused-to-the-dead': {
    meaning: 'A follower that caught up was kept out of the ISR because it counts as dead (KAFKA-14140).',
    needs: ['feature isrMembersMustBeAlive'],
  },
  'high-watermark-held-by-min-isr': {
    meaning: 'The high watermark stayed because the ISR is below min.insync.replicas (KAFKA-15583).',
    needs: ['feature highWatermarkRequiresMinIsr'],
  },
  'high-watermark-held-by-isr-write': {
    meaning: 'The high watermark stayed while the leader was writing its ISR to ZooKeeper.',
    needs: ['no alterPartition'],
  },
  'high-watermark-waits-for-joiner': {
    meaning: 'A caught-up follower outside the ISR held the high watermark back (KAFKA-4485).',
    needs: ['feature highWatermarkWaitsForCaughtUp'],
  },
  'high-watermark-lowered': 'A new leader told a follower a lower high watermark than the former one had.',

  // ------------------------------------------------------------ leadership
  'leader-became-follower': 'A broker that led a partition was told to follow.',
  'led-on-in-new-epoch': 'A leader was told to lead on, in a new epoch.',
  'old-leader-and-isr-ignored': {
    meaning: 'LeaderAndIsr of an older leader epoch changed nothing.',
    needs: ['a scenario of its own'],
  },
  'stale-stop-replica-fenced': {
    meaning: "StopReplica meant for a replica's former life was refused (KIP-570).",
    needs: ['feature stopReplicaEpoch', 'a scenario of its own'],
  },
  'replica-deleted': 'A replica that was reassigned away was deleted from its broker.',

  // ------------------------------------------------------------ fetching
  'stale-follower-fetch-fenced': {
    meaning: 'A follower of an older leader epoch was refused (KIP-320).',
    needs: ['feature fetchEpochFencing'],
  },
  'stale-consumer-fetch-fenced': {
    meaning: 'A consumer of an older leader epoch was refused (KIP-320).',
    needs: ['feature fetchEpochFencing'],
  },
  'fetch-from-newer-epoch-refused': {
    meaning: 'A broker was asked by somebody who knows of a newer leader epoch than itself (KIP-320).',
    needs: ['feature fetchEpochFencing'],
  },
  'fetch-from-stranger-refused': 'A leader was asked by a broker that is no replica as far as it knows.',
  'fetch-offset-out-of-range': 'Somebody asked for an offset that the log does not have.',
  'fetch-epoch-unknown-to-leader': {
    meaning: 'A follower named an epoch that its leader has never heard of.',
    needs: ['truncation while fetching', 'a scenario of its own'],
  },
  'diverging-epoch-answered': { meaning: 'A leader told a follower where their logs part.', needs: ['truncation while fetching'] },
  'read-above-last-stable-offset': {
    meaning: 'A read_committed fetch was given records of an open transaction (before KAFKA-9807).',
    needs: ['transactions', 'read_committed', 'no stableOffsetReadOnce', 'a scenario of its own'],
  },
  'read-ended-at-last-stable-offset': {
    meaning: 'A read_committed fetch ended before the high watermark, at an open transaction.',
    needs: ['transactions', 'read_committed'],
  },
  'aborted-transactions-listed': {
    meaning: 'A read_committed fetch was told which records to leave out.',
    needs: ['transactions', 'read_committed'],
  },
  'offset-not-available': {
    meaning: 'A new leader would not tell an offset before its high watermark had caught up (KIP-207).',
    needs: ['feature offsetNotAvailable', 'a scenario of its own'],
  },
  'consumer-sent-to-follower': {
    meaning: 'A leader sent a consumer to a replica in its own rack (KIP-392).',
    needs: ['feature followerFetching', 'a scenario of its own'],
  },
  'consumer-served-by-follower': {
    meaning: 'A follower answered a consumer (KIP-392).',
    needs: ['feature followerFetching', 'a scenario of its own'],
  },

  // ------------------------------------------------------------ truncation
  'log-truncated': 'A follower cut records off its log.',
  'truncated-below-high-watermark': 'A follower cut off records below its own high watermark.',
  'truncated-on-diverging-epoch': {
    meaning: "A follower cut its log where it parts from the leader's, as the answer to a fetch says.",
    needs: ['truncation while fetching'],
  },
  'truncated-to-leader-end': 'A follower cut its log at the end of a leader that has less.',
  'truncated-to-high-watermark': {
    meaning: 'A follower cut everything above its high watermark, whatever the leader has (before KIP-101).',
    needs: ['truncation to the high watermark'],
  },
  'truncated-to-epoch-end': {
    meaning: 'A follower cut its log where its last epoch ended at the leader (KIP-101, KIP-279).',
    needs: ['truncation before fetching'],
  },
  'truncated-without-epochs': {
    meaning: 'A follower that knows no epoch fell back to the high watermark.',
    needs: ['truncation before fetching'],
  },
  'truncated-as-epoch-unknown-to-leader': {
    meaning: 'A follower fell back to the high watermark because the leader knows no such epoch.',
    needs: ['truncation before fetching', 'a scenario of its own'],
  },
  'truncation-took-several-rounds': {
    meaning: 'A follower went down epoch by epoch to find where the logs part (KIP-279).',
    needs: ['truncation before fetching', 'a scenario of its own'],
  },
  'follower-began-at-leader-start': {
    meaning: "A follower whose log ended below the leader's start threw it away.",
    needs: ['a scenario of its own'],
  },
  'follower-raised-log-start': { meaning: "A follower raised its log start to the leader's.", needs: ['a scenario of its own'] },
  'late-fetch-answer-dropped': 'The partition had changed hands, or been cut, while the answer to a fetch travelled (KAFKA-13207).',
  'late-epoch-answer-dropped': {
    meaning: 'The partition had changed hands while the answer about its epoch travelled (KAFKA-7786).',
    needs: ['truncation before fetching'],
  },
  'follower-fenced': {
    meaning: 'A follower heard that its leader epoch is over, and stopped to fetch.',
    needs: ['feature fetchEpochFencing'],
  },
  'follower-append-corrupt': { meaning: 'A follower refused a batch with a bad CRC.', needs: ['power loss'] },
  'follower-append-sequence-refused': {
    meaning: 'A follower refused a batch for its sequence (before KAFKA-6003).',
    needs: ['no followersTrustSequences', 'a scenario of its own'],
  },

  // ------------------------------------------------------------ producing
  'duplicate-batch-answered': { meaning: 'A batch that the log has already was answered and not appended.', needs: ['idempotence'] },
  'not-enough-replicas-after-append': 'The ISR shrank below min.insync.replicas after a batch was appended.',
  'produce-timed-out-after-append': 'A batch was appended and not replicated in time: its wait in purgatory ran out.',
  'leadership-lost-while-produce-waited': 'A batch was appended, and leadership was over before it was replicated.',
  'connection-closed-for-acks-0': { meaning: 'A failed append with acks=0 closed the connection.', needs: ['a scenario of its own'] },
  'acks-n-acknowledged': {
    meaning: 'acks=N was satisfied by N log ends (before 0.9).',
    needs: ['feature legacyAcksN', 'a scenario of its own'],
  },
  'append-awaited-flush': { meaning: 'An append waited for its fsync (flush.messages).', needs: ['a scenario of its own'] },
  'late-coordinator-write-refused': {
    meaning: "A coordinator's write met another leader epoch than the one it spoke in.",
    needs: ['groups', 'a scenario of its own'],
  },
  'transaction-verification-asked': {
    meaning: 'A leader asked the coordinator before the first record of a transaction (KIP-890).',
    needs: ['transactions', 'feature txnVerification'],
  },
  'verification-overtaken': {
    meaning: 'What the coordinator had confirmed was no longer so when the batch was to be appended (KIP-890).',
    needs: ['transactions', 'feature txnVerification', 'a scenario of its own'],
  },
});

/** A replica as its broker knows it: from leader epoch to leader epoch. */
export const brokerReplicaStates = stateMachine('replica on its broker', {
  None: ['Leader', 'Follower', 'Stopped'],
  Leader: ['None', 'Leader', 'Follower', 'Stopped'],
  Follower: ['None', 'Leader', 'Follower', 'Stopped'],
  Stopped: ['None', 'Leader', 'Follower', 'Stopped'],
});
