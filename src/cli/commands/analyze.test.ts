import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../program.js';
import { catchOutput, err, file, folder, forgetOutput, out } from './testing.js';

catchOutput();

/** Value 1 of key 5 was read, value 17 below it never. */
const LOST = `
{:index 0, :time 0, :process 0, :type :invoke, :f :send, :value [[:send 5 17]]}
{:index 1, :time 1, :process 0, :type :ok, :f :send, :value [[:send 5 [30 17]]]}
{:index 2, :time 2, :process 0, :type :invoke, :f :send, :value [[:send 5 1]]}
{:index 3, :time 3, :process 0, :type :ok, :f :send, :value [[:send 5 [31 1]]]}
{:index 4, :time 4, :process 1, :type :invoke, :f :poll, :value [[:poll]]}
{:index 5, :time 5, :process 1, :type :ok, :f :poll, :value [[:poll {5 [[31 1]]}]]}`;

const SCENARIO = `
name: small
topics: [{ name: orders, partitions: 1, replicationFactor: 3 }]
workload:
  producers: [{ id: p1, every: 200ms, count: 10, properties: { acks: all } }]
  consumers: [{ id: c1 }]
duration: 6s
require: [no-duplicates]
`;

describe('trialrun analyze', () => {
  it('tells what is wrong with a history, in sentences and in JSON, and exits with 1', async () => {
    const path = file('lost.edn', LOST);
    expect(await runCommandLine(['analyze', path])).toBe(1);
    expect(out).toContain('3 operations of 2 sessions in 1 key: 2 records sent, 1 read');
    expect(out).toMatch(/Value 17, which op 1 \(process 0\) wrote at offset 30 of 5, was never read, although op 5/);
    expect(out.trimEnd().endsWith('invalid')).toBe(true);
    forgetOutput();
    expect(await runCommandLine(['analyze', path, '--format', 'json'])).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ formatVersion: 1, verdict: 'invalid', operations: 3, recordsPolled: 1 });
  });

  it('goes by what the clients are said to have been', async () => {
    const path = file('lost.edn', LOST);
    expect(await runCommandLine(['analyze', path, '--acks', '1'])).toBe(0);
    expect(out).toMatch(/allowed: with acks=1/);
    expect(await runCommandLine(['analyze', path, '--allow', 'lost-write', '--allow', 'unseen'])).toBe(0);
    expect(await runCommandLine(['analyze', path, '--acks', '1', '--strict'])).toBe(1);
    expect(await runCommandLine(['analyze', file('empty.edn', '')])).toBe(2);
  });

  it('judges a history that run has written as the run itself, and lets it say what its clients were', async () => {
    const scenario = file('small.yaml', SCENARIO);
    const history = join(folder, 'run.edn');
    expect(await runCommandLine(['run', scenario, '--history', history])).not.toBeGreaterThan(2);
    forgetOutput();
    expect(await runCommandLine(['analyze', history])).toBe(0);
    expect(out).toMatch(/in 1 key: 10 records sent, 10 read/);
    expect(await runCommandLine(['analyze', history, '--acks', '1'])).toBe(64);
    expect(err).toMatch(/--acks: this history says itself what its clients were/);
  });

  it.each<[string, () => string[], number, RegExp]>([
    ['a file that is not there', () => ['analyze', '/nowhere/history.edn'], 65, /\/nowhere\/history\.edn: no such file/],
    ['a folder without a history', () => ['analyze', folder], 65, /is a folder without a history/],
    [
      'a history that was cut',
      () => ['analyze', file('cut.edn', LOST.slice(0, -9))],
      65,
      /cut\.edn:7: the file ends within the operation that begins here/,
    ],
    [
      'an index that is there twice',
      () => ['analyze', file('twice.edn', LOST.replace(':index 2', ':index 1'))],
      65,
      /twice\.edn:4: op 1 is there twice/,
    ],
    ['a binary file', () => ['analyze', file('noise.edn', '\u0000\u0001{\ufffd"')], 65, /noise\.edn:1: /],
    ['an anomaly that nobody knows', () => ['analyze', 'x.edn', '--allow', 'lost-writes'], 64, /did you mean lost-write\?/],
    ['a history without a format', () => ['run', 'b02-acks-1', '--history', 'x.txt'], 64, /give a name that ends with \.edn or \.jsonl/],
  ])('refuses %s in one line', async (_what, words, code, message) => {
    expect(await runCommandLine(words())).toBe(code);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(existsSync('x.txt')).toBe(false);
  });
});
