/** What happens to transactions in brokers, as events (ids 340-369). Transactional ids are interned names. */
import { defineEvent } from '../../engine/events.js';

/** `transactionalId` is the empty name for a producer that is only idempotent. */
export const producerIdAssigned = defineEvent(340, 'producer-id-assigned', ['broker', '#transactionalId', 'producerId', 'producerEpoch']);
/** The transition is in the transaction log (for `PrepareEpochFence`: in memory). */
export const transactionStateChanged = defineEvent(341, 'transaction-state-changed', [
  'broker',
  '#transactionalId',
  'producerId',
  'producerEpoch',
  '#from',
  '#to',
  'coordinatorEpoch',
]);
export const partitionAddedToTransaction = defineEvent(342, 'partition-added-to-transaction', [
  'broker',
  '#transactionalId',
  'producerId',
  'producerEpoch',
  '#partition',
]);
export const transactionTimedOut = defineEvent(343, 'transaction-timed-out', ['broker', '#transactionalId', 'producerId', 'producerEpoch']);
export const transactionRequestRefused = defineEvent(344, 'transaction-request-refused', [
  'broker',
  '#transactionalId',
  'producerId',
  'producerEpoch',
  '#api',
  '#error',
]);
/** A partition leader appended the marker that ends the transaction in its partition. */
export const markerAppended = defineEvent(345, 'marker-appended', [
  'broker',
  '#partition',
  'offset',
  'producerId',
  'producerEpoch',
  'commit',
  'coordinatorEpoch',
]);
/** KIP-890: a partition leader asked the coordinator whether its partition is in the producer's transaction; `#error` is `NONE` when it is. */
export const transactionVerified = defineEvent(346, 'transaction-verified', [
  'broker',
  '#partition',
  'producerId',
  'producerEpoch',
  '#error',
]);
