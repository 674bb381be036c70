/**
 * What an EndTxn request means in each state of its transaction: the tables of both protocol versions (KIP-98; KIP-890 part 2), without side effects.
 *
 * Version 1 knows a retry only by the outcome that it asks for, so a request that was long under way may end a later transaction of the same epoch
 * (KAFKA-17754, B-50). Version 2 raises the epoch at every end: such a request names an epoch that is over.
 */
import { ErrorCode } from '../protocol/errors.js';
import { isEpochExhausted, type TransactionMetadata } from './TransactionMetadata.js';

export interface EndTxnAsk {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly commit: boolean;
  /** False when the coordinator itself aborts: a timeout, or InitProducerId over an open transaction. */
  readonly fromClient: boolean;
}

/** Conditions and fixes that the tables look at. */
export interface EndTxnRules {
  readonly coordinatorEpochFencing: boolean;
  /** KAFKA-9600 (B-56). */
  readonly endTxnExactEpoch: boolean;
}

/** `end`: write the decision. `done`: it was carried out before, say so again. Otherwise the error to answer with. */
export type EndTxnVerdict = 'end' | 'done' | ErrorCode;

export function decideEndTxnV1(metadata: TransactionMetadata, ask: EndTxnAsk, rules: EndTxnRules): EndTxnVerdict {
  const { commit } = ask;
  if (metadata.producerId !== ask.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  if (!epochFitsV1(metadata, ask, rules)) return ErrorCode.PRODUCER_FENCED;
  if (anotherStepPends(metadata)) return ErrorCode.CONCURRENT_TRANSACTIONS;
  switch (metadata.state) {
    case 'Ongoing':
      return 'end';
    case 'CompleteCommit':
    case 'CompleteAbort':
      return (metadata.state === 'CompleteCommit') === commit ? 'done' : ErrorCode.INVALID_TXN_STATE;
    case 'PrepareCommit':
    case 'PrepareAbort':
      return (metadata.state === 'PrepareCommit') === commit ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.INVALID_TXN_STATE;
    default:
      return ErrorCode.INVALID_TXN_STATE;
  }
}

export function decideEndTxnV2(metadata: TransactionMetadata, ask: EndTxnAsk, rules: EndTxnRules): EndTxnVerdict {
  const { commit } = ask;
  const fences = metadata.pendingState === 'PrepareEpochFence';
  const epochRetry = !fences && metadata.producerEpoch === ask.producerEpoch + 1;
  const overflowRetry =
    !fences &&
    metadata.value.previousProducerId === ask.producerId &&
    isEpochExhausted(ask.producerEpoch) &&
    metadata.producerEpoch === 0 &&
    metadata.state !== 'Ongoing';
  const retry = epochRetry || overflowRetry;
  if (metadata.producerId !== ask.producerId && !overflowRetry) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  if (rules.coordinatorEpochFencing && !epochFitsV2(metadata, ask, epochRetry, overflowRetry)) return ErrorCode.PRODUCER_FENCED;
  if (anotherStepPends(metadata)) return ErrorCode.CONCURRENT_TRANSACTIONS;
  switch (metadata.state) {
    case 'Ongoing':
      return 'end';
    case 'CompleteCommit':
    case 'CompleteAbort':
      if (retry) return (metadata.state === 'CompleteCommit') === commit ? 'done' : ErrorCode.INVALID_TXN_STATE;
      // The producer failed before its first record: the abort still raises the epoch.
      return commit ? ErrorCode.INVALID_TXN_STATE : 'end';
    case 'PrepareCommit':
    case 'PrepareAbort':
      return (metadata.state === 'PrepareCommit') === commit ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.INVALID_TXN_STATE;
    case 'Empty':
      return commit ? ErrorCode.INVALID_TXN_STATE : 'end';
    default:
      return ErrorCode.INVALID_TXN_STATE;
  }
}

function epochFitsV1(metadata: TransactionMetadata, ask: EndTxnAsk, rules: EndTxnRules): boolean {
  if (!rules.coordinatorEpochFencing || ask.producerEpoch === metadata.producerEpoch) return true;
  // The coordinator's own aborts carry the epoch that they raise; KAFKA-9600: until 2.5 a client could name a newer epoch too.
  return ask.producerEpoch > metadata.producerEpoch && (!ask.fromClient || !rules.endTxnExactEpoch);
}

function epochFitsV2(metadata: TransactionMetadata, ask: EndTxnAsk, epochRetry: boolean, overflowRetry: boolean): boolean {
  if (metadata.pendingState === 'PrepareEpochFence') {
    return ask.fromClient ? ask.producerEpoch === metadata.producerEpoch : ask.producerEpoch >= metadata.producerEpoch;
  }
  switch (metadata.state) {
    case 'PrepareCommit':
    case 'PrepareAbort':
      return epochRetry;
    case 'CompleteCommit':
    case 'CompleteAbort':
      return epochRetry || overflowRetry || ask.producerEpoch === metadata.producerEpoch;
    default:
      return ask.producerEpoch === metadata.producerEpoch;
  }
}

/** A fence gives way to the abort that it was prepared for. */
function anotherStepPends(metadata: TransactionMetadata): boolean {
  return metadata.pendingState !== null && metadata.pendingState !== 'PrepareEpochFence';
}
