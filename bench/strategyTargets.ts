/**
 * What the strategies are compared on: configurations and releases that are known to fail, each with the failure that counts. Small worlds (three brokers,
 * two partitions, twelve seconds of faults), so that hundreds of campaigns are affordable.
 */
import type { GuaranteeName } from '../src/check/Finding.js';
import { recommended, type TrialConfiguration } from '../src/explore/configuration.js';
import type { KafkaFeatures } from '../src/kafka/protocol/features.js';
import type { KafkaRelease } from '../src/kafka/protocol/release.js';

export interface StrategyTarget {
  /** Short, and stable: it names the target in the file of results. */
  readonly name: string;
  /** What is wrong with it: entry of the failure catalogue, or condition switched off. */
  readonly about: string;
  readonly configuration: TrialConfiguration;
  readonly guarantee: GuaranteeName;
}

interface Difference {
  readonly release?: KafkaRelease;
  readonly minInsyncReplicas?: number;
  readonly producer?: Readonly<Record<string, string | number | boolean>>;
  readonly consumer?: Readonly<Record<string, string | number | boolean>>;
  readonly features?: Partial<KafkaFeatures>;
  readonly transactional?: number;
}

function small({ release, minInsyncReplicas = 2, producer, consumer, features, transactional }: Difference): TrialConfiguration {
  return {
    ...recommended(release),
    durationUs: 12_000_000,
    topics: [{ name: 'orders', partitions: 2, replicationFactor: 3, properties: new Map([['min.insync.replicas', minInsyncReplicas]]) }],
    producerProperties: new Map(Object.entries({ acks: 'all', ...producer })),
    consumerProperties: new Map(Object.entries(consumer ?? {})),
    features: features ?? {},
    transactionalProducers: transactional ?? 0,
  };
}

export const strategyTargets: readonly StrategyTarget[] = [
  {
    name: 'acks-1',
    about: 'acks=1 loses acknowledged records (B-02)',
    configuration: small({ producer: { acks: '1' } }),
    guarantee: 'no-acknowledged-loss',
  },
  {
    name: 'retries-in-sequence',
    about: 'condition retriesInSequence off: batches overtake each other',
    configuration: small({ features: { retriesInSequence: false } }),
    guarantee: 'producer-order',
  },
  {
    name: 'sequence-checks',
    about: 'condition sequenceChecks off: leaders take batches out of sequence',
    configuration: small({ features: { sequenceChecks: false } }),
    guarantee: 'producer-order',
  },
  {
    name: 'producer-state',
    about: 'condition producerStateRecovery off: leaders forget what they have',
    configuration: small({ features: { producerStateRecovery: false } }),
    guarantee: 'no-duplicates',
  },
  {
    name: 'hw-truncation-loss',
    about: '0.10.2 with min.insync.replicas=1: truncation to the high watermark loses records (B-10, KIP-101)',
    configuration: small({ release: '0.10.2', minInsyncReplicas: 1 }),
    guarantee: 'no-acknowledged-loss',
  },
  {
    name: 'hw-truncation-divergence',
    about: '0.10.2: truncation to the high watermark lets logs diverge (B-11, KIP-101)',
    configuration: small({ release: '0.10.2' }),
    guarantee: 'no-divergence',
  },
  {
    name: 'fast-failover',
    about: '1.1: fast leader failovers let logs diverge (B-12, KIP-279)',
    configuration: small({ release: '1.1' }),
    guarantee: 'no-divergence',
  },
  {
    name: 'decided-transactions',
    about: 'condition decidedTransactionsResumed off: transactions hang after a failover',
    configuration: small({
      transactional: 2,
      consumer: { 'isolation.level': 'read_committed' },
      features: { transactionV2: true, decidedTransactionsResumed: false },
    }),
    guarantee: 'eventually-converges',
  },
];
