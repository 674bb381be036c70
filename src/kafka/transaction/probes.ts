/** Rare paths of the transaction coordinator. */
import { kafkaProbes } from '../protocol/probeNeeds.js';
import { stateMachine } from '../protocol/stateMachine.js';
import { ABORTS_NOTHING, VALID_PREVIOUS } from './TransactionMetadata.js';

export const transactionProbes = kafkaProbes('transactions', {
  'transaction-timed-out': { meaning: 'The coordinator aborted a transaction that was open for too long.', needs: ['transactions'] },
  'transaction-aborted-by-init': {
    meaning: "InitProducerId met an open transaction of the id's former holder, and aborted it.",
    needs: ['transactions'],
  },
  'init-producer-id-repeated': {
    meaning: 'InitProducerId came again, and got the epoch that the first one had got (KIP-360).',
    needs: ['transactions', 'feature producerEpochBump'],
  },
  'end-txn-repeated': { meaning: 'EndTxn came again after the transaction had ended, and was told so.', needs: ['transactions'] },
  'transaction-step-not-written': { meaning: 'The transaction log did not take a step, which was taken back.', needs: ['transactions'] },
  'epoch-fence-not-written': {
    meaning: 'The abort that was to fence a producer could not be written; the next attempt takes the same epoch (KAFKA-9666).',
    needs: ['transactions'],
  },
  'decided-transaction-resumed': { meaning: 'A new coordinator finished what its predecessor had decided.', needs: ['transactions'] },
  'markers-sent-again': { meaning: 'A marker was not answered, or refused, and was sent again.', needs: ['transactions'] },
  'marker-to-leaderless-partition': { meaning: 'A marker waited for a partition to have a leader.', needs: ['transactions'] },
  'marker-given-up': {
    meaning: 'A coordinator gave a marker up because somebody newer has decided there.',
    needs: ['transactions', 'a scenario of its own'],
  },
  'completion-written-again': {
    meaning: 'All markers were written, and the log did not take that at first.',
    needs: ['transactions'],
  },
  'transactional-id-expired': {
    meaning: 'A transactional id that nobody uses was forgotten.',
    needs: ['transactions', 'a scenario of its own'],
  },
  'verification-refused': {
    meaning: 'The coordinator did not confirm a partition, or did not answer, and the batch was refused (KIP-890).',
    needs: ['transactions', 'feature txnVerification'],
  },
  'verification-superseded': {
    meaning: 'A question to the coordinator gave way to a newer one of the same producer (KIP-890).',
    needs: ['transactions', 'feature txnVerification', 'a scenario of its own'],
  },
  'producer-ids-contended': {
    meaning: 'Two brokers claimed a block of producer ids at the same time.',
    needs: ['idempotence'],
  },
});

export const transactionStates = stateMachine('transaction', {
  ...VALID_PREVIOUS,
  PrepareAbort: [...VALID_PREVIOUS.PrepareAbort, ...ABORTS_NOTHING],
});
