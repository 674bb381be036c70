import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { summarize } from '../explore/trialSummary.js';
import { generateScenario } from '../explore/generate.js';
import { runTrial } from '../explore/trial.js';
import { CliError } from './CliError.js';
import { configurationFrom } from './configurationOptions.js';
import { Gathered } from './Gathered.js';
import { ResultsFile } from './ResultsFile.js';
import { headerFor, parseResultsLine, resultLine, type ResultsHeader } from './resultsFormat.js';
import { payload, quietSummary, runnerOf, WorkerFolder } from './testing.js';

let folder: WorkerFolder;
let path = '';
let files = 0;
beforeAll(() => void (folder = new WorkerFolder()));
afterAll(() => folder.remove());
beforeEach(() => void (path = join(folder.path, `results-${++files}.jsonl`)));

const range = { first: 1, seeds: 20 };
const session = { session: 'now', seconds: 1, workers: 2 };
const headerOf = (more: Partial<ResultsHeader> = {}): ResultsHeader => ({
  ...headerFor(payload, configurationFrom({}), range, null),
  ...more,
});

/** Runs what is left of a campaign of 20 seeds. */
async function session20(header = headerOf()): Promise<{ gathered: Gathered; before: number }> {
  const gathered = new Gathered(header.payload);
  const { file } = ResultsFile.open(path, header, true, gathered);
  const before = gathered.tried;
  const script = folder.worker({ '7': 'exit' });
  await runnerOf({ script, results: file, repeatEvery: 5, workers: 1, range: header.range }, gathered).run();
  file.close(session);
  return { gathered, before };
}

/** What a report is made from. */
const outcomeOf = ({ campaign, lost, repeated, unstable, tried }: Gathered): unknown => ({
  ...{ lost, repeated, unstable, tried, digest: campaign.ledger.digest, table: campaign.table(), probe: campaign.coverage.of('rare-path') },
});

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof CliError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
  return 'nothing was refused';
};
const open = (header = headerOf(), resume = true): string => refusal(() => ResultsFile.open(path, header, resume, new Gathered(payload)));

describe('a line of results', () => {
  it('holds all of a trial that a campaign adds up', () => {
    for (const seed of ['2', '5']) {
      const scenario = generateScenario({ ...payload.configuration, durationUs: 3_000_000 }, seed, ['crash', 'power-loss']);
      const summary = summarize(scenario, runTrial(scenario), true);
      const findings = [{ guarantee: 'no-acknowledged-loss', kind: 'acknowledged-record-lost', message: 'a\nb', timeUs: 5 }];
      const attributions = [{ guarantee: 'no-acknowledged-loss', kind: 'acknowledged-record-lost', classes: ['crash' as const] }];
      const result = { summary: { ...summary, findings }, attributions };
      const text = resultLine(result);
      expect(text.slice(0, -1)).not.toContain('\n');
      expect(parseResultsLine(text)).toEqual({ type: 'result', result });
    }
  });

  it('is refused by name of what is wrong in it', () => {
    const text = resultLine({ summary: quietSummary('1'), attributions: [] });
    const { steps: _steps, ...noSteps } = JSON.parse(text) as Record<string, unknown>;
    const wrong: readonly [unknown, RegExp][] = [
      [noSteps, /^steps: /],
      [{ ...noSteps, steps: -1 }, /^steps: /],
      [{ ...noSteps, steps: 1, hash: 'xyz' }, /^hash: /],
      [{ ...noSteps, steps: 1, classes: ['meteor'] }, /^classes\.0: /],
      [{ seed: '1', lost: 'bored', detail: '' }, /^lost: /],
      [[1], /^seed: |expected object/],
      [{ trialrun: 'results', formatVersion: 99 }, /^formatVersion: /],
    ];
    for (const [value, message] of wrong) expect(parseResultsLine(JSON.stringify(value))).toMatch(message);
    expect(parseResultsLine('{"seed":')).toMatch(/no JSON/);
    expect(parseResultsLine('null')).toMatch(/no object/);
  });
});

describe('a results file', { timeout: 60_000 }, () => {
  it('goes on where it was cut off, at whatever byte, and then says what an uninterrupted one says', async () => {
    const whole = outcomeOf((await session20()).gathered);
    const bytes = readFileSync(path);
    const ends = [...bytes.keys()].filter((i) => bytes[i] === 0x0a);
    const cuts = [0, 10, (ends[0] ?? 0) - 1, (ends[0] ?? 0) + 1, (ends[3] ?? 0) + 40, ends[9] ?? 0, (ends.at(-1) ?? 0) - 3, bytes.length];
    for (const cut of cuts) {
      writeFileSync(path, bytes.subarray(0, cut));
      const { gathered, before } = await session20();
      expect(outcomeOf(gathered), `cut at ${cut}`).toEqual(whole);
      expect(before).toBeGreaterThanOrEqual(Math.min(19, ends.filter((end) => end < cut).length - 4));
      // What is on disk is whole again, too.
      const read = new Gathered(payload);
      ResultsFile.open(path, headerOf(), true, read);
      expect(outcomeOf(read), `read after a cut at ${cut}`).toEqual(whole);
    }
  });

  it('tries no seed again that it holds', async () => {
    await session20();
    const lines = readFileSync(path, 'utf8').split('\n').length;
    const { before } = await session20();
    expect(before).toBe(19);
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(lines + 1);
  });

  it('takes more seeds of the same campaign', async () => {
    await session20();
    const { gathered, before } = await session20(headerOf({ range: { first: 1, seeds: 30 } }));
    expect([before, gathered.tried]).toEqual([19, 29]);
  });

  it('is not gone on with unless somebody says so', async () => {
    await session20();
    expect(open(headerOf(), false)).toMatch(/^64 .* already holds results\n {2}add --resume/);
  });

  it('of another configuration, requirement, version or build is refused, and said how it differs', async () => {
    await session20();
    const acks = configurationFrom({ set: ['producer.acks=1'] });
    const other = headerFor({ ...payload, configuration: acks.configuration }, acks, range, null);
    expect(open(other)).toMatch(
      /^65 .*another campaign: "the recommended configuration" there, "--set producer\.acks=1" here\n {2}give another/,
    );
    const strict = headerFor({ ...payload, requiredClasses: ['crash'] }, configurationFrom({}), range, null);
    expect(open(strict)).toMatch(/other requirements/);
    const text = readFileSync(path, 'utf8');
    expect(open({ ...headerOf(), version: '9.9.9', campaign: 'x' })).toMatch(/Trialrun 0\.\S+ there, 9\.9\.9 here/);
    expect(open({ ...headerOf(), build: 'feed', campaign: 'x' })).toMatch(/build \w+ of Trialrun \S+ there, feed here/);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('that was edited or is none is refused with the line, and left as it is', async () => {
    await session20();
    const lines = readFileSync(path, 'utf8').split('\n');
    const wrong: readonly [string, RegExp][] = [
      [
        [...lines.slice(0, 4), lines[4]?.slice(0, 30), ...lines.slice(5)].join('\n'),
        /:5: this is no line of a results file: it is no JSON/,
      ],
      [lines.slice(1).join('\n'), /:1: a result before the header/],
      [lines.join('\n').replace('"brokers":3', '"brokers":5'), /:1: .*this header was changed since it was written/],
      ['my notes', /:1: this is no line of a results file/],
    ];
    for (const [text, message] of wrong) {
      writeFileSync(path, text);
      expect(open()).toMatch(message);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
    path = folder.path;
    expect(open()).toMatch(/^65 .* cannot be read: it is a folder/);
    path = '/proc/nowhere/results.jsonl';
    expect(open()).toMatch(/^64 --results \/proc\/nowhere\/results\.jsonl cannot be written/);
  });

  it('that two commands wrote to says the same as one, whatever came twice', async () => {
    const whole = outcomeOf((await session20()).gathered);
    appendFileSync(path, readFileSync(path));
    const read = new Gathered(payload);
    ResultsFile.open(path, headerOf(), true, read);
    expect(outcomeOf(read)).toEqual(whole);
    expect(existsSync(path)).toBe(true);
  });
});

describe('what was gathered', () => {
  const first = { summary: quietSummary('1'), attributions: [] };
  const other = { summary: quietSummary('1', { hash: 'f'.repeat(16) }), attributions: [] };
  const lost = { seed: '1', fate: 'hung' as const, detail: 'no result', repeated: false };

  it('tells two hashes of one seed, in whatever order they come', () => {
    for (const order of [
      [first, other],
      [other, first],
    ]) {
      const gathered = new Gathered(payload);
      for (const result of order) gathered.add(result);
      expect(gathered.unstable).toEqual([{ seed: '1', hashes: ['0000000000000001', 'ffffffffffffffff'] }]);
    }
  });

  it('believes a result more than a loss, which a machine may have been the reason of, but not that of a second run', () => {
    for (const order of [
      ['result', 'lost'],
      ['lost', 'result'],
    ]) {
      for (const repeated of [false, true]) {
        const gathered = new Gathered(payload);
        for (const what of order) void (what === 'lost' ? gathered.lose({ ...lost, repeated }) : gathered.add(first));
        expect(gathered.lost).toEqual(repeated ? [{ ...lost, repeated }] : []);
      }
    }
  });
});
