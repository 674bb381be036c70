/** The commands that answer with many runs: their command lines, what they refuse, and that they end with what there is. They need the worker of the last build. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recommendedScenario } from '../scenario/defaults.js';
import type { Inquiry, Outcomes, TrialJob } from '../explore/inquiry.js';
import { runCommandLine } from './program.js';
import { TrialPool } from './TrialPool.js';
import { catchOutput, err, file, forgetOutput, out } from './commands/testing.js';

catchOutput();

/** Nothing can go wrong in it. */
const CALM = `
title: Nothing happens
topics: [{ name: orders, partitions: 1, replicationFactor: 3 }]
workload: { producers: [{ id: p1, count: 3, properties: { acks: all } }], consumers: [] }
duration: 4s
require: [no-acknowledged-loss]
`;

describe('a wrong command line', { timeout: 60_000 }, () => {
  const wrong: readonly [words: string, exit: number, message: RegExp][] = [
    ['explain b10 --runs 5', 64, /--runs goes with --when\n {2}add --when/],
    ['explain b10 --when --faults some', 64, /'--faults <rule>' argument 'some' is invalid\. Write one of anew, kept, none/],
    ['explain nothing-here --when', 65, /nothing-here: no such scenario/],
    ['bisect', 64, /missing required argument 'file'/],
    ['bisect nothing-here', 65, /nothing-here: no such scenario/],
    ['bisect b10 --runs 0', 64, /Write a whole number from 1 to 10000/],
    ['compare acks=1:producer.acks=1', 64, /compare needs at least two configurations\n {2}write such as/],
    ['compare a:producer.acks=1 a:producer.acks=0', 64, /two configurations are called a\n {2}give each its own label/],
    ['compare a: b:producer.acks=0', 64, /compare a:: there is no configuration/],
    [
      'compare a:producer.akcs=1 b:producer.acks=0',
      64,
      /compare a:producer\.akcs=1: .*unknown producer property "akcs"\n {2}did you mean acks\?/,
    ],
    ['compare a:producer.acks=1,=3 b:kafka=2.0', 64, /compare a:producer\.acks=1,=3: "=3" has no name/],
    ['compare a:kafka=4.1 b:kafka=2.0', 64, /compare a:kafka=4\.1: kafka=4\.1 is no value of it\n {2}Kafka 4 runs without ZooKeeper/],
    [
      'compare a:replication-factor=5 b:kafka=2.0',
      64,
      /compare a:replication-factor=5: topic orders: replication factor 5 is above the number of brokers/,
    ],
    ['compare a:feature.maximalISR=true b:kafka=2.0', 64, /There is no feature "maximalISR": did you mean maximalIsr\?/],
    ['compare no-such-lesson b:kafka=2.0', 65, /compare no-such-lesson: no-such-lesson: no such scenario/],
    ['compare --scenario b02-acks-1 a:brokers=5 b:kafka=2.0', 64, /brokers=5 changes nothing in a scenario/],
    ['compare --scenario b02-acks-1 --brokers 5 a:kafka=2.0 b:kafka=2.1', 64, /--brokers changes nothing in a scenario/],
    ['compare a:producer.acks=1 b:producer.acks=0 --faults fire', 64, /"fire" is no class of faults/],
    ['check --suggest many', 64, /Write a whole number/],
  ];
  for (const [words, exit, message] of wrong) {
    it(`${words}: says what is right and exits with ${exit}`, async () => {
      expect(await runCommandLine(words.split(' '))).toBe(exit);
      expect(err).toMatch(message);
      expect(err).not.toMatch(/\n\s+at |internal error/);
    });
  }

  it('a scenario that does not fail cannot be bisected, and has no moment of no return', async () => {
    const calm = file('calm.yaml', CALM);
    expect(await runCommandLine(['bisect', calm])).toBe(65);
    expect(err).toMatch(/calm\.yaml shows no failure: nothing that it requires \(no-acknowledged-loss\) is violated/);
    expect(await runCommandLine(['explain', calm, '--when'])).toBe(2);
    expect(out).toMatch(/Nothing went wrong in this run/);
  });
});

describe('the commands', { timeout: 60_000 }, () => {
  it('explain --when finds the event of no return, the same every time', async () => {
    const words = ['explain', 'b35-empty-isr', '--when', '--runs', '6', '--workers', '1'];
    expect(await runCommandLine(words)).toBe(0);
    expect(out).toMatch(/Nothing went wrong/);
    const lesson = ['explain', 'b02-acks-1', '--when', '--runs', '4'];
    forgetOutput();
    expect(await runCommandLine([...lesson, '--workers', '1', '--format', 'json'])).toBe(1);
    const first = out;
    const report = JSON.parse(out) as { noReturn: { after: { atUs: number }; sentences: { text: string }[] }; cutShort: string };
    expect(report.noReturn.after.atUs).toBe(3_300_000);
    expect(report.noReturn.sentences.map(({ text }) => text)).toContain('Fault f2 begins: kill of broker-1.');
    forgetOutput();
    expect(await runCommandLine([...lesson, '--workers', '2', '--format', 'json'])).toBe(1);
    expect(out).toBe(first);
  });

  it('bisect names the flag', async () => {
    expect(await runCommandLine(['bisect', 'b10', '--runs', '2', '--workers', '1'])).toBe(0);
    expect(out).toMatch(/0\.10\.2 \* +2 of 2 .* violated/);
    expect(out).toMatch(/Answer: 0\.11 fixes it: truncation: high-watermark → kip-101\./);
  });

  it('compare puts configurations side by side, over the same schedules', async () => {
    const words = [
      'compare',
      '--scenario',
      'b02-acks-1',
      'acks=1:producer.acks=1',
      'acks=all:producer.acks=all',
      '--seeds',
      '3',
      '--workers',
      '1',
    ];
    expect(await runCommandLine(words)).toBe(0);
    expect(out).toMatch(/ +acks=1 +acks=all\n +no-acknowledged-loss +violated 3 of 3 +held 3\n/);
    expect(out).toMatch(/latency p50 +\d+\.\d ms +\d/);
    expect(out).toMatch(/acks=all: accepting writes .*lost -\d+\.\d\d \(3, 0\)/s);
  });

  it('a time that is over ends them with what there is', async () => {
    expect(await runCommandLine(['bisect', 'b10', '--time', '1ms', '--workers', '1'])).toBe(0);
    expect(out).toMatch(/not tried/);
    expect(out).toMatch(/Cut short: the time \(--time\) was over/);
  });
});

describe('the documentation', { timeout: 60_000 }, () => {
  const text = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
  const documented = [...text.matchAll(/^\$ trialrun (.*)$/gm)].map(([, words = '']) => words);

  it('shows commands of all four kinds, each of which has its options', async () => {
    expect(new Set(documented.map((words) => words.split(' ')[0]))).toEqual(new Set(['explain', 'bisect', 'check', 'compare']));
    for (const words of documented) {
      // An option that does not exist is refused before anything else; --help is answered then.
      expect(await runCommandLine([...words.split(' '), '--help'])).toBe(0);
    }
  });

  it('shows what they answer', async () => {
    expect(await runCommandLine(['explain', 'b10', '--when', '--runs', '4', '--workers', '1'])).toBe(1);
    const moment = /Moment of no return [\d.]+ s/.exec(out)?.[0] ?? 'none';
    expect(text).toContain(moment);
    for (const sentence of out.split('\n').filter((line) => /^ {5}5\.017897 s {2}\S/.test(line) && !line.includes('│')))
      expect(text).toContain(sentence);
    forgetOutput();
    expect(await runCommandLine(['bisect', 'b06', '--runs', '20', '--workers', '1'])).toBe(0);
    for (const line of out.slice(out.indexOf('Answer:')).trim().split('\n')) expect(text).toContain(line);
  });
});

/** A worker that gives the seed back as its hash, dies at `die` and is silent at `hang`. */
const WORKER = `
process.on('message', ({ scenario: { seed } }) => {
  if (seed === 'die') process.exit(9);
  if (seed !== 'hang') process.send({ hash: seed });
});
process.on('disconnect', () => process.exit(0));
process.send('ready');
`;

describe('the pool of an inquiry', { timeout: 60_000 }, () => {
  const pool = (workers: number): TrialPool =>
    new TrialPool({ workers, timeMs: null, silenceMs: 1_500, script: file('worker.mjs', WORKER) });

  /** Asks for one batch after the other. */
  function* batches(...seeds: readonly (readonly string[])[]): Inquiry<(string | null)[][]> {
    const answers: (string | null)[][] = [];
    for (const batch of seeds) {
      const outcomes: Outcomes = yield batch.map((seed): TrialJob => ({ scenario: { ...recommendedScenario(), seed } }));
      answers.push(outcomes.map((outcome) => outcome?.hash ?? null));
    }
    return answers;
  }

  it('gives every outcome to its job, and null to one that its child did not survive', async () => {
    const running = pool(2);
    const seeds = [['1', '2', 'die', '3', '4'], [], ['hang', '5'], ['6']];
    const answers = await running.run(batches(...seeds));
    running.close();
    expect(answers).toEqual([['1', '2', null, '3', '4'], [], [null, '5'], ['6']]);
    expect(running.cutShort).toBe('lost');
  });

  it('stops at once when it is told to, and begins nothing more', async () => {
    const running = pool(1);
    setTimeout(() => running.stop('interrupted'), 700);
    const answers = await running.run(batches(['1', 'hang', '2'], ['3']));
    running.close();
    expect(answers.flat().slice(1)).toEqual([null, null, null]);
    expect(running.cutShort).toBe('interrupted');
  });
});
