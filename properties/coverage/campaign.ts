/**
 * The runs in which every probe must be hit: lessons, seeds, scenarios made for it and a client without manners, all fixed. Where a probe is hit by no more
 * than one of them, `trialrun check --coverage` names seeds to take instead when that one no longer gets there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { varied } from '../../src/scenario/variation.js';
import type { ApplicationName } from '../../src/explore/applications.js';
import { meaningfulClasses, recommended, type TrialConfiguration } from '../../src/explore/configuration.js';
import { CoverageTally } from '../../src/explore/CoverageTally.js';
import { generateScenario } from '../../src/explore/generate.js';
import { runTrial } from '../../src/explore/trial.js';
import { FAULT_CLASSES } from '../../src/faults/Fault.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/Scenario.js';
import { impoliteCounts } from './impoliteClient.js';

/** From the package's root, where npm runs tests. */
function load(path: string): Scenario {
  const parsed = parseScenario(readFileSync(path, 'utf8'), path);
  if (!parsed.ok) throw new Error(`${path}: ${JSON.stringify(parsed.problems)}`);
  return parsed.scenario;
}

function grouped(members: number, application: ApplicationName, consumer: Record<string, string>, more: Partial<TrialConfiguration> = {}): TrialConfiguration {
  return {
    ...recommended(),
    groups: [{ id: 'g1', members, application }],
    consumerProperties: new Map(Object.entries({ 'auto.offset.reset': 'earliest', ...consumer })),
    ...more,
  };
}

const transforming = (more: Partial<TrialConfiguration>): TrialConfiguration =>
  grouped(2, 'transform-transactional', { 'isolation.level': 'read_committed' }, { transactionalProducers: 2, ...more });

interface SeededPart {
  readonly configuration: TrialConfiguration;
  readonly seeds: readonly number[];
}

const seeded: Readonly<Record<string, SeededPart>> = {
  'the recommended configuration': { configuration: recommended(), seeds: [26, 45, 49] },
  'Kafka 0.10.2': { configuration: recommended('0.10.2'), seeds: [18, 19, 26] },
  'Kafka 1.1': { configuration: recommended('1.1'), seeds: [5, 7, 8] },
  'static members': { configuration: grouped(3, 'commit-async', { 'group.instance.id': 'i' }), seeds: [4, 5, 10] },
  'cooperative members': {
    configuration: grouped(3, 'auto', {
      'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
    }),
    seeds: [1],
  },
  'the consumer protocol': {
    configuration: grouped(3, 'commit-after', { 'group.protocol': 'consumer' }, { features: { consumerGroupProtocol: true } }),
    seeds: [8, 13],
  },
  'transactions': { configuration: transforming({}), seeds: [7, 14] },
  'transactions of version 2': { configuration: transforming({ features: { transactionV2: true } }), seeds: [4, 6, 10, 13] },
  'transactions of Kafka 2.4': { configuration: transforming({ release: '2.4' }), seeds: [7, 8, 13] },
};

/** Lessons with the number of the claim that is run. */
const lessons: readonly (readonly [name: string, claim: number])[] = [
  ['b01-acks-0', 1],
  ['b06-acks-2', 2],
  ['b13-unfenced-fetch', 3],
  ['b13-unfenced-fetch-late-truncation', 1],
  ['b30-zombie-controller', 1],
  ['b30-zombie-controller', 3],
  ['b34-delayed-stop-replica', 1],
  ['b34-delayed-stop-replica', 4],
  ['b35-empty-isr', 2],
  ['b43-sequence-reset', 2],
  ['b45-follower-checks-sequences', 1],
  ['b46-forgotten-producer', 1],
  ['b48-loss-without-a-word', 2],
  ['b49-hanging-transaction', 3],
  ['b50-delayed-end-of-transaction', 1],
  ['b51-zombie-transaction', 3],
  ['b52-timed-out-transaction', 3],
  ['b63-offsets-expire', 2],
  ['b64-zombie-consumer', 3],
  ['b67-static-fencing', 3],
  ['b68-missing-assignment', 1],
  ['b71-end-goes-back', 4],
  ['group-fleet-deploy', 3],
  ['group-three-partitions', 3],
];

/** What all of them reached; `seeds` of the tally are its runs. */
export function coverageCampaign(): CoverageTally {
  const tally = new CoverageTally();
  const run = (label: string, scenario: Scenario): void => tally.add(label, runTrial(scenario).probes);
  for (const file of readdirSync('properties/coverage').filter((name) => name.endsWith('.yaml'))) run(file, load(`properties/coverage/${file}`));
  for (const [name, claim] of lessons) {
    const scenario = load(`scenarios/${name}.yaml`);
    run(`${name}, claim ${claim}`, varied(scenario, scenario.expect[claim - 1] ?? {}));
  }
  for (const [name, { configuration, seeds }] of Object.entries(seeded)) {
    const classes = meaningfulClasses(configuration, FAULT_CLASSES);
    for (const seed of seeds) run(`${name}, seed ${seed}`, generateScenario(configuration, String(seed), classes));
  }
  tally.add('the impolite client', impoliteCounts());
  return tally;
}
