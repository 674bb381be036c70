/** What a transactional producer does about an error, after the response handlers of Kafka's TransactionManager. */
import { ErrorCode, isRetriable } from '../protocol/errors.js';
import type { ApiName } from '../protocol/messages.js';

/**
 * `retry`: the same broker, after a back-off. `coordinator`: the same, once the coordinator has been looked for again. `identity`: the coordinator does not know
 * the producer id; the transaction is lost, and the producer too unless it can ask for another epoch (KIP-360). `abortable`: the transaction is
 * lost, the producer is not. `fatal`: the producer can only be closed.
 */
export type Reaction = 'retry' | 'coordinator' | 'identity' | 'abortable' | 'fatal';

/** Errors that name a group member which is no member (KIP-447): its offsets go with the transaction. */
const membership: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.FENCED_INSTANCE_ID,
  ErrorCode.STALE_MEMBER_EPOCH,
  ErrorCode.FENCED_MEMBER_EPOCH,
]);

export function reactionTo(api: ApiName, errorCode: number): Reaction {
  switch (errorCode) {
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      // The answer to FindCoordinator itself: there is none yet.
      return api === 'FindCoordinator' ? 'retry' : 'coordinator';
    case ErrorCode.NOT_COORDINATOR:
      return 'coordinator';
    case ErrorCode.REQUEST_TIMED_OUT:
      return api === 'TxnOffsetCommit' ? 'coordinator' : 'retry';
    case ErrorCode.TRANSACTION_ABORTABLE:
      return 'abortable';
    case ErrorCode.UNKNOWN_PRODUCER_ID:
    case ErrorCode.INVALID_PRODUCER_ID_MAPPING:
      return api === 'InitProducerId' || api === 'TxnOffsetCommit' ? 'fatal' : 'identity';
    case ErrorCode.INVALID_PRODUCER_EPOCH:
    case ErrorCode.PRODUCER_FENCED:
    case ErrorCode.INVALID_TXN_STATE:
      return 'fatal';
    default:
      if (isRetriable(errorCode)) return 'retry';
      if (api === 'TxnOffsetCommit' && membership.has(errorCode)) return 'abortable';
      return api === 'AddPartitionsToTxn' ? 'abortable' : 'fatal';
  }
}

/** A batch failed: does its producer end with it? With KIP-360 a fenced epoch may be the coordinator's own doing, after a timeout (KIP-588). */
export function endsProducer(errorCode: number, transactional: boolean, epochBump: boolean, transactionV2: boolean): boolean {
  if (errorCode === ErrorCode.PRODUCER_FENCED || errorCode === ErrorCode.UNSUPPORTED_VERSION) return true;
  if (errorCode === ErrorCode.INVALID_PRODUCER_EPOCH) return !epochBump;
  return transactional && errorCode === ErrorCode.INVALID_PRODUCER_ID_MAPPING && (transactionV2 || !epochBump);
}
