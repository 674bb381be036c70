/**
 * Every behaviour that changed between Kafka releases matters: with all of Kafka 3.9 and one behaviour put back to what it was before, a check
 * that has a name fails. A check is a lesson under `scenarios/`, one of whose guarantees breaks, or, where no promise hangs on the behaviour,
 * a sentence about a small cluster.
 */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { FakeBrokers } from '../src/kafka/client/testing.js';
import { varied } from '../src/scenario/variation.js';
import { runTrial } from '../src/explore/trial.js';
import { Producer } from '../src/kafka/client/Producer.js';
import { resolveProducerConfig } from '../src/kafka/config/index.js';
import { EVERY_CONDITION, type KafkaConditions } from '../src/kafka/protocol/conditions.js';
import { ErrorCode } from '../src/kafka/protocol/errors.js';
import { PRESETS, type KafkaFeatures } from '../src/kafka/protocol/features.js';
import { parseScenario } from '../src/scenario/parse.js';
import type { GuaranteeName } from '../src/scenario/Scenario.js';
import {
  fencedAfterFailover,
  heartbeatsBeforeAssignment,
  ignoresFormerGeneration,
  joinsOnce,
  keepsUncontestedClaims,
  readsNextDoor,
  speaksInMemberEpochs,
} from './groupBehaviours.js';
import {
  beginsAnewInEveryPartition,
  firstSequenceGoesFirst,
  keepsMarkersOfSuchKeys,
  knowsProducersWithoutRecords,
  refusesNewerEpochs,
  takesAnyFirstSequence,
} from './producerBehaviours.js';
import { SmallCluster } from './smallCluster.js';

const NEW = PRESETS['3.9'];

/** Conditions that every release has are put on trial by `npm run mutants`. */
type Flag = Exclude<keyof KafkaFeatures, keyof KafkaConditions>;

/** What a check finds: `held`, or anything else. */
type Outcome = string;

interface Check<F extends Flag = Flag> {
  /** What the behaviour was before. */
  readonly old: KafkaFeatures[F];
  readonly name: string;
  /** Other differences from 3.9 that it takes to see it: old behaviours that lead there, or newer ones. */
  readonly beside: Partial<KafkaFeatures>;
  readonly run: (features: KafkaFeatures) => Outcome;
}

/** A lesson, and the guarantee that it breaks. */
function lesson<F extends Flag>(
  old: KafkaFeatures[F],
  file: string,
  guarantee: GuaranteeName,
  beside: Partial<KafkaFeatures> = {},
): Check<F> {
  return {
    old,
    beside,
    name: `${file}: ${guarantee}`,
    run: (features) => {
      const parsed = parseScenario(readFileSync(new URL(`../scenarios/${file}.yaml`, import.meta.url), 'utf8'), file);
      if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.problems)}`);
      const { judgement } = runTrial(varied(parsed.scenario, { release: '3.9', features }));
      return judgement.guarantees.find(({ name }) => name === guarantee)?.verdict ?? 'not judged';
    },
  };
}

/** A sentence about a small cluster, true in 3.9. */
function behaviour<F extends Flag>(
  old: KafkaFeatures[F],
  name: string,
  isSo: (features: KafkaFeatures) => boolean,
  beside: Partial<KafkaFeatures> = {},
): Check<F> {
  return { old, name, beside, run: (features) => (isSo(features) ? 'held' : 'not so') };
}

/** TypeScript refuses a behaviour without an entry. */
const checks: { readonly [F in Flag]: readonly Check<F>[] } = {
  truncation: [
    lesson('high-watermark', 'b10-high-watermark-truncation-loss', 'no-acknowledged-loss'),
    lesson('high-watermark', 'b11-high-watermark-truncation-divergence', 'no-divergence'),
    lesson('kip-101', 'b12-fast-leader-failover', 'no-divergence'),
    // With fetches fenced by the leader epoch, the rules from KIP-279 on end up with the same logs.
    behaviour('kip-279', 'a deposed leader learns from the answer to its fetch where to truncate', truncatesOnFetch),
    behaviour('kip-320', 'a deposed leader learns from the answer to its fetch where to truncate', truncatesOnFetch),
  ],
  fetchEpochFencing: [lesson(false, 'b13-unfenced-fetch-late-truncation', 'no-acknowledged-loss')],
  isrJoinRequiresEpochStart: [lesson(false, 'b15-isr-join-before-epoch-start', 'no-acknowledged-loss')],
  epochOnElection: [lesson(false, 'b16-follower-without-an-answer', 'eventually-converges')],
  alterPartition: [behaviour(false, 'a leader that is cut from ZooKeeper can take a follower out of the ISR', shrinksWithoutZooKeeper)],
  maximalIsr: [lesson(false, 'b25-maximal-isr', 'no-acknowledged-loss')],
  highWatermarkRequiresMinIsr: [lesson(false, 'b07-high-watermark-below-min-isr', 'consistent-offsets')],
  minIsrCappedByReplicationFactor: [
    behaviour(false, 'a topic with one replica takes acks=all although min.insync.replicas is 2', writesWithOneReplica),
  ],
  highWatermarkWaitsForCaughtUp: [
    behaviour(false, 'the high watermark waits for a caught-up follower outside the ISR', waitsForCaughtUpFollower),
  ],
  isrMembersMustBeAlive: [lesson(false, 'b27-dead-broker-in-isr', 'eventually-converges')],
  zkControllerFencing: [lesson(false, 'b30-zombie-controller', 'eventually-converges')],
  brokerEpochs: [lesson(false, 'b33-bounced-broker', 'eventually-converges')],
  stopReplicaEpoch: [lesson(false, 'b34-delayed-stop-replica', 'no-acknowledged-loss')],
  keepsLastIsrMember: [lesson(false, 'b35-empty-isr', 'no-acknowledged-loss')],
  minIsrChecks: [behaviour(false, 'a leader alone in its ISR refuses acks=all where min.insync.replicas is 2', refusesBelowMinIsr)],
  legacyAcksN: [behaviour(true, 'acks=2 is refused', refusesAcksTwo)],
  lagByMessages: [behaviour(true, 'a follower that fetches all the time and never catches up leaves the ISR', slowFollowerLeaves)],
  reassignmentRequiresAllTargets: [
    behaviour(false, 'a reassignment does not complete while one of its target replicas is dead', waitsForEveryTarget),
  ],
  offsetNotAvailable: [
    lesson(false, 'b71-end-goes-back', 'at-most-once'),
    behaviour(false, 'a new leader does not tell consumers an end of the log that lies before one already told', hidesEarlierEnd),
  ],
  clientMetadataEpochs: [behaviour(false, 'a client ignores metadata with an older leader epoch', ignoresOlderMetadata)],
  leaderInErrors: [behaviour(false, 'a broker that does not lead names the leader in its refusal', namesTheLeader)],

  // ------------------------------------------------------------ producers and transactions
  producerEpochBump: [behaviour(false, 'a leader takes any first sequence from a producer that it does not know', takesAnyFirstSequence)],
  producerStateOutlivesRecords: [
    behaviour(false, 'a leader knows a batch for a retry although retention has taken its records', knowsProducersWithoutRecords),
  ],
  sequenceResetInOrder: [
    lesson(false, 'b43-sequence-reset', 'producer-order', { producerStateOutlivesRecords: false, producerEpochBump: false }),
  ],
  epochBumpReachesIdlePartitions: [
    behaviour(false, 'with a new epoch a producer begins its sequences anew in every partition', beginsAnewInEveryPartition),
  ],
  followersTrustSequences: [lesson(false, 'b45-follower-checks-sequences', 'eventually-converges', { producerEpochBump: false })],
  txnOffsetGroupFencing: [lesson(false, 'b51-zombie-transaction', 'exactly-once')],
  requireStableOffsets: [lesson(false, 'b51-pending-offsets', 'exactly-once')],
  txnVerification: [lesson(false, 'b49-hanging-transaction', 'eventually-converges')],
  verificationKeepsSequence: [
    behaviour(false, 'a batch does not overtake the one before it that could not be verified', firstSequenceGoesFirst),
  ],
  transactionV2: [lesson(false, 'b50-delayed-end-of-transaction', 'transaction-atomicity', { transactionV2: true })],
  timeoutBumpsEpoch: [lesson(false, 'b52-timed-out-transaction', 'transaction-atomicity')],
  stableOffsetReadOnce: [lesson(false, 'b53-read-above-stable-offset', 'no-aborted-reads')],
  endTxnExactEpoch: [behaviour(false, 'nobody ends a transaction with an epoch that is yet to come', refusesNewerEpochs)],
  compactionKeepsMarkers: [behaviour(false, 'compaction takes no record for the marker of a transaction', keepsMarkersOfSuchKeys)],

  // ------------------------------------------------------------ consumers and groups
  consumerEpochValidation: [lesson(false, 'b14-consumer-truncation', 'no-skipped-records')],
  offsetsExpireWithGroup: [lesson(false, 'b63-offsets-expire', 'at-least-once')],
  memberIdRequired: [behaviour(false, 'a member whose first answer was lost does not join as two', joinsOnce)],
  staticMemberPersisted: [
    lesson(false, 'b67-static-fencing', 'committed-offsets-honest'),
    behaviour(false, 'a replaced static member is still the fenced one after a failover', fencedAfterFailover),
  ],
  responsesCheckedByGeneration: [
    behaviour(false, 'a late answer to a heartbeat of a former generation throws nobody out', ignoresFormerGeneration),
  ],
  heartbeatsWhileCompleting: [behaviour(false, 'a member that waits for its assignment may send heartbeats', heartbeatsBeforeAssignment)],
  pendingSyncExpiry: [lesson(false, 'b68-missing-assignment', 'group-converges')],
  assignorGenerationRule: [
    lesson(false, 'b65-stale-ownership', 'single-owner'),
    behaviour(false, 'a member that missed a generation keeps what nobody else claims', keepsUncontestedClaims),
  ],
  followerFetching: [behaviour(false, 'a consumer reads from the replica in its own rack', readsNextDoor)],
  preferredReplicaInSync: [lesson(false, 'b70-lagging-replica', 'eventually-converges')],
  consumerGroupProtocol: [
    behaviour(false, 'with group.protocol=consumer the coordinator speaks in member epochs', speaksInMemberEpochs, {
      consumerGroupProtocol: true,
    }),
  ],
};

// ------------------------------------------------------------ behaviours without a promise

function truncatesOnFetch(features: KafkaFeatures): boolean {
  const kafka = new SmallCluster(features);
  for (const follower of [2, 3]) kafka.cut(1, follower);
  kafka.produce(1, 1);
  kafka.kill(1);
  kafka.until('broker 2 leads', () => kafka.replica(2).isLeader);
  kafka.produce(2, 1);
  for (const follower of [2, 3]) kafka.heal(1, follower);
  kafka.cluster.startBroker(1);
  kafka.until('broker 1 truncates', () => kafka.events('log-truncated').length > 0);
  return kafka.events('log-truncated')[0]?.['reason'] === 'diverging-epoch';
}

function shrinksWithoutZooKeeper(features: KafkaFeatures): boolean {
  const kafka = new SmallCluster(features, { broker: { 'replica.lag.time.max.ms': '2000', 'zookeeper.session.timeout.ms': '30000' } });
  kafka.cutFromZooKeeper(1);
  kafka.cut(3, 1);
  kafka.produce(1, 1);
  kafka.run(6);
  return !kafka.isr.includes(3);
}

function writesWithOneReplica(features: KafkaFeatures): boolean {
  const kafka = new SmallCluster(features, { replicas: [1] });
  const answers = kafka.produce(1, -1);
  kafka.run(1);
  return answers[0]?.errorCode === ErrorCode.NONE;
}

/** Straight at the leader's replica, as if broker 3 had just been taken out of the ISR and were about to come back. */
function waitsForCaughtUpFollower(features: KafkaFeatures): boolean {
  const kafka = new SmallCluster(features);
  const leader = kafka.replica(1);
  leader.committedIsr = [1, 2];
  leader.updateFollower(3, leader.log.logEndOffset);
  leader.append(kafka.batch());
  leader.updateFollower(2, leader.log.logEndOffset);
  return !leader.maybeAdvanceHighWatermark();
}

function refusesBelowMinIsr(features: KafkaFeatures): boolean {
  const kafka = new SmallCluster(features);
  for (const follower of [2, 3]) kafka.kill(follower);
  kafka.until('broker 1 is alone in its ISR', () => kafka.replica(1).committedIsr.length === 1);
  return kafka.produce(1, -1)[0]?.errorCode === ErrorCode.NOT_ENOUGH_REPLICAS;
}

function refusesAcksTwo(features: KafkaFeatures): boolean {
  return new SmallCluster(features).produce(1, 2)[0]?.errorCode === ErrorCode.INVALID_REQUIRED_ACKS;
}

function slowFollowerLeaves(features: KafkaFeatures): boolean {
  // One batch a fetch, five fetches a second, twenty batches a second.
  const kafka = new SmallCluster(features, { broker: { 'replica.lag.time.max.ms': '2000', 'replica.fetch.max.bytes': '1' } });
  kafka.slowDown(1, 3, 200);
  for (let i = 0; i < 200; i++) {
    kafka.produce(1, 1);
    kafka.run(0.05);
  }
  return !kafka.isr.includes(3);
}

function waitsForEveryTarget(features: KafkaFeatures): boolean {
  const kafka = new SmallCluster(features);
  kafka.kill(2);
  kafka.until('broker 2 is out of the ISR', () => !kafka.isr.includes(2));
  kafka.cluster.admin.reassign(kafka.partition, [1, 2, 4]);
  kafka.until('broker 4 is in sync', () => kafka.isr.includes(4));
  kafka.run(5);
  return kafka.events('reassignment-completed').length === 0;
}

function hidesEarlierEnd(features: KafkaFeatures): boolean {
  const kafka = new SmallCluster(features);
  kafka.produce(1, -1);
  kafka.until('the record is committed', () => kafka.replica(1).log.highWatermark === 1);
  // The new leader knows neither the last high watermark nor how far broker 3 is.
  kafka.cut(3, 2);
  kafka.kill(1);
  kafka.until('broker 2 leads', () => kafka.replica(2).isLeader);
  return kafka.endForConsumers(2)?.errorCode === ErrorCode.OFFSET_NOT_AVAILABLE;
}

function ignoresOlderMetadata(features: KafkaFeatures): boolean {
  const brokers = new FakeBrokers([2]);
  const { simulation, clientProcess, brokerHost } = brokers;
  Object.assign(brokers.partition(0), { leader: 2, leaderEpoch: 5 });
  brokers.startClient(() => {
    const producer = new Producer({
      ...{ simulation, process: clientProcess, clientId: 'p1', features, brokerHost, bootstrapBrokers: [1, 2, 3] },
      config: { ...resolveProducerConfig('3.9', new Map()), metadataMaxAgeUs: 1_000_000 },
      partitionerRandom: simulation.randomness.stream('p1'),
    });
    producer.send({ topic: 'orders', partition: 0, key: null, value: 0, sizeBytes: 100 }, () => {});
  });
  brokers.runTo(500);
  Object.assign(brokers.partition(0), { leader: 1, leaderEpoch: 4 });
  brokers.runTo(5_000);
  return brokers.events('stale-metadata-ignored').length > 0 && !brokers.events('leader-changed-in-metadata').some(({ to }) => to === 1);
}

function namesTheLeader(features: KafkaFeatures): boolean {
  const kafka = new SmallCluster(features);
  return kafka.produce(2, 1)[0]?.currentLeader === kafka.leader;
}

// ------------------------------------------------------------ the table, put to the test

const flags = Object.keys(checks) as Flag[];
const caught: string[] = [];

test('every behaviour has a check', () => {
  const all = Object.keys(NEW).filter((name) => !(name in EVERY_CONDITION));
  expect([...flags].sort((a, b) => (a < b ? -1 : 1))).toEqual(all.sort((a, b) => (a < b ? -1 : 1)));
  for (const flag of flags) {
    expect(checks[flag].length, flag).toBeGreaterThan(0);
    for (const { old, beside } of checks[flag]) expect(old, flag).not.toBe({ ...NEW, ...beside }[flag]);
  }
});

describe.each(flags)('%s', (flag) => {
  for (const { old, name, run, beside } of checks[flag] as readonly Check[]) {
    test(`put back to ${String(old)} is caught by "${name}"`, () => {
      const now = { ...NEW, ...beside };
      expect(run(now), 'as in Kafka 3.9').toBe('held');
      const broken = run({ ...now, [flag]: old });
      expect(broken, `with ${flag}=${String(old)}`).toMatch(/^(violated|not so)$/);
      caught.push(`${flag}=${String(old)}: ${broken === 'violated' ? `violates ${name}` : `no longer so: ${name}`}`);
    });
  }
});

afterAll(() => {
  console.log(`What catches each behaviour of Kafka 3.9 when it is put back:\n  ${caught.join('\n  ')}`);
});
