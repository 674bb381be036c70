/** Sentences about producers and transactions on which no promise hangs: each is true in Kafka 3.9 and was not before. */
import { runTrial } from '../src/explore/trial.js';
import { ErrorCode } from '../src/kafka/protocol/errors.js';
import type { KafkaFeatures } from '../src/kafka/protocol/features.js';
import { markerBatch, producerBatch, TestReplica } from '../src/kafka/replication/testing.js';
import { decideEndTxnV1 } from '../src/kafka/transaction/endTxn.js';
import { TransactionMetadata } from '../src/kafka/transaction/TransactionMetadata.js';
import { parseScenario } from '../src/scenario/parse.js';

const SECOND = 1_000_000;
const NEVER = Number.MAX_SAFE_INTEGER;

/** KIP-360. */
export function takesAnyFirstSequence(features: KafkaFeatures): boolean {
  return new TestReplica({ features }).produce(producerBatch(7, 3))?.error === 'NONE';
}

/** KAFKA-7190. */
export function knowsProducersWithoutRecords(features: KafkaFeatures): boolean {
  const replica = new TestReplica({ features, topic: { retentionUs: SECOND, deletesOldSegments: true } });
  replica.produce(producerBatch(7, 0));
  replica.run(40 * SECOND);
  if (replica.partition.log.logStartOffset !== 1) throw new Error('retention took nothing');
  return replica.produce(producerBatch(7, 0))?.baseOffset === 0;
}

/** KAFKA-12152: sends to broker 1 fail, and the producer raises its epoch; broker 2 heard of no failure. */
const ONE_OF_TWO_PARTITIONS_FAILS = `
topics: [{ name: orders, assignment: [[1, 2, 3], [2, 3, 1]] }]
workload:
  producers:
    - { id: p1, count: 40, keys: 10, start: 2s, properties: { request.timeout.ms: 1000, delivery.timeout.ms: 1500 } }
  consumers: []
faults: [{ id: cut, kind: client-cut, target: 1, at: 3s, for: 3s }]
duration: 10s
`;

export function beginsAnewInEveryPartition(features: KafkaFeatures): boolean {
  const parsed = parseScenario(ONE_OF_TWO_PARTITIONS_FAILS, 'one-of-two-partitions-fails');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const events = runTrial({ ...parsed.scenario, features }, { record: true }).recorder?.slice() ?? [];
  if (!events.some(({ type }) => type === 'producer-epoch-bumped')) throw new Error('the epoch stayed as it was');
  return !events.some(({ type, fields }) => type === 'sequence-refused' && fields['error'] === 'OUT_OF_ORDER_SEQUENCE_NUMBER');
}

/** KAFKA-14920: the question about the first batch gets no answer, that about the second does. */
export function firstSequenceGoesFirst(features: KafkaFeatures): boolean {
  const replica = new TestReplica({ features });
  let asked = 0;
  replica.replicas.produceHandler.verification = {
    verify: (_transactionalId, _producerId, _producerEpoch, partitions, _transactionV2, done) => {
      asked++;
      done(new Map(asked === 1 ? partitions.map((partition) => [partition, ErrorCode.NOT_ENOUGH_REPLICAS] as const) : []));
    },
  };
  const send = (sequence: number): string | undefined =>
    replica.produce(producerBatch(7, sequence, { txn: true }), { transactionalId: 'app' })?.error;
  if (send(0) !== 'NOT_ENOUGH_REPLICAS') throw new Error('nobody was asked');
  return send(1) === 'OUT_OF_ORDER_SEQUENCE_NUMBER';
}

/** KAFKA-9600. */
export function refusesNewerEpochs(features: KafkaFeatures): boolean {
  const { value } = TransactionMetadata.fresh('app', 7, 60 * SECOND, 0);
  const metadata = new TransactionMetadata({ ...value, producerEpoch: 5, state: 'Ongoing', partitions: [1], startTimestampMs: 1 });
  const ask = { producerId: 7, producerEpoch: 6, commit: true, fromClient: true };
  return decideEndTxnV1(metadata, ask, features) === ErrorCode.PRODUCER_FENCED;
}

/** KAFKA-14055: `1` stands for the key of a commit marker. */
export function keepsMarkersOfSuchKeys(features: KafkaFeatures): boolean {
  const compaction = { minCleanableDirtyRatio: 0, deleteRetentionUs: 3_600 * SECOND, minCompactionLagUs: 0, maxCompactionLagUs: NEVER };
  const replica = new TestReplica({ features, topic: { compaction, deletesOldSegments: false } });
  replica.produce(producerBatch(7, 0, { txn: true, key: 'k' }));
  replica.produce(markerBatch(7, true), {}, 'coordinator');
  replica.produce(producerBatch(8, 0, { key: '1' }));
  const { log } = replica.partition;
  log.roll(0);
  replica.produce(producerBatch(8, 1, { key: 'z' }));
  replica.run(60 * SECOND);
  let markers = 0;
  log.forEachBatch(({ control, records }) => {
    if (control !== null) markers += records.length;
  });
  return markers === 1;
}
