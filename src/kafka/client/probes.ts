/** Rare paths of producers and consumers. */
import { kafkaProbes } from '../protocol/probeNeeds.js';
import { stateMachine } from '../protocol/stateMachine.js';
import { VALID_PREVIOUS_PRODUCER_STATES } from './producerStates.js';

export const producerProbes = kafkaProbes('producers', {
  'produce-retried': 'A batch was sent again.',
  'produce-unknown-fate': 'A batch was given up, and may be in the log all the same.',
  'batch-expired-in-flight': 'A batch was given up while its request was on the way (KIP-91).',
  'batch-expired-in-queue': 'A batch was given up before it was sent (again).',
  'answer-to-given-up-batch': 'The answer to a batch came after it had been given up.',
  'batch-split': { meaning: 'A batch was too large and went in parts (KIP-126).', needs: ['a scenario of its own'] },
  'leader-learnt-from-error': { meaning: 'A refusal named the new leader (KIP-951).', needs: ['feature leaderInErrors'] },
  'stale-metadata-ignored': {
    meaning: 'Metadata of an older leader epoch was ignored (KIP-320).',
    needs: ['feature clientMetadataEpochs'],
  },
  'sequence-left-unresolved': { meaning: 'A batch of unknown fate was given up: its sequence may have been used.', needs: ['idempotence'] },
  'producer-epoch-bumped': {
    meaning: 'A producer raised its epoch by itself (KIP-360).',
    needs: ['idempotence', 'feature producerEpochBump'],
  },
  'producer-id-given-up': {
    meaning: 'A producer went on under a new id because its sequence could not be continued (before KIP-360).',
    needs: ['idempotence', 'no producerEpochBump'],
  },
  'batches-renumbered': { meaning: 'Batches in flight got new sequences.', needs: ['idempotence'] },
  'sequence-gap-closed': { meaning: 'A refused batch gave its sequence to those behind it.', needs: ['transactions'] },
  'retry-waits-for-older': { meaning: 'A retry waited until it was the oldest of its partition.', needs: ['idempotence'] },
  'transaction-abortable': { meaning: 'A transaction was lost, and its producer was not.', needs: ['transactions'] },
  'producer-fatal': { meaning: 'A producer could only be closed.', needs: ['transactions'] },
});

export const consumerProbes = kafkaProbes('consumers', {
  'consumer-offset-reset': { meaning: 'A consumer lost its position and reset it.', needs: ['power loss'] },
  'consumer-truncation-detected': {
    meaning: 'A consumer noticed that what it had read is gone from the log (KIP-320).',
    needs: ['feature consumerEpochValidation', 'a scenario of its own'],
  },
  'position-validated': {
    meaning: 'A consumer checked its position against a new leader, and found it good (KIP-320).',
    needs: ['feature consumerEpochValidation'],
  },
  'position-has-no-reset': {
    meaning: 'A consumer without a position failed because `auto.offset.reset` is `none`.',
    needs: ['a scenario of its own'],
  },
  'late-fetch-answer-ignored': { meaning: 'A fetch was answered for a position that the consumer had left.', needs: ['groups'] },
  'corrupt-batch-met': { meaning: 'A consumer met a batch with a bad CRC.', needs: ['power loss', 'a scenario of its own'] },
  'aborted-batch-left-out': {
    meaning: 'A read_committed consumer left a batch of an aborted transaction out.',
    needs: ['transactions', 'read_committed'],
  },
  'consumer-member-fenced': { meaning: 'A member heard that it is none any more.', needs: ['groups'] },
  'error-of-former-generation-ignored': {
    meaning: "An error meant for a member's former generation was ignored (KAFKA-9823).",
    needs: ['classic groups', 'feature responsesCheckedByGeneration'],
  },
  'max-poll-interval-exceeded': { meaning: 'An application did not poll for max.poll.interval.ms.', needs: ['groups'] },
  'partitions-lost': { meaning: 'A member was told that its partitions are lost, not revoked.', needs: ['groups'] },
  'cooperative-revocation': {
    meaning: 'A cooperative member gave partitions up and joined again.',
    needs: ['classic groups', 'cooperative assignor'],
  },
  'offset-commit-failed': { meaning: 'A commit failed for good.', needs: ['groups'] },
  'offset-commit-retried': { meaning: 'A commit was sent again.', needs: ['groups'] },
  'commit-outside-membership': { meaning: 'A member wanted to commit while it was none.', needs: ['groups'] },
});

export const producerStates = stateMachine('producer', VALID_PREVIOUS_PRODUCER_STATES);

/** AbstractCoordinator.MemberState. */
export const memberStates = stateMachine('member of a classic group', {
  UNJOINED: ['PREPARING_REBALANCE', 'COMPLETING_REBALANCE', 'STABLE'],
  PREPARING_REBALANCE: ['UNJOINED', 'STABLE'],
  COMPLETING_REBALANCE: ['PREPARING_REBALANCE'],
  STABLE: ['COMPLETING_REBALANCE'],
});
