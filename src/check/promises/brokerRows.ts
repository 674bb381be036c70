/** Rows about brokers: what acknowledgements, elections, disks and the bugs of a release take away. */
import type { GuaranteeName } from '../Finding.js';
import { AGREEMENT, CONTENT, CONVERGES, DIVERGENCE, LOSS, LOSS_AND_READS, READS, type Row } from './Row.js';

export const acknowledgementRows: readonly Row[] = [
  {
    ...{ guarantees: LOSS, classes: 'all', when: ({ acks }) => acks === 0 },
    because: 'with acks=0 the producer reports success when it has sent the record, and no broker ever says that it arrived',
    ...{ source: 'Kafka documentation, producer configuration acks (B-01)', remedy: 'acks=all' },
  },
  {
    ...{ guarantees: LOSS, classes: 'any-fault', when: ({ awaited }) => !awaited },
    because:
      'the application takes a record for done once it has called send, and never hears of a failure, nor waits for what is on its way when it ends',
    ...{ source: 'Kafka documentation, KafkaProducer.send', remedy: 'look at the result of every send, and close the producer' },
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
export const electionRows: readonly Row[] = [
  {
    ...{ guarantees: LOSS_AND_READS, classes: 'any-fault', when: ({ uncleanElection }) => uncleanElection },
    because: 'unclean leader election lets a replica lead that lacks committed records',
    ...{ source: 'KIP-106, topic configuration unclean.leader.election.enable (B-04)', remedy: 'unclean.leader.election.enable=false' },
  },
  {
    ...{
      guarantees: ['no-skipped-records'],
      classes: 'any-fault',
      when: ({ uncleanElection, features }) => uncleanElection && !features.consumerEpochValidation,
    },
    because: 'after an unclean election a consumer goes on at its offset, though other records lie below it now',
    ...{ source: 'KIP-320 (B-14)', remedy: 'unclean.leader.election.enable=false, or Kafka 2.4 or later' },
  },
];

const APART = 'replicas in separate failure domains; later eligible leader replicas (KIP-966)';

export const storageRows: readonly Row[] = [
  ...notFlushed(LOSS, 'flush.messages=1', `flush.messages=1 (slow), or ${APART}`),
  // Flushing does not help whoever reads before the leader has flushed (the last row).
  ...notFlushed(READS, APART, APART),
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
    ...{ guarantees: [...READS, 'no-skipped-records'], classes: ['power-loss'], when: () => true },
    because: 'the high watermark may pass a record, and consumers read it, while the leader still waits for its own flush',
    source: 'Kafka documentation, topic configuration flush.messages (B-05)',
    remedy: 'eligible leader replicas (KIP-966)',
  },
];

function notFlushed(guarantees: readonly GuaranteeName[], alone: string, remedy: string): Row[] {
  return [
    {
      ...{ guarantees, classes: ['power-loss'], when: ({ minIsr, flushMessages }) => minIsr < 2 && flushMessages !== 1 },
      because: 'with min.insync.replicas=1 a record may be acknowledged while its only copy is in one page cache',
      source: 'Kafka documentation, topic configuration min.insync.replicas (B-03)',
      remedy: `min.insync.replicas=2 and ${alone}`,
    },
    {
      ...{ guarantees, classes: ['power-loss'], when: ({ flushMessages }) => flushMessages !== 1 },
      because:
        'Kafka acknowledges before it flushes: what only page caches hold is gone with the power, and a replica that comes back with a shorter log can lead',
      source: 'Kafka documentation, Replication; KIP-966 (B-05, B-08, B-09)',
      remedy,
    },
  ];
}

export const releaseRows: readonly Row[] = [
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
