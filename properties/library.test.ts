import { readFileSync } from 'node:fs';
import { expect, it, describe } from 'vitest';
import * as library from '../src/index.js';
import type { Configuration, Scenario } from '../src/index.js';

const { check, defineScenario, historyOf, parseScenario, replayText, reportOf, run, scenarioText, shrink, storyOf, TrialrunError } =
  library;

const file = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const acksOne = parseScenario(file('scenarios/b02-acks-1.yaml'), 'b02-acks-1.yaml');

/** Of what the action throws. */
function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TrialrunError) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}

describe('a scenario', () => {
  it('is the same run as data, as text, and when its complete form is written and read again', () => {
    const written: Scenario = { name: 'short', duration: '4s', faults: [{ kind: 'kill', target: 1, at: '2s', for: '1s' }] };
    const { hash } = run(written);
    expect(run(defineScenario(written)).hash).toBe(hash);
    expect(run(parseScenario(scenarioText(written))).hash).toBe(hash);
    expect(run(parseScenario(JSON.stringify(written), 'short.json')).hash).toBe(hash);
    expect(run({ ...defineScenario(written) }).hash).toBe(hash);
  });

  it('runs with another seed when asked, and says so', () => {
    const other = run({ duration: '4s' }, { seed: 7 });
    expect(other.scenario.seed).toBe('7');
    expect(other.hash).not.toBe(run({ duration: '4s' }).hash);
    expect(other.hash).toBe(run({ duration: '4s', seed: '7' }).hash);
    expect(messageOf(() => run({}, { seed: 1.5 }))).toBe('seed: expected text or a whole number, found 1.5');
  });

  it('is refused with every problem at its place, and what would be right', () => {
    const wrong = { topics: [{ name: 'orders', partitons: 3 }], workload: { producers: [{ properties: { ackss: 'all' } }] } };
    expect(messageOf(() => defineScenario(wrong as Scenario))).toBe(
      'scenario topics.0.partitons: unknown key "partitons". Did you mean partitions?',
    );
    expect(messageOf(() => run({ workload: { producers: [{ properties: { ackss: 'all' } }] } }))).toBe(
      'scenario workload.producers.0.properties.ackss: unknown producer property "ackss". Did you mean acks?',
    );
    expect(messageOf(() => parseScenario('title: [', 'x.yaml'))).toMatch(/^x\.yaml:1:9: /);
    expect(messageOf(() => parseScenario(17 as unknown as string))).toMatch(/expected the text of a scenario, found number/);
    for (const nothing of [null, undefined, 3, 'leader-dies.yaml', []])
      expect(messageOf(() => run(nothing as unknown as Scenario))).toMatch(/^scenario: /);
  });
});

describe('a run', () => {
  const lost = run(acksOne);

  it('is judged by what the scenario requires, and says what is promised', () => {
    expect(lost.verdict).toBe('violated');
    const loss = lost.guarantees.find(({ name }) => name === 'no-acknowledged-loss');
    expect(loss).toMatchObject({ required: true, verdict: 'violated', promised: false, remedy: 'acks=all with min.insync.replicas=2' });
    expect(lost.guarantees.map(({ name }) => name)).toEqual(library.guarantees);
    expect(lost.findings[0]).toMatchObject({ guarantee: 'no-acknowledged-loss', partition: 'orders-0', offset: 21, record: 21 });
    expect(lost.faults.map(({ kind, targets, endedUs }) => ({ kind, targets, endedUs }))[1]).toEqual({
      kind: 'kill',
      targets: ['broker-1'],
      endedUs: 11_300_000,
    });
  });

  it('cannot be changed, nor can what it was made from be changed through it', () => {
    const assign = (): void => void ((lost.guarantees[0] as { verdict: string }).verdict = 'held');
    expect(assign).toThrow(TypeError);
    expect(() => (lost.scenario.topics as unknown[]).push({})).toThrow(TypeError);
  });

  it('leaves what it was given as it was, and not frozen', () => {
    const written = { duration: '3s', cluster: { properties: { 'zookeeper.session.timeout.ms': 6000 } } };
    const before = structuredClone(written);
    run(written);
    defineScenario(written);
    written.cluster.properties['zookeeper.session.timeout.ms'] = 7000;
    expect({ ...written, cluster: before.cluster }).toEqual(before);
  });

  it('says what was lacking where a required guarantee was not put to the test, and nothing otherwise', () => {
    const quiet = run({ duration: '3s', require: ['no-acknowledged-loss'] });
    expect(quiet.verdict).toBe('unknown');
    expect(quiet.lacking).toMatch(/^no partition changed its leader in this run/);
    expect(lost.lacking).toBe('');
  });

  it('tells its story, and null where there is none', () => {
    expect(storyOf(lost)?.headline).toBe('Message 21 was acknowledged in orders-0 at offset 21 at 3.060 s and is gone');
    expect(storyOf(lost, 'no-divergence')).toBeNull();
    expect(storyOf(run({ duration: '3s' }))).toBeNull();
    expect(messageOf(() => storyOf(lost, 'no-acknowledged-los' as 'no-divergence'))).toBe(
      'guarantee: there is no guarantee "no-acknowledged-los"; did you mean no-acknowledged-loss?',
    );
  });

  it('makes a page whose text is escaped, a history, and a file that shows it again', () => {
    expect(reportOf(lost, { origin: '<script>alert(1)</script>' })).not.toContain('<script>alert');
    expect(historyOf(lost, 'edn')).toContain(':type :invoke');
    expect(messageOf(() => historyOf(lost, 'xml' as 'edn'))).toBe('format: there is no format "xml"; write jsonl or edn');
    expect(run(parseScenario(replayText(lost))).hash).toBe(lost.hash);
    expect(replayText(run({ duration: '3s' }))).not.toContain('found:');
  });
});

describe('a check', () => {
  const options = { seeds: 6, require: ['no-acknowledged-loss'], faults: ['crash', 'pause'] } as const;

  it('is deterministic, and tells failing seeds with what they drew', () => {
    const unsafe = check({ producerProperties: { acks: 1 } }, options);
    expect(check({ producerProperties: { acks: '1' } }, options)).toEqual(unsafe);
    expect(unsafe.verdict).toBe('violated');
    const [loss] = unsafe.guarantees;
    const [first] = unsafe.failures;
    expect(loss).toMatchObject({ name: 'no-acknowledged-loss', required: true, verdict: 'violated' });
    expect(loss?.failingSeeds).toContain(first?.seed);
    expect(first?.required).toBe(true);
    const again = run(first?.scenario ?? {});
    expect(again.findings.some(({ message }) => message === first?.message)).toBe(true);
  });

  it('ends with the first violation where that is wanted', () => {
    const { seeds, guarantees } = check({ producerProperties: { acks: 1 } }, { ...options, seeds: 50, untilViolated: true });
    expect(seeds).toBeLessThan(50);
    expect(guarantees[0]?.failingSeeds).toEqual([String(seeds)]);
  });

  it('calls unknown what is not promised although no seed broke it, and says why', () => {
    const { verdict, guarantees } = check({ producerProperties: { acks: 0 } }, { ...options, seeds: 1 });
    expect(verdict).not.toBe('held');
    if (verdict === 'unknown') expect(guarantees[0]?.lacking).toMatch(/^not promised under crash: /);
  });

  it('takes a part that is given at its word, and recommends only parts that are not', () => {
    const described = ({ configuration }: library.CheckResult): string =>
      configuration.map(({ subject, text }) => `${subject}: ${text}`).join('\n');
    const one = { ...options, seeds: 1 };
    expect(described(check({}, one))).toContain('min.insync.replicas=2');
    expect(described(check({ serverProperties: { 'num.partitions': 3 } }, one))).not.toContain('min.insync.replicas');
    expect(described(check({ topics: [{ name: 'orders' }] }, one))).not.toContain('min.insync.replicas');
    expect(described(check({ producerProperties: { 'linger.ms': 5 } }, one))).not.toContain('acks');
  });

  it('names what has no effect in the simulation', () => {
    const { withoutEffect } = check({ producerProperties: { acks: 'all', 'compression.type': 'zstd' } }, { ...options, seeds: 1 });
    expect(withoutEffect.map(({ name }) => name)).toEqual(['compression.type']);
  });

  it.each<[unknown, string | RegExp]>([
    [{ producerPropertys: {} }, 'configuration: unknown field "producerPropertys". Did you mean producerProperties?'],
    [{ producerProperties: { ackss: 1 } }, 'producerProperties: unknown producer property "ackss". Did you mean acks?'],
    [{ producerProperties: { text: '\nacks=7', name: 'producer.properties' } }, /^producer\.properties:2: acks: "7" is not a value of it/],
    [{ producerProperties: { text: 'acks' } }, /^producerProperties:1:1: "acks" has no value\. Write acks=value/],
    [{ producerProperties: 'producer.properties' }, /^producerProperties: expected properties, found "producer.properties"/],
    [{ producerProperties: { acks: null } }, 'producerProperties.acks: expected a value, found null. Write text, a number, true or false'],
    [{ brokers: 0 }, 'brokers: 0 is out of range. Write a whole number from 1 to 1000'],
    [
      { brokers: 2, topics: [{ name: 'a', replicationFactor: 3 }] },
      /^topics\.0: replication factor 3 is above the number of brokers, 2\. Set brokers to 3/,
    ],
    [{ topics: [] }, /^topics: expected a list of topics, found a list of 0/],
    [{ topics: [{ name: 'or ders' }] }, /^topics\.0\.name: "or ders" is no topic name/],
    [{ topics: [{ name: 'a' }, { name: 'a' }] }, /^topics\.1\.name: a second topic a/],
    [{ release: '9.9' }, /^release: there is no release "9\.9" to simulate\. Write one of 0\.8\.1/],
    [{ features: { trunction: 'fetch' } }, 'features.trunction: there is no such feature. Did you mean truncation?'],
    [
      { groups: [{ application: 'auto' }], consumerProperties: { 'enable.auto.commit': false } },
      /^groups\.0\.application: with auto the client commits nothing/,
    ],
    [
      { groups: [{}], serverProperties: { 'offsets.topic.replication.factor': 5 } },
      /offsets\.topic\.replication\.factor is 5, above the number of brokers, 3/,
    ],
    [{ duration: 'long' }, 'duration: expected a duration, found "long". Write such as 30s; a number alone is in milliseconds'],
    [null, /^configuration: expected an object, found null/],
  ])('refuses %j in one line that says what would be right', (configuration, message) => {
    const said = messageOf(() => check(configuration as Configuration, { seeds: 1 }));
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
    expect(said).not.toContain('\n');
  });

  it('refuses options that mean nothing', () => {
    expect(messageOf(() => check({}, { seeds: 0 }))).toBe('seeds: 0 is out of range. Write a whole number of at least 1');
    expect(messageOf(() => check({}, { faults: ['crush' as 'crash'] }))).toBe('faults: there is no class "crush"; did you mean crash?');
    expect(messageOf(() => check({}, { require: ['no-loss' as 'no-divergence'] }))).toMatch(/^require: there is no guarantee "no-loss"/);
    expect(messageOf(() => check({}, { faults: ['client'] }))).toMatch(/^faults: client faults strike groups and transactions/);
    expect(messageOf(() => check({}, { require: [] }))).toMatch(/^require: the list is empty/);
  });
});

describe('shrinking', () => {
  it('gives a smaller run that fails in the same way, and is judged by that alone', () => {
    const [failure] = check({ producerProperties: { acks: 1 } }, { faults: ['crash', 'pause'], untilViolated: true }).failures;
    const found = run(failure?.scenario ?? {});
    const { run: small, runs } = shrink(found, { maxRuns: 40 });
    expect(small.findings.some(({ kind }) => kind === failure?.kind)).toBe(true);
    expect(small.scenario.require).toEqual([failure?.guarantee]);
    expect(small.scenario.faults?.length).toBeLessThan(found.scenario.faults?.length ?? 0);
    expect(runs).toBeLessThanOrEqual(40);
  });

  it('refuses a run in which there is nothing to shrink', () => {
    expect(messageOf(() => shrink(run({ name: 'quiet', duration: '3s' })))).toBe(
      'the run of quiet violated nothing, so that there is nothing to shrink',
    );
    expect(messageOf(() => shrink(run(acksOne), { guarantee: 'key-order' }))).toMatch(/did not violate key-order/);
    expect(messageOf(() => shrink(run(acksOne), { maxRuns: 0 }))).toMatch(/^maxRuns: 0 is out of range/);
  });
});

it('carries the version of the package', () => {
  expect(library.version).toBe((JSON.parse(file('package.json')) as { version: string }).version);
});
