/** Consumer groups and transactions: the default trial with both, and a large group's rebalance. */
import { recommended, type TrialConfiguration } from '../src/explore/configuration.js';
import { generateScenario } from '../src/explore/generate.js';
import { runTrial } from '../src/explore/trial.js';
import { FAULT_CLASSES } from '../src/faults/Fault.js';
import { parseScenario } from '../src/scenario/parse.js';
import type { Scenario } from '../src/scenario/Scenario.js';

const SURVIVABLE = FAULT_CLASSES.filter((name) => name !== 'power-loss');

function seconds(run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** Two groups of four consumers, one of them exactly-once, and half of the producers transactional. */
export function applicationsConfiguration(): TrialConfiguration {
  return {
    ...recommended(),
    features: { transactionV2: true },
    consumerProperties: new Map<string, string>([
      ['isolation.level', 'read_committed'],
      ['auto.offset.reset', 'earliest'],
    ]),
    groups: [
      { id: 'g1', members: 4, application: 'commit-after' },
      { id: 'g2', members: 4, application: 'transform-transactional' },
    ],
    transactionalProducers: 2,
  };
}

export interface ApplicationFigures {
  readonly seedsPerSecond: number;
  readonly stepsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly rebalances: number;
  readonly transactions: number;
}

export function applicationTrials(seeds: number): ApplicationFigures {
  const configuration = applicationsConfiguration();
  for (let seed = 1; seed <= 10; seed++) runTrial(generateScenario(configuration, `warm-${seed}`, SURVIVABLE));
  const sums = { steps: 0, events: 0, ownership: 0, transactions: 0 };
  const wall = seconds(() => {
    for (let seed = 1; seed <= seeds; seed++) {
      const result = runTrial(generateScenario(configuration, String(seed), SURVIVABLE));
      sums.steps += result.steps;
      sums.events += result.events;
      sums.ownership += result.history.ownership.filter(({ kind }) => kind === 'assigned').length;
      sums.transactions += result.history.transactions.length;
    }
  });
  return {
    seedsPerSecond: seeds / wall,
    stepsPerSecond: sums.steps / wall,
    eventsPerSecond: sums.events / wall,
    rebalances: sums.ownership / seeds,
    transactions: sums.transactions / seeds,
  };
}

/** A group that has come to rest by then; with `leaves`, one member goes away at 10 s and everybody rebalances. */
function largeGroup(members: number, partitions: number, properties: string, features: string, leaves: boolean): Scenario {
  const ids = Array.from({ length: members }, (_, i) => `c${i + 1}`);
  const text = `
features: {${features}}
cluster: { properties: { group.initial.rebalance.delay.ms: 0, offsets.topic.num.partitions: 1 } }
topics: [{ name: orders, partitions: ${partitions}, replicationFactor: 3, properties: { min.insync.replicas: 2 } }]
workload:
  producers: [{ id: p1, count: 0 }]
  consumers:
${ids.map((id) => `    - { id: ${id}, application: { commit: never }, properties: { group.id: g1, ${properties} } }`).join('\n')}
faults: [${leaves ? '{ id: f1, kind: client-leave, target: c1, at: 10s }' : ''}]
duration: 15s
`;
  const parsed = parseScenario(text, 'large-group');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

/** Wall milliseconds of a run in which all members join, and of one in which everybody rebalances once more; the fastest of three each, taken in turns. */
export function rebalanceMs(members: number, partitions: number, properties: string, features = ''): { join: number; again: number } {
  const wallMs = (leaves: boolean): number => {
    const scenario = largeGroup(members, partitions, properties, features, leaves);
    return 1000 * seconds(() => void runTrial(scenario));
  };
  wallMs(true);
  const runs = [1, 2, 3].map(() => [wallMs(false), wallMs(true)] as const);
  return { join: Math.min(...runs.map(([join]) => join)), again: Math.min(...runs.map(([, again]) => again)) };
}
