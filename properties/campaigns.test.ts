/**
 * A campaign says the same however it was carried out: at once, in shards, or killed and resumed; and a run that is not the same twice is found. Needs the command of the
 * last build.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CampaignReport } from '../src/cli/campaignReport.js';
import { Gathered } from '../src/cli/Gathered.js';
import { Progress } from '../src/cli/Progress.js';
import { payload, runnerOf } from '../src/cli/testing.js';
import { WorkerPool, type LostSeed } from '../src/cli/WorkerPool.js';
import type { SeedResult } from '../src/explore/trialSummary.js';
import type { CheckReport } from '../src/report/checkReport.js';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const command = join(dist, 'cli', 'main.js');
let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'trialrun-campaigns-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Three blocks of seeds, of trials that are soon over and lose records. */
const CAMPAIGN = ['--seeds', '150', '--duration', '3s', '--set', 'producer.acks=1', '--verify-determinism', '5%', '--no-shrink'];

function trialrun(...words: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...words, '--out', join(folder, 'reports')], (error, out, err) =>
      resolve({ exit: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** What a report says, but for times. */
function saidBy(json: string): string {
  return json.replace(/^ {2}"(seconds|workers)": .*$/gm, '');
}

describe('a campaign', { timeout: 300_000 }, () => {
  let whole: { exit: number; out: string };
  const shard = (name: string): string => join(folder, `${name}.jsonl`);
  beforeAll(async () => {
    whole = await trialrun('check', ...CAMPAIGN, '--keep-going', '--format', 'json');
    await Promise.all(
      [1, 2, 3].map(async (i) => {
        const words = ['--shard', `${i}/3`, '--workers', String(i), '--results', shard(`s${i}`)];
        const { exit, err } = await trialrun('check', ...CAMPAIGN, ...words);
        expect([exit, err]).toEqual([0, '']);
      }),
    );
  }, 300_000);

  it('spread over three shards with one, two and three workers says what it says at once, and exits alike', async () => {
    const summary = join(folder, 'summary.json');
    const merged = await trialrun('merge', ...['s2', 's3', 's1', 's2'].map(shard), '--no-shrink', '--format', 'json', '--summary', summary);
    expect(saidBy(merged.out)).toEqual(saidBy(whole.out));
    expect([merged.exit, whole.exit]).toEqual([1, 1]);
    const { digest, tried, repeated } = JSON.parse(whole.out) as CheckReport;
    expect(tried).toBe(150);
    expect(repeated).toBe(8);
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ verdict: 'violated', seeds: { tried: 150, runTwice: 8, digest } });
  });

  it('killed in the middle and resumed says what it says without a break', async () => {
    const results = shard('killed');
    const words = ['check', ...CAMPAIGN, '--results', results, '--out', join(folder, 'reports')];
    const child = spawn(process.execPath, [command, ...words], { stdio: 'ignore' });
    while (!existsSync(results) || readFileSync(results, 'utf8').split('\n').length < 25) await sleep(5);
    child.kill('SIGKILL');
    await once(child, 'close');
    const text = readFileSync(results, 'utf8');
    expect(text.split('\n').length).toBeLessThan(150);
    writeFileSync(results, text.slice(0, -20));
    const resumed = await trialrun(...words.slice(0, -2), '--resume', '--format', 'json');
    expect(saidBy(resumed.out)).toEqual(saidBy(whole.out));
  });

  it('of which a shard is missing is incomplete: the seeds are named, and what is there decides no more than it can', async () => {
    const quiet = ['--seeds', '150', '--duration', '2s', '--workers', '1', '--no-shrink'];
    for (const i of [1, 3]) await trialrun('check', ...quiet, '--shard', `${i}/3`, '--results', shard(`q${i}`));
    const merged = await trialrun('merge', shard('q1'), shard('q3'), '--no-shrink', '--format', 'json');
    expect(merged.exit).toBe(2);
    expect(JSON.parse(merged.out)).toMatchObject({
      verdict: 'incomplete',
      missing: { count: 64, ranges: ['65–128'], shards: ['2/3'] },
    });
    const mixed = await trialrun('merge', shard('q1'), shard('s2'));
    expect(mixed.exit).toBe(65);
    expect(mixed.err).toMatch(/s2\.jsonl is of another campaign than .*q1\.jsonl: "--set producer\.acks=1 --duration 3000ms" there/);
  });

  it('with two hashes for one seed is not deterministic', async () => {
    const text = readFileSync(shard('s2'), 'utf8');
    const other = shard('other');
    writeFileSync(
      other,
      text.replace(/("seed":"70","hash":")(.)/, (_, before: string, digit: string) => before + (digit === '0' ? '1' : '0')),
    );
    const merged = await trialrun('merge', shard('s1'), shard('s2'), shard('s3'), other, '--no-shrink', '--format', 'json');
    expect(merged.exit).toBe(3);
    expect(JSON.parse(merged.out)).toMatchObject({ verdict: 'nondeterministic', nondeterminism: { seed: '70' } });
  });
});

describe('a run that does not end', { timeout: 300_000 }, () => {
  it('is given up by its steps, at the same one in every process, and its worker goes on', async () => {
    const lost: LostSeed[] = [];
    const chunks = [['1', '2'], ['1']];
    const pool = new WorkerPool<SeedResult>({
      ...{ script: join(dist, 'cli', 'worker.js'), workers: 2, payload, maxSteps: 2_000 },
      nextChunk: () => chunks.shift() ?? [],
      onResult: (seed) => expect(seed).toBe('given up'),
      onLost: (one) => lost.push(one),
    });
    await pool.run();
    const [a, b, c] = lost.sort((x, y) => Number(x.seed) - Number(y.seed));
    expect(a).toMatchObject({ seed: '1', fate: 'hung', detail: expect.stringMatching(/^more than 2000 steps, at \d+\.\d{6} s/) as string });
    expect(b).toEqual(a);
    expect(c?.seed).toBe('2');
  });
});

describe('a run that depends on its process', { timeout: 300_000 }, () => {
  /** The worker itself, but from the second simulated second on the delays are a little longer, by the number of the process. */
  const WORKER = `
const { Scheduler } = await import('${pathToFileURL(join(dist, 'engine', 'Scheduler.js')).href}');
const { after } = Scheduler.prototype;
Scheduler.prototype.after = function (delayUs, ...rest) {
  return after.call(this, this.nowUs < 2_000_000 ? delayUs : delayUs + (process.pid % 997), ...rest);
};
await import('${pathToFileURL(join(dist, 'cli', 'worker.js')).href}');
`;

  it('is caught by running every seed twice, and the first event in which two runs part is shown', async () => {
    const script = join(folder, 'unstable.mjs');
    writeFileSync(script, WORKER);
    const short = { ...payload, configuration: { ...payload.configuration, durationUs: 3_000_000 } };
    const gathered = new Gathered(short);
    const range = { first: 1, seeds: 2 };
    const runner = runnerOf({ script, payload: short, range, repeatEvery: 1, workers: 1 }, gathered);
    await runner.run();
    expect(gathered.unstable.map(({ seed }) => seed)).toEqual(['1', '2']);
    const about = {
      payload: short,
      script,
      out: folder,
      firstSeed: 1,
      asked: 2,
      shard: null,
      missing: null,
      stoppedEarly: false,
      shrink: true,
    };
    const onTrial = {
      notModelled: [],
      defaultsFrom: { topic: 'recommended', producer: 'recommended' },
      remarks: [],
      commandLine: [],
    } as const;
    const report = await new CampaignReport(gathered, { ...about, onTrial, seconds: 1, workers: 1 }, new Progress()).make();
    expect(report).toMatchObject({ verdict: 'nondeterministic', exitCode: 3, nondeterminism: { seed: '1' } });
    expect(report.nondeterminism?.divergence).toMatch(/^event \d+: 2\.\d{6} s \S+ .*\n +or: 2\.\d{6} s /);
  });
});
