/**
 * The protocol's mutants: for each load-bearing condition (src/kafka/protocol/conditions.ts) the configuration in which it matters, so that random seeds can miss it when
 * it is gone, and the check that is expected to notice. For the test that switches some off, and for `npm run mutants`, which puts all of them on trial.
 *
 * A guarantee notices only where it is promised: power loss, for one, takes most promises away.
 */
import { readFileSync } from 'node:fs';
import type { GuaranteeName, InvariantId } from '../src/check/Finding.js';
import type { ApplicationName } from '../src/explore/applications.js';
import { recommended, type TrialConfiguration } from '../src/explore/configuration.js';
import { generateScenario } from '../src/explore/generate.js';
import type { TrialResult } from '../src/explore/trial.js';
import { FAULT_CLASSES, type FaultClass } from '../src/faults/Fault.js';
import type { ConditionName } from '../src/kafka/protocol/conditions.js';
import type { KafkaFeatures } from '../src/kafka/protocol/features.js';
import type { KafkaRelease } from '../src/kafka/protocol/release.js';
import { parseScenario } from '../src/scenario/parse.js';
import type { Scenario } from '../src/scenario/Scenario.js';

type Values = Readonly<Record<string, string | number | boolean>>;

/** Differences from the recommended configuration with idempotent producers (`recommended` in src/explore/configuration.ts). */
interface Setup {
  /** For people. */
  readonly says: string;
  /** Applications of the groups, of three members each. */
  readonly groups?: readonly ApplicationName[];
  /** Producers that send in transactions. */
  readonly transactional?: number;
  readonly consumer?: Values;
  readonly producer?: Values;
  readonly broker?: Values;
  /** Of the topic `orders`, beside min.insync.replicas=2. */
  readonly topic?: Values;
  /** Default: the newest one. */
  readonly release?: KafkaRelease;
  readonly features?: Partial<KafkaFeatures>;
  /** Default: every class but power loss. */
  readonly classes?: readonly FaultClass[];
  /** A lesson under `scenarios/` to be run with the seed, where chance alone would take too long. */
  readonly lesson?: string;
}

const SURVIVABLE = FAULT_CLASSES.filter((name) => name !== 'power-loss');
const EARLIEST: Values = { 'auto.offset.reset': 'earliest' };
const READ_COMMITTED: Values = { 'isolation.level': 'read_committed' };
/** Version 1 promises less (B-49, B-50), and what is not promised is no finding. */
const TRANSACTION_VERSION_2: Partial<KafkaFeatures> = { transactionV2: true };
const SMALL_SEGMENTS: Pick<Setup, 'topic' | 'producer'> = { topic: { 'segment.bytes': 40_000 }, producer: { 'batch.size': 2000 } };

export const configurations = {
  producers: { says: 'idempotent producers' },
  'producers-3.3': { says: 'idempotent producers, Kafka 3.3', release: '3.3' },
  'producers-2.4': { says: 'idempotent producers, Kafka 2.4, whose leaders write their ISR to ZooKeeper themselves', release: '2.4' },
  'one-in-flight': {
    says: 'producers without idempotence, one request in flight',
    producer: { 'enable.idempotence': false, 'max.in.flight.requests.per.connection': 1 },
  },
  'small-segments': { says: 'idempotent producers, segments of 40 kB', ...SMALL_SEGMENTS },
  flushed: {
    says: 'idempotent producers, flush.messages=1, power loss',
    topic: { 'flush.messages': 1 },
    classes: ['power-loss'],
  },
  power: { says: 'idempotent producers, power loss', classes: ['power-loss'] },
  transactions: {
    says: 'two of four producers in transactions of version 2, read_committed',
    transactional: 2,
    consumer: READ_COMMITTED,
    features: TRANSACTION_VERSION_2,
  },
  'small-segments-transactions': {
    says: 'the same with segments of 40 kB',
    transactional: 2,
    consumer: READ_COMMITTED,
    features: TRANSACTION_VERSION_2,
    ...SMALL_SEGMENTS,
  },
  'exactly-once': {
    says: 'the same and a group that consumes and produces in transactions',
    transactional: 2,
    groups: ['transform-transactional'],
    consumer: { ...READ_COMMITTED, ...EARLIEST },
    features: TRANSACTION_VERSION_2,
  },
  groups: {
    says: 'a group that processes, then commits, and one that commits automatically',
    groups: ['commit-after', 'auto'],
    consumer: EARLIEST,
  },
  'compacted-offsets': {
    says: 'the same with a busy cleaner and small segments of __consumer_offsets',
    groups: ['commit-after', 'auto'],
    consumer: EARLIEST,
    broker: { 'offsets.topic.segment.bytes': 2000, 'log.cleaner.backoff.ms': 1000, 'log.cleaner.min.cleanable.ratio': 0.01 },
  },
  cooperative: {
    says: 'a group with the cooperative assignor',
    groups: ['commit-after'],
    consumer: { ...EARLIEST, 'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor' },
  },
  'consumer-protocol': {
    says: 'a group of the consumer protocol (KIP-848)',
    groups: ['commit-after'],
    consumer: { ...EARLIEST, 'group.protocol': 'consumer' },
    features: { consumerGroupProtocol: true },
  },
  'static-members': { says: 'the lesson b67-static-fencing', lesson: 'b67-static-fencing' },
} as const satisfies Record<string, Setup>;

export type ConfigurationName = keyof typeof configurations;

export type CheckName = GuaranteeName | `invariant/${InvariantId}`;

export interface Mutant {
  readonly in: ConfigurationName;
  /** Any of these counts as noticed. */
  readonly noticedBy: readonly CheckName[];
  /** Where the test begins to look, so that it need not look for long: one of the first seeds that notice. Default 1. */
  readonly from?: number;
  /** Noticed within a moment: it stays in the test. */
  readonly quick?: true;
}

/** TypeScript refuses a condition without an entry. */
export const mutants: { readonly [C in ConditionName]: Mutant } = {
  highWatermarkAwaitsIsr: { in: 'producers', noticedBy: ['invariant/P3', 'invariant/P4'], quick: true },
  unknownFollowersBlock: { in: 'producers', noticedBy: ['invariant/P3', 'invariant/P4'], quick: true },
  highWatermarkMonotonic: { in: 'producers', noticedBy: ['invariant/P12'], quick: true },
  highWatermarkWithinLog: { in: 'producers', noticedBy: ['invariant/P13'], quick: true },
  fetchAcknowledgesBelow: { in: 'producers', noticedBy: ['invariant/P3', 'invariant/P4'] },
  shrinkPendsUntilConfirmed: { in: 'producers', noticedBy: ['invariant/P10', 'invariant/P3'] },
  unansweredIsrChangePends: { in: 'producers', noticedBy: ['invariant/P10', 'eventually-converges'] },
  oneIsrChangeAtATime: { in: 'producers', noticedBy: ['invariant/P10'] },
  isrJoinRequiresHighWatermark: { in: 'producers', noticedBy: ['invariant/P4', 'invariant/P10'], quick: true },
  consumersReadCommitted: { in: 'producers', noticedBy: ['consistent-offsets'], quick: true },
  ackAwaitsHighWatermark: { in: 'producers', noticedBy: ['invariant/P15'], quick: true },
  duplicateAwaitsReplication: { in: 'producers', noticedBy: ['invariant/P15'] },
  minIsrAfterAppend: { in: 'producers-3.3', noticedBy: ['invariant/P15'], quick: true },
  divergenceAnswered: { in: 'producers', noticedBy: ['no-divergence'], quick: true },
  staleLeaderAndIsrRefused: { in: 'producers', noticedBy: ['invariant/P10', 'invariant/P11'] },
  truncationForgetsEpochs: { in: 'producers', noticedBy: ['eventually-converges'] },
  epochsPersisted: { in: 'producers', noticedBy: ['no-divergence'], quick: true },
  flushBeforeAcknowledge: { in: 'flushed', noticedBy: ['no-acknowledged-loss'] },
  recoveryScansTail: { in: 'power', noticedBy: ['invariant/P32'] },
  snapshotsFitLog: { in: 'small-segments', noticedBy: ['invariant/P24'] },
  snapshotsKeepTransactions: { in: 'small-segments-transactions', noticedBy: ['no-aborted-reads', 'invariant/P29'], quick: true },
  compactionKeepsLatest: { in: 'compacted-offsets', noticedBy: ['committed-offsets-honest', 'single-owner'] },
  rebuildReplaysLog: { in: 'small-segments', noticedBy: ['no-duplicates'] },
  electsFromIsr: { in: 'producers', noticedBy: ['invariant/P8', 'no-acknowledged-loss'], quick: true },
  electsTheLiving: { in: 'producers', noticedBy: ['eventually-converges'] },
  electionRaisesEpoch: { in: 'producers', noticedBy: ['invariant/P11'], quick: true },
  removalRaisesEpoch: { in: 'producers', noticedBy: ['invariant/P11'] },
  leaderWritesConditional: { in: 'producers-2.4', noticedBy: ['invariant/P14', 'invariant/P11'], quick: true },
  isrChangesFenced: { in: 'producers', noticedBy: ['invariant/P8', 'invariant/P4'] },
  shuttingDownStaysOut: { in: 'producers', noticedBy: ['invariant/P9'] },
  duplicateDetection: { in: 'producers', noticedBy: ['invariant/P24', 'no-duplicates'], quick: true },
  sequenceChecks: { in: 'producers', noticedBy: ['producer-order'], quick: true },
  producerEpochFencing: { in: 'transactions', noticedBy: ['no-duplicates', 'invariant/P28'], quick: true },
  producerStateRecovery: { in: 'producers', noticedBy: ['no-duplicates'], quick: true },
  lastStableOffsetBound: { in: 'transactions', noticedBy: ['no-aborted-reads'], quick: true },
  stableOffsetAwaitsMarkers: { in: 'transactions', noticedBy: ['invariant/P29'], quick: true },
  abortedTransactionsListed: { in: 'transactions', noticedBy: ['no-aborted-reads'], quick: true },
  initBumpsEpoch: {
    in: 'exactly-once',
    noticedBy: ['invariant/P24', 'no-acknowledged-loss', 'transaction-atomicity'],
    from: 120,
    quick: true,
  },
  coordinatorEpochFencing: { in: 'exactly-once', noticedBy: ['transaction-atomicity'], quick: true },
  decisionBeforeMarkers: { in: 'transactions', noticedBy: ['invariant/P27'], quick: true },
  decisionReplicated: { in: 'transactions', noticedBy: ['transaction-atomicity'] },
  endAnsweredAfterDecision: { in: 'transactions', noticedBy: ['transaction-atomicity'] },
  decidedTransactionsResumed: { in: 'transactions', noticedBy: ['eventually-converges', 'transaction-atomicity'], quick: true },
  markersRetried: { in: 'transactions', noticedBy: ['eventually-converges', 'transaction-atomicity'], quick: true },
  completionAwaitsMarkers: { in: 'transactions', noticedBy: ['eventually-converges', 'transaction-atomicity'] },
  transactionTimeout: { in: 'transactions', noticedBy: ['eventually-converges'], quick: true },
  txnOffsetsPend: { in: 'exactly-once', noticedBy: ['exactly-once', 'transaction-atomicity'], quick: true },
  offsetsJoinTransaction: { in: 'exactly-once', noticedBy: ['transaction-atomicity'] },
  commitGenerationFencing: { in: 'groups', noticedBy: ['single-owner'], quick: true },
  generationAdvances: { in: 'groups', noticedBy: ['single-owner'] },
  sessionExpiry: { in: 'groups', noticedBy: ['group-converges'], quick: true },
  rebalanceAwaitsMembers: { in: 'groups', noticedBy: ['group-converges', 'single-owner'] },
  rebalanceAnnounced: { in: 'groups', noticedBy: ['group-converges'] },
  offsetCommitReplicated: { in: 'groups', noticedBy: ['committed-offsets-honest'], quick: true },
  coordinatorLoadsState: { in: 'groups', noticedBy: ['committed-offsets-honest', 'single-owner'], quick: true },
  assignmentPersisted: { in: 'groups', noticedBy: ['single-owner'], quick: true },
  staticMemberFencing: { in: 'static-members', noticedBy: ['single-owner'], quick: true },
  partitionEpochExclusion: { in: 'consumer-protocol', noticedBy: ['single-owner'], quick: true },
  memberEpochFencing: { in: 'consumer-protocol', noticedBy: ['single-owner'], quick: true },
  retriesInSequence: { in: 'producers', noticedBy: ['producer-order', 'no-duplicates'], quick: true },
  sequenceKeptOnRetry: { in: 'producers', noticedBy: ['no-duplicates'], quick: true },
  retriesGoFirst: { in: 'one-in-flight', noticedBy: ['producer-order'], quick: true },
  endAwaitsBatches: { in: 'transactions', noticedBy: ['transaction-atomicity'], quick: true },
  failedBatchAborts: { in: 'transactions', noticedBy: ['transaction-atomicity'] },
  abortedRecordsFiltered: { in: 'transactions', noticedBy: ['no-aborted-reads'], quick: true },
  cooperativeTwoPhase: { in: 'cooperative', noticedBy: ['single-owner'], quick: true },
  eagerGivesUpFirst: { in: 'groups', noticedBy: ['single-owner'], quick: true },
  revokedPartitionsDropped: { in: 'groups', noticedBy: ['committed-offsets-honest', 'single-owner'], quick: true },
  commitsFollowPositions: { in: 'groups', noticedBy: ['committed-offsets-honest'], quick: true },
  beginsAtCommitted: { in: 'groups', noticedBy: ['committed-offsets-honest'], quick: true },
  resetFollowsPolicy: { in: 'groups', noticedBy: ['at-least-once'] },
  znodeVersionChecks: { in: 'producers', noticedBy: ['invariant/Z1'], from: 26, quick: true },
};

/** A seed of a configuration as Kafka is. */
export function correctScenario(name: ConfigurationName, seed: number): Scenario {
  const setup: Setup = configurations[name];
  if (setup.lesson !== undefined) return readLesson(setup.lesson, seed);
  const { groups, transactional, consumer, producer, broker, topic, release, features, classes } = setup;
  const base = recommended(release);
  const entries = (values: Values = {}): [string, string | number | boolean][] => Object.entries(values);
  const configuration: TrialConfiguration = {
    ...base,
    features: features ?? {},
    groups: (groups ?? []).map((application, i) => ({ id: `g${i + 1}`, members: 3, application })),
    transactionalProducers: transactional ?? 0,
    brokerProperties: new Map(entries(broker)),
    topics: base.topics.map((each) => ({
      ...each,
      properties: new Map([...each.properties, ...entries(topic)]),
    })),
    consumerProperties: new Map(entries(consumer)),
    producerProperties: new Map([['acks', 'all'], ...entries(producer)]),
  };
  return generateScenario(configuration, String(seed), classes ?? SURVIVABLE);
}

/** The same without the condition. */
export function mutantScenario(name: ConditionName, seed: number): Scenario {
  const scenario = correctScenario(mutants[name].in, seed);
  return { ...scenario, features: { ...scenario.features, [name]: false } };
}

export interface Failure {
  readonly guarantee: string;
  readonly kind: string;
}

/** What fails although it is promised: guarantees, and invariants, which always hold. The first finding of each kind. */
export function failuresIn({ judgement }: Pick<TrialResult, 'judgement'>): Failure[] {
  const promised = new Set<string>(judgement.guarantees.filter(({ promise }) => promise.promised).map(({ name }) => name));
  const failures = new Map<string, Failure>();
  for (const { guarantee, kind } of judgement.findings) {
    if (!guarantee.startsWith('invariant/') && !promised.has(guarantee)) continue;
    const key = `${guarantee} ${kind}`;
    if (!failures.has(key)) failures.set(key, { guarantee, kind });
  }
  return [...failures.values()];
}

/** The failure by which the expected check notices the mutant; undefined: it does not. */
export function noticed(name: ConditionName, result: Pick<TrialResult, 'judgement'>): Failure | undefined {
  const expected: readonly string[] = mutants[name].noticedBy;
  return failuresIn(result).find(({ guarantee }) => expected.includes(guarantee));
}

/** From the package's root, where npm runs tests and scripts. */
function readLesson(file: string, seed: number): Scenario {
  const parsed = parseScenario(readFileSync(`scenarios/${file}.yaml`, 'utf8'), file);
  if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.problems)}`);
  return { ...parsed.scenario, seed: String(seed) };
}
