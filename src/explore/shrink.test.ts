import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { Fault } from '../faults/Fault.js';
import type { MessageDelay } from '../faults/MessageDelay.js';
import type { Scenario } from '../scenario/Scenario.js';
import { recommended } from './configuration.js';
import { generateScenario } from './generate.js';
import { MOST_RUNS, ScenarioArbitrary, shrinkScenario } from './shrink.js';
import type { ShrinkableResult } from './shrink.js';
import { isSmaller, measureOf } from './shrink/measure.js';
import { candidatesOf, START } from './shrink/candidates.js';
import { coherent } from './shrink/references.js';
import { runTrial } from './trial.js';

const LOSS = { guarantee: 'no-acknowledged-loss', kind: 'acknowledged-record-lost' };

const judged = (...findings: { guarantee: string; kind: string }[]): ShrinkableResult => ({ judgement: { findings } });

const endOf = (fault: Fault, scenario: Scenario): number => fault.atUs + (fault.forUs ?? scenario.durationUs);

/** Needs three faults: a leader is killed while two cuts overlap. */
const threeFaults = (scenario: Scenario): boolean => {
  const cuts = scenario.faults.filter(({ kind }) => kind === 'partition-isolate');
  const kills = scenario.faults.filter(({ kind }) => kind === 'kill');
  const during = (kill: Fault, cut: Fault): boolean => cut.atUs <= kill.atUs && kill.atUs < endOf(cut, scenario);
  return kills.some((kill) => cuts.filter((cut) => during(kill, cut)).length >= 2);
};

/** Forty faults; those that matter are long, as most that find something are. */
const fortyFaults = (seed: number): Scenario => {
  const base = generateScenario(recommended(), String(seed), []);
  const many = Array.from({ length: 20 }, (_, i) => i).flatMap(
    (i) => generateScenario(recommended(), `${seed}/${i}`, FAULT_CLASSES).faults,
  );
  const others = many.filter(({ kind }) => kind !== 'kill' && kind !== 'partition-isolate').slice(0, 37);
  const needed: Fault[] = [
    { id: 'a', kind: 'partition-isolate', atUs: 7_123_000, forUs: 6_321_000, target: 1, from: ['brokers'] },
    { id: 'b', kind: 'partition-isolate', atUs: 9_377_000, forUs: 8_111_000, target: 'controller', from: ['clients'] },
    { id: 'c', kind: 'kill', atUs: 11_456_000, forUs: 1_234_000, target: 'leader of orders-3' },
  ];
  const faults = [...others, ...needed].sort((x, y) => x.atUs - y.atUs).map((fault, i) => ({ ...fault, id: `f${i + 1}` }));
  return { ...base, faults };
};

describe('shrinking a scenario', () => {
  it('finds the three faults among forty that matter within 150 runs', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const scenario = fortyFaults(seed);
      expect(scenario.faults.length).toBe(40);
      const run = (candidate: Scenario): ShrinkableResult => (threeFaults(candidate) ? judged(LOSS) : judged());
      const shrunk = shrinkScenario(scenario, LOSS, { run });
      expect(shrunk.runs).toBeLessThan(150);
      expect(shrunk.scenario.faults.map(({ kind }) => kind).sort((a, b) => (a < b ? -1 : 1))).toEqual([
        'kill',
        'partition-isolate',
        'partition-isolate',
      ]);
      expect(shrunk.minimal).toBe(true);
      expect(threeFaults(shrunk.scenario)).toBe(true);
    }
  });

  it('also takes away clients, sends, partitions and digits that do not matter', () => {
    const needsASend = (candidate: Scenario): boolean =>
      threeFaults(candidate) && candidate.workload.producers.some(({ count, startUs }) => count > 2 && startUs < 20_000_000);
    const run = (candidate: Scenario): ShrinkableResult => (needsASend(candidate) ? judged(LOSS) : judged());
    const { scenario, runs } = shrinkScenario(fortyFaults(3), LOSS, { run });
    expect(runs).toBeLessThan(150);
    expect(scenario.workload.producers.map(({ count }) => count)).toEqual([3]);
    expect(scenario.workload.consumers).toEqual([]);
    expect(scenario.topics.map(({ partitions }) => partitions)).toEqual([1]);
    expect(scenario.durationUs).toBeLessThan(15_000_000);
    for (const { atUs, forUs } of scenario.faults) expect([atUs % 100_000, (forUs ?? 0) % 100_000]).toEqual([0, 0]);
  });

  it('keeps to the same guarantee and the same kind of failure', () => {
    const scenario = fortyFaults(1);
    // Without the kill something else fails: it must not be taken for the same.
    const run = (candidate: Scenario): ShrinkableResult =>
      threeFaults(candidate)
        ? judged(LOSS)
        : judged({ guarantee: LOSS.guarantee, kind: 'other' }, { guarantee: 'no-divergence', kind: LOSS.kind });
    expect(shrinkScenario(scenario, LOSS, { run }).scenario.faults.length).toBe(3);
  });

  it('takes away message delays, but not the one that matters, and rounds that', () => {
    const base = generateScenario(recommended(), '1', []);
    const delay = (to: string | number, byUs: number): MessageDelay => ({ from: null, to, atUs: 7_123_456, count: null, byUs });
    const scenario = { ...base, delays: [delay(1, 11_111), delay(2, 123_456), delay('c1', 22_222), delay('p4', 33_333)] };
    const late = ({ delays = [] }: Scenario): boolean => delays.some(({ to, byUs }) => to === 2 && byUs >= 100_000);
    const one = shrinkScenario(scenario, LOSS, { run: (candidate) => (late(candidate) ? judged(LOSS) : judged()) });
    expect(one.scenario.delays).toEqual([{ from: null, to: 2, atUs: 0, count: null, byUs: 100_000 }]);
    const none = shrinkScenario(scenario, LOSS, { run: () => judged(LOSS) });
    expect('delays' in none.scenario).toBe(false);
  });

  it('ends with an empty list when no fault is needed', () => {
    const shrunk = shrinkScenario(fortyFaults(2), LOSS, { run: () => judged(LOSS), maxRuns: 60 });
    expect(shrunk.scenario.faults).toEqual([]);
    expect(shrunk.scenario.workload).toEqual({ producers: [], consumers: [] });
    expect(shrunk.minimal).toBe(true);
  });

  it('stops at its budget or when told to, with the smallest failure so far', () => {
    const run = (candidate: Scenario): ShrinkableResult => (threeFaults(candidate) ? judged(LOSS) : judged());
    const small = shrinkScenario(fortyFaults(1), LOSS, { run, maxRuns: 12 });
    expect(small.runs).toBe(12);
    expect(small.minimal).toBe(false);
    expect(threeFaults(small.scenario)).toBe(true);
    let asked = 0;
    const stopped = shrinkScenario(fortyFaults(1), LOSS, { run, shouldStop: () => ++asked > 20 });
    expect(stopped.runs).toBeLessThan(22);
    expect(threeFaults(stopped.scenario)).toBe(true);
  });

  it('never runs more than 500 scenarios, whatever budget it is given', () => {
    const forty = fortyFaults(1);
    const scenario = { ...forty, faults: [...forty.faults, ...forty.faults.map((fault) => ({ ...fault, id: `${fault.id}-again` }))] };
    const whole = JSON.stringify(scenario);
    // Nothing smaller fails: there are far more candidates than that.
    const run = (candidate: Scenario): ShrinkableResult => (JSON.stringify(candidate) === whole ? judged(LOSS) : judged());
    const shrunk = shrinkScenario(scenario, LOSS, { run, maxRuns: 100_000 });
    expect(MOST_RUNS).toBe(500);
    expect(shrunk).toMatchObject({ runs: 500, minimal: false, scenario });
  });

  it('refuses a scenario that does not fail in that way', () => {
    expect(() => shrinkScenario(fortyFaults(1), LOSS, { run: () => judged() })).toThrow('does not show acknowledged-record-lost');
  });

  it('never runs the same scenario twice', () => {
    const seen = new Set<string>();
    const run = (candidate: Scenario): ShrinkableResult => {
      const text = JSON.stringify(candidate);
      expect(seen.has(text)).toBe(false);
      seen.add(text);
      return threeFaults(candidate) ? judged(LOSS) : judged();
    };
    shrinkScenario(fortyFaults(4), LOSS, { run });
    expect(seen.size).toBeGreaterThan(30);
  });

  it('puts the brokers that held a role and the time of a trigger in their place', () => {
    const base = generateScenario(recommended(), '1', []);
    const faults: Fault[] = [
      { id: 'f1', kind: 'kill', atUs: 2_000_000, on: { event: 'leader-elected' }, forUs: 1_000_000, target: 'leader of orders-3' },
    ];
    const run = (candidate: Scenario): ShrinkableResult => ({
      ...(candidate.faults.length === 1 && candidate.durationUs > 5_000_000 ? judged(LOSS) : judged()),
      faultLog: [{ id: 'f1', beganUs: 4_000_000, targets: ['broker-2'] }],
    });
    const { scenario } = shrinkScenario({ ...base, faults }, LOSS, { run });
    expect(scenario.faults[0]).toMatchObject({ target: 2, atUs: 2_000_000 });
    expect(scenario.faults[0]?.on).toBeUndefined();
  });

  it('makes a real loss under acks=1 at most three faults long', () => {
    const configuration = { ...recommended(), producerProperties: new Map([['acks', '1']]) };
    const seeds = Array.from({ length: 30 }, (_, i) => generateScenario(configuration, String(i + 1), ['crash', 'pause', 'partition']));
    const losing = seeds.find((scenario) => runTrial(scenario).judgement.findings.some(({ kind }) => kind === LOSS.kind));
    expect(losing).toBeDefined();
    const shrunk = shrinkScenario(losing as Scenario, LOSS, { run: (scenario) => runTrial(scenario) });
    expect(shrunk.scenario.faults.length).toBeLessThanOrEqual(3);
    expect(shrunk.runs).toBeLessThanOrEqual(150);
    // The result is the one of the shrunk scenario: running it again gives the same run.
    expect(runTrial(shrunk.scenario).hash).toBe(shrunk.result.hash);
  }, 30_000);

  it('only ever proposes coherent scenarios that are smaller', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const scenario = generateScenario(recommended(), String(seed), FAULT_CLASSES);
      const measure = measureOf(scenario);
      for (const candidate of candidatesOf(scenario, START)) {
        expect(isSmaller(measureOf(candidate.scenario), measure)).toBe(true);
        expect(coherent(candidate.scenario)).toEqual(candidate.scenario);
      }
    }
  });
});

describe('the scenario arbitrary', () => {
  const arbitrary = new ScenarioArbitrary(recommended(), FAULT_CLASSES);

  it('lets fast-check shrink a scenario that a campaign found', () => {
    const details = fc.check(
      fc.property(arbitrary, (scenario) => !threeFaults(scenario)),
      { examples: [[fortyFaults(1)]], numRuns: 1, seed: 1 },
    );
    expect(details.failed).toBe(true);
    expect(details.counterexample?.[0]?.faults.length).toBe(3);
  });

  it('shrinks what it generated, from a fixed seed to the same end', () => {
    const property = fc.property(arbitrary, ({ faults }) => faults.every(({ kind }) => kind !== 'pause'));
    const ends = [1, 2].map(() => fc.check(property, { seed: 5, numRuns: 200 }).counterexample?.[0]);
    expect(ends[0]?.faults.map(({ kind }) => kind)).toEqual(['pause']);
    expect(ends[1]).toEqual(ends[0]);
  });

  it('takes only scenarios for scenarios', () => {
    expect(arbitrary.canShrinkWithoutContext(generateScenario(recommended(), '1', []))).toBe(true);
    for (const other of [null, 1, {}, { formatVersion: 2, faults: [] }]) expect(arbitrary.canShrinkWithoutContext(other)).toBe(false);
  });
});
