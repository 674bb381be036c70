/**
 * In which configuration each load-bearing condition matters, so that random seeds can miss it when it is gone: for the test that switches them off one at a
 * time, and for `npm run conditions`.
 */
import { readFileSync } from 'node:fs';
import type { ApplicationName } from '../src/explore/applications.js';
import { recommended, type TrialConfiguration } from '../src/explore/configuration.js';
import { generateScenario } from '../src/explore/generate.js';
import type { TrialResult } from '../src/explore/trial.js';
import { FAULT_CLASSES, type FaultClass } from '../src/faults/Fault.js';
import type { KafkaConditions } from '../src/kafka/protocol/conditions.js';
import type { KafkaFeatures } from '../src/kafka/protocol/features.js';
import { parseScenario } from '../src/scenario/parse.js';
import type { Scenario } from '../src/scenario/Scenario.js';

export interface ConditionTrial {
  /** Applications of the groups, of three members each. */
  readonly groups?: readonly ApplicationName[];
  /** Producers that send in transactions. */
  readonly transactional?: number;
  readonly consumer?: Readonly<Record<string, string | number | boolean>>;
  readonly producer?: Readonly<Record<string, string | number | boolean>>;
  readonly features?: Partial<KafkaFeatures>;
  /** Default: every class but power loss. */
  readonly classes?: readonly FaultClass[];
  /** A lesson under `scenarios/` to be run instead of seeds, where chance alone would take too long. */
  readonly lesson?: string;
  /** Where the test begins to look, so that it need not look for long: one of the first seeds that notice. Default 1. */
  readonly from?: number;
}

const SURVIVABLE = FAULT_CLASSES.filter((name) => name !== 'power-loss');

/** The scenario of one seed, with the condition as it should be, or switched off. */
export function conditionScenario(name: keyof KafkaConditions, seed: number, on: boolean): Scenario {
  const { groups, transactional, consumer, producer, features, classes, lesson } = conditionTrials[name];
  if (lesson !== undefined) return withCondition(readLesson(lesson, seed), name, on);
  const configuration: TrialConfiguration = {
    ...recommended(),
    features: features ?? {},
    groups: (groups ?? []).map((application, i) => ({ id: `g${i + 1}`, members: 3, application })),
    transactionalProducers: transactional ?? 0,
    consumerProperties: new Map(Object.entries(consumer ?? {})),
    producerProperties: new Map(Object.entries({ acks: 'all', ...producer })),
  };
  return withCondition(generateScenario(configuration, String(seed), classes ?? SURVIVABLE), name, on);
}

function withCondition(scenario: Scenario, name: keyof KafkaConditions, on: boolean): Scenario {
  return on ? scenario : { ...scenario, features: { ...scenario.features, [name]: false } };
}

/** From the package's root, where npm runs tests and scripts. */
function readLesson(file: string, seed: number): Scenario {
  const parsed = parseScenario(readFileSync(`scenarios/${file}.yaml`, 'utf8'), file);
  if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.problems)}`);
  return { ...parsed.scenario, seed: String(seed) };
}

/** What fails although it is promised: a guarantee, or an invariant; empty: nothing. */
export function brokenPromise({ judgement }: TrialResult): string {
  const promised = new Set<string>(judgement.guarantees.filter(({ promise }) => promise.promised).map(({ name }) => name));
  return judgement.findings.find(({ guarantee }) => guarantee.startsWith('invariant/') || promised.has(guarantee))?.guarantee ?? '';
}

const producers: ConditionTrial = {};
/** Protocol 2: version 1 promises less (B-49, B-50), and what is not promised is no finding. */
const transactions: ConditionTrial = {
  transactional: 2,
  consumer: { 'isolation.level': 'read_committed' },
  features: { transactionV2: true },
};
const exactlyOnce: ConditionTrial = {
  transactional: 2,
  groups: ['transform-transactional'],
  consumer: { 'isolation.level': 'read_committed', 'auto.offset.reset': 'earliest' },
  features: { transactionV2: true },
};
const groups: ConditionTrial = { groups: ['commit-after', 'auto'], consumer: { 'auto.offset.reset': 'earliest' } };
const cooperative: ConditionTrial = {
  groups: ['commit-after'],
  consumer: {
    'auto.offset.reset': 'earliest',
    'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
  },
};
const consumerProtocol: ConditionTrial = {
  groups: ['commit-after'],
  consumer: { 'auto.offset.reset': 'earliest', 'group.protocol': 'consumer' },
  features: { consumerGroupProtocol: true },
};
/** TypeScript refuses a condition without an entry. */
export const conditionTrials: { readonly [C in keyof KafkaConditions]: ConditionTrial } = {
  duplicateDetection: producers,
  sequenceChecks: producers,
  producerEpochFencing: transactions,
  producerStateRecovery: producers,
  lastStableOffsetBound: transactions,
  abortedTransactionsListed: transactions,
  initBumpsEpoch: { ...exactlyOnce, from: 120 },
  coordinatorEpochFencing: exactlyOnce,
  decisionBeforeMarkers: transactions,
  decidedTransactionsResumed: transactions,
  markersRetried: transactions,
  transactionTimeout: transactions,
  txnOffsetsPend: exactlyOnce,
  commitGenerationFencing: groups,
  sessionExpiry: groups,
  rebalanceAwaitsMembers: groups,
  offsetCommitReplicated: groups,
  coordinatorLoadsState: groups,
  assignmentPersisted: groups,
  staticMemberFencing: { lesson: 'b67-static-fencing' },
  partitionEpochExclusion: consumerProtocol,
  memberEpochFencing: consumerProtocol,
  retriesInSequence: producers,
  sequenceKeptOnRetry: producers,
  abortedRecordsFiltered: transactions,
  cooperativeTwoPhase: cooperative,
  revokedPartitionsDropped: groups,
  commitsFollowPositions: groups,
  znodeVersionChecks: { ...producers, from: 26 },
};
