/** Rows about transactions: the bugs and limits of each version of the protocol. */
import type { GuaranteeName } from '../Finding.js';
import type { PromiseFacts, Row } from './Row.js';

/** What a transaction that ends wrongly breaks. */
const TORN: readonly GuaranteeName[] = ['transaction-atomicity', 'no-aborted-reads', 'exactly-once'];
const HANGING: readonly GuaranteeName[] = [...TORN, 'eventually-converges', 'group-converges'];

function writesTransactions({ transactional, consumer }: PromiseFacts): boolean {
  return transactional || consumer?.output?.transactional === true;
}

function processesInTransactions({ consumer }: PromiseFacts): boolean {
  return consumer?.commit === 'transaction';
}

export const transactionRows: readonly Row[] = [
  {
    ...{ guarantees: ['no-aborted-reads', 'exactly-once'], classes: 'all', when: ({ features }) => !features.stableOffsetReadOnce },
    because: 'a fetch looks twice at how far it may read, and can return records of a transaction that has not ended',
    ...{ source: 'KAFKA-9807 (B-53)', remedy: 'Kafka 2.5 or later' },
  },
  {
    ...{ guarantees: TORN, classes: 'all', when: (facts) => writesTransactions(facts) && !facts.features.timeoutBumpsEpoch },
    because: 'a transaction that timed out is aborted behind the back of its producer, which goes on and commits the rest',
    ...{ source: 'KAFKA-6119 (B-52)', remedy: 'Kafka 1.1 or later' },
  },
  {
    ...{
      guarantees: HANGING,
      classes: 'any-fault',
      when: (facts) => writesTransactions(facts) && !facts.verification && !facts.features.transactionV2,
    },
    because:
      'a record that arrives after the end of its transaction opens one that nobody will end, or becomes part of the next one: consumers that read committed ' +
      'records wait for ever',
    ...{
      source: 'KIP-890, KAFKA-14402 (B-49)',
      remedy: 'Kafka 3.7 or later with transaction.partition.verification.enable=true; better transaction.version=2',
    },
  },
  {
    ...{ guarantees: TORN, classes: 'any-fault', when: (facts) => writesTransactions(facts) && !facts.features.transactionV2 },
    because: 'all transactions of a producer share one epoch: a delayed request to end one of them can end a later one in the middle',
    ...{ source: 'KIP-890, KAFKA-17754 (B-50)', remedy: 'transaction.version=2 (Kafka 4.0; --feature transactionV2=true)' },
  },
  {
    ...{
      guarantees: ['at-least-once', 'at-most-once', 'committed-offsets-honest'],
      classes: 'any-fault',
      when: (facts) => processesInTransactions(facts) && !facts.features.transactionV2,
    },
    because: 'a delayed marker of one transaction can end the outputs or the offsets of the next one before the others are there',
    ...{ source: 'KIP-890 (B-50)', remedy: 'transaction.version=2 (Kafka 4.0; --feature transactionV2=true)' },
  },
  {
    ...{
      guarantees: ['transaction-atomicity', 'no-aborted-reads'],
      classes: 'any-fault',
      when: (facts) => facts.compacted && writesTransactions(facts) && !facts.features.compactionKeepsMarkers,
    },
    because: 'compaction can take the marker of a transaction for a record with the same key and drop it before the data',
    ...{ source: 'KAFKA-14055 (B-54)', remedy: 'Kafka 3.3 or later' },
  },
  {
    ...{
      guarantees: ['exactly-once', 'at-most-once'],
      classes: 'any-fault',
      when: (facts) => processesInTransactions(facts) && !facts.features.txnOffsetGroupFencing,
    },
    because: 'a member that lost its partitions without noticing can still commit its transaction: nobody compares its generation',
    ...{ source: 'KIP-447 (B-51)', remedy: 'Kafka 2.5 or later' },
  },
  {
    ...{
      guarantees: ['exactly-once', 'at-most-once', 'committed-offsets-honest'],
      classes: 'any-fault',
      when: (facts) => processesInTransactions(facts) && !facts.features.requireStableOffsets,
    },
    because: 'the next owner of a partition starts from an old offset while a transaction with a newer one is still being committed',
    ...{ source: 'KIP-447, KAFKA-9365 (B-51)', remedy: 'Kafka 2.5 or later' },
  },
  {
    ...{
      guarantees: ['committed-offsets-honest', 'at-most-once'],
      classes: 'any-fault',
      when: (facts) => processesInTransactions(facts) && facts.consumer?.readCommitted === false,
    },
    because: 'a consumer that reads uncommitted records does not wait for offsets whose transaction is still being committed',
    ...{ source: 'KIP-447', remedy: 'isolation.level=read_committed' },
  },
];
