/** Rare paths of a replica's log and of what it knows of producers. */
import { kafkaProbes } from '../protocol/probeNeeds.js';
import { stateMachine } from '../protocol/stateMachine.js';

export const logProbes = kafkaProbes('log', {
  'segment-rolled': { meaning: 'A log began a new segment.', needs: ['a scenario of its own'] },
  'retention-deleted-segment': { meaning: 'Retention deleted a segment.', needs: ['a scenario of its own'] },
  'log-started-over': 'A log was thrown away and begun anew at another offset.',
  'unclean-recovery': 'A log was opened after an unclean shutdown.',
  'recovery-truncated-corrupt-tail': { meaning: 'Recovery cut a log at a torn or corrupt batch.', needs: ['power loss'] },
  'recovery-closed-hole': { meaning: 'Recovery dropped segments behind a gap.', needs: ['power loss', 'a scenario of its own'] },
  'crash-between-checkpoint-and-rename': {
    meaning: 'A crash left the temporary file of a checkpoint behind.',
    needs: ['a scenario of its own'],
  },
  'disk-refused-append': 'The disk refused an append.',
  'disk-refused-flush': { meaning: 'The disk refused an fsync.', needs: ['a scenario of its own'] },
  'log-compacted': { meaning: 'A pass of the log cleaner was carried out.', needs: ['a scenario of its own'] },
  'tombstone-removed': { meaning: 'Compaction removed a tombstone that had served its time.', needs: ['a scenario of its own'] },
  'aborted-records-compacted': {
    meaning: 'Compaction removed the records of an aborted transaction.',
    needs: ['transactions', 'a scenario of its own'],
  },
  'marker-compacted': {
    meaning: 'Compaction removed the marker of a transaction of which nothing was left.',
    needs: ['transactions', 'a scenario of its own'],
  },
  'producer-snapshot-loaded': { meaning: 'Producer state was restored from a snapshot.', needs: ['idempotence'] },
  'producer-snapshot-unreadable': {
    meaning: 'The newest snapshot of producer state was left unfinished by a crash; an older one served.',
    needs: ['idempotence', 'a scenario of its own'],
  },
  'producer-expired': { meaning: 'A producer that wrote nothing for long was forgotten.', needs: ['idempotence', 'a scenario of its own'] },
  'producer-forgotten-with-its-records': {
    meaning: 'A producer was forgotten because its records were deleted (before KAFKA-7190).',
    needs: ['idempotence', 'no producerStateOutlivesRecords', 'a scenario of its own'],
  },
  'unknown-producer-accepted': {
    meaning: 'A leader took any first sequence from a producer that it does not know (KIP-360).',
    needs: ['idempotence', 'feature producerEpochBump'],
  },
  'unknown-producer-refused': {
    meaning: 'A leader refused a sequence from a producer that it does not know (before KIP-360).',
    needs: ['idempotence', 'no producerEpochBump', 'a scenario of its own'],
  },
  'sequence-gap-refused': { meaning: 'A leader refused a batch whose sequence does not follow.', needs: ['idempotence'] },
  'old-producer-epoch-refused': { meaning: 'A leader refused a batch of a producer epoch that is over.', needs: ['idempotence'] },
  'lower-sequence-awaited': {
    meaning: 'A leader refused a sequence because a lower one was being verified (KAFKA-14920).',
    needs: ['transactions', 'feature verificationKeepsSequence'],
  },
  'marker-of-old-epoch-refused': { meaning: 'A leader refused a marker of a producer epoch that is over.', needs: ['transactions'] },
  'marker-of-old-coordinator-refused': {
    meaning: 'A leader refused a marker of a coordinator that has been replaced.',
    needs: ['transactions', 'a scenario of its own'],
  },
  'marker-ended-nothing': { meaning: 'A marker reached a partition in which its transaction has no records.', needs: ['transactions'] },
  'coordinator-data-refused': {
    meaning: 'Offsets of a transaction were refused because its producer has been fenced.',
    needs: ['transactions', 'groups', 'a scenario of its own'],
  },
  'transaction-aborted-in-log': { meaning: 'An abort marker ended a transaction that had records.', needs: ['transactions'] },
});

/** A producer id as one replica of a partition knows it. */
export const logProducerStates = stateMachine('producer id in a log', {
  Unknown: ['Known'],
  Known: ['Unknown', 'InTransaction'],
  InTransaction: ['Known'],
});
