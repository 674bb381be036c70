/**
 * What Kafka promises, as one table: for each guarantee and class of faults, whether a configuration promises it, why, by which source, and
 * what would have to change. Rows that take a promise away are looked at from top to bottom, and the first that fits speaks; without one
 * the guarantee's own line at the end holds.
 *
 * A release with a known bug promises less than its documentation did: the row names the bug.
 */
import type { FaultKindName } from '../faults/Fault.js';
import type { GuaranteeName } from './Finding.js';
import { acknowledgementRows, electionRows, releaseRows, storageRows } from './promises/brokerRows.js';
import { consumerRows } from './promises/consumerRows.js';
import { producerRows } from './promises/producerRows.js';
import type { JudgedClass, PromiseFacts, Row } from './promises/Row.js';
import { transactionRows } from './promises/transactionRows.js';

export type { ConsumerFacts, JudgedClass, OutputFacts, PromiseFacts } from './promises/Row.js';

export interface Promised {
  readonly promised: boolean;
  /** One sentence. */
  readonly because: string;
  /** KIP, JIRA, section of Kafka's documentation, or catalogue id. */
  readonly source: string;
  /** What makes it a promise; empty when it is one, or nothing does. */
  readonly remedy: string;
}

const storageKinds: readonly FaultKindName[] = ['power-loss', 'lost-flush', 'disk-wipe', 'bit-rot'];

const withdrawn: readonly Row[] = [
  ...acknowledgementRows,
  ...consumerRows,
  ...transactionRows,
  ...releaseRows,
  ...electionRows,
  ...storageRows,
  ...producerRows,
];

const SEMANTICS = 'Kafka documentation, Message Delivery Semantics';

const kept: { readonly [G in GuaranteeName]: { readonly because: string; readonly source: string } } = {
  'no-acknowledged-loss': {
    because: 'acks=all means that every in-sync replica has the record, and only in-sync replicas are elected',
    source: 'Kafka documentation, Replication',
  },
  'no-divergence': {
    because: 'followers cut their logs back to where they agree with the leader, epoch by epoch, before they copy',
    source: 'KIP-101, KIP-279, KIP-320',
  },
  'consistent-offsets': {
    because: 'consumers see only what every in-sync replica has',
    source: 'Kafka documentation, Replication',
  },
  'producer-order': {
    because:
      'leaders take the batches of an idempotent producer in the order of their sequence; without idempotence one request at a time cannot be overtaken',
    source: 'KIP-98; Kafka documentation, producer configuration max.in.flight.requests.per.connection',
  },
  'key-order': {
    because:
      'the key decides the partition, and the records of one producer keep their order in it (those of several producers come as they come)',
    source: 'KIP-98; Kafka documentation, producer configuration partitioner.class',
  },
  'no-duplicates': {
    because:
      'leaders know the last batches of every idempotent producer and do not append them again; without retries nothing is sent twice',
    source: 'KIP-98; Kafka documentation, producer configuration retries',
  },
  'no-aborted-reads': {
    because: 'read_committed consumers are given nothing beyond the last stable offset, and leave out what was aborted',
    source: 'KIP-98',
  },
  'transaction-atomicity': {
    because: 'the decision is in the transaction log before the first marker, and every partition gets its marker in the end',
    source: 'KIP-98, KIP-890',
  },
  'exactly-once': {
    because: 'output and offsets are committed in one transaction, which only the present owner of the partition can end',
    source: 'KIP-98, KIP-447, KIP-890',
  },
  'at-least-once': { because: 'an offset is committed once everything below it is processed', source: SEMANTICS },
  'at-most-once': {
    because: 'a record is processed once its offset is committed, by the one member whose commit was accepted',
    source: SEMANTICS,
  },
  'no-skipped-records': {
    because: 'a position moves by what was returned, and is checked against the leader after every election',
    source: 'KIP-320',
  },
  'committed-offsets-honest': {
    because: 'commits follow positions, are fenced by generation, and are acknowledged once every in-sync replica has them',
    source: 'KIP-98, KIP-320, KIP-447',
  },
  'single-owner': {
    because: 'a generation has one assignment, and a partition changes hands once its former owner has given it up',
    source: 'KIP-345, KIP-429, KIP-848',
  },
  'eventually-converges': {
    because: 'once the faults are over, elections, catching up and retries need nobody to help',
    source: 'Kafka documentation, Replication',
  },
  'group-converges': {
    because: 'members that are silent are removed, those that are there rejoin, and every partition gets an owner that reads on',
    source: 'KIP-62, KIP-345, KIP-848',
  },
};

const ofGroups: readonly GuaranteeName[] = ['at-least-once', 'at-most-once', 'committed-offsets-honest', 'single-owner', 'group-converges'];
const ofTransactions: readonly GuaranteeName[] = ['no-aborted-reads', 'transaction-atomicity'];

/** Does the guarantee say anything about such a configuration? Without groups, or transactions, some do not. */
export function concerns(guarantee: GuaranteeName, facts: readonly PromiseFacts[]): boolean {
  if (ofGroups.includes(guarantee)) return facts.some(({ consumer }) => consumer !== null);
  if (guarantee === 'exactly-once') return facts.some(({ consumer }) => consumer !== null && consumer.output !== null);
  if (!ofTransactions.includes(guarantee)) return true;
  return facts.some(({ transactional, consumer }) => transactional || consumer?.output?.transactional === true);
}

/**
 * Does this configuration promise the guarantee under this class of faults?
 * @param kinds the kinds of fault that occur, for the class `power-loss`, which holds unlike ones; default: all of them.
 */
export function promiseOf(
  guarantee: GuaranteeName,
  faultClass: JudgedClass,
  facts: PromiseFacts,
  kinds: readonly FaultKindName[] = storageKinds,
): Promised {
  const storage = kinds.filter((kind) => storageKinds.includes(kind));
  for (const row of withdrawn) {
    if (!row.guarantees.includes(guarantee) || !covers(row.classes, faultClass) || !row.when(facts, storage)) continue;
    return { promised: false, because: row.because, source: row.source, remedy: row.remedy };
  }
  return { promised: true, ...kept[guarantee], remedy: '' };
}

/** The promise of a whole run: kept under every class that occurs and for every topic and producer, else the first that is not. */
export function promiseUnder(
  guarantee: GuaranteeName,
  classes: readonly JudgedClass[],
  facts: readonly PromiseFacts[],
  kinds: readonly FaultKindName[] = storageKinds,
): Promised {
  for (const faultClass of classes.length === 0 ? (['none'] as const) : classes) {
    for (const fact of facts) {
      const promised = promiseOf(guarantee, faultClass, fact, kinds);
      if (!promised.promised) return promised;
    }
  }
  return { promised: true, ...kept[guarantee], remedy: '' };
}

function covers(classes: Row['classes'], faultClass: JudgedClass): boolean {
  if (classes === 'all') return true;
  return classes === 'any-fault' ? faultClass !== 'none' : classes.includes(faultClass);
}
