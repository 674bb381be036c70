/**
 * What idempotent producers, transactions and consumer groups promise they keep, under every kind of fault; and what careless applications lose, the simulator
 * finds. Seeds are fixed, so that a red build is red again on the next machine.
 */
import { describe, expect, it } from 'vitest';
import type { ApplicationName } from '../src/explore/applications.js';
import { recommended, type TrialConfiguration } from '../src/explore/configuration.js';
import { generateScenario } from '../src/explore/generate.js';
import { runTrial } from '../src/explore/trial.js';
import { FAULT_CLASSES, type FaultClass } from '../src/faults/Fault.js';
import type { KafkaFeatures } from '../src/kafka/protocol/features.js';
import type { GuaranteeName } from '../src/scenario/Scenario.js';
import { failuresIn } from './mutants.js';

const SURVIVABLE = FAULT_CLASSES.filter((name) => name !== 'power-loss');

interface Load {
  readonly groups?: readonly ApplicationName[];
  readonly transactional?: number;
  readonly features?: Partial<KafkaFeatures>;
  readonly consumer?: Readonly<Record<string, string | boolean>>;
  readonly producer?: Readonly<Record<string, string | boolean>>;
}

function configured({ groups = [], transactional = 0, features = {}, consumer = {}, producer = {} }: Load): TrialConfiguration {
  return {
    ...recommended(),
    features,
    groups: groups.map((application, i) => ({ id: `g${i + 1}`, members: 3, application })),
    transactionalProducers: transactional,
    consumerProperties: new Map(Object.entries({ 'auto.offset.reset': 'earliest', ...consumer })),
    producerProperties: new Map(Object.entries({ acks: 'all', ...producer })),
  };
}

interface Kept {
  /** What was broken, by seed. */
  readonly broken: readonly string[];
  /** In how many runs each guarantee was held, its premise exercised. */
  readonly held: ReadonlyMap<GuaranteeName, number>;
}

function tried(load: Load, seeds: number, classes: readonly FaultClass[] = SURVIVABLE): Kept {
  const configuration = configured(load);
  const broken: string[] = [];
  const held = new Map<GuaranteeName, number>();
  for (let seed = 1; seed <= seeds; seed++) {
    const result = runTrial(generateScenario(configuration, `delivery-${seed}`, classes));
    const failed = failuresIn(result)[0];
    if (failed !== undefined) broken.push(`seed ${seed}: ${failed.guarantee}`);
    for (const { name, verdict } of result.judgement.guarantees) if (verdict === 'held') held.set(name, (held.get(name) ?? 0) + 1);
  }
  return { broken, held };
}

const exactlyOnce: Load = {
  groups: ['transform-transactional'],
  transactional: 2,
  features: { transactionV2: true },
  consumer: { 'isolation.level': 'read_committed' },
};
const classic: Load = { groups: ['commit-after', 'commit-before'] };
const cooperative: Load = {
  groups: ['commit-after', 'auto'],
  consumer: { 'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor' },
};
const byBroker: Load = {
  groups: ['commit-after', 'auto'],
  features: { consumerGroupProtocol: true },
  consumer: { 'group.protocol': 'consumer' },
};

describe('exactly once (transaction protocol 2, read_committed, offsets in the transaction)', () => {
  it('holds whatever happens', () => {
    const { broken, held } = tried(exactlyOnce, 40);
    expect(broken).toEqual([]);
    for (const name of ['exactly-once', 'transaction-atomicity', 'no-aborted-reads'] as const) {
      expect(held.get(name) ?? 0, name).toBeGreaterThan(15);
    }
  });

  it.each(SURVIVABLE)('holds under faults of the class %s alone', (faultClass) => {
    expect(tried(exactlyOnce, 5, [faultClass]).broken).toEqual([]);
  });

  it('is lost without transactions, in the same application', () => {
    const configuration = configured({ groups: ['transform'] });
    const breaks = (seed: number): boolean => {
      const { judgement } = runTrial(generateScenario(configuration, String(seed), SURVIVABLE));
      return judgement.guarantees.some(({ name, verdict }) => name === 'exactly-once' && verdict === 'violated');
    };
    expect(Array.from({ length: 40 }, (_, i) => i + 1).some(breaks)).toBe(true);
  });
});

describe('an idempotent producer', () => {
  it('never duplicates and never reorders within one session', () => {
    const { broken, held } = tried({}, 80);
    expect(broken).toEqual([]);
    expect(Math.min(held.get('no-duplicates') ?? 0, held.get('producer-order') ?? 0)).toBeGreaterThan(40);
  });
});

describe.each([
  ['the classic protocol', classic],
  ['cooperative rebalancing', cooperative],
  ['the consumer protocol (KIP-848)', byBroker],
] as const)('a group under %s', (_name, load) => {
  it('never gives a partition to two members, keeps what was committed, and comes to rest', () => {
    const { broken, held } = tried(load, 25);
    expect(broken).toEqual([]);
    for (const name of ['single-owner', 'committed-offsets-honest', 'group-converges', 'at-least-once'] as const) {
      expect(held.get(name) ?? 0, name).toBeGreaterThan(10);
    }
  });
});
