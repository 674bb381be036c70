import { describe, expect, it } from 'vitest';
import { FAULT_CLASSES } from '../faults/Fault.js';
import { faultKind } from '../faults/faultKinds.js';
import type { ConfigValue } from '../kafka/config/index.js';
import { formatScenario, scenarioToFile } from '../scenario/format.js';
import { parseScenario, parseScenarioObject } from '../scenario/parse.js';
import { problemText } from '../scenario/Problem.js';
import { GUARANTEES, type Scenario } from '../scenario/Scenario.js';
import { Campaign } from './campaign.js';
import { shapeOf, type TrialSummary } from './trialSummary.js';
import { recommended, type TrialConfiguration } from './configuration.js';
import { generateScenario } from './generate.js';
import { promisedIn } from './promiseFacts.js';
import { NO_PINS, type SwarmPins } from './swarm/pins.js';
import { shapeText } from './swarm/shapeText.js';

const swarmOf = (pins: Partial<SwarmPins> = {}, change: Partial<TrialConfiguration> = {}): TrialConfiguration => {
  return { ...recommended(), ...change, swarm: { ...NO_PINS, ...pins } };
};
const seedsOf = (configuration: TrialConfiguration, count: number): Scenario[] =>
  Array.from({ length: count }, (_, i) => generateScenario(configuration, String(i + 1), FAULT_CLASSES));

const SEEDS = 300;
const scenarios = seedsOf(swarmOf(), SEEDS);
const anyRelease = seedsOf(swarmOf({ release: false }), SEEDS);
const values = <T>(of: (scenario: Scenario) => T): Set<T> => new Set(scenarios.map(of));
const minIsrOf = (scenario: Scenario): number => Number(scenario.topics[0]?.properties['min.insync.replicas']);

const SHAPE_OF_SEED_5 =
  'Kafka 3.9, 8 brokers, 1 ZooKeeper server, orders 3×2 min.insync.replicas=1, payments 2×3 min.insync.replicas=3 unclean.leader.election.enable=true flush.messages=10, 5 producers (acks all idempotent), 1 watcher, group g1 (2, commit auto)';

describe('a swarm', () => {
  it('draws the same shape from the same seed, and another from another', () => {
    expect(generateScenario(swarmOf(), '7', FAULT_CLASSES)).toEqual(scenarios[6]);
    expect(values(shapeText).size).toBeGreaterThan(SEEDS * 0.95);
  });

  it('draws odd sizes: brokers 1 to 9, replicas 1 to 5, 1 to all of them needed, 1, 3 or 5 ZooKeeper servers', () => {
    expect(values(({ cluster }) => cluster.brokers)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(values(({ cluster }) => cluster.zookeeperServers)).toEqual(new Set([1, 3, 5]));
    expect(values(({ topics }) => topics[0]?.replicationFactor)).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(values(minIsrOf)).toEqual(new Set([1, 2, 3, 4, 5]));
    for (const { cluster, topics } of scenarios) {
      for (const { replicationFactor, properties } of topics) {
        expect(replicationFactor).toBeLessThanOrEqual(cluster.brokers);
        expect(Number(properties['min.insync.replicas'])).toBeLessThanOrEqual(replicationFactor);
      }
    }
  });

  it('draws clients of every sort, groups and transactions or none, and buggify sites or none', () => {
    expect(values(({ workload }) => workload.producers.length)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    const acks = new Set(scenarios.flatMap(({ workload }) => workload.producers.map(({ properties }) => properties['acks'])));
    expect(acks).toEqual(new Set(['all', '1', '0']));
    expect(values(({ workload }) => workload.consumers.some(({ application }) => application !== null)).size).toBe(2);
    expect(values(({ workload }) => workload.producers.some(({ transaction }) => transaction !== null)).size).toBe(2);
    expect(values(({ buggify }) => buggify === undefined).size).toBe(2);
    const everyone = scenarios.filter(({ workload }) => workload.producers.every(({ properties }) => properties['acks'] === 'all'));
    expect(everyone.length / SEEDS).toBeGreaterThan(0.7);
  });

  it('leaves about half of the kinds of faults out of a seed, and none out of all', () => {
    const seen = new Set(scenarios.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect(seen.size).toBeGreaterThanOrEqual(31);
    for (const name of FAULT_CLASSES) expect([...seen].some((kind) => faultKind(kind).faultClass === name)).toBe(true);
  });

  it('draws nothing that Kafka would refuse, in no release', () => {
    for (const scenario of [...scenarios.slice(0, 100), ...anyRelease.slice(0, 100)]) {
      const parsed = parseScenarioObject(scenarioToFile(scenario), `seed-${scenario.seed}`);
      expect(parsed.ok ? [] : parsed.problems.map(problemText)).toEqual([]);
    }
    expect(new Set(anyRelease.map(({ release }) => release)).size).toBe(12);
    expect(values(({ release }) => release)).toEqual(new Set(['3.9']));
  });

  it('can be replayed from its file alone', () => {
    for (const scenario of scenarios.slice(0, 5)) {
      const parsed = parseScenario(formatScenario(scenario), 'seed.yaml');
      expect(parsed.ok && parsed.scenario).toEqual(JSON.parse(JSON.stringify(scenario)));
    }
  });

  it('says its shape in the title, in one line', () => {
    for (const scenario of scenarios) expect(scenario.title).toContain(shapeText(scenario));
    expect(shapeText(scenarios[4] as Scenario)).toBe(SHAPE_OF_SEED_5);
  });

  it('heals a core that suffices: every partition keeps as many replicas as acks=all needs, internal ones too', () => {
    const cores = scenarios.filter(({ core }) => core !== null);
    expect(cores.length).toBeGreaterThan(SEEDS / 5);
    for (const { core, topics, cluster } of cores) {
      const left = cluster.brokers - (core?.length ?? 0);
      expect(left).toBeGreaterThan(0);
      for (const { replicationFactor, properties } of topics) {
        expect(replicationFactor - left).toBeGreaterThanOrEqual(Number(properties['min.insync.replicas']));
      }
    }
    expect(new Set(cores.map(({ outsideCore }) => outsideCore))).toEqual(new Set(['frozen', undefined]));
  });
});

describe('what somebody pinned', () => {
  it('stays as it is in every seed', () => {
    const pinned = swarmOf(
      {
        brokers: true,
        topics: [{ name: 'mine', partitions: 2, replicationFactor: 3, properties: new Map([['min.insync.replicas', 2]]) }],
        producer: new Map<string, ConfigValue>([
          ['acks', '1'],
          ['linger.ms', 7],
        ]),
        broker: new Map([['replica.lag.time.max.ms', 4321]]),
        groups: true,
        transactional: true,
      },
      { brokers: 4, durationUs: 12_000_000 },
    );
    for (const { cluster, topics, workload, durationUs } of seedsOf(pinned, 60)) {
      expect([cluster.brokers, cluster.properties['replica.lag.time.max.ms'], durationUs]).toEqual([4, 4321, 12_000_000]);
      expect(topics.map(({ name, partitions, replicationFactor }) => [name, partitions, replicationFactor])).toEqual([['mine', 2, 3]]);
      expect(topics[0]?.properties['min.insync.replicas']).toBe(2);
      for (const { properties } of workload.producers) expect([properties['acks'], properties['linger.ms']]).toEqual(['1', 7]);
      expect(workload.consumers.every(({ application }) => application === null)).toBe(true);
    }
  });

  it('moves nothing of what is drawn beside it', () => {
    const pinned = seedsOf(swarmOf({ broker: new Map([['replica.lag.time.max.ms', 4321]]) }), 60);
    pinned.forEach((scenario, i) => {
      const { topics, workload } = scenarios[i] as Scenario;
      expect(scenario.topics).toEqual(topics);
      expect(scenario.workload.producers).toEqual(workload.producers);
    });
  });

  it('gives a named topic as many brokers as it has replicas', () => {
    const wide = swarmOf({ topics: [{ name: 'wide', partitions: null, replicationFactor: 5, properties: new Map() }] });
    for (const { cluster } of seedsOf(wide, 60)) expect(cluster.brokers).toBeGreaterThanOrEqual(5);
  });

  it('by a file says everything on which a guarantee depends', () => {
    const files = { broker: true, producer: true, consumer: true };
    for (const { workload, topics } of seedsOf(swarmOf({ files }), 60)) {
      for (const { properties } of workload.producers) expect(Object.keys(properties)).not.toContain('enable.idempotence');
      for (const { properties } of topics) expect(Object.keys(properties)).not.toContain('min.insync.replicas');
    }
  });
});

describe('the promises of a swarm', () => {
  it('are those of each seed, and the seed requires nothing else', () => {
    for (const scenario of scenarios) expect(scenario.require).toEqual(promisedIn(scenario, GUARANTEES));
    const lossless = scenarios.filter(({ require }) => require.includes('no-acknowledged-loss'));
    const unclean = scenarios.filter(({ topics }) =>
      topics.some(({ properties }) => properties['unclean.leader.election.enable'] === true),
    );
    expect(lossless.length).toBeGreaterThan(SEEDS / 4);
    expect(unclean.length).toBeGreaterThan(0);
    for (const scenario of unclean.filter(({ faults }) => faults.length > 0)) expect(lossless).not.toContain(scenario);
  });

  const withAcks = (acks: string): Scenario => {
    const scenario = structuredClone(scenarios.find(({ require }) => require.includes('no-acknowledged-loss')) as Scenario);
    for (const { properties } of scenario.workload.producers) {
      properties['acks'] = acks;
      delete properties['enable.idempotence'];
    }
    return scenario;
  };
  const lossy = (seed: string, scenario: Scenario): TrialSummary => ({
    ...{ seed, hash: '', steps: 0, events: 0, virtualUs: 0, sends: 1, classes: ['crash'], faults: ['kill'], probes: [] },
    premises: {} as TrialSummary['premises'],
    guarantees: [{ name: 'no-acknowledged-loss', verdict: 'violated' }],
    findings: [{ guarantee: 'no-acknowledged-loss', kind: 'acknowledged-record-lost', message: '', timeUs: 0 }],
    shape: shapeOf(scenario),
  });
  const campaignOf = (...summaries: TrialSummary[]): Campaign => {
    const options = { configuration: swarmOf(), classes: ['crash'] as const, requiredClasses: ['crash'] as const };
    const campaign = new Campaign({ ...options, requiredGuarantees: GUARANTEES });
    for (const summary of summaries) campaign.add(summary);
    return campaign;
  };
  const cellOf = (campaign: Campaign): string | undefined =>
    campaign.table().find(({ guarantee }) => guarantee === 'no-acknowledged-loss')?.cells[0]?.status;

  it('make a loss a violation in a seed that promised none', () => {
    const campaign = campaignOf(lossy('1', withAcks('all')));
    expect(cellOf(campaign)).toBe('violated');
    expect(campaign.exitCode()).toBe(1);
  });

  it('make it nothing in a seed whose acks=1 promised nothing', () => {
    const campaign = campaignOf(lossy('1', withAcks('1')));
    expect(cellOf(campaign)).toBe('not promised');
    expect(campaign.violations().map(({ required }) => required)).toEqual([false]);
    expect(campaign.exitCode()).not.toBe(1);
  });

  it('are not asked for where no shape that was drawn makes them, and are where one does', () => {
    const requiredIn = (campaign: Campaign): boolean | undefined =>
      campaign.table().find(({ guarantee }) => guarantee === 'no-acknowledged-loss')?.cells[0]?.required;
    expect(requiredIn(campaignOf(lossy('1', withAcks('1'))))).toBe(false);
    expect(requiredIn(campaignOf(lossy('1', withAcks('1')), lossy('2', withAcks('all'))))).toBe(true);
  });

  it('are looked at seed by seed: one that promised nothing does not excuse one that did', () => {
    const campaign = campaignOf(lossy('1', withAcks('1')), lossy('2', withAcks('all')));
    const [row] = campaign.table().filter(({ guarantee }) => guarantee === 'no-acknowledged-loss');
    expect(row?.cells[0]).toMatchObject({ status: 'violated', seeds: 1, violated: 1 });
  });
});
