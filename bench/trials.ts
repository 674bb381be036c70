/** Whole trials: the default one, invariants on, and how the cost grows with virtual time, partitions and brokers. */
import { recommended } from '../src/explore/configuration.js';
import { generateScenario } from '../src/explore/generate.js';
import { runTrial } from '../src/explore/trial.js';
import type { FaultClass } from '../src/faults/Fault.js';
import { recommendedScenario } from '../src/scenario/defaults.js';
import type { Scenario } from '../src/scenario/Scenario.js';

const SURVIVABLE: readonly FaultClass[] = ['crash', 'partition', 'pause', 'network', 'clock', 'disk', 'zookeeper', 'admin'];

export interface TrialFigures {
  readonly seedsPerSecond: number;
  readonly stepsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly sends: number;
  readonly faults: number;
  readonly virtualSeconds: number;
  readonly rssMegabytes: number;
}

function seconds(run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** The default trial over many seeds, after a warm-up. */
export function defaultTrials(seeds: number, invariants: boolean): TrialFigures {
  for (let seed = 1; seed <= 30; seed++) runTrial(generateScenario(recommended(), `warm-${seed}`, SURVIVABLE), { invariants });
  const sums = { steps: 0, events: 0, sends: 0, faults: 0, virtualUs: 0 };
  const wall = seconds(() => {
    for (let seed = 1; seed <= seeds; seed++) {
      const result = runTrial(generateScenario(recommended(), String(seed), SURVIVABLE), { invariants });
      sums.steps += result.steps;
      sums.events += result.events;
      sums.sends += result.history.sends.length;
      sums.faults += result.faultLog.length;
      sums.virtualUs += result.virtualUs;
    }
  });
  return {
    seedsPerSecond: seeds / wall,
    stepsPerSecond: sums.steps / wall,
    eventsPerSecond: sums.events / wall,
    sends: sums.sends / seeds,
    faults: sums.faults / seeds,
    virtualSeconds: sums.virtualUs / seeds / 1e6,
    rssMegabytes: process.memoryUsage().rss / 1e6,
  };
}

function quiet(brokers: number, partitions: number, virtualSeconds: number): Scenario {
  const scenario = recommendedScenario();
  scenario.cluster.brokers = brokers;
  for (const topic of scenario.topics) topic.partitions = partitions;
  scenario.durationUs = virtualSeconds * 1_000_000;
  // The same number of sends a virtual second, whatever the size of the cluster.
  for (const producer of scenario.workload.producers) {
    producer.everyUs = 100_000;
    producer.count = virtualSeconds * 10;
  }
  return scenario;
}

/** Wall milliseconds of a trial without faults. */
export function quietTrialMs(brokers: number, partitions: number, virtualSeconds: number): number {
  const scenario = quiet(brokers, partitions, virtualSeconds);
  return 1000 * Math.min(...[1, 2].map(() => seconds(() => void runTrial(scenario))));
}
