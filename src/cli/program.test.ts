import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from './program.js';
import { catchOutput, err, file, folder, forgetOutput, out } from './commands/testing.js';

catchOutput();

/** One record is acknowledged by a leader that nobody follows any more: acks=1 loses it, acks=all does not. */
const ZOMBIE = `
name: zombie
title: A cut-off leader goes on
seed: '3'
topics: [{ name: orders, partitions: 1, replicationFactor: 3, assignment: [[1, 2, 3]], properties: { min.insync.replicas: 2 } }]
cluster: { properties: { zookeeper.session.timeout.ms: 1500, replica.lag.time.max.ms: 1500 } }
workload:
  producers: [{ id: p1, every: 200ms, count: 40, properties: { acks: '1' } }]
  consumers: []
faults:
  - { id: cut, kind: partition-isolate, target: 1, from: [brokers, zookeeper], at: 3s, for: 4s }
duration: 12s
require: [no-acknowledged-loss]
expect:
  - verdict: { no-acknowledged-loss: violated }
  - { properties: { producer.acks: all }, verdict: { no-acknowledged-loss: held } }
`;

describe('a wrong command line', () => {
  const wrong: readonly [words: string, message: RegExp][] = [
    ['check --seeds abc', /'--seeds <n>' argument 'abc' is invalid\. Write a whole number/],
    ['check --set ack=1', /--set ack: no .* property has this name\n {2}did you mean --set producer\.acks=1\?/],
    ['check --set producer.akcs=1', /unknown producer property "akcs"\n {2}did you mean acks\?/],
    ['check --set request.timeout.ms=5', /property of broker, producer and consumer alike\n {2}say which: --set broker\.request/],
    ['check --set producer.acks', /--set producer\.acks has no value/],
    ['check --topic orders:replication-factor=5', /replication factor 5 is above the number of brokers, 3\n {2}add --brokers 5/],
    ['check --topic orders:partition=3', /no topic property "partition"\n {2}did you mean partitions\?/],
    ['check --topic a --topic a', /--topic a is given twice/],
    ['check --out /proc/nowhere', /--out \/proc\/nowhere cannot be written to/],
    ['check --require crash,losses', /"losses" is neither a class of faults nor a guarantee/],
    ['check --kafka 4.1', /not simulated yet; write 3\.9 or older/],
    ['check --feature maximalISR=true', /There is no feature "maximalISR": did you mean maximalIsr\?/],
    ['chekc', /unknown command 'chekc'\n\(Did you mean check\?\)/],
  ];
  for (const [words, message] of wrong) {
    it(`${words}: says what is right and exits with 64`, async () => {
      expect(await runCommandLine(words.split(' '))).toBe(64);
      expect(err).toMatch(message);
      expect(err).not.toMatch(/\n\s+at /);
    });
  }
});

describe('a saved scenario', () => {
  it('holds its configuration: an option that would change it is refused', async () => {
    expect(await runCommandLine(['replay', file('plain.yaml', ZOMBIE), '--set', 'producer.acks=1'])).toBe(64);
    expect(err).toMatch(/--set changes nothing in a saved scenario/);
  });
});

describe('a bad file', () => {
  it('a properties file: every problem with its line, exit 65', async () => {
    const path = file('producer.properties', 'acks=1\nretries=many\nlinger=5\n');
    expect(await runCommandLine(['check', '--producer-properties', path])).toBe(65);
    expect(err).toMatch(/producer\.properties:2: retries: expected a whole number, found "many"/);
    expect(err).toMatch(/producer\.properties:3: unknown producer property "linger"/);
  });

  it('a missing properties file: exit 65', async () => {
    expect(await runCommandLine(['check', '--server-properties', join(folder, 'none')])).toBe(65);
    expect(err).toMatch(/none: no such file/);
  });

  it('a fault aimed at a broker that does not exist: line and column, exit 65', async () => {
    expect(await runCommandLine(['run', file('nine.yaml', 'faults:\n  - { id: f, kind: kill, target: 9, at: 2s }\n')])).toBe(65);
    expect(err).toMatch(/nine\.yaml:2:\d+ faults\.0\.target: there is no broker 9/);
  });

  it('a scenario without a recorded hash is no counterexample to replay', async () => {
    expect(await runCommandLine(['replay', file('plain.yaml', ZOMBIE)])).toBe(65);
    expect(err).toMatch(/no recorded hash: it is no saved failure, or was cut short/);
  });
});

describe('run', () => {
  it('exits with 1 when a required guarantee is violated, and checks what the lesson claims', async () => {
    expect(await runCommandLine(['run', file('zombie.yaml', ZOMBIE), '--out', folder])).toBe(1);
    expect(out).toMatch(/violated no-acknowledged-loss/);
    expect(out).toMatch(/producer\.acks=all +no-acknowledged-loss +held +as claimed/);
    expect(out).not.toMatch(/but the claim is/);
  });

  it('takes another property from the command line: acks=all keeps the record', async () => {
    expect(await runCommandLine(['run', file('zombie.yaml', ZOMBIE), '--set', 'producer.acks=all'])).toBe(0);
    expect(out).toMatch(/held {5}no-acknowledged-loss/);
  });
});

describe('explain', () => {
  it('tells the biography of the lost record and what prevents it', async () => {
    expect(await runCommandLine(['explain', file('zombie.yaml', ZOMBIE)])).toBe(1);
    expect(out).toMatch(/was acknowledged in orders-0 at offset \d+/);
    expect(out).toMatch(/truncates orders-0/);
    expect(out).toMatch(/Remedy: acks=all/);
  });
});

/** Needs the worker of the last build. */
describe('check', () => {
  it('tells with --coverage what the seeds reached and what they never did, as text and as a page', { timeout: 60_000 }, async () => {
    const reports = join(folder, 'covered');
    const words = 'check --coverage --seeds 3 --duration 5s --workers 1 --require no-acknowledged-loss --out';
    expect(await runCommandLine([...words.split(' '), reports])).not.toBe(70);
    expect(out).toMatch(/Coverage of 3 seeds\n/);
    expect(out).toMatch(/segment-rolled +[\d,]+ {2}in [123] seeds?, the first [123]/);
    expect(out).toMatch(/ NEVER /);
    expect(readFileSync(join(reports, 'coverage.html'), 'utf8')).toContain('segment-rolled');
  });

  it('finds the loss that acks=1 allows, saves it whole, and the saved file replays to the same hash', { timeout: 60_000 }, async () => {
    const reports = join(folder, 'reports');
    const words = [
      'check',
      '--set',
      'producer.acks=1',
      '--seeds',
      '60',
      '--duration',
      '15s',
      '--workers',
      '1',
      '--format',
      'json',
      '--out',
      reports,
    ];
    expect(await runCommandLine(words)).toBe(1);
    const report = JSON.parse(out) as {
      verdict: string;
      failures: { required: boolean; folder: string; hash: string; faults: string[]; story: unknown[] }[];
    };
    const failure = report.failures.find(({ required }) => required);
    expect(report.verdict).toBe('violated');
    expect(failure?.faults.length).toBeLessThanOrEqual(3);
    expect(failure?.story.length).toBeGreaterThan(3);
    const saved = failure?.folder ?? '';
    expect(readdirSync(saved).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'events.jsonl',
      'history.edn',
      'history.jsonl',
      'index.html',
      'original.yaml',
      'plots',
      'results.edn',
      'results.json',
      'scenario.yaml',
      'shiviz.log',
      'trace.json',
      'trialrun.log',
    ]);

    forgetOutput();
    expect(await runCommandLine(['replay', saved])).toBe(1);
    expect(out).toContain(`this run's hash ${failure?.hash ?? '?'}`);
    expect(out).toMatch(/the same run, event by event/);

    const scenario = join(saved, 'scenario.yaml');
    const text = readFileSync(scenario, 'utf8');
    writeFileSync(scenario, text.slice(0, text.length / 2).replace(/\n[^\n]*$/, '\n'));
    expect(await runCommandLine(['replay', saved])).toBe(65);
    writeFileSync(scenario, text.replace(/acks: .*/, 'acks: all'));
    expect(await runCommandLine(['replay', saved])).toBe(65);
    expect(err).toMatch(/not the counterexample that was saved: it was edited or cut short/);
  });
});
