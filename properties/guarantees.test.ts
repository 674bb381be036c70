/**
 * The centre of the suite: what the recommended configuration promises it keeps, whatever happens to it; and what weaker configurations lose,
 * the simulator finds. Seeds are drawn by fast-check with a fixed seed, so that a red build is red again on the next machine.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recommended } from '../src/explore/configuration.js';
import type { TrialConfiguration } from '../src/explore/configuration.js';
import { generateScenario } from '../src/explore/generate.js';
import { runTrial } from '../src/explore/trial.js';
import type { TrialResult } from '../src/explore/trial.js';
import type { FaultClass } from '../src/faults/Fault.js';
import type { ConfigValue } from '../src/kafka/config/index.js';
import type { KafkaRelease } from '../src/kafka/protocol/release.js';

/** Everything that Kafka promises to survive: all classes but the loss of what storage had accepted. */
const SURVIVABLE: readonly FaultClass[] = ['crash', 'partition', 'pause', 'network', 'clock', 'disk', 'zookeeper', 'admin'];

/** Findings that no correct run may have: white-box invariants, and guarantees that the configuration promises under the run's faults. */
function broken(result: TrialResult): string[] {
  const promised = new Set<string>(result.judgement.guarantees.filter(({ promise }) => promise.promised).map(({ name }) => name));
  return result.judgement.findings
    .filter(({ guarantee }) => guarantee.startsWith('invariant/') || promised.has(guarantee))
    .map(({ guarantee, message }) => `${guarantee}: ${message}`);
}

function forSeeds(count: number, property: (seed: string) => void): void {
  const seeds = fc.noShrink(fc.integer({ min: 1, max: 1_000_000 }).map(String));
  fc.assert(fc.property(seeds, property), { seed: 20_240_101, numRuns: count });
}

interface Changes {
  readonly release?: KafkaRelease;
  readonly topic?: Readonly<Record<string, ConfigValue>>;
  readonly producer?: Readonly<Record<string, ConfigValue>>;
}

function changed({ release, topic, producer }: Changes): TrialConfiguration {
  const base = recommended(release);
  return {
    ...base,
    topics: base.topics.map((one) => ({ ...one, properties: new Map([...one.properties, ...Object.entries(topic ?? {})]) })),
    producerProperties: new Map([...base.producerProperties, ...Object.entries(producer ?? {})]),
  };
}

/** The first seed in which the guarantee is violated, or 0. */
function seedThatBreaks(configuration: TrialConfiguration, classes: readonly FaultClass[], guarantee: string, budget: number): number {
  for (let seed = 1; seed <= budget; seed++) {
    const { judgement } = runTrial(generateScenario(configuration, String(seed), classes));
    if (judgement.guarantees.some(({ name, verdict }) => name === guarantee && verdict === 'violated')) return seed;
  }
  return 0;
}

describe('the recommended configuration (replication factor 3, min.insync.replicas=2, acks=all)', () => {
  it('loses no acknowledged record, never diverges and converges, whatever crashes, partitions, pauses and delays happen', () => {
    let exercised = 0;
    forSeeds(250, (seed) => {
      const result = runTrial(generateScenario(recommended(), seed, SURVIVABLE));
      expect(broken(result)).toEqual([]);
      if (result.judgement.guarantees[0]?.verdict === 'held') exercised++;
    });
    // Records were acknowledged and their leader changed afterwards in most of the runs, else silence would prove nothing.
    expect(exercised).toBeGreaterThan(125);
  });

  it.each(SURVIVABLE)('keeps its promises under faults of the class %s alone', (faultClass) => {
    forSeeds(15, (seed) => {
      expect(broken(runTrial(generateScenario(recommended(), seed, [faultClass])))).toEqual([]);
    });
  });

  it.each(['2.4', '2.7', '3.3', '3.7'] as const)('keeps its promises under the protocol of %s as well', (release) => {
    forSeeds(25, (seed) => {
      expect(broken(runTrial(generateScenario(recommended(release), seed, SURVIVABLE)))).toEqual([]);
    });
  });

  it('loses acknowledged records when the power fails, as Kafka does (B-05, B-08, B-09)', () => {
    expect(seedThatBreaks(recommended(), ['power-loss'], 'no-acknowledged-loss', 40)).toBeGreaterThan(0);
  });

  it('loses none to power failures of honest disks with flush.messages=1', () => {
    const configuration = changed({ topic: { 'flush.messages': 1 } });
    let powerLosses = 0;
    forSeeds(60, (seed) => {
      const scenario = generateScenario(configuration, seed, ['power-loss']);
      scenario.faults = scenario.faults.filter((fault) => fault.kind === 'power-loss');
      const { judgement } = runTrial(scenario);
      expect(judgement.findings.filter(({ kind }) => kind === 'acknowledged-record-lost').map(({ message }) => message)).toEqual([]);
      powerLosses += judgement.premises.powerLosses;
    });
    expect(powerLosses).toBeGreaterThan(20);
  });
});

describe('the simulator finds what weaker configurations lose', () => {
  it.each([
    ['acks=0', changed({ producer: { acks: '0' } }), SURVIVABLE],
    ['acks=1', changed({ producer: { acks: '1' } }), SURVIVABLE],
    ['min.insync.replicas=1 under power loss', changed({ topic: { 'min.insync.replicas': 1 } }), ['power-loss']],
    [
      'min.insync.replicas=1 with unclean leader election',
      changed({ topic: { 'min.insync.replicas': 1, 'unclean.leader.election.enable': true } }),
      SURVIVABLE,
    ],
    ['the high-watermark truncation of 0.10.2', changed({ release: '0.10.2' }), SURVIVABLE],
  ] as const)('acknowledged records with %s', (_name, configuration, classes) => {
    expect(seedThatBreaks(configuration, classes, 'no-acknowledged-loss', 60)).toBeGreaterThan(0);
  });

  it('diverging replicas with the high-watermark truncation of 0.10.2', () => {
    expect(seedThatBreaks(changed({ release: '0.10.2' }), SURVIVABLE, 'no-divergence', 100)).toBeGreaterThan(0);
  });

  it('duplicates and reordering without idempotence', () => {
    const plain = changed({ producer: { 'enable.idempotence': false } });
    expect(seedThatBreaks(plain, SURVIVABLE, 'no-duplicates', 10)).toBeGreaterThan(0);
    expect(seedThatBreaks(plain, SURVIVABLE, 'producer-order', 10)).toBeGreaterThan(0);
  });
});
