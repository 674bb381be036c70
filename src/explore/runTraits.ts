/**
 * What a run's configuration promises each of its clients under the run's faults, in the words of Jepsen's anomalies: each anomaly breaks one guarantee, and the table of promises says
 * of whom that is kept.
 */
import type { FaultClass, FaultKindName } from '../faults/Fault.js';
import type { AnomalyType } from '../check/jepsen/AnomalyType.js';
import type { ClientTraits, IsolationLevel, Traits } from '../check/jepsen/Traits.js';
import type { GuaranteeName } from '../check/Finding.js';
import { promiseUnder, type PromiseFacts } from '../check/promises.js';
import type { TopicConfig } from '../kafka/config/index.js';
import type { Scenario } from '../scenario/Scenario.js';
import { promiseFact, type PromiseGround } from './promiseFacts.js';
import type { ClientConfigs } from './trialConfigs.js';

/** What would break, if a record of this producer showed the anomaly. */
const ofProducers: Readonly<Partial<Record<AnomalyType, GuaranteeName>>> = {
  'lost-write': 'no-acknowledged-loss',
  unseen: 'no-acknowledged-loss',
  duplicate: 'no-duplicates',
  'inconsistent-offsets': 'consistent-offsets',
  G1a: 'no-aborted-reads',
  'precommitted-read': 'no-aborted-reads',
  G1c: 'no-aborted-reads',
  'nonmonotonic-send': 'producer-order',
  'int-nonmonotonic-send': 'producer-order',
};
/** And what, if a consumer met with it. */
const ofConsumers: Readonly<Partial<Record<AnomalyType, GuaranteeName>>> = {
  'poll-skip': 'no-skipped-records',
  'nonmonotonic-poll': 'no-skipped-records',
  'int-poll-skip': 'no-skipped-records',
  'int-nonmonotonic-poll': 'no-skipped-records',
};

export interface TraitsInput {
  readonly scenario: Scenario;
  readonly configs: ClientConfigs;
  readonly ground: PromiseGround;
  readonly topicConfig: (topic: string) => TopicConfig;
  readonly classes: readonly FaultClass[];
  readonly kinds: readonly FaultKindName[];
  /** See {@link Traits}. */
  readonly cutShort: string;
}

export function runTraits(input: TraitsInput): Traits {
  const { configs, scenario, cutShort } = input;
  const clients = new Map<string, ClientTraits>();
  for (const { id, topics, mode } of scenario.workload.producers) {
    clients.set(id, { isolationLevel: 'read_committed', notPromised: unkept(input, ofProducers, producerFacts(input, id, topics, mode)) });
  }
  const everybody = scenario.workload.producers.flatMap(({ id, topics, mode }) => producerFacts(input, id, topics, mode));
  const asReader = unkept(input, ofConsumers, everybody);
  for (const [id, { config, section }] of configs.consumers) {
    const output = section.application?.output ?? null;
    const asWriter = output === null ? {} : unkept(input, ofProducers, producerFacts(input, id, [output], 'async'));
    const isolationLevel: IsolationLevel = config.isolationLevel === 'read_committed' ? 'read_committed' : 'read_uncommitted';
    clients.set(id, { isolationLevel, notPromised: { ...asReader, ...asWriter } });
  }
  return { clients: Object.fromEntries(clients), others: { isolationLevel: 'read_committed', notPromised: {} }, cutShort };
}

function producerFacts(
  { configs, ground, scenario, topicConfig }: TraitsInput,
  id: string,
  topics: readonly string[],
  mode: Scenario['workload']['producers'][number]['mode'],
): PromiseFacts[] {
  return scenario.topics
    .filter(({ name }) => topics.includes(name))
    .map(({ name, replicationFactor }) => promiseFact(ground, configs.producer(id), topicConfig(name), replicationFactor, mode));
}

function unkept(
  { classes, kinds }: TraitsInput,
  broken: Readonly<Partial<Record<AnomalyType, GuaranteeName>>>,
  facts: readonly PromiseFacts[],
): ClientTraits['notPromised'] {
  const reasons: Partial<Record<AnomalyType, string>> = {};
  for (const [anomaly, guarantee] of Object.entries(broken) as [AnomalyType, GuaranteeName][]) {
    const { promised, because } = promiseUnder(guarantee, classes, facts, kinds);
    if (!promised) reasons[anomaly] = because;
  }
  return reasons;
}
