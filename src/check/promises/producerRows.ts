/** Rows about producers: order and duplicates, with and without idempotence. */
import { DUPLICATES, ORDER, type Row } from './Row.js';

export const producerRows: readonly Row[] = [
  {
    ...{ guarantees: ['key-order'], classes: 'all', when: ({ keysDecide }) => !keysDecide },
    because: 'the partitioner does not look at keys: records of one key lie in several partitions, which are read apart',
    ...{
      source: 'KIP-369, KIP-794, producer configuration partitioner.class',
      remedy: 'the default partitioner, with partitioner.ignore.keys=false',
    },
  },
  {
    ...{ guarantees: ['key-order'], classes: ['admin'], when: () => true },
    because: 'a key goes to another partition once partitions are added',
    ...{
      source: 'Kafka documentation, Basic Kafka Operations, Modifying topics',
      remedy: 'enough partitions from the beginning; never add any to a keyed topic',
    },
  },
  {
    ...{
      guarantees: ORDER,
      classes: 'all',
      when: ({ retries, maxInFlight, enableIdempotence }) => retries > 0 && maxInFlight > 1 && !enableIdempotence,
    },
    because: 'a batch that is retried may land behind one that was sent after it',
    ...{
      source: 'Kafka documentation, producer configuration retries (B-40)',
      remedy: 'enable.idempotence=true, or max.in.flight.requests.per.connection=1',
    },
  },
  {
    ...{ guarantees: ORDER, classes: 'any-fault', when: ({ acks }) => acks === 0 },
    because: 'with acks=0 the producer goes on over a new connection without knowing what of the old one will still be read',
    ...{ source: 'Kafka documentation, producer configuration acks (B-01)', remedy: 'acks=all' },
  },
  {
    ...{ guarantees: DUPLICATES, classes: 'all', when: ({ retries, enableIdempotence }) => retries > 0 && !enableIdempotence },
    because: 'a batch whose acknowledgement was lost is sent and appended again',
    ...{ source: 'KIP-98 (B-41)', remedy: 'enable.idempotence=true' },
  },
  {
    ...{
      guarantees: [...DUPLICATES, ...ORDER],
      classes: 'any-fault',
      when: ({ enableIdempotence, producerStateMayVanish }) => enableIdempotence && producerStateMayVanish,
    },
    because:
      'a leader that has forgotten the producer (its records are gone, or producer.id.expiration.ms is over) takes a retried batch for a new one',
    ...{
      source: 'KIP-360, KAFKA-7190 (B-46)',
      remedy: 'Kafka 2.4 or later, with producer.id.expiration.ms and retention longer than delivery.timeout.ms',
    },
  },
  {
    ...{
      guarantees: ORDER,
      classes: 'any-fault',
      when: ({ enableIdempotence, features }) => enableIdempotence && features.txnVerification && !features.verificationKeepsSequence,
    },
    because: 'while a leader verifies the first batches of a producer that it does not know, a later one may be appended first',
    ...{ source: 'KAFKA-14920 (B-47)', remedy: 'Kafka 3.6 or later' },
  },
  {
    ...{
      guarantees: [...DUPLICATES, ...ORDER],
      classes: ['power-loss'],
      when: ({ enableIdempotence }) => enableIdempotence,
    },
    because:
      'what a leader loses with the power it forgets of its producers too: a producer that is told so raises its epoch, starts its sequence again and goes on ' +
      'without a word, whatever of its last batches is there',
    ...{ source: 'KIP-360 (B-46, B-48)', remedy: 'replicas in separate failure domains; later eligible leader replicas (KIP-966)' },
  },
  {
    ...{
      guarantees: ORDER,
      classes: ['power-loss', 'disk'],
      when: ({ enableIdempotence, features }) => enableIdempotence && !features.sequenceResetInOrder,
    },
    because: 'batches whose sequence starts again after UNKNOWN_PRODUCER_ID are numbered in the wrong order',
    ...{ source: 'KAFKA-8483 (B-43)', remedy: 'Kafka 2.4 or later' },
  },
];
