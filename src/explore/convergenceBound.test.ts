import { describe, expect, it } from 'vitest';
import { resolveBrokerConfig } from '../kafka/config/index.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { Properties, Scenario } from '../scenario/Scenario.js';
import { recommended } from './configuration.js';
import { boundOf, convergenceTerms, type BoundInput } from './convergenceBound.js';
import { generateScenario } from './generate.js';
import { runTrial } from './trial.js';
import { ClientConfigs, valuesOf } from './trialConfigs.js';

const S = 1_000_000;
const groups = [{ id: 'billing', members: 2, application: 'commit-after' as const }];
const base = generateScenario({ ...recommended(), groups, transactionalProducers: 1 }, '1', FAULT_CLASSES);

function inputOf(scenario: Scenario): BoundInput {
  const { release, cluster, workload } = scenario;
  const broker = resolveBrokerConfig(release, valuesOf('broker', cluster.properties, release));
  return { scenario, broker, configs: new ClientConfigs(release, workload), history: { sends: [] } };
}

function changed(where: 'broker' | 'producer' | 'consumer', properties: Properties): Scenario {
  const scenario = structuredClone(base);
  if (where === 'broker') Object.assign(scenario.cluster.properties, properties);
  for (const producer of where === 'producer' ? scenario.workload.producers : []) Object.assign(producer.properties, properties);
  for (const consumer of where === 'consumer' ? scenario.workload.consumers : []) Object.assign(consumer.properties, properties);
  return scenario;
}

/** The bound with one property at `b` instead of `a`, in milliseconds. */
function difference(where: 'broker' | 'producer' | 'consumer', name: string, a: number, b: number): number {
  const bound = (value: number): number => boundOf(convergenceTerms(inputOf(changed(where, { [name]: value }))));
  return (bound(b) - bound(a)) / 1000;
}

describe('the bound of convergence', () => {
  it('is the sum of terms that are named after the properties that they come from', () => {
    const terms = convergenceTerms(inputOf(base));
    const sources = terms.map(({ source }) => source).join('; ');
    for (const property of [
      ...['zookeeper.session.timeout.ms', 'replica.lag.time.max.ms', 'replica.socket.timeout.ms', 'controller.socket.timeout.ms'],
      ...['max.block.ms', 'delivery.timeout.ms', 'transaction.timeout.ms', 'session.timeout.ms', 'max.poll.interval.ms'],
      ...['default.api.timeout.ms', 'group.initial.rebalance.delay.ms'],
    ]) {
      expect(sources).toContain(property);
    }
    for (let i = 1; i < terms.length; i++) expect(terms[i]?.us).toBeLessThanOrEqual(terms[i - 1]?.us ?? 0);
  });

  it.each([
    ['broker', 'zookeeper.session.timeout.ms', 2000, 12_000, 4],
    ['broker', 'replica.lag.time.max.ms', 2000, 12_000, 6],
    ['broker', 'replica.socket.timeout.ms', 2000, 12_000, 4],
    ['broker', 'controller.socket.timeout.ms', 2000, 12_000, 4],
    ['producer', 'delivery.timeout.ms', 100_000, 110_000, 2],
    ['producer', 'max.block.ms', 100_000, 110_000, 2],
    ['consumer', 'max.poll.interval.ms', 100_000, 110_000, 2],
    ['consumer', 'default.api.timeout.ms', 100_000, 110_000, 2],
    ['consumer', 'request.timeout.ms', 20_000, 30_000, 2],
  ] as const)('grows with the %s property %s', (where, name, a, b, times) => {
    expect(difference(where, name, a, b)).toBe((b - a) * times);
  });

  it('has room for consumers and followers that get one batch at a time', () => {
    const sends = Array.from({ length: 100 }, () => ({})) as unknown as BoundInput['history']['sends'];
    const bound = (scenario: Scenario): number => boundOf(convergenceTerms({ ...inputOf(scenario), history: { sends } }));
    const plain = bound(base);
    const roundTripUs = 2 * base.network.maxUs;
    expect(bound(changed('broker', { 'replica.fetch.max.bytes': 1 })) - bound(changed('broker', { 'replica.fetch.max.bytes': 2000 }))).toBe(
      100 * roundTripUs,
    );
    expect(bound(changed('consumer', { 'max.partition.fetch.bytes': 1 }))).toBeGreaterThanOrEqual(plain + 100 * roundTripUs);
    expect(bound(changed('consumer', { 'max.poll.records': 1 }))).toBeGreaterThanOrEqual(plain + 99 * 16 * roundTripUs);
  });
});

describe('a healing', () => {
  const quiet = { ...generateScenario(recommended(), '5', []), durationUs: 5 * S, core: null };

  it('says how long it took, and within what', () => {
    const { liveness } = runTrial(quiet);
    expect(liveness).toMatchObject({ healedUs: 5 * S, core: null, outside: [], converged: true, excused: [] });
    expect(liveness.terms.reduce((sum, { us }) => sum + us, 0)).toBe(liveness.boundUs);
    expect(liveness.tookUs).toBeLessThan(liveness.boundUs);
  });

  it('that comes too late is a violation', () => {
    const faults: Scenario['faults'] = [{ id: 'f1', kind: 'kill', atUs: 3 * S, forUs: null, target: 1 }];
    const late = { ...quiet, faults, convergeWithinUs: 100_000 };
    const violated = (scenario: Scenario): string[] => runTrial(scenario).judgement.findings.map(({ guarantee }) => guarantee);
    expect(violated(late)).toContain('eventually-converges');
    expect(violated({ ...late, convergeWithinUs: null })).toEqual([]);
  });

  it('that never comes because a timer does not run is a violation', () => {
    // Without session timers nobody takes a dead member for dead, and what it owned stays its own (KIP-848).
    const features = { consumerGroupProtocol: true };
    const properties = new Map([['group.protocol', 'consumer']]);
    const scenario = generateScenario({ ...recommended(), groups, features, consumerProperties: properties }, '2', []);
    const faults: Scenario['faults'] = [{ id: 'f1', kind: 'client-kill', atUs: 6 * S, forUs: null, target: 'billing-1' }];
    const brokenIn = (more: Scenario['features']): string[] => {
      const { judgement } = runTrial({
        ...scenario,
        durationUs: 9 * S,
        convergeWithinUs: 40 * S,
        faults,
        features: { ...features, ...more },
      });
      return judgement.findings.map(({ kind }) => kind);
    };
    expect(brokenIn({})).toEqual([]);
    expect(brokenIn({ sessionExpiry: false })).toContain('not-converged/partition-without-owner');
  });

  it('of a core leaves a paused leader where it is, and converges around it', () => {
    const paused: Scenario['faults'] = [{ id: 'f1', kind: 'pause', atUs: 4 * S, forUs: null, target: 3 }];
    const frozen: Scenario = { ...quiet, faults: paused, core: [1, 2], outsideCore: 'frozen' };
    const { judgement, liveness, cluster } = runTrial(frozen);
    expect(liveness.outside).toEqual([3]);
    expect(cluster.node(3).process.paused).toBe(true);
    expect(judgement.findings.map(({ message }) => message)).toEqual([]);
    expect(cluster.partitions().every((partition) => cluster.state(partition)?.leader !== 3)).toBe(true);
  });

  it('has an alibi for a leader that is cut off from everybody but ZooKeeper', () => {
    const cut: Scenario['faults'] = [
      { id: 'f1', kind: 'partition-isolate', atUs: 3 * S, forUs: null, target: 3, from: ['brokers', 'clients'] },
    ];
    const { judgement, liveness } = runTrial({ ...quiet, faults: cut, core: [1, 2], outsideCore: 'frozen' });
    expect(judgement.findings.filter(({ guarantee }) => guarantee === 'eventually-converges')).toEqual([]);
    expect(liveness.converged).toBe(false);
    expect(new Set(liveness.excused.map(({ alibi }) => alibi))).toContain(
      'its leader, broker 3, stays broken, and ZooKeeper still hears of it',
    );
  });
});
