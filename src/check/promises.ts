/**
 * What Kafka promises, as one table: for each guarantee and class of faults, whether a configuration promises it, why, by which source, and
 * what would have to change. Rows that take a promise away are looked at from top to bottom, and the first that fits speaks; without one
 * the guarantee's own line at the end holds.
 *
 * A release with a known bug promises less than its documentation did: the row names the bug.
 */
import type { FaultClass, FaultKindName } from '../faults/Fault.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import type { GuaranteeName } from './Finding.js';

/** `none`: a run without faults. */
export type JudgedClass = FaultClass | 'none';

/** What decides a promise: one topic and one producer, with the broker's protocol. */
export interface PromiseFacts {
  readonly features: Readonly<KafkaFeatures>;
  /** -1 all. */
  readonly acks: number;
  readonly retries: number;
  readonly maxInFlight: number;
  readonly enableIdempotence: boolean;
  /** min.insync.replicas as it counts (capped, 1 where it does not exist). */
  readonly minIsr: number;
  readonly uncleanElection: boolean;
  readonly flushMessages: number;
}

export interface Promised {
  readonly promised: boolean;
  /** One sentence. */
  readonly because: string;
  /** KIP, JIRA, section of Kafka's documentation, or catalogue id. */
  readonly source: string;
  /** What makes it a promise; empty when it is one, or nothing does. */
  readonly remedy: string;
}

interface Row {
  readonly guarantees: readonly GuaranteeName[];
  readonly classes: 'all' | 'any-fault' | readonly JudgedClass[];
  readonly when: (facts: PromiseFacts, kinds: readonly FaultKindName[]) => boolean;
  readonly because: string;
  readonly source: string;
  readonly remedy: string;
}

const storageKinds: readonly FaultKindName[] = ['power-loss', 'lost-flush', 'disk-wipe', 'bit-rot'];

const LOSS: readonly GuaranteeName[] = ['no-acknowledged-loss'];
const LOSS_AND_READS: readonly GuaranteeName[] = ['no-acknowledged-loss', 'consistent-offsets'];
const AGREEMENT: readonly GuaranteeName[] = ['no-divergence', 'eventually-converges'];
const CONTENT: readonly GuaranteeName[] = ['no-acknowledged-loss', 'consistent-offsets', 'no-divergence'];
const CONVERGES: readonly GuaranteeName[] = ['eventually-converges'];
const ORDER: readonly GuaranteeName[] = ['producer-order'];
const DUPLICATES: readonly GuaranteeName[] = ['no-duplicates'];
const DIVERGENCE: readonly GuaranteeName[] = ['no-divergence'];

const acknowledgementRows: readonly Row[] = [
  {
    ...{ guarantees: LOSS, classes: 'all', when: ({ acks }) => acks === 0 },
    because: 'with acks=0 the producer reports success when it has sent the record, and no broker ever says that it arrived',
    ...{ source: 'Kafka documentation, producer configuration acks (B-01)', remedy: 'acks=all' },
  },
  {
    ...{ guarantees: LOSS, classes: 'any-fault', when: ({ acks }) => acks === 1 },
    because: 'with acks=1 the leader acknowledges before any follower has the record: whatever moves the leadership then loses it',
    ...{ source: 'Kafka documentation, producer configuration acks (B-02)', remedy: 'acks=all with min.insync.replicas=2' },
  },
  {
    ...{ guarantees: LOSS, classes: 'any-fault', when: ({ acks }) => acks > 1 },
    because: 'acks=N counts N copies whatever the high watermark, and a replica without the record can be elected from the ISR',
    ...{ source: 'KAFKA-1555 (B-06)', remedy: 'acks=all' },
  },
];

/** After the rows of releases: where unclean election was the default, a bug of that release is the better explanation. */
const electionRows: readonly Row[] = [
  {
    ...{ guarantees: LOSS_AND_READS, classes: 'any-fault', when: ({ uncleanElection }) => uncleanElection },
    because: 'unclean leader election lets a replica lead that lacks committed records',
    ...{ source: 'KIP-106, topic configuration unclean.leader.election.enable (B-04)', remedy: 'unclean.leader.election.enable=false' },
  },
];

const storageRows: readonly Row[] = [
  {
    ...{ guarantees: LOSS_AND_READS, classes: ['power-loss'], when: ({ minIsr, flushMessages }) => minIsr < 2 && flushMessages !== 1 },
    because: 'with min.insync.replicas=1 a record may be acknowledged while its only copy is in one page cache',
    source: 'Kafka documentation, topic configuration min.insync.replicas (B-03)',
    remedy: 'min.insync.replicas=2 and flush.messages=1',
  },
  {
    ...{ guarantees: LOSS_AND_READS, classes: ['power-loss'], when: ({ flushMessages }) => flushMessages !== 1 },
    because:
      'Kafka acknowledges before it flushes: what only page caches hold is gone with the power, and a replica that comes back with a shorter log can lead',
    source: 'Kafka documentation, Replication; KIP-966 (B-05, B-08, B-09)',
    remedy: 'flush.messages=1 (slow), or replicas in separate failure domains; later eligible leader replicas (KIP-966)',
  },
  {
    // Guess: follows from how a controller takes over (a live leader keeps its epoch); no JIRA is known that names it.
    ...{ guarantees: AGREEMENT, classes: ['power-loss'], when: () => true },
    because:
      'a leader that loses power together with the controller can lead again in its old epoch with a shorter log: followers then hold other records in the ' +
      'same epoch (even of what the leader was still flushing), or batches that no longer fit',
    source: 'KIP-380; KIP-966, motivation (B-05, B-09)',
    remedy: 'eligible leader replicas with unclean registration (KIP-966)',
  },
  {
    ...{ guarantees: LOSS_AND_READS, classes: ['power-loss'], when: (_facts, kinds) => kinds.some((kind) => kind !== 'power-loss') },
    because: 'a disk that is wiped, rots, or drops what it had confirmed takes records that were flushed',
    source: 'KIP-966, motivation (B-08, B-24, B-83)',
    remedy: 'disks that keep what they confirm; eligible leader replicas (KIP-966) for a wiped one',
  },
  {
    ...{ guarantees: ['consistent-offsets'], classes: ['power-loss'], when: () => true },
    because: 'the high watermark may pass a record, and consumers read it, while the leader still waits for its own flush',
    source: 'Kafka documentation, topic configuration flush.messages (B-05)',
    remedy: 'eligible leader replicas (KIP-966)',
  },
];

const releaseRows: readonly Row[] = [
  {
    ...{ guarantees: CONTENT, classes: 'any-fault', when: ({ features }) => features.truncation === 'high-watermark' },
    because: 'followers truncate to their own high watermark, which lags behind what was acknowledged',
    ...{ source: 'KIP-101 (B-10, B-11)', remedy: 'Kafka 0.11 or later' },
  },
  {
    ...{ guarantees: DIVERGENCE, classes: 'any-fault', when: ({ features }) => features.truncation === 'kip-101' },
    because: 'after two quick elections a leader answers for an epoch that it does not know, and the follower keeps the wrong tail',
    ...{ source: 'KIP-279, KAFKA-6361 (B-12)', remedy: 'Kafka 2.0 or later' },
  },
  {
    ...{ guarantees: CONTENT, classes: 'any-fault', when: ({ features }) => !features.fetchEpochFencing },
    because: 'fetches carry no leader epoch: a follower that missed an election counts as a copy of records that it does not hold',
    ...{ source: 'KIP-320, KAFKA-7395 (B-13)', remedy: 'Kafka 2.1 or later' },
  },
  {
    ...{
      guarantees: CONTENT,
      classes: 'any-fault',
      when: ({ features }) => !features.epochOnElection && features.truncation !== 'high-watermark',
    },
    because: 'a leader that has not written yet does not know its own epoch, so followers fall back to high-watermark truncation',
    ...{ source: 'KAFKA-7415 (B-16)', remedy: 'Kafka 2.1 or later' },
  },
  {
    ...{ guarantees: LOSS_AND_READS, classes: 'any-fault', when: ({ features }) => !features.isrJoinRequiresEpochStart },
    because: 'a follower may join the ISR before it has everything that was committed when the leader took over',
    ...{ source: 'KAFKA-7128 (B-15)', remedy: 'Kafka 2.1 or later' },
  },
  {
    ...{ guarantees: LOSS_AND_READS, classes: 'any-fault', when: ({ features }) => !features.maximalIsr },
    because: 'the high watermark does not wait for a replica whose joining the ISR is committed but not yet known to the leader',
    ...{ source: 'KIP-497 (B-25)', remedy: 'Kafka 2.7 or later' },
  },
  {
    ...{ guarantees: CONTENT, classes: 'any-fault', when: ({ features }) => !features.zkControllerFencing },
    because: 'a controller that lost its place can still write to ZooKeeper and command brokers',
    ...{ source: 'KAFKA-6082 (B-30)', remedy: 'Kafka 2.1 or later' },
  },
  {
    ...{ guarantees: CONTENT, classes: 'any-fault', when: ({ features }) => !features.brokerEpochs },
    because: 'a broker that restarts quickly is not noticed and is taken for its former self',
    ...{ source: 'KIP-380, KAFKA-7235 (B-09, B-33)', remedy: 'Kafka 2.4 or later' },
  },
  {
    ...{ guarantees: CONTENT, classes: ['admin'], when: ({ features }) => !features.stopReplicaEpoch },
    because: 'a delayed StopReplica deletes a replica that has come back meanwhile',
    ...{ source: 'KIP-570, KAFKA-9539 (B-34)', remedy: 'Kafka 2.7 or later' },
  },
  {
    guarantees: CONVERGES,
    classes: 'any-fault',
    when: ({ features }) => features.truncation === 'high-watermark' || features.truncation === 'kip-101' || !features.epochOnElection,
    because: 'a follower whose log diverged is offered batches that do not fit the end of its log, and never catches up',
    ...{ source: 'KIP-101, KIP-279 (B-11, B-12, B-16)', remedy: 'Kafka 2.1 or later' },
  },
  {
    ...{ guarantees: CONVERGES, classes: 'any-fault', when: ({ features }) => !features.zkControllerFencing || !features.brokerEpochs },
    because:
      'a leader can stay on an old version of its state ("Cached zkVersion not equal") or a quick restart go unnoticed, until a restart',
    ...{ source: 'KAFKA-2729, KIP-380 (B-29, B-33)', remedy: 'Kafka 2.4 or later' },
  },
];

const producerRows: readonly Row[] = [
  {
    ...{ guarantees: ORDER, classes: 'all', when: ({ retries, maxInFlight }) => retries > 0 && maxInFlight > 1 },
    because: 'a batch that is retried may land behind one that was sent after it (idempotent producers are not simulated yet)',
    ...{
      source: 'Kafka documentation, producer configuration retries (B-40)',
      remedy: 'max.in.flight.requests.per.connection=1, later enable.idempotence=true',
    },
  },
  {
    ...{ guarantees: ORDER, classes: 'any-fault', when: ({ acks }) => acks === 0 },
    because: 'with acks=0 the producer goes on over a new connection without knowing what of the old one will still be read',
    ...{ source: 'Kafka documentation, producer configuration acks (B-01)', remedy: 'acks=all' },
  },
  {
    ...{ guarantees: DUPLICATES, classes: 'all', when: ({ retries }) => retries > 0 },
    because: 'a batch whose acknowledgement was lost is sent and appended again (idempotent producers are not simulated yet)',
    ...{ source: 'KIP-98 (B-41)', remedy: 'retries=0, later enable.idempotence=true' },
  },
];

const withdrawn: readonly Row[] = [...acknowledgementRows, ...releaseRows, ...electionRows, ...storageRows, ...producerRows];

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
    because: 'one request at a time (or no retry) cannot be overtaken',
    source: 'Kafka documentation, producer configuration max.in.flight.requests.per.connection',
  },
  'no-duplicates': { because: 'nothing is ever sent twice', source: 'Kafka documentation, producer configuration retries' },
  'eventually-converges': {
    because: 'once the faults are over, elections, catching up and retries need nobody to help',
    source: 'Kafka documentation, Replication',
  },
};

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
