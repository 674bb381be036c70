/**
 * How a partition leader asks whether partitions belong to a producer's ongoing transaction (KIP-890). The transaction coordinator knows; who it is, and
 * how it is asked, is the implementation's affair.
 */
import type { BrokerConfig } from '../config/index.js';
import type { KafkaFeatures } from '../protocol/features.js';

export interface TransactionVerification {
  /**
   * Part 1: asks only. Part 2 (`transactionV2`): adds the partitions to the transaction.
   * @param done called exactly once unless the process dies, never inside this call, with the error of every partition that may not be appended to
   *   (an error for the producer, as Produce answers it); empty: all may.
   */
  verify(
    transactionalId: string,
    producerId: number,
    producerEpoch: number,
    partitions: readonly number[],
    transactionV2: boolean,
    done: (errors: ReadonlyMap<number, number>) => void,
  ): void;
}

/** Do this broker's partition leaders ask? With version 2 (KIP-890 part 2) asking is how a partition gets into the transaction at all. */
export function verifiesTransactions(features: KafkaFeatures, { partitionVerificationEnable }: BrokerConfig['transactions']): boolean {
  return features.transactionV2 || (features.txnVerification && partitionVerificationEnable);
}
