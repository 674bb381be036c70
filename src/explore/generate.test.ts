import { describe, expect, it } from 'vitest';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { FaultClass } from '../faults/Fault.js';
import { faultKind, faultKindNames } from '../faults/faultKinds.js';
import { parseProperties, resolveConsumerConfig } from '../kafka/config/index.js';
import type { ConfigKind } from '../kafka/config/index.js';
import { kafkaReleases } from '../kafka/protocol/release.js';
import type { KafkaRelease } from '../kafka/protocol/release.js';
import { formatScenario } from '../scenario/format.js';
import { parseScenario } from '../scenario/parse.js';
import { problemText } from '../scenario/Problem.js';
import type { Properties, Scenario } from '../scenario/Scenario.js';
import { recommended } from './configuration.js';
import type { TrialConfiguration } from './configuration.js';
import { generateScenario } from './generate.js';
import { runTrial } from './trial.js';

const SEEDS = 300;
const scenarios = Array.from({ length: SEEDS }, (_, i) => generateScenario(recommended(), String(i + 1), FAULT_CLASSES));

/** Two groups and half of the producers in transactions. */
const applied: TrialConfiguration = {
  ...recommended(),
  groups: [
    { id: 'billing', members: 3, application: 'commit-after' },
    { id: 'mail', members: 2, application: 'transform-transactional' },
  ],
  transactionalProducers: 2,
};
const appliedScenarios = Array.from({ length: SEEDS }, (_, i) => generateScenario(applied, String(i + 1), FAULT_CLASSES));

const classesOf = (scenario: Scenario): Set<FaultClass> => new Set(scenario.faults.map(({ kind }) => faultKind(kind).faultClass));
const mean = (of: (scenario: Scenario) => number): number => scenarios.reduce((sum, scenario) => sum + of(scenario), 0) / SEEDS;

const problemsOf = (kind: ConfigKind, properties: Properties, release: KafkaRelease): string[] => {
  const entries = Object.entries(properties).map(([name, value]) => ({ name, value: String(value), where: kind }));
  const parsed = parseProperties(kind, entries, release);
  return [...parsed.problems.map(({ message }) => message), ...parsed.notModelled.map(({ name, reason }) => `${name}: ${reason}`)];
};

const allProblems = (scenario: Scenario): string[] => [
  ...problemsOf('broker', scenario.cluster.properties, scenario.release),
  ...scenario.workload.producers.flatMap(({ properties }) => problemsOf('producer', properties, scenario.release)),
  ...scenario.workload.consumers.flatMap(({ properties }) => problemsOf('consumer', properties, scenario.release)),
];

describe('the scenario generator', () => {
  it('draws the same scenario from the same seed and another from another seed', () => {
    expect(generateScenario(recommended(), '7', FAULT_CLASSES)).toEqual(scenarios[6]);
    expect(generateScenario(recommended(), '8', FAULT_CLASSES).faults).not.toEqual(scenarios[6]?.faults);
  });

  it('gives plain data: a scenario survives JSON', () => {
    for (const scenario of scenarios.slice(0, 20)) expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  });

  it('draws eight faults a trial on average', () => {
    const faults = mean((scenario) => scenario.faults.length);
    expect(faults).toBeGreaterThan(7.5);
    expect(faults).toBeLessThan(8.7);
  });

  it('asks for more than a thousand sends a trial on average, from four producers, with two consumers', () => {
    expect(mean(({ workload }) => workload.producers.reduce((sum, { count }) => sum + count, 0))).toBeGreaterThan(1200);
    for (const { workload } of scenarios) expect([workload.producers.length, workload.consumers.length]).toEqual([4, 2]);
  });

  it('ends every asynchronous workload within the chaos phase', () => {
    for (const { workload, durationUs } of scenarios) {
      for (const { startUs, everyUs, count } of workload.producers) expect(startUs + everyUs * (count - 1)).toBeLessThanOrEqual(durationUs);
    }
  });

  it('lets every class and every kind of fault appear', () => {
    const kinds = new Set(appliedScenarios.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect(faultKindNames.filter((kind) => !kinds.has(kind))).toEqual([]);
    for (const name of FAULT_CLASSES) {
      if (name === 'client') continue;
      expect(scenarios.filter((scenario) => classesOf(scenario).has(name)).length, name).toBeGreaterThan(SEEDS / 6);
    }
  });

  it('strikes clients only where groups or transactions are at stake', () => {
    const struck = (all: readonly Scenario[]): number => all.filter((scenario) => classesOf(scenario).has('client')).length;
    expect(struck(scenarios)).toBe(0);
    expect(scenarios.some(({ faults }) => faults.some(({ kind }) => kind === 'stall-connection'))).toBe(false);
    expect(struck(appliedScenarios)).toBeGreaterThan(SEEDS / 6);
  });

  it('draws groups and transactions beside what a seed has without them', () => {
    appliedScenarios.slice(0, 50).forEach((scenario, i) => {
      const plain = scenarios[i] as Scenario;
      const { producers, consumers } = scenario.workload;
      expect(scenario.network).toEqual(plain.network);
      expect(producers.slice(2)).toEqual(plain.workload.producers.slice(2));
      expect(producers.map(({ transaction }) => transaction !== null)).toEqual([true, true, false, false]);
      expect(consumers.map(({ id }) => id)).toEqual(['c1', 'c2', 'billing-1', 'billing-2', 'billing-3', 'mail-1', 'mail-2']);
      expect(scenario.topics.map(({ name }) => name)).toEqual(['orders', 'mail-output']);
      expect(scenario.cluster.properties).toMatchObject(plain.cluster.properties);
    });
  });

  it('gives scenarios with groups and transactions that a file may hold', () => {
    for (const scenario of appliedScenarios.slice(0, 60)) {
      const read = parseScenario(formatScenario(scenario), 'seed.yaml');
      expect(read.ok ? [] : read.problems.map(problemText)).toEqual([]);
      expect(allProblems(scenario)).toEqual([]);
    }
  });

  it('gives what was set for members to members alone, and each its own group.instance.id', () => {
    const set = { 'group.instance.id': 'till', 'enable.auto.commit': true, 'session.timeout.ms': 4000 };
    const configuration = { ...applied, consumerProperties: new Map([...applied.consumerProperties, ...Object.entries(set)]) };
    const scenario = generateScenario(configuration, '1', []);
    const [watchers, members] = [scenario.workload.consumers.slice(0, 2), scenario.workload.consumers.slice(2)];
    for (const { properties } of watchers) expect(Object.keys(properties).filter((name) => name in set)).toEqual([]);
    const instances = members.map(({ properties }) => properties['group.instance.id']);
    expect(instances).toEqual(['till-1', 'till-2', 'till-3', 'till-1', 'till-2']);
    expect(members.every(({ properties }) => properties['session.timeout.ms'] === 4000)).toBe(true);
    expect(() => runTrial({ ...scenario, durationUs: 2_000_000 })).not.toThrow();
  });

  it('lets a full poll take less than half of max.poll.interval.ms, also where it was set, unless the handler is to be slow', () => {
    for (const set of [{}, { 'max.poll.interval.ms': 100 }, { 'max.poll.records': 5000 }]) {
      const configuration = { ...applied, consumerProperties: new Map([...applied.consumerProperties, ...Object.entries(set)]) };
      for (let seed = 0; seed < 60; seed++) {
        for (const { application, properties } of generateScenario(configuration, String(seed), []).workload.consumers) {
          const { maxPollIntervalUs, maxPollRecords } = resolveConsumerConfig('3.9', new Map(Object.entries(properties)));
          if (application !== null) expect(2 * application.processUs * maxPollRecords).toBeLessThan(maxPollIntervalUs);
        }
      }
    }
  });

  it('keeps two seeds in five to a single class', () => {
    const single = scenarios.filter((scenario) => !scenario.title.includes(',')).length / SEEDS;
    expect(single).toBeGreaterThan(0.3);
    expect(single).toBeLessThan(0.5);
  });

  it('lets power fail in about a third of the seeds when asked, and never when not', () => {
    const share = scenarios.filter((scenario) => classesOf(scenario).has('power-loss')).length / SEEDS;
    expect(share).toBeGreaterThan(0.22);
    expect(share).toBeLessThan(0.42);
    const others = FAULT_CLASSES.filter((name) => name !== 'power-loss');
    for (let i = 0; i < 100; i++) {
      const faults = generateScenario(recommended(), String(i), others).faults;
      expect(faults.some(({ kind }) => faultKind(kind).faultClass === 'power-loss')).toBe(false);
    }
  });

  it('takes faults only from the classes asked for, and none from none', () => {
    for (let i = 0; i < 50; i++) {
      expect([...classesOf(generateScenario(recommended(), String(i), ['pause']))]).toEqual(['pause']);
      expect([...classesOf(generateScenario(recommended(), String(i), ['power-loss']))]).toEqual(['power-loss']);
      expect(generateScenario(recommended(), String(i), []).faults).toEqual([]);
    }
  });

  it('leaves the start-up quiet and numbers the faults in order of time', () => {
    for (const { faults, durationUs } of scenarios) {
      expect(faults.map(({ id }) => id)).toEqual(faults.map((_, i) => `f${i + 1}`));
      for (let i = 0; i < faults.length; i++) {
        const atUs = faults[i]?.atUs ?? -1;
        expect(atUs).toBeGreaterThanOrEqual(faults[i - 1]?.atUs ?? 1_500_000);
        expect(atUs).toBeLessThan(durationUs);
      }
    }
  });

  it('overlaps faults in most seeds and aims at roles often', () => {
    const overlaps = scenarios.filter(({ faults, durationUs }) =>
      faults.some((fault, i) => (faults[i + 1]?.atUs ?? durationUs) < fault.atUs + (fault.forUs ?? durationUs)),
    );
    expect(overlaps.length).toBeGreaterThan(SEEDS * 0.7);
    const text = JSON.stringify(scenarios.map(({ faults }) => faults));
    for (const role of ['"controller"', '"leader of orders-', '"follower of orders-', '"last in ISR of orders-']) {
      expect(text.split(role).length, role).toBeGreaterThan(20);
    }
  });

  it('heals a core that still has min.insync.replicas for every partition', () => {
    const cores = scenarios.flatMap(({ core }) => (core === null ? [] : [core]));
    expect(cores.length).toBeGreaterThan(SEEDS / 3);
    for (const core of cores) expect(core.length).toBe(2);
    const strict: TrialConfiguration = {
      ...recommended(),
      topics: [{ name: 't', partitions: 1, replicationFactor: 2, properties: new Map([['min.insync.replicas', 2]]) }],
    };
    for (let i = 0; i < 50; i++) expect(generateScenario(strict, String(i), FAULT_CLASSES).core).toBeNull();
  });

  it('draws properties that every release knows and accepts', () => {
    for (const release of kafkaReleases) {
      for (let i = 0; i < 20; i++) {
        const { topics, ...rest } = recommended(release);
        const old = { ...rest, topics: topics.map((topic) => ({ ...topic, properties: new Map() })), producerProperties: new Map() };
        expect(allProblems(generateScenario(old, String(i), FAULT_CLASSES))).toEqual([]);
      }
    }
  });

  it('keeps every value that was set, and stays within the rules that it brings', () => {
    const set: TrialConfiguration = {
      ...recommended(),
      brokerProperties: new Map<string, number>([
        ['replica.lag.time.max.ms', 40],
        ['zookeeper.session.timeout.ms', 17_000],
      ]),
      producerProperties: new Map<string, number | string>([
        ['acks', '1'],
        ['delivery.timeout.ms', 300],
      ]),
      consumerProperties: new Map<string, number>([['fetch.max.wait.ms', 20_000]]),
    };
    for (let i = 0; i < 50; i++) {
      const scenario = generateScenario(set, String(i), FAULT_CLASSES);
      expect(scenario.cluster.properties).toMatchObject(Object.fromEntries(set.brokerProperties));
      for (const { properties } of scenario.workload.producers)
        expect(properties).toMatchObject(Object.fromEntries(set.producerProperties));
      for (const { properties } of scenario.workload.consumers)
        expect(properties).toMatchObject(Object.fromEntries(set.consumerProperties));
      expect(allProblems(scenario)).toEqual([]);
    }
  });

  it('lets nothing else change when one property is set', () => {
    const base = generateScenario(recommended(), '5', FAULT_CLASSES);
    const set = generateScenario({ ...recommended(), brokerProperties: new Map([['request.timeout.ms', 77]]) }, '5', FAULT_CLASSES);
    expect(set.cluster.properties).toEqual({ ...base.cluster.properties, 'request.timeout.ms': 77 });
    expect({ ...set, cluster: base.cluster }).toEqual(base);
  });

  it('never draws what decides a promise', () => {
    const deciding = /acks|retries|in\.flight|idempotence|insync|unclean|flush\.(messages|ms)|flush\.interval|retention|auto\.leader/;
    for (const { cluster, workload } of scenarios.slice(0, 50)) {
      expect(Object.keys(cluster.properties).filter((name) => deciding.test(name))).toEqual([]);
      for (const { properties } of workload.producers)
        expect(Object.keys(properties).filter((name) => deciding.test(name))).toEqual(['acks']);
    }
  });
});
